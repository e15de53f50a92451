"""One file per doubt; DOUBTS lists them in the order in which they are said."""

from __future__ import annotations

from madegood.evidence.doubts.dates import dates
from madegood.evidence.doubts.doubt import Doubt
from madegood.evidence.doubts.few_days import few_days
from madegood.evidence.doubts.holidays import holidays
from madegood.evidence.doubts.known_events import known_events
from madegood.evidence.doubts.neighbours import neighbours
from madegood.evidence.doubts.stock import stock
from madegood.evidence.doubts.tracking import tracking
from madegood.evidence.doubts.unrest import unrest

DOUBTS: tuple[Doubt, ...] = (tracking, known_events, holidays, neighbours, few_days, unrest, dates, stock)
