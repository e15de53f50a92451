"""SQL that turns one cell into a value of ours, and that says why a cell is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from madegood.engine.store import literal

if TYPE_CHECKING:
    from madegood.engine.tables import Column

EARLIEST = date(1970, 1, 1)  # a day before computers counted them is a slip of the pen
AHEAD = timedelta(days=366 * 3)  # so is one further ahead than any plan
YES, NO = ("true", "t", "yes", "y", "on", "1", "1.0"), ("false", "f", "no", "n", "off", "0", "0.0")
BLANKS = " \t\r\n\u00a0\ufeff"
BLANK = r"^[\s\x{a0}\x{feff}]|[\s\x{a0}\x{feff}]$"
ISO = r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ]|$)"
SHIFTED = r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}[Tt ]\s*\d{1,2}:.*([Zz]|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})$"
EPOCH = r"^(\d{9,10}(\.\d+)?|\d{12,13}(\.\d+)?|\d{15,16}|\d{18,19})$"  # seconds, milli-, micro-, nanoseconds
COMPACT = r"^(19|20)\d{6}$"  # 20260304
#: As JavaScript writes a time, and Linear's export: Wed May 13 2026 11:21:41 GMT+0200 (Central European Summer Time)
SCRIPT = r"^[A-Z][a-z]{2} [A-Z][a-z]{2} \d{2} \d{4} \d{2}:\d{2}:\d{2} GMT[+-]\d{4}( \(.*\))?$"
NAMED = r"^[\d\s/,.:-]*[A-Za-z]{3,9}[\d\s/,.:-]+([AaPp][Mm])?$"  # 4/Mar/26 5:30 PM: no doubt which is the month
NAMED_FORMATS = (
    "%d/%b/%y %I:%M %p", "%d/%b/%y %H:%M", "%d/%b/%y", "%d/%b/%Y %I:%M %p", "%d/%b/%Y %H:%M", "%d/%b/%Y",
    "%d %b %Y", "%d %B %Y", "%d %b %Y %H:%M", "%d %b %Y %H:%M:%S", "%d-%b-%Y", "%d-%b-%y",
    "%b %d, %Y", "%B %d, %Y", "%b %d, %Y %I:%M %p", "%B %d, %Y %I:%M %p", "%b %d, %Y, %I:%M %p", "%b %d %Y",
)  # fmt: skip
NUMBERS = ("INT", "HUGEINT", "DOUBLE", "FLOAT", "DECIMAL")
#: What a cell that is no number looks like -> how to write it.
ODD_NUMBERS = (
    (r"%\s*$", "it has a percent sign: write the number alone"),
    (r"^[+-]?\d+,\d{1,2}$", "it has a decimal comma: write 3.5 for 3,5"),
    (r"^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$", "it has commas: write 1234 for 1,234"),
    (r"^[+-]?\d{1,3}([.' ]\d{3})+(,\d*)?$", "it has marks between thousands: write 1234"),
    (r"(?i)^[+-]?(nan|inf|infinity)$", "it is not finite: leave it empty"),
    (r"^[+-]?\d+(\.\d*)?[eE]\+?\d{3,}$", "it is too large"),
    (r"^\s*[€$£¥]|[€$£¥]\s*$|^[A-Z]{3} ?\d|\d ?[A-Z]{3}$", "it has a currency: write the number alone"),
)
ODD_DAYS = (
    (r"^\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}", "day and month may be either way round: write 2026-03-04 for 4 March"),
    (r"^\d{5}(\.\d+)?$", "it is a spreadsheet's count of days: format the column as 2026-03-04"),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """SQL of one cell of theirs and the engine's type of it. A clean text has no blanks around it; NULL if empty."""

    sql: str
    type: str = "VARCHAR"
    clean: bool = False

    @property
    def text(self) -> str:
        """SQL of its text; NULL where it is empty."""
        if self.clean and self.type == "VARCHAR":
            return self.sql
        if self.type.endswith("[]"):
            return f"nullif(array_to_string({self.sql}, '|'), '')"
        if self.type in ("DOUBLE", "FLOAT"):  # an id of 7.0 is 7: columns with gaps come so from data frames
            whole = f"{self.sql} = trunc({self.sql}) and abs({self.sql}) < 1e15"
            return f"case when {whole} then cast(cast({self.sql} as bigint) as varchar) " + (
                f"when not isnan({self.sql}) then cast({self.sql} as varchar) end"
            )
        text = self.sql if self.type == "VARCHAR" else f"cast({self.sql} as varchar)"
        blank = f"regexp_matches({text}, '{BLANK}')"
        return f"nullif(case when {blank} then trim({text}, {literal(BLANKS)}) else {text} end, '')"

    @property
    def native(self) -> bool:
        """It has a type of its own, so that its text is a dear thing to make."""
        return self.type != "VARCHAR" and not self.type.endswith("[]")

    @property
    def given(self) -> str:
        """SQL of whether there is anything in it."""
        if self.type in ("DOUBLE", "FLOAT"):
            return f"not coalesce(isnan({self.sql}), true)"
        return f"{self.sql if self.native else self.text} is not null"


