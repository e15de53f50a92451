"""The tables that facts are kept in: the one place that names their columns.

Every table carries `source`, the name of the door a row came through; reading a source again replaces its rows.
Times are UTC without a zone; a `day` is in the project's time zone. A `person` is a keyed hash, never a name.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its DuckDB type, whether a row without it is set aside, and what it holds."""

    name: str
    type: str
    holds: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of record. `key` columns tell two rows of one source apart; an equal key read again is the same row."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def column(self, name: str) -> Column | None:
        """The column of that name."""
        return next((c for c in self.columns if c.name == name), None)


ITEMS = Table(
    "items",
    (
        Column("id", "VARCHAR", "the item's own id or number", required=True),
        Column("title", "VARCHAR", "its title"),
        Column("kind", "VARCHAR", "feature, bug, chore, ... as the tracker says"),
        Column("labels", "VARCHAR[]", "labels; text is split at commas, semicolons or bars"),
        Column("parent", "VARCHAR", "id of the epic or parent item"),
        Column("product", "VARCHAR", "which product it is part of, where there are several"),
        Column("created", "TIMESTAMP", "when it was written down"),
        Column("started", "TIMESTAMP", "when work on it began"),
        Column("done", "TIMESTAMP", "when it was finished"),
        Column("estimate", "DOUBLE", "estimated effort in person-days"),
        Column("release", "VARCHAR", "id of the release that shipped it; of several, with bars between, the first"),
        Column("shipped", "TIMESTAMP", "when it was first shipped, where no release list says"),
        Column("bet", "VARCHAR", "id of the bet, need or outcome it serves, where a column says"),
        Column("person", "VARCHAR", "who works on it: hashed at the door, used only to share a day"),
        Column("fields", "MAP(VARCHAR, VARCHAR)", "further columns that selectors may name"),
    ),
    key=("product", "id"),
)
STATES = Table(
    "states",
    (
        Column("item", "VARCHAR", "the item's id", required=True),
        Column("at", "TIMESTAMP", "when it changed", required=True),
        Column("before", "VARCHAR", "the state it left"),
        Column("after", "VARCHAR", "the state it entered", required=True),
        Column("person", "VARCHAR", "who had it from then on: hashed at the door"),
    ),
    key=("item", "at", "after"),
)
RELEASES = Table(
    "releases",
    (
        Column("id", "VARCHAR", "tag, version or name", required=True),
        Column("product", "VARCHAR", "which product"),
        Column("day", "DATE", "the first day on which customers met it", required=True),
        Column("name", "VARCHAR", "what people call it"),
        Column("prerelease", "BOOLEAN", "only testers met it"),
        Column("randomised", "BOOLEAN", "who met it was drawn by lot"),
        Column("uncertain", "INTEGER", "days by which the day may be off"),
    ),
    key=("product", "id"),
)
LINKS = Table(
    "links",
    (
        Column("release", "VARCHAR", "release id", required=True),
        Column("product", "VARCHAR", "the release's product"),
        Column("item", "VARCHAR", "item id", required=True),
    ),
    key=("product", "release", "item"),
)
ROLLOUTS = Table(
    "rollouts",
    (
        Column("release", "VARCHAR", "release id", required=True),
        Column("product", "VARCHAR", "the release's product"),
        Column("segment", "VARCHAR", "whose; empty: everyone"),
        Column("day", "DATE", "from which day", required=True),
        Column("share", "DOUBLE", "share of the segment that met it from then on, 0 to 1", required=True),
    ),
    key=("product", "release", "segment", "day"),
)
DAILY = Table(
    "daily",
    (
        Column("metric", "VARCHAR", "the metric's name", required=True),
        Column("product", "VARCHAR", "which product"),
        Column("segment", "VARCHAR", "part of the customers; empty: all"),
        Column("day", "DATE", "the day", required=True),
        Column("value", "DOUBLE", "the number", required=True),
        Column("base", "DOUBLE", "for shares: how many could have"),
    ),
    key=("metric", "product", "segment", "day"),
)
EVENTS = Table(
    "events",
    (
        Column("person", "VARCHAR", "who: hashed at the door", required=True),
        Column("at", "TIMESTAMP", "when", required=True),
        Column("name", "VARCHAR", "what happened", required=True),
        Column("segment", "VARCHAR", "country, plan or platform of the person"),
        Column("value", "DOUBLE", "an amount, where it has one"),
        Column("fields", "MAP(VARCHAR, VARCHAR)", "further columns that metrics may filter by"),
    ),
    key=("person", "at", "name", "value"),
)
RESPONSES = Table(
    "responses",
    (
        Column("person", "VARCHAR", "who: hashed at the door"),
        Column("at", "TIMESTAMP", "when it was shown or answered", required=True),
        Column("survey", "VARCHAR", "which question"),
        Column("score", "DOUBLE", "the answer; empty when shown and not answered"),
        Column("answered", "BOOLEAN", "was there an answer"),
        Column("arm", "VARCHAR", "how they were asked, where a part was asked with high effort"),
    ),
    key=("person", "at", "survey"),
)
CONTRACTS = Table(
    "contracts",
    (
        Column("person", "VARCHAR", "whose: hashed at the door", required=True),
        Column("first", "DATE", "its first day", required=True),
        Column("last", "DATE", "the last day it ran or was paid for; empty: it runs on"),
        Column("product", "VARCHAR", "which product"),
        Column("months", "INTEGER", "months from one renewal to the next; empty: 1"),
    ),
    key=("person", "product", "first"),
)
EXPOSURES = Table(
    "exposures",
    (
        Column("person", "VARCHAR", "who: hashed at the door", required=True),
        Column("at", "TIMESTAMP", "first met on", required=True),
        Column("release", "VARCHAR", "release id", required=True),
        Column("product", "VARCHAR", "the release's product"),
        Column("arm", "VARCHAR", "treatment, control or a variant's name"),
    ),
    key=("person", "product", "release", "arm"),
)
IDENTITIES = Table(
    "identities",
    (
        Column("person", "VARCHAR", "who, as called before they were known: hashed at the door", required=True),
        Column("known", "VARCHAR", "who they turned out to be: hashed at the door", required=True),
    ),
    key=("person", "known"),
)
ARMS = Table(
    "arms",
    (
        Column("release", "VARCHAR", "release id, or the experiment's own name", required=True),
        Column("product", "VARCHAR", "the release's product"),
        Column("metric", "VARCHAR", "the metric's name", required=True),
        Column("arm", "VARCHAR", "treatment, control or a variant's name", required=True),
        Column("day", "DATE", "the day on which these units were first met; empty: all of them"),
        Column("stratum", "VARCHAR", "part of the units that was drawn, or is weighed, by itself"),
        Column("n", "DOUBLE", "how many units: each in one row only", required=True),
        Column("sum", "DOUBLE", "sum of what they did", required=True),
        Column("sum_squares", "DOUBLE", "sum of its squares; empty: each did it or did not"),
        Column("base", "DOUBLE", "for ratios: sum of what that is a share of"),
        Column("base_squares", "DOUBLE", "sum of its squares"),
        Column("base_product", "DOUBLE", "sum of what they did times what that is a share of"),
        Column("before", "DOUBLE", "sum of what they did before"),
        Column("before_squares", "DOUBLE", "sum of its squares"),
        Column("before_product", "DOUBLE", "sum of what they did times what they did before"),
        Column("before_base", "DOUBLE", "for ratios: sum of what they did before times what it is a share of"),
    ),
    key=("product", "release", "metric", "arm", "day", "stratum"),
)
UNITS = Table(
    "units",
    (
        Column("release", "VARCHAR", "release id, or the experiment's own name", required=True),
        Column("product", "VARCHAR", "the release's product"),
        Column("arm", "VARCHAR", "treatment, control or a variant's name", required=True),
        Column("person", "VARCHAR", "which unit: hashed at the door"),
        Column("metric", "VARCHAR", "the metric's name", required=True),
        Column("value", "DOUBLE", "what the unit did", required=True),
        Column("base", "DOUBLE", "for ratios: what that is a share of"),
        Column("before", "DOUBLE", "the same of the unit before"),
        Column("cluster", "VARCHAR", "what was drawn, where units came in groups: hashed at the door"),
        Column("stratum", "VARCHAR", "part of the units that was drawn, or is weighed, by itself"),
        Column("day", "DATE", "the day on which the unit was first met"),
        Column("fields", "MAP(VARCHAR, VARCHAR)", "further numbers known of the unit beforehand"),
    ),
    key=("product", "release", "metric", "arm", "person"),
)

