"""What one reading of one door gave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from madegood.findings import Finding


@dataclass(frozen=True, slots=True)
class Pulled:
    """One source, read.

    rows       how many stand in the store now
    set_aside  how many could not be used
    unchanged  nothing was different since the last time, so nothing was done
    filtered   how many `where:` did not ask for; 0 where nothing was read again
    """

    name: str
    kind: str
    rows: int
    set_aside: int = 0
    unchanged: bool = False
    findings: tuple[Finding, ...] = ()
    filtered: int = 0
