"""From what is found to a project that stands whole or not at all: doors, numbers, work, then the files."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from madegood.days import Window, say_day
from madegood.draft.doors import Doors, doors
from madegood.draft.numbers import ALIVE, Numbers, numbers, outcomes
from madegood.draft.say import said_of_read, said_of_strategy
from madegood.draft.work import Work, work
from madegood.engine.store import Store
from madegood.errors import UsageError
from madegood.execution.effort import effort
from madegood.execution.facts import facts
from madegood.execution.link import link
from madegood.intent.model import Project, Strategy
from madegood.intent.write import write_folder
from madegood.reading import freshness, last_day
from madegood.rules.snapshot import write_snapshot
from madegood.sources.pull import pull

if TYPE_CHECKING:
    from madegood.execution.model import Effort, Facts
    from madegood.refusal import Refusal
    from madegood.sources.pulled import Pulled

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a draft proposes, and how it came about."""

    project: Project
    strategy: Strategy
    pulled: tuple[Pulled, ...]
    left: tuple[str, ...]
    numbers: Numbers
    work: Work
    on: date
    spent: Effort | Refusal
    notes: tuple[str, ...] = ()


def draft(folder: Path, sources: Sequence[Path], name: str, today: date, tell: Tell = lambda _: None) -> list[str]:
    """Writes madegood.yml, strategy/ and target/ into a folder, whole or not at all; gives lines to print.

    sources  files, folders and git repositories; where none is named, what stands in the folder itself
    name     what the product is called; empty: as the folder

    Raises UsageError when a project stands there already, or when nothing is found to draft from.
    """
    root = folder.resolve()
    refuse_over(folder, root)
    found = doors(root, sources)
    if not found.specs:
        raise UsageError(nothing(folder, sources, found))
    project = Project(str(root), name.strip() or root.name, sources=found.specs)
    with undone_on_failure(root):
        made = proposed(project, found.left, today, tell)
        tell("writing the draft")
        written = lay(made, found.doubts, root, today)
    return [*said_of_read(made.project, made.pulled, made.left, found.doubts), *said_of_strategy(made, folder, written)]


def refuse_over(folder: Path, root: Path) -> None:
    """A draft overwrites nothing."""
    if root.exists() and not root.is_dir():
        raise UsageError(f"{folder} is a file. Name the folder to draft in")
    for there in ("madegood.yml", "strategy", "strategy.yml", "strategy.yaml"):
        if (root / there).exists() or (root / there).is_symlink():
            raise UsageError(
                f"{folder / there} is there already, and a draft overwrites nothing. Edit what is there "
                f"(`madegood check {folder}` says what it lacks), or draft in another folder"
            )


def nothing(folder: Path, sources: Sequence[Path], found: Doors) -> str:
    """Why there is nothing to draft from, and how to begin."""
    how = f"Point at a backlog or at metrics: madegood init {folder} --from backlog.csv --from metrics.csv"
    if found.left:
        return "\n  ".join(["nothing here can be drafted from:", *found.left, how])
    if sources:
        where = ", ".join(str(path) for path in sources)
        return f"there is no git repository and no table (CSV, JSON lines, Parquet) in {where}. {how}"
    return (
        f"there is nothing to draft from in {folder}: no git repository, and no table (CSV, JSON lines, Parquet) in it "
        f"or in facts/, data/ or exports/. {how}"
    )


@contextmanager
def undone_on_failure(root: Path) -> Iterator[None]:
    """Makes the folder; whatever goes wrong, it is then as it was before."""
    missing = [path for path in (root / "target", root, *root.parents) if not path.exists()]
    try:
        root.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for path in missing:  # the innermost first
            if path.name == "target" and path.parent == root:
                shutil.rmtree(path, ignore_errors=True)
            elif path.is_dir() and not any(path.iterdir()):
                path.rmdir()
        raise


