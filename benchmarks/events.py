"""Daily statistics of events, in CPU seconds beside what a team would use instead, on files that lie where they are.

    python benchmarks/events.py FOLDER [--peers] [--days 40 100 180] [--repeat 3]

FOLDER holds Parquet files in the order of time with the columns user_id (a whole number or a text), ts, event, plan,
platform and version, as a tracker writes them. Eight families are asked for: events by day, name, plan and platform;
people by day and plan; people by days since they were there, which gives every rolling window; cohorts by first day;
recency; the funnel of four steps in a week by person and by day of entry; and who took up a feature in eight releases.
Each measurement is a process of its own, one after the other, the peers' with two threads as ours.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STEPS = ("view_item", "add_to_cart", "checkout", "purchase")
RELEASES = [f"4.{k}.0" for k in range(6, 14)]
WEEK = 7 * 86_400_000_000
FLOOR = (
    "select sum(user_id), sum(epoch_us(ts)), bit_xor(hash(plan)), bit_xor(hash(version)), bit_xor(hash(event)),"
    " bit_xor(hash(platform)) from {}"
)
FOUR = ", ".join(f"event = '{step}'" for step in STEPS)
#: Families as ClickHouse is asked for them; of the funnel by day of entry there is no plain form.
CLICKHOUSE = {
    "counts": ["select toDate(ts) d, event, plan, platform, count() from {} group by all"],
    "people": ["select toDate(ts) d, plan, uniqExact(user_id) from {} group by d, plan with rollup"],
    "rolling": [
        "with s as (select toDate(ts) d, plan, uniqExactState(user_id) u from {} group by d, plan)"
        " select e, plan, uniqExactMerge(u) from s array join arrayMap(k -> d + k, range(28)) as e group by e, plan"
    ],
    "cohorts": [
        "with f as (select user_id, argMin(plan, ts) p, min(toDate(ts)) c, groupUniqArray(toDate(ts)) ds from {}"
        " group by user_id) select c, p, dateDiff('day', c, arrayJoin(ds)) k, count() from f where k <= 30 group by all"
    ],
    "recency": [
        "select f, x, t, count() from (select min(toDate(ts)) f, uniqExact(toDate(ts)) - 1 x,"
        " dateDiff('day', f, max(toDate(ts))) t from {} group by user_id) group by all"
    ],
    "funnel by person": [
        f"select level, count() from (select user_id, windowFunnel({WEEK})"
        f"(toUInt64(toUnixTimestamp64Micro(ts)), {FOUR}) as level"
        f" from {{}} where event in {STEPS} group by user_id) group by level"
    ],
    "feature": [
        "with e as (select user_id, version, min(ts) t, minIf(ts, event = 'feature_x') x from {} group by all)"
        " select version, toDate(t), dateDiff('day', t, x), count() from e group by all"
    ],
}  # fmt: skip


def shapes() -> list[object]:
    """The eight families, as they are asked of one pass and of queries alike."""
    from madegood.performance.shapes.base import Pick
    from madegood.performance.shapes.wanted import Cohorts, Entries, Gaps, People, Persons, Recency, Tally, Until

    steps, plan = tuple(Pick((step,)) for step in STEPS), ("plan",)
    return [
        Tally(split=("name", "plan", "platform")), People(), People(split=plan), Gaps(), Gaps(split=plan),
        Cohorts(split=plan), Recency(), Persons(steps, WEEK), Entries(steps, WEEK, plan),
        *(Until(Pick((), (("version", release),)), Pick(("feature_x",)), plan) for release in RELEASES),
    ]  # fmt: skip


def files_of(folder: Path, days: int = 0) -> list[Path]:
    found = sorted(folder.glob("*.parquet"))
    return found[:days] if days else found


def table(paths: list[Path]) -> str:
    return f"read_parquet({[str(path) for path in paths]})"


def clock_of(paths: list[Path]):  # type: ignore[no-untyped-def]
    from pyarrow import parquet

    from madegood.performance.shapes.base import Clock

    ends = []
    for path in (paths[0], paths[-1]):
        read = parquet.read_metadata(path)
        at = [read.schema.column(i).path for i in range(read.num_columns)].index("ts")
        told = [read.row_group(i).column(at).statistics for i in range(read.num_row_groups)]
        ends.append((min(t.min for t in told).date(), max(t.max for t in told).date()))
    return Clock(ends[0][0], ends[1][1])


def over(paths: list[Path], memory: object = None) -> object:
    """The passes over some files."""
    from madegood.performance.one_pass.over import Files, Passes
    from madegood.performance.shapes.wanted import Wanted

    texts = {"name": "event", "plan": "plan", "platform": "platform", "version": "version"}
    return Passes(
        Files(tuple(paths), "user_id", "ts", texts, {}), "UTC", [Wanted(s) for s in shapes()], lambda _: None, memory
    )


def digest(rows: list[tuple[object, ...]]) -> str:
    return hashlib.sha256(repr(sorted(tuple(map(str, row)) for row in rows)).encode()).hexdigest()[:12]


def one_pass(folder: Path, _: str) -> dict[str, str]:
    paths = files_of(folder)
    passes = over(paths)
    found = passes.answers(passes.base, clock_of(paths), ())  # type: ignore[attr-defined]
    return {f"{i:02} {type(one.shape).__name__}": digest(rows) for i, (one, rows) in enumerate(found.items())}


def queries(folder: Path, which: str) -> dict[str, str]:
    """The same questions, as queries of DuckDB; `which` a number of one of them, or nothing for all."""
    import duckdb

    from madegood.performance.shapes.base import Events
    from madegood.performance.shapes.wanted import Wanted

    paths = files_of(folder)
    columns = (("name", "event"), *((key, key) for key in ("plan", "platform", "version")))
    events = Events(table(paths), "user_id", "ts", "event", "plan", "", columns, "")
    with duckdb.connect(config={"threads": 2}) as db:
        db.execute("set preserve_insertion_order = false")
        asked = [(i, s) for i, s in enumerate(shapes()) if not which or i == int(which)]
        return {
            f"{i:02} {type(s).__name__}": digest(db.execute(Wanted(s).sql(events, clock_of(paths))).fetchall())  # type: ignore[arg-type]
            for i, s in asked
        }


def floor(folder: Path, _: str) -> dict[str, str]:
    """Nothing but reading the columns that are needed."""
    import duckdb

    with duckdb.connect(config={"threads": 2}) as db:
        db.execute("set preserve_insertion_order = false")
        db.execute(FLOOR.format(table(files_of(folder)))).fetchall()
    return {}


def clickhouse(folder: Path, which: str) -> dict[str, str]:
    from chdb import session

    at = session.Session()
    source = f"file('{folder}/*.parquet', Parquet, 'user_id Int64, ts DateTime64(6), event LowCardinality(String), "
    source += "plan LowCardinality(String), platform LowCardinality(String), version LowCardinality(String)')"
    for sql in CLICKHOUSE[which]:
        at.query(f"{sql.format(source)} settings max_threads = 2", "Null")
    return {}


def day(folder: Path, which: str) -> dict[str, str]:
    """What one more file costs, when all before it are remembered; `which` how many there are with it."""
    from madegood.performance.one_pass.memory import Memory

    count = int(which)
    where = Path(tempfile.mkdtemp(prefix="passes"))
    memory = Memory(where, (1234567891011, 98765432101))
    out = {}
    for k, paths in enumerate((files_of(folder, count - 1), files_of(folder, count))):
        passes = over(paths, memory)
        known = passes.recall()  # type: ignore[attr-defined]
        assert bool(known) == bool(k)
        cpu, wall = time.process_time(), time.perf_counter()
        passes.answers(passes.base, known[0] if known else clock_of(paths), ())  # type: ignore[attr-defined]
        out[("first", "day")[k]] = f"{time.process_time() - cpu:.3f} {time.perf_counter() - wall:.3f}"
    out["kept MB"] = f"{sum(path.stat().st_size for path in where.iterdir()) / 1e6:.0f}"
    shutil.rmtree(where)
    return out


WORK = {"one pass": one_pass, "queries": queries, "floor": floor, "clickhouse": clickhouse, "day": day}


def measured(work: str, folder: Path, which: str = "") -> tuple[float, float, int, dict[str, str]]:
    """(CPU seconds, seconds, MB at most, what it gave) of one process, its start and imports included."""
    began = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = subprocess.run(
        [sys.executable, __file__, str(folder), "--work", work, "--which", which],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = json.loads(said.stdout.splitlines()[-1])
    return cpu, time.perf_counter() - began, told["mb"], told["gave"]


def several(work: str, folder: Path, repeat: int, which: str = "") -> float:
    """Prints and gives the median of the CPU seconds of some runs."""
    runs = [measured(work, folder, which) for _ in range(repeat)]
    cpu = statistics.median(run[0] for run in runs)
    wall, most = statistics.median(run[1] for run in runs), max(run[2] for run in runs)
    print(f"{work + ' ' + which:32} {cpu:8.2f} CPU s {wall:8.2f} s {most:6} MB", flush=True)
    return cpu


def main() -> None:
    said = argparse.ArgumentParser()
    said.add_argument("folder", type=Path)
    said.add_argument("--peers", action="store_true", help="ClickHouse too")
    said.add_argument("--days", type=int, nargs="*", default=[])
    said.add_argument("--repeat", type=int, default=3)
    said.add_argument("--work", choices=WORK)
    said.add_argument("--which", default="")
    args = said.parse_args()
    if args.work:
        gave = WORK[args.work](args.folder, args.which)
        print(json.dumps({"gave": gave, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10}))
        return
    least = several("floor", args.folder, args.repeat)
    ours = several("one pass", args.folder, args.repeat)
    print(f"one pass / floor: {ours / least:.2f}")
    sums, same = 0.0, measured("one pass", args.folder)[3]
    for i, shape in enumerate(shapes()):
        cpu, wall, most, gave = measured("queries", args.folder, str(i))
        sums += cpu
        name = f"{i:02} {type(shape).__name__}"
        alike = "the same answer" if gave[name] == same[name] else "ANOTHER ANSWER"
        print(f"{'query ' + name:32} {cpu:8.2f} CPU s {wall:8.2f} s {most:6} MB  {alike}", flush=True)
    print(f"queries together {sums:.1f} CPU s; one pass / queries: {ours / sums:.3f}")
    if args.peers:
        peers = sum(several("clickhouse", args.folder, 1, name) for name in CLICKHOUSE)
        print(f"ClickHouse, seven of the eight: {peers:.1f} CPU s; one pass / that: {ours / peers:.3f}")
    for count in args.days:
        gave = measured("day", args.folder, str(count))[3]
        print(
            f"day {count}: {gave['day'].split()[0]} CPU s after {gave['first'].split()[0]}; {gave['kept MB']} MB kept"
        )


if __name__ == "__main__":
    main()
