"""Metrics and outcomes that the daily tables and the events propose, each measured before it is proposed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.days import Window, say_day
from madegood.draft.doors import own
from madegood.draft.words import ELSE, good, nearness, titled, within, words
from madegood.intent.model import Amount, Metric, Outcome
from madegood.intent.things import slug
from madegood.performance.measure import measure
from madegood.performance.model import Measured
from madegood.reading import STANDING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from madegood.engine.store import Store

ALIVE = 60  # days: what has had no value for longer is left out
AGO = timedelta(days=ALIVE)
YEAR = timedelta(days=365)  # what was odd about the numbers before that does not touch a baseline
MOST_METRICS, MOST_OUTCOMES, MOST_EVENTS = 12, 3, 3  # what a person reads through in one go
LENGTH = re.compile(r"(?<![^\W_])(\d{1,4})[\s_-]?(d|days?|w|weeks?|m|months?)(?![^\W_])", re.IGNORECASE)  # 30d, 4 weeks
ANY_PRODUCT = frozenset("app the service product platform tool site".split())  # words that tell no product apart


@dataclass(frozen=True, slots=True)
class Candidate:
    """A metric that could be proposed, with what ranks it.

    rank  nearest to customers, then the products with most releases, then the most days known, then the largest
    """

    metric: Metric
    rank: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the numbers propose.

    left    names of metrics that were left out, with the reason where it is not their rank
    asleep  names of those that have had no value for long
    """

    metrics: tuple[tuple[Metric, Measured], ...]
    left: tuple[str, ...] = ()
    asleep: tuple[str, ...] = ()


def numbers(store: Store, on: date, zone: str, releases: Mapping[str, int]) -> Numbers:
    """The metrics that are alive on a day, nearest to customers first. `releases`: product -> how many it has."""
    taken: set[str] = set()
    found = [*daily(store, on, releases, taken), *events(store, on, taken)]
    found, left = shortest(sorted(found, key=lambda one: (*one.rank, one.metric.id)))
    chosen: list[tuple[Metric, Measured]] = []
    for one in found:
        if len(chosen) == MOST_METRICS:
            left.append(one.metric.id)
            continue
        measured = measure(one.metric, store, on, zone)
        if not isinstance(measured, Measured):
            left.append(f"{one.metric.id} ({measured.why})")
        elif still(measured, on):
            left.append(f"{one.metric.id} (has not changed in {ALIVE} days)")
        else:
            chosen.append((said(one.metric, measured), measured))
    return Numbers(tuple(chosen), tuple(left), asleep(store, on))


def shortest(found: list[Candidate]) -> tuple[list[Candidate], list[str]]:
    """Of numbers whose names differ only in a length, as installs_30d and installs_90d, the shortest; the others' ids.

    The longer a number looks back, the longer a change is smeared over it.
    """
    best: dict[tuple[object, ...], Candidate] = {}
    for one in found:
        stem = LENGTH.sub(r"#\2", one.metric.name)
        key = (stem or one.metric.id, one.metric.product)
        if key not in best or span(one) < span(best[key]):
            best[key] = one
    kept = [one for one in found if one in best.values()]
    return kept, [f"{one.metric.id} (the same over a longer time)" for one in found if one not in kept]


def span(one: Candidate) -> list[int]:
    """The lengths that a name speaks of."""
    return [int(digits) for digits, _ in LENGTH.findall(one.metric.name)]


def still(measured: Measured, on: date) -> bool:
    """Whether it stood still, or was silent, for as long as we look back."""
    known = measured.series.within(Window.ending(on, ALIVE)).values
    known = known[np.isfinite(known)]
    return not len(known) or (len(known) > 1 and float(np.ptp(known)) == 0.0)


def asleep(store: Store, on: date) -> tuple[str, ...]:
    """Names and products of the daily tables that have had no value for long."""
    query = "select metric, product from daily group by 1, 2 having max(day) <= ? order by 1, 2"
    return tuple(f"{name} of {product}" if product else name for name, product in store.rows(query, (on - AGO,)))


_DAILY = """
    select metric, coalesce(product, '') as product,
           count(distinct day) filter (where day > ?) as known,
           avg(abs(value)) filter (where day > ?) as level,
           min(value) >= 0 and max(value) <= 1 and bool_or(value <> floor(value)) as share,
           count(*) over (partition by metric) as products
    from daily where day <= ? group by 1, 2 having max(day) > ? order by 1, 2
"""


def daily(store: Store, on: date, releases: Mapping[str, int], taken: set[str]) -> Iterator[Candidate]:
    """One for each name and product."""
    recent = on - timedelta(days=STANDING)
    rows = store.rows(_DAILY, (recent, recent, on, on - AGO))
    for name, product, known, level, share, products in rows:
        title = titled(name)
        whole = f"{product} {title}" if product and products > 1 else title
        mine, guesses = touched_by(name, product, releases, alone=products == 1)
        direction = good(name)
        if direction == "down":
            guesses.append("less is better, from its name")
        if share:
            guesses.append("a share, as every value lies from 0 to 1")
        metric = Metric(
            own(slug(whole), taken),
            f"{title}, {product}" if product and products > 1 else title,
            good=direction,
            unit="%" if share else "",
            product=mine,
            name=name,
            meta=(("guessed", "; ".join(guesses)),) if guesses else (),
        )
        rank = (nearness(name), -sum(releases.get(p, 0) for p in mine), -known, -(level or 0.0))
        yield Candidate(metric, rank)


