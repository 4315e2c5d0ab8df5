"""A week's measures with a draft or with the shifts in force, and the staffing behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from scheduling.requirement import QueueDemand
from wfm.actions.plan_shifts import planned_shifts
from wfm.domain.activities import Segment
from wfm.domain.errors import MissingFacts, WfmError
from wfm.domain.grid import day_start
from wfm.domain.language import say
from wfm.domain.organisation import Queue
from wfm.domain.periods import week_of
from wfm.domain.plan_measures import WeekMeasures
from wfm.domain.scope import Scope
from wfm.domain.what_if import GroupStaffing
from wfm.queries.planning import week_name
from wfm.queries.roster_rules import RosterWeek, Week, by_person
from wfm.store.dimensions import known_keys
from wfm.store.files import FileStore
from wfm.store.readers.organisation import read_organisation
from wfm.store.readers.plan_versions import forecast_by_number, version_rows
from wfm.store.readers.plans import read_plan_documents, read_requirement
from wfm.store.readers.policy import read_policy
from wfm.store.readers.schedules import read_changed_history
from wfm.worker.queue_history import unit_queues
from wfm.worker.require_job import open_quarters, queue_demands
from wfm.worker.week_fairness import wages_of
from wfm.worker.week_measures import measure_week
from wfm.worker.what_if import week_staffing


def measure_plan(
    connection: Connection,
    files: FileStore,
    unit: str,
    roster: RosterWeek,
    drafted: Mapping[str, Week] | None,
    edits: Mapping[str, Week] | None = None,
) -> WeekMeasures | None:
    """The measures of a draft's shifts, or without them of those in force with these edits.

    None when the week has no requirement, or no shift.
    """
    scope, week = Scope(unit), week_name(roster.period.first)
    live = {agent: roster.in_force(agent) for agent in roster.shifts}
    live = {agent: shifts for agent, shifts in live.items() if shifts}
    for agent, changed in (edits or {}).items():
        live[agent] = {**live.get(agent, {}), **changed}
    if drafted is None:
        shifts: Mapping[str, Week] = live
        # A shift of one version is as it was published; the others begin with their baseline.
        history = read_changed_history(connection, scope, roster.period.first, roster.period.end)
        first = by_person(reversed(history))
        now = {
            agent: {day: live.get(agent, {}).get(day, ()) for day in days}
            for agent, days in first.items()
        }
        changes = changed_starts(first, now)
    else:
        # Who is no longer in the problem keeps the shift in force, as publication does.
        shifts = {**live, **drafted}
        changes = changed_starts(live, shifts)
    if not shifts:
        return None
    requirement = read_requirement(connection, scope, files, unit, week)
    if requirement is None:
        return None
    organisation = read_organisation(connection, scope)
    quarters, is_open = open_quarters(organisation, unit, roster.period)
    queues = unit_queues(organisation, unit, day_start(roster.period.first, roster.zone))
    demands = _demands(connection, files, requirement.fc_version, queues, quarters)
    found = measure_week(roster, organisation, requirement, demands, shifts, changes, is_open)
    policy = read_policy(connection, scope).document
    return replace(found, wages=wages_of(roster, shifts, policy))


def group_staffing(
    connection: Connection, files: FileStore, unit: str, week: str
) -> tuple[GroupStaffing, ...]:
    """Each skill group's busiest quarter-hour of a site's week; empty without a requirement."""
    scope = Scope(unit)
    requirement = read_requirement(connection, scope, files, unit, week)
    if requirement is None:
        return ()
    organisation, period = read_organisation(connection, scope), week_of(week)
    quarters, is_open = open_quarters(organisation, unit, period)
    start_at = day_start(period.first, organisation.zone(unit))
    queues = unit_queues(organisation, unit, start_at)
    demands = _demands(connection, files, requirement.fc_version, queues, quarters)
    members: dict[str, list[QueueDemand]] = {}
    for queue in queues:
        if queue.queue_id in demands:
            members.setdefault(queue.skill_group, []).append(demands[queue.queue_id])
    summary = {row["group"]: row for row in (requirement.summary or {}).get("groups", ())}
    return week_staffing(members, summary, quarters, is_open)


def _demands(
    connection: Connection, files: FileStore, fc_version: int, queues: Sequence[Queue],
    quarters: list[int],
) -> Mapping[str, QueueDemand]:  # fmt: skip
    """The forecast behind a requirement, by queue; empty when it is not known any more."""
    try:
        forecast = forecast_by_number(connection, fc_version)
        rows = version_rows(files, forecast.file, "fc_version", forecast.fc_version)
        names = {number: name for name, number in known_keys(connection, "queue").items()}
        queue = rows["queue"].cast(int).replace_strict(names, default=None)
        return queue_demands(queues, rows.with_columns(queue.alias("queue")), quarters)
    except WfmError:
        return {}


def drafted_shifts(
    connection: Connection, roster: RosterWeek, scope: Scope, plan_id: int
) -> dict[str, Week]:
    """The shifts of a draft by person and day; `MissingFacts` when it is gone."""
    documents = read_plan_documents(connection, scope, plan_id)
    if documents is None:
        raise MissingFacts(
            say("Plan {plan_id} is not known here any more; load the page again.", plan_id=plan_id)
        )
    problem, solution = documents
    in_force = {
        (agent, day): shift.segments for agent, own in roster.shifts.items()
        for day, shift in own.items()
    }  # fmt: skip
    made = planned_shifts(problem, solution, roster.zone, set(roster.activities), in_force)
    return {agent: dict(week) for agent, week in by_person(made).items()}


def changed_starts(before: Mapping[str, Week], after: Mapping[str, Week]) -> tuple[int, ...]:
    """Starts of the shifts that differ, the earlier one of a shift that moved."""
    starts = []
    for agent in sorted(before.keys() | after.keys()):
        old, new = before.get(agent, {}), after.get(agent, {})
        for day in sorted(old.keys() | new.keys()):
            one: tuple[Segment, ...] = old.get(day, ())
            two: tuple[Segment, ...] = new.get(day, ())
            if one != two:
                starts.append(min(s.start_at for s in (*one[:1], *two[:1])))
    return tuple(starts)
