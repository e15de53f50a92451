"""What every vendor that exists in memory only has in common, and the ways in which reading one is cut off."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest

from madegood.sources.remote import landing as landing_file

START = 1_770_000_000
Reply = tuple[int, dict[str, str], str]
Fault = Callable[
    [Any, Any], Reply | None
]  # (vendor, what is asked): an answer instead of its own; None: its own after all
Tables = dict[str, list[tuple[tuple[str, str], ...]]]


def iso(moment: float) -> str:
    """A moment in UTC to the millisecond."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Vendor:
    """Its clock moves by hand, and it fails where a test says. `answer` is what it says; `reply` notes what is asked.

    asked   what was asked, in order: addresses, unless a vendor notes more
    faults  number of a request -> what happens instead of, or before, its answer
    """

    def __init__(self, base: str) -> None:
        self.base, self.now = base, float(START)
        self.asked: list[Any] = []
        self.faults: dict[int, Fault] = {}

    def tick(self, seconds: float = 60) -> None:
        self.now += seconds

    def noted(self, method: str, url: str, body: str) -> Any:
        return url

    def reply(self, method: str, url: str, headers: dict[str, str], body: str = "") -> Reply:
        """(status, headers, text) of a request."""
        self.asked.append(self.noted(method, url, body))
        fault = self.faults.pop(len(self.asked), None)
        said = fault(self, self.asked[-1]) if fault else None
        status, more, text = said or self.answer(method, url, {n.lower(): v for n, v in headers.items()}, body)
        return status, {"Date": formatdate(self.now, usegmt=True), "Content-Type": "application/json"} | more, text

    def answer(self, method: str, url: str, headers: dict[str, str], body: str) -> Reply:
        raise NotImplementedError

    @property
    def transport(self) -> httpx2.MockTransport:
        """It, without a network."""

        def answer(request: httpx2.Request) -> httpx2.Response:
            body = request.content.decode()
            status, headers, text = self.reply(request.method, str(request.url), dict(request.headers), body)
            return httpx2.Response(status, headers=headers, text=text)

        return httpx2.MockTransport(answer)

    @contextmanager
    def served(self) -> Iterator[str]:
        """It, over real HTTP on this machine; gives its address."""
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                url = f"{vendor.base}{self.path}"
                status, headers, text = vendor.reply(self.command, url, dict(self.headers), body)
                data = text.encode()
                self.send_response_only(status)
                for name, value in {**headers, "Content-Length": str(len(data))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                """Who asks may be killed at any time."""

        server = Server(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.base = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self.base
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class Cut(BaseException):
    """The end of the program, wherever it is."""


def cut(vendor: Vendor, asked: Any) -> None:
    """A fault: the program ends here."""
    raise Cut


def killed(monkeypatch: pytest.MonkeyPatch, point: int, read: Callable[[], object]) -> None:
    """Reads until so many writes are through, then ends: in the middle of one, or right after it."""
    plain, left = landing_file.written, [point]

    def dying(path: Path, data: bytes) -> None:
        left[0] -= 1
        if left[0] == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(path.name + ".new").write_bytes(data[: len(data) // 2])
            raise Cut
        plain(path, data)
        if left[0] == -1:
            raise Cut  # written, and then nothing more

    with monkeypatch.context() as patch:
        patch.setattr(landing_file, "written", dying)
        with suppress(Cut):
            read()


def everything(root: Path) -> str:
    """What stands in every file of a folder, unpacked."""
    raws = ((path, path.read_bytes()) for path in root.rglob("*") if path.is_file())
    return "\n".join((gzip.decompress(raw) if path.suffix == ".gz" else raw).decode() for path, raw in raws)


def table(found: Tables, name: str) -> list[dict[str, str]]:
    """The rows of one table."""
    return [dict(row) for row in found[name]]