TABLES = (
    ITEMS,
    STATES,
    RELEASES,
    LINKS,
    ROLLOUTS,
    DAILY,
    EVENTS,
    RESPONSES,
    CONTRACTS,
    EXPOSURES,
    IDENTITIES,
    ARMS,
    UNITS,
)

#: What every `sources` row says: how a door was read last time.
SOURCES_COLUMNS = (
    ("name", "VARCHAR"),
    ("kind", "VARCHAR"),
    ("path", "VARCHAR"),
    ("digest", "VARCHAR"),  # of the files and the mapping: unchanged means nothing to do
    ("rows", "BIGINT"),
    ("set_aside", "BIGINT"),
    ("first_day", "DATE"),
    ("last_day", "DATE"),
)

#: Rows that could not be used, with the reason.
SET_ASIDE_COLUMNS = (
    ("source", "VARCHAR"),
    ("file", "VARCHAR"),
    ("line", "BIGINT"),  # 1-based; for Parquet the row's number
    ("reason", "VARCHAR"),
    ("row", "VARCHAR"),
)

#: Daily statistics of events that stay where they are: counts, by what was asked (performance/shapes/wanted.py).
STATISTICS_COLUMNS = (
    ("source", "VARCHAR"),
    ("wanted", "VARCHAR"),
    ("d", "INTEGER"),  # the day's number since 1970; empty: of no day
    ("s", "VARCHAR"),
    ("a", "BIGINT"),
    ("b", "BIGINT"),
    ("n", "BIGINT"),
    ("m", "BIGINT"),
    ("y", "DOUBLE"),
    ("z", "DOUBLE"),
)

#: What was asked of such events, and why it could not be answered, where it could not.
KEPT_COLUMNS = (("source", "VARCHAR"), ("wanted", "VARCHAR"), ("said", "VARCHAR"))

BESIDE = (
    ("sources", SOURCES_COLUMNS),
    ("set_aside", SET_ASIDE_COLUMNS),
    ("statistics", STATISTICS_COLUMNS),
    ("kept", KEPT_COLUMNS),
)
