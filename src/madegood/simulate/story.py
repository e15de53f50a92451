"""What the made-up company says it wants: its strategy as the text that a team would keep."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from madegood.simulate.plan import LATE, SMALL
from madegood.simulate.work import EPICS, OUTRIGHT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.simulate.plan import Plan

NAME = "Tideway"
WEEKS = 26  # of a reading: half a year, so that most bets fall into it

PROJECT = """\
# A company that does not exist. Its facts are made, by a seed; what they hide stands in hidden.json, which is never read.
madegood: 1
name: {name}
period: {weeks} weeks
sources:
{sources}
upkeep:
  - label:ops
states:
  active: [in progress, in review]
  done: [done]
events:
  - {{from: {carnival}, to: {carnival_end}, name: Carnival}}
"""

METRICS = """\
metrics:
  - {metric: checkout, title: Payments that go through, kind: conversion, steps: [checkout-opened, paid], within: 1 day, unit: "%"}
  - {metric: active-people, title: People active a day, kind: active, event: opened}
  - {metric: active-germany, title: People active a day in Germany, kind: active, event: opened, segment: Germany}
  - {metric: activation, title: New customers who pay within a week, kind: conversion, steps: [signed-up, paid], within: 7 days, unit: "%"}
  - {metric: payments, title: Payments a day, kind: count, event: paid}
  - {metric: support-contacts, title: Support contacts a day, kind: daily, good: down, margin: 3 %}
  - {metric: visits, title: Visits a day, kind: daily}
