"""Exports of analytics tools, known by their columns: which of them says who, when and what.

Names are those that each vendor documents of its export; of several ways to say who, the one that the tool itself has
merged comes first. A preset is proposed, and never taken without a person having read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from madegood.intent.model import RecordKind


@dataclass(frozen=True, slots=True)
class Preset:
    """How one tool's export is read.

    needs    columns by which it is known
    columns  ours -> theirs; of several names (`a or b`) those that the file has
    where    rows that are meant, where the column is there
    keep     columns that metrics like to filter by, where they are there
    doubts   what a person should know of it
    """

    tool: str
    kind: RecordKind
    needs: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    where: tuple[tuple[str, str], ...] = ()
    keep: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


OTEL = "attributes.feature_flag."
PRESETS = (
    Preset(
        "Google Analytics 4 (BigQuery export)", "events", ("event_timestamp", "event_name", "user_pseudo_id"),
        (("person", "user_id or user_pseudo_id"), ("at", "event_timestamp"), ("name", "event_name"),
         ("segment", "geo.country"), ("value", "event_value_in_usd")),
        keep=("platform", "device.category", "traffic_source.medium", "event_params.page_location",
              "event_params.ga_session_id"),
        doubts=("`user_id` is empty before a person signs in: until then one person is another",),
    ),
    Preset(
        "Mixpanel", "events", ("event", "properties.distinct_id", "properties.time"),
        (("person", "properties.$user_id or properties.distinct_id"), ("at", "properties.time"), ("name", "event"),
         ("segment", "properties.mp_country_code")),
        keep=("properties.$os", "properties.$browser", "properties.plan"),
        doubts=("projects made before 2023 export `time` by the project's clock, and not in UTC",),
    ),
    Preset(
        "PostHog", "events", ("event", "distinct_id", "timestamp", "uuid"),
        (("person", "person_id or distinct_id"), ("at", "timestamp"), ("name", "event"),
         ("segment", "properties.$geoip_country_code")),
        keep=("properties.$os", "properties.$browser", "properties.$current_url", "properties.$device_type"),
    ),
    Preset(
        "Amplitude", "events", ("event_type", "event_time", "amplitude_id"),
        (("person", "amplitude_id"), ("at", "event_time"), ("name", "event_type"), ("segment", "country")),
        keep=("platform", "version_name", "os_name"),
    ),
    Preset(
        "Segment (JSON)", "events", ("type", "anonymousId", "messageId", "event"),
        (("person", "userId or anonymousId"), ("at", "originalTimestamp or timestamp"), ("name", "event"),
         ("value", "properties.revenue")),
        where=(("type", "track"),), keep=("properties.plan", "properties.currency", "context.library.name"),
        doubts=("whoever signs in is another person than before, unless a source of kind `identities` says so",),
    ),
    Preset(
        "Segment (tracks of a warehouse)", "events", ("anonymous_id", "event", "received_at"),
        (("person", "user_id or anonymous_id"), ("at", "original_timestamp or timestamp or received_at"),
         ("name", "event_text or event"), ("value", "revenue")),
        doubts=("whoever signs in is another person than before, unless a source of kind `identities` says so",),
    ),
    Preset(
        "Snowplow", "events", ("event_id", "event_name", "collector_tstamp"),
        (("person", "user_id or domain_userid or network_userid"), ("at", "derived_tstamp or collector_tstamp"),
         ("name", "event_name"), ("segment", "geo_country")),
        keep=("app_id", "platform", "page_urlpath", "se_action", "se_category"),
    ),
    Preset(
        "Matomo (Live.getLastVisitsDetails)", "events", ("visit.visitorId", "timestamp", "type"),
        (("person", "visit.userId or visit.visitorId"), ("at", "timestamp"), ("name", "eventAction or type"),
         ("segment", "visit.country")),
        keep=("pageTitle", "eventCategory", "visit.deviceType", "visit.operatingSystemName"),
        doubts=("a page view is called `action`, as Matomo does",),
    ),
    Preset(
        "Umami", "events", ("website_id", "session_id", "created_at", "event_type"),
        (("person", "distinct_id or session_id"), ("at", "created_at"), ("name", "event_name or event_type"),
         ("segment", "country")),
        keep=("url_path", "browser", "os", "device"),
        doubts=("a page view is called `1`, as Umami does", "a person is another one after a month at most"),
    ),
    Preset(
        "OpenTelemetry (feature_flag.evaluation)", "exposures", (f"{OTEL}key", f"{OTEL}context.id"),
        (("person", f"{OTEL}context.id"), ("at", "timeUnixNano or observedTimeUnixNano or timestamp"),
         ("release", f"{OTEL}key"), ("arm", f"{OTEL}result.variant or {OTEL}variant or {OTEL}result.value")),
        where=(("eventName", "feature_flag.evaluation"),),
    ),
)  # fmt: skip


def preset(names: Collection[str]) -> Preset | None:
    """The tool whose export has such columns, with those of its columns that are there."""
    for one in PRESETS:
        if all(need in names for need in one.needs):
            columns = tuple((ours, there(theirs, names)) for ours, theirs in one.columns)
            return Preset(
                one.tool, one.kind, one.needs,
                tuple((ours, theirs) for ours, theirs in columns if theirs),
                tuple((name, value) for name, value in one.where if name in names),
                tuple(name for name in one.keep if name in names),
                one.doubts,
            )  # fmt: skip
    return None


def there(theirs: str, names: Collection[str]) -> str:
    """Of several names those that a file has.

    >>> there("user_id or user_pseudo_id", ("user_pseudo_id", "event_name"))
    'user_pseudo_id'
    """
    return " or ".join(name for name in theirs.split(" or ") if name in names)