def value(column: Column, cell: Cell, zone: str) -> str:
    """SQL of a cell as a value of that column; NULL where it is none."""
    if column.type in ("TIMESTAMP", "DATE"):
        return day(cell, zone) if column.type == "DATE" else instant(cell, zone)
    if column.type == "BOOLEAN":
        word = f"lower({cell.text})"
        said = f"case when {word} in {YES} then true when {word} in {NO} then false end"
        return cell.sql if cell.type == "BOOLEAN" else said
    if column.type in ("DOUBLE", "INTEGER"):
        number = cell.sql if cell.type.endswith(NUMBERS) else cell.text
        number = f"try_cast({number} as double)"
        finite = f"case when isfinite({number}) then {number} end"
        return finite if column.type == "DOUBLE" else f"try_cast({finite} as {column.type})"
    if column.type == "VARCHAR[]":
        return f"list_filter(string_split_regex({cell.text}, '\\s*[,;|]\\s*'), lambda x: x <> '')"
    return f"nullif(trim(regexp_replace({cell.text}, '[\\x00-\\x1f\\x7f\\s]+', ' ', 'g')), '')"


def moment(cell: Cell) -> str:
    """SQL of a time in UTC; a time without an offset is UTC."""
    if cell.type == "TIMESTAMP WITH TIME ZONE":
        return f"timezone('UTC', {cell.sql})"
    if cell.type.startswith("TIMESTAMP") or cell.type == "DATE":
        return f"case when isfinite({cell.sql}) then cast({cell.sql} as timestamp) end"
    text = cell.text
    zoned = f"regexp_replace(regexp_replace({text}, '\\s*(UTC|GMT)$', 'Z'), '\\s+([Z+-])', '\\1')"
    number = f"try_cast({text} as double)"
    scale = (
        f"case when {number} >= 1e17 then 1e-3 when {number} >= 1e14 then 1 when {number} >= 1e11 then 1e3 else 1e6 end"
    )
    script = f"regexp_replace({text}, '^\\w+ | GMT|( \\(.*\\))', '', 'g')"
    return (
        f"case when regexp_matches({text}, '{SCRIPT}') "
        f"then timezone('UTC', try_strptime({script}, '%b %d %Y %H:%M:%S%z')) "
        f"when regexp_matches({text}, '{SHIFTED}') then timezone('UTC', try_cast({zoned} as timestamptz)) "
        f"when regexp_matches({text}, '{ISO}') then try_cast({text} as timestamp) "
        f"when regexp_matches({text}, '{EPOCH}') then make_timestamp(try_cast({number} * {scale} as bigint)) "
        f"when regexp_matches({text}, '{COMPACT}') then try_strptime({text}, '%Y%m%d') "
        f"when regexp_matches({text}, '{NAMED}') then try_strptime({text}, {list(NAMED_FORMATS)}) end"
    )


