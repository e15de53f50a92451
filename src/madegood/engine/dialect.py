"""What SQL engines say differently, each word of it in one place: shapes of query ask a dialect for these.

Nothing else may differ between engines: shapes use inner and left joins, GROUP BY, UNION ALL, CASE, integer arithmetic,
MIN, MAX, SUM and COUNT, and windows whose frame is written out. Times are whole microseconds since 1970 in UTC, never
fractions of seconds: engines that give those round differently. Days are whole numbers since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Name = Literal["duckdb", "clickhouse", "postgres", "spark", "bigquery", "snowflake"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One engine's words.

    micros     a TIMESTAMP in UTC as whole microseconds, `{}` standing for the column
    over       whole numbers, not below zero, divided and cut off
    whole      the type of a 64-bit whole number; `real` of a double
    letters    the type of a text
    number     a column as a double, whatever it holds; NULL where that is no number
    mark       stands around the name of a column
    escapes    a backslash in a text begins an escape
    asof       joins to the nearest row in time
    settings   appended to a query
    tested     the conformance suite was executed on it; otherwise its text was parsed, and no more
    """

    name: Name
    micros: str
    over: str
    whole: str = "bigint"
    real: str = "double precision"
    letters: str = "varchar"
    number: str = "try_cast({} as double)"
    mark: str = '"'
    escapes: bool = False
    asof: bool = False
    settings: str = ""
    tested: bool = True

    def time(self, column: str) -> str:
        """Microseconds of a column of times."""
        return self.micros.format(column)

    def divide(self, amount: str, by: int) -> str:
        """Whole quotient of an amount that is not negative."""
        return self.over.format(amount, by)

    def name_of(self, column: str) -> str:
        """A column's name, as a name that nothing in it can end.

        >>> DUCKDB.name_of("a b"), SPARK.name_of("a`b")
        ('"a b"', '`a``b`')
        """
        if self.name in ("clickhouse", "bigquery"):
            column = column.replace("\\", "\\\\")
        return f"{self.mark}{column.replace(self.mark, 2 * self.mark)}{self.mark}"

    def text(self, value: str) -> str:
        """A text, as a literal that nothing in it can end.

        >>> DUCKDB.text("it's"), CLICKHOUSE.text("a\\\\' b")
        ("'it''s'", "'a\\\\\\\\'' b'")
        """
        if "\x00" in value:
            raise ValueError("a text with a zero byte is no name of anything")
        if self.name == "bigquery":  # knows no doubled quotes, and no end of a line within a text
            escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
            return f"'{escaped}'"
        doubled = value.replace("'", "''")
        quoted = doubled.replace("\\", "\\\\") if self.escapes else doubled
        return f"'{quoted}'"


DUCKDB = Dialect("duckdb", "epoch_us({})", "({} // {})", asof=True)
CLICKHOUSE = Dialect(
    "clickhouse", "toUnixTimestamp64Micro({})", "intDiv({}, {})", "Nullable(Int64)", "Nullable(Float64)",
    "Nullable(String)", "toFloat64OrNull(toString({}))", "`", escapes=True,
    settings=" settings join_use_nulls = 1, prefer_column_name_to_alias = 1",
)  # fmt: skip
#: PostgreSQL has no cast that gives nothing where it fails, so a text is looked at first.
POSTGRES_NUMBER = (
    r"case when cast({0} as text) ~ '^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{{1,2}})?\s*$'"
    " then cast(cast({0} as text) as double precision) end"
)
POSTGRES = Dialect("postgres", "cast(extract(epoch from {}) * 1000000 as bigint)", "({} / {})", number=POSTGRES_NUMBER)
SPARK = Dialect("spark", "unix_micros({})", "({} div {})", real="double", letters="string", mark="`", escapes=True)
BIGQUERY = Dialect(
    "bigquery", "unix_micros({})", "div({}, {})", "int64", "float64", "string", "safe_cast({} as float64)",
    mark="`", escapes=True, tested=False,
)  # fmt: skip
SNOWFLAKE = Dialect(
    "snowflake", "date_part(epoch_microsecond, {})", "floor({} / {})", number="try_to_double(to_varchar({}))",
    escapes=True, tested=False,
)  # fmt: skip
DIALECTS = (DUCKDB, CLICKHOUSE, POSTGRES, SPARK, BIGQUERY, SNOWFLAKE)
