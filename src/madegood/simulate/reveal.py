"""What a company had hidden, line by line, and whether the reading found it, missed it or was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from madegood.days import say_day
from madegood.evidence.attrition import Attrition
from madegood.evidence.pace import Rise
from madegood.evidence.survey_told import Survey
from madegood.refusal import Refusal
from madegood.simulate.truths import Hidden, Truth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from madegood.evidence.model import Effect, Verdict
    from madegood.reading import Reading

Word = Literal["found", "missed", "wrong"]
NEAR = timedelta(days=28)  # an onset or a break is found when it is dated within four weeks
STEADY = ("checkout", "activation")  # shares of those who begin: they stay as they are when customers leave
CLOSE = 0.05  # of effort: work laid aside is cut off a little differently, and a small team counts items


@dataclass(frozen=True, slots=True)
class Reveal:
    """One hidden truth beside what the reading says of it."""

    word: Word
    hidden: str
    said: str


def reveal(hidden: Hidden, reading: Reading) -> tuple[Reveal, ...]:
    """Every truth in turn; releases that did nothing are one line together; then what is claimed and is not so."""
    out = [ASK[truth.what](truth, reading) for truth in hidden.truths if truth.what in ASK]
    return (*out, *idle(hidden, reading), *alarms(hidden, reading))


def verdicts(reading: Reading) -> Iterator[Verdict]:
    """Every verdict on a release, on any metric."""
    for outcome in reading.outcomes:
        yield from outcome.verdicts
    for metric in reading.metrics:
        yield from metric.verdicts


def of(reading: Reading, release: str, metric: str) -> Verdict | None:
    """The verdict that holds a release, on a metric."""
    return next((v for v in verdicts(reading) if v.metric == metric and release in v.names), None)


def percent(share: float, digits: int = 1) -> str:
    """A change as people write it.

    >>> percent(0.123), percent(-0.05, 0)
    ('+12.3 %', '−5 %')
    """
    return f"{share:+.{digits}%}".replace("%", " %").replace("-", "−")


def span(effect: Effect) -> str:
    """The data's own estimate with its interval."""
    data = effect.data
    return f"{percent(data.mean)} (95 %: {percent(data.low)} to {percent(data.high)})"


def effect(truth: Truth, reading: Reading) -> Reveal:
    """Found when it is called, missed when the reading cannot tell; wrong when it is called otherwise than it is."""
    release = truth.about
    verdict = of(reading, release, truth.metric)
    if verdict is None:
        return Reveal("missed", truth.says, f"nothing is said of {release} on {truth.metric}")
    if isinstance(verdict.effect, Refusal):
        return Reveal("missed", truth.says, f"{verdict.word}: {verdict.effect.why}")
    said = f"{', '.join(verdict.names)} {verdict.word}: {span(verdict.effect)}"
    if verdict.word in ("cannot tell", "too early"):
        return Reveal("missed", truth.says, said)
    good = next((m.good for m in reading.strategy.metrics if m.id == truth.metric), "up")
    right = "moved" if (truth.size > 0) == (good == "up") else "moved wrong way"
    data = verdict.effect.data
    held = len(verdict.names) > 1 or data.low <= truth.size <= data.high
    return Reveal("found" if held and verdict.word == right else "wrong", truth.says, said)


def small(truth: Truth, reading: Reading) -> Reveal:
    """An effect too small to see is found when the reading says so, and wrong when it is called."""
    verdict = of(reading, truth.about, truth.metric)
    if verdict is None or isinstance(verdict.effect, Refusal):
        return Reveal("missed", truth.says, "nothing is said of it")
    least = percent(verdict.effect.mde, 0).lstrip("+")
    said = f"{verdict.word}: {span(verdict.effect)}; less than {least} cannot be seen"
    if verdict.word in ("cannot tell", "too early"):
        return Reveal("found", truth.says, said)
    data = verdict.effect.data
    held = data.low <= truth.size <= data.high
    return Reveal("missed" if held and verdict.word == "no meaningful movement" else "wrong", truth.says, said)


