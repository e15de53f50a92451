"""Words of the strategy turned into a sentence, without changing what they say."""

from __future__ import annotations

import re

from madegood.days import say_day
from madegood.intent.model import Amount, Bet, Metric, Outcome

#: Verbs that open a change and whose -ing form is not made by the rule.
IRREGULAR = {
    "run": "running", "get": "getting", "let": "letting", "set": "setting", "put": "putting", "cut": "cutting",
    "stop": "stopping", "drop": "dropping", "plan": "planning", "ship": "shipping", "begin": "beginning",
    "map": "mapping", "swap": "swapping", "trim": "trimming", "split": "splitting", "win": "winning",
    "submit": "submitting", "tie": "tying", "see": "seeing", "free": "freeing",
    "log": "logging", "tag": "tagging", "refer": "referring", "opt": "opting", "skip": "skipping",
}  # fmt: skip
#: Verbs that open a change. A first word that is none of these is left as it is: a noun must not be turned.
VERBS = set(
    "add allow ask automate build bring bundle call change charge clear close collect combine connect "
    "convert create default deliver design drop enable encourage ensure explain expose extend fix force "
    "give group guide hide highlight improve increase introduce invite keep launch lead limit list "
    "localise localize lower make measure merge migrate move name nudge offer onboard open optimise "
    "optimize order pay personalise personalize pilot place preload prevent price promote prompt propose "
    "provide publish raise rank rebuild reduce refund release remind remove rename reorder replace report "
    "require reset restore retain reward rewrite roll save send serve share shorten show simplify slow "
    "speed staff start store streamline suggest support switch take teach test translate turn undo unify "
    "update upgrade use validate verify warn widen withdraw write".split()
) | set(IRREGULAR)


def doing(by: str) -> str:
    """What we will do, to follow "by": the first verb in its -ing form, or the words as they are, quoted.

    >>> doing("Replace the three-day identity check with an instant one.")
    'replacing the three-day identity check with an instant one'
    >>> doing("Ship a fees page")
    'shipping a fees page'
    >>> doing("Instant verification for everyone")
    'this change: Instant verification for everyone'
    """
    text = " ".join(by.split()).rstrip(".;, ")
    first, _, rest = text.partition(" ")
    verb = first.lower()
    if verb.endswith("ing") and verb[:-3] in VERBS | {v.rstrip("e") for v in VERBS}:
        return f"{verb} {rest}".strip()
    if verb not in VERBS:
        return f"this change: {text}"
    return f"{gerund(verb)} {rest}".strip()


def gerund(verb: str) -> str:
    """The -ing form of a verb of the list.

    >>> gerund("replace"), gerund("show"), gerund("run"), gerund("see")
    ('replacing', 'showing', 'running', 'seeing')
    """
    if verb in IRREGULAR:
        return IRREGULAR[verb]
    return (verb[:-1] if verb.endswith("e") else verb) + "ing"


def reason(because: str) -> str:
    """The mechanism, to follow "because": lower-cased only where that cannot hurt a name.

    >>> reason("The wait is where people stop."), reason("41 % of sign-ups stop"), reason("Ana's interviews name it")
    ('the wait is where people stop', '41 % of sign-ups stop', "Ana's interviews name it")
    """
    text = " ".join(because.split()).rstrip(".;, ")
    first = re.split(r"\W", text, maxsplit=1)[0]
    common = {"the", "a", "an", "people", "customers", "users", "they", "it", "we", "most", "many", "some", "because"}
    if first.lower() in common:
        text = text[:1].lower() + text[1:]
    return re.sub(r"^because\s+", "", text)


def amount(value: Amount, metric: Metric | None) -> str:
    """A number of the strategy with its unit.

    >>> amount(Amount(0.48, True), None), amount(Amount(12000.0), Metric("m", unit="downloads"))
    ('48 %', '12,000 downloads')
    """
    if value.percent:
        return str(value)
    if metric is not None and metric.unit == "%":
        return f"{value.value * 100:.10g} %"
    number = f"{value.value:,.0f}" if abs(value.value) >= 100 else f"{value.value:.10g}"
    return f"{number} {metric.unit}".strip() if metric is not None else number


def aim(outcome: Outcome, metric: Metric | None) -> str:
    """The outcome as a change: "raise activated accounts from 41 % to 48 % by 31 Dec 2026"."""
    assert outcome.target is not None
    up = metric.good == "up" if metric else outcome.baseline is None or outcome.target.value > outcome.baseline.value
    title = outcome.title or (metric.label if metric else outcome.id)
    if title[1:2].islower():  # an acronym keeps its capitals
        title = title[:1].lower() + title[1:]
    start = f" from {amount(outcome.baseline, metric)}" if outcome.baseline is not None else ""
    day = f" by {say_day(outcome.by)}" if outcome.by else ""
    return f"{'raise' if up else 'lower'} {title}{start} to {amount(outcome.target, metric)}{day}"


def said(bet: Bet, outcome: Outcome, metric: Metric | None) -> str:
    """The bet as one sentence: we will achieve X by doing A, because M."""
    return f"We will {aim(outcome, metric)} by {doing(bet.by)}, because {reason(bet.because)}."
