"""A date that passed in silence: nobody says won, lost or later."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.days import say_day
from madegood.rules.rule import Case, Remark, Rule, bets, outcomes, remark


def look(case: Case) -> Iterator[Remark]:
    for outcome in outcomes(case):
        if outcome.by and outcome.by < case.on:
            yield remark(
                outcome,
                "by",
                f"The outcome `{outcome.id}` was wanted by {say_day(outcome.by)}, which has passed, and is still "
                f"{outcome.status}.",
                "Say how it ended (`status: done` or `stopped`), or give it a new `by:` and say why in its prose.",
            )
    for bet in bets(case):
        if bet.review and bet.review < case.on:
            yield remark(
                bet,
                "review",
                f"The bet `{bet.id}` was to be reviewed on {say_day(bet.review)}, which has passed, and is still "
                f"{bet.status}.",
                "Look at its verdict and say how it ended (`status: done` or `stopped`), or give it a new `review:`.",
            )


RULE = Rule("outdated", "warning", "What is active has its dates ahead of it", look)
