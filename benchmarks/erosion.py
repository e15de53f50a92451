"""Is the promise kept where nothing erodes, and how soon is a planted erosion noticed? Against everyday rules.

Run: python benchmarks/erosion.py PART [--series 200] [--seed 41], where PART is one of
false, late, real, onset, noticeable, many, shared, short, beside, rates, claims.
Simulated metrics: two years of history and two watched, weekly and yearly season, five known holidays, AR(1) noise (.2
to .7, 1 to 4 %), overdispersed counts of 300 to 20,000 a day, one outlier day in 200, a level that stands or wanders.
"""

from __future__ import annotations

import argparse
import os
from datetime import date, timedelta
from pathlib import Path
from time import process_time

import duckdb
import numpy as np

from madegood.evidence.erosion import erosions
from madegood.evidence.noticeable import noticeable
from madegood.evidence.watched import bar, watched
from madegood.intent.model import KnownEvent, Metric
from madegood.numerics import drift
from madegood.numerics.drift_past import LEARN, Past, ahead, alarms, past
from madegood.numerics.many import together
from madegood.numerics.weekly import levels, shares
from madegood.performance.model import Measured, Series

DATA = Path(os.environ.get("MADEGOOD_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))
HISTORY, DAYS = 728, 1456
WEEKS, MONTH = DAYS // 7, 30.4375
WORLDS = {"stable": 0.0, "wanders .07 %": 0.0007, "wanders .15 %": 0.0015, "wanders .4 %": 0.004}  # a day
BARS = {"0.5": 104.0, "0.1": 520.0, "0.01": 5200.0}  # false alarms promised a metric-year: c
HOLIDAYS = ((0, 1), (90, 1), (180, 1), (330, 2), (358, 3))  # day of the year, and days
FIRST = date(2023, 1, 2)


def metric(
    rng: np.random.Generator, wander: float, noise_of: np.random.Generator | None = None
) -> tuple[np.ndarray, float]:
    """Logs of what is expected (days,), and the coefficient of variation of the counts about it.

    `noise_of` draws the noise, so that one metric can have many futures.
    """
    chance = noise_of or rng
    t = np.arange(DAYS)
    week = rng.normal(0, 0.12, 6)
    logs = np.append(week, -week.sum())[t % 7] + season() @ (rng.normal(0, 1, 4) * [0.06, 0.06, 0.02, 0.02])
    logs += holidays() @ rng.normal(-0.08, 0.08, len(HOLIDAYS))
    again, size = rng.uniform(0.2, 0.7), rng.uniform(0.01, 0.04)
    fresh = chance.normal(0, size * np.sqrt(1 - again**2), DAYS)
    noise = np.zeros(DAYS)
    for i in range(1, DAYS):
        noise[i] = again * noise[i - 1] + fresh[i]
    logs += noise + (chance.random(DAYS) < 0.005) * chance.standard_t(3, DAYS) * 0.15
    logs += np.cumsum(chance.normal(0, 1, DAYS) * wander) + rng.uniform(np.log(300), np.log(20000))
    return logs, float(rng.uniform(0.02, 0.05))


def season() -> np.ndarray:
    angle = 2 * np.pi * np.arange(DAYS) / 365.25
    return np.stack([f(k * angle) for k in (1, 2) for f in (np.sin, np.cos)], axis=1)


def holidays() -> np.ndarray:
    table = np.zeros((DAYS, len(HOLIDAYS)))
    for year in range(4):
        for k, (day, long) in enumerate(HOLIDAYS):
            table[365 * year + day : 365 * year + day + long, k] = 1
    return table


def counts(seed: int, logs: np.ndarray, cv: float) -> np.ndarray:
    """Overdispersed counts, with the same noise whatever the level."""
    rng = np.random.default_rng(seed)
    mean = np.exp(logs) * rng.gamma(1 / cv**2, cv**2, DAYS)
    return np.maximum(np.round(mean + np.sqrt(mean) * rng.normal(0, 1, DAYS)), 0)


def eroded(logs: np.ndarray, onset: int, monthly: float) -> np.ndarray:
    return logs + np.log(1 - monthly) * np.clip(np.arange(DAYS) - onset, 0, None) / MONTH


def columns() -> np.ndarray:
    return np.hstack([season(), holidays()]).reshape(WEEKS, 7, -1).mean(axis=1)


def seen(values: np.ndarray, table: np.ndarray) -> Past:
    found = past(levels(values), table, np.ones(len(values) // 7), learn=HISTORY // 7)
    assert found is not None
    return found


def course(found: Past, since: int = HISTORY // 7) -> np.ndarray:
    """Log evidence after each watched week (weeks,), with the bets that are old enough to count."""
    rows = found.bets[since:]
    old = np.arange(rows.shape[1])[None, :] <= np.arange(since, rows.shape[1])[:, None] - 4
    rows = np.where(old, rows, -np.inf)
    top = np.maximum(rows.max(axis=1), -700)
    return top + np.log(np.exp(rows - top[:, None]).sum(axis=1) + 1e-300)


def everyday(values: np.ndarray) -> dict[str, np.ndarray]:
    """Statistics of everyday rules after each watched week (weeks,), from residuals of the history's season."""
    logs = np.log(np.maximum(values, 0.5))
    dummies = (np.arange(DAYS)[:, None] % 7 == np.arange(6)).astype(float)
    x = np.hstack([np.ones((DAYS, 1)), dummies, season(), holidays()])
    left = logs - x @ np.linalg.lstsq(x[:HISTORY], logs[:HISTORY], rcond=None)[0]
    before = left[:HISTORY]
    again = before[1:] @ before[:-1] / (before[:-1] @ before[:-1])
    white = np.append(0, left[1:] - again * left[:-1])
    white = np.clip(white / white[:HISTORY].std(), -4, 4)
    tests, cusum, ewma, low, smooth = [], [], [], 0.0, 0.0
    for day in range(HISTORY, DAYS):
        low, smooth = max(0.0, low - white[day] - 0.25), 0.95 * smooth + 0.05 * white[day]
        if day % 7 == 6:
            new, old = left[day - 27 : day + 1], left[day - 55 : day - 27]
            tests.append((old.mean() - new.mean()) / np.sqrt((new.var(ddof=1) + old.var(ddof=1)) / 28))
            cusum.append(low)
            ewma.append(-smooth / np.sqrt(0.05 / 1.95))
    return {"t-test 1.96": np.array(tests) - 1.96, "CUSUM 8": np.array(cusum) - 8, "EWMA 3": np.array(ewma) - 3}


def first(path: np.ndarray, least: float) -> int | None:
    hit = np.flatnonzero(path >= least)
    return int(hit[0]) + 1 if len(hit) else None


def rate(firsts: list[int | None]) -> float:
    """First alarms a metric-year of watching."""
    return sum(f is not None for f in firsts) / (sum(f or WEEKS - HISTORY // 7 for f in firsts) / 52.18)


def false(series: int, seed: int = 41) -> None:
    rng, table = np.random.default_rng(seed), columns()
    base = 0 if seed == 41 else 100_000 * seed
    print("| world | " + " | ".join(f"promise {b}" for b in BARS) + " | t-test 1.96 | CUSUM 8 | EWMA 3 |")
    for name, wander in WORLDS.items():
        ours: dict[str, list[int | None]] = {b: [] for b in BARS}
        rules: dict[str, list[int | None]] = {}
        for i in range(series):
            values = counts(base + i, *metric(rng, wander))
            path = course(seen(values, table))
            for label, c in BARS.items():
                ours[label].append(first(path, np.log(c)))
            for rule, passed in everyday(values).items() if i < 100 else ():
                rules.setdefault(rule, []).append(first(passed, 0.0))
        print(f"| {name} |", " | ".join(f"{rate(f):.4f}" for f in (*ours.values(), *rules.values())), "|", flush=True)


def late(series: int) -> None:
    rng, table = np.random.default_rng(42), columns()
    print("| world | a month | " + " | ".join(f"promise {b}: median weeks, within a year" for b in BARS) + " |")
    for name in ("stable", "wanders .15 %"):
        drawn = [(*metric(rng, WORLDS[name]), HISTORY + int(rng.integers(0, 180))) for _ in range(series)]
        for monthly in (0.005, 0.01, 0.02):
            paths = [course(seen(counts(i, eroded(x, o, monthly), cv), table)) for i, (x, cv, o) in enumerate(drawn)]
            cells = []
            for c in BARS.values():
                days = [
                    HISTORY + 7 * (first(p, np.log(c)) or 10**4) - o for p, (*_, o) in zip(paths, drawn, strict=True)
                ]
                weeks = np.array([d / 7 for d in days if d > 0])
                cells.append(f"{np.median(weeks):.0f}, {np.mean(weeks <= 52):.0%}" if len(weeks) else "-")
            print(f"| {name} | {monthly:.1%} |", " | ".join(cells), "|", flush=True)


def real(series: int) -> None:
    """Windows of four years of real series as they are, and rebuilt without drift from their own innovations."""
    rng = np.random.default_rng(43)
    table = season().reshape(WEEKS, 7, -1).mean(axis=1)
    as_is: list[np.ndarray] = []
    null: list[np.ndarray] = []
    for values in windows(rng, series):
        found = past(levels(values), table, np.ones(WEEKS), learn=HISTORY // 7)
        if found is None:
            continue
        as_is.append(course(found))
        for weeks in rebuilt(found, table, rng, 4):
            again = past(weeks, table, np.ones(WEEKS), learn=HISTORY // 7)
            null += [course(again)] if again is not None else []
    print(f"{len(as_is)} windows, {len(null)} nulls: false alarms a metric-year")
    for label, c in BARS.items():
        rates = [rate([first(p, np.log(c)) for p in paths]) for paths in (as_is, null)]
        print(f"promise {label}: as they are {rates[0]:.4f}, nulls {rates[1]:.4f}")


def windows(rng: np.random.Generator, most: int) -> list[np.ndarray]:
    found = []
    for name in ("daily", "daily_plugins"):
        path = DATA / "placebo" / f"{name}.parquet"
        if not path.exists():
            print(f"no real data at {path}; set MADEGOOD_DATA")
            continue
        rows = duckdb.sql(
            f"select series, date::date, value::double from '{path}' where value is not null order by 1, 2"
        )
        by_name: dict[str, list[tuple[date, float]]] = {}
        for series, day, value in rows.fetchall():
            by_name.setdefault(series, []).append((day, value))
        for series, mine in by_name.items():
            values = np.full((mine[-1][0] - mine[0][0]).days + 1, np.nan)
            for day, value in mine:
                values[(day - mine[0][0]).days] = value
            parts = [values[k : k + DAYS] for k in (0, 728, 1456)]
            if not series.startswith("aw_"):
                found += [np.where(p > 0, p, np.nan) for p in parts if len(p) == DAYS and np.isnan(p).mean() < 0.1]
    return [found[i] for i in rng.permutation(len(found))[:most]]


def rebuilt(found: Past, table: np.ndarray, rng: np.random.Generator, times: int) -> list[np.ndarray]:
    """The best model's own standardised innovations in blocks of eight weeks (mean), through its filter again."""
    best = int(np.argmax(drift.weights(found.now)))
    left = _filter(found, table, best, None)
    left = left[26:][np.isfinite(left[26:])]
    out = []
    for _ in range(times):
        drawn: list[float] = []
        while len(drawn) < WEEKS:
            start = int(rng.integers(len(left)))
            drawn += list((left - left.mean())[(start + np.arange(rng.geometric(1 / 8))) % len(left)])
        out.append(_filter(found, table, best, np.array(drawn[:WEEKS])))
    return out


def _filter(found: Past, table: np.ndarray, best: int, drawn: np.ndarray | None) -> np.ndarray:
    """Standardised innovations of the weeks, or the weeks that these innovations would have made."""
    start = drift.begin(float(np.nanmedian(found.weeks[:13])), 1.0, table.shape[1])
    wander, spell, grows = start.models[best]
    state, p, out = start.state[best], start.spread[best], np.full(WEEKS, np.nan)
    move = np.eye(len(state))
    move[1, 1], move[0, 2] = spell, grows
    step = np.diag([wander**2, 1.0, grows * drift.BENDS**2, *np.zeros(table.shape[1])])
    for t in range(WEEKS):
        if t:
            state, p = (
                move @ np.where(np.arange(len(state)) == 2, np.maximum(state, 0), state),
                move @ p @ move.T + step,
            )
        z = np.concatenate([[1.0, 1.0, 0.0], table[t]])
        f = z @ p @ z
        away = found.weeks[t] - z @ state if drawn is None else drawn[t] * np.sqrt(f) * (0.1 if t < 12 else 1.0)
        if np.isfinite(away):
            out[t] = away / np.sqrt(f) if drawn is None else z @ state + away
            state, p = state + p @ z * away / f, p - np.outer(p @ z, p @ z) / f
    return out


def onset(series: int) -> None:
    """Share of the onset ranges (nominal 90 %) that hold the truth, as first reported and as read two years on."""
    rng, table = np.random.default_rng(44), columns()
    for name in ("stable", "wanders .15 %"):
        for monthly in (0.01, 0.02):
            inside, off = [], []
            for i in range(series):
                logs, cv = metric(rng, WORLDS[name])
                day = HISTORY + int(rng.integers(60, 180))
                found = seen(counts(i, eroded(logs, day, monthly), cv), table)
                for a in alarms(found, np.log(520)):
                    if a.end * 7 > day + 60:
                        inside.append(7 * a.low <= day <= 7 * a.high + 6)
                        off.append(abs(7 * a.onset - day) / 7)
                        break
            print(f"{name}, {monthly:.0%} a month: {len(inside)} of {series} found, range holds {np.mean(inside):.0%}, "
                  f"median error {np.median(off):.1f} weeks", flush=True)  # fmt: skip


def beside(series: int) -> None:
    """With a control that shares a part of the wander and of the noise: false alarms, and weeks until noticed."""
    table = columns()
    print("| world | shared | beside a control | false, promise 0.1 | 1 % a month: weeks, within a year | 2 % |")
    for name in ("stable", "wanders .15 %"):
        for share in (0.5, 0.8):
            rng = np.random.default_rng(71)
            false_of: dict[bool, list[int | None]] = {False: [], True: []}
            late_of: dict[tuple[bool, float], list[float]] = {}
            for i in range(series):
                (own, other), cv = _pair(rng, WORLDS[name], share)
                control = levels(counts(10_000 + i, other, cv))
                both = np.column_stack([table, 10 * (control - np.nanmean(control[:52]))])
                day = HISTORY + 7 * int(rng.integers(0, 26))
                for held, x in ((False, table), (True, both)):
                    false_of[held].append(first(course(seen(counts(i, own, cv), x)), np.log(1040 if held else 520)))
                    for monthly in (0.01, 0.02):
                        path = course(seen(counts(i, eroded(own, day, monthly), cv), x))
                        week = first(path, np.log(1040 if held else 520)) or 10**4
                        late_of.setdefault((held, monthly), []).append((HISTORY + 7 * week - day) / 7)
            for held in (False, True):
                cells = [np.array([w for w in late_of[held, m] if w > 0]) for m in (0.01, 0.02)]
                said = " | ".join(f"{np.median(w):.0f}, {np.mean(w <= 52):.0%}" for w in cells)
                print(f"| {name} | {share:.0%} | {held} | {rate(false_of[held]):.3f} | {said} |", flush=True)


def _pair(rng: np.random.Generator, wander: float, share: float) -> tuple[list[np.ndarray], float]:
    """Logs of a metric and of its control, which takes what they share times .7 to 1.4."""
    again, size = rng.uniform(0.2, 0.7), rng.uniform(0.01, 0.04)

    def moved(part: float) -> np.ndarray:
        fresh, noise = rng.normal(0, size * np.sqrt(part * (1 - again**2)), DAYS), np.zeros(DAYS)
        for i in range(1, DAYS):
            noise[i] = again * noise[i - 1] + fresh[i]
        return noise + np.cumsum(rng.normal(0, 1, DAYS) * wander * np.sqrt(part))

    common, out = moved(share), []
    for times in (1.0, rng.uniform(0.7, 1.4)):
        week = rng.normal(0, 0.12, 6)
        logs = np.append(week, -week.sum())[np.arange(DAYS) % 7] + season() @ (
            rng.normal(0, 1, 4) * [0.06, 0.06, 0.02, 0.02]
        )
        logs += holidays() @ rng.normal(-0.08, 0.08, len(HOLIDAYS)) + rng.uniform(np.log(300), np.log(20000))
        out.append(logs + times * common + moved(1 - share))
    return out, float(rng.uniform(0.02, 0.05))


def rates(series: int) -> None:
    """Shares of 200 to 2,000 a day: as logits with their binomial noise, and as counts of those who did alone."""
    table = columns()
    print("| world | read as | false, promise 0.1, 0.01 | 1 % a month: weeks at 0.1, 0.01 | 2 % |")
    for name in ("stable", "wanders .15 %"):
        rng = np.random.default_rng(81)
        made = [(*_share(rng, WORLDS[name]), HISTORY + 7 * int(rng.integers(0, 26))) for _ in range(series)]
        for kind in ("share", "count"):
            said, cells = [], []
            for monthly in (0.0, 0.01, 0.02):
                paths = [_rate_course(i, kind, n, logs, day, monthly, table) for i, (n, logs, day) in enumerate(made)]
                for c in (520.0, 5200.0):
                    firsts = [first(path, np.log(c)) for path in paths]
                    if not monthly:
                        said.append(f"{rate(firsts):.3f}")
                        continue
                    days = [HISTORY + 7 * (f or 10**4) - d for f, (*_, d) in zip(firsts, made, strict=True)]
                    cells.append(f"{np.median([d / 7 for d in days if d > 0]):.0f}")
            print(
                f"| {name} | {kind} | {', '.join(said)} | {', '.join(cells[:2])} | {', '.join(cells[2:])} |", flush=True
            )


def _share(rng: np.random.Generator, wander: float) -> tuple[np.ndarray, np.ndarray]:
    """How many could, each day, with traffic that moves by a tenth and more; and logs of the chance that one did."""
    traffic = np.exp(
        np.log(rng.uniform(200, 2000)) + 0.15 * np.cumsum(rng.normal(0, 0.03, DAYS)) + rng.normal(0, 0.1, DAYS)
    )
    logs = np.log(rng.uniform(0.05, 0.4)) + season() @ (rng.normal(0, 1, 4) * [0.04, 0.04, 0.02, 0.02])
    return np.round(traffic), logs + np.cumsum(rng.normal(0, 1, DAYS) * wander)


def _rate_course(
    seed: int, kind: str, n: np.ndarray, logs: np.ndarray, day: int, monthly: float, table: np.ndarray
) -> np.ndarray:
    chance = np.minimum(np.exp(eroded(logs, day, monthly) if monthly else logs), 0.95)
    did = np.random.default_rng(90_000 + seed).binomial(n.astype(int), chance)
    if kind == "count":
        return course(seen(did.astype(float), table))
    logits, noise = shares(did / n, n)
    found = past(logits, table, noise / np.nanmedian(noise), learn=HISTORY // 7)
    assert found is not None
    return course(found)


def noticeable_(series: int) -> None:
    """The smallest erosion said to be noticed in 26 weeks, against the one that half of simulated futures notice."""
    rng, table = np.random.default_rng(45), columns()
    near = []
    now = HISTORY + 182
    for i in range(series):
        logs, cv = metric(np.random.default_rng(i), 0.0, np.random.default_rng(0))
        found = past(levels(counts(0, logs, cv)[:now]), table[: now // 7], np.ones(now // 7))
        said = ahead(found.now, table[now // 7 : now // 7 + 26], np.log(520)) if found else None
        if said is None:
            continue
        tries = np.geomspace(0.5, 1.6, 7) * said
        reached = [np.mean([_notices(rng, logs, i, m, now, table) for _ in range(12)]) for m in tries]
        near.append(said / float(np.exp(np.interp(0.5, np.maximum.accumulate(reached), np.log(tries)))))
    print(f"said / simulated: median {np.median(near):.2f}, within 15 %: {np.mean(np.abs(np.log(near)) < 0.15):.0%}")


def _notices(rng: np.random.Generator, logs: np.ndarray, i: int, m: float, now: int, table: np.ndarray) -> bool:
    """Whether one future of a metric, with noise of its own, is noticed within 26 weeks."""
    other, cv = metric(np.random.default_rng(i), 0.0, np.random.default_rng(rng.integers(1 << 30)))
    values = counts(int(rng.integers(1 << 30)), eroded(other, now, m), cv)
    values[:now] = counts(0, logs, cv)[:now]
    found = past(levels(values[: now + 182]), table[: (now + 182) // 7], np.ones((now + 182) // 7), learn=LEARN)
    return found is not None and bool(course_from(found, now // 7).max() >= np.log(520))


def course_from(found: Past, week: int) -> np.ndarray:
    rows = found.bets[week:]
    top = np.maximum(rows.max(axis=1), -700)
    return top + np.log(np.exp(rows - top[:, None]).sum(axis=1) + 1e-300)


def many(series: int) -> None:
    """e-d-BH at 10 % a year: of so many metrics a tenth erode 1 % a month, watched for a year; FDP over the teams."""
    rng, table = np.random.default_rng(46), columns()
    for name in ("stable", "wanders .15 %"):
        nulls, falls = [], []
        for i in range(series):
            logs, cv = metric(rng, WORLDS[name])
            nulls.append(course(seen(counts(i, logs, cv), table))[:52])
            if i < series // 2:
                falls.append(course(seen(counts(i, eroded(logs, HISTORY, 0.01), cv), table))[:52])
        shares, found = [], []
        for _ in range(200):
            rows = np.array(
                [*(nulls[i] for i in rng.choice(len(nulls), 180)), *(falls[i] for i in rng.choice(len(falls), 20))]
            )
            alarmed = np.any([together(rows[:, t], 0.1) for t in range(52)], axis=0)
            shares.append(alarmed[:180].sum() / max(alarmed.sum(), 1))
            found.append(alarmed[180:].mean())
        print(f"{name}: 200 metrics, FDP {np.mean(shares):.3f}, found {np.mean(found):.0%}", flush=True)


def shared(series: int) -> None:
    """e-d-BH at 10 % a year in teams of 200 metrics, half of whose noise and wander is one common course (rho .5)."""
    table, weeks = columns(), HISTORY // 7 + 52
    for name in ("stable", "wanders .15 %"):
        rng, shares, found = np.random.default_rng(61), [], []
        for team in range(max(series // 16, 1)):
            noise, wander, rows = rng.normal(size=DAYS), rng.normal(size=DAYS), []
            for i in range(200):
                logs, cv = _like_others(np.random.default_rng([61, team, i]), noise, wander, WORLDS[name])
                logs = eroded(logs, HISTORY, 0.01) if i >= 180 else logs
                values = counts(8_000_000 + 1000 * team + i, logs, cv)[: 7 * weeks]
                known = past(levels(values), table[:weeks], np.ones(weeks), learn=HISTORY // 7)
                assert known is not None
                rows.append(course(known))
            alarmed = np.any([together(np.array(rows)[:, t], 0.1) for t in range(52)], axis=0)
            shares.append(alarmed[:180].sum() / max(alarmed.sum(), 1))
            found.append(alarmed[180:].mean())
            print(f"{name}: {team + 1} teams, FDP {np.mean(shares):.3f}, found {np.mean(found):.0%}", flush=True)


def _like_others(
    rng: np.random.Generator, noise: np.ndarray, wander: np.ndarray, step: float
) -> tuple[np.ndarray, float]:
    """As `metric`, with half of the variance of its noise and of its wander from courses that others share."""
    t, week = np.arange(DAYS), rng.normal(0, 0.12, 6)
    logs = np.append(week, -week.sum())[t % 7] + season() @ (rng.normal(0, 1, 4) * [0.06, 0.06, 0.02, 0.02])
    logs += holidays() @ rng.normal(-0.08, 0.08, len(HOLIDAYS))
    again, fresh = rng.uniform(0.2, 0.7), np.sqrt(0.5) * (noise + rng.normal(size=DAYS))
    course_ = np.zeros(DAYS)
    for i in range(1, DAYS):
        course_[i] = again * course_[i - 1] + np.sqrt(1 - again**2) * fresh[i]
    logs += course_ * rng.uniform(0.01, 0.04) + (rng.random(DAYS) < 0.005) * rng.standard_t(3, DAYS) * 0.15
    logs += np.cumsum(np.sqrt(0.5) * (wander + rng.normal(size=DAYS)) * step)
    return logs + rng.uniform(np.log(300), np.log(20000)), float(rng.uniform(0.02, 0.05))


def short(series: int) -> None:
    """False alarms where two years are known in all: one learnt, one watched."""
    table, half = columns()[: WEEKS // 2], WEEKS // 4
    for name in ("stable", "wanders .15 %"):
        rng, ours = np.random.default_rng(61), {b: [] for b in BARS}
        for i in range(series):
            values = counts(7_000_000 + i, *metric(rng, WORLDS[name]))[: DAYS // 2]
            known = past(levels(values), table, np.ones(len(table)), learn=half)
            assert known is not None
            path = course(known, half)
            for label, c in BARS.items():
                ours[label].append(first(path, np.log(c)))
        print(
            name,
            {b: f"{sum(f is not None for f in x) / (sum(f or half for f in x) / 52.18):.4f}" for b, x in ours.items()},
        )


def claims(series: int) -> None:
    """The whole of `erosions`, as a reading calls it: claims on nulls a year, and falls of half a year found."""
    rng = np.random.default_rng(47)
    known = [KnownEvent(FIRST + timedelta(days=365 * y + d), FIRST + timedelta(days=365 * y + d + n - 1), f"h{k}")
             for y in range(4) for k, (d, n) in enumerate(HOLIDAYS)]  # fmt: skip
    for name, wander in WORLDS.items():
        claimed, cpu = {0.0: 0, 0.01: 0, 0.02: 0}, 0.0
        for i in range(series):
            logs, cv = metric(rng, wander)
            for monthly in claimed:
                values = counts(i, eroded(logs, HISTORY, monthly), cv)
                facts = Measured(Series("m", FIRST, values))
                start = process_time()
                claimed[monthly] += bool(erosions(Metric("m"), facts, (), known, facts.series.last))
                cpu += process_time() - start
        years = series * (WEEKS - 52) / 52
        print(f"{name}: false {claimed[0.0] / years:.3f} a metric-year (promise 0.1); found within two years 1 %: "
              f"{claimed[0.01] / series:.0%}, 2 %: {claimed[0.02] / series:.0%}; {cpu / 3 / series:.3f} s CPU a metric",
              flush=True)  # fmt: skip
    facts = Measured(Series("m", FIRST, values))
    print(
        noticeable(Metric("m"), facts, known, facts.series.last), bar(), len(watched(Metric("m"), facts, known, FIRST))
    )


if __name__ == "__main__":
    parts = {
        "false": false,
        "late": late,
        "real": real,
        "onset": onset,
        "noticeable": noticeable_,
        "many": many,
        "shared": shared,
        "short": short,
        "beside": beside,
        "rates": rates,
        "claims": claims,
    }
    arguments = argparse.ArgumentParser()
    arguments.add_argument("part", choices=parts)
    arguments.add_argument("--series", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=41, help="of `false`")
    given = arguments.parse_args()
    parts[given.part](given.series, *([given.seed] if given.part == "false" else []))
