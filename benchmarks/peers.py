"""Beside what a team would pick instead: the same cases, one run, every method with its packages' own defaults.

    python benchmarks/peers.py one --n 90           one release: nothing happened, then planted effects
    python benchmarks/peers.py many --n 30          6 to 30 releases in a year, one in five real

Real series that nothing was tuned on, as in joint_series.py; gaps are filled for the peers, which cannot bear them,
with the same weekday a week before, and for us as well. Peers run where they are installed (a Python of its own with
madegood, statsmodels, bsts-causalimpact 1.7.0, CausalPy 0.9.0), else they are left out, saying so. peers.md keeps
the figures.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

sys.path.insert(0, str(Path(__file__).parent))
from joint_series import cut, real

from madegood.evidence.ask import effects, interval
from madegood.evidence.model import Estimate

Floats = NDArray[np.float64]
Told = tuple[float, float, float, float, float]  # effect, 80 % interval, 95 % interval; shares
AFTER = 28
NOTHING: Told = (np.nan,) * 5
PLANTED = (
    *(("step", s) for s in (-0.1, -0.05, -0.02, 0.02, 0.05, 0.1)),
    *(("ramp", s) for s in (-0.05, 0.1)),
    *(("novelty", s) for s in (-0.1, 0.2)),
)


# ---- methods: (values, first day, days of the releases) -> one answer a release ------------------------------


def ours(values: Floats, first: date, days: list[int]) -> list[Told]:
    """madegood, the data's own interval, all releases together."""
    told = effects(values, first, {f"{d:05d}": first + timedelta(days=d) for d in days})
    out: dict[str, Told] = {}
    for effect in told.effects if isinstance(told, Estimate) else ():
        a, b = (interval(told, effect, level) for level in (0.80, 0.95))
        for key in effect.releases:
            if len(effect.releases) == 1:
                out[key] = (effect.data.mean, a.low, a.high, b.low, b.high)
    return [out.get(f"{d:05d}", NOTHING) for d in days]


def each(method: Callable[[Floats, date, int], Told]) -> Callable[[Floats, date, list[int]], list[Told]]:
    """One release at a time, 28 days after it, the others not known: how it is done by hand."""

    def asked(values: Floats, first: date, days: list[int]) -> list[Told]:
        out = []
        for d in days:
            try:
                out.append(method(values[: d + AFTER], first, d))
            except (ArithmeticError, ValueError, IndexError, np.linalg.LinAlgError):
                out.append(NOTHING)
        return out

    return asked


def normal(mean: float, error: float, dof: float = np.inf) -> Told:
    a, b = stats.t(dof).ppf([0.9, 0.975]) * error
    return mean, mean - a, mean + a, mean - b, mean + b


def drawn(share: Floats) -> Told:
    low, high, lower, higher = np.quantile(share, [0.1, 0.9, 0.025, 0.975])
    return float(np.mean(share)), low, high, lower, higher


def t_test(values: Floats, first: date, day: int) -> Told:
    before, after = values[day - 28 : day], values[day:]
    error = np.sqrt(before.var(ddof=1) / len(before) + after.var(ddof=1) / len(after))
    return tuple(v / before.mean() for v in normal(after.mean() - before.mean(), error, 54))  # type: ignore[return-value]


def in_time_placebo(values: Floats, first: date, day: int) -> Told:
    """The same before-after ratio at every earlier day says how far it strays by itself."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    size = len(values) - day
    at = np.arange(28, day - size + 1)
    ratio = (total[at + size] - total[at]) / size / np.maximum((total[at] - total[at - 28]) / 28, 1e-12) - 1
    found = values[day:].mean() / values[day - 28 : day].mean() - 1
    return normal(found, float(np.sqrt(np.mean(ratio**2))), max((day - 28) / size, 2.0))


def _columns(first: date, days: int) -> Floats:
    weekday = (first.weekday() + np.arange(days)) % 7
    return np.column_stack([np.ones(days), np.arange(days) / 100, *(weekday == d for d in range(1, 7))]).astype(float)


def its_newey_west(values: Floats, first: date, day: int) -> Told:
    import statsmodels.api as sm

    design = np.column_stack([_columns(first, len(values)), np.arange(len(values)) >= day])
    fit = sm.OLS(values, design).fit(cov_type="HAC", cov_kwds={"maxlags": 14})
    level = float((design[day:, :-1] @ fit.params[:-1]).mean())
    return tuple(v / level for v in normal(fit.params[-1], fit.bse[-1]))  # type: ignore[return-value]


def unobserved_components(values: Floats, first: date, day: int) -> Told:
    """Local level, week, AR(1), of the logarithm: forecast from the days before."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    season = [{"period": 7, "harmonics": 3}]
    model = UnobservedComponents(
        np.log1p(values[:day]), "local level", autoregressive=1, freq_seasonal=season, stochastic_freq_seasonal=[False]
    )
    fit = model.fit(disp=False, maxiter=200)
    paths = np.asarray(fit.simulate(len(values) - day, repetitions=400, anchor="end", rng=np.random.default_rng(0)))
    return drawn(values[day:].mean() / np.expm1(paths.reshape(len(values) - day, -1)).mean(axis=0) - 1)


