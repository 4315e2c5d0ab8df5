"""A week's schedule measured against its requirement: cover, cost, service level, broken rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kpis.explain.naming import group_name
from scheduling.flow import serve
from scheduling.level import forecast_level
from scheduling.requirement import QueueDemand
from wfm.domain.errors import MissingFacts
from wfm.domain.grid import QUARTER_S, day_quarters, days_between
from wfm.domain.language import say, to_say
from wfm.domain.organisation import Organisation, Person
from wfm.domain.periods import Period
from wfm.domain.plan_measures import DayCover, RuleState, WeekMeasures
from wfm.domain.rules import (
    availability,
    break_windows,
    consecutive_days,
    days_per_week,
    rest,
    weekly_hours,
)
from wfm.domain.rules.week import check_week, shortest_rest, told
from wfm.queries.roster_rules import RosterWeek, Week
from wfm.store.readers.plans import StoredRequirement

Ints = NDArray[np.int64]
UNDER, OVER = 1.0, 0.4
HALF = QUARTER_S // 2
MOST_VIOLATIONS = 40
RULES = (
    (rest.CODE, to_say("Rest between shifts")),
    (weekly_hours.CODE, to_say("Contract hours of the week")),
    (days_per_week.CODE, to_say("Days a week")),
    (consecutive_days.CODE, to_say("Days in a row")),
    (break_windows.CODE, to_say("Breaks inside their window")),
    ("shift_length", to_say("Shift length of the contract")),
    (availability.CLOSED, to_say("Inside opening hours")),
    (availability.WINDOW, to_say("Inside the contract's window")),
    (availability.UNAVAILABLE, to_say("Days off kept free")),
)


@dataclass(frozen=True)
class Served:
    """People at work of a site's week, quarter by quarter: needed, short, and too many."""

    need: Ints
    short: Ints
    over: Ints
    by_group: Mapping[str, Ints] | None  # None: agents serve several groups


def measure_week(
    roster: RosterWeek,
    organisation: Organisation,
    requirement: StoredRequirement,
    demands: Mapping[str, QueueDemand],
    shifts: Mapping[str, Week],
    changes: Sequence[int],
    is_open: NDArray[np.bool_],
) -> WeekMeasures:
    """The measures of shifts, by person and day, for a site's week.

    Cost is 1.0 an agent missing in a quarter-hour and 0.4 one too many, as the optimiser counts.
    """
    quarters = [
        q
        for day in days_between(roster.period.first, roster.period.end)
        for q in day_quarters(day, roster.zone)
    ]
    need = whole_need(requirement, quarters)
    groups = {
        agent_id: groups_of(organisation, person, tuple(need))
        for agent_id, person in roster.people.items()
    }
    served = served_by(_staff(roster, shifts, groups, quarters), need, len(quarters))
    level, under, note = _level(organisation, requirement, demands, served, is_open, roster)
    rules, sentences, broken = _rules(roster, shifts)
    paid, overtime = _hours(roster, shifts)
    short, over = int(served.short.sum()), int(served.over.sum())
    return WeekMeasures(
        rq_version=requirement.rq_version,
        required=int(served.need.sum()),
        short=short,
        over=over,
        cost=round(short * UNDER + over * OVER, 1),
        days=cover_by_day(roster.period, roster.zone, served, quarters[0]),
        agents=sum(any(week.values()) for week in shifts.values()),
        shifts=sum(bool(segments) for week in shifts.values() for segments in week.values()),
        paid_hours=paid,
        overtime_hours=overtime,
        service_level=level,
        service_days_under=under,
        service_note=note,
        violations=tuple(sentences[:MOST_VIOLATIONS]),
        violations_n=broken,
        rules=rules,
        changes=tuple(changes),
    )


