"""The fields of each noun, once: reading, writing and the JSON Schema are all made from these tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from madegood.intent import kinds as k
from madegood.intent import parts
from madegood.intent.model import (
    FLAG_FILES,
    REMOTE,
    Bet,
    Experiment,
    Failure,
    KnownEvent,
    Metric,
    Need,
    Outcome,
    RecordKind,
    SourceSpec,
    SurveyKind,
    SurveySpec,
    TextSpec,
)
from madegood.intent.model import Kind as MetricKind


@dataclass(frozen=True, slots=True)
class Field:
    """One field: as typed, the attribute it becomes, what it holds, and what it means."""

    name: str
    attribute: str
    kind: k.Kind
    says: str
    also: tuple[str, ...] = ()  # other spellings that are accepted


@dataclass(frozen=True, slots=True)
class Noun:
    """One kind of thing: its word, the list it stands in, the type it becomes, and its fields."""

    word: str
    plural: str
    make: type[Any]
    fields: tuple[Field, ...]
    also: tuple[str, ...] = ()

    def field(self, name: str) -> Field | None:
        """The field of that name or spelling."""
        plain = name.strip().replace("-", "_").replace(" ", "_")
        return next((f for f in self.fields if plain == f.name or plain in f.also), None)

    @property
    def words(self) -> tuple[str, ...]:
        """Every word that opens one."""
        return (self.word, *self.also)

    @property
    def lists(self) -> tuple[str, ...]:
        """Every name of a list of them."""
        return (self.plural, *(f"{also[:-2]}es" if also.endswith("is") else f"{also}s" for also in self.also))


ID_SAYS = "a short permanent name: letters, digits, hyphens, underscores, dots"
TITLE = Field("title", "title", k.TEXT, "what people call it")
OWNER = Field("owner", "owner", k.OWNER, "who answers for it", ("owners",))
WORK = Field("work", "work", k.SELECTORS, "which work items serve it, as label:kyc")
STATUS = Field("status", "status", k.choice("proposed", "active", "done", "stopped"), "where it stands")
ALSO = Field("also", "also", k.TEXTS, "the team's own words for it")
META = Field("meta", "meta", k.META, "anything of your own")
PROSE = Field("prose", "prose", k.TEXT, "why we believe it", ("description", "notes"))

OUTCOME = Noun(
    "outcome",
    "outcomes",
    Outcome,
    (
        TITLE,
        Field("metric", "metric", k.WORD, "the id of the metric that shows it"),
        Field("baseline", "baseline", k.AMOUNT, "where it started"),
        Field("target", "target", k.AMOUNT, "where it should be"),
        Field("since", "since", k.DATE, "the day of the baseline", ("baseline_on",)),
        Field("by", "by", k.DATE, "the day of the target", ("due", "date")),
        OWNER,
        WORK,
        STATUS,
        ALSO,
        META,
        PROSE,
    ),
    ("goal", "objective", "key result", "key-result", "key_result"),
)
NEED = Noun(
    "need",
    "needs",
    Need,
    (
        TITLE,
        Field("outcomes", "outcomes", k.WORDS, "ids of the outcomes it serves", ("outcome", "serves")),
        Field("evidence", "evidence", parts.EVIDENCE, "dated reasons to believe that it exists"),
        OWNER,
        WORK,
        STATUS,
        ALSO,
        META,
        PROSE,
    ),
    ("opportunity",),
)
BET = Noun(
    "bet",
    "bets",
    Bet,
    (
        TITLE,
        Field("achieve", "achieve", k.WORD, "the id of an outcome", ("outcome",)),
        Field("for", "need", k.WORD, "the id of a need", ("need",)),
        Field("by", "by", k.TEXT, "what we will do", ("by_doing",)),
        Field("because", "because", k.TEXT, "the mechanism: why it should work"),
        Field(
            "expect",
            "expect",
            parts.EXPECT,
            "what it claims before shipping: metric, effect, within",
            ("expecting",),
        ),
        Field("guardrails", "guardrails", k.WORDS, "ids of metrics that must not get worse", ("guardrail",)),
        Field("kill_if", "kill_if", k.KILL, "when to stop, as below +1 % after 28 days"),
        WORK,
        Field("releases", "releases", k.WORDS, "ids of releases that carry it", ("release",)),
        Field("assumptions", "assumptions", parts.ASSUMPTIONS, "what must be true for it"),
        Field("review", "review", k.DATE, "the day on which it is looked at"),
        OWNER,
        STATUS,
        ALSO,
        META,
        PROSE,
    ),
    ("hypothesis", "initiative"),
)
METRIC = Noun(
    "metric",
    "metrics",
    Metric,
    (
        TITLE,
        Field("kind", "kind", k.choice(*get_args(MetricKind)), "how it is counted"),
        Field("good", "good", k.choice("up", "down"), "the direction that is good"),
        Field("unit", "unit", k.WORD, '"%" for shares, else the word after the number'),
        Field("grain", "grain", k.choice("flow", "stock", "cumulative", "rate"), "what a daily number is"),
        Field("product", "product", k.TEXTS, "only releases of these products can touch it", ("products",)),
        Field("name", "name", k.WORD, "its name in the daily table"),
        Field("segment", "segment", k.WORD, "its segment in the table"),
        Field("event", "event", k.WORD, "the event that is counted"),
        Field("steps", "steps", k.TEXTS, "the events of a conversion, in order"),
        Field("within", "within", k.DAYS, "days in which the steps follow, people take it up, or come back"),
        Field("once", "once", k.BOOL, "of a conversion: each person once, from the first time they began"),
        Field("after", "after", k.DAYS, "days after the first from which coming back counts"),
        Field("window", "window", k.DAYS, "people who were there within so many days up to each"),
        Field("value", "value", k.WORD, "the column with the amount, for a sum or a mean"),
        Field("per", "per", k.WORD, "the event that a ratio is held to"),
        Field("among", "among", k.WORD, "the event that shows who could take it up"),
        Field("by", "by", k.WORD, "whom it counts: person, or a column such as account or session", ("unit_of",)),
        Field("where", "where", k.PAIRS, "only events with these values"),
        Field("margin", "margin", k.SHARE, "as a guardrail, the worst relative change that is borne"),
        Field("rope", "rope", k.SHARE, "relative changes smaller than this do not matter"),
        Field(
            "controls",
            "controls",
            k.WORDS,
            "ids of metrics that move with it, and that its releases cannot touch",
            ("control",),
        ),
        META,
    ),
    ("measure", "kpi"),
)
NOUNS = (OUTCOME, NEED, BET, METRIC)

SOURCE_KINDS = ("git", *REMOTE, *FLAG_FILES, *get_args(RecordKind))
SOURCE = Noun(
    "name",
    "sources",
    SourceSpec,
    (
        Field("kind", "kind", k.choice(*SOURCE_KINDS), "git, a vendor, or what each row of its files is"),
        Field(
            "path",
            "path",
            k.TEXT,
            "a file, folder or pattern, relative to this file; ${NAME:-default} is replaced",
            ("file", "files", "repo", "table"),
        ),
        Field("columns", "columns", k.PAIRS, "our column: theirs"),
        Field("constant", "constant", k.PAIRS, "our column: one value for every row", ("constants",)),
        Field("keep", "keep", k.TEXTS, "their further columns that selectors may name"),
        Field("where", "where", k.PAIRS, "only rows whose column has this value"),
        Field("format", "format", k.choice("csv", "jsonl", "parquet"), "where the file's ending does not say"),
        Field("token", "token", k.VARIABLE, "of a vendor: the variable that holds the token, as ${GITHUB_TOKEN}"),
        Field("project", "path", k.JOINED, "of GitLab or Azure DevOps: group/name; else its key", ("projects",)),
        Field("user", "user", k.VARIABLE, "of Jira Cloud: the variable that holds whose token it is, as ${JIRA_USER}"),
        Field("team", "path", k.WORD, "of Linear: the key of a team, as ENG"),
        Field("url", "url", k.WORD, "of a vendor or an engine: its address, where it is one's own"),
        Field("engine", "engine", k.choice("duckdb", "postgres", "clickhouse", "spark"), "of events: where they stay"),
        Field("remember", "remember", k.BOOL, "of files that stay: what new files need is kept, persons hashed"),
    ),
)
EVENT = Noun(
    "name",
    "events",
    KnownEvent,
    (
        Field("on", "first", k.DATE, "the day", ("day", "date")),
        Field("from", "first", k.DATE, "its first day"),
        Field("to", "last", k.DATE, "its last day"),
        Field("metrics", "metrics", k.WORDS, "ids of the metrics it touches; any, when there are none", ("metric",)),
        Field("changes_instrument", "changes_instrument", k.BOOL, "a metric is counted otherwise from then on"),
    ),
)
EXPERIMENT = Noun(
    "release",
    "experiments",
    Experiment,
    (
        Field("control", "control", k.WORD, "the arm that did not meet it"),
        Field("shares", "shares", k.SHARES, "arm: its planned share of all units, as control: 90 %"),
        Field("by", "by", k.choice("lot", "choice"), "who met it: drawn by lot, or by their own or somebody's choice"),
        Field("reading", "reading", k.choice("anytime", "planned", "fixed"), "when it is looked at"),
        Field("days", "days", k.DAYS, "the planned length, as 28 days"),
    ),
)
COLUMNS = Field("columns", "columns", k.PAIRS, "our column: theirs")
SURVEY = Noun(
    "name",
    "surveys",
    SurveySpec,
    (
        Field("kind", "kind", k.choice(*get_args(SurveyKind)), "what its score is: nps, csat, ces, yes-no or mean"),
        Field("path", "path", k.TEXT, "a table of one row an ask; without it, the rows of a `responses` source"),
        COLUMNS,
        Field("scale", "scale", k.SCALE, "its lowest and highest answer, as 0 to 10"),
        Field("behaviour", "behaviour", k.TEXT, "a table of one row a customer: what each did before being asked"),
        Field("behaviour_columns", "behaviour_columns", k.PAIRS, "of it, our column: theirs"),
        Field("population", "population", k.TEXT, "a table of `column, level, people`: how many of everyone there are"),
        Field("leave_out", "leave_out", k.TEXTS, "columns of the behaviour table that are not to be weighed by"),
        Field("effort", "effort", k.WORD, "the arm that was drawn by lot and asked with high effort"),
        Field("segment", "segment", k.WORD, "a column of the behaviour table by which scores are told too"),
        Field("target", "target", k.NUMBER, "what the score is held against"),
        Field("people", "people", k.COUNT, "how many were asked, where the file holds answers alone"),
        Field("known", "known", k.FIGURES, "wave: the true score of everyone, where it is known"),
        Field("since", "since", k.DATE, "only asks from this day on"),
        Field("until", "until", k.DATE, "only asks up to this day"),
    ),
)
TEXTS = Noun(
    "name",
    "texts",
    TextSpec,
    (
        Field("path", "path", k.TEXT, "a table of one row a text: CSV, Parquet, or file.duckdb:table"),
        COLUMNS,
    ),
)
FAILURE = Noun(
    "event",
    "failures",
    Failure,
    (
        Field("used", "used", k.WORD, "the event of an attempt that went well; any other, where none is named"),
        Field("within", "within", k.DAYS, "how soon a customer comes back, as 28 days"),
    ),
)
