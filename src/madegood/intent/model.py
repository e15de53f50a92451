"""What we said: outcomes, needs, bets and metrics, as a person wrote them, each with its place in the text.

Places never count when two are compared: a strategy written back and read again is the same strategy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal, get_args

from madegood.findings import NOWHERE, Span

Places = Mapping[str, Span]


def no_places() -> Places:
    """Where nothing was typed."""
    return MappingProxyType({})


Direction = Literal["up", "down"]
Status = Literal["proposed", "active", "done", "stopped"]


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as typed. `percent` amounts hold a share: 41 % is Amount(0.41, True).

    >>> str(Amount(0.41, True)), str(Amount(1200.0))
    ('41 %', '1200')
    """

    value: float
    percent: bool = False

    def __str__(self) -> str:
        return f"{self.value * 100:.10g} %" if self.percent else f"{self.value:.10g}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One dated reason to believe that a need exists: a quote, ticket, observation or count."""

    kind: str  # quote | ticket | observation | interview | count | survey | statement | other
    text: str
    on: date | None = None
    count: int = 1  # how many customers or tickets it stands for
    source: str = ""
    place: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Assumption:
    """What must be true for a bet; tested or not."""

    text: str
    tested: bool = False
    place: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a bet claims, said before shipping: an 80 % range for its effect on one metric.

    low, high  shares of what would have been (+6 % is 0.06) when `relative`, else in the metric's own unit
               (for metrics in percent, points as shares: +2 points is 0.02)
    within     days after release by which it shows
    """

    metric: str
    low: float | None = None
    high: float | None = None
    within: int | None = None
    relative: bool = True
    place: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class KillIf:
    """When to stop: the effect is `side` the bound after so many days. `text` is as typed."""

    text: str
    side: Literal["below", "above"] = "below"
    bound: float | None = None
    after: int | None = None
    relative: bool = True


@dataclass(frozen=True, slots=True)
class Selector:
    """Which work items: every term must hold. Written `label:kyc kind:feat`; see `select` in execution/link.py.

    terms  (field, pattern) pairs; `*` in a pattern stands for anything; compared without case
    """

    text: str
    terms: tuple[tuple[str, str], ...]
    place: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A desired measurable change."""

    id: str
    title: str = ""
    metric: str = ""
    baseline: Amount | None = None
    target: Amount | None = None
    since: date | None = None  # the day of the baseline
    by: date | None = None
    owner: tuple[str, ...] = ()
    work: tuple[Selector, ...] = ()
    status: Status = "active"
    also: tuple[str, ...] = ()  # the team's own words for it
    meta: tuple[tuple[str, str], ...] = ()
    prose: str = ""
    place: Span = field(default=NOWHERE, compare=False)
    places: Places = field(default_factory=no_places, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Need:
    """A customer need, with the evidence that it exists."""

    id: str
    title: str = ""
    outcomes: tuple[str, ...] = ()  # which outcomes it serves when it is met
    evidence: tuple[Evidence, ...] = ()
    owner: tuple[str, ...] = ()
    work: tuple[Selector, ...] = ()
    status: Status = "active"
    also: tuple[str, ...] = ()
    meta: tuple[tuple[str, str], ...] = ()
    prose: str = ""
    place: Span = field(default=NOWHERE, compare=False)
    places: Places = field(default_factory=no_places, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Bet:
    """A claim that can lose: achieve an outcome, by doing a change, because of a mechanism, expecting effects."""

    id: str
    title: str = ""
    achieve: str = ""  # an outcome's id
    need: str = ""  # written `for:`; a need's id
    by: str = ""  # what we will do
    because: str = ""  # the mechanism
    expect: tuple[Expectation, ...] = ()
    guardrails: tuple[str, ...] = ()  # metric ids
    kill_if: KillIf | None = None
    work: tuple[Selector, ...] = ()
    releases: tuple[str, ...] = ()  # release ids that carry it, where items do not tell
    assumptions: tuple[Assumption, ...] = ()
    review: date | None = None
    owner: tuple[str, ...] = ()
    status: Status = "active"
    also: tuple[str, ...] = ()
    meta: tuple[tuple[str, str], ...] = ()
    prose: str = ""
    place: Span = field(default=NOWHERE, compare=False)
    places: Places = field(default_factory=no_places, compare=False, repr=False)


Kind = Literal[
    "daily", "count", "sum", "mean", "ratio", "active", "conversion", "adoption", "retention", "time-to",
    "nps", "csat", "ces",
]  # fmt: skip
Grain = Literal["flow", "stock", "cumulative", "rate"]


@dataclass(frozen=True, slots=True)
class Metric:
    """How customers' behaviour, or the business, is counted.

    kind      daily: read from a daily table; all others are made from events (docs/metrics.md says each)
    good      the direction that is good
    unit      "%" when values are shares, else the word after the number ("downloads"), or empty
    grain     daily tables: flow (adds up over days), stock (how many now), cumulative (only ever grows),
              rate (an average or share); empty is detected
    product   only releases of these products can touch it; empty: every release can
    controls  metrics that none of its releases can touch, and that move with it for other reasons
    margin    as a guardrail, the worst relative change that is borne (0.02 is 2 %)
    rope      relative changes smaller than this do not matter (region of practical equivalence)
    daily     `name` is the value of the table's metric column, `segment` its segment; empty takes the id / the total
    nps, csat, ces  made from answers: `name` is the survey, empty takes the id; `window` in days
    events    `event` counted, `value` the number it carries, `per` the event it is held to, `among` what shows who
              could; `steps` in order; `within`, `after`, `window` in days; `once`: from the first time that each
              began, not from that of each day; `by` whom it counts, a person where empty; `where` property = value
              filters
    """

    id: str
    title: str = ""
    kind: Kind = "daily"
    good: Direction = "up"
    unit: str = ""
    grain: Grain | Literal[""] = ""
    product: tuple[str, ...] = ()
    name: str = ""
    segment: str = ""
    event: str = ""
    steps: tuple[str, ...] = ()
    within: int = 0  # days
    once: bool = False
    after: int = 0  # days
    window: int = 0  # days
    value: str = ""
    per: str = ""
    among: str = ""
    by: str = ""
    where: tuple[tuple[str, str], ...] = ()
    margin: float | None = None
    rope: float = 0.01  # the width that every figure of docs/statistics.md was measured with
    controls: tuple[str, ...] = ()  # metric ids
    meta: tuple[tuple[str, str], ...] = ()
    place: Span = field(default=NOWHERE, compare=False)
    places: Places = field(default_factory=no_places, compare=False, repr=False)

    @property
    def label(self) -> str:
        """What people call it."""
        return self.title or self.id.replace("-", " ").replace("_", " ")


@dataclass(frozen=True, slots=True)
class Strategy:
    """Everything that was said. Ids are unique within each kind."""

    outcomes: tuple[Outcome, ...] = ()
    needs: tuple[Need, ...] = ()
    bets: tuple[Bet, ...] = ()
    metrics: tuple[Metric, ...] = ()

    def outcome(self, name: str) -> Outcome | None:
        return next((o for o in self.outcomes if o.id == name), None)

    def need(self, name: str) -> Need | None:
        return next((n for n in self.needs if n.id == name), None)

    def bet(self, name: str) -> Bet | None:
        return next((b for b in self.bets if b.id == name), None)

    def metric(self, name: str) -> Metric | None:
        return next((m for m in self.metrics if m.id == name), None)


# ---- madegood.yml: where facts come from --------------------------------------------------------------------

RecordKind = Literal[
    "items",
    "states",
    "releases",
    "links",
    "rollouts",
    "daily",
    "events",
    "responses",
    "contracts",
    "exposures",
    "identities",
    "arms",
    "units",
]
Remote = Literal["azure", "github", "gitlab", "jira", "linear", "unleash"]
REMOTE: tuple[Remote, ...] = get_args(Remote)  # kinds of source that are asked over the network
FlagFile = Literal["growthbook", "launchdarkly"]
FLAG_FILES: tuple[FlagFile, ...] = get_args(FlagFile)  # kinds of source that are files of a flag tool's past


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One door. `git` reads a repository, `github` asks a vendor; the others read files of one kind of record.

    path     a file, folder or glob, relative to madegood.yml; `${NAME:-default}` stands for an environment variable;
             of a vendor, what to read there, as owner/name
    columns  our column -> theirs; a column that is not named is taken under its own name where it exists
    constant our column -> one value for every row
    keep     their further columns that selectors may name
    """

    name: str
    kind: Literal["git"] | Remote | FlagFile | RecordKind
    path: str
    columns: tuple[tuple[str, str], ...] = ()
    constant: tuple[tuple[str, str], ...] = ()
    keep: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()  # only rows whose column (theirs) has this value
    format: Literal["", "csv", "jsonl", "parquet"] = ""  # empty: by the file's ending
    token: str = ""  # the name of an environment variable, as ${GITHUB_TOKEN}; never a token itself
    url: str = ""  # of a vendor's interface, where it is not the vendor's own; of an engine, how it is reached
    engine: Literal["", "duckdb", "postgres", "clickhouse", "spark"] = ""  # rows stay there; empty: they are taken in
    user: str = ""  # whose token it is, where the vendor asks for both; the name of a variable too
    remember: bool = False  # of files that stay: what new files need is kept, persons hashed
    place: Span = field(default=NOWHERE, compare=False)
    places: Places = field(default_factory=no_places, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """A dated thing that is no release: a campaign, an outage, a holiday, a change of how a metric is counted."""

    first: date
    last: date
    name: str
    metrics: tuple[str, ...] = ()  # empty: any
    changes_instrument: bool = False
    place: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Experiment:
    """How it was settled who met a release, where facts say who did.

    control  the arm that did not meet it; empty: one that is called so, as `control`, `off` or `a`
    shares   (arm, share of all units that was planned for it), adding up to 1; empty: alike
    by       lot: drawn; choice: units chose, or somebody chose for them
    reading  anytime: its interval holds on every day one looks; planned: on every day of the plan, read at its end;
             fixed: for one look that was settled beforehand
    days     length of the plan; 0: four weeks, where a plan is needed
    """

    release: str
    control: str = ""
    shares: tuple[tuple[str, float], ...] = ()
    by: Literal["lot", "choice"] = "lot"
    reading: Literal["anytime", "planned", "fixed"] = "anytime"
    days: int = 0
    place: Span = field(default=NOWHERE, compare=False)


SurveyKind = Literal["nps", "csat", "ces", "yes-no", "mean"]


@dataclass(frozen=True, slots=True)
class SurveySpec:
    """One survey of `surveys:` in madegood.yml.

    path       a table of one row an ask: CSV, Parquet, or `file.duckdb:table`; relative to the project's root; empty:
               the rows of a `responses` source that name it
    kind       nps: promoters less detractors; csat: share of the two best answers; ces and mean: mean; yes-no: share
    columns    (ours, theirs); what is not named is guessed from common exports
    scale      lowest and highest answer; None: as `kind` has it, for `mean` as they come
    behaviour  one row a customer (and wave): the customer's column and any others; empty: none
    population one row a level of a column of the answers: how many of everyone have it, as a census counts; empty: none
    leave_out  columns of it that are not to be weighed by
    effort     the arm that a drawn part of customers was in and that was asked with high effort; empty: none
    segment    column of the behaviour table by which scores are also told
    target     what the conclusion is held against; None: 0 for nps
    people     how many customers were asked in each wave, for a file of answers alone; 0: those of the file
    known      (wave, the true figure of everyone): from a census, or a wave in which everyone answered
    """

    name: str
    path: str = ""
    kind: SurveyKind = "nps"
    columns: tuple[tuple[str, str], ...] = ()
    scale: tuple[float, float] | None = None
    behaviour: str = ""
    behaviour_columns: tuple[tuple[str, str], ...] = ()
    population: str = ""
    leave_out: tuple[str, ...] = ()
    effort: str = ""
    segment: str = ""
    target: float | None = None
    people: int = 0
    known: tuple[tuple[str, float], ...] = ()
    since: date | None = None
    until: date | None = None
    place: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class TextSpec:
    """One file of `texts:`: what customers say in words, as tickets and reviews; read where it lies, never copied.

    columns  (ours, theirs) of `at` and `text`; what is not named is guessed from common exports
    """

    name: str
    path: str
    columns: tuple[tuple[str, str], ...] = ()
    place: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Failure:
    """One of `failures:`: the event of an attempt that failed, and how soon customers come back after it.

    used    the event of an attempt that went well; empty: any other event
    within  days in which a customer comes back
    """

    event: str
    used: str = ""
    within: int = 28  # days: four whole weeks, as `past` of performance/failures.py
    place: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Project:
    """madegood.yml, read. `root` is the folder it stands in (absolute)."""

    root: str
    name: str = ""
    strategy: str = "strategy"  # folder or one file, relative to root
    sources: tuple[SourceSpec, ...] = ()
    upkeep: tuple[Selector, ...] = ()  # work that is declared to serve no bet
    events: tuple[KnownEvent, ...] = ()
    rules: tuple[tuple[str, str], ...] = ()  # rule -> error | warning | note | off
    period: int = 91  # days of a reading: a quarter is 13 weeks
    done_states: tuple[str, ...] = ("done", "closed", "resolved", "released", "shipped")
    active_states: tuple[str, ...] = ("in progress", "in review", "doing", "started", "testing")
    timezone: str = "UTC"
    currency: str = ""
    experiments: tuple[Experiment, ...] = ()
    holidays: tuple[str, ...] = ()  # countries whose customers rest on their public holidays, as US or DE-BY
    trust: tuple[str, ...] = ()  # metrics that trust shows in, three or more
    versions: str = ""  # the metric whose segments are versions: how many have each
    surveys: tuple[SurveySpec, ...] = ()
    texts: tuple[TextSpec, ...] = ()
    failures: tuple[Failure, ...] = ()
    match: str = ""  # folder of a sentence model that suggestions of links ask beside the words
    place: Span = field(default=NOWHERE, compare=False)
    places: Places = field(default_factory=no_places, compare=False, repr=False)