def groups_of(
    organisation: Organisation, person: Person, needed: tuple[str, ...]
) -> tuple[str, ...]:
    """The groups with a requirement that a person can serve; all of them without skills."""
    if not person.skills:
        return needed
    group_of = {queue.queue_id: queue.skill_group for queue in organisation.queues}
    names = {group_of.get(name, name) for name, level in person.skills if level > 0}
    return tuple(sorted(names & set(needed)))


def whole_need(requirement: StoredRequirement, quarters: Sequence[int]) -> dict[str, Ints]:
    """Whole agents needed by group and quarter: 3.2 need 4."""
    first = quarters[0]
    rows = requirement.frame.filter(
        pl.col("required_m").is_not_null(), pl.col("q").is_between(first, quarters[-1])
    )
    need: dict[str, Ints] = {}
    for group, q, required_m in rows.sort("group", "q").iter_rows():
        own = need.setdefault(group, np.zeros(len(quarters), dtype=np.int64))
        own[q - first] = -(-required_m // 1000)
    if not need:
        raise MissingFacts(
            say(
                "Requirement {rq_version} holds no figure of this week; run it again.",
                rq_version=requirement.rq_version,
            )
        )
    return need


def _staff(
    roster: RosterWeek,
    shifts: Mapping[str, Week],
    groups: Mapping[str, tuple[str, ...]],
    quarters: Sequence[int],
) -> dict[tuple[str, ...], Ints]:
    """Agents on queue by the groups that they serve, quarter by quarter."""
    first, length = quarters[0], len(quarters)
    staff: dict[tuple[str, ...], Ints] = defaultdict(lambda: np.zeros(length, dtype=np.int64))
    for agent_id, week in shifts.items():
        skills = groups.get(agent_id, ())
        if not skills:
            continue
        heads = staff[skills]
        for segments in week.values():
            for segment in segments:
                if roster.category(segment.activity) == "on_queue":
                    # Who is there for the larger part of a quarter-hour counts in it.
                    begin = (segment.start_at + HALF) // QUARTER_S - first
                    end = (segment.end_at + HALF) // QUARTER_S - first
                    heads[max(0, begin) : max(0, end)] += 1
    return staff


def served_by(
    staff: Mapping[tuple[str, ...], Ints], need: Mapping[str, Ints], length: int
) -> Served:
    """Whom so many agents, by the groups that they serve, leave short and over."""
    total: Ints = np.sum(list(need.values()), axis=0)
    if all(len(skills) == 1 for skills in staff):
        empty = np.zeros(length, dtype=np.int64)
        have = {group: staff.get((group,), empty) for group in need}
        short = [np.maximum(need[group] - have[group], 0) for group in need]
        over = [np.maximum(have[group] - need[group], 0) for group in need]
        return Served(total, np.sum(short, axis=0), np.sum(over, axis=0), have)
    short_, over_ = np.zeros(length, dtype=np.int64), np.zeros(length, dtype=np.int64)
    for at in range(length):
        there = Counter({skills: int(heads[at]) for skills, heads in staff.items() if heads[at]})
        given = serve(there, {group: int(rows[at]) for group, rows in need.items()})
        served = sum(given.values())
        short_[at], over_[at] = total[at] - served, there.total() - served
    return Served(total, short_, over_, None)


def cover_by_day(period: Period, zone: str, served: Served, first: int) -> tuple[DayCover, ...]:
    """The quarters of a week, which begin with quarter `first`, day by day."""
    found = []
    for day in days_between(period.first, period.end):
        inside = day_quarters(day, zone)
        span = slice(inside[0] - first, inside[-1] + 1 - first)
        found.append(
            DayCover(
                day,
                inside[0],
                tuple(served.need[span].tolist()),
                tuple(served.short[span].tolist()),
                tuple(served.over[span].tolist()),
            )
        )
    return tuple(found)


def _level(
    organisation: Organisation,
    requirement: StoredRequirement,
    demands: Mapping[str, QueueDemand],
    served: Served,
    is_open: NDArray[np.bool_],
    roster: RosterWeek,
) -> tuple[float | None, int | None, str]:
    """Service level forecast in percent, days under target, or why it cannot be told."""
    if served.by_group is None:
        return (
            None, None, say("agents serve several groups; who takes which contact is not modelled")
        )  # fmt: skip
    known = {row["group"]: row for row in (requirement.summary or {}).get("groups", ())}
    group_of = {queue.queue_id: queue.skill_group for queue in organisation.queues}
    contacts = np.zeros(len(is_open))
    in_time = np.zeros(len(is_open))
    wanted = np.zeros(len(is_open))
    for group, heads in served.by_group.items():
        members = [demand for q, demand in demands.items() if group_of.get(q) == group]
        row = known.get(group)
        if row is None or not members:
            name = group_name(organisation, group)
            return None, None, say("the forecast of {name} is not known", name=name)
        found = forecast_level(members, is_open, row.get("patience_s"), heads.astype(np.float64))
        if found is None:
            name = group_name(organisation, group)
            return None, None, say("{name} also does work that may wait", name=name)
        seen = np.isfinite(found.level)
        contacts += np.where(seen, found.contacts, 0.0)
        in_time += np.where(seen, found.contacts * np.nan_to_num(found.level), 0.0)
        wanted += np.where(seen, found.contacts * found.target, 0.0)
    if contacts.sum() <= 0:
        return None, None, say("no contacts are forecast")
    under, at = 0, 0
    for day in days_between(roster.period.first, roster.period.end):
        span = slice(at, at + len(day_quarters(day, roster.zone)))
        at = span.stop
        under += bool(contacts[span].sum() > 0 and in_time[span].sum() < wanted[span].sum() - 1e-9)
    return 100 * float(in_time.sum() / contacts.sum()), under, ""


def _rules(
    roster: RosterWeek, shifts: Mapping[str, Week]
) -> tuple[tuple[RuleState, ...], list[str], int]:
    broken: dict[str, set[str]] = defaultdict(set)
    sentences: list[str] = []
    total, people, shortest, longest = 0, 0, None, 0
    paid: list[int] = []
    for agent_id in sorted(roster.people):
        week = shifts.get(agent_id, {})
        if not any(week.values()) and agent_id not in roster.worked:
            continue
        people += 1
        person = roster.person_week(agent_id, week)
        gap = shortest_rest(person.elapsed)
        if gap is not None:
            shortest = gap if shortest is None else min(shortest, gap)
        longest = max(longest, len(person.duties))
        paid.append(sum(duty.paid for duty in person.duties))
        for violation in check_week(person):
            total += 1
            broken[violation.code].add(agent_id)
            name = roster.people[agent_id].display_name
            sentences.append(f"{name}, {told(violation, roster.period.first)}")
    extremes = {
        rest.CODE: ""
        if shortest is None
        else say("shortest {time}", time=f"{shortest // 60} h {shortest % 60:02d}"),
        weekly_hours.CODE: say("{low:.1f} to {high:.1f} h", low=min(paid) / 60, high=max(paid) / 60)
        if paid
        else "",
        days_per_week.CODE: say("at most {n}", n=longest),
    }
    states = tuple(
        RuleState(code, words, people, len(broken.get(code, ())), extremes.get(code, ""))
        for code, words in RULES
    )
    return states, sentences, total


def _hours(roster: RosterWeek, shifts: Mapping[str, Week]) -> tuple[float, float]:
    """Paid hours of the week, and those beyond each person's contract."""
    paid = overtime = 0.0
    for agent_id, week in shifts.items():
        seconds = sum(s.seconds for segments in week.values() for s in segments if s.paid)
        paid += seconds / 3600
        contract = roster.contracts.get(agent_id)
        if contract is not None:
            overtime += max(0.0, seconds / 3600 - contract.weekly_minutes[1] / 60)
    return round(paid, 2), round(overtime, 2)
