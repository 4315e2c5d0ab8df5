"""The independent check of a schedule: rules, cover and cost, from the two JSON documents alone.

It shares no code with the solver: it reads the files itself and asks the labour rules of
`wfm.domain.rules`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scheduling.flow import serve
from scheduling.verify_rules import check_data_rules
from scheduling.verify_soft import soft_of
from wfm.domain.contracts import BreakRule
from wfm.domain.errors import BadInput
from wfm.domain.rules.availability import check_availability
from wfm.domain.rules.break_windows import check_breaks
from wfm.domain.rules.consecutive_days import check_consecutive_days
from wfm.domain.rules.days_per_week import check_days_per_week
from wfm.domain.rules.duty import DAY_MINUTES, Duty, Rest, Violation
from wfm.domain.rules.rest import check_rest
from wfm.domain.rules.weekly_hours import check_weekly_hours

SLOTS, MINUTES = 96, 15


@dataclass(frozen=True)
class Broken:
    """A broken rule of one agent, as code and sentence; `agent` is empty for the bound.

    `day` counts from the first of the problem; of a rule of a whole week it is the week's first.
    """

    agent: str
    code: str
    sentence: str
    day: int | None = None


@dataclass(frozen=True)
class Shortfall:
    """Missing agents of one queue in one slot."""

    queue: str
    day: int
    slot: int
    missing: int


@dataclass(frozen=True)
class Verification:
    """What the check found."""

    broken: tuple[Broken, ...]
    required_slots: int
    understaffed_slots: int
    overstaffed_slots: int
    cost: float
    bound: float | None
    shortfalls: tuple[Shortfall, ...]
    soft: Mapping[str, float] = field(default_factory=dict)  # costs beside cover, by kind

    @property
    def gap_of_requirement_pct(self) -> float | None:
        """(cost - bound) / required slots in percent; None without a valid schedule or bound."""
        if self.broken or self.bound is None or not self.required_slots:
            return None
        return round(100 * (self.cost - self.bound) / self.required_slots, 4)


def verify(problem: Mapping[str, Any], solution: Mapping[str, Any]) -> Verification:
    """Broken rules, cover and cost of a solution document against its problem document."""
    try:
        return _verify(problem, solution)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise BadInput(
            f"The problem or the solution lacks a field or has one of the wrong shape: {error!r}."
        ) from None


def _verify(problem: Mapping[str, Any], solution: Mapping[str, Any]) -> Verification:
    agents = {a["id"]: a for a in problem["agents"]}
    shifts: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for shift in solution["shifts"]:
        shifts[shift["agent"]].append(shift)
    broken = [
        Broken(name, "unknown_agent", f"{name} is not in the problem")
        for name in sorted(shifts.keys() - agents.keys())
    ]
    contracts = {c["name"]: c for c in problem["contracts"]}
    published = {(s["agent"], s["day"]): s for s in problem.get("published", ())}
    duties: dict[str, list[Duty]] = {}
    for name, agent in agents.items():
        contract, own = contracts[agent["contract"]], shifts.get(name, ())
        promised = {day: s for (who, day), s in published.items() if who == name}
        duties[name], found = _check_agent(problem, contract, agent, own, promised)
        broken.extend(Broken(name, v.code, v.sentence, v.day) for v in found)
    required, served, on_duty, shortfalls = _cover(problem, agents, shifts)
    costs = problem["costs"]
    under, over = required - served, on_duty - served
    cost = under * costs["understaffed_slot"] + over * costs["overstaffed_slot"]
    bound = solution.get("bound")
    if not isinstance(bound, int | float) or bound != bound or bound > cost + 1e-6:
        broken.append(Broken("", "bound", f"bound {bound} is missing or above the cost {cost:g}"))
        bound = None
    return Verification(
        tuple(broken), required, under, over, round(cost, 3), bound, tuple(shortfalls),
        soft_of(problem, shifts, duties),
    )  # fmt: skip


def _check_agent(
    problem: Mapping[str, Any],
    contract: Mapping[str, Any],
    agent: Mapping[str, Any],
    shifts: Sequence[Mapping[str, Any]],
    published: Mapping[int, Mapping[str, Any]],
) -> tuple[list[Duty], list[Violation]]:
    days = problem["days"]
    found: list[Violation] = []
    duties = []
    for shift in sorted(shifts, key=lambda s: (s["day"], s["start"])):
        day, length = shift["day"], shift["length"]
        promised = _promised(agent, shift, published.get(day))
        if 0 <= day < days and promised is not None:
            # What was promised stands, whatever the contract says of its length and hours.
            duties.append(_duty(problem, contract, shift, promised))
            continue
        if not 0 <= day < days or length not in contract["shift_lengths"]:
            found.append(
                Violation(
                    "shift_length_or_day",
                    day,
                    f"a shift of {length} slots on day {day}; allowed are "
                    f"{contract['shift_lengths']} on days 0 to {days - 1}",
                )
            )
            continue
        duty = _duty(problem, contract, shift)
        duties.append(duty)
        found.extend(_check_duty(problem, contract, agent, duty))
    counted = Counter(d.day for d in duties)
    found.extend(
        Violation("two_shifts_in_a_day", day, f"{n} shifts on day {day}")
        for day, n in counted.items()
        if n > 1
    )
    before, after = agent.get("before") or {}, agent.get("after") or {}
    weeks = days // 7
    low, high = contract["days_per_week"]
    found.extend(check_days_per_week(duties, weeks, (low, high)))
    least, most = contract["paid_slots_per_week"]
    most += contract.get("overtime_slots_per_week", 0)
    found.extend(check_weekly_hours(duties, weeks, (least * MINUTES, most * MINUTES)))
    found.extend(
        check_consecutive_days(
            duties,
            contract.get("max_consecutive_days", 99),
            run_before=before.get("run", 0),
            run_after=after.get("run", 0),
            days=days,
        )
    )
    rest = contract.get("min_rest_slots", problem["min_rest_slots"])
    around = list(duties)
    if before.get("end") is not None:
        end = before["end"] * MINUTES + DAY_MINUTES
        around.append(Duty(-1, end - 1, end, 0))
    if after.get("start") is not None:
        start = after["start"] * MINUTES
        around.append(Duty(days, start, start + 1, 0))
    found.extend(check_rest(around, rest * MINUTES))
    found.extend(check_data_rules(problem, contract, agent, duties, shifts))
    return duties, found


def _promised(
    agent: Mapping[str, Any], shift: Mapping[str, Any], published: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """The pin, or the published shift, that a shift equals with its breaks in place."""
    pins = [p for p in agent.get("pins", ()) if p["day"] == shift["day"] and not p.get("off")]
    places = _places(shift)
    known: Mapping[str, Any]
    for known in [*pins, *([] if published is None else [published])]:
        same = (known["start"], known["length"]) == (shift["start"], shift["length"])
        if same and known.get("breaks") is not None and _places(known) == places:
            return known
    return None


def _places(shift: Mapping[str, Any]) -> list[tuple[int, int]]:
    return sorted((b["start"], b["slots"]) for b in shift.get("breaks", ()))


def _check_duty(
    problem: Mapping[str, Any],
    contract: Mapping[str, Any],
    agent: Mapping[str, Any],
    duty: Duty,
) -> list[Violation]:
    by_day = problem.get("opening_by_day")
    opening = by_day[duty.day] if by_day else problem["opening"]
    first, end = agent.get("hours_by_day", {}).get(str(duty.day), agent["window"])
    found = [
        *check_availability(
            duty,
            agent.get("unavailable_days", ()),
            (first * MINUTES, end * MINUTES),
            None if opening is None else (opening[0] * MINUTES, opening[1] * MINUTES),
        ),
        *check_breaks(
            duty,
            [
                BreakRule(
                    b["kind"],
                    b["slots"] * MINUTES,
                    b["paid"],
                    b["earliest"] * MINUTES,
                    b["latest"] * MINUTES,
                )
                for b in _owed(problem, contract, (duty.end - duty.start) // MINUTES)
            ],
        ),
    ]
    step = contract.get("start_every_slots", problem["start_every_slots"])
    if duty.start >= DAY_MINUTES or (duty.start // MINUTES - problem["opening"][0]) % step:
        found.append(
            Violation(
                "start_off_grid",
                duty.day,
                f"a start at slot {duty.start // MINUTES}; starts are every {step} slots from "
                f"slot {problem['opening'][0]}",
            )
        )
    return found


def _duty(
    problem: Mapping[str, Any],
    contract: Mapping[str, Any],
    shift: Mapping[str, Any],
    promised: Mapping[str, Any] | None = None,
) -> Duty:
    start, length = shift["start"], shift["length"]
    unpaid = sum(b["slots"] for b in _owed(problem, contract, length) if not b["paid"])
    if promised is not None:
        kinds = {b["kind"] for plan in _plans(problem, contract) for b in plan if not b["paid"]}
        unpaid = sum(
            b["slots"] for b in promised["breaks"] if not b.get("paid", b["kind"] not in kinds)
        )
    return Duty(
        day=shift["day"],
        start=start * MINUTES,
        end=(start + length) * MINUTES,
        paid=(length - unpaid) * MINUTES,
        rests=tuple(
            Rest(b["kind"], (b["start"] - start) * MINUTES, b["slots"] * MINUTES)
            for b in shift.get("breaks", ())
        ),
    )


def _owed(
    problem: Mapping[str, Any], contract: Mapping[str, Any], length: int
) -> Sequence[Mapping[str, Any]]:
    own = contract.get("breaks", {})
    shared = problem.get("breaks", {})
    owed: Sequence[Mapping[str, Any]] = own.get(str(length), shared.get(str(length), ()))
    return owed


def _plans(
    problem: Mapping[str, Any], contract: Mapping[str, Any]
) -> Iterator[Sequence[Mapping[str, Any]]]:
    for length in contract["shift_lengths"]:
        yield _owed(problem, contract, length)


def _cover(
    problem: Mapping[str, Any],
    agents: Mapping[str, Mapping[str, Any]],
    shifts: Mapping[str, Sequence[Mapping[str, Any]]],
) -> tuple[int, int, int, list[Shortfall]]:
    """Agent-slots needed, served and on duty, and what is missing where."""
    working: dict[int, Counter[tuple[str, ...]]] = defaultdict(Counter)  # by slot of the horizon
    for name, agent in agents.items():
        skills = tuple(sorted(set(agent["queues"])))
        if skills:
            for at in _on_queue(agent, shifts.get(name, ())):
                working[at][skills] += 1
    required = served = on_duty = 0
    shortfalls: list[Shortfall] = []
    for day in range(problem["days"]):
        for t in range(SLOTS):
            need = {q: rows[day][t] for q, rows in problem["requirement"].items()}
            staff = working.get(day * SLOTS + t, Counter())
            given = serve(staff, need)
            required += sum(need.values())
            served += sum(given.values())
            on_duty += staff.total()
            shortfalls.extend(
                Shortfall(q, day, t, n - given[q]) for q, n in need.items() if n > given[q]
            )
    return required, served, on_duty, shortfalls


def _on_queue(agent: Mapping[str, Any], shifts: Sequence[Mapping[str, Any]]) -> Iterator[int]:
    """Slots of the horizon that an agent spends on the queue."""
    for first, end in (agent.get("before") or {}).get("on_queue", ()):
        yield from range(first, end)
    for shift in shifts:
        begin = shift["day"] * SLOTS
        away = {
            begin + t
            for b in (*shift.get("breaks", ()), *shift.get("activities", ()))
            for t in range(b["start"], b["start"] + b["slots"])
        }
        for at in range(begin + shift["start"], begin + shift["start"] + shift["length"]):
            if at not in away:
                yield at
