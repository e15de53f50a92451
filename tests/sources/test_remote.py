from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madegood.errors import SourceError
from madegood.sources.remote import limits, pages
from madegood.sources.remote.http import Answer, Ask
from madegood.sources.remote.landing import Landing
from madegood.sources.remote.pull import folder_of
from madegood.sources.remote.secret import Secret, secret


def turned(pager: pages.Pager, ask: Ask, *answers: Answer) -> list[Ask | None]:
    """What is asked after each answer."""
    out: list[Ask | None] = []
    for answer in answers:
        assert ask is not None
        out.append(ask := pager(ask, answer))  # type: ignore[arg-type]
    return out


def test_each_way_of_giving_out_pages_is_followed_to_its_end() -> None:
    ask = Ask("search", (("maxResults", "2"),))
    first, last = turned(pages.token(), ask, Answer(200, {"nextPageToken": "x"}), Answer(200, {"isLast": True}))
    assert (first, last) == (ask.but(nextPageToken="x"), None)
    first, last = turned(
        pages.token(), Ask("bulk", json={"ids": [1]}), Answer(200, {"nextPageToken": "x"}), Answer(200, {})
    )
    assert (first and first.json, last) == ({"ids": [1], "nextPageToken": "x"}, None)
    short = (
        Answer(200, {"startAt": 0, "total": 3, "issues": [1, 2]}),
        Answer(200, {"startAt": 2, "total": 3, "issues": [3]}),
    )
    assert turned(pages.offset("issues"), ask, *short) == [ask.but(startAt="2"), None]
    assert turned(pages.offset("issues"), ask, Answer(200, {"startAt": 2, "total": 9, "issues": []})) == [None]
    more = {"data": {"issues": {"pageInfo": {"hasNextPage": True, "endCursor": "c"}}}}
    done = {"data": {"issues": {"pageInfo": {"hasNextPage": False, "endCursor": "d"}}}}
    query = Ask("graphql", json={"query": "q", "variables": {"first": 50}})
    first, last = turned(pages.cursor("issues"), query, Answer(200, more), Answer(200, done))
    assert (first and first.json["variables"], last) == ({"first": 50, "after": "c"}, None)
    header = Answer(200, {}, headers={"x-ms-continuationtoken": "t"})
    assert turned(pages.continuation(), ask, header, Answer(200, {})) == [ask.but(continuationToken="t"), None]
    assert turned(pages.link, ask, Answer(200, [], next="https://a/2"), Answer(200, [])) == [Ask("https://a/2"), None]


@given(
    st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40), st.text(max_size=20)
)
def test_a_secret_is_struck_out_however_it_is_written_and_never_shown(token: str, around: str) -> None:
    one = Secret("NAME", token, "me@example.invalid")
    for form in one._forms:
        assert form not in one.struck(f"{around}{form}{around}").replace("(secret)", "\0")
    assert repr(one) == "Secret('NAME')"
    with pytest.raises(TypeError):
        pickle.dumps(one)
    with pytest.raises(TypeError):
        copy.deepcopy(one)


@pytest.mark.parametrize("text", ["", "short", "two words here", "line\nbreak-in-it", "ünïcödé-token"])
def test_what_cannot_be_a_token_is_refused_without_being_shown(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_TOKEN", text)
    with pytest.raises(SourceError) as raised:
        secret("${SOME_TOKEN}")
    assert "SOME_TOKEN" in str(raised.value) and (not text or text not in str(raised.value))


@given(st.floats(0, 1e12), st.sampled_from(["x-ratelimit-reset", "ratelimit-reset"]), st.text(max_size=20))
def test_a_wait_is_a_number_that_is_not_negative_whatever_the_headers_say(now: float, name: str, said: str) -> None:
    for headers in ({"retry-after": said}, {"x-ratelimit-remaining": "0", name: said}):
        seconds = limits.wait(429, headers, "", now)
        assert seconds is not None and 0 <= seconds < 1e15


def test_a_plain_refusal_asks_for_no_wait() -> None:
    assert limits.wait(403, {"x-ratelimit-remaining": "4999"}, '{"message": "Must have admin rights"}', 1e9) is None
    assert limits.wait(200, {"retry-after": "9"}, "", 1e9) is None


def test_of_records_with_one_id_the_newest_version_counts_and_of_equal_ones_the_last(tmp_path: Path) -> None:
    landing = Landing(tmp_path, "here")
    landing.land(
        "a", [{"_id": "1", "_version": "2", "x": "new\u2028"}, {"_id": "2", "_version": "1", "x": "first"}], {}
    )
    landing.land(
        "a", [{"_id": "1", "_version": "1", "x": "late"}, {"_id": "2", "_version": "1", "x": "second"}], {"n": 1}
    )
    assert {one: record["x"] for one, record in landing.latest("a").items()} == {"1": "new\u2028", "2": "second"}
    landing.land("a", [{"_id": "1", "_gone": True}], {"n": 2})
    again = Landing(tmp_path, "here")
    assert list(again.latest("a")) == ["2"] and again.state("a") == {"n": 2} and again.digest() == landing.digest()
    assert Landing(tmp_path, "elsewhere").latest("a") == {}, "what came from elsewhere is not mixed in"


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_two_sources_never_share_a_folder_and_none_leaves_its_place(one: str, other: str) -> None:
    assert (folder_of(one).lower() == folder_of(other).lower()) == (one == other)
    assert not {"/", "\\", "."} & set(folder_of(one))
