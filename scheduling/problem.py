"""What is to be scheduled, as frozen values and as JSON `wfm-scheduling-problem/1` (or `/2`).

Days and slots count from 0; a slot is a quarter of an hour; slot 28 of a day is 07:00. Format /2
adds, all optional: `opening_by_day`; per contract `breaks`, `start_every_slots` and
`min_rest_slots`; per agent `before` and `after`, what the neighbouring weeks already hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from wfm.domain.errors import BadInput

SLOTS = 96
FORMATS = ("wfm-scheduling-problem/1", "wfm-scheduling-problem/2")


@dataclass(frozen=True)
class Break:
    """A break owed: its first slot lies `earliest` to `latest` slots after the shift's start."""

    kind: str
    slots: int
    paid: bool
    earliest: int
    latest: int


@dataclass(frozen=True)
class OwnShift:
    """A shift as somebody was promised it, inside the contract or not, its breaks in place."""

    start: int
    length: int
    breaks: tuple[Break, ...]


@dataclass(frozen=True)
class ContractRules:
    """What a contract allows, in slots; every range holds both of its ends."""

    name: str
    days_per_week: tuple[int, int]
    shift_lengths: tuple[int, ...]
    paid_slots_per_week: tuple[int, int]
    max_consecutive_days: int
    min_rest_slots: int
    start_every_slots: int
    breaks: Mapping[int, tuple[Break, ...]]
    own: tuple[OwnShift, ...] = ()  # beside the contract's shifts: what pins hold
    overtime_from: int | None = None  # paid slots of a week beyond which each costs
    overtime_slot: float = 0.0

    def paid(self, length: int) -> int:
        """Paid slots of a shift: 34 slots with an unpaid meal of 2 pay 32."""
        return length - sum(b.slots for b in self.breaks[length] if not b.paid)

    def overtime_cost(self, paid: int) -> float:
        """Cost of a week's overtime: 168 paid slots, 160 of them free, 0.5 each are 4."""
        if self.overtime_from is None:
            return 0.0
        return self.overtime_slot * max(0, paid - self.overtime_from)


@dataclass(frozen=True)
class Neighbours:
    """What lies around the horizon: `end` and `run` before it, `start` and `run_after` behind.

    end -8, run 3: three days worked in a row until 22:00 of the day before day 0.
    """

    end: int | None = None
    run: int = 0
    start: int | None = None
    run_after: int = 0
    on_queue: tuple[tuple[int, int], ...] = ()  # slots of a shift that runs into the first day


@dataclass(frozen=True)
class FixedActivity:
    """Training, a meeting: at work, inside a shift and outside its breaks, but not on the queue."""

    kind: str
    day: int  # the shift's day
    start: int
    slots: int


@dataclass(frozen=True)
class Agent:
    """One person: contract, days and hours that are impossible, queues that can be served."""

    id: str
    contract: str
    unavailable_days: frozenset[int]
    window: tuple[int, int]
    queues: tuple[str, ...]
    neighbours: Neighbours = Neighbours()
    activities: tuple[FixedActivity, ...] = ()
    hours: tuple[tuple[int, tuple[int, int]], ...] = ()  # (day, window) where a day has its own

    def window_on(self, day: int) -> tuple[int, int]:
        """Earliest start and latest end of a shift that starts on a day."""
        return dict(self.hours).get(day, self.window)

    @property
    def widest(self) -> tuple[int, int]:
        """The window that holds those of all days."""
        spans = [self.window, *(span for _, span in self.hours)]
        return min(a for a, _ in spans), max(b for _, b in spans)

    @property
    def busy(self) -> tuple[int, ...]:
        """Slots of the horizon spent in activities, in order."""
        return tuple(
            sorted(
                a.day * SLOTS + slot
                for a in self.activities
                for slot in range(a.start, a.start + a.slots)
            )
        )


@dataclass(frozen=True)
class Problem:
    """Requirement, people and rules of one to four weeks."""

    first_day: date
    days: int
    opening: tuple[tuple[int, int] | None, ...]  # of each day; None: closed
    grid_from: int  # starts lie on the grid counted from this slot
    requirement: Mapping[str, tuple[tuple[int, ...], ...]]  # queue -> days x 96
    understaffed_slot: float
    overstaffed_slot: float
    contracts: Mapping[str, ContractRules]
    agents: tuple[Agent, ...]

    @property
    def weeks(self) -> int:
        return self.days // 7

    @property
    def required_slots(self) -> int:
        """Agent-slots needed in all."""
        return sum(sum(row) for rows in self.requirement.values() for row in rows)


