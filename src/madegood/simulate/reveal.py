"""What a company had hidden, line by line, and whether the reading found it, missed it or was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from madegood.days import say_day
from madegood.refusal import Refusal
from madegood.simulate.truths import Hidden, Truth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from madegood.evidence.model import Effect, Verdict
    from madegood.reading import Reading

Word = Literal["found", "missed", "wrong", "not looked for yet"]
NEAR = timedelta(days=28)  # an onset or a break is found when it is dated within four weeks
CLOSE = 0.1  # of effort: the truth counts items, the reading days of people


@dataclass(frozen=True, slots=True)
class Reveal:
    """One hidden truth beside what the reading says of it."""

    word: Word
    hidden: str
    said: str


def reveal(hidden: Hidden, reading: Reading) -> tuple[Reveal, ...]:
    """Every truth in turn; releases that did nothing are one line together."""
    out = [ASK[truth.what](truth, reading) for truth in hidden.truths if truth.what in ASK]
    return (*out, *idle(hidden, reading))


def verdicts(reading: Reading) -> Iterator[Verdict]:
    """Every verdict on a release, on any metric."""
    for outcome in reading.outcomes:
        yield from outcome.verdicts
    for metric in reading.metrics:
        yield from metric.verdicts


def of(reading: Reading, release: str, metric: str) -> Verdict | None:
    """The verdict that holds a release, on a metric."""
    return next((v for v in verdicts(reading) if v.metric == metric and release in v.names), None)


def span(effect: Effect) -> str:
    """The data's own estimate with its interval."""
    data = effect.data
    return (
        f"{data.mean:+.1%} (95 %: {data.low:+.1%} to {data.high:+.1%})".replace("%", " %")
        .replace("-", "−")
        .replace("  %", " %")
    )


def effect(truth: Truth, reading: Reading) -> Reveal:
    """An effect is found when it is called, and missed when the reading cannot tell; wrong when its claim is untrue."""
    release = truth.about
    verdict = of(reading, release, truth.metric)
    if verdict is None:
        return Reveal("missed", truth.says, f"nothing is said of {release} on {truth.metric}")
    if isinstance(verdict.effect, Refusal):
        return Reveal("missed", truth.says, f"{verdict.word}: {verdict.effect.why}")
    size, data = truth.size, verdict.effect.data
    alone = len(verdict.names) == 1
    said = f"{', '.join(verdict.names)} {verdict.word}: {span(verdict.effect)}"
    good = next((m.good for m in reading.strategy.metrics if m.id == truth.metric), "up")
    right = "moved" if (size > 0) == (good == "up") else "moved wrong way"
    if verdict.word in ("cannot tell", "too early"):
        return Reveal("missed", truth.says, said)
    if verdict.word != right or (alone and not data.low <= size <= data.high):
        return Reveal("wrong", truth.says, said)
    return Reveal("found", truth.says, said)


def small(truth: Truth, reading: Reading) -> Reveal:
    """An effect too small to see is found when the reading says so, and wrong when it is called."""
    verdict = of(reading, truth.about, truth.metric)
    if verdict is None or isinstance(verdict.effect, Refusal):
        return Reveal("missed", truth.says, "nothing is said of it")
    said = (
        f"{verdict.word}: {span(verdict.effect)}; changes below {verdict.effect.mde:.0%} cannot be seen".replace(
            "0%", "0 %"
        )
        .replace("%", " %")
        .replace("  %", " %")
    )
    if verdict.word in ("cannot tell", "too early"):
        return Reveal("found", truth.says, said)
    held = verdict.effect.data.low <= truth.size <= verdict.effect.data.high
    return Reveal("missed" if held and verdict.word == "no meaningful movement" else "wrong", truth.says, said)


def idle(hidden: Hidden, reading: Reading) -> Iterator[Reveal]:
    """Releases that did nothing: none may be credited or blamed. Nobody moves a metric that another release moved."""
    moving = {t.about for t in hidden.of("effect", "small effect", "staged effect", "randomised effect")}
    null = [t.about for t in hidden.of("nothing")]
    called = [v for v in verdicts(reading) if v.word in ("moved", "moved wrong way") and not moving & set(v.names)]
    strays = [
        v
        for v in verdicts(reading)
        if v.word in ("moved", "moved wrong way") and moving & set(v.names) and not true_of(hidden, v)
    ]
    says = f"{len(null)} releases moved nothing"
    if null:
        wrong = [
            f"{', '.join(v.names)} is said to have {v.word} on {v.metric}" for v in called if not about_bets(hidden, v)
        ]
        yield Reveal("wrong", says, "; ".join(wrong)) if wrong else Reveal("found", says, "none is credited or blamed")
    for verdict in strays:
        yield Reveal(
            "wrong",
            f"{', '.join(verdict.names)} did nothing to {verdict.metric}",
            f"{verdict.word} on {verdict.metric}",
        )


def about_bets(hidden: Hidden, verdict: Verdict) -> bool:
    """Whether the truth about this verdict is told in a line of its own."""
    return bool({t.about for t in hidden.of("wrong belief")} & set(verdict.names))


def true_of(hidden: Hidden, verdict: Verdict) -> bool:
    """Whether some release of the verdict truly moved this metric, or one that is made of the same events."""
    kin = {"checkout": {"checkout", "payments"}, "active-people": {"active-people", "active-germany", "payments"},
           "support-contacts": {"support-contacts"}, "activation": {"activation", "payments"}}  # fmt: skip
    return any(t.about in verdict.names and verdict.metric in kin.get(t.metric, set()) for t in hidden.truths if t.size)


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
    lost = f"{one.total.mean:+.0%}".replace("-", "−").replace("%", " %")
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
    """Orphan effort is found when the reading's share is near the true one."""
    heading = reading.heading
    if isinstance(heading, Refusal):
        return Reveal("missed", truth.says, heading.why)
    part = heading.part("orphan")
    said = f"{part:.0%} of the effort of this period serves no stated intent".replace("%", " %")
    return Reveal("found" if abs(part - truth.size) < CLOSE else "missed", truth.says, said)


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


def unasked(truth: Truth, reading: Reading) -> Reveal:
    """What this version does not look for."""
    return Reveal("not looked for yet", truth.says, "no reading of it is made")


ASK: dict[str, Callable[[Truth, Reading], Reveal]] = {
    "effect": effect,
    "small effect": small,
    "staged effect": effect,
    "randomised effect": effect,
    "inseparable": inseparable,
    "erosion": erosion,
    "leavers": unasked,
    "survey": unasked,
    "outage": broken,
    "instrument": broken,
    "orphan": orphan,
    "unserved": unserved,
    "late": late,
    "wrong belief": wrong_belief,
}