def unobserved_joint(values: Floats, first: date, days: list[int]) -> list[Told]:
    """A step for every release in one local level model: what an expert would write by hand."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    steps = (np.arange(len(values))[:, None] >= np.array(days)[None, :]).astype(float)
    season = [{"period": 7, "harmonics": 3}]
    model = UnobservedComponents(
        np.log1p(values),
        "local level",
        exog=steps,
        mle_regression=False,
        freq_seasonal=season,
        stochastic_freq_seasonal=[False],
    )
    fit = model.fit(disp=False, maxiter=100)
    at = model.k_states - len(days)
    out = []
    for k in range(len(days)):
        error = np.sqrt(max(fit.smoothed_state_cov[at + k, at + k, -1], 0))
        out.append(tuple(float(np.expm1(v)) for v in normal(fit.smoothed_state[at + k, -1], error)))
    return out  # type: ignore[return-value]


def _frame(values: Floats, first: date):  # type: ignore[no-untyped-def]
    import pandas as pd

    index = pd.date_range(first, periods=len(values), freq="D")
    return pd.DataFrame({"y": values}, index=index)


def _causal_impact(**options: object) -> Callable[[Floats, date, int], Told]:
    def asked(values: Floats, first: date, day: int) -> Told:
        from causal_impact import CausalImpact

        frame = _frame(values, first)
        before, after = [frame.index[0], frame.index[day - 1]], [frame.index[day], frame.index[-1]]
        told = []
        for alpha in (0.2, 0.05):
            found = CausalImpact(frame, before, after, model_args=dict(options), alpha=alpha)._results
            told += [found.relative_effect_lower, found.relative_effect_upper]
        return found.relative_effect_mean, *told

    return asked


def causalpy_its(values: Floats, first: date, day: int) -> Told:
    import causalpy
    from sklearn.linear_model import LinearRegression

    frame = _frame(values, first)
    frame["t"], frame["dow"] = np.arange(len(values)) / 100, frame.index.dayofweek.astype(str)
    found = causalpy.InterruptedTimeSeries(
        frame, frame.index[day], formula="y ~ 1 + t + C(dow)", model=LinearRegression()
    )
    told = []
    for alpha in (0.2, 0.05):
        row = found.effect_summary(alpha=alpha, direction="two-sided").table.loc["average"]
        told += [float(row["relative_ci_lower"]) / 100, float(row["relative_ci_upper"]) / 100]
    return float(row["relative_mean"]) / 100, *told  # type: ignore[return-value]


METHODS: dict[str, tuple[str, Callable[[Floats, date, list[int]], list[Told]]]] = {
    "madegood": ("", ours),
    "in-time placebo (numpy)": ("", each(in_time_placebo)),
    "t-test, 28 days before and after": ("", each(t_test)),
    "ITS, Newey-West (statsmodels)": ("statsmodels", each(its_newey_west)),
    "UnobservedComponents, level + AR, log": ("statsmodels", each(unobserved_components)),
    "CausalImpact (bsts-causalimpact), defaults": ("causal_impact", each(_causal_impact())),
    "CausalImpact, season 7, level sd 0.1": ("causal_impact", each(_causal_impact(nseasons=7, prior_level_sd=0.1))),
    "CausalPy ITS, OLS": ("causalpy", each(causalpy_its)),
}
MANY = {
    name: METHODS[name]
    for name in (
        "madegood",
        "in-time placebo (numpy)",
        "t-test, 28 days before and after",
        "ITS, Newey-West (statsmodels)",
    )
} | {"UnobservedComponents, all steps, log": ("statsmodels", unobserved_joint)}


# ---- cases ---------------------------------------------------------------------------------------------------

Case = tuple[Floats, date, list[int], list[float], str]  # values, first day, releases, true effects, what was planted


def filled(values: Floats) -> Floats:
    out = values.copy()
    for t in np.flatnonzero(~np.isfinite(out)):
        out[t] = out[t - 7] if t >= 7 and np.isfinite(out[t - 7]) else out[max(t - 1, 0)]
    return np.where(np.isfinite(out), out, np.nanmean(values))


def one_release(n: int) -> Iterator[Case]:
    """Every series in turn, a random stretch; half of the cases nothing, half a planted effect."""
    rng, series = np.random.default_rng(505), real()
    names = list(series)
    for i in range(n):
        first, values = series[names[i % len(names)]]
        before = (112, 180, 365)[i // len(names) % 3]
        at, part = cut(values, before + AFTER, rng)
        if not len(part) or np.nanmean(part) <= 0:
            continue
        y, day = filled(part), first + timedelta(days=at)
        yield y, day, [before], [0.0], "nothing"
        shape, size = PLANTED[int(rng.integers(len(PLANTED)))]
        t = np.arange(AFTER)
        path = {"step": np.ones(AFTER), "ramp": np.minimum(1, (t + 1) / 14), "novelty": 0.5 ** (t / 5)}[shape] * size
        lifted = y.copy()
        lifted[before:] *= 1 + path
        yield lifted, day, [before], [float(lifted[before:].sum() / y[before:].sum() - 1)], shape


def many_releases(n: int) -> Iterator[Case]:
    """A year with 6 to 30 releases after 112 days, one in five a step of 2, 5 or 10 % either way."""
    rng, series = np.random.default_rng(506), {k: v for k, v in real().items() if len(v[1]) >= 477}
    names = list(series)
    for i in range(n):
        first, values = series[names[i % len(names)]]
        at, part = cut(values, 477, rng)
        if not len(part):
            continue
        days = sorted(rng.choice(np.arange(112, 449), int(rng.integers(6, 31)), replace=False).tolist())
        true = [float(rng.choice([-0.1, -0.05, -0.02, 0.02, 0.05, 0.1])) if rng.random() < 0.2 else 0.0 for _ in days]
        y = filled(part)
        for d, size in zip(days, true, strict=True):
            y[d:] *= 1 + size
        yield y, first + timedelta(days=at), days, true, "many"


# ---- tables --------------------------------------------------------------------------------------------------


def table(cases: list[Case], methods: dict[str, tuple[str, Callable[[Floats, date, list[int]], list[Told]]]]) -> None:
    """One row a method: over every release that it answers for."""
    print("| method | answered | holds 95 % | 80 % | nothing called moved | wrong calls | width | score | CPU ms |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, (package, method) in methods.items():
        try:
            if package:
                __import__(package)
        except ImportError:
            print(f"| {name} | {package} is not installed | | | | | | | |")
            continue
        print(row(name, cases, method), flush=True)


def row(name: str, cases: list[Case], method: Callable[[Floats, date, list[int]], list[Told]]) -> str:
    told, true, scale, spent = [], [], [], []
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        method(*cases[0][:3])  # once without the clock: imports and compilers
        for values, first, days, effect, _ in cases:
            start = time.process_time()
            told += method(values, first, days)
            spent.append(time.process_time() - start)
            true += effect
            total = np.convolve(np.log(np.maximum(values[: days[0]], 1e-9)), np.ones(28) / 28, "valid")
            scale += [float(np.sqrt(np.mean((total[28:] - total[:-28]) ** 2)))] * len(days)
    t, x, unit = np.array(told, float), np.array(true), np.maximum(np.array(scale), 1e-3)
    ok = np.isfinite(t).all(axis=1)
    t, x, unit = t[ok], x[ok], unit[ok]
    held95, held80 = (t[:, 3] <= x) & (x <= t[:, 4]), (t[:, 1] <= x) & (x <= t[:, 2])
    said = (t[:, 3] > 0) | (t[:, 4] < 0)
    wrong = said & ((x == 0) | (np.sign(t[:, 0]) != np.sign(x)))
    score = (t[:, 2] - t[:, 1] + 10 * (np.maximum(t[:, 1] - x, 0) + np.maximum(x - t[:, 2], 0))) / unit
    false = f"{said[x == 0].mean():.0%}" if (x == 0).any() else ""
    calls = f"{wrong[said].mean():.0%} of {said.sum()}" if said.any() else "none of 0"
    return (
        f"| {name} | {ok.sum()} of {len(ok)} | {held95.mean():.0%} | {held80.mean():.0%} | {false} | {calls} | "
        f"{np.median(t[:, 4] - t[:, 3]):.2f} | {np.mean(np.minimum(score, 100)):.1f} | {1000 * np.median(spent):.1f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", choices=("one", "many"))
    parser.add_argument("--n", type=int, default=60)
    asked = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if asked.table == "many":
        table(list(many_releases(asked.n)), MANY)
        return
    cases = list(one_release(asked.n))
    for kind in ("nothing", "step", "ramp", "novelty"):
        print(f"\n### {kind}\n")
        table([c for c in cases if c[4] == kind], METHODS)


if __name__ == "__main__":
    main()
