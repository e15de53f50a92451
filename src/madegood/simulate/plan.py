"""The calendar of a made-up company: its releases, what they truly do, and what happens without any release.

The strong effects are planted at sizes that an honest instrument can tell on a daily series as calm as this one; one is
planted at a size that nothing could tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from madegood.simulate.truths import Truth, What

Floats = NDArray[np.float64]

COUNTRIES = ("Portugal", "Spain", "France", "Germany")
SHARES = (0.4, 0.3, 0.2, 0.1)  # of customers
#: What bets claim and what their release truly does: bet, metric, true effect, where in the year (0 to 1).
BETS = (
    ("one-tap-pay", "checkout", 0.12, 0.62),
    ("morning-digest", "active-people", 0.09, 0.36),
    ("tighter-limits", "support-contacts", 0.30, 0.80),
    ("spending-rings", "checkout", 0.0, 0.50),
    ("friendlier-welcome", "activation", 0.02, 0.26),
    ("shared-pots", "active-people", 0.08, 0.88),
    ("fee-preview", "checkout", 0.06, 0.70),
)
STAGED, RANDOMISED, WRONG, SMALL = "shared-pots", "fee-preview", "spending-rings", "friendlier-welcome"
LATE = "group-trips"  # a bet whose work never shipped
WEEK_APART = 7  # days between the stages of a staged release
APART = 6  # days between a release that matters and any other, so that its doubts are its own


@dataclass(frozen=True, slots=True)
class Shipped:
    """A release with what it truly does: metric -> effect, a share of what would have been."""

    id: str
    day: date
    bet: str = ""
    metric: str = ""
    effect: float = 0.0
    prerelease: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is decided before a single customer acts."""

    seed: int
    first: date
    last: date
    releases: tuple[Shipped, ...]
    erosion: tuple[date, date, float]  # first, last day, share lost by the end; among customers in Germany
    leaving: tuple[date, date, float]  # first, last day, times the usual rate; among those who pay for the plan
    outage: tuple[date, date]  # days on which visits were not counted
    recount: date  # from this day visits are a sample of one in ten, times ten
    quiet: bool = False  # no wander, no season: for laws

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def at(self, day: date) -> int:
        """Days since the first."""
        return (day - self.first).days

    def of(self, bet: str) -> Shipped | None:
        """The release that carried a bet."""
        return next((r for r in self.releases if r.bet == bet), None)

    def course(self, metric: str, country: int | None = None, staged: bool = True) -> Floats:
        """Times what would have been, for every day, (days,): the effects of all releases on a metric so far.

        A staged release reaches one country a week, a randomised one half of everybody.
        """
        out = np.ones(self.days)
        for release in self.releases:
            if release.metric != metric or not release.effect:
                continue
            start = self.at(release.day)
            size = release.effect / 2 if release.bet == RANDOMISED else release.effect
            if release.bet == STAGED and staged and country is not None:
                start += WEEK_APART * country
            out[max(start, 0) :] *= 1 + size
        return out


def make_plan(seed: int, months: int, releases: int, last: date, quiet: bool) -> Plan:
    """A plan of so many months that ends on `last`, with so many stable releases and a few for testers."""
    draw = np.random.default_rng([seed, 1])
    first = last - timedelta(days=round(months * 30.44) - 1)
    days = (last - first).days + 1

    def share(of: float) -> date:
        return first + timedelta(days=round(of * (days - 1)))

    carriers = [(bet, metric, effect, share(where)) for bet, metric, effect, where in BETS][: max(0, releases)]
    taken = {day for *_, day in carriers}
    others = ordinary(draw, releases - len(carriers), first, days, taken)
    found = sorted(
        [(day, bet, metric, effect) for bet, metric, effect, day in carriers] + [(d, "", "", 0.0) for d in others]
    )
    shipped = [
        Shipped(f"v{i // 10 + 1}.{i % 10}", day, bet, metric, effect)
        for i, (day, bet, metric, effect) in enumerate(found)
    ]
    shipped += [Shipped(f"{r.id}-beta", r.day - timedelta(days=5), prerelease=True) for r in shipped[4::13]]
    return Plan(
        seed,
        first,
        last,
        tuple(sorted(shipped, key=lambda r: (r.day, r.id))),
        erosion=(share(0.45), share(0.96), 0.45),
        leaving=(share(0.72), share(0.86), 4.0),
        outage=(share(0.55), share(0.55) + timedelta(days=8)),
        recount=share(0.76),
        quiet=quiet,
    )


def ordinary(draw: np.random.Generator, count: int, first: date, days: int, taken: set[date]) -> list[date]:
    """Days of releases that do nothing: spread over the time, some on one day, none near a release that matters."""
    if count <= 0:
        return []
    single = max(1, count - 4) if count > 6 else count
    free = [
        day
        for i in range(21, days - 3)
        if (day := first + timedelta(days=i)).weekday() < 5 and all(abs((day - t).days) > APART for t in taken)
    ]
    if not free:
        return [first + timedelta(days=days // 2)] * count
    spread = [free[int(i)] for i in np.linspace(0, len(free) - 1, single + 2)[1:-1]]
    again = [spread[i] for i in (len(spread) // 3, len(spread) // 3, 2 * len(spread) // 3, 2 * len(spread) // 3)]
    return sorted([*spread, *again[: count - single]])


def truths(plan: Plan) -> list[Truth]:
    """What the plan hides, release by release, and what happens without any."""
    out = [effect(plan, r) for r in plan.releases if r.bet]
    idle = [r for r in plan.releases if not r.bet and not r.prerelease]
    out += [Truth("nothing", r.id, first=r.day, says=f"{r.id} moved nothing") for r in idle]
    for day in sorted({r.day for r in idle}):
        same = [r.id for r in idle if r.day == day]
        if len(same) > 1:
            says = f"{', '.join(same)} came on one day: their effects can never be told apart"
            out.append(Truth("inseparable", " + ".join(same), first=day, says=says))
    first, last, lost = plan.erosion
    says = f"activity in Germany faded by {lost:.0%} in all, with no release to blame".replace("%", " %")
    out.append(Truth("erosion", "active-germany", "active-germany", first, last, -lost, says))
    first, last, times = plan.leaving
    says = f"customers who pay for the plan stopped without a word, {times:g} times as many as usual"
    out.append(Truth("leavers", "plus", "", first, last, times, says))
    first, last = plan.outage
    out.append(Truth("outage", "visits", "visits", first, last, says="visits were not counted for nine days"))
    says = "from then on visits are a sample of one in ten, multiplied: another instrument, the same people"
    out.append(Truth("instrument", "visits", "visits", plan.recount, plan.recount, says=says))
    return out


def effect(plan: Plan, release: Shipped) -> Truth:
    """What a release that carries a bet truly did."""
    kind: What = "effect"
    size = release.effect
    if release.bet == WRONG:
        says = (
            f"{release.id} ({release.bet}) reached everybody and did nothing to {release.metric}: the belief was wrong"
        )
        return Truth("wrong belief", release.bet, release.metric, release.day, size=0.0, says=says)
    how = ""
    if release.bet == STAGED:
        kind, how = "staged effect", f", one country after the other, {WEEK_APART} days apart"
    elif release.bet == RANDOMISED:
        kind, how = "randomised effect", " among the half of customers who were given it by lot"
    elif release.bet == SMALL:
        kind, how = "small effect", ": too small for anybody to see here"
    says = f"{release.id} ({release.bet}) moved {release.metric} by {size:+.0%}{how}".replace("%", " %")
    return Truth(kind, release.id, release.metric, release.day, size=size, says=says)
