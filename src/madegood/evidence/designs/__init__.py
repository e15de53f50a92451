"""One file per design; DESIGNS lists them by strength."""

from __future__ import annotations

from madegood.evidence.designs.design import Design
from madegood.evidence.designs.joint_series import JointSeries

DESIGNS: tuple[Design, ...] = (JointSeries(),)
