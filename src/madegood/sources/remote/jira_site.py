"""What one Jira is like: in the cloud or one's own, in which time zone it reads times, how it calls its fields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from madegood.errors import SourceError
from madegood.findings import did_you_mean
from madegood.sources.remote import pages
from madegood.sources.remote.http import Ask

if TYPE_CHECKING:
    from collections.abc import Iterable

    from madegood.intent.model import SourceSpec
    from madegood.sources.remote.http import Answer, Door

PAGE = 100  # issues with all their fields: the most that Jira Cloud gives at once (search/jql, maxResults)
#: Ids alone: Jira Cloud gives 5,000 at once, Data Center 1,000 (jira.search.views.default.max, as it is set up).
IDS = {True: 5000, False: 1000}
FIELDS = (
    "summary", "issuetype", "status", "resolution", "resolutiondate", "created", "updated", "labels", "components",
    "fixVersions", "parent", "assignee", "priority", "project", "timeoriginalestimate",
)  # fmt: skip
#: Custom fields by the type that their plugin declares, and by name, where anybody may have made it.
POINTS = ("com.pyxis.greenhopper.jira:jsw-story-points",)
POINTS_NAMES = ("story points", "story point estimate")
EPICS = ("com.pyxis.greenhopper.jira:gh-epic-link", "com.atlassian.jpo:jpo-custom-field-parent")
#: The zone furthest behind UTC: where nobody says which one counts, times are taken as its.
BEHIND = timedelta(hours=12)
AGAIN = timedelta(minutes=30)  # no clock is put back by less (tz database)


@dataclass(frozen=True, slots=True)
class Site:
    """One Jira.

    zone    the one in which it reads times in a search: that of the token's user; None: it does not say
    hours   of a working day, by which estimates become days; 0: it does not say
    points  ids of the fields that hold story points
    epics   ids of the fields that hold what stands above an issue
    """

    door: Door
    cloud: bool
    api: str
    zone: ZoneInfo | None
    hours: float
    points: tuple[str, ...]
    epics: tuple[str, ...]

    @property
    def fields(self) -> list[str]:
        """Every field that is asked for."""
        return [*FIELDS, *self.points, *self.epics]

    @property
    def pager(self) -> pages.Pager:
        """How the next page is asked for."""
        return until_last if self.cloud else pages.offset("issues")

    def search(self, projects: Iterable[str], since: str = "") -> Ask:
        """Issues of some projects (ids) that changed since a moment, the oldest change first."""
        changed = f' AND updated >= "{wall(since, self.zone)}"' if since else ""
        return self._asked(projects, changed, "updated ASC, key ASC", self.fields, PAGE)

    def ids(self, projects: Iterable[str]) -> Ask:
        """The ids of all issues of some projects."""
        return self._asked(projects, "", "key ASC", ["id"], IDS[self.cloud])

    def issue(self, one: str) -> Ask:
        """One issue by its id."""
        history = () if self.cloud else (("expand", "changelog"),)
        return Ask(f"{self.api}/issue/{one}", (("fields", ",".join(self.fields)), *history))

    def _asked(self, projects: Iterable[str], terms: str, order: str, fields: list[str], most: int) -> Ask:
        jql = f"project in ({', '.join(projects)}){terms} ORDER BY {order}"
        if self.cloud:
            return Ask(f"{self.api}/search/jql", json={"jql": jql, "fields": fields, "maxResults": most})
        said = {"jql": jql, "fields": ",".join(fields), "startAt": "0", "maxResults": str(most)}
        if most == PAGE:
            said["expand"] = "changelog"
        return Ask(f"{self.api}/search", tuple(said.items()))


def until_last(ask: Ask, answer: Answer) -> Ask | None:
    """The next page of a list of Jira Cloud's, unless it says that this was the last one."""
    return None if answer.body.get("isLast") else pages.token()(ask, answer)


