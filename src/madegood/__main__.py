"""The commands; each imports what it needs when it is called, so that `check` starts at once."""

from __future__ import annotations

import os
import re
import shutil
import sys
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from madegood import __version__
from madegood.days import today
from madegood.errors import MadegoodError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from madegood.days import Window
    from madegood.engine.store import Store
    from madegood.execution.model import Facts
    from madegood.findings import Finding
    from madegood.intent.parse import Loaded
    from madegood.reading import Reading

FINE, FINDINGS, BROKEN = 0, 1, 2
FOLDER = click.argument("folder", type=click.Path(path_type=Path), default=".", required=False)
DAY = click.DateTime(["%Y-%m-%d"])
ON = click.option("--on", type=DAY, help="The day to read as of [the last day of the facts].")
DAYS = click.option("--days", type=click.IntRange(7, 3660), help="Length of the period [madegood.yml, else 91].")


def bounded(context: click.Context, option: click.Parameter, value: str | None) -> None:
    """Notes the bound of memory for whatever opens the store."""
    said = re.fullmatch(r"(\d+(?:\.\d+)?) ?(MB|GB|MiB|GiB)", value or "1GB", re.IGNORECASE)
    if not said:
        raise click.BadParameter("write it as 500MB or 2GB", context, option)
    context.find_root().meta["memory"] = f"{said[1]}{said[2]}" if value else ""


MEMORY = click.option("--memory", metavar="SIZE", callback=bounded, expose_value=False,
                      help="The most that the engine may take, as 2GB; beyond it uses the disk [80 %].")  # fmt: skip


class Commands(click.Group):
    """Says what went wrong in one breath, exits 2, and proposes the near command."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except MadegoodError as error:
            click.echo(f"{type(error).__name__}: {error}", err=True)
            ctx.exit(BROKEN)
        except KeyboardInterrupt:
            click.echo("stopped; what was there before is as it was", err=True)
            ctx.exit(BROKEN)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(FINE)
        except OSError as error:
            what = f" {error.filename}" if error.filename else ""
            click.echo(f"the machine refused{what}: {error.strerror or error}. Mend that, then try again", err=True)
            ctx.exit(BROKEN)
        except Exception as error:
            if "MADEGOOD_TRACE" in os.environ:
                raise
            said = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no more is known'}"
            click.echo(f"a fault of this program, not yours: {said}. Set MADEGOOD_TRACE=1 to see where", err=True)
            ctx.exit(BROKEN)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """A strategy that a product team can run: what we said, what we did, what happened, what moved."""


def colour() -> bool:
    """Colour only where a person looks."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def say(text: str) -> None:
    """Talk goes to stderr; data to stdout."""
    click.echo(text, err=True)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """One line that changes while a person looks; nothing where nobody does."""
    width = 0

    def tell(text: str) -> None:
        nonlocal width
        if sys.stderr.isatty():
            click.echo("\r" + text[:100].ljust(width), err=True, nl=False)
            width = min(len(text), 100)

    yield tell
    if width:
        click.echo("\r" + " " * width + "\r", err=True, nl=False)


def loaded_from(folder: Path) -> Loaded:
    from madegood.intent.parse import load

    return load(folder)


@contextmanager
def opened(loaded: Loaded, read_only: bool = False) -> Iterator[Store]:
    from madegood.engine.store import Store
    from madegood.errors import UsageError

    path = Path(loaded.project.root) / "target" / "madegood.duckdb"
    if read_only and not path.exists():
        raise UsageError("no facts have been read yet. Read them: madegood build")
    path.parent.mkdir(exist_ok=True)
    context = click.get_current_context(silent=True)
    memory = context.find_root().meta.get("memory", "") if context else ""
    with Store.open(path, read_only, memory) as store:
        yield store


def reading_of(folder: Path, on: date | None, days: int | None) -> Reading:
    from madegood.reading import read
    from madegood.rules.check import check as check_all
    from madegood.rules.snapshot import read_snapshot

    loaded = loaded_from(folder)
    snapshot = read_snapshot(Path(loaded.project.root) / "target" / "effort.json")
    with opened(loaded, read_only=True) as store, progress() as tell:
        found = check_all(loaded, today(), snapshot)
        return read(loaded, store, today(), as_day(on), days, found, tell)


def as_day(value: date | None) -> date | None:
    """click gives a datetime; we speak of days."""
    return None if value is None else date(value.year, value.month, value.day)


