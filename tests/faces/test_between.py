"""The change between two dates, in the terminal and as data."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from madegood.__main__ import main
from madegood.evidence.model import Account, Decomposition
from madegood.faces.between import between_json, show_between
from madegood.intent.model import Strategy
from madegood.reading import Reading
from madegood.refusal import Refusal


def accounts(reading: Reading) -> tuple[Account, ...]:
    return tuple(Account(o.metric.id, o.parts, o.shares) for o in reading.outcomes if o.metric)


def printed(told: tuple[Account, ...], strategy: Strategy, width: int = 100) -> str:
    out = io.StringIO()
    show_between(told, strategy, Console(file=out, width=width, highlight=False))
    return out.getvalue()


@pytest.mark.parametrize("width", [60, 100, 200])
def test_every_account_can_be_printed_and_no_line_is_too_long(sample: Reading, width: int) -> None:
    text = printed(accounts(sample), sample.strategy, width)
    assert max(map(len, text.splitlines()), default=0) <= width
    assert not re.search(r"\bNone\b|\bnan\b|Refusal\(|Interval\(", text)


def test_the_parts_and_whose_they_are_stand_under_the_metric(samples: dict[str, Reading]) -> None:
    rich = samples["rich"]
    text = printed(accounts(rich), rich.strategy)
    assert "Activation" in text and "Made good by bet" in text and "Made good by need" in text
    assert "+1.1 points" in text and "−2.6 points" in text and "Instant verification" in text
    assert "no day after 3 August" in text


def test_single_days_and_gaps_say_what_they_rest_on(samples: dict[str, Reading]) -> None:
    rich = samples["rich"]
    parts = rich.outcomes[0].parts
    assert isinstance(parts, Decomposition)
    gap = replace(parts, read=(20, 28))
    assert "20 of 28 days known" in printed((Account("activation", gap),), rich.strategy)


def test_all_of_it_is_json(samples: dict[str, Reading]) -> None:
    said = json.loads(between_json(accounts(samples["rich"])))
    assert said["schema"] == "madegood/between@1"
    first, silent = said["accounts"][:2]
    assert first["shares"][0]["names"] == ["instant-verification"] and "by_release" in first["parts"]
    assert silent["parts"]["refused"] == "trust-index"


def test_what_cannot_be_said_says_why(samples: dict[str, Reading]) -> None:
    refused = Refusal("activation", why="it is read in weeks", until="a window of two weeks or more")
    text = printed((Account("activation", refused),), samples["rich"].strategy)
    assert "It is read in weeks." in text and "Next step: a window of two weeks or more." in text


PROJECT = """\
madegood: 1
name: Payments
sources:
  - {name: releases, kind: releases, path: releases.csv}
  - {name: daily, kind: daily, path: daily.csv}
outcomes:
  - {outcome: paid, title: Payments, metric: payments, baseline: 100, target: 130, by: 2026-12-31}
bets:
  - {bet: instant, title: Instant payments, achieve: paid, by: a faster form, releases: [v1]}
metrics:
  - {metric: payments, unit: payments}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("payments")
    (root / "madegood.yml").write_text(PROJECT)
    days = [f"{date(2026, 1, 1) + timedelta(days=i)}" for i in range(200)]
    (root / "releases.csv").write_text(f"id,day\nv1,{days[90]}\nv2,{days[150]}\n")
    values = [f"payments,{day},{(100 + i * 37 % 11) * (1.3 if i >= 90 else 1):.0f}" for i, day in enumerate(days)]
    (root / "daily.csv").write_text("metric,day,value\n" + "\n".join(values) + "\n")
    assert CliRunner().invoke(main, ["build", str(root)]).exit_code == 0
    return root


def asked(folder: Path, *more: str) -> str:
    told = CliRunner().invoke(main, ["show", str(folder), *more])
    assert told.exit_code == 0, told.output
    return told.stdout


def test_what_a_bet_made_good_is_asked_between_any_two_dates(folder: Path) -> None:
    said = json.loads(asked(folder, "--from", "2026-03-01", "--to", "2026-05-25", "--json"))
    (account,) = said["accounts"]
    mine, *others = [p for p in account["shares"] if p["of"] == "bet"]
    assert mine["names"] == ["instant"] and mine["releases"] == ["v1"] and not others
    assert mine["made_good"]["low"] > 20 and account["parts"]["read"] == [28, 28]
    text = asked(folder, "--from", "2026-03-01")
    assert "Instant payments" in text and "No stated bet" in text and "Made good by release" in text


def test_single_days_and_days_that_cannot_be_read_are_answered_honestly(folder: Path) -> None:
    (account,) = json.loads(asked(folder, "--from", "2026-03-01", "--to", "2026-05-25", "--mean-of", "1", "--json"))[
        "accounts"
    ]
    assert account["parts"]["read"] == [1, 1] and account["parts"]["before"]["first"] == "2026-03-01"
    assert "It can be read from 1 Jan 2026" in asked(folder, "--from", "2026-03-01", "--to", "2027-05-25")
    assert "does not come after" in asked(folder, "--from", "2026-05-25", "--to", "2026-03-01")


def test_without_a_metric_it_says_so() -> None:
    assert "No metric is defined" in printed((), Strategy())


@pytest.mark.parametrize("wrong", [["--to", "2026-01-01"], ["--from", "2026-01-01", "--on", "2026-02-01"]])
def test_a_last_day_without_a_first_is_a_mistake(wrong: list[str]) -> None:
    told = CliRunner().invoke(main, ["show", ".", *wrong])
    assert told.exit_code == 2 and "--from DATE" in told.output
