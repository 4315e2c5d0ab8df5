"""What pages ask of the scheduler without importing it: weeks measured, plans checked.

Measuring reads a whole site's week; the answers of the last weeks asked for are kept for as long
as nothing they rest on has changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from wfm.domain.activities import Segment
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.draft_edits import DraftVerdict
from wfm.domain.errors import ScopeDenied
from wfm.domain.language import say
from wfm.domain.periods import week_of
from wfm.domain.plan_measures import WeekCover, WeekMeasures
from wfm.domain.planning_policy import LEDGER_WEEKS
from wfm.domain.scope import Scope
from wfm.domain.skills import GroupEffect, Skills
from wfm.domain.what_if import GroupStaffing, StaffingCase, WhatIf
from wfm.queries.planning import week_name
from wfm.queries.roster_rules import RosterWeek, Week, read_roster_week
from wfm.store.readers.plans import draft_seq
from wfm.store.readers.policy import read_policy
from wfm.store.readers.schedules import week_mark
from wfm.store.schema import (
    requirement_version,
    user,
)  # fmt: skip
from wfm.store.store import Store
from wfm.worker.country import holidays_of
from wfm.worker.day_tools import (
    BreakMoves,
    Placement,
    SizedOffer,
    day_offers,
    place_activity,
    today_breaks,
)  # fmt: skip
from wfm.worker.kept import KeptAnswers
from wfm.worker.plan_measures import changed_starts, drafted_shifts, group_staffing, measure_plan
from wfm.worker.publish_job import broken_rules, draft_verdict
from wfm.worker.skill_effect import skill_effect
from wfm.worker.week_cover import covers_of
from wfm.worker.week_fairness import uneven, unpopular_before
from wfm.worker.week_marks import people_known, shifts_around, week_state
from wfm.worker.week_policy import check_policy
from wfm.worker.what_if import what_if

KEPT = 96


@dataclass(frozen=True)
class Difference:
    """What a publication changes: shifts new, changed and removed, of whom, and their starts.

    `published` tells that the week has shifts in force already: its baseline stays.
    """

    new: int
    changed: int
    removed: int
    people: tuple[str, ...]
    starts: tuple[int, ...]
    published: bool


class Planner:
    """Measures of drafts and of what is in force, for a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept = KeptAnswers(KEPT)

    def measures(
        self, scope: Scope, unit: str, week: str, plan_id: int | None = None
    ) -> WeekMeasures | None:
        """The measures of a draft, or without a plan of the shifts in force.

        None when the week has no requirement yet, or nothing is published.
        """
        if not scope.holds(Scope(unit)):
            raise ScopeDenied(say("There is nothing here that you may see."))
        with self._store.db.read() as connection:
            state = week_state(connection, unit, week)
            if state is None:
                return None
            key = (unit, week, *state)

            def measured() -> WeekMeasures | None:
                return self._measure(connection, key, plan_id)

            seq = 0 if plan_id is None else draft_seq(connection, scope, plan_id)
            found: WeekMeasures | None = self._kept.of(("measures", plan_id, seq, *key), measured)
            return found

    def covers(
        self, scope: Scope, unit: str, weeks: Sequence[str]
    ) -> Mapping[str, WeekCover | None]:
        """What is in force in a site's weeks against their requirements, all of them read at once.

        None where a week has no requirement, or nothing is published.
        """
        if not scope.holds(Scope(unit)):
            raise ScopeDenied(say("There is nothing here that you may see."))
        periods = [week_of(week) for week in weeks]
        first, end = min(p.first for p in periods), max(p.end for p in periods)
        with self._store.db.read() as connection:
            versions = connection.scalar(
                select(func.max(requirement_version.c.rq_version)).where(
                    requirement_version.c.unit == unit, requirement_version.c.week.in_(weeks)
                )
            )
            if versions is None:
                return dict.fromkeys(weeks)
            mark = (
                versions,
                week_mark(connection, Scope(unit), first, end),
                people_known(connection),
            )
            return self._kept.of(
                ("covers", unit, tuple(weeks), mark),
                lambda: covers_of(connection, self._store.files, unit, weeks),
            )

    def check_policy(self, policy: Mapping[str, Any]) -> None:
        """Nothing; `BadInput` when the scheduler could not plan by this policy."""
        check_policy(policy)

    def spread(
        self, scope: Scope, unit: str, week: str, plan_id: int | None = None
    ) -> float | None:
        """How unevenly unpopular shifts lie over people with a draft, or with what is in force."""
        roster, shifts = self.shifts(scope, unit, week, plan_id)
        with self._store.db.read() as connection:
            state = week_state(connection, unit, week)
            policy = read_policy(connection, Scope(unit)).document
            first = roster.period.first
            past = week_mark(connection, Scope(unit), first - timedelta(weeks=LEDGER_WEEKS), first)
            before = self._kept.of(
                ("ledger", unit, week, state, past),
                lambda: unpopular_before(connection, roster, policy),
            )
        return uneven(roster, shifts, policy, before)

    def broken(self, problem: Mapping[str, Any], solution: Mapping[str, Any]) -> tuple[str, ...]:
        """Rules that a plan breaks, by the independent verifier."""
        return broken_rules(problem, solution)

    def verdict(self, problem: Mapping[str, Any], solution: Mapping[str, Any]) -> DraftVerdict:
        """What the verifier says of a draft while it is changed by hand."""
        return draft_verdict(problem, solution)

    def shifts(
        self, scope: Scope, unit: str, week: str, plan_id: int | None = None
    ) -> tuple[RosterWeek, Mapping[str, Week]]:
        """A site's week, and the shifts of a draft (or those in force) by person and day."""
        if not scope.holds(Scope(unit)):
            raise ScopeDenied(say("There is nothing here that you may see."))
        with self._store.db.read() as connection:
            roster = self._roster(connection, unit, week)
            live = {agent: roster.in_force(agent) for agent in roster.shifts}
            if plan_id is None:
                return roster, {agent: week for agent, week in live.items() if week}
            return roster, {**live, **self._drafted(connection, unit, week, roster, plan_id)}

    def difference(self, scope: Scope, unit: str, week: str, plan_id: int) -> Difference:
        """What publishing a draft would change of what is in force."""
        roster, live = self.shifts(scope, unit, week)
        _, drafted = self.shifts(scope, unit, week, plan_id)
        new, changed, removed = [0], [0], [0]
        people, starts = set[str](), changed_starts(live, drafted)
        for agent in sorted(live.keys() | drafted.keys()):
            old, made = live.get(agent, {}), drafted.get(agent, {})
            for day in old.keys() | made.keys():
                one, two = old.get(day, ()), made.get(day, ())
                if one == two:
                    continue
                people.add(agent)
                (changed if one and two else new if two else removed)[0] += 1
        names = tuple(
            sorted(roster.people[a].display_name if a in roster.people else a for a in people)
        )
        return Difference(new[0], changed[0], removed[0], names, starts, bool(live))

    def offers(self, scope: Scope, unit: str, day: date, clock: Clock) -> tuple[SizedOffer, ...]:
        """Offers sized from the gap of a day in force."""
        if not scope.holds(Scope(unit)):
            raise ScopeDenied(say("There is nothing here that you may see."))
        with self._store.db.read() as connection:
            week = week_name(day)
            state = week_state(connection, unit, week)
            if state is None:
                return ()
            roster = self._roster(connection, unit, week)
        # What begins soon is no longer offered, so the answer lives for a quarter-hour.
        key = ("offers", unit, day, epoch_s(clock.now()) // 900, *state)
        return self._kept.of(key, lambda: day_offers(self._store, clock, unit, day, roster))

    def place(
        self, scope: Scope, unit: str, week: str, agents: Sequence[str], activity: str,
        minutes: int, *, days: Sequence[date], together: bool, clock: Clock,
    ) -> Placement:  # fmt: skip
        """Where an activity of each agent hurts least in a week in force."""
        if not scope.holds(Scope(unit)):
            raise ScopeDenied(say("There is nothing here that you may see."))
        return place_activity(
            self._store, clock, unit, week, agents, activity, minutes, days=days, together=together
        )

    def breaks(self, scope: Scope, unit: str, day: date, clock: Clock) -> BreakMoves:
        """Breaks of a day in force that would close gaps elsewhere in their windows."""
        if not scope.holds(Scope(unit)):
            raise ScopeDenied(say("There is nothing here that you may see."))
        return today_breaks(self._store, clock, unit, day)

    def shift_lengths(self, agent: Scope, day: date) -> tuple[int, ...]:
        """Minutes of the shifts that an agent's contract knows."""
        with self._store.db.read() as connection:
            roster = read_roster_week(connection, agent, week_name(day))
        known = roster.contracts.get(str(agent.agent))
        return known.shift_minutes if known is not None else (510,)

    def edit_effect(
        self, agent: Scope, day: date, segments: tuple[Segment, ...]
    ) -> tuple[int, int] | None:
        """Short quarter-hours of a day before and after one shift is changed to these segments.

        None when the week has no requirement.
        """
        unit, week = str(agent.site), week_name(day)
        with self._store.db.read() as connection:
            state = week_state(connection, unit, week)
            if state is None:
                return None
            key = (unit, week, *state)
            before = self._kept.of(
                ("measures", None, 0, *key), lambda: self._measure(connection, key, None)
            )
            after = self._measure(connection, key, None, {str(agent.agent): {day: segments}})
        if before is None or after is None:
            return None
        one, two = (
            next((sum(d.short) for d in found.days if d.day == day), 0) for found in (before, after)
        )
        return one, two

    def staffing(self, scope: Scope, unit: str, week: str) -> tuple[GroupStaffing, ...]:
        """Each skill group's busiest quarter-hour of a site's week, and what a point costs.

        Empty without a requirement, or when its forecast is gone.
        """
        if not scope.holds(Scope(unit)):
            raise ScopeDenied(say("There is nothing here that you may see."))
        with self._store.db.read() as connection:
            state = week_state(connection, unit, week)
            if state is None:
                return ()
            return self._kept.of(
                ("staffing", unit, week, state[0]),
                lambda: group_staffing(connection, self._store.files, unit, week),
            )

    def moved(
        self, scope: Scope, unit: str, week: str, skills: Mapping[str, Skills]
    ) -> tuple[GroupEffect, ...]:
        """What people with other skills would do to each skill group of a site's week in force.

        Empty without a requirement.
        """
        if not scope.holds(Scope(unit)):
            raise ScopeDenied(say("There is nothing here that you may see."))
        with self._store.db.read() as connection:
            state = week_state(connection, unit, week)
        if state is None:
            return ()
        key = ("moved", unit, week, tuple(sorted(skills.items())), *state)
        busiest = {one.group: one.answer for one in self.staffing(scope, unit, week)}
        return self._kept.of(key, lambda: skill_effect(self._store, unit, week, skills, busiest))

    def what_if(self, case: StaffingCase, agents: int | None = None) -> WhatIf:
        """Other numbers for a quarter-hour of a group; pure, nothing is read or kept."""
        return what_if(case, agents)

    def authors(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Display names of those authors that are users of the product."""
        with self._store.db.read() as connection:
            rows = connection.execute(
                select(user.c.user_key, user.c.display_name).where(user.c.user_key.in_(keys))
            )
            return {row.user_key: row.display_name for row in rows}

    def holidays(self, zone: str, first: date, end: date) -> tuple[tuple[date, str], ...]:
        """National holidays of the country a zone lies in, on days from `first` to before `end`."""
        return holidays_of(zone, first, end)

    def _roster(self, connection: Connection, unit: str, week: str) -> RosterWeek:
        """A site's week with its rules and the shifts around it, read once for all who ask."""
        key = ("roster", unit, week, shifts_around(connection, unit, week))
        return self._kept.of(key, lambda: read_roster_week(connection, Scope(unit), week))

    def _measure(
        self,
        connection: Connection,
        key: tuple[Any, ...],
        plan_id: int | None,
        edits: Mapping[str, Week] | None = None,
    ) -> WeekMeasures | None:
        unit, week = str(key[0]), str(key[1])
        roster = self._roster(connection, unit, week)
        drafted = (
            None if plan_id is None else self._drafted(connection, unit, week, roster, plan_id)
        )
        return measure_plan(connection, self._store.files, unit, roster, drafted, edits)

    def _drafted(
        self, connection: Connection, unit: str, week: str, roster: RosterWeek, plan_id: int
    ) -> Mapping[str, Week]:
        """A draft's shifts as changed by hand, read once for all who ask."""
        scope = Scope(unit)
        seq, around = draft_seq(connection, scope, plan_id), shifts_around(connection, unit, week)
        return self._kept.of(
            ("drafted", unit, week, plan_id, seq, around),
            lambda: drafted_shifts(connection, roster, scope, plan_id),
        )
