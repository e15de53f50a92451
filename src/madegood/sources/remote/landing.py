"""Where answers land: pages of compressed JSON lines, and a manifest that alone says which of them count.

    target/raw/work/manifest.json        written last, all at once: a page that it does not count was never there
    target/raw/work/issues/000001.jsonl.gz

A record carries `_id`, and `_version` where the vendor has one. Of records with one id the newest version counts, of
equal ones the last that landed; `_gone` says that the vendor has it no more.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from madegood.errors import EngineError, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LAYOUT = 1
Record = dict[str, Any]


class Landing:
    """What landed from one source. `who` says from where; what landed from elsewhere, or damaged, is let go."""

    def __init__(self, folder: Path, who: str) -> None:
        self.folder, self._who = folder, f"{LAYOUT} {who}"
        self._said = self._read()
        if not self._said:
            self.clear()

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            said = json.loads((self.folder / "manifest.json").read_text("utf-8"))
            if said["who"] == self._who and all(self._whole(*one) for one in said["streams"].items()):
                return dict(said["streams"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass
        return {}

    def _whole(self, stream: str, said: dict[str, Any]) -> bool:
        """Whether every page is as it was written."""
        chain = ""
        for number in range(1, said["pages"] + 1):
            chain = chained(chain, self._page(stream, number).read_bytes())
        return bool(chain == said["chain"])

    def state(self, stream: str) -> dict[str, Any]:
        """What a stream noted of how far it has come."""
        return dict(self._said.get(stream, {}).get("state", {}))

    def digest(self) -> str:
        """Changes whenever anything lands."""
        said = sorted((name, one["chain"]) for name, one in self._said.items() if one["chain"])
        return hashlib.sha256(repr(said).encode()).hexdigest()

    def land(self, stream: str, records: Sequence[Record], state: dict[str, Any]) -> None:
        """One page, and how far the stream has come with it: both or neither, whatever happens meanwhile."""
        said = self._said.get(stream, {"pages": 0, "chain": ""})
        pages, chain = said["pages"], said["chain"]
        with writable(self.folder):
            if records:
                lines = "".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "\n" for one in records)
                packed = gzip.compress(lines.encode("utf-8", "replace"), mtime=0)
                pages, chain = pages + 1, chained(chain, packed)
                written(self._page(stream, pages), packed)
            streams = self._said | {stream: {"pages": pages, "chain": chain, "state": state}}
            text = json.dumps({"who": self._who, "streams": streams}, ensure_ascii=False)
            written(self.folder / "manifest.json", text.encode())
        self._said = streams

    def latest(self, stream: str) -> dict[str, Record]:
        """Id -> the record that counts, in the order in which they first landed; what is gone is left out."""
        found: dict[str, Record] = {}
        for record in self._records(stream):
            old = found.get(record["_id"])
            if record.get("_gone"):
                found.pop(record["_id"], None)
            elif old is None or record.get("_version", "") >= old.get("_version", ""):
                found[record["_id"]] = record
        return found

    def _records(self, stream: str) -> Iterator[Record]:
        for number in range(1, self._said.get(stream, {"pages": 0})["pages"] + 1):
            path = self._page(stream, number)
            try:
                lines = gzip.decompress(path.read_bytes()).decode("utf-8").split("\n")
                yield from (json.loads(line) for line in lines if line)
            except (OSError, EOFError, ValueError, zlib.error):
                raise SourceError(f"{path.name} of {self.folder} is damaged: delete that folder, build again") from None

    def _page(self, stream: str, number: int) -> Path:
        return self.folder / stream / f"{number:06}.jsonl.gz"

    def clear(self) -> None:
        """Lets go of everything."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._said = {}


def chained(chain: str, page: bytes) -> str:
    """The digest of all pages up to this one."""
    return hashlib.sha256(chain.encode() + page).hexdigest()


def written(path: Path, data: bytes) -> None:
    """A file, whole or not at all. Nothing waits for the disk: what a power cut tears is found out when it is read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_bytes(data)
    new.replace(path)


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """What cannot be written down is the engine's trouble, not the vendor's."""
    try:
        yield
    except OSError as error:
        raise EngineError(f"{folder} cannot be written: {error.strerror or error}") from None
