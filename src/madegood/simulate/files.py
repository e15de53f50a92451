"""The made-up company as files: facts/ as exports would look, the strategy as text, and hidden.json beside them."""

from __future__ import annotations

import csv
import io
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from madegood.simulate.people import NAMES, SECONDS, Happened, People, happen, make_people, wander
from madegood.simulate.plan import COUNTRIES, LATE, RANDOMISED, STAGED, WEEK_APART, Plan, truths
from madegood.simulate.story import NAME, WEEKS, story
from madegood.simulate.truths import Hidden, Truth
from madegood.simulate.work import Item, effort, make_items

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

CONTACTS = 0.03  # support contacts a day for each customer who is there
VISITS = 0.9  # visits a day for each customer who is there
ASKED, HAPPY = 0.05, 0.9  # share of customers asked a month; how far one who comes often is likelier to answer


def write_company(folder: Path, plan: Plan, customers: int) -> Hidden:
    """Everything, by its own stream of the seed each, so that one part can change without the others."""
    people = make_people(plan, customers)
    events = happen(plan, people)
    items = make_items(plan)
    facts = folder / "facts"
    facts.mkdir(parents=True, exist_ok=True)
    present = there(plan, people)
    contacts = poisson(plan, 7, CONTACTS * present * wander(plan, 7, 0.001) * plan.course("support-contacts"))
    visits = counted_visits(plan, poisson(plan, 8, VISITS * present * wander(plan, 8, 0.002)))
    write_events(plan, people, events, facts / "events.parquet")
    tables: dict[str, tuple[Sequence[str], Iterable[Sequence[Any]]]] = {
        "items": (
            ("id", "title", "kind", "labels", "parent", "bet", "created", "started", "done", "release", "person"),
            map(row_of, items),
        ),
        "states": (("item", "at", "before", "after", "person"), states_of(items)),
        "releases": (("id", "day", "name", "prerelease", "randomised"), releases_of(plan)),
        "links": (("release", "item"), ((i.release, i.id) for i in items if i.release)),
        "rollouts": (("release", "segment", "day", "share"), rollouts_of(plan)),
        "daily": (("metric", "day", "value"), daily(plan, {"support-contacts": contacts, "visits": visits})),
        "exposures": (("person", "at", "release", "arm"), exposures_of(plan, people)),
    }
    answers, everyone = responses(plan, people, events)
    tables["responses"] = (("person", "at", "survey", "score", "answered"), answers)
    written = ["events.parquet"]
    for name, (header, given) in tables.items():
        if rows := list(given):  # what a small company has none of, it has no file of
            (facts / f"{name}.csv").write_bytes(as_csv(header, rows))
            written.append(f"{name}.csv")
    start = {**levels(plan, people, events), "support-contacts": float(contacts[:28].mean())}
    for name, text in story(plan, start, sorted(written)).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    asked = (survey(everyone),) if everyone is not None else ()
    known = (*truths(plan), *of_work(items, plan.last), *asked)
    hidden = Hidden(NAME, plan.seed, customers, plan.first, plan.last, known)
    hidden.write(folder / "hidden.json")
    return hidden


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A CSV file, the same on every machine."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


def row_of(item: Item) -> tuple[Any, ...]:
    """An item as a tracker exports it."""
    started = next((when for when, state in item.states if state == "In progress"), "")
    return (
        item.id, item.title, item.kind, item.label, item.parent, item.bet, item.states[0][0], started, item.done or "",
        item.release, item.person,
    )  # fmt: skip


def states_of(items: Sequence[Item]) -> Iterable[tuple[Any, ...]]:
    """Every change of state."""
    for item in items:
        before = ""
        for when, state in item.states:
            yield item.id, when, before, state, item.person
            before = state


def releases_of(plan: Plan) -> Iterable[tuple[Any, ...]]:
    """Every release, with the name that people give it."""
    for release in plan.releases:
        lot = "yes" if release.bet == RANDOMISED else "no"
        name = release.bet.replace("-", " ").capitalize() if release.bet else ""
        yield release.id, release.day, name, "yes" if release.prerelease else "no", lot


def rollouts_of(plan: Plan) -> Iterable[tuple[Any, ...]]:
    """The staged release by country, the randomised one to half of everybody."""
    staged, drawn = plan.of(STAGED), plan.of(RANDOMISED)
    if staged:
        for i, country in enumerate(COUNTRIES):
            yield staged.id, country, staged.day + timedelta(days=WEEK_APART * i), 1.0
    if drawn:
        yield drawn.id, "", drawn.day, 0.5


def exposures_of(plan: Plan, people: People) -> Iterable[tuple[Any, ...]]:
    """Who was given the randomised release, and who was not."""
    release = plan.of(RANDOMISED)
    if release is None:
        return
    day = plan.at(release.day)
    for customer in np.flatnonzero((people.start <= day) & (people.end > day)):
        arm = "treatment" if people.treated[customer] else "control"
        yield f"c{customer}", datetime.combine(release.day, time(0, 0)), release.id, arm


def there(plan: Plan, people: People) -> Any:
    """How many customers are there, (days,)."""
    change = np.zeros(plan.days + 1)
    who = people.active
    np.add.at(change, np.clip(people.start[who], 0, plan.days), 1)
    np.add.at(change, np.clip(people.end[who], 0, plan.days), -1)
    return np.cumsum(change)[: plan.days]


def poisson(plan: Plan, stream: int, mean: Any) -> Any:
    """Counts around a mean."""
    return np.random.default_rng([plan.seed, stream]).poisson(mean).astype(float)