@main.command()
@FOLDER
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif", "github"]), default="text")
def check(folder: Path, form: str) -> None:
    """Findings about the strategy: what is missing, what cannot be judged, what nothing serves."""
    from madegood.faces import findings as faces
    from madegood.intent.git import git
    from madegood.rules.check import check as check_all
    from madegood.rules.snapshot import read_snapshot

    loaded = loaded_from(folder)
    found = check_all(loaded, today(), read_snapshot(Path(loaded.project.root) / "target" / "effort.json"))
    if form == "text":
        text = faces.text(found, colour())
    elif form == "json":
        text = faces.json(found)
    else:
        inside = git(loaded.project.root, "rev-parse", "--show-prefix")
        text = faces.sarif(found, inside) if form == "sarif" else faces.github(found, inside)
    if text:
        click.echo(text.rstrip("\n"))
    if form == "text":
        say(f"{loaded.project.name or 'strategy'}: {counted(loaded)}; {many(len(found), 'finding')}")
    sys.exit(FINDINGS if any(f.severity != "note" for f in found) else FINE)


def counted(loaded: Loaded) -> str:
    """How much is stated."""
    s = loaded.strategy
    kinds = ((s.outcomes, "outcome"), (s.needs, "need"), (s.bets, "bet"), (s.metrics, "metric"))
    return ", ".join(many(len(things), word) for things, word in kinds)


def many(count: int, word: str) -> str:
    """1 bet, 2 bets."""
    return f"{count} {word}{'' if count == 1 else 's'}"


@main.command()
@FOLDER
@MEMORY
def build(folder: Path) -> None:
    """Read the facts from where they live into target/; twice gives the same."""
    sys.exit(built(folder))


def built(folder: Path) -> int:
    """Pull every source, then keep a snapshot of the effort for `check`. Gives the exit code."""
    from madegood.faces import findings as faces
    from madegood.performance import definitions
    from madegood.performance.keeping import keep_answers
    from madegood.rules.check import argued
    from madegood.sources.pull import pull

    loaded = loaded_from(folder)
    ours = tuple(f for f in loaded.findings if f.severity == "error")
    with opened(loaded) as store:
        with progress() as tell:
            pulled = pull(loaded.project, store, tell, loaded.strategy.metrics)
            keep_answers(store, loaded.strategy.metrics, loaded.project.timezone, tell)
        for one in pulled:
            aside = f", {one.set_aside:,} set aside" if one.set_aside else ""
            say(f"  {one.name:24} {one.rows:>11,} rows{aside}{', unchanged' if one.unchanged else ''}")
        keep_snapshot(loaded, store)
    metrics, zone = loaded.strategy.metrics, loaded.project.timezone
    changed = definitions.remember(Path(loaded.project.root, "target"), metrics, zone, today())
    heard = (*definitions.told(changed, metrics), *listened(loaded))
    found = (*ours, *(f for one in pulled for f in one.findings), *heard)
    found = tuple(argued(found, loaded.project, loaded.strategy))
    if found:
        click.echo(faces.text(found, colour()).rstrip("\n"))
    if not loaded.project.sources:
        say("madegood.yml names no sources, so there are no facts to read. Propose some: madegood doctor FILE...")
    return FINDINGS if any(f.severity == "error" for f in found) else FINE


def listened(loaded: Loaded) -> tuple[Finding, ...]:
    """Looks through the files that are read where they lie, as surveys and texts, and says what is wrong with them."""
    if not (loaded.project.surveys or loaded.project.texts):
        return ()
    from madegood.evidence.asked import looked

    found: list[Finding] = []
    for name, rows, findings in looked(loaded.project, loaded.strategy.needs, today()):
        say(f"  {name:24} {rows:>11,} rows, read where they lie")
        found += findings
    return tuple(found)


def keep_snapshot(loaded: Loaded, store: Store) -> None:
    """Where the effort of the last period went, for `check`, which opens no database."""
    from madegood.days import Window
    from madegood.execution.effort import effort
    from madegood.execution.facts import facts
    from madegood.reading import freshness, last_day
    from madegood.rules.snapshot import write_snapshot

    period = Window.ending(last_day(freshness(store), today()), loaded.project.period)
    spent = effort(facts(store, loaded.project, loaded.strategy), loaded.strategy, period)
    write_snapshot(spent, Path(loaded.project.root) / "target" / "effort.json")


