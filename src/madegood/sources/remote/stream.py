"""How one list of a vendor's is kept up with: each way lands pages, and can be cut off anywhere and go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from madegood.errors import SourceError
from madegood.sources.remote.http import Answer, Ask
from madegood.sources.remote.pages import Pager, link

if TYPE_CHECKING:
    from madegood.sources.remote.http import Door
    from madegood.sources.remote.landing import Landing, Record

#: What changed may be listed late, by a copy of the vendor's data that lags behind. Nobody publishes by how much; two
#: minutes cost no more than reading once more what changed in two minutes.
OVERLAP = timedelta(minutes=2)
SECOND = timedelta(seconds=1)  # the grain of vendors' times
GONE = (404, 410)
ENOUGH = 422  # GitHub of a page further back than it turns: "pagination is limited for this resource"

Tell = Callable[[str], None]
Keep = Callable[[dict[str, Any]], "dict[str, Any] | None"]


def itself(body: Any) -> Any:
    """The body is the list."""
    return body


@dataclass(frozen=True, slots=True)
class Stream:
    """One list of a vendor's.

    ask      its first page
    keep     what passes the door of a record, by names that are allowed; None: nothing of it
    id       the field that tells two records apart
    version  the field that grows when a record changes; empty: none does
    pager    how the next page is asked for
    records  the list within an answer's body
    """

    name: str
    ask: Ask
    keep: Keep
    id: str = "id"
    version: str = ""
    pager: Pager = link
    records: Callable[[Any], Any] = itself

    def kept(self, answer: Answer) -> list[Record]:
        """The records of an answer as they may be written down."""
        said = self.records(answer.body)
        if not isinstance(said, list) or not all(isinstance(one, dict) and one.get(self.id) for one in said):
            raise SourceError(f"what came for {self.name} is no list of records: is `url:` right?")
        return [self.record(one) for one in said]

    def record(self, one: dict[str, Any]) -> Record:
        """One record as it may be written down; of one that is not wanted, only that it is there."""
        out: Record = {"_id": str(one[self.id])}
        if self.version:
            out["_version"] = str(one.get(self.version) or "")
        try:
            kept = self.keep(one)
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            what = (
                f"a record of {self.name} is not as its vendor describes it ({type(error).__name__}: {str(error)[:60]})"
            )
            raise SourceError(f"{what}. Look whether `url:` is right, and the version there a recent one") from None
        return out | ({"_unwanted": True} if kept is None else kept)


class Reading:
    """One stream, being read into the landing."""

    def __init__(self, stream: Stream, door: Door, landing: Landing, tell: Tell) -> None:
        self.stream, self.door, self.landing, self._tell = stream, door, landing, tell
        self.known = landing.latest(stream.name)
        self.begun = bool(self.known)
        self.state = landing.state(stream.name)
        self.now = 0.0
        self.asked: set[str] = set()

    def take(self, records: Sequence[Record], **state: Any) -> None:
        """Lands what is new of a page, and how far this has come."""
        new = [one for one in records if self.newer(one)]
        self.known |= {one["_id"]: one for one in new}
        after = {name: value for name, value in (self.state | state).items() if value is not None}
        if new or after != self.state:
            self.landing.land(self.stream.name, new, after)
            self.state = after
        if new:
            self._tell(f"{self.stream.name}: {len(self.known):,}")

    def newer(self, one: Record) -> bool:
        """Whether a record says something that has not landed."""
        old = self.known.get(one["_id"])
        return old is None or (old != one and one.get("_version", "") >= old.get("_version", ""))

    def bury(self, ids: Sequence[str]) -> None:
        """Writes down that the vendor has these no more."""
        if ids:
            self.state = self.state | {"buried": self.state.get("buried", 0) + len(ids)}
            self.landing.land(self.stream.name, [{"_id": one, "_gone": True} for one in ids], self.state)
            for one in ids:
                del self.known[one]

    def answer(self, ask: Ask, etag: str = "", allow: tuple[int, ...] = ()) -> Answer:
        """One page. Who is sent to the same page twice on one way is led round in a circle."""
        if repr(ask) in self.asked:
            raise SourceError(f"the pages of {self.stream.name} go round in a circle. Build again later")
        self.asked.add(repr(ask))
        found = self.door.ask(ask, allow=(*allow, 304) if etag else allow, etag=etag)
        self.now = self.now or found.now
        return found


def by_update(reading: Reading, since: Callable[[Ask, str], Ask]) -> None:
    """A list that can be asked for what changed since a moment, the oldest change first.

    Each page is asked for anew from the last moment seen, because a record that changes while we read leaves its place
    and moves all later ones up by one: who turned pages would miss one at each turn. Only where a page does not get
    further, as many changed in one second, is the page turned. What changed since on a turned page comes again at the
    end of the list; then all from the first turn is read again, and until that is known `mark` stays before it. Where
    questions have a coarser grain than times, pages are turned too where the same question would come again. Two such
    changes can hide each other; so where anything changed while pages were turned, `mark` stays for the next reading.
    """
    stream, mark = reading.stream, str(reading.state.get("mark", ""))
    ask: Ask | None = since(stream.ask, back(mark, OVERLAP)) if mark else stream.ask
    far = first = ""
    turned: dict[str, str] = {}
    moved, late, turning = False, False, ""
    reading.asked.clear()
    while ask is not None:
        answer = reading.answer(ask)
        records = stream.kept(answer)
        versions = [one["_version"] for one in records]
        moved = moved or any(turned.get(one["_id"], one["_version"]) != one["_version"] for one in records)
        late = bool(turning) and (late or any(one >= turning for one in versions))
        before, far = far, max(versions, default=far)
        mark = max(mark, far)
        reading.take(records, mark=first or mark or None)
        ask = stream.pager(ask, answer)
        again = since(stream.ask, back(far, SECOND)) if ask and far > before else None
        if again and back(far, SECOND) > min(versions) and repr(again) not in reading.asked:
            ask = again
        elif ask and versions:
            first = first or back(min(versions), SECOND)
            turning = turning or like(far, answer.now - OVERLAP.total_seconds())
            turned |= {one["_id"]: one["_version"] for one in records}
    if moved:
        by_update(reading, since)
    elif not late:
        reading.take((), mark=mark or None)


def back(moment: str, by: timedelta) -> str:
    """A moment of ISO 8601 in UTC, a while before.

    >>> back("2026-03-04T10:00:00Z", timedelta(minutes=2))
    '2026-03-04T09:58:00Z'
    >>> back("2026-03-04T10:00:00.250Z", timedelta(seconds=1))  # as text it compares with others of the vendor's
    '2026-03-04T09:59:59.250Z'
    """
    try:
        at = datetime.fromisoformat(moment) - by
    except ValueError:
        raise SourceError(f"`{moment[:40]}` came where a time belongs: is `url:` right?") from None
    return at.isoformat(timespec="milliseconds" if "." in moment else "seconds").replace("+00:00", "Z")


def like(moment: str, seconds: float) -> str:
    """Seconds since 1970, as text that compares with a moment of the vendor's.

    >>> like("2026-03-04T10:00:00.250Z", 1772618400.0), like("2026-03-04T10:00:00Z", 1772618400.0)
    ('2026-03-04T10:00:00.000Z', '2026-03-04T10:00:00Z')
    """
    said = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds" if "." in moment else "seconds")
    return said.replace("+00:00", "Z")


def newest_first(reading: Reading, of: int = 0) -> None:
    """A list of things that never change, the newest first, with ids that grow: read down to what was read before.

    `done` is the newest id below which everything has landed; it moves only when a way down is finished. A way that was
    cut off goes on at the page where it stopped, then a new one begins at the top.

    Where things vanish from the list while we turn its pages, later ones move up onto pages that were read. `of` counts
    what vanished; when it has grown, everything is read again, down to the bottom.
    """
    if reading.state.get("of", 0) != of:
        reading.take((), of=of, done=None, page=None, top=None)
    if "page" in reading.state:
        descend(reading, Ask(str(reading.state["page"])))
    descend(reading, reading.stream.ask)


def descend(reading: Reading, ask: Ask | None) -> None:
    """One way down, from a page to the bottom or to what was read before."""
    done = int(reading.state.get("done", 0))
    reading.asked.clear()
    while ask is not None:
        answer = reading.answer(ask, allow=(ENOUGH,) if "://" in ask.url else ())
        if answer.status == ENOUGH:
            break
        records = reading.stream.kept(answer)
        ids = [int(one["_id"]) for one in records]
        top = max([int(reading.state.get("top", 0)), *ids])
        wanted = [one for one in records if not one.get("_unwanted")]
        reading.take(wanted, top=top, page=ask.url if "://" in ask.url else None)
        ask = None if ids and max(ids) <= done else reading.stream.pager(ask, answer)
    reading.take((), done=max(done, int(reading.state.get("top", 0))), page=None, top=None)


def whole(reading: Reading, asked: Callable[[str], Ask]) -> None:
    """A short list, read whole each time; pages that have not changed are not sent again (RFC 9110, 13.1.2).

    What is not listed any more is asked for by itself: gone is only what the vendor says is gone.
    """
    pages: dict[str, Any] = dict(reading.state.get("pages", {}))
    ask: Ask | None = reading.stream.ask
    seen: dict[str, Any] = {}
    while ask is not None:
        old = pages.get(ask.url, {})
        usable = bool(old) and all(one in reading.known for one in old["ids"])
        answer = reading.answer(ask, old["etag"] if usable else "")
        if answer.status == 304:
            page, ask_next = old, Ask(old["next"]) if old["next"] else None
        else:
            records = reading.stream.kept(answer)
            reading.take(records)
            ask_next = reading.stream.pager(ask, answer)
            ids = [one["_id"] for one in records]
            page = {"etag": answer.etag, "ids": ids, "next": ask_next.url if ask_next else ""}
        seen[ask.url] = page
        ask = ask_next
    listed = {one for page in seen.values() for one in page["ids"]}
    let_go(reading, [one for one in reading.known if one not in listed], asked)
    reading.take((), pages=seen)


def listed(reading: Reading) -> None:
    """A short list, read whole; what is not listed any more is let go. A list that is cut off lets nothing go."""
    seen = {one["_id"] for page in paged(reading, reading.stream.ask) for one in page}
    reading.bury([one for one in reading.known if one not in seen])


def paged(reading: Reading, first: Ask) -> list[list[Record]]:
    """Every page of a list, taken."""
    pages: list[list[Record]] = []
    ask: Ask | None = first
    reading.asked.clear()
    while ask is not None:
        answer = reading.answer(ask)
        pages.append(reading.stream.kept(answer))
        reading.take(pages[-1])
        ask = reading.stream.pager(ask, answer)
    return pages


def sweep(reading: Reading, first: Ask, asked: Callable[[str], Ask], every: timedelta) -> None:
    """Looks, no oftener than `every`, for what a list of changes does not tell: what is there no more.

    It lists everything; what is known and not listed is asked for by itself. A sweep that is cut off begins again.
    """
    last = reading.state.get("swept")
    if last is None and not reading.begun:  # all has just been read
        reading.take((), swept=reading.now)
        return
    if last is not None and reading.now - float(last) < every.total_seconds():
        return
    ask: Ask | None = first
    listed: set[str] = set()
    while ask is not None:
        answer = reading.answer(ask)
        records = reading.stream.kept(answer)
        listed |= {one["_id"] for one in records}
        reading.take(records)
        ask = reading.stream.pager(ask, answer)
    let_go(reading, [one for one in reading.known if one not in listed], asked)
    reading.take((), swept=reading.now)


def let_go(reading: Reading, missing: Sequence[str], asked: Callable[[str], Ask]) -> None:
    """Asks for each that was not listed; what is gone, or now has another id elsewhere, is let go."""
    gone = []
    for one in missing:
        answer = reading.door.ask(asked(one), allow=GONE)
        if answer.status in GONE or str(answer.body.get(reading.stream.id)) != one:
            gone.append(one)
        else:
            reading.take([reading.stream.record(answer.body)])
    reading.bury(gone)
