"""Surveys from files: what is taken, what is said of bad rows, and that no row leaves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from madegood.errors import SourceError
from madegood.intent.model import SurveySpec
from madegood.performance.survey_spec import bounds, columns, values
from madegood.performance.surveys import Asked, SurveyFacts, read_survey
from madegood.refusal import Refusal

DID = "customer,visits,plan,joined,note\n" + "".join(
    f"c{i},{i * i % 97},{'pro' if i % 3 else 'free'},2025-0{1 + i % 9}-11,text {i}\n" for i in range(200)
)


def facts(folder: Path, asks: str, did: str = DID, **more: object) -> SurveyFacts:
    (folder / "asks.csv").write_text(asks)
    (folder / "did.csv").write_text(did)
    return read_survey(SurveySpec("nps", "asks.csv", behaviour="did.csv", **more), folder)  # type: ignore[arg-type]


def wave(found: SurveyFacts) -> Asked:
    assert isinstance(found.waves, tuple), found
    return found.waves[0]


def asks(n: int = 200) -> str:
    return "customer,at,state,score,arm\n" + "".join(
        f"c{i},2026-03-02,{'answered' if i % 4 == 0 else 'shown'},{i % 11 if i % 4 == 0 else ''},"
        f"{'high' if i % 10 == 0 else 'low'}\n"
        for i in range(n)
    )


def test_everyone_is_counted_and_only_sums_and_nameless_answers_come_out(tmp_path: Path) -> None:
    one = wave(facts(tmp_path, asks(), effort="high"))
    assert (one.people, one.shown, one.dismissed, one.answered, one.strange) == (200, 200, 0, 50, 0)
    assert one.effort is not None and one.effort.people == 20 and one.ordinary.people == 180
    assert one.totals.tolist() == [200.0] + [0.0] * len(one.terms)
    assert one.ordinary.basis.shape == (one.ordinary.answered, 1 + len(one.terms))
    assert not any(f"c{i}" in repr(one) for i in range(200) if i > 20)


def test_terms_are_standardised_over_everyone(tmp_path: Path) -> None:
    every = "customer,score\n" + "".join(f"c{i},{i % 11}\n" for i in range(200))
    one = wave(facts(tmp_path, every))
    basis = one.ordinary.basis
    assert basis[:, 1:].mean(axis=0) == pytest.approx(np.zeros(len(one.terms)), abs=1e-9)
    assert basis[:, 1:].std(axis=0) == pytest.approx(np.ones(len(one.terms)))


def test_a_column_that_tells_customers_apart_is_not_weighed_by(tmp_path: Path) -> None:
    one = wave(facts(tmp_path, asks()))
    assert {"visits", "joined", "plan free"} <= set(one.terms) and not any("note" in term for term in one.terms)
    assert any("`note`" in note for note in one.notes)


def test_gaps_infinities_and_heavy_tails_are_borne(tmp_path: Path) -> None:
    did = "customer,spend,flag,empty\n" + "".join(
        f"c{i},{['', 'inf', '1e12', i, -i][i % 5]},{['true', 'false', ''][i % 3]},\n" for i in range(200)
    )
    one = wave(facts(tmp_path, asks(), did))
    assert np.isfinite(one.ordinary.basis).all() and np.abs(one.ordinary.basis).max() < 30
    assert "spend not known" in one.terms and "flag not known" in one.terms


def test_all_that_is_wrong_with_rows_is_said_at_once(tmp_path: Path) -> None:
    bad = asks() + (
        "c1,2026-03-02,answered,11,low\nc2,2026-03-02,answered,,low\nc3,32/13/2026,shwon,,low\n"
        ",2026-03-02,answered,7,low\nc0,2026-03-05,answered,9,low\nc5,2026-03-05,dismissed,4,low\nx9,2026-03-05,shown,,low\n"
    )
    found = facts(tmp_path, bad)
    assert {f.rule for f in found.findings} == {
        "survey-score", "survey-answered-without-score", "survey-state", "survey-day", "survey-without-customer",
        "survey-answered-twice", "survey-dismissed-with-score",
    }  # fmt: skip
    assert next(f for f in found.findings if f.rule == "survey-score").span.line == 202
    assert wave(found).strange == 1 and wave(found).answered == 50


def test_columns_that_are_not_there_are_findings_with_the_nearest_name(tmp_path: Path) -> None:
    found = facts(tmp_path, asks(), columns=(("score", "scoore"), ("custommer", "customer")))
    assert isinstance(found.waves, Refusal)
    assert [f.rule for f in found.findings] == ["survey-column-missing", "survey-column-unknown"]
    assert "Did you mean `score`?" in found.findings[0].message
    assert "Did you mean `customer`?" in found.findings[1].message


@pytest.mark.parametrize("text", ["", "customer,score\n", "customer,score\nc1,\n"])
def test_empty_files_are_refused_or_have_no_answers(tmp_path: Path, text: str) -> None:
    (tmp_path / "asks.csv").write_text(text)
    (tmp_path / "did.csv").write_text(DID)
    spec = SurveySpec("nps", "asks.csv", behaviour="did.csv")
    if not text:
        assert isinstance(read_survey(spec, tmp_path).waves, Refusal)
        return
    found = read_survey(spec, tmp_path).waves
    assert isinstance(found, Refusal) or found[0].answered == 0


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.csv is not there"):
        read_survey(SurveySpec("nps", "nowhere.csv"), tmp_path)


@pytest.mark.parametrize(
    ("header", "customer", "score", "at"),
    [
        ("Person ID,Email,Name,Score,Comment,Survey Sent At,Response Date", "Person ID", "Score", "Survey Sent At"),
        ("#,How likely?,user_id,Score,Start Date (UTC),Submit Date (UTC)", "user_id", "Score", "Submit Date (UTC)"),
        ("EndDate,RecordedDate,ResponseId,ExternalReference,Q1_NPS", "ExternalReference", "Q1_NPS", "RecordedDate"),
        ("Respondent ID,Collector ID,Start Date,End Date,Email Address,NPS", "Email Address", "NPS", "End Date"),
    ],
)  # fmt: skip
def test_columns_of_common_exports_are_found(header: str, customer: str, score: str, at: str) -> None:
    names = header.split(",")
    ours, found = columns((), names, ("score", "customer"), "x.csv", ("customer", "at", "state", "score", "text"))
    assert (ours.get("customer"), ours.get("score"), ours.get("at")) == (customer, score, at) and not found


def test_waves_are_told_apart_and_tables_may_be_parquet_or_duckdb(tmp_path: Path) -> None:
    import duckdb

    with duckdb.connect(str(tmp_path / "facts.duckdb")) as db:
        db.execute("create table asks as select 'c' || i as customer, i % 11 as score, '2026-Q' || (1 + i % 2) as wave"
                   " from range(100) t(i)")  # fmt: skip
        db.execute(
            f"copy (select 'c' || i as customer, i as visits from range(300) t(i)) to '{tmp_path / 'did.parquet'}'"
        )
    found = read_survey(SurveySpec("nps", "facts.duckdb:asks", behaviour="did.parquet"), tmp_path).waves
    assert isinstance(found, tuple)
    assert [(w.wave, w.people, w.answered) for w in found] == [("2026-Q1", 300, 50), ("2026-Q2", 300, 50)]


def test_the_further_titles_of_qualtrics_are_no_rows(tmp_path: Path) -> None:
    text = 'ExternalReference,Q1_NPS\nRef,How likely?\n"{""ImportId"":""a""}","{""ImportId"":""b""}"\nc1,9\nc2,3\n'
    found = facts(tmp_path, text)
    assert wave(found).answered == 2 and not found.findings


def test_scores_are_those_of_their_kind() -> None:
    assert values("nps", (0, 10), np.arange(11.0)).tolist() == [-100.0] * 7 + [0.0] * 2 + [100.0] * 2
    assert values("csat", (1, 5), np.arange(1.0, 6)).tolist() == [0, 0, 0, 100, 100]
    assert values("ces", (1, 7), np.array([5.0])).tolist() == [5.0] and bounds("ces", (1, 7)) == (1, 7)
    assert values("yes-no", (0, 1), np.array([0.0, 1])).tolist() == [0, 100]