@main.command()
@FOLDER
@ON
@DAYS
@MEMORY
@click.option("--from", "first", type=DAY, help="What was made good since this day, by bet, need and release.")
@click.option("--to", "last", type=DAY, help="With --from: up to this day [the last day of each metric].")
@click.option("--mean-of", default=28, show_default=True, type=click.IntRange(1, 366),
              help="With --from: each date is the mean of so many days up to it; 1 is the day itself.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The whole reading as one JSON object.")
def show(
    folder: Path,
    on: date | None,
    days: int | None,
    first: date | None,
    last: date | None,
    mean_of: int,
    as_json: bool,
) -> None:
    """The sentence, the four instruments and the tables, here in the terminal; or the change between two dates."""
    if first or last:
        if first is None or on or days:
            raise click.UsageError("between two dates: --from DATE, and --to DATE where it is not the last day")
        between_dates(folder, as_day(first), as_day(last), mean_of, as_json)
        return
    reading = reading_of(folder, on, days)
    if as_json:
        from madegood.faces.json import to_json

        click.echo(to_json(reading))
        return
    shown(reading)


def between_dates(folder: Path, first: date | None, last: date | None, days: int, as_json: bool) -> None:
    """The change of every metric between two dates, in parts."""
    from rich.console import Console

    from madegood.faces.between import between_json, show_between
    from madegood.reading import between

    assert first is not None
    loaded = loaded_from(folder)
    with opened(loaded, read_only=True) as store, progress() as tell:
        tell("measuring what happened, and weighing what moved it")
        accounts = between(loaded, store, today(), first, last, days)
    if as_json:
        click.echo(between_json(accounts))
        return
    show_between(accounts, loaded.strategy, Console(soft_wrap=False, highlight=False))


def shown(reading: Reading, brief: bool = False) -> None:
    from rich.console import Console

    from madegood.faces.terminal import show as draw

    draw(reading, Console(soft_wrap=False, highlight=False), brief=brief)


@main.command()
@FOLDER
@ON
@DAYS
@MEMORY
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="[target/compass.html]")
def report(folder: Path, on: date | None, days: int | None, output: Path | None) -> None:
    """The compass page as one self-contained file that can be mailed or printed."""
    from madegood.intent.parse import find

    reading = reading_of(folder, on, days)
    click.echo(written(reading, output or find(folder).parent / "target" / "compass.html"))


def written(reading: Reading, path: Path) -> Path:
    """The page in its file, whole or not at all."""
    from madegood.faces.report import report as page

    text = page(reading)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".half")
    half.write_text(text, encoding="utf-8")
    half.replace(path)
    return path


@main.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
def doctor(files: tuple[Path, ...]) -> None:
    """What is wrong with the set-up; given FILES, the sources that madegood.yml could name for them."""
    from madegood.faces.doctor import examine, propose

    if files and not any((path / "madegood.yml").exists() for path in files):
        click.echo(propose(files))
        return
    lines, well = examine(files[0] if files else Path())
    click.echo("\n".join(lines))
    sys.exit(FINE if well else FINDINGS)


@main.command()
@FOLDER
@click.option(
    "--from", "sources", multiple=True, type=click.Path(path_type=Path), help="Files, folders or git checkouts."
)
@click.option("--name", default="", help="What the product is called [the folder's name].")
def init(folder: Path, sources: tuple[Path, ...], name: str) -> None:
    """Draft a strategy from the backlog and metrics it is pointed at, marked `proposed`."""
    from madegood.draft import draft

    with progress() as tell:
        made = draft(folder, sources, name, today(), tell)
    for line in made:
        click.echo(line)


@main.command()
def schema() -> None:
    """The JSON Schema of a strategy file, for editors."""
    import json

    from madegood.intent.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@main.command("sql")
