"""The one pass says what the queries say: random questions, random events, in batches cut anywhere."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import duckdb
import numpy as np
import pytest

from madegood.performance.one_pass.answer import Pass
from madegood.performance.one_pass.cells import Unfit
from madegood.performance.one_pass.feed import Batch
from madegood.performance.shapes.base import DAY, Clock, Events, Pick
from madegood.performance.shapes.wanted import (
    Cohorts,
    Days,
    Entries,
    Gaps,
    People,
    Persons,
    Recency,
    Returned,
    Shape,
    Sizes,
    Span,
    Tally,
    Until,
    Values,
    Wanted,
)

FIRST, LAST = date(2018, 10, 24), date(2018, 11, 12)
ZONES = ("UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo")
NAMES, SEGMENTS, PLANS = ("view", "add", "pay", "help", None), ("de", "fr", "", None), ("free", "pro", "é", None)
HOUR = DAY // 24


class Made:
    """Random events: many ties, gaps below a second, nothing where a text belongs, and days outside."""

    def __init__(self, rng: np.random.Generator, texts: bool) -> None:
        n = int(rng.integers(1, 400))
        start = int(datetime(2018, 10, 22, tzinfo=UTC).timestamp()) * 1_000_000
        grid = rng.integers(0, 23 * 24, n) * HOUR if rng.random() < 0.7 else rng.integers(0, 30, n) * HOUR
        self.t = np.sort(start + grid + rng.choice([0, 0, 1, 500_000, 1_800_000_000], n))
        self.person = rng.integers(0, int(rng.choice([2, 6, 60])), n)
        self.name, self.segment, self.plan = (
            [some[i] for i in rng.integers(0, len(some), n)] for some in (NAMES, SEGMENTS, PLANS)
        )
        self.value = np.where(rng.random(n) < 0.3, np.nan, rng.integers(-5, 20, n).astype(float))
        self.texts = texts

    def events(self, engine: duckdb.DuckDBPyConnection) -> Events:
        """The same in a table."""
        engine.execute(
            "create or replace table e (p bigint, t timestamp, name varchar, segment varchar, plan varchar, v double)"
        )
        rows = [
            (int(p), int(t), n, s, g, None if np.isnan(v) else v)
            for p, t, n, s, g, v in zip(
                self.person, self.t, self.name, self.segment, self.plan, self.value, strict=True
            )
        ]
        engine.executemany("insert into e values (?, make_timestamp(?), ?, ?, ?, ?)", rows)
        columns = (("segment", "segment"), ("name", "name"), ("plan", "plan"), ("value", "v"))
        return Events("e", "p", "t", columns=columns, entry="", value="v")

    def batch(self, low: int, high: int, keys: tuple[str, ...], upside_down: bool) -> Batch:
        """Some of the rows as they are read; in any order where they are upside down."""
        at = np.arange(low, high)[:: -1 if upside_down else 1]
        asked = self.person[at].astype(np.int64).reshape(-1, 1)
        if self.texts:
            asked = np.concatenate((asked % 2, asked), axis=1)
        return Batch(
            asked, self.t[at], {key: [coded([getattr(self, key)[i] for i in at])] for key in keys},
            {"value": self.value[at]},
        )  # fmt: skip


def coded(texts: list[str | None]) -> tuple[np.ndarray[tuple[int], np.dtype[np.int32]], list[str | None]]:
    known = list(dict.fromkeys(texts))
    return np.array([known.index(text) for text in texts], dtype=np.int32), known


def pick(rng: np.random.Generator) -> Pick:
    names = tuple(str(n) for n in rng.choice(["view", "add", "pay", "help", "none"], rng.integers(0, 3), replace=False))
    where = (("plan", str(rng.choice(["free", "pro", "é"]))),) if rng.random() < 0.3 else ()
    return Pick(names, where, str(rng.choice(["de", "fr"])) if rng.random() < 0.2 else "")


def questions(rng: np.random.Generator) -> list[Shape]:
    """Some of every shape."""
    splits = ((), (), ("segment",), ("plan", "segment"))
    out: list[Shape] = [Span(), Days(), Sizes("plan"), Values("name"), Values("segment", pick(rng), 2)]
    for _ in range(2):
        split = splits[rng.integers(len(splits))]
        one = pick(rng)
        low = int(rng.integers(0, 5))
        steps = tuple(pick(rng) for _ in range(rng.integers(2, 6)))
        within = int(rng.choice([0, HOUR // 2, DAY, 3 * DAY + 1, 40 * DAY]))
        out += [
            Tally(one, "", split), Tally(pick(rng), "value", split), People(one, split), Gaps(one, 4, split),
            Gaps(one, 28), Cohorts(one, 6, split), Returned(one, low, low + int(rng.integers(0, 4)), split),
            Recency(one),
            Entries(steps, within, split, int(rng.choice([HOUR, DAY])), bool(rng.random() < 0.5)),
            Persons(steps, within),
            Until(pick(rng), pick(rng), split, int(rng.choice([HOUR, DAY]))), Until(one, pick(rng)),
        ]  # fmt: skip
    return out


def ordered(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return sorted(rows, key=lambda row: tuple((v is None, str(v).zfill(20)) for v in row))


@pytest.mark.parametrize("seed", range(60))
def test_equals_the_queries(seed: int) -> None:
    rng = np.random.default_rng(seed)
    made, engine = Made(rng, texts=seed % 3 == 0), duckdb.connect()
    events, clock = made.events(engine), Clock(FIRST, LAST, ZONES[seed % len(ZONES)])
    asked = questions(rng)
    one = Pass(asked, Clock(FIRST, FIRST + timedelta(days=int(rng.integers(0, 20))), clock.zone))
    cuts = sorted({0, len(made.t), *rng.integers(0, len(made.t) + 1, rng.integers(0, 5)).tolist()})
    cuts = [c for c in cuts if c in (0, len(made.t)) or made.t[c - 1] < made.t[c]]
    for low, high in pairwise(cuts):
        if made.t[high - 1] >= one.clock.closes:
            one.reach(clock)
        if rng.random() < 0.3:
            one = pickle.loads(pickle.dumps(one))
        one.take(made.batch(low, high, one.texts, bool(rng.random() < 0.3)))
    answers = one.answers()
    for shape in asked:
        wanted = engine.execute(Wanted(shape).sql(events, clock)).fetchall()
        if isinstance(shape, Values | Sizes):
            assert answers[shape] == wanted, shape
        else:
            assert ordered(answers[shape]) == ordered(wanted), shape


def test_says_what_does_not_fit() -> None:
    clock = Clock(FIRST, LAST)
    with pytest.raises(Unfit, match="seven"):
        one = Pass([Entries(tuple(Pick((str(i),)) for i in range(9)), DAY)], clock)
        one.take(Batch(np.zeros((1, 1), np.int64), np.array([clock.opens]), {"name": [coded(["1"])]}, {}))
    with pytest.raises(Unfit, match="too fine"):
        Pass([Until(Pick(("a",)), Pick(("b",)), grain=1)], clock)
    one = Pass([Tally()], clock)
    one.take(Batch(np.zeros((1, 1), np.int64), np.array([clock.opens + 9]), {}, {}))
    with pytest.raises(Unfit, match="order of time"):
        one.take(Batch(np.zeros((1, 1), np.int64), np.array([clock.opens + 8]), {}, {}))
    with pytest.raises(Unfit, match="texts in another"):
        one.take(Batch(np.zeros((1, 2), np.int64), np.array([clock.opens + 10]), {}, {}))


def test_more_people_than_there_is_memory_for() -> None:
    clock = Clock(FIRST, LAST)
    shapes: list[Shape] = [Gaps(), Cohorts(), Recency(), Persons((Pick(("a",)), Pick(("b",))), DAY)]
    for limit, fits in ((1 << 20, True), (1 << 14, False)):
        one = Pass(shapes, clock, limit)
        asked = np.arange(2000, dtype=np.int64).reshape(-1, 1)
        names = {"name": [coded(["a"] * 2000)]}
        days = [Batch(asked, clock.opens + k * DAY + np.arange(2000), names, {}) for k in range(2)]
        if fits:
            for day in days:
                one.take(day)
            assert 50_000 < one.held() < limit
        else:
            with pytest.raises(Unfit, match="2,000 people"):
                for day in days:
                    one.take(day)