def instant(cell: Cell, zone: str) -> str:
    """SQL of a time in UTC; a day without a time begins at midnight in the project's zone, not in London."""
    utc = moment(cell)
    midnight = f"timezone('UTC', timezone({literal(zone)}, {utc}))"
    if cell.type == "DATE":
        return midnight
    if cell.type.startswith("TIMESTAMP"):
        return utc
    alone = f"not regexp_matches({cell.text}, ':') and not regexp_matches({cell.text}, '{EPOCH}')"
    return f"case when {alone} then {midnight} else {utc} end"


def day(cell: Cell, zone: str) -> str:
    """SQL of a day in the project's time zone; a time without an offset is on the day it says."""
    if cell.type == "DATE" or (cell.type.startswith("TIMESTAMP") and "ZONE" not in cell.type):
        return f"case when isfinite({cell.sql}) then cast({cell.sql} as date) end"
    utc = moment(cell)
    zoned = f"cast(timezone({literal(zone)}, timezone('UTC', {utc})) as date)"
    if "ZONE" in cell.type:
        return zoned
    shifted = f"regexp_matches({cell.text}, '{SHIFTED}') or regexp_matches({cell.text}, '{EPOCH}')"
    return f"case when {shifted} then {zoned} else cast({utc} as date) end"


def checks(column: Column, cell: Cell, value: str, today: date) -> list[str]:
    """`when ... then ...` of every way in which a cell cannot be used. `value` is SQL of what it gave."""
    name = column.name
    out = [f"when not ({cell.given}) then '`{name}` is missing'"] if column.required else []
    if column.type not in ("VARCHAR", "VARCHAR[]"):
        shown = f"left(regexp_replace({cell.text}, '\\S+@\\S+', '(address)'), 40)"
        out.append(f"when {value} is null and {cell.given} then {unreadable(column, cell.text)} || ': ' || {shown}")
    elif column.required and column.type == "VARCHAR":
        out.append(f"when {value} is null then '`{name}` is missing'")
    if column.type in ("DATE", "TIMESTAMP"):
        out.append(f"when {value} < date '{EARLIEST}' then '`{name}` lies before 1970'")
        late = f"cast({value} as date) > date '{today + AHEAD}'"
        out.append(f"when {late} then '`{name}` lies more than three years ahead'")
    if name == "share":
        out.append(f"when not {value} between 0 and 1 then '`share` is not between 0 and 1: write 0.25 for a quarter'")
    if name == "months":
        out.append(f"when {value} < 1 then '`months` is below 1'")
    if name == "last":
        out.append(f"when {value} < v.\"first\" then '`last` lies before `first`'")
    if name == "uncertain":
        out.append(f"when {value} < 0 then '`uncertain` is below 0'")
    return out


def unreadable(column: Column, text: str) -> str:
    """SQL of why a text is no value of this column, and how to write it."""
    what = {"DATE": "no day", "TIMESTAMP": "no time", "BOOLEAN": "neither yes nor no"}.get(column.type, "no number")
    odd = {"DATE": ODD_DAYS, "TIMESTAMP": ODD_DAYS, "BOOLEAN": ()}.get(column.type, ODD_NUMBERS)
    plain = {"DATE": " (write it as 2026-03-04)", "TIMESTAMP": " (write it as 2026-03-04T17:30:00Z)"}.get(
        column.type, ""
    )
    hints = " ".join(
        f"when regexp_matches({text}, {literal(pattern)}) then {literal(f' ({hint})')}" for pattern, hint in odd
    )
    said = literal(f"`{column.name}` is {what}")
    return f"{said} || case {hints} else {literal(plain)} end" if hints else f"{said} || {literal(plain)}"
