"""Readings to draw: a rich one, an empty one, one without bets, a hostile one, a tiny one. All figures are invented."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import pytest

from madegood.days import Window
from madegood.direction.model import Course, Explanation, Forecast, Line, Step
from madegood.evidence.model import (
    Cumulative,
    Decomposition,
    Effect,
    Erosion,
    Interval,
    Part,
    Path,
    Substitution,
    Verdict,
)
from madegood.execution.model import Effort, Release, Share, Speed
from madegood.findings import Finding, Span
from madegood.intent.model import Amount, Bet, Evidence, Expectation, Metric, Need, Outcome, Strategy
from madegood.performance.model import Fitness
from madegood.reading import Freshness, MetricReading, OutcomeReading, Reading
from madegood.refusal import Refusal

ON = date(2026, 9, 30)
PERIOD = Window.ending(ON, 91)
BY = date(2026, 12, 31)


def effect(keys, day, mean, half, mde=0.03):
    part = Interval(mean, mean - half, mean + half)
    held = Interval(mean * 0.7, (mean - half) * 0.8, (mean + half) * 0.8)
    return Effect(keys, day, day, part, held, mde, 0.9 if mean > 0 else 0.02, 0.02, (ON - day).days, False)


def verdict(keys, metric, word, grade, day, mean, half, subject="release", doubts=(), step=""):
    return Verdict(subject, keys, metric, word, grade, day, effect(keys, day, mean, half), doubts, step)


def path(start, end, days=270, gap=(), unit=1.0):
    first = ON - timedelta(days=days - 1)
    step = 3
    points = tuple(first + timedelta(days=i) for i in range(0, days, step))
    n = len(points)
    seen = [(start + (end - start) * i / n + 0.012 * math.sin(i / 4)) * unit for i in range(n)]
    without = [(start + (end - start) * 1.6 * i / n) * unit for i in range(n)]
    gaps = [None if i in gap else v for i, v in enumerate(seen)]
    return Path(
        points, tuple(gaps), tuple(without),
        tuple(w - (0.0005 * i) * unit for i, w in enumerate(without)),
        tuple(w + (0.0005 * i) * unit for i, w in enumerate(without)),
    )  # fmt: skip


def forecast(outcome, now, target, slope, chance, unit=1.0):
    days = tuple(ON + timedelta(days=i) for i in range(0, 93, 4))
    mean = [(now + slope * i) * unit for i in range(len(days))]

    def out(z):
        return tuple(m + z * unit * 0.004 * (i + 1) ** 0.7 for i, m in enumerate(mean))

    basis = "assumes that drift goes on as it did in the last 13 weeks and that nothing further ships"
    return Forecast(outcome, BY, target, chance, days, tuple(mean), out(-1.28), out(1.28), out(-1.96), out(1.96), basis)


def weekly(n=30, level=24):
    first = ON - timedelta(days=7 * n - 1)
    return tuple((first + timedelta(days=7 * i), level + (i * 5) % 13 + i // 3) for i in range(n))


def parts(metric, start, made, drift, known=0.0, noise=0.1, unit=1.0, half=0.7):
    def part(x, h):
        return Interval(x * unit, (x - h) * unit, (x + h) * unit)

    change = (made + drift + known + noise) * unit
    return Decomposition(
        metric, PERIOD.before(28), Window.ending(ON, 28), start, start + change, change,
        part(made, half), part(drift, half), part(known, 0.0), part(noise, 0.2),
    )  # fmt: skip


def whose(first, second, unit=0.01):
    """One bet alone, two that cannot be told apart, one mixed with work of none, and the rest."""

    def part(of, names, x, releases, items, serving, mixed=False):
        return Part(of, names, Interval(x * unit, (x - 0.4) * unit, (x + 0.4) * unit), releases, items, serving, mixed)

    return (
        part("bet", (first,), 0.9, ("3.4",), 40, 3), part("bet", (first, second), 0.1, ("3.1", "3.2"), 12, 12),
        part("bet", (second,), -0.1, ("3.5",), 2, 1, True), part("bet", (), 0.2, ("3.6",), 9, 0),
        part("need", ("my-money-is-safe",), 0.9, ("3.4",), 40, 3), part("need", (), 0.2, ("3.6",), 9, 0),
    )  # fmt: skip


def so_far(end, half, unit=0.01, points=40):
    days = tuple(PERIOD.first + timedelta(days=round(i * 90 / (points - 1))) for i in range(points))
    grown = [unit * i / (points - 1) for i in range(points)]
    return Cumulative(days, *(tuple(g * (end + h) for g in grown) for h in (0.0, -half, half)))


def taken(first, gained, lost, whole):
    def part(x, h):
        return Interval(x, x - h, x + h)

    return Substitution(("3.4",), ("3.5",), first, gained, lost, part(0.042, 0.021), part(-0.05, 0.02), 0.93,
                        part(40.0, 9.0), part(-38.0, 12.0), part(2.0, 15.0), whole, part(1.0, 8.0), True)  # fmt: skip


def strategy():
    outcomes = (
        Outcome("activated-accounts", "Activated accounts", "activation", Amount(0.41, True), Amount(0.48, True),
                date(2026, 7, 1), BY),
        Outcome("trust-index", "Trust index", "trust", Amount(72.0), Amount(78.0), date(2026, 7, 1), BY),
        Outcome("retention", "12-week retention", "retention", Amount(0.61, True), Amount(0.66, True), None, BY),
    )  # fmt: skip
    needs = (
        Need("my-money-is-safe", "My money is safe", ("activated-accounts",), (Evidence("quote", "...", ON, 37),)),
        Need("no-surprises", "No surprises in what I pay", ("trust-index",), (Evidence("ticket", "...", ON, 22),)),
        Need("worth-my-loyalty", "Worth my loyalty", ("retention",), (Evidence("interview", "...", ON, 3),)),
    )
    bets = (
        bet("instant-verification", "Instant verification", "my-money-is-safe", "activation", 0.06, 0.12),
        bet("plain-fees", "Plain-words fees page", "no-surprises", "trust", 0.02, 0.06),
        bet("spending-insights", "Spending insights", "my-money-is-safe", "activation", 0.03, 0.08),
        bet("card-controls", "Card controls", "no-surprises", "trust", -0.01, 0.04),
        bet("rewards-v2", "Rewards v2", "worth-my-loyalty", "retention", 0.02, 0.05),
    )
    metrics = (
        Metric("activation", "Activation", unit="%"), Metric("trust", "Trust index"),
        Metric("retention", "12-week retention", unit="%"),
        Metric("support-contacts", "Support contacts", good="down", unit="contacts"),
    )  # fmt: skip
    return Strategy(outcomes, needs, bets, metrics)


def bet(name, title, need, metric, low, high):
    outcome = {"activation": "activated-accounts", "trust": "trust-index", "retention": "retention"}[metric]
    return Bet(name, title, outcome, need, expect=(Expectation(metric, low, high, 28),))


def rich():
    d = [date(2026, 7, 14), date(2026, 8, 1), date(2026, 8, 20), date(2026, 9, 1), date(2026, 9, 19)]
    releases = tuple(Release(v, day, name=n) for v, day, n in zip(
        ("3.1", "3.2", "3.4", "3.5", "3.6"), d, ("", "", "Instant verification", "", ""), strict=True))  # fmt: skip
    lot = verdict(("3.4",), "activation", "moved", "A", d[2], 0.042, 0.021)
    lot = replace(lot, effect=replace(lot.effect, design="randomised", grade="A", basis="41,210 people"))
    bets = (
        replace(lot, subject="bet", names=("instant-verification",)),
        verdict(("plain-fees",), "trust", "no meaningful movement", "A", d[0], 0.001, 0.007, "bet"),
        verdict(("spending-insights",), "activation", "too early", "C", d[4], 0.024, 0.048, "bet",
                ("11 days of data",), "readable on 14 December"),
        verdict(("card-controls",), "trust", "moved wrong way", "B", d[3], -0.034, 0.023, "bet",
                ("guardrail breached: support contacts +9 %",)),
        verdict(("rewards-v2",), "retention", "no meaningful movement", "C", d[1], 0.002, 0.006, "bet"),
    )  # fmt: skip
    activation = (
        verdict(("3.1", "3.2"), "activation", "cannot tell", "D", d[0], 0.006, 0.044, doubts=("2 days apart",),
                step="hold out 10 % of Android next time: smallest visible effect falls from 8.7 % to 1.9 %"),
        lot,
        verdict(("3.6",), "activation", "too early", "C", d[4], 0.024, 0.048),
    )  # fmt: skip
    s = strategy()
    silent = Refusal("trust-index", why="the trust index has no day after 3 August", until="read newer days of it")
    outcomes = (
        OutcomeReading(s.outcomes[0], s.metrics[0], 0.395, parts("activation", 0.41, 1.1, -2.6, unit=0.01),
                       path(0.41, 0.395, gap=(20, 21, 22)), forecast("activated-accounts", 0.395, 0.48, -0.0005, 0.07),
                       activation, whose("instant-verification", "plain-fees"), so_far(1.1, 0.7)),
        OutcomeReading(s.outcomes[1], s.metrics[1], 69.0, silent, silent, silent, (bets[1],)),
        OutcomeReading(s.outcomes[2], s.metrics[2], 0.60, parts("retention", 0.61, 0.2, -1.2, unit=0.01),
                       path(0.61, 0.60), forecast("retention", 0.60, 0.66, 0.0001, 0.004), ()),
    )  # fmt: skip
    guard = MetricReading(s.metrics[3], 812.0, silent, silent, ())
    shares = (
        Share("bet", "instant-verification", 92, 31, 92), Share("bet", "plain-fees", 40, 12, 40),
        Share("bet", "spending-insights", 64, 22, 50), Share("bet", "card-controls", 48, 17, 48),
        Share("bet", "rewards-v2", 20, 9, 20), Share("upkeep", "", 66, 40, 10), Share("orphan", "", 82, 41, 30),
    )  # fmt: skip
    explanations = (
        Explanation("belief-wrong", "Aimed, delivered, and the belief was wrong", "supported",
                    (Line("2 of 5 bets reached customers and ruled out a tenth of what was claimed", "for"),
                     Line("instant verification moved activation +4.2 %", "against"))),
        Explanation("late", "Late, not wrong", "contradicted", (Line("items finish in 6 days", "against"),)),
        Explanation("not-adopted", "Not adopted", "unknown", (), "read events of who met each release"),
    )  # fmt: skip
    sentence = (
        "We will raise activated accounts from 41 % to 48 % by 31 December by replacing the three-day manual identity "
        "check with an instant one, because 41 % of sign-ups stop while they wait."
    )
    steps = (
        Step("stage", "instant verification by country", "so that its effect can be read in 16 days"),
        Step("learn", "is “worth my loyalty” a need at all?", "3 stale pieces of evidence carry 56 person-days"),
        Step("stop", "spending on 41 items that serve no stated intent", ""),
    )
    eroding = Erosion("retention", date(2026, 8, 4), date(2026, 7, 28), date(2026, 8, 11), ON, True,
                      Interval(-0.004, -0.006, -0.002), Interval(-0.032, -0.048, -0.016), ("3.2",))  # fmt: skip
    unfit = Fitness("support-contacts", "instrument", date(2026, 8, 10), date(2026, 8, 10),
                    "the level doubled within a day, and nothing stands near", "days after 10 Aug")  # fmt: skip
    return Reading(
        "Harbour Pay", ON, PERIOD, "4f1c2ab", s,
        (Freshness("backlog", "items", 4211, 0, ON), Freshness("releases", "releases", 48, 0, ON),
         Freshness("trust-survey", "daily", 900, 12, date(2026, 8, 3))),
        (Finding("orphan", Span("a"), "x", "y", "warning"), Finding("unserved", Span("a"), "x", "y", "note")),
        Speed(PERIOD, weekly(), 34.0, 21.0, 6.0, 442, 5, 430),
        Effort(PERIOD, "person-days", "from state history", 412, shares),
        releases, outcomes, (guard,), bets, (eroding,), (unfit,), explanations, Course(sentence, steps),
        (taken(d[2], "activation", "trust", "retention"),),
    )  # fmt: skip


def empty():
    none = Refusal("speed", why="madegood.yml names no sources", until="name one: madegood doctor FILE")
    course = Course(Refusal("course", why="no outcome is stated", until="state one in strategy/"), ())
    return Reading("", ON, PERIOD, "", Strategy(), (), (), none, none, (), (), (), (), (), (), (), course)


def no_bets():
    whole = rich()
    products = ("android", "ios", "web")
    metrics = tuple(Metric(f"{p}-downloads", f"Downloads, {p}", unit="downloads", product=(p,)) for p in products)
    outcomes = tuple(
        Outcome(f"{p}-growth", f"More people use {p}", m.id, Amount(12400.0), Amount(15000.0), None, BY)
        for p, m in zip(products, metrics, strict=True)
    )
    releases = tuple(Release(f"v{i}.0", ON - timedelta(days=4 * i), p) for i in range(30) for p in products)
    words = ("cannot tell",) * 8 + ("moved", "moved wrong way")

    def verdicts(p, m):
        mine = [r for r in releases if r.product == p]
        return tuple(
            verdict(
                (r.key,),
                m.id,
                words[i % 10],
                "D" if i % 10 < 8 else "C",
                r.day,
                0.03 - 0.07 * (i % 10 == 9),
                0.02 + 0.2 * (i % 10 < 8),
            )
            for i, r in enumerate(mine)
        )

    places = tuple(
        OutcomeReading(o, m, 12900.4, parts(m.id, 12400.0, 300.0, 150.0, 20.0, 30.0, half=410.0),
                       path(0.41, 0.43, 400, unit=3e4),
                       forecast(o.id, 0.43, 15000.0, 0.0004, 0.22, 3e4), verdicts(o.id.removesuffix("-growth"), m))
        for o, m in zip(outcomes, metrics, strict=True)
    )  # fmt: skip
    shares = (
        Share("outcome", "android-growth", 300, 300, 10),
        Share("upkeep", "", 90, 90, 0),
        Share("orphan", "", 610, 610, 0),
    )
    heading = Effort(
        PERIOD, "items", "no state history", 1000, shares, (("outcome", "web-growth"), ("outcome", "ios-growth"))
    )
    unknown = Refusal("x", why="no item has a day of start", until="map `started`")
    return replace(
        whole, name="Three products", strategy=Strategy(outcomes, (), (), metrics), outcomes=places, metrics=(),
        bets=(),
        releases=releases, heading=heading, erosions=(), fitness=(),
        speed=Speed(PERIOD, weekly(30, 70), 77.0, None, unknown, 1000, 66, 310),
    )  # fmt: skip


HOSTILE = '<script>alert("x")</script>\x1b[31m]]> &amp; {{ 7*7 }} ‮gnirts‬ ' + "Donaudampfschifffahrtsgesellschaft" * 4


def hostile():
    whole = rich()
    day = ON - timedelta(days=20)
    bets = tuple(
        Bet(f"b{i}", f"{i} {HOSTILE}", "o0", f"n{i % 3}", expect=(Expectation("m", 0.01, 0.02, 28),)) for i in range(30)
    )
    needs = tuple(Need(f"n{i}", HOSTILE, ("o0", "o1")) for i in range(3))
    outcomes = tuple(
        Outcome(f"o{i}", f"{i} {HOSTILE}", "m", Amount(0.4, True), Amount(0.5, True), day, BY) for i in range(2)
    )
    metric = Metric("m", HOSTILE, unit="%")
    releases = tuple(Release(f"r{i}-{HOSTILE}", day, name=HOSTILE) for i in range(40))
    joint = verdict(
        tuple(r.key for r in releases), "m", "cannot tell", "D", day, 0.02, 0.9, doubts=(HOSTILE,), step=HOSTILE
    )
    place = OutcomeReading(outcomes[0], metric, 0.41, parts("m", 0.4, 0.2, 0.8, unit=0.01), path(0.41, 0.43, 120),
                           forecast("o0", 0.42, 0.5, 0.0, 0.02), (joint,), whose("b1", HOSTILE),
                           so_far(-2.0, 9.0))  # fmt: skip
    aimed = [Share("bet", b.id, 4 + i % 7, 2, 1) for i, b in enumerate(bets[:28])]
    shares = (*aimed, Share("need", "n1", 9, 3, 1))
    return replace(
        whole, name=HOSTILE, commit=HOSTILE, strategy=Strategy(outcomes, needs, bets, (metric,)), releases=releases,
        outcomes=(place, replace(place, outcome=outcomes[1])), metrics=(), fitness=(),
        heading=Effort(PERIOD, "person-days", "x", sum(s.amount for s in shares), shares),
        bets=tuple(verdict((b.id,), "m", "cannot tell", "D", day, 0.01, 0.3, "bet") for b in bets[:6]),
        erosions=(replace(whole.erosions[0], metric="m", near=(HOSTILE,) * 9),),
        course=Course(HOSTILE, (Step("do", HOSTILE, HOSTILE),)),
        explanations=(Explanation("late", HOSTILE, "unknown", (Line(HOSTILE, "neither"),), HOSTILE),),
    )  # fmt: skip


def tiny():
    whole = rich()
    s = Strategy((Outcome("more-orders", "More orders", "orders", None, Amount(40.0), None, date(2027, 3, 14)),), (),
                 (Bet("b", "Shorter form", "more-orders"),), (Metric("orders", "Orders"),))  # fmt: skip
    short = Refusal("orders", why="19 days of orders are known, and 28 are needed", until="wait 9 days")
    seen = Path(tuple(ON - timedelta(days=i) for i in (4, 2, 0)), (3.0, None, 4.0))
    place = OutcomeReading(s.outcomes[0], s.metrics[0], 3.4, short, seen, short, ())
    shares = (Share("bet", "b", 0.0, 0, 0), Share("orphan", "", 3.0, 3, 1))
    told = Verdict("bet", ("b",), "orders", "too early", "D", None, short)
    return replace(
        whole, name="Corner shop", strategy=s, outcomes=(place,), metrics=(), bets=(told,), erosions=(), fitness=(),
        releases=(Release("1", ON),), explanations=(), heading=Effort(PERIOD, "items", "", 3.0, shares), findings=(),
        speed=Speed(PERIOD, ((ON - timedelta(days=6), 3),), 0.23, 0.0, 0.4, 3, 1, 1),
        course=Course(Refusal("course", why="no bet has a mechanism", until="say why the shorter form helps"), ()),
    )  # fmt: skip


SAMPLES = {"rich": rich, "empty": empty, "no-bets": no_bets, "hostile": hostile, "tiny": tiny}


@pytest.fixture(scope="session")
def samples() -> dict[str, Reading]:
    return {name: make() for name, make in SAMPLES.items()}


@pytest.fixture(scope="session", params=list(SAMPLES))
def sample(request: pytest.FixtureRequest, samples: dict[str, Reading]) -> Reading:
    return samples[request.param]
