"""A reading as one JSON object: dates as ISO text, what cannot be said as an object with its reason, never NaN."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from madegood.faces.sentence import sentence
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.reading import Reading

SCHEMA = "madegood/reading@1"
#: Places in files stay with the findings; owners are people, and no person's name leaves the door.
KEPT_BACK = {"place", "places", "owner"}


def to_json(reading: Reading) -> str:
    """The whole reading; the same reading always gives the same text."""
    said = {"schema": SCHEMA, "sentence": "".join(p.text for p in sentence(reading)), **plain(reading)}
    return json.dumps(said, ensure_ascii=False, indent=2, allow_nan=False)


def plain(thing: Any) -> Any:
    """Dataclasses, days and tuples as what JSON knows; a number that is none becomes null.

    >>> plain(Refusal("speed", why="no items", until="name a source"))
    {'refused': 'speed', 'why': 'no items', 'until': 'name a source'}
    >>> plain((date(2026, 9, 30), float("nan"), 2.5))
    ['2026-09-30', None, 2.5]
    """
    if isinstance(thing, Refusal):
        return {"refused": thing.asked, "why": thing.why, "until": thing.until}
    if is_dataclass(thing) and not isinstance(thing, type):
        return {f.name: plain(getattr(thing, f.name)) for f in fields(thing) if f.name not in KEPT_BACK}
    if isinstance(thing, date):
        return thing.isoformat()
    if isinstance(thing, Mapping):
        return {str(k): plain(v) for k, v in thing.items()}
    if isinstance(thing, (list, tuple, set, frozenset)):
        return [plain(v) for v in thing]
    if isinstance(thing, str):
        return thing.encode("utf-8", "replace").decode("utf-8")
    return number(thing)


def number(thing: Any) -> Any:
    """Numbers of any maker as JSON's; truth stays truth.

    >>> import numpy as np
    >>> number(np.float64(0.5)), number(float("inf")), number(True), number(3)
    (0.5, None, True, 3)
    """
    if thing is None or isinstance(thing, (bool, int)):
        return thing
    value = thing.tolist() if hasattr(thing, "tolist") else thing
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return plain(value) if isinstance(value, list) else value
