"""Who met a release and who did not, and what they then did: only sums leave the engine.

Facts come in three ways: `exposures` with a metric made from events, ready-made sums of `arms`, or `units` one by one.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from madegood.execution.model import Release
from madegood.performance.trials_arms import from_arms
from madegood.performance.trials_events import from_exposures
from madegood.performance.trials_plan import Planner, key_of
from madegood.performance.trials_units import from_units
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.engine.store import Store
    from madegood.intent.model import Metric, Project
    from madegood.performance.model import Trial

TABLES = ("exposures", "arms", "units")


def trials(
    metric: Metric, store: Store, project: Project, releases: Sequence[Release], on: date
) -> tuple[Trial | Refusal, ...]:
    """Every trial of the metric up to `on`, by first day; a refusal bears its release's key in `asked`.

    Sums that were handed over ready-made are taken before units, and units before events, where several know of one
    release.
    """
    plan = Planner(project, releases)
    found: dict[str, Trial | Refusal] = {}
    for table, read in (("arms", from_arms), ("units", from_units), ("exposures", from_exposures)):
        if store.has(table):
            for key, trial in read(metric, store, project, plan, on):
                if key not in found or isinstance(found[key], Refusal):
                    found[key] = trial
    return tuple(found[key] for key in sorted(found, key=lambda k: (_first(found[k]), k)))


def _first(trial: Trial | Refusal) -> date:
    return date.max if isinstance(trial, Refusal) else trial.first


def named(store: Store, project: Project, releases: Sequence[Release], on: date) -> tuple[Release, ...]:
    """Releases that experiments speak of and no list of releases does, by day: so that they can be read all the same.

    A release of which no unit has a day is taken to be of the day of asking.
    """
    known = {r.key for r in releases} | {r.id for r in releases}
    firsts: dict[tuple[str, str], date | None] = {}
    for table in TABLES:
        if store.has(table):
            day = 'cast(min("at") as date)' if table == "exposures" else "min(day)"
            rows = store.rows(f"select coalesce(product, ''), release, {day} from {table} group by 1, 2")
            for product, name, first in rows:
                before = firsts.get((product, name))
                firsts[product, name] = min(d for d in (before, first) if d) if before or first else None
    plan = Planner(project, releases)
    made = [
        Release(name, first or on, product, randomised=plan.by_lot(key_of(product, name), name))
        for (product, name), first in firsts.items()
        if key_of(product, name) not in known and name not in known and (first or on) <= on
    ]
    return tuple(sorted(made, key=lambda r: (r.day, r.key)))
