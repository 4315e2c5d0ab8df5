"""Changes of a draft by hand: a shift moved, added or taken away, two swapped, the last undone.

Shifts are those of a solution document, in slots of their day (`docs/schedule-problem.md`); None
is a day off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wfm.domain.errors import BadInput
from wfm.domain.language import say

Json = Mapping[str, Any]
Place = tuple[str, int]  # agent, day

KINDS = ("move", "add", "remove", "swap", "undo")
WORDS = {
    "move": "Move the shift",
    "add": "Add a shift",
    "remove": "Remove the shift",
    "swap": "Swap with somebody",
    "undo": "Undo the last change",
}


@dataclass(frozen=True)
class DraftEdit:
    """One change as asked for; move: new start. add: start and length. swap: the other person.

    `start` and `length` are slots, `day` counts from the first day of the draft.
    """

    kind: str
    agent: str = ""
    day: int = 0
    start: int | None = None
    length: int | None = None
    other: str = ""


@dataclass(frozen=True)
class DraftChange:
    """One person's day as it was and as it becomes."""

    agent: str
    day: int
    before: Json | None
    after: Json | None


@dataclass(frozen=True)
class DraftLine:
    """A recorded change: who, when, and the line that it takes back when it is an undo."""

    seq: int
    kind: str
    recorded_at: int
    author: str
    undoes: int | None
    changes: tuple[DraftChange, ...]


@dataclass(frozen=True)
class DraftVerdict:
    """What the independent verifier says: broken rules in sentences, cost of cover, slots short.

    `required` are the slots of the whole requirement.
    """

    broken: tuple[str, ...]
    cost: float
    short: int
    required: int


def edited(solution: Json, changes: Iterable[DraftChange]) -> dict[str, Any]:
    """The solution with the changes laid over it, in their order."""
    shifts = {(s["agent"], s["day"]): s for s in solution["shifts"]}
    for change in changes:
        shifts.pop((change.agent, change.day), None)
        if change.after is not None:
            shifts[change.agent, change.day] = change.after
    return {**solution, "shifts": [shifts[place] for place in sorted(shifts)]}


def standing(lines: Sequence[DraftLine]) -> tuple[DraftLine, ...]:
    """The changes that were not taken back, oldest first."""
    gone = {line.undoes for line in lines if line.kind == "undo"}
    return tuple(line for line in lines if line.kind != "undo" and line.seq not in gone)


def changes_of(
    problem: Json, solution: Json, edit: DraftEdit, lines: Sequence[DraftLine]
) -> tuple[DraftChange, ...]:
    """What one change does to a solution; `BadInput` names what cannot be.

    Whether rules allow it is for the verifier to say.
    """
    if edit.kind == "undo":
        left = standing(lines)
        if not left:
            raise BadInput(
                say("Nothing of this draft was changed by hand; there is nothing to undo.")
            )
        return tuple(
            DraftChange(c.agent, c.day, c.after, c.before) for c in reversed(left[-1].changes)
        )
    if edit.kind not in KINDS:
        raise BadInput(
            say(
                "No change {kind!r} is known; one of {known}.",
                kind=edit.kind,
                known=", ".join(KINDS),
            )
        )
    agents = {a["id"]: a for a in problem["agents"]}
    shifts: dict[Place, Json] = {(s["agent"], s["day"]): s for s in solution["shifts"]}
    for name in (edit.agent, *([edit.other] if edit.kind == "swap" else [])):
        if name not in agents:
            raise BadInput(
                say(
                    "{name} is not in this draft; choose somebody of the list.",
                    name=name or say("Nobody"),
                )
            )
    if not 0 <= edit.day < problem["days"]:
        raise BadInput(say("The day lies outside the draft; choose another."))
    mine = shifts.get((edit.agent, edit.day))
    if edit.kind == "add":
        if mine is not None:
            raise BadInput(say("There is a shift on this day already; move or remove it."))
        made = new_shift(problem, agents[edit.agent], edit.day, edit.start, edit.length)
        return (DraftChange(edit.agent, edit.day, None, made),)
    if mine is None:
        raise BadInput(say("There is no shift on this day; add one."))
    if edit.kind == "remove":
        return (DraftChange(edit.agent, edit.day, mine, None),)
    if edit.kind == "move":
        after = moved(problem, agents[edit.agent], mine, edit.start)
        return (DraftChange(edit.agent, edit.day, mine, after),)
    if edit.other == edit.agent:
        raise BadInput(say("A swap is between two people; choose somebody else."))
    theirs = shifts.get((edit.other, edit.day))
    if theirs is not None and _same(mine, theirs):
        raise BadInput(say("Both have the same shift on this day; nothing would change."))
    return (
        DraftChange(edit.agent, edit.day, mine, _held(agents[edit.agent], theirs)),
        DraftChange(edit.other, edit.day, theirs, _held(agents[edit.other], mine)),
    )


