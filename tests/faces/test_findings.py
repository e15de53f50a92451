"""Findings in their four forms."""

from __future__ import annotations

import json as reader
import re

from hypothesis import given
from hypothesis import strategies as st

from madegood.faces import findings as faces
from madegood.findings import NOWHERE, Finding, Span
from madegood.rules import names

LINE = "  expect paid-order up 5% within 28 days"
SPAN = Span("strategy/made.md", 4, 10, 4, 20, LINE)
ONE = Finding(
    "unknown-metric",
    SPAN,
    "The bet `guest-checkout` expects `paid-order` to move, and no metric has that name.",
    "Did you mean `paid-orders`?",
    "error",
    "bet:guest-checkout",
)
TWO = Finding(
    "orphan", Span("madegood.yml"), "58 % of it, at most,\nis aimed: so.", "Say more.", "note", "project:effort"
)
FAR = Finding("unreadable", NOWHERE, "Nothing could be read.", "Look.", "warning")

anything = st.text(max_size=300)
spans = st.builds(
    Span, anything, st.integers(1, 9), st.integers(1, 400), st.integers(0, 12), st.integers(0, 400), anything
)
some = st.builds(
    Finding,
    st.from_regex(r"[a-z]+(-[a-z]+)*", fullmatch=True),
    spans,
    anything,
    anything,
    st.sampled_from(["error", "warning", "note"]),
    anything,
)


def test_text_shows_the_place_the_line_what_and_how_to_mend() -> None:
    assert faces.text([ONE]) == (
        "strategy/made.md:4:10: unknown-metric (error)\n"
        "  4 |   expect paid-order up 5% within 28 days\n"
        "    |          ^^^^^^^^^^\n"
        " The bet `guest-checkout` expects `paid-order` to move, and no metric has that name.\n"
        " Did you mean `paid-orders`?"
    )


def test_text_has_colour_only_when_asked() -> None:
    assert "\033" not in faces.text([ONE, TWO, FAR])
    coloured = faces.text([ONE, TWO, FAR], colour=True)
    assert re.sub(r"\033\[\d*m", "", coloured) == faces.text([ONE, TWO, FAR])


def test_no_findings_are_no_text() -> None:
    assert faces.text([]) == ""
    assert faces.github([]) == ""
    assert reader.loads(faces.json([]))["findings"] == []


def test_carets_stand_under_wide_letters() -> None:
    shown = faces.text([Finding("x", Span("a", 1, 3, 1, 5, "顧客の声"), "m", "n")]).splitlines()
    assert shown[2] == "    | " + " " * 4 + "^^^^"


def test_a_long_line_is_cut_around_what_is_meant() -> None:
    span = Span("a", 1, 501, 1, 506, "x" * 500 + "wrong" + "y" * 500)
    _, line, carets, *_ = faces.text([Finding("x", span, "m", "n")]).splitlines()
    assert len(line) < 130
    assert line[carets.index("^") : carets.rindex("^") + 1] == "wrong"


def test_a_line_is_shown_once_for_all_that_is_found_there() -> None:
    again = Finding("bet-without-need", SPAN, "It is for no need.", "Add one.", "note")
    assert faces.text([ONE, again]).count(LINE) == 1
    assert faces.text([ONE, TWO, again]).count(LINE) == 2


def test_a_span_over_many_lines_marks_the_rest_of_the_first() -> None:
    shown = faces.text([Finding("x", Span("a", 2, 3, 9, 1, "- bet: b  "), "m", "n")]).splitlines()
    assert shown[2] == "    |   ^^^^^^"


@given(st.lists(some, max_size=3))
def test_no_finding_breaks_a_form_or_steers_a_terminal(found: list[Finding]) -> None:
    assert "\033" not in faces.text(found)
    assert len(reader.loads(faces.json(found))["findings"]) == len(found)
    check_sarif(reader.loads(faces.sarif(found)))
    lines = faces.github(found).split("\n") if found else []
    assert len(lines) == len(found)
    assert all(re.match(r"::(error|warning|notice) title=", line) for line in lines)


def test_json_is_one_object_with_its_schema_and_counts() -> None:
    known = reader.loads(faces.json([ONE, TWO, FAR]))
    assert known["schema"] == "madegood/check@1"
    assert known["counts"] == {"error": 1, "warning": 1, "note": 1}
    assert known["findings"][0] == {
        "rule": "unknown-metric",
        "severity": "error",
        "subject": "bet:guest-checkout",
        "file": "strategy/made.md",
        "line": 4,
        "column": 10,
        "endLine": 4,
        "endColumn": 20,
        "message": ONE.message,
        "mend": ONE.mend,
    }
    assert known["findings"][2]["file"] is None


def test_github_lines_escape_what_github_would_read_as_its_own() -> None:
    assert faces.github([TWO]) == (
        "::notice title=madegood (orphan),file=madegood.yml,line=1,endLine=1,col=1,endColumn=2"
        "::58 %25 of it, at most,%0Ais aimed: so.%0ASay more."
    )
    assert "file=a%2Cb%3Ac.md" in faces.github([Finding("x", Span("a,b:c.md"), "m", "n")])


def test_github_gets_no_columns_for_a_finding_of_many_lines() -> None:
    line = faces.github([Finding("x", Span("a", 2, 3, 9, 1), "m", "n")])
    assert "line=2,endLine=9::" in line


def test_a_project_in_a_folder_is_placed_from_the_root_of_the_repository() -> None:
    assert "file=product/strategy/made.md" in faces.github([ONE], "product")
    run = reader.loads(faces.sarif([ONE], "product"))["runs"][0]
    assert (
        run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "product/strategy/made.md"
    )


def check_sarif(whole: dict) -> None:  # type: ignore[type-arg]
    """The parts of SARIF 2.1.0 (OASIS) that code scanning needs."""
    assert whole["version"] == "2.1.0"
    (run,) = whole["runs"]
    rules = run["tool"]["driver"]["rules"]
    ids = [rule["id"] for rule in rules]
    assert len(ids) == len(set(ids))
    for rule in rules:
        assert rule["shortDescription"]["text"] and rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
    prints = set()
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert isinstance(result["message"]["text"], str)
        prints.add(result["partialFingerprints"]["madegoodSubject/v1"])
        assert result["locations"]
        for place in result["locations"]:
            where, region = place["physicalLocation"]["artifactLocation"], place["physicalLocation"]["region"]
            assert re.fullmatch(r"[\w%/.~+-]*", where["uri"], re.ASCII), where
            assert where["uriBaseId"] in run["originalUriBaseIds"]
            start, end = (region["startLine"], region["startColumn"]), (region.get("endLine"), region.get("endColumn"))
            assert min(start) >= 1
            assert end == (None, None) or end > start
    assert len(prints) == len(run["results"])


def test_sarif_holds_every_rule_and_where_each_finding_stands() -> None:
    whole = reader.loads(faces.sarif([ONE, TWO, FAR]))
    check_sarif(whole)
    run = whole["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(names())
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 4, "startColumn": 10, "endLine": 4, "endColumn": 20, "snippet": {"text": LINE}}


def test_a_fingerprint_holds_while_lines_move() -> None:
    moved = Finding(
        ONE.rule, Span("strategy/made.md", 40, 3, 40, 9, "other"), "Said anew.", ONE.mend, "note", ONE.subject
    )
    before, after = (reader.loads(faces.sarif([f]))["runs"][0]["results"][0] for f in (ONE, moved))
    assert before["partialFingerprints"] == after["partialFingerprints"]
