"""What is wrong with a set-up, from the strategy's text to the fitness of each metric; and how files could be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from madegood.days import say_day, today
from madegood.engine.store import Store
from madegood.errors import MadegoodError
from madegood.intent.parse import load
from madegood.performance.measure import measure
from madegood.reading import freshness, last_day
from madegood.refusal import Refusal
from madegood.sources.guess import guesses

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from madegood.intent.parse import Loaded

GOOD, POOR, BAD = "ok  ", "note", "mend"


def examine(folder: Path) -> tuple[list[str], bool]:
    """Lines to show, and whether all is well; stops at the first thing that everything after it stands on."""
    lines = list(examined(folder))
    return lines, not any(line.startswith(BAD) for line in lines)


def examined(folder: Path) -> Iterator[str]:
    """From the text to the facts to the metrics."""
    try:
        loaded = load(folder)
    except MadegoodError as error:
        yield f"{BAD}  {error}"
        return
    errors = [f for f in loaded.findings if f.severity == "error"]
    s = loaded.strategy
    yield (
        f"{BAD if errors else GOOD}  strategy: {len(s.outcomes)} outcomes, {len(s.needs)} needs, {len(s.bets)} bets, "
        f"{len(s.metrics)} metrics{f'; {len(errors)} errors, see: madegood check' if errors else ''}"
    )
    path = Path(loaded.project.root) / "target" / "madegood.duckdb"
    if not loaded.project.sources:
        yield f"{BAD}  sources: madegood.yml names none. Propose some: madegood doctor FILE..."
        return
    if not path.exists():
        yield f"{BAD}  facts: none have been read. Read them: madegood build"
        return
    try:
        with Store.open(path, read_only=True) as store:
            yield from facts_of(loaded, store)
    except MadegoodError as error:
        yield f"{BAD}  facts: {error}"


def facts_of(loaded: Loaded, store: Store) -> Iterator[str]:
    """Each source and each metric as the readings will find it."""
    sources = freshness(store)
    on = last_day(sources, today())
    read = {source.name: source for source in sources}
    for spec in loaded.project.sources:
        source = read.get(spec.name)
        if source is None:
            yield f"{BAD}  source {spec.name}: never read. Read it: madegood build"
            continue
        last = f", to {say_day(source.last_day)}" if source.last_day else ""
        state = POOR if source.set_aside or not source.rows else GOOD
        yield f"{state}  source {spec.name}: {source.rows:,} rows{last}, {source.set_aside:,} set aside"
    for reason, count in store.rows("select reason, count(*) from set_aside group by 1 order by 2 desc, 1 limit 10"):
        yield f"{POOR}  set aside, {count:,} rows: {reason}"
    for metric in loaded.strategy.metrics:
        measured = measure(metric, store, on, loaded.project.timezone)
        if isinstance(measured, Refusal):
            yield f"{BAD}  metric {metric.id}: {measured.why}. {measured.until}"
            continue
        series = measured.series
        yield f"{GOOD}  metric {metric.id}: {series.grain}, {say_day(series.first)} to {say_day(series.last)}"
        for fitness in measured.fitness:
            yield f"{POOR}  metric {metric.id}: {fitness.says} {fitness.usable}"


def propose(files: Sequence[Path]) -> str:
    """YAML that madegood.yml could hold for these files; a person reads it before it is used."""
    head = (
        "# A proposal from the files' names, headers and first rows. Read it, correct it, paste it into madegood.yml.\n"
    )
    return head + "sources:\n" + "".join(one.yaml() for one in guesses(files))
