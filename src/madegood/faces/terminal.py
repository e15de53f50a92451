"""The reading in a terminal: the sentence, the four instruments, then the page's tables in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rich import box
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from madegood.faces.instruments import sentences
from madegood.faces.numbers import clean
from madegood.faces.page import page
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console, RenderableType

    from madegood.faces.instruments import Instrument
    from madegood.faces.moved import Row
    from madegood.faces.page import Figure, Page
    from madegood.faces.sentence import Phrase
    from madegood.faces.shares import Line
    from madegood.reading import Reading

STYLES = {"good": "green", "bad": "red", "aim": "blue", "flat": "dim", "unsure": "dim", "plain": "", "": ""}
#: Lines are no longer than a person reads with ease, however wide the window.
WIDEST = 100


def show(reading: Reading, console: Console, brief: bool = False) -> None:
    """Print a reading; `brief` is the sentence, the instruments and the outcomes only.

    Colour doubles words and never replaces them; rich leaves it out where NO_COLOR is set or nobody looks.
    """
    whole = page(reading)
    for part in (*head(whole), *outcomes(whole), *(() if brief else body(whole))):
        console.print(part, width=min(console.width, WIDEST), soft_wrap=False)


def text(words: str, style: str = "") -> Text:
    """Words of others as plain text: no markup in them is obeyed."""
    return Text(clean(words), style=style)


def heading(words: str) -> Padding:
    return Padding(text(words, "bold"), (1, 0, 0, 0))


def head(whole: Page) -> Iterable[RenderableType]:
    """Whose page, the sentence, the four instruments."""
    yield text(f"{whole.name} · compass · {whole.period} · {whole.unread.fresh}", "dim")
    yield Padding(lede(whole.lede), (1, 0))
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column()
    for instrument in whole.instruments:
        table.add_row(text(instrument.name, "bold"), reading_of(instrument))
    yield table


def lede(phrases: Sequence[Phrase]) -> Text:
    """The sentence; what matters is bold."""
    out = Text()
    for phrase in phrases:
        out.append(phrase.text, style=f"bold {STYLES[phrase.mark]}".strip() if phrase.mark else "")
    return out


def reading_of(instrument: Instrument) -> Text:
    """Its figure and its notes."""
    out = text(instrument.figure, STYLES[instrument.tone])
    out.append(f"  {clean(' '.join(instrument.notes))}", style="dim")
    return out


def table_of(names: Sequence[str], rows: Iterable[Sequence[Text | str]]) -> Table:
    """A plain table with rules between its head and its rows only."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for i, name in enumerate(names):
        table.add_column(escape(name), ratio=None if i else 1, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def outcomes(whole: Page) -> Iterable[RenderableType]:
    """Every outcome with its parts."""
    if not whole.outcomes:
        return
    yield heading("Outcomes")
    names = ("Outcome", "Stands at", "Made good", "Drift", "Chance of the target")
    rows = [(text(o.title), *map(cell, (o.stands, o.made_good, o.drift, o.chance))) for o in whole.outcomes]
    yield table_of(names, rows)


def cell(figure: Figure) -> Text:
    """A figure, its note dim beneath it."""
    out = text(figure.text, STYLES[figure.tone])
    if figure.note:
        out.append(f"\n{clean(figure.note)}", style="dim")
    return out


def body(whole: Page) -> Iterable[RenderableType]:
    """The rest of the page, in its order."""
    yield from line_of_effort(whole)
    yield from whose_work(whole)
    yield from what_moved(whole)
    yield from quiet(whole)
    yield from why(whole)
    yield from next_steps(whole)
    yield from silent(whole)


def line_of_effort(whole: Page) -> Iterable[RenderableType]:
    """The throughline as a table."""
    yield heading("The throughline")
    data = whole.throughline
    if isinstance(data, Refusal):
        yield from map(text, sentences(data))
        return
    kinds = {"end": "no intent"}
    shown = [n for n in data.nodes if n.column != "work"]
    rows = [(text(n.title), kinds.get(n.column, n.column), text(n.note)) for n in shown]
    yield table_of(("What", "Kind", "Effort and standing"), rows)


def whose_work(whole: Page) -> Iterable[RenderableType]:
    """Made good by bet, for every outcome whose change has parts."""
    for course in whole.courses:
        for shares in course.shares:
            if shares.of == "bet":
                yield heading(f"{shares.heading}: {course.title}")
                yield table_of(("Bet", "Made good"), map(share_row, shares.lines))
                if shares.note:
                    yield text(shares.note, "dim")


def share_row(line: Line) -> tuple[Text, Text]:
    """One part with its interval."""
    figure = text(line.figure, STYLES[line.tone])
    figure.append(f"\n{clean(line.note)}", style="dim")
    return text(line.name), figure


def what_moved(whole: Page) -> Iterable[RenderableType]:
    """Bets, then releases; the word stands before the figure."""
    yield heading("What moved")
    moved = whole.moved
    if not moved.bets and not moved.releases:
        yield text("Nothing could be judged: a verdict needs a metric with a history, and releases or bets with a day.")
    if moved.bets:
        yield table_of(("Bet", "Verdict", "Effect, 95 %"), map(verdict, moved.bets))
    if moved.releases:
        bare = (replace(row, step="") for row in moved.releases)
        yield table_of(("Release", "Verdict", "Effect, 95 %"), map(verdict, bare))
        if any(row.step for row in moved.releases):
            yield text("What would make each of them tellable stands on the page: madegood report", "dim")
    if moved.others:
        yield text(moved.others, "dim")


def verdict(row: Row) -> tuple[Text, Text, Text]:
    """One row: what, the verdict with its step, the effect with its interval."""
    name = text(row.title)
    name.append(f"\n{clean(row.about)}", style="dim")
    word = text(row.standing.word, STYLES[row.standing.tone])
    for said in row.beside:
        word.append(f"\n{clean(said)}")
    if row.step:
        word.append(f"\nto tell: {clean(row.step)}", style="dim")
    figure = text(row.figure)
    if row.range:
        figure.append(f"\n{row.range}", style="dim")
    return name, word, figure


def quiet(whole: Page) -> Iterable[RenderableType]:
    """Erosions, and what happened to the instruments."""
    yield heading("Quiet signals")
    if whole.signals.none:
        yield text(whole.signals.none)
    for card in whole.signals.cards:
        line = text(f"{card.title}: {card.figure}", STYLES[card.tone])
        line.append(f"  {clean(' '.join(card.notes))}", style="dim")
        yield line
    if whole.signals.more:
        yield text(f"{len(whole.signals.more)} more on the page.", "dim")
    if whole.signals.needs:
        yield text(whole.signals.needs, "dim")


def why(whole: Page) -> Iterable[RenderableType]:
    """Rival explanations with their lines."""
    yield heading("Why it is flat")
    if not whole.reasons:
        yield text("No explanation can be weighed yet: that takes an outcome with a metric and something that shipped.")
        return
    rows = []
    for reason in whole.reasons:
        lines = [f"{toward}: {says}" for toward, says in reason.lines]
        lines += [f"to tell: {reason.until}"] if reason.until else []
        rows.append((text(reason.title), text(reason.standing), Text("\n".join(map(clean, lines)), style="dim")))
    yield table_of(("Explanation", "Standing", "Lines"), rows)


def next_steps(whole: Page) -> Iterable[RenderableType]:
    """The course as a sentence, then what to do."""
    yield heading("The course from here")
    yield from map(text, sentences(whole.course) if isinstance(whole.course, Refusal) else (whole.course,))
    for i, step in enumerate(whole.steps, 1):
        line = text(f"{i}. {step.verb}: {step.says}")
        line.append(f" {clean(step.because)}", style="dim")
        yield line


def silent(whole: Page) -> Iterable[RenderableType]:
    """What cannot be said, and what it was read from."""
    yield heading("What could not be read")
    for silence in whole.unread.silences:
        line = text(f"{silence.about}: {silence.why}")
        line.append(f" {clean(silence.until)}", style="dim")
        yield line
    yield text(f"{whole.unread.findings} {whole.unread.set_aside}", "dim")