"""

OUTCOME = """\
---
outcome: {id}
title: {title}
metric: {metric}
baseline: {baseline}
target: {target}
since: {since}
by: {by}
owner: {{product: mara, engineering: ines}}
---
{prose}
"""

NEED = """\
---
need: {id}
title: {title}
outcomes: [{outcome}]
evidence:
{evidence}{work}
---
"""

BET = """\
---
bet: {id}
title: {title}
achieve: {outcome}
for: {need}
by: {by}
because: {because}
expect:
  - {{metric: {metric}, effect: {effect}, within: 28 days}}
{guard}kill_if: below {kill} after 28 days
{work}review: {review}
owner: {{product: mara, design: rui, engineering: ines}}
---
"""

OUTCOMES = (
    ("payments-that-work", "Payments that go through", "checkout", "{checkout}", "{checkout_goal}", "People come to pay. What does not go through, they do elsewhere."),
    ("part-of-the-day", "People active a day", "active-people", "{active}", "{active_goal}", "Money looked at is money kept."),
    ("quiet-support", "Support contacts a day", "support-contacts", "{contacts}", "{contacts_goal}", "Nobody writes to support for fun."),
    ("known-in-germany", "People active a day in Germany", "active-germany", "{germany}", "{germany_goal}", "The newest country."),
)  # fmt: skip
#: id, title, outcome, days since its evidence, how many, selector of work without a bet
NEEDS = (
    ("pay-without-thinking", "Pay without thinking", "payments-that-work", 60, 14, ""),
    ("know-where-i-stand", "Know where I stand", "part-of-the-day", 90, 22, ""),
    ("no-surprises", "No surprises in what I pay", "payments-that-work", 40, 31, ""),
    ("in-it-together", "Share money with people I trust", "part-of-the-day", 700, 3, ""),
    ("lost-card", "A lost card is no drama", "quiet-support", 30, 9, "epic:TIDE-7"),
    ("at-home-in-germany", "At home in Germany", "known-in-germany", 120, 6, ""),
)
#: id, title, outcome, need, by, because, metric, effect, kill, guardrail
BETS = (
    ("one-tap-pay", "One-tap pay", "payments-that-work", "pay-without-thinking", "Let people repeat a usual payment with one tap", "most payments that stop are ones people made before", "checkout", "+6 % to +15 %", "+2 %", "support-contacts"),
    ("morning-digest", "Morning digest", "part-of-the-day", "know-where-i-stand", "Send a short digest of yesterday's money each morning", "people who look in the morning come back twice as often", "active-people", "+4 % to +12 %", "+1 %", "support-contacts"),
    ("tighter-limits", "Tighter limits", "payments-that-work", "no-surprises", "Lower the default limits for payments to new payees", "refunds of first payments cost trust", "checkout", "+1 % to +4 %", "0 %", "support-contacts"),
    ("spending-rings", "Spending rings", "payments-that-work", "know-where-i-stand", "Show spending as rings that fill over the month", "people who see what is left pay with less doubt", "checkout", "+5 % to +10 %", "+1 %", "support-contacts"),
    ("friendlier-welcome", "Friendlier welcome", "part-of-the-day", "pay-without-thinking", "Replace the tour by one question and one next step", "half of the new customers never pass the tour", "activation", "+3 % to +10 %", "+1 %", ""),
    ("shared-pots", "Shared pots", "part-of-the-day", "in-it-together", "Let friends keep money in one pot", "bills that are split bring everybody back", "active-people", "+3 % to +9 %", "+1 %", "support-contacts"),
    ("fee-preview", "Fee preview", "payments-that-work", "no-surprises", "Show the fee before the amount is typed", "one in five who stop say that the fee surprised them", "checkout", "+3 % to +8 %", "+1 %", "support-contacts"),
    ("group-trips", "Group trips", "part-of-the-day", "in-it-together", "Build trips with a currency and an end", "people spend most while they travel together", "active-people", "+2 % to +6 %", "+1 %", "support-contacts"),
)  # fmt: skip


def story(plan: Plan, start: dict[str, float], files_of_facts: Sequence[str]) -> dict[str, str]:
    """Path -> text of madegood.yml and strategy/. `start` gives the first four weeks' level of each metric."""
    since = plan.first + timedelta(days=27)
    by = plan.last + timedelta(days=91)
    carnival = plan.first + timedelta(days=plan.days // 5)
    files = {
        "madegood.yml": PROJECT.format(
            name=NAME,
            weeks=WEEKS,
            carnival=carnival,
            carnival_end=carnival + timedelta(days=4),
            sources="\n".join(map(source, files_of_facts)),
        )
    }
    files["strategy/metrics.yml"] = METRICS
    levels = amounts(start)
    for number, (name, title, metric, baseline, target, prose) in enumerate(OUTCOMES, 1):
        files[f"strategy/outcomes/{number}-{name}.md"] = OUTCOME.format(
            id=name, title=title, metric=metric, baseline=baseline.format(**levels), target=target.format(**levels),
            since=since, by=by, prose=prose,
        )  # fmt: skip
    for name, title, outcome, age, count, work in NEEDS:
        files[f"strategy/needs/{name}.md"] = NEED.format(
            id=name, title=title, outcome=outcome, evidence=evidence(plan.last - timedelta(days=age), count, title),
            work=f'work: ["{work}"]' if work else "",
        )  # fmt: skip
    for name, title, outcome, need, by_doing, because, metric, effect, kill, guard in BETS:
        files[f"strategy/bets/{name}.md"] = BET.format(
            id=name, title=title, outcome=outcome, need=need, by=by_doing, because=because, metric=metric, effect=effect,
            kill=kill, guard=f"guardrails: [{guard}]\n" if guard else "", work=work_of(name), review=review(plan, name),
        )  # fmt: skip
    return files


def source(file: str) -> str:
    """One line under `sources`."""
    name = file.partition(".")[0]
    keep = ", keep: [plan]" if name == "events" else ""
    return f"  - {{name: {name}, kind: {name}, path: facts/{file}{keep}}}"


def work_of(bet: str) -> str:
    """Which items serve a bet: by label or by epic; none is named where items name the bet themselves."""
    if bet == OUTRIGHT:
        return ""
    return f'work: ["epic:{EPICS[bet]}"]\n' if bet in EPICS else f'work: ["label:{bet}"]\n'


def review(plan: Plan, bet: str) -> date:
    """In half a year; for the bet that never shipped and the one nobody looks at any more, a day that has passed."""
    return plan.last - timedelta(days=30) if bet in (LATE, SMALL) else plan.last + timedelta(days=182)


def evidence(on: date, count: int, title: str) -> str:
    """Reasons to believe in a need."""
    return f'  - {{kind: interview, on: {on}, count: {count}, text: "in their words: {title.lower()}"}}\n'


def amounts(start: dict[str, float]) -> dict[str, str]:
    """Baselines as they were counted, and targets that are a stretch."""
    checkout, active = start["checkout"], start["active-people"]
    contacts, germany = start["support-contacts"], start["active-germany"]
    return {
        "checkout": f"{checkout * 100:.1f} %",
        "checkout_goal": f"{min(checkout * 1.3, 0.95) * 100:.0f} %",
        "active": f"{active:.0f}",
        "active_goal": f"{active * 1.35:.0f}",
        "contacts": f"{contacts:.0f}",
        "contacts_goal": f"{contacts * 0.85:.0f}",
        "germany": f"{germany:.0f}",
        "germany_goal": f"{germany * 1.4:.0f}",
    }
