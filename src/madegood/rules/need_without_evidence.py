"""A need without evidence is an opinion about customers."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.rules.rule import Case, Remark, Rule, needs, remark


def look(case: Case) -> Iterator[Remark]:
    for need in needs(case):
        if not any(e.text.strip() or e.source.strip() for e in need.evidence):
            yield remark(
                need,
                "evidence",
                f"Nothing shows that the need `{need.id}` exists: it has no evidence.",
                "Add `evidence:` with one dated quote, ticket, interview or count; three interviews are a good start.",
            )


RULE = Rule("need-without-evidence", "warning", "A need has evidence that customers have it", look)