def read_problem(text: str, name: str = "problem") -> Problem:
    """The problem of a JSON text; `BadInput` says which field is wrong and how."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(f"{name} is not JSON: {error}.") from None
    return problem_of(data, name)


def problem_of(data: Any, name: str = "problem") -> Problem:
    """The problem of decoded JSON."""
    found = data.get("format") if isinstance(data, dict) else None
    if found not in FORMATS:
        raise BadInput(f"{name}: format is {found!r}; this command reads {' and '.join(FORMATS)}.")
    try:
        problem = _problem(data)
    except KeyError as error:
        raise BadInput(f"{name}: field {error.args[0]!r} is missing.") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise BadInput(f"{name}: a field has the wrong shape: {error}.") from None
    _check(problem, int(data.get("slot_minutes", 15)), name)
    return problem


def _problem(data: Mapping[str, Any]) -> Problem:
    days = int(data["days"])
    opening = _pair(data["opening"])
    by_day = data.get("opening_by_day") or [opening] * days
    shared = {int(k): _breaks(v) for k, v in data.get("breaks", {}).items()}
    contracts = {}
    for item in data["contracts"]:
        own = {int(k): _breaks(v) for k, v in item.get("breaks", {}).items()}
        lengths = tuple(int(n) for n in item["shift_lengths"])
        contracts[str(item["name"])] = ContractRules(
            name=str(item["name"]),
            days_per_week=_pair(item["days_per_week"]),
            shift_lengths=lengths,
            paid_slots_per_week=_pair(item["paid_slots_per_week"]),
            max_consecutive_days=int(item.get("max_consecutive_days", 99)),
            min_rest_slots=int(item.get("min_rest_slots", data["min_rest_slots"])),
            start_every_slots=int(item.get("start_every_slots", data["start_every_slots"])),
            breaks={n: own.get(n, shared.get(n, ())) for n in lengths},
        )
    return Problem(
        first_day=date.fromisoformat(data["first_day"]),
        days=days,
        opening=tuple(None if span is None else _pair(span) for span in by_day),
        grid_from=opening[0],
        requirement={
            str(queue): tuple(tuple(int(n) for n in row) for row in rows)
            for queue, rows in data["requirement"].items()
        },
        understaffed_slot=float(data["costs"]["understaffed_slot"]),
        overstaffed_slot=float(data["costs"]["overstaffed_slot"]),
        contracts=contracts,
        agents=tuple(_agent(item) for item in data["agents"]),
    )


def _agent(item: Mapping[str, Any]) -> Agent:
    before, after = item.get("before") or {}, item.get("after") or {}
    return Agent(
        id=str(item["id"]),
        contract=str(item["contract"]),
        unavailable_days=frozenset(int(d) for d in item.get("unavailable_days", ())),
        window=_pair(item["window"]),
        queues=tuple(sorted({str(q) for q in item["queues"]})),
        neighbours=Neighbours(
            before.get("end"), int(before.get("run", 0)), after.get("start"),
            int(after.get("run", 0)),
        ),
    )  # fmt: skip


def _breaks(items: Iterable[Mapping[str, Any]]) -> tuple[Break, ...]:
    return tuple(
        Break(
            str(b["kind"]), int(b["slots"]), bool(b["paid"]), int(b["earliest"]), int(b["latest"])
        )
        for b in items
    )


def _pair(value: Any) -> tuple[int, int]:
    low, high = value
    return int(low), int(high)


def _check(problem: Problem, slot_minutes: int, name: str) -> None:
    def refuse(text: str) -> None:
        raise BadInput(f"{name}: {text}")

    if slot_minutes != 15:
        refuse(f"slot_minutes is {slot_minutes}; only quarter-hours (15) are scheduled.")
    if problem.days not in (7, 14, 21, 28):
        refuse(f"days is {problem.days}; give 7, 14, 21 or 28.")
    if len(problem.opening) != problem.days:
        refuse(f"opening_by_day has {len(problem.opening)} entries for {problem.days} days.")
    for day, span in enumerate(problem.opening):
        if span is not None and not (0 <= span[0] < SLOTS and span[0] < span[1] <= 2 * SLOTS):
            refuse(f"day {day} opens {list(span)}; it begins in 0 to 95 and ends by 192.")
    for queue, rows in problem.requirement.items():
        if len(rows) != problem.days or any(len(row) != SLOTS for row in rows):
            refuse(f"requirement of {queue!r} must have {problem.days} rows of 96 slots.")
        if any(n < 0 for row in rows for n in row):
            refuse(f"requirement of {queue!r} has a negative number.")
    for rules in problem.contracts.values():
        if not 0 <= rules.min_rest_slots <= SLOTS:
            refuse(f"contract {rules.name!r} rests {rules.min_rest_slots} slots; give 0 to 96.")
        if rules.start_every_slots < 1:
            refuse(f"contract {rules.name!r} starts every {rules.start_every_slots} slots.")
        for length in rules.shift_lengths:
            if not 0 < length <= SLOTS:
                refuse(f"contract {rules.name!r} has a shift of {length} slots; give 1 to 96.")
            for b in rules.breaks[length]:
                if not 0 <= b.earliest <= b.latest <= length - b.slots or b.slots < 1:
                    refuse(
                        f"the {b.kind} of {b.slots} slots, {b.earliest} to {b.latest} after the "
                        f"start, does not fit in a shift of {length} slots."
                    )
    seen: set[str] = set()
    for agent in problem.agents:
        if agent.contract not in problem.contracts:
            refuse(f"agent {agent.id!r} has the contract {agent.contract!r}, which is not given.")
        if agent.id in seen:
            refuse(f"agent {agent.id!r} is given twice.")
        if not agent.queues:
            refuse(f"agent {agent.id!r} can serve no queue.")
        seen.add(agent.id)