@click.argument("metric")
@click.option("--folder", type=click.Path(path_type=Path), default=".")
@click.option(
    "--engine", help="Whose words: duckdb, clickhouse, postgres, spark, bigquery or snowflake [the source's]."
)
def sql_of(metric: str, folder: Path, engine: str | None) -> None:
    """The queries that a metric asks of events, as an engine gets them."""
    from madegood.engine.dialect import DIALECTS
    from madegood.findings import did_you_mean
    from madegood.sources.files import Broken
    from madegood.sources.in_place import queries

    loaded = loaded_from(folder)
    project = loaded.project
    named = {one.id: one for one in loaded.strategy.metrics}
    if metric not in named:
        raise click.UsageError(f"no metric is `{metric}`.{did_you_mean(metric, list(named))}")
    engine = engine or next((s.engine for s in project.sources if s.kind == "events" and s.engine), "duckdb")
    dialect = next((one for one in DIALECTS if one.name == engine), None)
    if dialect is None:
        names = [one.name for one in DIALECTS]
        raise click.UsageError(f"`{engine}` is no engine.{did_you_mean(engine, names)} Engines: {', '.join(names)}")
    try:
        asked = queries(named[metric], project, dialect, today())
    except Broken as broken:
        raise click.ClickException(broken.findings[0].message) from None
    if not asked:
        say(f"`{metric}` is of kind {named[metric].kind} and asks nothing of events")
    if not dialect.tested:
        click.echo(f"-- untested: these queries were parsed as {dialect.name} and never run there")
    for what, text in asked:
        click.echo(f"-- {what}\n{text};\n" if text else f"-- {what}\n")


@main.command()
@click.argument("item")
@click.option("--folder", type=click.Path(path_type=Path), default=".")
def why(item: str, folder: Path) -> None:
    """What a work item serves, and how we know."""
    from madegood.execution.facts import facts
    from madegood.execution.link import why as reasons
    from madegood.faces.ask import maybe

    loaded = loaded_from(folder)
    with opened(loaded, read_only=True) as store:
        known = facts(store, loaded.project, loaded.strategy)
    for line in (*reasons(item, known, loaded.strategy), *maybe(item, known, loaded)):
        click.echo(line)


@main.command()
@FOLDER
@ON
@DAYS
@click.option("--answers", type=click.Path(path_type=Path, dir_okay=False, exists=True),
              help="A CSV of answers (item, aim, to, answer) instead of questions.")  # fmt: skip
@click.option("--patch", is_flag=True, help="With --answers: what they would change, as a patch; nothing is written.")
@click.option("--json", "as_json", is_flag=True, help="The suggestions as JSON; nothing is asked or written.")
def link(folder: Path, on: date | None, days: int | None, answers: Path | None, patch: bool, as_json: bool) -> None:
    """Ask where orphan work belongs, the most effort first; a yes is written into the strategy, a no is kept."""
    from madegood.draft import link_walk
    from madegood.faces.ask import ask

    if patch and not answers:
        raise click.UsageError("--patch needs --answers FILE, as `madegood export links --suggested` makes one to fill")
    loaded = loaded_from(folder)
    with opened(loaded, read_only=True) as store:
        known, period = known_work(loaded, store, as_day(on), days)
    if answers and patch:
        click.echo(link_walk.patch(loaded, known, link_walk.read_answers(answers)), nl=False)
        return
    if answers:
        walked = link_walk.answers(loaded, known, link_walk.read_answers(answers))
    else:
        with progress() as tell:
            tell("comparing orphan work with bets and needs")
            offers = link_walk.offers(loaded, known, period)
        if as_json:
            click.echo(link_walk.to_json(offers))
            return
        if not offers:
            say("nothing to ask: no orphan is near a bet or need. Your team's words under its `also:` would help")
            return
        walked = link_walk.walk(loaded, known, offers, ask(len(offers)))
    say(f"{walked.yes} yes, {walked.no} no, {walked.left} left to answer")


def known_work(loaded: Loaded, store: Store, on: date | None, days: int | None) -> tuple[Facts, Window]:
    """What we did, and the period that effort is counted over."""
    from madegood.days import Window
    from madegood.execution.facts import facts
    from madegood.reading import freshness, last_day

    day = on or last_day(freshness(store), today())
    return facts(store, loaded.project, loaded.strategy), Window.ending(day, days or loaded.project.period)


@main.group()
def export() -> None:
    """What is known, as files for other tools; nothing is written back to them."""


@export.command("links")
@FOLDER
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv")
@click.option("--suggested", is_flag=True, help="With a suggestion for each orphan that has one.")
def export_links(folder: Path, form: str, suggested: bool) -> None:
    """Which work item serves what, and how it is known; with a label for each."""
    from madegood.draft import link_export
    from madegood.execution.suggested import suggested as plausible_links

    loaded = loaded_from(folder)
    with opened(loaded, read_only=True) as store:
        known, _ = known_work(loaded, store, None, None)
    plausible = plausible_links(loaded, known) if suggested else ()
    table = link_export.rows(known, loaded.strategy, plausible)
    click.echo((link_export.to_csv if form == "csv" else link_export.to_json)(table).rstrip("\n"))


