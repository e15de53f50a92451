"""What each metric was when it was last built: a definition that changed makes another series, and that is said.

Every build counts the whole past by the definition of today, so that no series has a seam; but a figure that somebody
was told before is of another one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING

from madegood.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from madegood.intent.model import Metric

NAME = "definitions.json"
RULE = "metric-redefined"
SCHEMA = "madegood/definitions@1"
COUNTED = (
    "kind", "name", "segment", "event", "steps", "within", "once", "after", "window", "value", "per", "among", "by",
    "where", "grain",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Changed:
    """A metric that was another one: what it was, what it is, and the day of the build that found out."""

    metric: str
    before: str
    after: str
    since: date


def said(metric: Metric, zone: str) -> str:
    """What decides a metric's figures, in one line.

    >>> from madegood.intent.model import Metric
    >>> said(Metric("m", kind="active", event="pay", window=28, where=(("plan", "pro"),)), "UTC")
    'kind: active, event: pay, window: 28, where: plan=pro, days of UTC'
    """
    usual = {one.name: one.default for one in fields(metric)}
    told = []
    for name in COUNTED:
        value = getattr(metric, name)
        if name == "kind" or value != usual[name]:
            text = " ".join("=".join(one) if isinstance(one, tuple) else str(one) for one in value) if isinstance(
                value, tuple
            ) else str(value)  # fmt: skip
            told.append(f"{name}: {text}")
    return ", ".join([*told, f"days of {zone}"])


def remembered(target: Path) -> dict[str, dict[str, str]]:
    """Metric -> what it `is`, and where it changed what it `was` and `since` when; nothing where nothing is known."""
    try:
        read = json.loads((target / NAME).read_text("utf-8"))
        return dict(read["metrics"]) if read["schema"] == SCHEMA else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def remember(target: Path, metrics: Sequence[Metric], zone: str, today: date) -> tuple[Changed, ...]:
    """Writes down what the metrics are; gives those that were something else the last time."""
    old, new, found = remembered(target), dict[str, dict[str, str]](), []
    for metric in metrics:
        now, before = said(metric, zone), old.get(metric.id, {})
        new[metric.id] = {**before, "is": now}
        if before and before.get("is") != now:
            found.append(Changed(metric.id, str(before.get("is")), now, today))
            new[metric.id] |= {"was": str(before.get("is")), "since": today.isoformat()}
    text = json.dumps({"schema": SCHEMA, "metrics": new}, ensure_ascii=False, indent=1)
    path = target / NAME
    fresh = path.with_suffix(".new")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)
    return tuple(found)


def told(changed: Sequence[Changed], metrics: Sequence[Metric]) -> tuple[Finding, ...]:
    """A finding for each metric that is another one since this build."""
    places = {metric.id: metric.place for metric in metrics}
    return tuple(
        Finding(
            RULE,
            places[one.metric],
            f"The metric `{one.metric}` is another one since this build: it was {one.before}; it is {one.after}.",
            "Its whole past is counted anew; figures told before are of another series. Where both should go on, give "
            "the new one an id of its own.",
            "note",
            f"metric:{one.metric}",
        )
        for one in changed
    )


def note(target: Path, metric: str) -> str:
    """Since when a metric has been another one, in a sentence; empty where it never was."""
    known = remembered(target).get(metric, {})
    if "since" not in known:
        return ""
    return f"defined otherwise before {known['since']} ({known['was']}): figures told before are of another series"
