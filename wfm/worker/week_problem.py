"""The scheduling problem of a site's week, from what the store knows about it.

Slots are quarters of the site's local day; they become instants again when a plan is published.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from wfm.domain.contracts import Contract
from wfm.domain.errors import BadInput, InfeasibleSchedule, MissingFacts
from wfm.domain.grid import QUARTER_S, day_start, local_day, local_slot
from wfm.domain.language import say
from wfm.domain.opening import OpeningHours, parse_opening
from wfm.domain.organisation import Organisation, Person
from wfm.domain.periods import Period, week_of
from wfm.domain.schedules import Shift
from wfm.domain.scope import Scope
from wfm.store.files import FileStore
from wfm.store.readers.contracts import TimeOff, read_contracts, read_time_off
from wfm.store.readers.organisation import read_organisation
from wfm.store.readers.plans import StoredRequirement, read_requirement
from wfm.store.readers.policy import read_policy
from wfm.store.readers.rules import activity_codes
from wfm.store.readers.schedules import read_shifts
from wfm.worker.contract_rules import SLOT, contract_json, contract_name, standard_contract
from wfm.worker.week_drafted import with_draft
from wfm.worker.week_policy import lay_policy
from wfm.worker.week_published import lay_published, published_week, shift_slots

DAYS, SLOTS = 7, 96
COSTS = {"understaffed_slot": 1.0, "overstaffed_slot": 0.4}
MIN_REST_SLOTS = 44


@dataclass
class WeekProblem:
    """The problem document, and what had to be assumed or left out, as sentences."""

    document: dict[str, Any]
    notes: tuple[str, ...]
    rq_version: int


@dataclass
class _Notes:
    """People behind each assumption, so that it is told once with a number."""

    standard: list[str] = field(default_factory=list)
    all_groups: list[str] = field(default_factory=list)
    no_group: list[str] = field(default_factory=list)
    reduced: list[str] = field(default_factory=list)

    def sentences(self) -> Iterator[str]:
        for people, text in (
            (self.standard, "have no contract; five equal days of their weekly hours are used"),
            (self.all_groups, "have no skills recorded; they may serve every group"),
            (self.no_group, "serve no group with a requirement and are left out"),
            (self.reduced, "have days off, which count as worked"),
        ):
            if people:
                names = ", ".join(people[:5]) + (" ..." if len(people) > 5 else "")
                yield f"{len(people)} people {text}: {names}."


@dataclass(frozen=True)
class Keep:
    """The published week is where a plan starts from: changes cost, days before a date are fast."""

    freeze_until: date | None = None


def week_problem(
    connection: Connection,
    files: FileStore,
    unit: str,
    week: str,
    absence: float = 0.0,
    keep: Keep | None = None,
    follows: int | None = None,
) -> WeekProblem:
    """The problem of a site and week, from its newest requirement and its planning policy.

    `absence` 0.08 raises the requirement by 1 / 0.92 for people who will be away unplanned;
    breaks are planned by the schedule itself and never counted in it. With `keep` the shifts in
    force are part of it, what changes them has its price, and pins are held. With `follows`, the
    number of a draft of a week before, rest and runs of days are counted from that draft.
    """
    if not 0 <= absence < 0.9:
        raise BadInput(say("Absence is {absence:.0%}; give 0 to 90 %.", absence=absence))
    period = week_of_text(week)
    organisation = read_organisation(connection, Scope(unit))
    zone = organisation.zone(unit)
    requirement = read_requirement(connection, Scope(unit), files, unit, week)
    if requirement is None:
        raise MissingFacts(
            say(
                "No requirement for {unit} in {week}: run `wfm plan require --unit {unit} "
                "--week {week}` first.",
                unit=unit,
                week=week,
            )
        )
    opening = week_opening(parse_opening(organisation.unit(unit).opening_hours), period.first)
    if not any(opening):
        raise InfeasibleSchedule(
            say("Site {unit} is closed on every day of {week}.", unit=unit, week=week)
        )
    need = week_need(requirement, period, zone, absence)
    notes = _Notes()
    around = _neighbours(connection, unit, period, zone, follows)
    away = read_time_off(
        connection, Scope(unit), day_start(period.first, zone), day_start(period.end, zone)
    )
    contracts = read_contracts(connection, Scope(unit), period.first)
    used: dict[str, Mapping[str, Any]] = {}
    known_as: dict[str, str] = {}
    hours: dict[str, float] = {}
    days_off: dict[str, frozenset[int]] = {}
    agents = []
    for person, employed in _people(organisation, unit, period, zone):
        queues = _groups(organisation, person, tuple(need), notes)
        if not queues:
            continue
        rules = _contract(contracts, person, notes)
        off = _days_off(person, away, period, zone) | (set(range(DAYS)) - employed)
        credited = sum(opening[day] is not None for day in off)
        if credited:
            notes.reduced.append(person.display_name)
        name = contract_name(rules, credited)
        used.setdefault(name, contract_json(rules, credited))
        known_as[name] = rules.contract_id
        hours[person.agent_id] = rules.weekly_minutes[1] / 60
        days_off[person.agent_id] = frozenset(off)
        agents.append(
            {
                "id": person.agent_id,
                "contract": name,
                "unavailable_days": sorted(off),
                "window": [-(-rules.window[0] // SLOT), rules.window[1] // SLOT],
                "queues": sorted(queues),
                **around.get(person.agent_id, {}),
            }
        )
    if not agents:
        raise InfeasibleSchedule(
            say(
                "Nobody at {unit} can be scheduled in {week}: load people.csv with skills that "
                "match the groups {names}.",
                unit=unit,
                week=week,
                names=", ".join(need),
            )
        )
    spans = [span for span in opening if span is not None]
    document = {
        "format": "wfm-scheduling-problem/2",
        "slot_minutes": SLOT,
        "first_day": str(period.first),
        "days": DAYS,
        "opening": [min(a for a, _ in spans), max(b for _, b in spans)],
        "opening_by_day": [None if span is None else list(span) for span in opening],
        "min_rest_slots": MIN_REST_SLOTS,
        "start_every_slots": 2,
        "costs": COSTS,
        "requirement": need,
        "contracts": [used[name] for name in sorted(used)],
        "breaks": {},
        "agents": agents,
    }
    policy = read_policy(connection, Scope(unit)).document
    lay_policy(
        connection, document, policy, unit=unit, period=period, zone=zone, contract_of=known_as,
        hours_of=hours,
    )  # fmt: skip
    if keep is not None:
        lay_published(
            document,
            published_week(
                connection, unit, period, zone, days_off, days_off, keep.freeze_until
            ),
            policy["change_costs"],
        )  # fmt: skip
    return WeekProblem(document, tuple(notes.sentences()), requirement.rq_version)


def week_of_text(week: str) -> Period:
    """The week of `2026-W42`; `BadInput` when there is none."""
    try:
        return week_of(week)
    except ValueError:
        raise BadInput(
            say("Week {week!r} does not exist; write it like 2026-W42.", week=week)
        ) from None


def week_opening(hours: OpeningHours, monday: date) -> list[tuple[int, int] | None]:
    spans: list[tuple[int, int] | None] = []
    for i in range(DAYS):
        span = hours.shift_span((monday + timedelta(days=i)).weekday())
        spans.append(None if span is None else (-(-span[0] // SLOT), span[1] // SLOT))
    return spans


def week_need(
    requirement: StoredRequirement, period: Period, zone: str, absence: float
) -> dict[str, list[list[int]]]:
    """Whole agents per group, day and local quarter; of an hour that comes twice the larger."""
    need: dict[str, list[list[int]]] = {}
    for group, q, required_m in requirement.frame.sort("group", "q").iter_rows():
        if required_m is None:
            continue
        at = q * QUARTER_S
        day = (local_day(at, zone) - period.first).days
        if not 0 <= day < DAYS:
            continue
        rows = need.setdefault(group, [[0] * SLOTS for _ in range(DAYS)])
        heads = math.ceil(round(required_m / 1000 / (1 - absence), 6))
        slot = local_slot(at, zone)
        rows[day][slot] = max(rows[day][slot], heads)
    if not need:
        raise MissingFacts(
            say(
                "Requirement {rq_version} holds no figure for the week of {first}; run `wfm "
                "plan require` again.",
                rq_version=requirement.rq_version,
                first=period.first,
            )
        )
    return need


def _people(
    organisation: Organisation, unit: str, period: Period, zone: str
) -> Iterator[tuple[Person, set[int]]]:
    """Agents of the site with the days of the week on which they are employed there."""
    days: dict[str, tuple[Person, set[int]]] = {}
    for i in range(DAYS):
        day = period.first + timedelta(days=i)
        noon = day_start(day, zone) + 12 * 3600
        for person in organisation.agents(noon, Scope(unit)):
            hired = person.hire_on is None or person.hire_on <= day
            left = person.leave_on is not None and person.leave_on <= day
            if hired and not left and person.valid_from_at <= noon:
                days.setdefault(person.agent_id, (person, set()))[1].add(i)
    yield from (days[agent_id] for agent_id in sorted(days))


def _groups(
    organisation: Organisation, person: Person, needed: tuple[str, ...], notes: _Notes
) -> set[str]:
    """The groups with a requirement that somebody can serve."""
    if not person.skills:
        notes.all_groups.append(person.display_name)
        return set(needed)
    group_of = {queue.queue_id: queue.skill_group for queue in organisation.queues}
    names = {name for name, level in person.skills if level > 0}
    found = {group_of.get(name, name) for name in names} & set(needed)
    if not found:
        notes.no_group.append(person.display_name)
    return found


def _contract(contracts: Mapping[str, Contract], person: Person, notes: _Notes) -> Contract:
    known = contracts.get(person.contract_id or "")
    if known is None:
        notes.standard.append(person.display_name)
        return standard_contract(person.weekly_hours)
    return known


def _days_off(person: Person, away: tuple[TimeOff, ...], period: Period, zone: str) -> set[int]:
    """Days on which granted time off takes any part of the local day."""
    days: set[int] = set()
    for off in away:
        if off.agent_id == person.agent_id:
            first = (local_day(off.start_at, zone) - period.first).days
            last = (local_day(off.end_at - 1, zone) - period.first).days
            days |= set(range(max(0, first), min(DAYS - 1, last) + 1))
    return days


def _neighbours(
    connection: Connection, unit: str, period: Period, zone: str, follows: int | None
) -> dict[str, dict[str, Any]]:
    """What the published shifts of the weeks before and after leave open, for each agent."""
    before = read_shifts(connection, Scope(unit), period.first - timedelta(days=14), period.first)
    if follows is not None:
        before = with_draft(connection, unit, zone, follows, before, period.first)
    after = read_shifts(connection, Scope(unit), period.end, period.end + timedelta(days=14))
    begin, end = day_start(period.first, zone), day_start(period.end, zone)
    found: dict[str, dict[str, Any]] = {}
    eve = period.first - timedelta(days=1)
    known = {activity.code: activity for activity in activity_codes(connection)}
    for agent, shifts in _by_agent(before).items():
        last = max(shifts, key=lambda s: s.end_at)
        run = _run({s.shift_on for s in shifts}, eve, -1)
        around: dict[str, Any] = {"end": -(-(last.end_at - begin) // QUARTER_S), "run": run}
        if last.shift_on == eve:
            made, held = shift_slots(last.segments, eve, zone, known)
            around["shift"] = [made["start"], made["length"]]
            around |= _spill(made, held)
        found.setdefault(agent, {})["before"] = around
    for agent, shifts in _by_agent(after).items():
        first = min(shifts, key=lambda s: s.start_at)
        run = _run({s.shift_on for s in shifts}, period.end, 1)
        around = {"start": (first.start_at - end) // QUARTER_S, "run": run}
        if first.shift_on == period.end:
            made, _ = shift_slots(first.segments, period.end, zone, known)
            around["shift"] = [made["start"], made["length"]]
        found.setdefault(agent, {})["after"] = around
    return found


def _spill(made: Mapping[str, Any], held: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Spans on the queue after midnight of a shift that runs into the week's first day."""
    away = {
        slot
        for item in (*made["breaks"], *held)
        for slot in range(item["start"], item["start"] + item["slots"])
    }
    slots = [
        slot - SLOTS
        for slot in range(max(SLOTS, made["start"]), made["start"] + made["length"])
        if slot not in away
    ]
    spans = [[slot, slot + 1] for slot in slots]
    return {"on_queue": spans} if spans else {}


def _by_agent(shifts: tuple[Shift, ...]) -> dict[str, list[Shift]]:
    own: dict[str, list[Shift]] = {}
    for shift in shifts:
        own.setdefault(shift.agent_id, []).append(shift)
    return own


def _run(days: set[date], day: date, step: int) -> int:
    run = 0
    while day in days:
        run, day = run + 1, day + timedelta(days=step)
    return run
