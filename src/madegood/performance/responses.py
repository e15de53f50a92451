"""Surveys of a `responses` source, with what each customer had done by the day of asking, from the `events` source.

Rows stay inside the engine, as with a survey's own files (surveys.py).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.engine.store import quoted
from madegood.intent.model import SurveySpec
from madegood.performance.events import local
from madegood.performance.survey_spec import SCALES
from madegood.performance.surveys import wave_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from madegood.days import Window
    from madegood.engine.store import Store
    from madegood.intent.model import SurveyKind
    from madegood.performance.surveys import Asked

#: Days before the ask over which events are counted: lately, over a quarter, and over a year.
LATELY, QUARTER, YEAR = 28, 91, 365
#: Kinds of event that have a count of their own, the commonest first.
NAMES = 8


def responses(
    store: Store, windows: tuple[Window, ...], zone: str = "UTC", said: Sequence[SurveySpec] = ()
) -> Iterator[tuple[SurveySpec, list[Asked]]]:
    """Every survey of the store with one wave for each window in which somebody was asked.

    said  what is said of surveys by name; one of which nothing is said, and whose name says nothing of its kind (nps,
          csat, ces), is a mean of its scores
    """
    by_name = {spec.name: spec for spec in said}
    names = store.rows("select distinct coalesce(survey, '') from responses where person is not null order by 1")
    for (name,) in names:
        behaviour = "events" if store.has("events") else ""
        spec = by_name.get(name or "survey") or SurveySpec(name or "survey", kind=_kind(name))
        spec = replace(spec, behaviour=behaviour)
        waves = [wave for window in windows if (wave := _wave(store, spec, name, window, zone))]
        if waves:
            yield spec, waves


def _kind(name: str) -> SurveyKind:
    kinds: tuple[SurveyKind, ...] = ("nps", "csat", "ces")
    return next((kind for kind in kinds if kind in name.lower()), "mean")


def _wave(store: Store, spec: SurveySpec, name: str, window: Window, zone: str) -> Asked | None:
    """The customers who were asked in a window, each once: the last answer counts."""
    label = f"{say_day(window.first)} to {say_day(window.last)}"
    scale = spec.scale or SCALES.get(spec.kind)
    first, last = max(spec.since or window.first, window.first), min(spec.until or window.last, window.last)
    off = f"score >= {scale[0]!r} and score <= {scale[1]!r}" if scale else "true"
    for table in ("one", "known", "asked"):
        store.execute(f"drop table if exists {table}")
    store.execute(
        f'create temp table asked as select person, "at", case when {off} then score end as score,'
        f" cast({local(zone)} as date) as day, lower(arm) as arm from responses"
        " where coalesce(survey, '') = ? and person is not null and day between ? and ?",
        (name, first, last),
    )
    if not store.has("asked"):
        return None
    store.execute(
        "create temp table one as select person as customer, ? as wave,"
        " coalesce(bool_or(arm = ?), false) as effort, min(day) as first,"
        ' max(day) as last, arg_max(score, "at") as score, false as dismissed from asked group by 1',
        (label, spec.effort.lower() or None),
    )
    types = [(name, type_) for name, type_ in _known(store, label) if name not in spec.leave_out]
    if spec.segment and spec.segment not in dict(types):
        spec = replace(spec, segment="")
    return wave_of(store, spec, label, types)


def _known(store: Store, wave: str) -> list[tuple[str, str]]:
    """`known`: what each customer did before the last time they were asked; names and types of its columns."""
    if not store.has("events"):
        store.execute("create temp table known as select customer as _customer, wave as _wave, 0 as _none from one")
        return []
    names = [
        str(r[0]) for r in store.rows("select name from events group by 1 order by count(*) desc, 1 limit ?", (NAMES,))
    ]
    near = f'e."at" >= a."at" - interval {QUARTER} day'
    counts = "".join(f", count(*) filter ({near} and e.name = ?) as {quoted(f'{n} in 13 weeks')}" for n in names)
    valued = bool(store.rows("select count(value) > 0 from events")[0][0])
    worth = f', coalesce(sum(e.value) filter ({near}), 0) as "value in 13 weeks"' if valued else ""
    store.execute(
        f"""create temp table known as select a.person as _customer, ? as _wave,
        count(distinct cast(e."at" as date)) filter (e."at" >= a."at" - interval {LATELY} day)
            as "days active in 4 weeks",
        count(distinct cast(e."at" as date)) filter ({near}) as "days active in 13 weeks",
        count(distinct cast(e."at" as date)) filter (e."at" >= a."at" - interval {YEAR} day)
            / greatest(least(date_diff('day', min(e."at"), any_value(a."at")), {YEAR}), 1) as "share of days active",
        date_diff('day', max(e."at"), any_value(a."at")) as "days since last seen",
        date_diff('day', min(e."at"), any_value(a."at")) as "days since first seen",
        arg_max(e.segment, e."at") as "segment"{worth}{counts}
        from (select person, max("at") as "at" from asked group by 1) a
        left join events e on e.person = a.person and e."at" < a."at" group by 1""",
        (wave, *names),
    )
    types = store.rows("select column_name, data_type from duckdb_columns() where table_name = 'known'")
    return [(str(name), str(type_)) for name, type_ in types if not str(name).startswith("_")]
