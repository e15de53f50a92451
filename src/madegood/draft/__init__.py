"""Begin from what you have: a strategy drafted from the backlog and the numbers, for a person to ratify."""

from __future__ import annotations

from madegood.draft.make import draft

__all__ = ["draft"]
