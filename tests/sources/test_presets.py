"""Exports of analytics tools, made up in the shapes that vendors document: what doctor proposes reads them whole."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from madegood.engine.store import Store
from madegood.intent.parse import load
from madegood.sources.guess import guess
from madegood.sources.pull import pull

NANO = "1767261600000000000"  # 2026-01-01T10:00:00Z


def lines(*objects: dict[str, Any]) -> str:
    return "".join(json.dumps(one) + "\n" for one in objects)


def table(*rows: dict[str, Any]) -> str:
    out = StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def attributes(said: dict[str, str]) -> list[dict[str, Any]]:
    return [{"key": name, "value": {"stringValue": value}} for name, value in said.items()]


GA4 = {
    "event_date": "20260101", "event_timestamp": "1767261600000000", "event_name": "purchase", "user_id": None,
    "event_params": [
        {"key": "page_location", "value": {"string_value": "https://x/", "int_value": None}},
        {"key": "ga_session_id", "value": {"int_value": "17"}},
    ],
    "event_value_in_usd": 12.5, "user_pseudo_id": "1.2", "geo": {"country": "Norway"}, "platform": "WEB",
    "device": {"category": "mobile"}, "items": [],
}  # fmt: skip
MIXPANEL = {
    "event": "Signed up",
    "properties": {"time": 1767261600, "distinct_id": "d1", "$insert_id": "a", "mp_country_code": "NO", "$os": "iOS"},
}
POSTHOG = {
    "uuid": "0", "event": "$pageview", "properties": {"$os": "Linux", "$geoip_country_code": "NO"},
    "distinct_id": "anon", "person_id": "p1", "timestamp": "2026-01-01T10:00:00.000000+00:00", "elements_chain": "",
}  # fmt: skip
AMPLITUDE = {
    "event_type": "signup", "event_time": "2026-01-01 10:00:00.000000", "user_id": None, "device_id": "x",
    "amplitude_id": 123, "country": "Norway", "platform": "Web", "event_properties": {"plan": "pro"}, "uuid": "u",
}  # fmt: skip
SEGMENT = {
    "type": "track", "event": "Order Completed", "userId": None, "anonymousId": "a1", "messageId": "m1",
    "timestamp": "2026-01-01T10:00:00.000Z", "properties": {"revenue": 9.5}, "context": {"library": {"name": "js"}},
}  # fmt: skip
TRACKS = {
    "id": "1", "anonymous_id": "a1", "user_id": "", "event": "order_completed", "event_text": "Order Completed",
    "received_at": "2026-01-01 10:00:01", "timestamp": "2026-01-01 10:00:00", "revenue": "9.5",
}  # fmt: skip
SNOWPLOW = {
    "app_id": "shop", "platform": "web", "event_id": "e", "event_name": "page_view", "user_id": "",
    "domain_userid": "d",
    "collector_tstamp": "2026-01-01 10:00:02", "derived_tstamp": "2026-01-01 10:00:00", "geo_country": "NO",
}  # fmt: skip
MATOMO = [
    {
        "idVisit": "1", "visitorId": "v1", "userId": None, "country": "Norway", "deviceType": "Desktop",
        "actionDetails": [
            {"type": "action", "url": "https://x/", "pageTitle": "Home", "timestamp": 1767261600},
            {"type": "event", "eventCategory": "cart", "eventAction": "add", "timestamp": 1767261660},
        ],
    }
]  # fmt: skip
UMAMI = {
    "website_id": "w", "session_id": "s1", "event_id": "e", "created_at": "2026-01-01 10:00:00", "url_path": "/",
    "event_type": "1", "event_name": "", "country": "NO",
}  # fmt: skip
FLAG = {
    "timeUnixNano": NANO, "eventName": "feature_flag.evaluation",
    "attributes": attributes({
        "feature_flag.key": "dark", "feature_flag.context.id": "u1", "feature_flag.result.variant": "on"
    }),
}  # fmt: skip
OTLP = {
    "resourceLogs": [{"resource": {}, "scopeLogs": [{"scope": {}, "logRecords": [FLAG, FLAG | {"eventName": "x"}]}]}]
}
IDENTIFY = SEGMENT | {"type": "identify", "event": ""}
BOUGHT = UMAMI | {"event_type": "2", "event_name": "buy"}
EXPORTS = {
    "ga4.jsonl": (lines(GA4), "Google", [("purchase", "Norway", 12.5)]),
    "mixpanel.jsonl": (lines(MIXPANEL), "Mixpanel", [("Signed up", "NO", None)]),
    "posthog.jsonl": (lines(POSTHOG), "PostHog", [("$pageview", "NO", None)]),
    "amplitude.json": (lines(AMPLITUDE), "Amplitude", [("signup", "Norway", None)]),
    "segment.jsonl": (lines(SEGMENT, IDENTIFY), "Segment (JSON)", [("Order Completed", None, 9.5)]),
    "tracks.csv": (table(TRACKS), "Segment (tracks", [("Order Completed", None, 9.5)]),
    "snowplow.csv": (table(SNOWPLOW), "Snowplow", [("page_view", "NO", None)]),
    "matomo.json": (json.dumps(MATOMO), "Matomo", [("action", "Norway", None), ("add", "Norway", None)]),
    "umami.csv": (table(UMAMI, BOUGHT), "Umami", [("1", "NO", None), ("buy", "NO", None)]),
}  # fmt: skip


def read(root: Path, name: str, text: str, tool: str, query: str) -> list[Any]:
    (root / name).write_text(text)
    proposed = guess(root / name, name)
    assert proposed.doubts and tool in proposed.doubts[0], proposed
    (root / "madegood.yml").write_text(f"madegood: 1\nsources:\n{proposed.yaml()}")
    loaded = load(root)
    assert not [finding for finding in loaded.findings if finding.severity == "error"], loaded.findings
    with Store.open(None) as store:
        (pulled,) = pull(loaded.project, store)
        assert not pulled.set_aside, pulled
        return store.rows(query)


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_of_a_tool_is_known_and_read_as_it_means(name: str, tmp_path: Path) -> None:
    text, tool, expected = EXPORTS[name]
    query = 'select name, segment, value, "at"::varchar, person from events order by name'
    found = read(tmp_path, name, text, tool, query)
    assert [row[:3] for row in found] == expected
    assert {row[3][:14] for row in found} == {"2026-01-01 10:"}
    assert all(row[4] and row[4].startswith("p") for row in found)


def test_parameters_of_google_analytics_can_be_filtered_by(tmp_path: Path) -> None:
    query = "select fields['event_params.page_location'], fields['event_params.ga_session_id'] from events"
    assert read(tmp_path, "ga4.jsonl", lines(GA4), "Google", query) == [("https://x/", "17")]


def test_flag_evaluations_of_opentelemetrys_file_exporter_are_exposures(tmp_path: Path) -> None:
    query = 'select release, arm, "at"::varchar from exposures'
    assert read(tmp_path, "otlp.jsonl", lines(OTLP), "OpenTelemetry", query) == [("dark", "on", "2026-01-01 10:00:00")]


def test_the_first_filled_column_says_who(tmp_path: Path) -> None:
    rows = [SEGMENT, SEGMENT | {"messageId": "m2", "userId": "u1"}, SEGMENT | {"messageId": "m3", "anonymousId": "u1"}]
    query = "select count(*), count(distinct person) from events"
    found = read(tmp_path, "s.jsonl", lines(*(row | {"timestamp": f"2026-01-0{n}"} for n, row in enumerate(rows, 1))),
                 "Segment", query)  # fmt: skip
    assert found == [(3, 2)], "u1 is u1, whichever column names them"


def test_a_line_that_its_tool_did_not_write_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "o.jsonl").write_text(lines(OTLP, {"resourceLogs": ["none"]}, {"resourceLogs": []}))
    proposed = guess(tmp_path / "o.jsonl", "o.jsonl")
    (tmp_path / "madegood.yml").write_text(f"madegood: 1\nsources:\n{proposed.yaml()}")
    with Store.open(None) as store:
        (pulled,) = pull(load(tmp_path).project, store)
    assert (pulled.rows, pulled.set_aside) == (1, 1)