@main.group()
def survey() -> None:
    """Surveys: what asking a part of the customers with high effort would tell, and whom to ask."""


@survey.command("plan")
@click.argument("name")
@FOLDER
@click.option("--expect", default="50 %", show_default=True, help="Share that answers when asked with high effort.")
@click.option("--within", default=30.0, show_default=True, help="Width of the interval that is wanted, in points.")
@click.option("--people", type=click.IntRange(1), help="How many to draw [the smallest arm within that width].")
@click.option("--draw", type=click.Path(path_type=Path, dir_okay=False), help="Draw them into this CSV file.")
@click.option("--seed", default="", help="Of the draw, as 2026-Q4 [the survey's name].")
@click.option("--customers", default="", help="A table of the customers to draw from [the survey's own].")
def survey_plan(
    name: str,
    folder: Path,
    expect: str,
    within: float,
    people: int | None,
    draw: Path | None,
    seed: str,
    customers: str,
) -> None:
    """How wide the score's interval would be, by how many are asked with high effort; and draw them by lot."""
    from madegood.draft.survey_arm import write_arm
    from madegood.errors import UsageError
    from madegood.evidence.asked import planned
    from madegood.faces.survey_plan import plan_lines
    from madegood.intent.amounts import amount
    from madegood.refusal import Refusal

    loaded, share = loaded_from(folder), amount(expect)
    if share is None or not 0 < share.value < 1:
        raise UsageError(f"--expect is the share that answers, as 50 % or 0.5, and not {expect}")
    with opened(loaded, read_only=True) if needs_store(loaded, name) else nullcontext() as store:
        spec, plan = planned(loaded.project, store, name, share.value, within)
    if isinstance(plan, Refusal):
        say(f"{plan.asked}: {plan.why}; until {plan.until}")
    else:
        click.echo("\n".join(plan_lines(plan)))
    if draw is None:
        sys.exit(FINDINGS if isinstance(plan, Refusal) else FINE)
    wanted = people or (plan.pick.people if not isinstance(plan, Refusal) and plan.pick else None)
    if wanted is None:
        raise UsageError("how many to draw is not known. Say it: --people 1000")
    of = write_arm(spec, Path(loaded.project.root), customers, wanted, seed or name, draw)
    say(f"{wanted:,} of {of:,} customers were drawn into {draw}, as arm `{spec.effort or 'high'}`")


def needs_store(loaded: Loaded, name: str) -> bool:
    """Whether a survey has no file of its own."""
    return not any(spec.name == name and spec.path for spec in loaded.project.surveys)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--seed", default=7, show_default=True)
@click.option("--customers", default=20_000, show_default=True, type=click.IntRange(10))
@click.option("--months", default=15, show_default=True, type=click.IntRange(2, 60))
@click.option("--releases", default=40, show_default=True, type=click.IntRange(0, 400))
def simulate(folder: Path, seed: int, customers: int, months: int, releases: int) -> None:
    """Make a company that does not exist, with known truths hidden in it."""
    from madegood.simulate import simulate as make

    hidden = make(folder, seed=seed, customers=customers, months=months, releases=releases)
    path = folder / "hidden.json"
    say(f"{many(len(hidden.truths), 'truth')} stand in {path}, which nothing reads. Next: madegood build {folder}")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default="demo")
@click.option("--seed", default=7, show_default=True)
def demo(folder: Path, seed: int) -> None:
    """The whole path on a made-up company, then what it had hidden and whether the reading found it."""
    from madegood.faces.reveal import show_reveal
    from madegood.simulate import simulate as make
    from madegood.simulate.reveal import reveal

    say(f"making a company that does not exist, in {folder}/ (seed {seed})")
    hidden = make(folder, seed=seed)
    shutil.rmtree(folder / "target", ignore_errors=True)  # facts of another company, or of another version
    say("reading its facts")
    built(folder)
    reading = reading_of(folder, None, None)
    shown(reading, brief=True)
    page = written(reading, folder / "target" / "compass.html")
    show_reveal(reveal(hidden, reading))
    click.echo(f"\nThe page: {page}")


if __name__ == "__main__":
    main()