def touched_by(name: str, product: str, releases: Mapping[str, int], alone: bool) -> tuple[tuple[str, ...], list[str]]:
    """The products whose rows are read and whose releases can touch a metric, and what of it is a guess.

    alone  the metric has rows of one product only, so that reading it needs no product
    """
    products = [p for p in releases if p]
    if not product:
        known = set(words(name))
        near = [p for p in products if (set(words(p)) - ANY_PRODUCT) & known]
        return ((near[0],), [f"only releases of {near[0]} touch it, from its name"]) if len(near) == 1 else ((), [])
    if alone and not products:
        return (), []  # releases that name no product can touch everything
    if product in products:
        return (product,), []
    near = [p for p in products if slug(p) == slug(product)]
    guesses = [f"{near[0]} among the releases is the same product"] if near else []
    return (product, *near[:1]), guesses


def events(store: Store, on: date, taken: set[str]) -> Iterator[Candidate]:
    """People active, and how often each of the most frequent things happened. Never a conversion: that is a claim."""
    query = 'select name, count(*) from events where "at" > ? group by 1 order by 2 desc, 1 limit ?'
    rows = store.rows(query, (on - AGO, MOST_EVENTS))
    if not rows:
        return
    yield Candidate(Metric(own("people-active", taken), "People active a day", kind="active"), (-1.0,))
    for name, count in rows:
        direction = good(name)
        meta = (("guessed", "less is better, from its name"),) if direction == "down" else ()
        metric = Metric(
            own(slug(name), taken), f"{titled(name)} a day", kind="count", good=direction, event=name, meta=meta
        )
        yield Candidate(metric, (float(nearness(name)), -float(count)))


def said(metric: Metric, measured: Measured) -> Metric:
    """As a person would name it, now that it is known to be a daily flow; a name like its id need not be said."""
    flow = measured.series.grain == "flow" and metric.kind == "daily"
    told = {"daily", "weekly", "monthly", "yearly", "hourly", "day"} & set(words(metric.title))
    title = f"{metric.title} a day" if flow and not told else metric.title
    return replace(metric, title=title, name="" if metric.name == metric.id else metric.name)


# ---- outcomes ------------------------------------------------------------------------------------------------


def outcomes(found: Sequence[tuple[Metric, Measured]], names: Collection[str] = ()) -> tuple[Outcome, ...]:
    """At most three, from the metrics nearest to customers: of several products first, and never from one that ended.

    Where nothing counts customers or what they do, one from the best there is.
    """
    usable = [
        (m, s, known)
        for m, s in found
        if m.good == "up" and not any(f.kind == "dead" for f in s.fitness) and (known := standing(s)) is not None
    ]
    near = [one for one in usable if m_near(one[0]) < ELSE] or usable[:1]
    first: dict[object, tuple[Metric, Measured, tuple[float, int, date]]] = {}
    for one in near:
        first.setdefault(one[0].product or one[0].id, one)
    rest = [one for one in near if one not in first.values()]
    taken = {name.casefold() for name in names}
    chosen = [*first.values(), *rest][:MOST_OUTCOMES]
    return tuple(outcome(m, s, known, taken) for m, s, known in chosen)


def m_near(metric: Metric) -> int:
    """How near to customers; people active are the nearest there is."""
    return 0 if metric.kind == "active" else nearness(metric.event or metric.name or metric.id)


def standing(measured: Measured) -> tuple[float, int, date] | None:
    """Mean of the four weeks to the last known day, how many of those days are known, and that day."""
    series = measured.series
    places = np.flatnonzero(np.isfinite(series.values))
    if not len(places):
        return None
    last = series.day(int(places[-1]))
    window = Window.ending(last, STANDING)
    mean = series.mean(window)
    known = int(np.isfinite(series.within(window).values).sum())
    return None if mean is None else (float(f"{mean:.3g}"), known, last)


def outcome(metric: Metric, measured: Measured, known: tuple[float, int, date], taken: set[str]) -> Outcome:
    """An outcome with its baseline and no target: only a person can say where it should be."""
    level, days, last = known
    baseline = Amount(level, metric.unit == "%")
    more = "Higher" if measured.series.grain == "rate" else "More"
    title = f"{more} {within(metric.title)}"
    odd = dict.fromkeys(f.says for f in measured.fitness if f.last > last - YEAR)
    lines = [
        f"Drafted from its numbers: {baseline} is the mean of the {STANDING} days to {say_day(last)}"
        + ("." if days == STANDING else f", of which {days} {'is' if days == 1 else 'are'} known."),
        *(f"Look at the numbers first: {text}" for text in list(odd)[:2]),
        "",
        "To ratify it, write a `target:`, the day `by:` which, and an `owner:`; then set `status: active`.",
        "If this is not what you want to change, delete this file.",
    ]
    return Outcome(
        own(slug(title), taken),
        title,
        metric.id,
        baseline,
        since=last,
        status="proposed",
        prose="\n".join(lines),
    )
