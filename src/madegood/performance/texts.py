"""What customers say in words, counted by need and month where it lies: no text is copied, none leaves the engine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from madegood.engine.store import Store, literal, quoted
from madegood.findings import Finding, Span, did_you_mean
from madegood.performance.survey_files import attach, day_of
from madegood.performance.survey_spec import NAMES, plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from madegood.intent.model import Need, TextSpec

OURS = ("at", "text")
#: A word's letter, as the engine's regular expressions know it.
LETTER = r"[\p{L}\p{N}_]"


@dataclass(frozen=True, slots=True)
class Month:
    """How many texts came in a month, and how many of them speak of each need, in the needs' order."""

    first: date
    texts: int
    speak: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """One file of texts, by month; what is wrong with it, and which columns were taken."""

    name: str
    months: tuple[Month, ...]
    findings: tuple[Finding, ...] = ()
    taken: tuple[tuple[str, str], ...] = ()


def read_texts(spec: TextSpec, needs: Sequence[Need], root: Path, on: date) -> Texts:
    """Counts of a file up to `on`. Raises SourceError where it is not there or is no table.

    A text speaks of a need where it holds, as whole words whatever their case, one of its words (`words_of`).
    """
    with Store.open(None) as store:
        header, numbered = attach(store, "raw", spec.path, root, text=True)
        ours, found = _columns(spec, header)
        if found:
            return Texts(spec.name, (), tuple(found))
        text = " || ' ' || ".join(f"coalesce(cast({quoted(name)} as varchar), '')" for name in ours["text"])
        store.execute(
            f"create temp table texts as select _line as line, nullif(trim(cast({quoted(ours['at'][0])} as varchar)),"
            f" '') as said, {day_of('said')} as day,"
            f" trim(regexp_replace({text}, '\\s+', ' ', 'g')) as text from raw"
        )
        months = _months(store, needs, on)
        taken = tuple((name, " + ".join(theirs)) for name, theirs in ours.items())
        return Texts(spec.name, months, tuple(_odd(store, spec, numbered)), taken)


def words_of(need: Need) -> tuple[str, ...]:
    """The words that count as speaking of a need: its id, and what a person wrote under `also:`."""
    return tuple(
        dict.fromkeys(w.strip().lower() for w in (need.id.replace("-", " "), need.id, *need.also) if w.strip())
    )


def pattern(words: Sequence[str]) -> str:
    """A regular expression of the engine for whole words; `*` at an end of a word stands for the rest of it.

    >>> print(pattern(["log* in"]))
    (^|[^\\p{L}\\p{N}_])(?:log[\\p{L}\\p{N}_]*\\sin)($|[^\\p{L}\\p{N}_])
    """
    parts = (r"\s".join(re.escape(w).replace(r"\*", f"{LETTER}*") for w in phrase.split()) for phrase in words)
    other = LETTER.replace("[", "[^", 1)
    return f"(^|{other})(?:{'|'.join(parts)})($|{other})"


def _months(store: Store, needs: Sequence[Need], on: date) -> tuple[Month, ...]:
    tests = "".join(
        f", count_if(regexp_matches(lower(text), {literal(pattern(words_of(need)))}, 'i'))" for need in needs
    )
    rows = store.rows(
        f"select date_trunc('month', day)::date as month, count(*){tests} from texts"
        " where day <= ? and text <> '' group by 1 order by 1",
        (on,),
    )
    return tuple(Month(first, int(n), tuple(int(k) for k in speak)) for first, n, *speak in rows)


def _columns(spec: TextSpec, header: Sequence[str]) -> tuple[dict[str, list[str]], list[Finding]]:
    """Ours -> theirs, as said and then as guessed; several of theirs make one text."""
    found: list[Finding] = []
    ours: dict[str, list[str]] = {}
    known = {name.lower(): name for name in reversed(header)}
    for name, theirs in spec.columns:
        if name not in OURS:
            message = f"`{name}` is no column of ours.{did_you_mean(name, OURS)}"
            found.append(Finding("text-column-unknown", Span(spec.path), message, f"Ours: {', '.join(OURS)}."))
            continue
        parts = [theirs] if theirs.lower() in known else [part.strip() for part in theirs.split(" + ")]
        missing = [part for part in parts if part.lower() not in known]
        if missing:
            message = f"The file has no column `{missing[0]}`.{did_you_mean(missing[0], header)}"
            mend = f"It has: {', '.join(name[:40] for name in header[:20])}."
            found.append(Finding("text-column-missing", Span(spec.path), message, mend))
        else:
            ours[name] = [known[part.lower()] for part in parts]
    by_plain = {plain(name): name for name in reversed(header)}
    for name in OURS:
        near = [by_plain[one] for one in NAMES[name].split() if one in by_plain]
        if name not in ours and name not in dict(spec.columns):
            if near:
                ours[name] = near[:1]
                continue
            message = f"Which column says the {'day' if name == 'at' else name} is not known."
            mend = f"Say it under `columns:`, as `{name}: THEIR-COLUMN`. The file has: {', '.join(header[:20])}."
            found.append(Finding("text-unmapped", Span(spec.path), message, mend))
    return ours, found


def _odd(store: Store, spec: TextSpec, numbered: bool) -> list[Finding]:
    """Rows whose day cannot be read; a text is never said back."""
    n, line = store.rows("select count(*), min(line) from texts where day is null and text <> ''")[0]
    if not n:
        return []
    message = f"{n:,} {'text has' if n == 1 else 'texts have'} no day that can be read."
    span = Span(spec.path, int(line) + 1 if numbered else 1)
    return [Finding("text-day", span, message, "Write 2026-03-04; until then they do not count.", "warning")]
