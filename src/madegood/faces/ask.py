"""A question in the terminal: does this orphan serve that bet or need?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from madegood.execution.link import link_of
from madegood.execution.suggested import suggested
from madegood.faces import numbers as say

if TYPE_CHECKING:
    from collections.abc import Callable

    from madegood.draft.link_walk import Offer
    from madegood.execution.model import Facts
    from madegood.execution.suggest import Suggestion
    from madegood.intent.parse import Loaded

ANSWERS = {"y": "yes", "n": "no", "s": "skip", "q": "quit"}


def ask(count: int) -> Callable[[Offer], str]:
    """A function that asks about one offer after another, with a heading where the bet or need changes."""
    last = ("", "")
    number = 0

    def question(offer: Offer) -> str:
        nonlocal last, number
        one = offer.suggestion
        number += 1
        if (one.aim, one.to) != last:
            last = (one.aim, one.to)
            size = say.many(offer.stake, offer.unit.removesuffix("s"))
            click.echo(f"\n{one.aim} {one.to}: {offer.to_title} ({size} of the period may belong to it)")
        click.echo(f"\n  {one.item}  {offer.title}\n  {why(offer)}")
        return answered(f"  {number} of {count}. Does it serve {one.to}? [y]es, [n]o, [s]kip, [q]uit")

    return question


def why(offer: Offer) -> str:
    """The grounds of a suggestion in one line."""
    one = offer.suggestion
    told = [f"{one.confidence:.0%} likely"]
    if said := grounds(one):
        told.append(said)
    if offer.below:
        told.append(f"with {say.many(offer.below, 'orphan')} below it")
    if offer.amount:
        told.append(say.many(offer.amount, offer.unit.removesuffix("s")))
    return " · ".join(told)


def grounds(one: Suggestion) -> str:
    """What speaks for a suggestion."""
    return f"it says {', '.join(one.words)}" if one.words else "near in meaning" if one.alike else ""


def answered(question: str) -> str:
    """yes, no, skip or quit; the end of the input is quit."""
    try:
        said = click.prompt(question, type=click.Choice(list(ANSWERS), case_sensitive=False), show_choices=False)
    except click.Abort:
        click.echo()
        return "quit"
    return ANSWERS[said.lower()]


def maybe(item: str, facts: Facts, loaded: Loaded) -> list[str]:
    """What an orphan may serve, in a sentence; nothing for any other item."""
    link = link_of(item, facts)
    orphan = link is not None and link.aim == "orphan"
    found = [one for one in suggested(loaded, facts) if link and one.item == link.item] if orphan else []
    return [
        f"It may serve {one.aim} {one.to} ({one.confidence:.0%} likely; {grounds(one)}). Say so: madegood link"
        for one in found
    ]
