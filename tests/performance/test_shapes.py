"""Every shape says what it says, on every engine that is here: held against the plainest reading of its definition."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from madegood.performance.shapes.base import DAY, Clock, Events, Pick, changes, numbered
from madegood.performance.shapes.chains import entries, persons
from madegood.performance.shapes.cohorts import cohorts, recency, until
from madegood.performance.shapes.gaps import gaps, histogram, new, people, rolling
from madegood.performance.shapes.tally import tally
from madegood.performance.shapes.wanted import Days, Sizes, Span, Tally, Values, Wanted

from .engines import ENGINES, Engine, Row

NAMES = ("view", "add", "pay", "help", "it's")
PEOPLE = ("a", "b", "c", "d\\", "9007199254740993")
ZONES = ("UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo")
FIRST, LAST = date(2018, 10, 24), date(2018, 11, 12)  # Berlin winds back on 28 October, São Paulo forward on 4 November


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]()


def made(seed: int, n: int = 220) -> list[Row]:
    """Events with ties, gaps below a second, nothing where a name, person or segment belongs, and days outside."""
    rng = np.random.default_rng(seed)
    start = int(datetime(2018, 10, 22, tzinfo=UTC).timestamp()) * 1_000_000
    grid = rng.integers(0, 23 * 24, n) * 3_600_000_000  # full hours: many ties, and moments at which clocks change
    fine = rng.choice([0, 0, 1, 500_000, 999_999, 1_800_000_000], n)
    rows: list[Row] = []
    for i in range(n):
        person = None if rng.random() < 0.03 else str(rng.choice(PEOPLE))
        name = None if rng.random() < 0.03 else str(rng.choice(NAMES, p=(0.4, 0.25, 0.2, 0.1, 0.05)))
        segment = None if rng.random() < 0.1 else str(rng.choice(["de", "fr"]))
        value = None if rng.random() < 0.3 else float(rng.integers(-5, 20))
        rows.append((person, int(start + grid[i] + fine[i]), name, segment, value))
    return rows


class Plain:
    """The events that are meant, day by day, read as a person would."""

    def __init__(self, rows: list[Row], zone: str) -> None:
        self.zone = ZoneInfo(zone)
        kept = [(p, t, n, s, v) for p, t, n, s, v in rows if p is not None and FIRST <= self.day(t) <= LAST]
        self.rows = sorted(kept, key=lambda r: r[1])

    def day(self, t: int) -> date:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=t)
        return moment.astimezone(self.zone).date()

    def of(self, *names: str) -> list[tuple[str, int, int, str, float | None]]:
        picked = [r for r in self.rows if not names or r[2] in names]
        return [(p, t, numbered(self.day(t)), s or "", v) for p, t, _, s, v in picked]


SPLIT = "coalesce(segment, '')"


def check(engine: Engine, sql: str, wanted: list[tuple[object, ...]]) -> None:
    assert engine.rows(sql) == sorted(wanted, key=lambda row: tuple((v is None, str(v).zfill(20)) for v in row))


def counted(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [(*key, n) for key, n in Counter(rows).items()]


@pytest.mark.parametrize("zone", ZONES)
def test_all_shapes_equal_the_plainest_reading(engine: Engine, zone: str) -> None:
    rows = made(len(zone))
    engine.load(rows)
    events, clock, plain = Events(dialect=engine.dialect), Clock(FIRST, LAST, zone), Plain(rows, zone)
    for split in ("", SPLIT):
        tallied(engine, events, clock, plain, split)
        gapped(engine, events, clock, plain, split)
        chained(engine, events, clock, plain, split)
        returned(engine, events, clock, plain, split)
    described(engine, events, clock, plain, rows)


def described(engine: Engine, events: Events, clock: Clock, plain: Plain, rows: list[Row]) -> None:
    known = [row for row in rows if row[0] is not None]
    moments = [t for _, t, *_ in known]
    assert engine.rows(Wanted(Span()).sql(events, clock)) == [(min(moments), max(moments))]
    days: dict[int, list[int]] = defaultdict(list)
    for _, t, d, *_ in plain.of():
        days[d].append(t)
    check(engine, Wanted(Days()).sql(events, clock), [(d, len(ts), min(ts), max(ts)) for d, ts in days.items()])
    for key, at in (("name", 2), ("segment", 3)):
        told = [(row[at], row[0]) for row in known if row[at]]
        each = list(Counter(t for t, _ in told).items())
        people = [(text, len({p for t, p in told if t == text})) for text, _ in each]
        check(engine, Wanted(Sizes(str(key))).sql(events, clock), list(people))
        check(engine, Wanted(Values(key)).sql(events, clock), list(each))
        commonest = sorted(each, key=lambda row: (-row[1], str(row[0])))[:1]
        assert engine.rows(Wanted(Values(key, most=1)).sql(events, clock)) == commonest
    parts: dict[tuple[int, str], list[float]] = defaultdict(list)
    for p, t, name, s, v in plain.rows:
        parts[numbered(plain.day(t)), f"{s or ''}|{name or ''}"] += [float(p == "9007199254740993"), v or 0.0]
    asked = Wanted(Tally(value="value", split=("segment", "name")))
    found = {(d, s): (n, y) for d, s, n, _, y, _ in engine.rows(asked.sql(events, clock))}  # type: ignore[misc]
    assert found == {key: (len(vs) // 2, sum(vs[1::2])) for key, vs in parts.items()}
    # A text that is a number counts as one; other texts are none, and stop nothing.
    number = Wanted(Tally(value="person"))
    found = {d: (m, y) for d, _, _, m, y, _ in engine.rows(number.sql(events, clock))}  # type: ignore[misc]
    assert {d: y / 9007199254740993.0 for d, (_, y) in found.items()} == pytest.approx(numeric(plain))


def numeric(plain: Plain) -> dict[int, float]:
    out = dict.fromkeys((numbered(plain.day(t)) for _, t, *_ in plain.rows), 0.0)
    for p, t, *_ in plain.rows:
        out[numbered(plain.day(t))] += p == "9007199254740993"
    return out


def tallied(engine: Engine, events: Events, clock: Clock, plain: Plain, split: str) -> None:
    for names in ((), ("pay",), ("view", "it's"), ("nobody did this",)):
        groups: dict[tuple[int, str], list[float | None]] = defaultdict(list)
        for _, _, d, s, v in plain.of(*names):
            groups[d, s if split else ""].append(v)
        wanted = [
            (d, s, len(vs), sum(v is not None for v in vs), sum(v or 0.0 for v in vs), sum((v or 0.0) ** 2 for v in vs))
            for (d, s), vs in groups.items()
        ]
        found = engine.rows(tally(events, Pick(names), clock, "value", split))
        assert found == sorted(wanted, key=lambda row: tuple((v is None, str(v).zfill(20)) for v in row))


def gapped(engine: Engine, events: Events, clock: Clock, plain: Plain, split: str) -> None:
    there: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for p, _, d, s, _ in plain.of():
        there[s if split else ""][p].add(d)
    rows = engine.rows(gaps(events, Pick(), clock, 9, split))
    wanted: list[tuple[object, ...]] = []
    first, days = numbered(FIRST), (LAST - FIRST).days + 1
    for s, of in there.items():
        for held in of.values():
            ordered = sorted(held)
            before = [None, *ordered[:-1]]
            wanted += [(d, s, 0 if b is None else min(d - b, 9)) for d, b in zip(ordered, before, strict=True)]
        table = histogram([(d, g, n) for d, seg, g, n in rows if seg == s], first, days, 9)  # type: ignore[misc]
        for window in (1, 2, 7, 9):
            brute = [sum(bool(h & set(range(d - window + 1, d + 1))) for h in of.values())
                     for d in range(first, first + days)]  # fmt: skip
            assert rolling(table, window).tolist() == brute
        assert new(table).sum() == len(of)
    check(engine, gaps(events, Pick(), clock, 9, split), counted(wanted))
    daily = counted([(d, s) for s, of in there.items() for held in of.values() for d in held])
    check(engine, people(events, Pick(), clock, split), daily)


def chain(starts: list[int], steps: list[list[int]], strict: list[bool]) -> list[list[int]]:
    """For each beginning the moments of the steps that follow, as far as they do."""
    out = []
    for t in starts:
        found = [t]
        for times, later in zip(steps, strict, strict=True):
            after = [x for x in times if (x > found[-1] if later else x >= found[-1])]
            if not after:
                break
            found.append(min(after))
        out.append(found)
    return out


CHAINS = (
    (("view",), ("add",)),
    (("view",), ("add",), ("pay",)),
    (("view",), ("add", "help"), ("pay",), ("view",)),
    (("view",), ("view",), ("add",)),
)


def chained(engine: Engine, events: Events, clock: Clock, plain: Plain, split: str) -> None:
    for names in CHAINS:
        strict = [any(set(names[j]) & set(names[k]) for j in range(k)) for k in range(1, len(names))]
        for within in (DAY // 2, 3 * DAY):
            wanted: dict[tuple[str, int], list[tuple[object, ...]]] = {}
            firsts: dict[tuple[str, int], tuple[int, str]] = {}
            for p, t, d, s, _ in plain.of(*names[0]):
                firsts[p, d] = min(firsts.get((p, d), (t, s)), (t, s))
            for (p, d), (t, s) in firsts.items():
                steps = [[x for q, x, *_ in plain.of(*n) if q == p] for n in names[1:]]
                for level, x in enumerate(chain([t], steps, strict)[0], 1):
                    if x - t <= within:
                        wanted.setdefault((p, d), []).append((d, s if split else "", level, (x - t) // DAY))
            picks = [Pick(n) for n in names]
            check(
                engine,
                entries(events, picks, within, clock, split),
                counted([row for rows in wanted.values() for row in rows]),
            )
            first = {p: min(d for q, d in firsts if q == p) for p, _ in firsts}
            mine = [row for (p, d), rows in wanted.items() for row in rows if d == first[p]]
            check(engine, entries(events, picks, within, clock, split, once=True), counted(mine))
            if not split:
                check(engine, persons(events, picks, within, clock), counted(deepest(plain, names, strict, within)))


def deepest(
    plain: Plain, names: tuple[tuple[str, ...], ...], strict: list[bool], within: int
) -> list[tuple[object, ...]]:
    """The longest chain of each person: every beginning tried, each next step the earliest."""
    out: list[tuple[object, ...]] = []
    for p in {r[0] for r in plain.of(*names[0])}:
        steps = [[x for q, x, *_ in plain.of(*n) if q == p] for n in names[1:]]
        starts = [x for q, x, *_ in plain.of(*names[0]) if q == p]
        out.append((max(sum(x - c[0] <= within for x in c) for c in chain(starts, steps, strict)),))
    return out


def returned(engine: Engine, events: Events, clock: Clock, plain: Plain, split: str) -> None:
    days: dict[str, set[int]] = defaultdict(set)
    start: dict[str, tuple[int, str]] = {}
    for p, t, d, s, _ in plain.of("view", "pay"):
        days[p].add(d)
        start[p] = min(start.get(p, (t, s)), (t, s))
    of = {p: start[p][1] if split else "" for p in days}
    wanted = [(min(held), of[p], d - min(held)) for p, held in days.items() for d in held if d - min(held) <= 10]
    check(engine, cohorts(events, Pick(("view", "pay")), clock, 10, split), counted(wanted))
    each = [(min(held), len(held) - 1, max(held) - min(held)) for held in days.values()]
    check(engine, recency(events, Pick(("view", "pay")), clock), counted(each))
    taken = plain.of("help")
    lags: list[tuple[object, ...]] = []
    chance: dict[str, tuple[int, str, int]] = {}
    for p, t, d, s, _ in plain.of("add"):
        chance[p] = min(chance.get(p, (t, s, d)), (t, s, d))
    for p, (t, s, d) in chance.items():
        after = [x for q, x, *_ in taken if q == p and x >= t]
        lags.append((d, s if split else "", -((t - min(after)) // 3_600_000_000) if after else None))
    check(engine, until(events, Pick(("add",)), Pick(("help",)), clock, split, 3_600_000_000), counted(lags))


def test_filters_pick_by_property_and_segment(engine: Engine) -> None:
    rows = made(5)
    engine.load(rows)
    events, clock, plain = Events(dialect=engine.dialect), Clock(FIRST, LAST), Plain(rows, "UTC")
    groups = Counter(d for _, _, d, s, _ in plain.of("it's") if s == "de")
    found = engine.rows(tally(events, Pick((), (("name", "it's"),), "de"), clock))
    assert [(d, n) for d, _, n, *_ in found] == sorted(groups.items())


@pytest.mark.parametrize("zone", [*ZONES, "Africa/Casablanca", "Pacific/Apia", "Asia/Kathmandu", "America/St_Johns"])
def test_a_zones_changes_give_every_moment_its_offset(zone: str) -> None:
    at, first, last = ZoneInfo(zone), date(2005, 1, 1), date(2013, 1, 1)
    known = changes(zone, first, last)
    rng = np.random.default_rng(7)
    span = (last - first).days * 86_400
    near = [since // 1_000_000 + k for since, _ in known[1:] for k in (-1, 0, 1)]
    begin = int(datetime(2005, 1, 1, tzinfo=UTC).timestamp())
    for second in [*near, *(begin + rng.integers(0, span, 3000)).tolist()]:
        offset = [o for since, o in known if since <= second * 1_000_000][-1]
        true = datetime.fromtimestamp(second, UTC).astimezone(at).utcoffset()
        assert true is not None and offset == true / timedelta(microseconds=1)