def proposed(project: Project, left: Sequence[str], today: date, tell: Tell) -> Draft:
    """Reads the facts and proposes from them."""
    target = Path(project.root) / "target"
    target.mkdir(exist_ok=True)
    with Store.open(target / "madegood.duckdb") as store:
        project, pulled, left = readable(project, store, left, tell)
        on = last_day(freshness(store), today)
        tell("looking at the backlog")
        known = facts(store, project, Strategy())
        backlog = work(known.items, on)
        tell("looking at the numbers")
        found, notes = alive(store, on, project, known)
    strategy = Strategy(outcomes(tuple(found.metrics)), backlog.needs, backlog.bets, tuple(m for m, _ in found.metrics))
    project = replace(project, upkeep=backlog.upkeep)
    known = replace(known, links=link(known.items, known.releases, strategy, project))
    spent = effort(known, strategy, Window.ending(on, project.period))
    write_snapshot(spent, target / "effort.json")
    return Draft(project, strategy, pulled, left, found, backlog, on, spent, notes)


def readable(
    project: Project, store: Store, left: Sequence[str], tell: Tell
) -> tuple[Project, tuple[Pulled, ...], tuple[str, ...]]:
    """The project with the sources that could be read, how they were, and what is left out by now, with the reason."""
    out = list(left)
    while project.sources:
        pulled = pull(project, store, tell)
        bad = {one.name: wrong for one in pulled if (wrong := useless(one))}
        if not bad:
            return project, pulled, tuple(out)
        out += [f"{spec.path}: {bad[spec.name]}" for spec in project.sources if spec.name in bad]
        project = replace(project, sources=tuple(spec for spec in project.sources if spec.name not in bad))
    pull(project, store, tell)  # takes out what the last of them had brought
    raise UsageError("\n  ".join(["nothing here can be drafted from:", *out]))


def useless(one: Pulled) -> str:
    """Why a source brings nothing, or nothing."""
    said = [finding.message for finding in one.findings if finding.severity == "error"]
    if said or one.rows:
        return said[0] if said else ""
    return one.findings[0].message if one.findings else "It holds no rows."


def alive(store: Store, on: date, project: Project, known: Facts) -> tuple[Numbers, tuple[str, ...]]:
    """The numbers that are alive on the last day of the facts; where all ended before, on their own last day."""
    releases = Counter(release.product for release in known.releases)
    found = numbers(store, on, project.timezone, releases)
    if found.metrics or not found.asleep:
        return found, ()
    own_last = store.rows("select max(day) from daily where day <= ?", (on,))[0][0]
    if own_last is None:
        return found, ()
    note = f"the daily numbers end on {say_day(own_last)}, {ALIVE} days or more before the other facts"
    return numbers(store, own_last, project.timezone, releases), (note,)


def lay(made: Draft, doubts: Sequence[str], root: Path, today: date) -> list[str]:
    """Everything written beside, then moved in place: madegood.yml last, as it makes the folder a project."""
    with tempfile.TemporaryDirectory(prefix=".draft-", dir=root) as beside:
        written = [path.relative_to(beside) for path in write_folder(made.project, made.strategy, Path(beside))]
        head = Path(beside, "madegood.yml")
        head.write_text(heading(doubts, today) + head.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
        ignore = root / "target" / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")  # made anew by `madegood build`; it holds the salt of the hashes
        if (strategy := Path(beside, "strategy")).exists():
            strategy.rename(root / "strategy")
        try:
            head.rename(root / "madegood.yml")
        except BaseException:
            shutil.rmtree(root / "strategy", ignore_errors=True)
            raise
    return [path.as_posix() for path in written]


def heading(doubts: Sequence[str], today: date) -> str:
    """What stands above the project: that it is a draft, and what to look at."""
    lines = [
        f"Drafted by `madegood init` on {say_day(today)}. How each file is read was guessed from its columns' names:",
        "look at it once, and correct what is wrong.",
        *doubts,
    ]
    return "".join("# " + "".join(c if c.isprintable() else " " for c in line) + "\n" for line in lines)
