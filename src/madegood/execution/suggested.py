"""The suggestions of a project: less what was declined, and with the sentence model that it names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from madegood.execution.declined import read_declined
from madegood.execution.meaning import meaning
from madegood.execution.suggest import LIKELY, suggest

if TYPE_CHECKING:
    from collections.abc import Callable

    from madegood.execution.model import Facts
    from madegood.execution.suggest import Suggestion
    from madegood.intent.parse import Loaded


def suggested(
    loaded: Loaded, facts: Facts, tell: Callable[[str], None] = lambda _: None, least: float = LIKELY
) -> tuple[Suggestion, ...]:
    """At most one suggestion for each orphan. Raises SourceError: what was declined, or the model, cannot be read."""
    root = Path(loaded.project.root)
    model = meaning(root, loaded.project.match, tell)
    return suggest(facts, loaded.strategy, read_declined(root), least, model)
