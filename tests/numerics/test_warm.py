"""Compiled once: what warm() makes is all that answers need, whatever their data look like."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from madegood.numerics import gibbs, kernels
from madegood.numerics.courses import courses
from madegood.numerics.joint import fit, instead, step_error
from madegood.numerics.own_null import widening
from madegood.numerics.track_record import shrink
from madegood.numerics.warm import warm


def compiled() -> dict[str, int]:
    """Of every kernel: for how many kinds of arguments it was compiled."""
    found = {}
    for module in (kernels, gibbs):
        found |= {name: len(f.signatures) for name, f in vars(module).items() if hasattr(f, "signatures")}
    return found


def test_no_data_make_a_kernel_be_compiled_again() -> None:
    """Columns in any order of memory, read-only ones, ramps, gaps, no effects, known variances of days."""
    warm()
    before = compiled()
    z = np.random.default_rng(1).normal(size=90)
    z[3:9] = np.nan
    z.flags.writeable = False
    steps = np.asfortranarray(np.arange(90)[:, None] >= np.array([30, 60]), dtype=float)
    ramp = np.clip((np.arange(90) - 20) / 30, 0, 1)[:, None]
    base = np.broadcast_to(np.float64(2.0), 90)
    for x in (steps, ramp, np.zeros((90, 0)), np.column_stack([steps, ramp])):
        joint = fit(z, np.ones((90, 1)), x, courses(90)[:, ::-1], base=base)
        if x.shape[1]:
            widening(joint, z, np.ones((90, 1)), x, courses(90))
            instead(joint, z, np.ones((90, 1)), x, 0, ramp[:, 0])
        shrink([(joint.beta, joint.covariance)] * 2)
    step_error(np.array([0.01, 0.02, 0.65]), 20, 20)
    assert max(before.values()) == 1 and max(compiled().values()) == 1


def test_checking_a_project_does_not_load_the_compiler() -> None:
    code = "import sys, madegood.__main__; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
