"""One file per design; DESIGNS lists them by strength. The series speaks of every release, the others of some."""

from __future__ import annotations

from madegood.evidence.designs.contrast import Contrast
from madegood.evidence.designs.design import Design, Partial
from madegood.evidence.designs.joint_series import JointSeries
from madegood.evidence.designs.randomised import Randomised
from madegood.evidence.designs.staged import Staged

STRONGER: tuple[Partial, ...] = (Randomised(), Staged())
SERIES = JointSeries()
WEAKER: tuple[Partial, ...] = (Contrast(),)
DESIGNS: tuple[Design, ...] = (*STRONGER, SERIES, *WEAKER)