def idle(hidden: Hidden, reading: Reading) -> Iterator[Reveal]:
    """Releases that did nothing, in one line: none may be credited or blamed; then others that are, for no reason."""
    null = {t.about for t in hidden.of("nothing")}
    moving = {t.about for t in hidden.truths if t.what.endswith("effect")}
    untrue = [v for v in verdicts(reading) if v.word in ("moved", "moved wrong way") and not really(hidden, v)]
    mine = [v for v in untrue if null & set(v.names) and not moving & set(v.names)]
    if null:
        weighed = sum(bool(null & set(v.names)) for v in verdicts(reading))
        fine = f"none is credited or blamed, in {weighed} verdicts on them"
        yield Reveal(
            "wrong" if mine else "found", f"{len(null)} releases moved nothing", "; ".join(map(claim, mine)) or fine
        )
    for v in untrue:
        if v not in mine and not has_a_line(hidden, v):
            yield Reveal("wrong", f"{', '.join(v.names)} did nothing to {v.metric}", claim(v))


def has_a_line(hidden: Hidden, verdict: Verdict) -> bool:
    """Whether a truth about this release and metric is told in a line of its own: then it is judged there."""
    return any(
        t.metric == verdict.metric and (t.about in verdict.names or t.first == verdict.first) for t in hidden.truths
    )


def really(hidden: Hidden, verdict: Verdict) -> bool:
    """Whether a release of the verdict truly moved this metric, that way."""
    size = sum(hidden.effect(name, verdict.metric) for name in verdict.names)
    return size != 0 and (isinstance(verdict.effect, Refusal) or (size > 0) == (verdict.effect.data.mean > 0))


def claim(verdict: Verdict) -> str:
    """A verdict as a claim."""
    size = "" if isinstance(verdict.effect, Refusal) else f": {span(verdict.effect)}"
    return f"{', '.join(verdict.names)} is said to have {verdict.word} on {verdict.metric}{size}"


def alarms(hidden: Hidden, reading: Reading) -> Iterator[Reveal]:
    """False alarms: a sound counter that is called broken, a share said to fade though nothing wears it down."""
    broken_ones = {t.metric for t in hidden.of("outage", "instrument")}
    fading = {t.metric for t in hidden.of("erosion")}
    for f in reading.fitness:
        if f.kind in ("outage", "instrument") and f.metric not in broken_ones:
            yield Reveal("wrong", f"{f.metric} was counted all the time, and in one way", f.says)
    for e in reading.erosions:
        if e.metric in STEADY and e.metric not in fading:
            lost = percent(e.total.mean, 0)
            yield Reveal("wrong", f"nothing wore {e.metric} down", f"{lost} since about {say_day(e.onset)}")


def inseparable(truth: Truth, reading: Reading) -> Reveal:
    """Releases of one day are found when they are never told apart."""
    names = set(truth.about.split(" + "))
    mine = [v for v in verdicts(reading) if names & set(v.names)]
    apart = [v for v in mine if not names <= set(v.names)]
    if not mine:
        return Reveal("missed", truth.says, "nothing is said of them")
    if apart:
        return Reveal("wrong", truth.says, f"{', '.join(apart[0].names)} has a verdict of its own on {apart[0].metric}")
    return Reveal("found", truth.says, "read as one group on every metric")


def erosion(truth: Truth, reading: Reading) -> Reveal:
    """Found when it is dated near its onset or inside it."""
    assert truth.first and truth.last
    mine = [e for e in reading.erosions if e.metric == truth.metric]
    hits = [e for e in mine if truth.first - NEAR <= e.onset <= truth.last]
    if not hits:
        return Reveal("missed", truth.says, "no lasting fall is reported there")
    one = hits[0]
    lost = percent(one.total.mean, 0)
    return Reveal("found", truth.says, f"{lost} since about {say_day(one.onset)}")


def broken(truth: Truth, reading: Reading) -> Reveal:
    """A broken counter is found when the fitness of the metric names it, near its day."""
    assert truth.first
    kinds = {"outage": ("outage", "gap"), "instrument": ("instrument",)}[truth.what]
    hits = [
        f
        for f in reading.fitness
        if f.metric == truth.metric and f.kind in kinds and abs(f.first - truth.first) <= NEAR
    ]
    if not hits:
        return Reveal("missed", truth.says, f"nothing of the kind is said of {truth.metric}")
    return Reveal("found", truth.says, hits[0].says)


