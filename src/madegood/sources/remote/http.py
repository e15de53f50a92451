"""Asking a vendor: one client with its token, limits kept, faults waited out. Only this file knows httpx2."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx2
import stamina

from madegood.errors import SourceError
from madegood.execution.facts import clean
from madegood.sources.remote import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from madegood.sources.remote.secret import Secret

READING = 30.0  # seconds; GitHub itself ends what takes longer than 10 (Troubleshooting the REST API, timeouts)
LONGEST = 3700.0  # seconds: limits are counted by the hour (GitHub, Rate limits for the REST API)
WITHOUT_TOKEN = 120.0  # seconds; 60 requests an hour carry nobody far, so that waiting for them is no help
TRIES = 5
logging.getLogger("stamina").addHandler(logging.NullHandler())  # what is tried again is told in words, and once
HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, as plain data. A url that is no path is one that the vendor gave us."""

    url: str
    params: tuple[tuple[str, str], ...] = ()
    json: Any = None  # sent by POST, where there is one

    def but(self, **said: str) -> Ask:
        """The same with other parameters."""
        return Ask(self.url, tuple((dict(self.params) | said).items()), self.json)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: `status` 200, or one that the asker allowed; `next` is the url of `Link: rel="next"`."""

    status: int
    body: Any
    next: str = ""
    etag: str = ""
    now: float = 0.0  # seconds since 1970 by the vendor's clock
    headers: Mapping[str, str] = field(default_factory=dict)


class _Faulty(Exception):
    """The vendor has a fault of its own: ask again."""


class Door:
    """A vendor's interface at one address. Use it as a context manager.

    Raises SourceError: what was asked, what came, what to do; without the token, whatever the vendor says.
    """

    def __init__(
        self,
        base: str,
        secret: Secret | None,
        headers: Mapping[str, str],
        tell: Callable[[str], None] = lambda _: None,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        scheme: str = "Bearer",
    ) -> None:
        self.base = address(base)
        self._secret, self._tell, self._sleep = secret, tell, sleep
        self._waited = 0.0
        self._rest: float | None = None
        said = dict(headers) | {"User-Agent": "madegood"}
        if secret:
            said["Authorization"] = f"{scheme} {secret.reveal()}".strip()
        timeout = httpx2.Timeout(READING)
        self._client = httpx2.Client(base_url=str(self.base), headers=said, timeout=timeout, transport=transport)

    def __enter__(self) -> Door:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()

    def ask(self, ask: Ask, allow: tuple[int, ...] = (), etag: str = "") -> Answer:
        """The answer; a status other than 200 and those of `allow` is raised."""
        request = self._request(ask, etag)
        for again in range(TRIES):
            if self._rest:
                self._wait(self._rest, "nothing may be asked before")
            response, text = self._sent(request)
            headers = {name.lower(): value for name, value in response.headers.items()}
            now = limits.date(headers.get("date", "")) or time.time()
            self._rest = limits.rest(headers, now)
            seconds = limits.wait(response.status_code, headers, text, now, again)
            if seconds is None:
                return self._answer(response, text, headers, now, allow)
            self._rest = None
            self._wait(seconds, "the vendor asks us to wait")
        raise self._trouble(request, response.status_code, text)

    def _request(self, ask: Ask, etag: str) -> httpx2.Request:
        url = self._client.base_url.join(ask.url) if "://" in ask.url else ask.url
        try:
            headers = {"If-None-Match": etag} if etag else {}
            method = "GET" if ask.json is None else "POST"
            params = dict(ask.params) or None
            request = self._client.build_request(method, url, params=params, json=ask.json, headers=headers)
        except (httpx2.InvalidURL, ValueError):
            raise SourceError(self._plain(f"{self.base.host} gave an address that is none: {ask.url[:200]}")) from None
        self._same(request.url)
        return request

    def _same(self, url: httpx2.URL) -> None:
        """The token goes to nobody but whom it was given for."""
        if (url.scheme, url.host, url.port) != (self.base.scheme, self.base.host, self.base.port):
            what = f"{self.base.host} sends us on to {url.scheme}://{url.host}, and the token is for {self.base.host}"
            raise SourceError(self._plain(f"{what}. Correct `url:` if it has moved"))

    def _sent(self, request: httpx2.Request) -> tuple[httpx2.Response, str]:
        """What came, its text without the token. Faults of the line and of the vendor are waited out."""
        response = None
        try:
            for attempt in stamina.retry_context(
                on=(httpx2.TransportError, httpx2.DecodingError, _Faulty), attempts=TRIES, timeout=READING * TRIES
            ):
                with attempt:
                    if attempt.num > 1:
                        self._tell(f"{self.base.host}: no good answer; asking again ({attempt.num} of {TRIES})")
                    response = self._client.send(request, follow_redirects=True)
                    self._same(response.url)
                    if response.status_code >= 500 and "retry-after" not in response.headers:
                        raise _Faulty
        except _Faulty:
            assert response is not None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            said = self._plain(sentence(str(error))) or type(error).__name__
            mend = "Look whether you are connected, and whether `url:` is right; what came is kept, so build again"
            raise SourceError(
                f"{self.base.host} could not be asked for {self._shown(request)}: {said}. {mend}"
            ) from None
        assert response is not None
        return response, self._plain(response.text)

    def _answer(
        self, response: httpx2.Response, text: str, headers: dict[str, str], now: float, allow: tuple[int, ...]
    ) -> Answer:
        status = response.status_code
        if status != 200 and status not in allow:
            raise self._trouble(response.request, status, text)
        try:
            body = json.loads(text) if status == 200 else None
        except (ValueError, RecursionError):
            what = f"{self.base.host} did not answer in JSON for {self._shown(response.request)}"
            raise SourceError(
                f"{what}: is `url:` the address of its interface? Or a proxy's page came instead"
            ) from None
        following = self._plain(response.links.get("next", {}).get("url", ""))
        kept = {name: self._plain(value) for name, value in headers.items()}
        return Answer(status, body, following, kept.get("etag", ""), now, kept)

    def _wait(self, seconds: float, why: str) -> None:
        """Waits, saying so; not longer than limits are counted for."""
        self._rest = None
        most = LONGEST if self._secret else WITHOUT_TOKEN
        if self._waited + seconds > most:
            mend = "Build again then: what came is kept" if self._secret else "Give it a token: it may ask far more"
            raise SourceError(f"{self.base.host} answers again in {length(seconds)}. {mend}")
        self._waited += seconds
        self._tell(f"{self.base.host}: {why}, {length(seconds)}; Ctrl-C keeps what came")
        self._sleep(seconds)

    def _trouble(self, request: httpx2.Request, status: int, text: str) -> SourceError:
        said = message(text)
        told = f" ({self._plain(said)})" if said else ""
        mends = {
            203: "A page to sign in came instead: the token is not accepted, so make a new one",  # Azure DevOps
            400: "What madegood asks is not understood there: look whether what it is to read is spelled as there",
            401: "The token is not accepted: make a new one",
            403: "The token may not read that: grant it the right to",
            404: "It is not there, or the token may not see it: correct its name, or grant the right",
            410: "It is not there any more",
            422: "What madegood asks is not understood there: is it a very old version?",
            429: "It asks us to wait again and again: build later; what came is kept",
        }
        mend = mends.get(status, "Build again later: what came is kept")
        if not self._secret and status in (401, 403, 404):
            mend += ". No `token:` is given"
        return SourceError(f"{self.base.host} answered {status}{told} for {self._shown(request)}. {mend}")

    def _shown(self, request: httpx2.Request) -> str:
        """A request as a person may see it: its path."""
        return self._plain(request.url.path)

    def _plain(self, text: str) -> str:
        return self._secret.struck(text) if self._secret else text


def address(base: str) -> httpx2.URL:
    """The address of an interface, or SourceError. A token does not go over an open line, but on this machine."""
    try:
        url = httpx2.URL(base.strip().rstrip("/") + "/")
    except httpx2.InvalidURL:
        raise SourceError("`url:` is no address: write it as https://github.example.com/api/v3") from None
    if url.userinfo:
        raise SourceError("`url:` holds a password: it belongs in no file. Name a variable: `token: ${NAME}`")
    if (url.scheme == "https" and url.host) or (url.scheme == "http" and url.host in HERE):
        return url
    raise SourceError("`url:` has to begin with https://, so that nobody reads along")


def message(text: str) -> str:
    """What a vendor says of an error, on one line: `message` of its JSON, or the first of `errors` or `errorMessages`.

    Addresses of persons are left out.

    >>> message('{"message": "Bad credentials"}'), message('{"errorMessages": ["No such project"]}'), message("<html>")
    ('Bad credentials', 'No such project', '')
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(said, dict):
        return ""
    for name in ("message", "error_description", "error", "errorMessages", "errors"):
        one = said.get(name)
        one = one[0] if isinstance(one, list) and one else one
        one = one.get("message") or next(iter(one.values()), "") if isinstance(one, dict) else one
        if isinstance(one, str) and one.strip():
            return sentence(clean(one))
    return ""


def sentence(text: str) -> str:
    """What somebody else says, as a part of a sentence of ours.

    >>> sentence("Not accessible.  See the documentation.")
    'Not accessible; See the documentation'
    """
    return " ".join(text.split()).replace(". ", "; ").rstrip(".")[:200]


def length(seconds: float) -> str:
    """A wait in words.

    >>> length(1), length(59), length(61), length(3600)
    ('1 second', '59 seconds', '2 minutes', '60 minutes')
    """
    if seconds < 60:
        whole = max(1, round(seconds))
        return f"{whole} second{'s' if whole > 1 else ''}"
    return f"{-int(-seconds // 60)} minutes"
