"""One file per design; DESIGNS lists them by strength. The series speaks of every release, the others of some."""

from __future__ import annotations

from madegood.evidence.designs.design import Design, Stronger
from madegood.evidence.designs.joint_series import JointSeries

STRONGER: tuple[Stronger, ...] = ()
SERIES = JointSeries()
DESIGNS: tuple[Design, ...] = (*STRONGER, SERIES)
