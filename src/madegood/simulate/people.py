"""Customers and what they do, day by day: signing up, opening, paying, leaving without a word."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from madegood.simulate.plan import COUNTRIES, RANDOMISED, SHARES, Plan

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WEEKDAY = np.array([1.04, 1.06, 1.05, 1.04, 1.08, 0.90, 0.83])  # Monday to Sunday
THERE = 0.5  # share of customers who were there before the first day
ACTIVATED = 0.62  # share of new customers who pay within a week, before any release
OPENS = 0.24  # chance that a customer opens the app on a day, on average
CHECKS_OUT, PAYS = 0.45, 0.62  # of those who open; of those who begin to pay
GOES = 0.0011  # chance a day to leave for good
PLUS = 0.3  # share of customers who pay for the plan
SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class People:
    """Customers, (customers,) each; `start` is the day of signing up, below 0 where it was before the first."""

    start: Ints
    country: Ints
    plus: NDArray[np.bool_]
    end: Ints
    keen: Floats  # own chance to open on a day
    treated: NDArray[np.bool_]  # drawn by lot for the randomised release
    active: NDArray[np.bool_]  # ever became a paying customer


@dataclass(frozen=True, slots=True)
class Happened:
    """Events, (events,) each, sorted by time: customer, second since the first day, index of the name, amount."""

    customer: Ints
    second: Ints
    name: Ints
    amount: Floats


NAMES = ("signed-up", "opened", "checkout-opened", "paid")


def wander(plan: Plan, stream: int, daily: float) -> Floats:
    """A level that wanders by so much a day, weekdays and a year's turn, (days,), around 1."""
    index = np.arange(plan.days)
    weekday = WEEKDAY[(plan.first.weekday() + index) % 7]
    if plan.quiet:
        return np.ones(plan.days)
    draw = np.random.default_rng([plan.seed, 2, stream])
    year = 0.03 * np.cos(2 * np.pi * (plan.first.timetuple().tm_yday + index - 20) / 365.25)
    return np.asarray(weekday * np.exp(np.cumsum(draw.normal(0, daily, plan.days)) + year))


def make_people(plan: Plan, customers: int) -> People:
    """Half of the customers were there already; the others come over the time, fewer at weekends."""
    draw = np.random.default_rng([plan.seed, 3])
    old = round(customers * THERE)
    arrival = wander(plan, 1, 0.003)
    new = np.sort(draw.choice(plan.days, customers - old, p=arrival / arrival.sum()))
    start = np.concatenate([np.full(old, -1), new]).astype(np.int64)
    country = draw.choice(len(COUNTRIES), customers, p=SHARES).astype(np.int64)
    plus = draw.random(customers) < PLUS
    lot = draw.random(customers) < 0.5
    lift = plan.course("activation")[np.maximum(start, 0)]
    active = (start < 0) | (draw.random(customers) < np.minimum(ACTIVATED * lift, 0.98))
    keen = np.clip(draw.gamma(3.0, OPENS / 3.0, customers), 0.02, 0.9)
    return People(start, country, plus, leaving(plan, draw, start, plus), keen, lot, active)


def leaving(plan: Plan, draw: np.random.Generator, start: Ints, plus: NDArray[np.bool_]) -> Ints:
    """The day on which each customer stops, by a rate that rises for plus customers in one season."""
    usual = np.full(plan.days, GOES)
    first, last, times = plan.leaving
    more = usual.copy()
    more[plan.at(first) : plan.at(last) + 1] *= times
    out = np.zeros(len(start), dtype=np.int64)
    for mine, rate in ((plus, more), (~plus, usual)):
        total = np.concatenate([[0.0], np.cumsum(rate)])
        until = total[np.maximum(start[mine], 0)] + draw.exponential(1.0, int(mine.sum()))
        out[mine] = np.searchsorted(total, until)
    return out


