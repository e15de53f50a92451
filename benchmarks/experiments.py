"""Experiments: peeking, coverage, covariates, many at once, and real ones. Figures in experiments.md.

python benchmarks/experiments.py peeking|often|forever|rare|covariates|speed|upworthy|hillstrom|contrast
"""

from __future__ import annotations

import os
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
from scipy.special import ndtr

from madegood.engine.store import Store
from madegood.evidence.designs.contrast import contrasted
from madegood.evidence.designs.lot import bounds as bounds_of
from madegood.evidence.designs.lot import pooled, seen
from madegood.evidence.designs.lot_fit import too_few
from madegood.evidence.designs.randomised import Randomised, estimate, shrink_trials
from madegood.evidence.model import Estimate, Question
from madegood.intent.model import Experiment, Metric, Project
from madegood.numerics.effect_sizes import logs, posterior, weights
from madegood.numerics.sequential import spending, spent
from madegood.numerics.trials import fieller, lift, pairs, softened
from madegood.performance.model import Measured, Series, Trial
from madegood.performance.trials import trials
from madegood.performance.trials_plan import Plan, build
from madegood.refusal import Refusal

DATA = Path(os.environ.get("MADEGOOD_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))
DAY = date(2026, 1, 5)
Array = np.ndarray


def question(given: tuple[Trial | Refusal, ...], on: date = DAY + timedelta(days=60)) -> Question:
    """A question about trials alone."""
    empty = Measured(Series("m", DAY, np.zeros(0)))
    return Question(Metric("m"), empty, (), (), on, trials=given)


def table(values: Array) -> Array:
    """(..., units, k) -> (..., columns)."""
    rows, cols = pairs(values.shape[-1])
    n = np.full((*values.shape[:-2], 1), values.shape[-2], float)
    products = np.stack([(values[..., i] * values[..., j]).sum(-1) for i, j in zip(rows, cols, strict=True)], -1)
    return np.concatenate([n, values.sum(-2), products], axis=-1)


def trial(course: Array, reading: str = "anytime", **more: object) -> Trial:
    """A trial from (looks, arms, columns), a look a day."""
    plan = Plan("r", ("control", "b"), (0.5, 0.5), True, reading, 28 if reading == "planned" else 0)  # type: ignore[arg-type]
    days = tuple(DAY + timedelta(days=i) for i in range(len(course)))
    return build(plan, "m", course[:, None], days, days[0], days[-1], **more)  # type: ignore[arg-type]


# ---- peeking -----------------------------------------------------------------------------------------------------

LOOKS, RUNS = 28, 400


def worlds(kind: str, rng: np.random.Generator, effect: float, looks: int, runs: int = RUNS) -> Array:
    """(runs, looks, 2, columns) of cumulative sums: new units every day, or one cohort that goes on."""
    out = []
    for _ in range(runs):
        if kind == "cohort":  # 800 people from the first day on, each with a rate of their own, counted every day
            rate = rng.gamma(1.5, 0.2, (2, 400, 1)) * np.array([1.0, 1 + effect])[:, None, None]
            total = rng.poisson(np.broadcast_to(rate, (2, 400, looks))).cumsum(axis=2).astype(float)
            out.append(np.stack([table(total[:, :, d, None]) for d in range(looks)]))
            continue
        days = []
        for _ in range(looks):
            n = rng.poisson(60, 2) + 2
            arms = []
            for arm in (0, 1):
                lifted = 1 + effect * arm
                if kind == "proportion":
                    y = (rng.random(n[arm]) < 0.1 * lifted)[:, None]
                elif kind == "rare":
                    y = (rng.random(n[arm]) < 0.01 * lifted)[:, None]
                elif kind == "ratio":
                    b = rng.poisson(3, n[arm]) + 1.0
                    y = np.stack([rng.binomial(b.astype(int), rng.beta(3, 7, n[arm]) * lifted), b], 1)
                elif kind == "earlier":
                    x = rng.gamma(2, 1, n[arm])
                    y = np.stack([lifted * (0.7 * x + rng.gamma(2, 0.5, n[arm])), x], 1)
                else:
                    y = np.exp(1.2 * rng.standard_normal(n[arm]))[:, None] * lifted
                arms.append(table(y.astype(float)))
            days.append(np.stack(arms))
        out.append(np.stack(days).cumsum(axis=0))
    return np.stack(out)


def peeking() -> None:
    """28 daily looks at nothing and at +5 %: false calls on any day, cover and width on the last."""
    print(f"{RUNS} worlds each; false = any of {LOOKS} daily intervals of 95 % without 0, in % (nothing was moved)")
    print("kind        reading   false  one look a day  cover of last, effect 5 %  width / one look  refused looks")
    for kind in ("mean", "proportion", "rare", "ratio", "earlier", "cohort"):
        rng = np.random.default_rng(sum(map(ord, kind)))
        null, moved = worlds(kind, rng, 0.0, LOOKS), worlds(kind, rng, 0.05, LOOKS)
        extra: dict[str, object] = {"ratio": kind == "ratio", "covariates": ("before",) if kind == "earlier" else ()}
        naive = np.zeros(RUNS, bool)
        for d in range(LOOKS):
            now = lift(null[:, d, None], kind == "ratio")
            naive |= np.abs(now.share) > 1.96 * now.share_se
        for reading in ("anytime", "planned"):
            false, refused = np.zeros(RUNS, bool), 0
            given = [(i, d) for i in range(RUNS) for d in range(LOOKS)]
            each = [trial(null[i, : d + 1], reading, **extra) for i, d in given]
            kept = [(k, t) for k, t in enumerate(each) if not too_few(t, "m")]
            refused = len(each) - len(kept)
            for (k, t), bound in zip(kept, bounds_of([(t, pooled(t)) for _, t in kept]), strict=True):
                one = seen(t, 0.01, "m", bound)
                if isinstance(one, Refusal):
                    refused += 1
                else:
                    false[given[k][0]] |= not one.data.low <= 0 <= one.data.high
            cover, widths = [], []
            for i in range(RUNS):
                one = seen(trial(moved[i], reading, **extra), 0.01, "m")
                if isinstance(one, Refusal):
                    continue
                now = lift(moved[i, -1:, None], kind == "ratio")
                cover.append(one.data.low <= 0.05 <= one.data.high)
                widths.append((one.data.high - one.data.low) / (2 * 1.96 * now.share_se[0]))
            print(
                f"{kind:11} {reading:9} {100 * false.mean():5.1f} {100 * naive.mean():9.1f}"
                f" {100 * np.mean(cover):20.1f} {np.mean(widths):22.2f} {refused / len(each):18.2f}"
            )


def often() -> None:
    """The same false calls in 2,000 worlds each, of the bounds alone (all of alpha over 28 looks)."""
    runs, time_ = 2_000, np.arange(1, LOOKS + 1) / LOOKS
    for kind in ("mean", "proportion", "ratio", "earlier", "cohort"):
        course = worlds(kind, np.random.default_rng(99), 0.0, LOOKS, runs)
        each = [lift(course[:, d, None], kind == "ratio") for d in range(LOOKS)]
        info = np.array([(one.control / one.difference_se) ** 2 for one in each]).T
        false, weeks = np.zeros(runs, bool), np.zeros(LOOKS)
        for d, one in enumerate(each):
            path = np.maximum.accumulate(np.minimum(info[:, : d + 1], info[:, [d]]), 1)
            low, high = fieller(one, spending(path, np.tile(spent(time_[: d + 1]), (runs, 1))))
            hit = (one.clear > 10**0.5) & ((low > 0) | (high < 0))
            weeks[d], false = (hit & ~false).mean(), false | hit
        told = ", ".join(f"{100 * w:.2f}" for w in weeks.reshape(4, 7).sum(axis=1))
        print(f"{kind:11} false {100 * false.mean():.2f} % (+-.98), first so in week 1 to 4: {told}")


def forever() -> None:
    """The same for 112 days without a plan: beyond the 28 of the default."""
    rng = np.random.default_rng(5)
    runs, looks = 100, 112
    false = np.zeros(runs, bool)
    widths = []
    for i in range(runs):
        n = 60
        y = rng.gamma(1, 1, (looks, 2, n, 1))
        course = table(y).cumsum(axis=0)
        for d in range(1, looks, 2):
            one = seen(trial(course[: d + 1]), 0.01, "m")
            if not isinstance(one, Refusal):
                false[i] |= not one.data.low <= 0 <= one.data.high
        assert not isinstance(one, Refusal)
        widths.append((one.data.high - one.data.low) / 2 / one.se / 1.96)
    print(f"112 daily looks, plan of 28: false {100 * false.mean():.1f} %, width at the end {np.mean(widths):.2f}")


# ---- rare things -------------------------------------------------------------------------------------------------


def rare() -> None:
    """How often a true effect lies outside c standard errors, over how often it should."""
    rng = np.random.default_rng(3)
    n, runs = 10_000, 1_000_000
    print("successes (control, treated)   c   difference/control   Fieller   softened Fieller   (times too often)")
    for s, t in ((10, 10), (20, 20), (50, 50), (200, 200), (50, 5), (50, 15), (20, 26)):
        a, b = rng.binomial(n, s / n, runs), rng.binomial(n, t / n, runs)
        keep = a >= 10
        cells = np.stack([np.stack([np.full(keep.sum(), n), x[keep], x[keep]], -1) for x in (a, b)], 1)[:, None]
        told = lift(cells.astype(float))
        soft = lift(softened(cells.astype(float)))
        truth = t / s - 1
        for c in (1.96, 3.0, 4.0):
            nominal = 2 * ndtr(-c)
            out = [(np.abs(told.share - truth) > c * told.share_se).mean() / nominal]
            for one in (told, soft):
                low, high = fieller(one, c)
                out.append(((truth < low) | (truth > high)).mean() / nominal)
            print(f"{s:6} {t:6} {c:20} {out[0]:15.2f} {out[1]:15.2f} {out[2]:12.2f}")


# ---- covariates --------------------------------------------------------------------------------------------------


def covariates() -> None:
    """Variance left by what units did before, against theory 1 - R^2; and cover with it."""
    rng = np.random.default_rng(8)
    print("rho   left   1 - rho^2   true variance of the estimate, left   cover of 95 % (fixed)")
    for rho in (0.0, 0.3, 0.5, 0.7, 0.9):
        runs, n = 4_000, 1_000
        x = rng.standard_normal((runs, 2, n))
        y = 10 + rho * x + np.sqrt(1 - rho**2) * rng.standard_normal((runs, 2, n))
        told = lift(table(np.stack([y, x + 3], -1))[:, None])
        bare = lift(table(y[..., None])[:, None])
        cover = np.mean(np.abs(told.difference) < 1.96 * told.difference_se)
        left = told.difference.var() / bare.difference.var()
        print(f"{rho:3} {told.kept.mean():8.4f} {1 - rho**2:8.4f} {left:20.4f} {100 * cover:25.1f}")
    x = rng.standard_normal((2_000, 2, 1_000, 3))
    y = 10 + x @ np.array([0.5, 0.4, 0.3]) + rng.standard_normal((2_000, 2, 1_000)) * np.sqrt(0.5)
    told = lift(table(np.concatenate([y[..., None], x], -1))[:, None])
    print(f"three covariates: left {told.kept.mean():.4f}, theory {0.5:.4f}")


# ---- many --------------------------------------------------------------------------------------------------------


def speed() -> None:
    """10,000 experiments from sums to shrunken effects, without days and with 28 of them."""
    rng = np.random.default_rng(2)
    for looks in (1, 28):
        with Store.open(None) as store:
            rows = 10_000
            store.execute(
                'insert into arms (release, metric, arm, day, n, "sum")'
                " select 'r' || range // ?, 'm', case when range % 2 = 0 then 'control' else 'b' end,"
                " case when ? > 1 then date '2026-01-05' + cast((range // 2) % ? as int) end, 1, 0 from range(?)",
                (2 * looks, looks, looks, rows * 2 * looks),
            )
            n = rng.poisson(20_000 / looks, rows * 2 * looks)
            store.execute("create temp table drawn as select unnest(?::double[]) as n, unnest(?::double[]) as s",
                          (n.tolist(), rng.binomial(n, 0.1).tolist()))  # fmt: skip
            store.execute(
                'update arms set n = d.n, "sum" = d.s from (select rowid as r, * from drawn) d where d.r = arms.rowid'
            )
            project = Project(".", experiments=tuple(Experiment(f"r{i}") for i in range(rows)))
            start, cpu = time.perf_counter(), time.process_time()
            found = trials(Metric("m"), store, project, (), DAY + timedelta(days=60))
            read = time.perf_counter() - start
            told = Randomised().answers(question(found))
            assert isinstance(told, Estimate)
            told = shrink_trials([told], {"m": 0.01})[0]
            own = np.mean([e.data.low > 0 or e.data.high < 0 for e in told.effects])
            after = np.mean([max(e.up, e.down) > 0.8 for e in told.effects])
            wall, cpu = time.perf_counter() - start, time.process_time() - cpu
            print(
                f"{rows:,} experiments of {looks} look(s): {wall:.1f} s ({cpu:.1f} s CPU), {read:.1f} s of it to read"
            )
            print(
                f"  told {len(told.effects):,}, refused {len(told.refused):,}; beyond nothing by themselves: {own:.4f}"
            )
            print(f"  in the light of all, with four chances in five: {after:.4f}")


# ---- real --------------------------------------------------------------------------------------------------------


def upworthy_rows() -> list[tuple[str, int, list[int], list[int]]]:
    """(test, week, impressions, clicks) of every test of two arms or more."""
    query = (
        f"select clickability_test_id, min(test_week), list(impressions), list(clicks) "
        f"from '{DATA / 'upworthy' / 'tests.parquet'}' group by 1 having count(*) > 1 order by 2, 1"
    )
    return duckdb.execute(query).fetchall()


def of_week(week: int) -> date:
    """The Monday of a week written as 201325."""
    return date.fromisocalendar(week // 100, min(max(week % 100, 1), 52), 1)


def upworthy() -> None:
    """2,400 headline tests: weeks with a broken draw, and what the largest effects are worth in a fresh half."""
    rows = upworthy_rows()
    made = []
    for name, week, seen_, clicked in rows:
        names = ("a", *(f"v{i}" for i in range(1, len(seen_))))
        plan = Plan(name, names, tuple(1 / len(names) for _ in names), True, "fixed", 0)
        cells = np.array([[n, c, c] for n, c in zip(seen_, clicked, strict=True)], float)[None, None]
        made.append(build(plan, "m", cells, (of_week(week),), of_week(week), of_week(week), binomial=True))
    told = estimate("randomised", "m", 0.01, made, question(tuple(made), date(2016, 1, 1)))
    assert isinstance(told, Estimate)
    odd = {key for key, refusal in told.refused if "planned" in refusal.why}
    doubtful = {e.releases[0] for e in told.effects if any("same weeks" in d for d in e.doubts)}
    fault = {name for name, week, *_ in rows if 201325 <= week <= 201401}
    weeks: dict[int, list[bool]] = {}
    for name, week, *_ in rows:
        weeks.setdefault(week, []).append(name in odd)
    caught = [w for w, each in weeks.items() if 201325 <= w <= 201401 and any(each)]
    print(f"tests {len(rows)}, of the known fault (weeks 201325 to 201401) {len(fault)}")
    sound = len(rows) - len(fault)
    print(f"refused for their shares: {len(odd & fault)} in the fault, {len(odd - fault)} of {sound} outside")
    print(f"weeks of the fault with a refusal: {len(caught)} of {len([w for w in weeks if 201325 <= w <= 201401])}")
    print(
        f"told, but doubted for their neighbours: {len(doubtful & fault)} in the fault, {len(doubtful - fault)} outside"
    )
    halves(rows, fault)


def halves(rows: list[tuple[str, int, list[int], list[int]]], fault: set[str]) -> None:
    """Each arm's people split in two by lot: effects learnt from one half, held against the other."""
    rng = np.random.default_rng(1)
    cells = [
        [[n, c] for n, c in zip(seen_, clicked, strict=True)][:2]
        for name, _, seen_, clicked in rows
        if name not in fault and min(clicked[:2]) >= 20
    ]
    whole = np.array(cells)
    n1 = whole[..., 0] // 2
    c1 = rng.hypergeometric(whole[..., 1], whole[..., 0] - whole[..., 1], n1)
    first = np.stack([n1, c1, c1], -1).astype(float)
    n2, c2 = whole[..., 0] - n1, whole[..., 1] - c1
    keep = (c1.min(axis=1) >= 10) & (c2.min(axis=1) >= 5)
    a, b = lift(softened(first[keep])[:, None]), lift(np.stack([n2, c2, c2], -1).astype(float)[keep][:, None])
    guess, se = logs(a.share, a.share_se)
    told = posterior(guess, se, weights(guess, se))
    other, noise = logs(b.share, b.share_se)
    top = np.argsort(-np.abs(a.share / a.share_se))[: keep.sum() // 20]
    sign = np.sign(a.share[top])
    print(f"{keep.sum()} tests in halves: root mean square error against the other half, log scale: nothing at all "
          f"{error(0 * guess, other, noise):.3f}, as estimated {error(guess, other, noise):.3f}, "
          f"after all experiments {error(np.log1p(told.mean), other, noise):.3f}")  # fmt: skip
    print(f"the 5 % surest ({len(top)}): estimated {np.mean(sign * a.share[top]):+.3f}, after all experiments "
          f"{np.mean(sign * told.mean[top]):+.3f}, in the other half {np.mean(sign * b.share[top]):+.3f}")  # fmt: skip
    print(f"weights of sizes: {np.round(weights(guess, se), 2)}")


def error(guess: Array, other: Array, noise: Array) -> float:
    """Root mean square error against a noisy truth, its own noise taken off."""
    return float(np.sqrt(max(np.mean((guess - other) ** 2 - noise**2), 0.0)))


def hillstrom() -> None:
    """64,000 customers, two e-mails and none: read at once."""
    with Store.open(None) as store:
        store.execute(
            "insert into units (release, arm, metric, value, before, fields)"
            " select 'mail', segment, m, v, history, map(['recency'], [cast(recency as varchar)]) from (unpivot"
            " (select segment, history, recency, visit::double as visit, conversion::double as conversion, spend from"
            f" '{DATA / 'hillstrom' / 'hillstrom.csv.gz'}') on visit, conversion, spend into name m value v)"
        )
        project = Project(".", experiments=(Experiment("mail", reading="fixed"),))
        for name in ("visit", "conversion", "spend"):
            start = time.perf_counter()
            found = trials(Metric(name), store, project, (), date(2008, 4, 1))
            told = Randomised().answers(question(found))
            assert isinstance(told, Estimate)
            print(f"{name}: {time.perf_counter() - start:.2f} s")
            for arm, interval, p in told.model.seen[0].arms:
                print(f"  {arm}: {interval.mean:+.4f} ({interval.low:+.4f} to {interval.high:+.4f}), p {p:.2g}")


# ---- not by lot --------------------------------------------------------------------------------------------------


def contrast() -> None:
    """People who chose: of the shape of LaLonde's (1986), where those who got training were poorer beforehand."""
    rng = np.random.default_rng(4)
    print("how much choice hangs on earnings before; naive bias, of the mean; refused; cover where told")
    for pull in (0.0, 0.1, 0.2, 0.5, 1.0, 2.0):
        refused, cover, naive = 0, [], []
        runs = 300
        for _ in range(runs):
            skill = rng.standard_normal(4_000)
            age = rng.normal(30, 8, 4_000) + skill
            before = np.exp(0.6 * skill + 0.4 * rng.standard_normal(4_000))
            chose = rng.random(4_000) < 0.15 * np.exp(-pull * (skill + 0.3 * rng.standard_normal(4_000))) / (
                0.85 + 0.15 * np.exp(-pull * skill)
            ).clip(0, 1e9)
            after = 1.1 ** chose.astype(float) * (2 + before + 0.3 * rng.standard_normal(4_000))
            values = np.stack([after, before, age], -1)
            cells = np.stack([table(values[~chose]), table(values[chose])])
            plan = Plan("r", ("control", "b"), (0.5, 0.5), False, "anytime", 0)
            one = contrasted(build(plan, "m", cells[None, None], (), DAY, DAY, covariates=("before", "age")), "m")
            truth = after[chose].mean() / (after[chose] / 1.1).mean() - 1
            naive.append(after[chose].mean() / after[~chose].mean() - 1 - truth)
            if isinstance(one, Refusal):
                refused += 1
            else:
                cover.append(one.data.low <= truth <= one.data.high)
        told = f"{100 * np.mean(cover):.0f} % of {len(cover)}" if cover else "-"
        print(f"{pull:4} {np.mean(naive):+8.3f} {refused / runs:8.2f}   {told}")


if __name__ == "__main__":
    known = {f.__name__: f for f in (peeking, often, forever, rare, covariates, speed, upworthy, hillstrom, contrast)}
    for wanted in sys.argv[1:] or list(known):
        known[wanted]()