def orphan(truth: Truth, reading: Reading) -> Reveal:
    """Orphan effort is found when the reading's share of the same days is near the true one."""
    heading = reading.heading
    if isinstance(heading, Refusal):
        return Reveal("missed", truth.says, heading.why)
    if (heading.window.first, heading.window.last) != (truth.first, truth.last):
        return Reveal("missed", truth.says, "the reading speaks of other days")
    part = heading.part("orphan")
    said = f"{part:.0%} of the effort of this period serves no stated intent".replace("%", " %")
    return Reveal("found" if abs(part - truth.size) < CLOSE else "wrong", truth.says, said)


def unserved(truth: Truth, reading: Reading) -> Reveal:
    """Found when the heading lists it."""
    heading = reading.heading
    if isinstance(heading, Refusal):
        return Reveal("missed", truth.says, heading.why)
    if ("outcome", truth.about) in heading.unserved:
        return Reveal("found", truth.says, f"listed as unserved: {truth.about}")
    return Reveal("missed", truth.says, "not listed as unserved")


def explained(name: str, bet: str, truth: Truth, reading: Reading) -> Reveal:
    """Found when a rival explanation names the bet in a line for it."""
    title = next((b.title for b in reading.strategy.bets if b.id == bet), bet)
    found = next((e for e in reading.explanations if e.name == name), None)
    lines = [line.says for line in found.lines if title in line.says and line.toward != "against"] if found else []
    return Reveal("found", truth.says, lines[0]) if lines else Reveal("missed", truth.says, f"not said under “{name}”")


def late(truth: Truth, reading: Reading) -> Reveal:
    """A bet that never shipped."""
    return explained("late", truth.about, truth, reading)


def wrong_belief(truth: Truth, reading: Reading) -> Reveal:
    """A bet that reached everybody and did nothing: found when its claim is ruled out, wrong when it is credited."""
    mine = [v for v in reading.bets if truth.about in v.names and v.metric == truth.metric]
    if any(v.word in ("moved", "moved wrong way") for v in mine):
        return Reveal("wrong", truth.says, f"said to have {mine[0].word}")
    said = explained("belief-wrong", truth.about, truth, reading)
    if said.word == "found" or not mine or isinstance(mine[0].effect, Refusal):
        return said
    return Reveal("missed", truth.says, f"{mine[0].word}: {span(mine[0].effect)}")


def leavers(truth: Truth, reading: Reading) -> Reveal:
    """Customers who left without a word: found when their rise is dated, and whose it is is named."""
    risen = [a.rise for a in reading.quiet.attrition if isinstance(a, Attrition) and isinstance(a.rise, Rise)]
    if not risen or truth.first is None:
        return Reveal("missed", truth.says, "nobody is said to leave faster than before")
    since = f"leaving faster since {say_day(risen[0].since)}"
    dated = risen[0].since_low - NEAR <= truth.first <= risen[0].since_high + NEAR
    if not dated:
        return Reveal("wrong", truth.says, since)
    named = [x for x in reading.quiet.leavers if x.value == truth.about]
    if not named:
        return Reveal("missed", truth.says, f"{since}, but not who")
    times = 1 + named[0].rise.faster.mean
    return Reveal("found", truth.says, f"{since}: {named[0].name} {named[0].value}, {times:.1f} times as many")


def survey(truth: Truth, reading: Reading) -> Reveal:
    """A score of everyone: found when the newest wave's interval holds it."""
    waves = [s for s in reading.quiet.surveys if isinstance(s, Survey) and s.name == truth.about]
    if not waves or isinstance(waves[-1].best, Refusal):
        return Reveal("missed", truth.says, "no score of everyone is told")
    best = waves[-1].best
    said = f"{waves[-1].raw:+.0f} said; {best.low:+.0f} to {best.high:+.0f} once the silent are weighed"
    return Reveal("found" if best.low <= truth.size <= best.high else "wrong", truth.says, said.replace("-", "−"))


ASK: dict[str, Callable[[Truth, Reading], Reveal]] = {
    "effect": effect,
    "small effect": small,
    "staged effect": effect,
    "randomised effect": effect,
    "inseparable": inseparable,
    "erosion": erosion,
    "leavers": leavers,
    "survey": survey,
    "outage": broken,
    "instrument": broken,
    "orphan": orphan,
    "unserved": unserved,
    "late": late,
    "wrong belief": wrong_belief,
}