def counted_visits(plan: Plan, visits: Any) -> Any:
    """Visits as the broken counter gives them: none for nine days, later one in ten, times ten."""
    out = visits.copy()
    out[plan.at(plan.outage[0]) : plan.at(plan.outage[1]) + 1] = 0
    draw = np.random.default_rng([plan.seed, 9])
    late = slice(plan.at(plan.recount), None)
    out[late] = 10 * draw.binomial(out[late].astype(int), 0.1)
    return out


def daily(plan: Plan, series: dict[str, Any]) -> Iterable[tuple[Any, ...]]:
    """Metrics that come by the day."""
    for name, values in series.items():
        for i, value in enumerate(values):
            yield name, plan.first + timedelta(days=i), int(value)


def write_events(plan: Plan, people: People, events: Happened, path: Path) -> None:
    """Events as Parquet: one thread and a fixed order, so that the bytes are the same."""
    start = np.datetime64(plan.first.isoformat(), "s")
    at = (start + events.second).astype("datetime64[us]")
    connection = duckdb.connect()
    try:
        connection.execute("set threads = 1")
        arrays = {
            "customer": events.customer, "at": at, "event": events.name, "country": people.country[events.customer],
            "plus": people.plus[events.customer].astype(np.int64), "value": events.amount,
        }  # fmt: skip
        connection.register("made", arrays)
        names = ", ".join(f"'{name}'" for name in NAMES)
        countries = ", ".join(f"'{country}'" for country in COUNTRIES)
        target = str(path).replace("'", "''")
        connection.execute(
            "copy (select 'c' || customer as person, \"at\", ([" + names + "])[event + 1] as name, "
            "([" + countries + "])[country + 1] as segment, case when event = 3 then value end as value, "
            "case when plus = 1 then 'plus' else 'free' end as plan from made) "
            f"to '{target}' (format parquet, compression zstd)"
        )
    finally:
        connection.close()


def levels(plan: Plan, people: People, events: Happened) -> dict[str, float]:
    """The first four weeks' levels of the metrics, as a team would have written them down as baselines."""
    days = min(28, plan.days)
    early = events.second < days * 86_400
    opened = early & (events.name == 1)
    german = people.country[events.customer] == COUNTRIES.index("Germany")
    begun = max(int((early & (events.name == 2)).sum()), 1)
    paid = int((early & (events.name == 3) & (people.start[events.customer] < 0)).sum())
    return {
        "checkout": min(paid / begun, 0.95),
        "active-people": int(opened.sum()) / days,
        "active-germany": int((opened & german).sum()) / days,
    }


def responses(plan: Plan, people: People, events: Happened) -> tuple[list[tuple[Any, ...]], float | None]:
    """A survey that those answer more often who come often, and they are the happy ones; gives its rows, and the NPS
    of everyone who was lately asked."""
    draw = np.random.default_rng([plan.seed, 10])
    happy = np.clip((people.keen - 0.05) / 0.5, 0, 1)
    opened, on = events.customer[events.name == 1], events.second[events.name == 1] // SECONDS
    rows: list[tuple[Any, ...]] = []
    lately: dict[int, float] = {}
    for day in range(14, plan.days, 30):
        there_now = np.flatnonzero(people.active & (people.start < day) & (people.end > day))
        asked = there_now[draw.random(len(there_now)) < ASKED]
        score = np.clip(np.round(10 * happy[asked] + draw.normal(1.5, 2.0, len(asked))), 0, 10)
        lately_there = np.bincount(opened[(on < day) & (on >= day - 91)], minlength=len(happy)) / min(day, 91)
        answers = draw.random(len(asked)) < 0.05 + HAPPY * 0.4 * np.minimum(lately_there[asked] / 0.5, 1) ** 2
        at = datetime.combine(plan.first + timedelta(days=day), time(12, 0))
        if day >= plan.days - 7 * WEEKS:
            lately |= dict(zip(asked.tolist(), score.tolist(), strict=True))
        rows += [
            (f"c{who}", at, "nps", int(given) if yes else "", "yes" if yes else "no")
            for who, given, yes in zip(asked, score, answers, strict=True)
        ]
    return rows, nps(list(lately.values())) if lately else None


def nps(scores: Sequence[float]) -> float:
    """Promoters less detractors, points.

    >>> nps([10, 9, 8, 3])
    25.0
    """
    return float(100 * np.mean([(s >= 9) - float(s <= 6) for s in scores]))


def survey(everyone: float) -> Truth:
    """What the survey hides."""
    says = f"the NPS of all who were lately asked is {everyone:+.0f}; the happy come more often, and answer more often"
    return Truth("survey", "nps", size=everyone, says=says.replace("-", "−"))


def of_work(items: Sequence[Item], last: date) -> list[Truth]:
    """What the backlog hides, from the items themselves."""
    first = last - timedelta(days=7 * WEEKS - 1)
    spent = effort(items, first, last)
    orphan = spent.get("orphan", 0.0) / max(sum(spent.values()), 1.0)
    says = f"{orphan:.0%} of the days worked in the last {WEEKS} weeks serve nothing that was stated".replace("%", " %")
    out = [Truth("orphan", "work", first=first, last=last, size=orphan, says=says)]
    out.append(Truth("unserved", "known-in-germany", says="no work at all serves the outcome known-in-germany"))
    late = [item for item in items if item.serves == LATE]
    if late:
        out.append(Truth("late", LATE, says=f"{LATE} has {len(late)} items and nothing of it ever shipped"))
    return out