def site(door: Door, spec: SourceSpec) -> Site:
    """What Jira says of itself. Raises SourceError where no Jira answers, or the token is not accepted."""
    told = door.ask(Ask("rest/api/2/serverInfo"), allow=(404,)).body
    if not isinstance(told, dict) or not (told.get("deploymentType") or told.get("version")):
        what = f"no Jira answers at {door.base.host}{door.base.path.rstrip('/')}"
        raise SourceError(f"{what}. Write `url:` up to where Jira begins: `https://acme.atlassian.net`")
    cloud = str(told.get("deploymentType") or "").lower() == "cloud"
    api = f"rest/api/{3 if cloud else 2}"
    myself = door.ask(Ask(f"{api}/myself"), allow=(401, 403))
    if myself.status == 401 and spec.token.strip():
        raise SourceError(f"{door.base.host} answered 401: the token is not accepted. {meant(cloud, bool(spec.user))}")
    fields = door.ask(Ask(f"{api}/field")).body
    if not isinstance(fields, list) or not all(isinstance(one, dict) for one in fields):
        raise SourceError("what came for the list of fields is none: is `url:` right?")
    configured = door.ask(Ask(f"{api}/configuration"), allow=(401, 403, 404)).body
    epics = of_types(fields, EPICS)
    return Site(door, cloud, api, zone(myself.body), hours(configured), pointing(fields, points(spec)), epics)


def meant(cloud: bool, user: bool) -> str:
    """What to do about a token that is not accepted."""
    if cloud and not user:
        return "Jira Cloud asks whose it is too: `user: ${JIRA_USER}`, a variable with an e-mail address"
    if user and not cloud:
        return "Data Center wants a personal access token, without `user:`; or the password of that user"
    return "Make a new one" + (", and look whether `user:` is whose it is" if user else "")


def points(spec: SourceSpec) -> str:
    """The field that holds story points, by its name or id; empty: the ones that Jira's boards make."""
    return dict(spec.where).get("points", "").strip()


def zone(myself: Any) -> ZoneInfo | None:
    """The time zone of the user whose token it is; None where it is not said."""
    try:
        return ZoneInfo(str(myself["timeZone"]))
    except (KeyError, TypeError, ValueError, OSError, ZoneInfoNotFoundError):
        return None


def hours(configured: Any) -> float:
    """Hours of a working day, as time tracking is set up; 0 where that is not said."""
    try:
        return float(configured["timeTrackingConfiguration"]["workingHoursPerDay"])
    except (KeyError, TypeError, ValueError):
        return 0.0


def of_types(fields: list[dict[str, Any]], types: tuple[str, ...]) -> tuple[str, ...]:
    """Ids of the fields of some types, sorted."""
    return tuple(sorted(str(one["id"]) for one in fields if (one.get("schema") or {}).get("custom") in types))


def pointing(fields: list[dict[str, Any]], said: str) -> tuple[str, ...]:
    """Ids of the fields that hold story points: what a person names, else those of Jira's boards; sorted.

    Several fields may bear one name; of an issue the first filled one counts.
    """
    numbers = [one for one in fields if (one.get("schema") or {}).get("type") == "number"]
    named = [(str(one.get("name") or "").lower(), str(one["id"])) for one in numbers]
    if not said:
        return tuple(sorted({*(one for name, one in named if name in POINTS_NAMES), *of_types(numbers, POINTS)}))
    if found := sorted(one for name, one in named if said.lower() in (name, one)):
        return tuple(found)
    near = did_you_mean(said.lower(), [name for name, _ in named]).strip()
    what = f"it has no field of numbers that is called `{said[:40]}`"
    raise SourceError(f"{what}. Correct `where: {{points: ...}}`, or leave it out. {near}".strip())


def wall(moment: str, zone: ZoneInfo | None) -> str:
    """A moment as a search wants it: by the clock of a time zone, to the minute, never later than it is.

    Where a clock was put back, a time stands for two moments; then an earlier one is said that stands for one alone.

    >>> wall("2026-03-04T10:00:59.250Z", ZoneInfo("Europe/Berlin")), wall("2026-03-04T10:00:59.250Z", None)
    ('2026-03-04 11:00', '2026-03-03 22:00')
    >>> wall("2026-10-25T00:30:00Z", ZoneInfo("Europe/Berlin")), wall("2026-10-25T01:30:00Z", ZoneInfo("Europe/Berlin"))
    ('2026-10-25 01:30', '2026-10-25 01:30')
    """
    at = datetime.fromisoformat(moment)
    if zone is None:
        return f"{at - BEHIND:%Y-%m-%d %H:%M}"
    local = at.astimezone(zone)
    while local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset():
        local = (local.astimezone(UTC) - AGAIN).astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M}"