def moved(problem: Json, agent: Json, shift: Json, start: int | None) -> Json | None:
    """The shift begun in another slot, breaks with it; what is fixed stays at its time.

    08:00 to 16:30 with a meal at 12:00, moved to 09:00, has the meal at 13:00.
    """
    if start is None:
        raise BadInput(say("Choose a time."))
    by = start - shift["start"]
    if by == 0:
        raise BadInput(say("The shift begins at that time already; choose another."))
    _inside(problem, shift["day"], start, shift["length"])
    breaks = [{**b, "start": b["start"] + by} for b in shift["breaks"]]
    return _held(agent, {**shift, "start": start, "breaks": breaks})


def new_shift(
    problem: Json, agent: Json, day: int, start: int | None, length: int | None
) -> Json | None:
    """A shift of a length that the contract knows, its breaks in the middle of their windows."""
    contract = next(c for c in problem["contracts"] if c["name"] == agent["contract"])
    if length is None:
        length = contract["shift_lengths"][0]
    if length not in contract["shift_lengths"]:
        known = ", ".join(f"{n / 4:g} h" for n in contract["shift_lengths"])
        raise BadInput(
            say(
                "A shift of {length:g} h is not in the contract; allowed: {known}.",
                length=length / 4,
                known=known,
            )
        )
    if start is None:
        raise BadInput(say("Choose a time."))
    _inside(problem, day, start, length)
    own, shared = contract.get("breaks", {}), problem.get("breaks", {})
    breaks, at = [], start
    for rule in own.get(str(length), shared.get(str(length), ())):
        begin = max(at, start + (rule["earliest"] + rule["latest"]) // 2)
        breaks.append({"kind": rule["kind"], "start": begin, "slots": rule["slots"]})
        at = begin + rule["slots"]
    made = {"day": day, "start": start, "length": length, "breaks": breaks}
    return _held(agent, made)


def clock(slot: int) -> str:
    """A slot as the clock shows it: 38 is 09:30, 98 is 00:30 next day."""
    words = f"{slot % 96 // 4:02d}:{slot % 4 * 15:02d}"
    return f"{words} next day" if slot > 96 else "24:00" if slot == 96 else words


def span(shift: Json | None) -> str:
    """A shift in words: "08:00 to 16:30", or "no shift"."""
    if shift is None:
        return "no shift"
    return f"{clock(shift['start'])} to {clock(shift['start'] + shift['length'])}"


def _inside(problem: Json, day: int, start: int, length: int) -> None:
    by_day = problem.get("opening_by_day")
    opening = by_day[day] if by_day else problem["opening"]
    if opening is None:
        raise BadInput(say("The site is closed on this day."))
    if not opening[0] <= start <= opening[1] - length:
        raise BadInput(
            say(
                "A shift from {start} to {end} does not lie inside the opening, {opens} "
                "to {closes}.",
                start=clock(start),
                end=clock(start + length),
                opens=clock(opening[0]),
                closes=clock(opening[1]),
            )
        )


def _held(agent: Json, shift: Json | None) -> Json | None:
    """A shift as a person's own, with what is fixed for them inside it and nothing else fixed."""
    if shift is None:
        return None
    start, end = shift["start"], shift["start"] + shift["length"]
    fixed = [
        {name: item[name] for name in ("kind", "start", "slots")}
        for item in agent.get("activities", ())
        if item["day"] == shift["day"] and start <= item["start"] <= end - item["slots"]
    ]
    own = {name: value for name, value in shift.items() if name != "activities"}
    return {**own, "agent": agent["id"], **({"activities": fixed} if fixed else {})}


def _same(one: Json, two: Json) -> bool:
    return all(one.get(k) == two.get(k) for k in ("start", "length", "breaks", "activities"))
