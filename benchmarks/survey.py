"""What the silent majority of a survey would have said: worlds in which it is known, and what several methods say.

    python benchmarks/survey.py worlds --n 200           # six ways to be silent: bias, RMSE, coverage, width
    python benchmarks/survey.py arms --n 200 --effort 0.05
    python benchmarks/survey.py small --n 400            # 300 customers to 3,000
    python benchmarks/survey.py segments --n 100         # 50 segments
    python benchmarks/survey.py waves --n 100            # known figures of some waves, carried to the others
    python benchmarks/survey.py shops --n 200            # real households, a question whose answer their receipts know
    python benchmarks/survey.py speed                    # a million customers, 50,000 answers
    python benchmarks/survey.py export --n 4 --to DIR    # the same worlds as files, for other tools

The whole way is measured: files are written, read through the door, and told by evidence/survey.py. Truth is the score
of all customers of the file. The generator was written before any constant of the product was settled on it, and those
that were are named in survey.md. Figures are printed as Markdown; survey.md keeps them.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from madegood.evidence.model import Interval
from madegood.evidence.survey import survey, surveys
from madegood.evidence.survey_plan import SurveyPlan, survey_plan
from madegood.evidence.survey_told import Survey
from madegood.intent.model import SurveySpec
from madegood.numerics.calibration import Answers, calibrate, curve
from madegood.performance.survey_spec import values
from madegood.performance.surveys import Asked, read_survey

Floats = NDArray[np.float64]
#: How the log odds of answering go: with behaviour, bent, with satisfaction itself, with its size.
WORLDS = {
    "at random": (0, 0, 0.0, 0.0),
    "by behaviour": (1, 0, 0.0, 0.0),
    "by behaviour, bent": (1, 1, 0.0, 0.0),
    "and by answer .25": (1, 1, 0.25, 0.0),
    "and by answer .6": (1, 1, 0.6, 0.0),
    "and by extremes": (1, 1, 0.0, 0.35),
}
CUTS = np.array([-2.0, -1.8, -1.6, -1.4, -1.2, -0.95, -0.7, -0.3, 0.25, 0.85])


@dataclass(frozen=True)
class World:
    """Customers: columns by name, the answer 0 to 10 each would give, who answered, who was asked with high effort."""

    columns: dict[str, NDArray[np.generic]]
    answers: Floats
    answered: NDArray[np.bool_]
    effort: NDArray[np.bool_]

    @property
    def truth(self) -> float:
        return float(values("nps", (0, 10), self.answers).mean())


def logistic(x: Floats) -> Floats:
    return 1 / (1 + np.exp(-x))


def level(x: Floats, share: float) -> float:
    """What is added to log odds so that so large a share answers."""
    low, high = -12.0, 12.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if logistic(x + middle).mean() > share else (middle, high)
    return low


def world(rng: np.random.Generator, name: str, n: int = 20_000, share: float = 0.08, effort: float = 0.05) -> World:
    """Customers of a product: use, age, failures, recency, plan, platform, region; 30 % of satisfaction is in them."""
    behaves, bent, delta, extremes = WORLDS[name]
    use, age = rng.standard_normal(n), rng.exponential(1, n) - 1
    failures = rng.poisson(np.exp(-0.3 + 0.25 * use))
    idle = rng.gamma(1.2, 1, n) * np.exp(-0.5 * use)
    plan, device = rng.choice(3, n, p=[0.6, 0.3, 0.1]), rng.choice(3, n, p=[0.5, 0.35, 0.15])
    region = rng.choice(5, n, p=[0.35, 0.25, 0.2, 0.15, 0.05])
    mood = (
        0.35 * use - 0.3 * np.minimum(failures, 4) - 0.25 * np.log1p(idle) + 0.15 * (plan == 2) - 0.1 * (device == 1)
        + 0.15 * use * (failures == 0) - 0.12 * (region == 3) + 0.05 * age
    )  # fmt: skip
    mood = 0.55 * (mood - mood.mean()) / mood.std() + rng.standard_normal(n) * np.sqrt(1 - 0.55**2)
    odds = behaves * (0.55 * use - 0.2 * np.log1p(idle) + 0.25 * (plan == 2) - 0.2 * (device == 1) + 0.1 * age)
    odds = odds + bent * (
        0.5 * ((failures > 1) & (use > 0)) - 0.5 * np.maximum(use - 1, 0) - 0.35 * ((region == 3) & (plan == 0))
        + 0.3 * np.cos(1.5 * use)
    )  # fmt: skip
    odds = odds + delta * mood + extremes * (np.abs(mood) - 0.8)
    drawn = rng.random(n) < effort
    answered = rng.random(n) < logistic(odds + np.where(drawn, level(odds, 0.5), level(odds, share)))
    columns = {
        "use": use, "age": age, "failures": failures, "idle": idle, "plan": np.char.add("plan ", plan.astype(str)),
        "device": np.char.add("device ", device.astype(str)), "region": np.char.add("region ", region.astype(str)),
    }  # fmt: skip
    return World(columns, np.searchsorted(CUTS, mood).astype(float), answered, drawn)


def write(folder: Path, w: World, more: dict[str, NDArray[np.generic]] | None = None) -> None:
    """The two files of a survey: asks.csv and did.csv."""
    n = len(w.answers)
    who = np.char.add("c", np.arange(n).astype(str))
    score = np.where(w.answered, w.answers.astype(int).astype(str), "")
    table(folder / "asks.csv", {
        "customer": who, "at": np.full(n, "2026-03-02"), "state": np.where(w.answered, "answered", "shown"),
        "score": score, "arm": np.where(w.effort, "high", "ordinary"),
    })  # fmt: skip
    table(folder / "did.csv", {"customer": who, **w.columns, **(more or {})})


def table(path: Path, columns: dict[str, NDArray[np.generic]]) -> None:
    rows = zip(*(c.tolist() for c in columns.values()), strict=True)
    path.write_text("\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]) + "\n")


def told(folder: Path, w: World, spec: SurveySpec) -> tuple[Survey, Asked]:
    """A world through the door and back."""
    write(folder, w)
    waves = read_survey(spec, folder).waves
    assert isinstance(waves, tuple)
    said = survey(spec, waves[0])
    assert isinstance(said, Survey), said
    return said, waves[0]


SPEC = SurveySpec("nps", "asks.csv", behaviour="did.csv", effort="high")


def naive(w: World) -> tuple[float, float]:
    u = values("nps", (0, 10), w.answers[w.answered & ~w.effort])
    return float(u.mean()), float(u.std(ddof=1) / np.sqrt(len(u)))


def groups(w: World) -> list[NDArray[np.int64]]:
    """Seven margins, numbers at their quintiles."""
    out = []
    for column in w.columns.values():
        if column.dtype.kind in "fi" and len(np.unique(column)) > 6:
            column = np.searchsorted(np.unique(np.quantile(column, [0.2, 0.4, 0.6, 0.8])), column)
        out.append(np.unique(column, return_inverse=True)[1])
    return out


def hajek(weights: Floats, u: Floats) -> tuple[float, float]:
    middle = float(weights @ u / weights.sum())
    return middle, float(np.sqrt((weights**2 * (u - middle) ** 2).sum()) / weights.sum())


def raking(w: World) -> tuple[float, float]:
    heard, ordinary = w.answered & ~w.effort, ~w.effort
    weights = np.ones(heard.sum())
    margins = groups(w)
    for _ in range(30):
        for group in margins:
            k = group.max() + 1
            have = np.bincount(group[heard], weights, k)
            weights *= (np.bincount(group[ordinary], minlength=k) / np.maximum(have, 1e-9))[group[heard]]
    return hajek(weights, values("nps", (0, 10), w.answers[heard]))


def inverse_odds(w: World) -> tuple[float, float]:
    """Inverse chances of a logistic regression on the plain columns (numbers as they are, levels as 0 and 1)."""
    ordinary = ~w.effort
    parts = [np.ones(len(w.answers))]
    for column in w.columns.values():
        if column.dtype.kind in "fi":
            parts.append((column - column.mean()) / column.std())
        else:
            parts += [(column == one).astype(float) for one in np.unique(column)[1:]]
    x, r = np.column_stack(parts)[ordinary], w.answered[ordinary].astype(float)
    beta = np.zeros(x.shape[1])
    for _ in range(30):
        p = logistic(x @ beta)
        beta += np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + 1e-6 * np.eye(len(beta)), x.T @ (r - p))
    heard = w.answered[ordinary]
    return hajek(1 / logistic(x[heard] @ beta), values("nps", (0, 10), w.answers[ordinary][heard]))


def row(name: str, found: list[tuple[float, float, float, float]]) -> str:
    """(estimate, low, high, truth) of each run as a line."""
    a = np.array(found)
    off = a[:, 0] - a[:, 3]
    held = (a[:, 1] <= a[:, 3]) & (a[:, 3] <= a[:, 2])
    wide = a[:, 2] - a[:, 1]
    return (
        f"| {name} | {off.mean():+.1f} | {np.median(off):+.1f} | {np.sqrt((off**2).mean()):.1f} | {held.mean():.1%} |"
        f" {wide.mean():.1f} |"
    )


HEAD = "| | bias | median | RMSE | 95 % held | width |\n|---|---|---|---|---|---|"


def worlds(n: int, seed: int, folder: Path) -> None:
    for name in WORLDS:
        rng = np.random.default_rng(seed)
        found: dict[str, list[tuple[float, float, float, float]]] = {}
        for _ in range(n):
            w = world(rng, name)
            said, _asked = told(folder, w, SPEC)
            for method, (m, s) in (("naive", naive(w)), ("raking", raking(w)), ("inverse odds", inverse_odds(w))):
                found.setdefault(method, []).append((m, m - 1.96 * s, m + 1.96 * s, w.truth))
            for method, score in (
                ("behaviour-corrected", said.corrected),
                ("if the answer moves it by .5", said.usual),
                ("band as strong as behaviour", said.band),
                ("two arms", said.answered_for),
            ):
                if isinstance(score, Interval):
                    found.setdefault(method, []).append((score.mean, score.low, score.high, w.truth))
            found.setdefault("frame", []).append((np.mean(said.frame), *said.frame, w.truth))
        print(f"\n**{name}** ({n} runs)\n\n{HEAD}")
        print("\n".join(row(f"{method} ({len(runs)})", runs) for method, runs in found.items()), flush=True)


def arms(n: int, seed: int, folder: Path, effort: float) -> None:
    print(f"{HEAD[:-1].splitlines()[0]} planned width |\n|---|---|---|---|---|---|---|")
    for name in WORLDS:
        rng = np.random.default_rng(seed)
        runs, planned = [], []
        for _ in range(n):
            w = world(rng, name, effort=effort)
            said, asked = told(folder, w, SPEC)
            if isinstance(said.answered_for, Interval):
                runs.append((said.answered_for.mean, said.answered_for.low, said.answered_for.high, w.truth))
            plan = survey_plan(SPEC, asked)
            if isinstance(plan, SurveyPlan):
                sizes = [b.people for b in plan.bought]
                planned.append(float(np.interp(effort * len(w.answers), sizes, [b.width for b in plan.bought])))
        print(f"{row(f'{name} ({len(runs)} of {n})', runs)} {np.mean(planned):.1f} |", flush=True)


def small(n: int, seed: int, folder: Path) -> None:
    print(HEAD)
    for people, share in ((300, 0.15), (300, 0.4), (1000, 0.1), (3000, 0.05), (3000, 0.2)):
        rng = np.random.default_rng(seed)
        runs, refused = [], 0
        for _ in range(n):
            w = world(rng, "by behaviour", people, share, 0.0)
            write(folder, w)
            waves = read_survey(SPEC, folder).waves
            assert isinstance(waves, tuple)
            said = survey(SPEC, waves[0])
            if isinstance(said, Survey) and isinstance(said.corrected, Interval):
                runs.append((said.corrected.mean, said.corrected.low, said.corrected.high, w.truth))
            else:
                refused += 1
        print(row(f"{people} customers, {share:.0%} answer ({refused} of {n} refused)", runs), flush=True)


def segments(n: int, seed: int, folder: Path) -> None:
    """50 segments of unlike size whose satisfaction differs by .15 standard deviations beyond what behaviour says."""
    rng = np.random.default_rng(seed)
    spec = SurveySpec("nps", "asks.csv", behaviour="did.csv", segment="market", leave_out=("market",))
    held, wide, alone = np.zeros(50), np.zeros(50), np.zeros(50)
    sizes = rng.dirichlet(np.full(50, 2.0))
    for _ in range(n):
        w = world(rng, "by behaviour", effort=0.0)
        market = rng.choice(50, len(w.answers), p=sizes)
        shift = rng.normal(0, 0.15, 50)[market]
        moved = np.clip(w.answers + np.where(rng.random(len(shift)) < np.abs(shift) * 1.8, np.sign(shift), 0), 0, 10)
        w = World(
            {**w.columns, "market": np.char.add("m", np.char.zfill(market.astype(str), 2))}, moved, w.answered, w.effort
        )
        said, _asked = told(folder, w, spec)
        assert isinstance(said.segments, tuple)
        u = values("nps", (0, 10), w.answers)
        for one in said.segments:
            mine = market == int(one.name[1:])
            truth = u[mine].mean()
            held[int(one.name[1:])] += one.score.low <= truth <= one.score.high
            wide[int(one.name[1:])] += one.score.high - one.score.low
            heard = u[mine & w.answered]
            alone[int(one.name[1:])] += 3.92 * u.std() / np.sqrt(max(len(heard), 1))
    rates = held / n
    print(f"{n} runs, 95 % held {rates.mean():.1%}; by segment the middle nine tenths "
          f"{np.quantile(rates, 0.05):.1%} to {np.quantile(rates, 0.95):.1%}; "
          f"width {wide.mean() / n:.1f}, of the segment's answers alone {alone.mean() / n:.1f}")  # fmt: skip


def joined(names: tuple[str, ...], parts: list[list[NDArray[np.generic]]]) -> dict[str, NDArray[np.generic]]:
    """Columns one below the other."""
    return {name: np.concatenate([part[i] for part in parts]) for i, name in enumerate(names)}


def waves(n: int, seed: int, folder: Path) -> None:
    """Twelve waves of 8,000; delta wanders by .1 a wave around .5; four waves have a known figure."""
    rng = np.random.default_rng(seed)
    runs, plain, at = [], [], (0, 3, 6, 8)
    for _ in range(n):
        deltas = 0.5 + np.cumsum(rng.normal(0, 0.1, 12))
        asks, did, truths = [], [], []
        for k, delta in enumerate(deltas):
            WORLDS["now"] = (1, 0, float(delta), 0.0)
            w = world(rng, "now", 8000, 0.12, 0.0)
            truths.append(w.truth)
            who = np.char.add(f"w{k}c", np.arange(8000).astype(str))
            wave = np.full(8000, f"2026-{k + 1:02d}")
            asks.append([who[w.answered], wave[w.answered], w.answers[w.answered]])
            did.append([who, wave, *w.columns.values()])
        del WORLDS["now"]
        table(folder / "asks.csv", joined(("customer", "wave", "score"), asks))
        table(folder / "did.csv", joined(("customer", "wave", *w.columns), did))
        known = tuple((f"2026-{k + 1:02d}", truths[k]) for k in at)
        spec = SurveySpec("nps", "asks.csv", behaviour="did.csv", known=known)
        read = read_survey(spec, folder).waves
        assert isinstance(read, tuple)
        for k, one in enumerate(surveys(spec, read)):
            assert isinstance(one, Survey)
            if k not in at and isinstance(one.answered_for, Interval) and isinstance(one.corrected, Interval):
                runs.append((one.answered_for.mean, one.answered_for.low, one.answered_for.high, truths[k]))
                plain.append((one.corrected.mean, one.corrected.low, one.corrected.high, truths[k]))
    print(f"{HEAD}\n{row('behaviour-corrected', plain)}\n{row('with the delta of known waves', runs)}")


def spent(wall: float, cpu: float) -> str:
    """Time since then."""
    return f"{time.process_time() - cpu:.1f} CPU s, {time.perf_counter() - wall:.1f} s"


def speed(folder: Path) -> None:
    """The weights alone on 40 terms, then the whole way from the files."""
    rng = np.random.default_rng(1)
    n, p = 50_000, 40
    basis = np.column_stack([np.ones(n), rng.standard_normal((n, p - 1)) + 0.2])
    u = 100.0 * np.sign(basis[:, 1:].sum(axis=1) / 5 + rng.standard_normal(n))
    answers = Answers(basis, np.append(1e6, np.zeros(p - 1)), u, np.sign(u))
    wall, cpu = time.perf_counter(), time.process_time()
    calibrate(answers)
    print(f"weights, 50,000 answers on 40 terms: {time.process_time() - cpu:.2f} CPU s")
    curve(answers, np.linspace(-1, 1, 21))
    print(f"weights, errors and 21 deltas: {spent(wall, cpu)}")
    write(folder, world(rng, "by behaviour, bent", 1_000_000, 0.05, 0.0))
    wall, cpu = time.perf_counter(), time.process_time()
    read = read_survey(SPEC, folder).waves
    assert isinstance(read, tuple)
    print(f"1,000,000 customers read, {len(read[0].terms)} terms: {spent(wall, cpu)}")
    wall, cpu = time.perf_counter(), time.process_time()
    said = survey(SPEC, read[0])
    assert isinstance(said, Survey)
    deltas = len(said.curve)
    print(f"{said.answered:,} answers told, {len(said.weighed_by)} terms, {deltas} deltas: {spent(wall, cpu)}")


def shops(n: int, seed: int, folder: Path) -> None:
    """Households of complete_journey: `how satisfied` is made of what they bought in the second half of the year and
    chance; asked behaviour is the first half; who shops more answers more, and (second table) who is content too.
    """
    import duckdb

    beside = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"
    data = Path(os.environ.get("MADEGOOD_DATA", beside)) / "complete_journey"
    if not data.exists():
        print(f"no real data at {data}; set MADEGOOD_DATA")
        return
    columns = [r[0] for r in duckdb.sql(f"describe select * from '{data}/transactions_sample.parquet'").fetchall()]
    stamp = next(c for c in columns if "timestamp" in c or c == "day")
    got = duckdb.sql(
        f"""with t as (select *, ntile(2) over (order by {stamp}) as half from '{data}/transactions_sample.parquet')
        select household_id::varchar h, sum(sales_value) filter (half = 1) spend, count(distinct basket_id) filter
        (half = 1) trips, sum(coupon_disc) filter (half = 1) coupons, count(distinct product_id) filter (half = 1)
        things, sum(retail_disc) filter (half = 1) discounts, coalesce(sum(sales_value) filter (half = 2), 0) later,
        any_value(d.age) age, any_value(d.income) income from t left join '{data}/demographics.parquet' d
        using (household_id) group by 1 order by 1"""
    ).fetchnumpy()
    spend = np.nan_to_num(np.ma.filled(got["spend"].astype(float), 0))
    later = np.asarray(got["later"], float)
    kept = np.ma.filled(got["trips"].astype(float), 0) > 0
    rng = np.random.default_rng(seed)
    cols = {}
    for name in ("spend", "trips", "coupons", "things", "discounts", "age", "income"):
        column = got[name]
        texts = [("" if m else str(v)) for v, m in zip(np.ma.getdata(column), np.ma.getmaskarray(column), strict=True)]
        cols[name] = np.array(["" if t in ("None", "nan") else t.replace(",", " ") for t in texts])[kept]
    spend, later = spend[kept], later[kept]
    rank = np.argsort(np.argsort(later)) / len(later)
    for label, delta in (("by behaviour", 0.0), ("and by answer .5", 0.5)):
        runs, raws = [], []
        for _ in range(n):
            mood = 2.5 * (rank - 0.5) + rng.standard_normal(len(rank)) * 0.7
            answers = np.searchsorted(np.quantile(mood, np.linspace(0.05, 0.8, 10)), mood).astype(float)
            odds = 0.6 * (np.log1p(spend) - np.log1p(spend).mean()) / np.log1p(spend).std() + delta * mood
            answered = rng.random(len(rank)) < logistic(odds + level(odds, 0.2))
            w = World(cols, answers, answered, np.zeros(len(rank), bool))
            said, _asked = told(folder, w, SPEC)
            assert isinstance(said.corrected, Interval)
            runs.append((said.corrected.mean, said.corrected.low, said.corrected.high, w.truth))
            m, s = naive(w)
            raws.append((m, m - 1.96 * s, m + 1.96 * s, w.truth))
        print(f"\n**{label}** ({len(rank)} households, {n} runs)\n\n{HEAD}")
        print(f"{row('naive', raws)}\n{row('behaviour-corrected', runs)}", flush=True)


def export(n: int, seed: int, to: Path) -> None:
    """World k of each kind as DIR/NAME/k/, with its truth."""
    for name in WORLDS:
        rng = np.random.default_rng(seed)
        for k in range(n):
            folder = to / name.replace(" ", "_").replace(",", "") / str(k)
            folder.mkdir(parents=True, exist_ok=True)
            w = world(rng, name)
            write(folder, w)
            (folder / "truth.txt").write_text(str(w.truth))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("worlds", "arms", "small", "segments", "waves", "speed", "shops", "export"))
    parser.add_argument("--n", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--effort", type=float, default=0.05)
    parser.add_argument("--to", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = asked.to or Path(made)
        if asked.what == "speed":
            speed(folder)
        elif asked.what == "arms":
            arms(asked.n, asked.seed, folder, asked.effort)
        else:
            globals()[asked.what](asked.n, asked.seed, folder)


if __name__ == "__main__":
    main()
