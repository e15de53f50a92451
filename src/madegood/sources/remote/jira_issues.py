"""Issues of Jira, each landing together with its whole history, so that neither is ever there without the other."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from madegood.errors import SourceError
from madegood.sources.remote.http import Ask
from madegood.sources.remote.pages import token
from madegood.sources.remote.stream import Reading, let_go

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from madegood.sources.remote.jira_keeps import Issue
    from madegood.sources.remote.jira_site import Site
    from madegood.sources.remote.landing import Record

#: A sweep lists ids alone, 5,000 a request in the cloud, 1,000 in Data Center; once a week.
SWEEP = timedelta(days=7)
AT_ONCE = 1000  # issues, the most of which Jira Cloud gives the histories at once (changelog/bulkfetch)
CHANGES = 10_000  # of them a page, likewise
STORED = ["status", "assignee"]


class Issues(Reading):
    """The stream of issues. What went to a project that is not read is let go."""

    def beside(self, site: Site, keep: Issue) -> Issues:
        """Where it is read, and what is kept. With other fields than before, all is read anew, once."""
        self._site, self._keep = site, keep
        fields = site.fields
        if self.state.get("fields", fields) != fields:
            super().take((), mark=None, fields=fields)
        self._fields = fields
        return self

    def take(self, records: Sequence[Record], **state: Any) -> None:
        """Lands a page, each issue with its history."""
        here = [one for one in records if not one.get("_unwanted")]
        away = [one["_id"] for one in records if one.get("_unwanted")]
        super().take(self.whole(here), **state, fields=self._fields)
        self.bury(away)

    def bury(self, ids: Sequence[str]) -> None:
        """Writes down that these are not there any more; of what never landed there is nothing to write."""
        super().bury([one for one in ids if one in self.known])

    def whole(self, records: Sequence[Record]) -> list[Record]:
        """The records with their histories. In the cloud these are asked for where an issue has changed."""
        found: dict[str, Any] = {}
        bare = [one for one in records if "steps" not in one]
        for one in bare:
            old = self.known.get(one["_id"], {})
            if old.get("_version") == one["_version"]:
                found[one["_id"]] = old["steps"]
        changed = [one["_id"] for one in bare if one["_id"] not in found and self.newer(one)]
        for first in range(0, len(changed), AT_ONCE):
            found |= self._histories(changed[first : first + AT_ONCE])
        return [one if "steps" in one else one | {"steps": found[one["_id"]]} for one in records
                if "steps" in one or one["_id"] in found]  # fmt: skip

    def _histories(self, ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """The changes of state and of hands of some issues, from Jira Cloud's bulk changelog.

        What does not come on one page is asked for in halves: were an issue deleted between two pages of several, the
        next page would begin too late, and a change of another one be lost.
        """
        said = {"issueIdsOrKeys": list(ids), "fieldIds": STORED, "maxResults": CHANGES}
        ask: Ask | None = Ask(f"{self._site.api}/changelog/bulkfetch", json=said)
        found: dict[str, list[dict[str, Any]]] = {one: [] for one in ids}
        seen: set[str] = set()
        while ask is not None:
            if repr(ask) in seen:
                raise SourceError("the pages of the changelog go round in a circle. Build again later")
            seen.add(repr(ask))
            answer = self.door.ask(ask)
            try:
                for one in answer.body["issueChangeLogs"]:
                    found.get(str(one["issueId"]), []).extend(one.get("changeHistories") or ())
            except (KeyError, TypeError, AttributeError):
                raise SourceError("what came for the changelog is none: is `url:` right?") from None
            ask = token()(ask, answer)
            if ask is not None and len(ids) > 1:
                half = len(ids) // 2
                return self._histories(ids[:half]) | self._histories(ids[half:])
        return {one: self._steps(histories) for one, histories in found.items()}

    def _steps(self, histories: list[dict[str, Any]]) -> list[dict[str, Any]]:
        try:
            return self._keep.steps(histories)
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            what = f"a history is not as its vendor describes it ({type(error).__name__}: {str(error)[:60]})"
            raise SourceError(f"{what}. Look whether `url:` is right") from None


def sweep(reading: Issues, site: Site, projects: Iterable[str]) -> None:
    """Looks once a week for what no list of changes tells: issues that are not there any more, or were never seen.

    Only ids are listed; each that is known and not listed, or listed and not known, is asked for by itself. A sweep
    that is cut off begins again.
    """
    last = reading.state.get("swept")
    if last is None and not reading.begun:  # all has just been read
        reading.take((), swept=reading.now)
        return
    if last is not None and reading.now - float(last) < SWEEP.total_seconds():
        return
    listed: dict[str, None] = {}
    ask: Ask | None = site.ids(projects)
    while ask is not None:
        answer = reading.answer(ask)
        listed |= dict.fromkeys(str(one["id"]) for one in reading.stream.records(answer.body) or ())
        ask = site.pager(ask, answer)
    strange = [one for one in reading.known if one not in listed] + [one for one in listed if one not in reading.known]
    let_go(reading, strange, site.issue)
    reading.take((), swept=reading.now)
