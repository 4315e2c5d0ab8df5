"""What is wrong with the people and rules of a problem, told before anything is solved."""

from __future__ import annotations

from collections import Counter

from scheduling.labour import LABOUR_RULES
from scheduling.problem import SLOTS, Agent, Problem
from wfm.domain.errors import BadInput


def check_people(problem: Problem, name: str) -> None:
    """Nothing; `BadInput` names the first agent, contract or class that cannot be meant so."""

    def refuse(text: str) -> None:
        raise BadInput(f"{name}: {text}")

    for rules in problem.contracts.values():
        for rule in rules.labour:
            known = LABOUR_RULES.get(rule.rule)
            if known is None:
                listed = ", ".join(sorted(LABOUR_RULES))
                refuse(f"contract {rules.name!r} has the rule {rule.rule!r}; known: {listed}.")
            missing = [key for key in known or () if key not in rule.values]
            if missing:
                refuse(f"rule {rule.rule!r} of contract {rules.name!r} lacks {missing[0]!r}.")
            for key in ("class", "after", "not"):
                if key in rule.values and rule.text(key) not in problem.classes:
                    refuse(_no_class(rule.text(key), f"rule {rule.rule!r}"))
        for kind, price in rules.premiums:
            if kind not in problem.classes:
                refuse(_no_class(kind, f"a premium of contract {rules.name!r}"))
            if price < 0:
                refuse(f"a premium of contract {rules.name!r} is {price:g}; costs are 0 or more.")
        if min(rules.wage_slot, rules.overtime_slot) < 0:
            refuse(f"contract {rules.name!r} has a negative wage; costs are 0 or more.")
    for kind, weight in problem.fairness:
        if kind not in problem.classes:
            refuse(_no_class(kind, "fairness"))
        if weight < 0:
            refuse(f"fairness of {kind!r} weighs {weight:g}; costs are 0 or more.")
    change = problem.change
    if min(change.shift, change.slot, change.rest) < 0:
        refuse("a cost of a change is negative; costs are 0 or more.")
    known_people = {agent.id for agent in problem.agents}
    for shift in problem.published:
        if shift.agent not in known_people or not 0 <= shift.day < problem.days:
            refuse(f"published: a shift of {shift.agent!r} on day {shift.day} is nobody's here.")
    twice = Counter((shift.agent, shift.day) for shift in problem.published).most_common(1)
    if twice and twice[0][1] > 1:
        who, day = twice[0][0]
        refuse(f"published: {who!r} has {twice[0][1]} shifts on day {day}; give one.")
    for agent in problem.agents:
        wrong = _wrong_with(problem, agent)
        if wrong:
            refuse(f"agent {agent.id!r}: {wrong}")


def _no_class(name: str, where: str) -> str:
    return f"{where} names the class {name!r}, which `shift_classes` does not have."


def _wrong_with(problem: Problem, agent: Agent) -> str:
    days = range(problem.days)
    for item in agent.activities:
        if item.day not in days or item.slots < 1 or not 0 <= item.start < 2 * SLOTS - item.slots:
            return f"{item.kind} on day {item.day} at slot {item.start} lies outside the horizon."
    slots = Counter(agent.busy)
    if slots and slots.most_common(1)[0][1] > 1:
        return "two activities at the same time."
    pinned = Counter(pin.day for pin in agent.pins)
    for pin in agent.pins:
        if pin.day not in days:
            return f"a pin on day {pin.day}, which the problem does not have."
        if pinned[pin.day] > 1:
            return f"day {pin.day} is pinned twice."
        if not pin.off and not (0 <= pin.start < SLOTS and 0 < pin.length <= SLOTS):
            return f"the shift pinned on day {pin.day} is none: {pin.start} + {pin.length} slots."
    for wish in agent.wishes:
        if wish.cost < 0:
            return f"a preference costs {wish.cost:g}; costs are 0 or more."
        if bool(wish.want) == bool(wish.avoid):
            return "a preference needs `want` or `avoid`, one of them."
        kind = wish.avoid or wish.want
        if kind not in problem.classes and wish.want not in ("off", "work"):
            return _no_class(kind, "a preference")
    if agent.share <= 0:
        return f"share is {agent.share:g}; give more than 0, 1.0 for full time."
    return ""