def opens(plan: Plan, people: People) -> tuple[Ints, Ints]:
    """(customer, day) of every day on which an active customer opened the app."""
    draw = np.random.default_rng([plan.seed, 4])
    who = np.flatnonzero(people.active)
    first = np.maximum(people.start[who], 0)
    length = np.maximum(np.minimum(people.end[who], plan.days) - first, 0)
    customer = np.repeat(who, length)
    day = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length) + np.repeat(first, length)
    rate = np.stack([wander(plan, 2, 0.002) * plan.course("active-people", c) for c in range(len(COUNTRIES))])
    rate[COUNTRIES.index("Germany")] *= fading(plan)
    chance = people.keen[customer] * rate[people.country[customer], day]
    there = draw.random(len(customer)) < chance
    return customer[there], day[there]


def fading(plan: Plan) -> Floats:
    """The quiet erosion, (days,): from 1 down by its share, and staying there."""
    first, last, lost = plan.erosion
    index = np.arange(plan.days)
    part: Floats = np.clip((index - plan.at(first)) / max(plan.at(last) - plan.at(first), 1), 0.0, 1.0)
    return 1.0 - lost * part


def happen(plan: Plan, people: People) -> Happened:
    """Everything that customers did."""
    customer, day = opens(plan, people)
    draw = np.random.default_rng([plan.seed, 5])
    size = len(customer)
    opened = day * SECONDS + np.floor(draw.normal(50_000, 14_000, size).clip(0, SECONDS - 2_000)).astype(np.int64)
    begins = draw.random(size) < CHECKS_OUT
    chance = PAYS * checkout(plan, people, customer, day) * wander_of_checkout(plan)[day]
    pays = begins & (draw.random(size) < np.minimum(chance, 0.98))
    new = np.flatnonzero(people.start >= 0)
    joined = people.start[new] * SECONDS + draw.integers(20_000, 80_000, len(new))
    firsts = np.flatnonzero((people.start >= 0) & people.active)
    gap = np.floor(draw.gamma(1.2, 1.0, len(firsts)).clip(0.01, 6.5) * SECONDS).astype(np.int64)
    first_paid = people.start[firsts] * SECONDS + 30_000 + gap
    parts = [
        (new, joined, 0, np.zeros(len(new))),
        (customer, opened, 1, np.zeros(size)),
        (customer[begins], opened[begins] + draw.integers(20, 200, int(begins.sum())), 2, np.zeros(int(begins.sum()))),
        (customer[pays], opened[pays] + draw.integers(200, 1_500, int(pays.sum())), 3, amounts(draw, int(pays.sum()))),
        (firsts, first_paid, 3, amounts(draw, len(firsts))),
    ]
    whole = Happened(
        np.concatenate([c for c, *_ in parts]).astype(np.int64),
        np.concatenate([s for _, s, *_ in parts]).astype(np.int64),
        np.concatenate([np.full(len(c), n, dtype=np.int64) for c, _, n, _ in parts]),
        np.concatenate([a for *_, a in parts]),
    )
    keep = np.flatnonzero(whole.second < plan.days * SECONDS)
    order = keep[np.lexsort((whole.name[keep], whole.customer[keep], whole.second[keep]))]
    return Happened(whole.customer[order], whole.second[order], whole.name[order], whole.amount[order])


def checkout(plan: Plan, people: People, customer: Ints, day: Ints) -> Floats:
    """Times the usual chance to finish paying: what releases did, the randomised one among its half alone."""
    release = plan.of(RANDOMISED)
    everybody = plan.course("checkout")
    if release is None or not release.effect:
        return everybody[day]
    start = max(plan.at(release.day), 0)
    without = everybody.copy()
    without[start:] /= 1 + release.effect / 2
    treated = people.treated[customer] & (day >= start)
    return np.asarray(without[day] * np.where(treated, 1 + release.effect, 1.0))


def wander_of_checkout(plan: Plan) -> Floats:
    """The chance to finish paying hardly wanders, and knows no weekday."""
    if plan.quiet:
        return np.ones(plan.days)
    draw = np.random.default_rng([plan.seed, 2, 3])
    level: Floats = np.cumsum(draw.normal(0, 0.001, plan.days))
    return np.asarray(np.exp(level), dtype=np.float64)


def amounts(draw: np.random.Generator, count: int) -> Floats:
    """What is paid, in cents precise."""
    size: Floats = draw.normal(3.0, 0.9, count)
    return np.asarray(np.round(np.exp(size), 2), dtype=np.float64)
