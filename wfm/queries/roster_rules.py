"""A site's week with all that its labour rules look at, for checking drafts, edits and the past."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from wfm.domain.activities import Activity, Segment
from wfm.domain.contracts import Contract, standard_contract
from wfm.domain.grid import day_start, local_day, zone_of
from wfm.domain.opening import parse_opening
from wfm.domain.organisation import Organisation, Person
from wfm.domain.periods import Period, week_of
from wfm.domain.rules.duty import Duty, Rest, Violation
from wfm.domain.rules.week import PersonWeek, check_week
from wfm.domain.schedules import NewShift, Shift
from wfm.domain.scope import Scope
from wfm.store.readers.contracts import read_contracts, read_time_off
from wfm.store.readers.organisation import read_organisation
from wfm.store.readers.rules import activity_codes
from wfm.store.readers.schedules import (
    NO_SHIFT,
    read_shift_texts,
    read_shifts,
    segments_of_text,
)

RESTS = ("break", "meal")
ABSENT = ("leave", "sick", "no_show", "unavailable")
AROUND = timedelta(days=7)
Week = Mapping[date, tuple[Segment, ...]]  # one person's segments by shift day


@dataclass(frozen=True)
class RosterWeek:
    """People of a site in a week, their contracts and days off, and their shifts in force.

    Of the weeks before and after it rules need the days that each person works, and the segments
    of the last shift before the week and of the first one after it.
    """

    unit: str
    week: str
    zone: str
    period: Period
    people: Mapping[str, Person]
    contracts: Mapping[str, Contract]
    away: Mapping[str, frozenset[int]]
    opening: Mapping[int, tuple[int, int] | None]
    activities: Mapping[str, Activity]
    shifts: Mapping[str, Mapping[date, Shift]]
    worked: Mapping[str, frozenset[date]]
    nearest: Mapping[str, tuple[tuple[Segment, ...], ...]]

    def in_force(self, agent_id: str) -> dict[date, tuple[Segment, ...]]:
        """The segments of a person's shifts of this very week, by day."""
        return {day: shift.segments for day, shift in self.shifts.get(agent_id, {}).items()}

    def violations(self, agent_id: str, week: Week) -> tuple[Violation, ...]:
        """What a person's week would break if these were the shifts."""
        return check_week(self.person_week(agent_id, week))

    def person_week(self, agent_id: str, week: Week) -> PersonWeek:
        """A person's week as the rules look at it, with what lies before and after in force."""
        told = {day: segments for day, segments in week.items() if segments}
        absent = {day for day, segments in told.items() if self.is_absence(segments)}
        days = {day: segments for day, segments in told.items() if day not in absent}
        off = {(day - self.period.first).days for day in absent}
        near = (*days.values(), *self.nearest.get(agent_id, ()))
        elapsed = [self._elapsed(segments) for segments in near]
        worked = self.worked.get(agent_id, frozenset())
        return PersonWeek(
            tuple(self._duty(day, segments) for day, segments in sorted(days.items())),
            tuple(elapsed),
            self.contracts[agent_id],
            self.away.get(agent_id, frozenset()) | off,
            self.opening,
            _run(worked, self.period.first - timedelta(days=1), -1),
            _run(worked, self.period.end, 1),
        )

    def _duty(self, day: date, segments: Sequence[Segment]) -> Duty:
        zone = zone_of(self.zone)
        midnight = datetime.combine(day, datetime.min.time())

        def minute(at: int) -> int:
            local = datetime.fromtimestamp(at, zone).replace(tzinfo=None)
            return round((local - midnight).total_seconds() / 60)

        start = minute(segments[0].start_at)
        return Duty(
            (day - self.period.first).days,
            start,
            minute(segments[-1].end_at),
            sum(s.seconds for s in segments if s.paid) // 60,
            tuple(
                Rest(s.activity, minute(s.start_at) - start, s.seconds // 60)
                for s in segments
                if self.category(s.activity) in RESTS
            ),
        )

    def _elapsed(self, segments: Sequence[Segment]) -> Duty:
        begin = day_start(self.period.first, self.zone)
        first, last = (segments[0].start_at - begin) // 60, (segments[-1].end_at - begin) // 60
        day = first // 1440
        return Duty(day, first - 1440 * day, last - 1440 * day, 0)

    def is_absence(self, segments: Sequence[Segment]) -> bool:
        """Whether a shift is leave or sickness from its begin to its end: a day off, no duty."""
        return all(self.category(segment.activity) in ABSENT for segment in segments)

    def category(self, activity: str) -> str:
        """What kind of time an activity is; an unknown one counts as off-queue work."""
        known = self.activities.get(activity)
        return known.category if known is not None else "project"


def read_roster_week(connection: Connection, scope: Scope, week: str) -> RosterWeek:
    """A site's week with its people, rules and the shifts in force from a week before to after.

    Rules need the whole site: of a scope inside one, its site counts.
    """
    unit = str(scope.site)
    scope = Scope(unit)
    organisation = read_organisation(connection, scope)
    zone = organisation.zone(unit)
    period = week_of(week)
    people = people_of_week(organisation, unit, period, zone)
    known = read_contracts(connection, scope, period.first)
    opening = parse_opening(organisation.unit(unit).opening_hours)
    shifts: dict[str, dict[date, Shift]] = {}
    for shift in read_shifts(connection, scope, period.first, period.end):
        shifts.setdefault(shift.agent_id, {})[shift.shift_on] = shift
    activities = {activity.code: activity for activity in activity_codes(connection)}
    absent = frozenset(code for code, known in activities.items() if known.category in ABSENT)
    before = _duty_texts(connection, scope, period.first - AROUND, period.first, absent)
    after = _duty_texts(connection, scope, period.end, period.end + AROUND, absent)
    worked = {
        agent: frozenset((*shifts.get(agent, ()), *before.get(agent, ()), *after.get(agent, ())))
        for agent in {*shifts, *before, *after}
    }
    nearest = {
        agent: tuple(
            segments_of_text(texts[choose(texts)])
            for texts, choose in ((before.get(agent), max), (after.get(agent), min))
            if texts
        )
        for agent in worked
    }
    return RosterWeek(
        unit,
        week,
        zone,
        period,
        people,
        {
            agent_id: known.get(person.contract_id or "") or standard_contract(person.weekly_hours)
            for agent_id, person in people.items()
        },
        _away(connection, scope, period, zone),
        {
            i: opening.shift_span((period.first + timedelta(days=i)).weekday())
            for i in range(period.days)
        },
        activities,
        shifts,
        worked,
        nearest,
    )


def _duty_texts(
    connection: Connection, scope: Scope, first: date, end: date, absent: frozenset[str]
) -> dict[str, dict[date, str]]:
    """The stored text of the duties in force on some days, by person and day."""
    found: dict[str, dict[date, str]] = {}
    for agent, day, text in read_shift_texts(connection, scope, first, end):
        if text == NO_SHIFT:
            continue
        perhaps = any(f'"{code}"' in text for code in absent)
        if perhaps and {s.activity for s in segments_of_text(text)} <= absent:
            continue
        found.setdefault(agent, {})[day] = text
    return found


def by_person(shifts: Iterable[NewShift | Shift]) -> dict[str, dict[date, tuple[Segment, ...]]]:
    """Segments of shifts by person and day."""
    found: dict[str, dict[date, tuple[Segment, ...]]] = {}
    for shift in shifts:
        found.setdefault(shift.agent_id, {})[shift.shift_on] = shift.segments
    return found


def people_of_week(
    organisation: Organisation, unit: str, period: Period, zone: str
) -> dict[str, Person]:
    """Agents employed at the site on any day of the week, by id."""
    seen: dict[str, Person] = {}
    for i in range(period.days):
        noon = day_start(period.first + timedelta(days=i), zone) + 12 * 3600
        for person in organisation.agents(noon, Scope(unit)):
            seen.setdefault(person.agent_id, person)
    return dict(sorted(seen.items()))


def _away(
    connection: Connection, scope: Scope, period: Period, zone: str
) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    begin, end = day_start(period.first, zone), day_start(period.end, zone)
    for off in read_time_off(connection, scope, begin, end):
        first = (local_day(off.start_at, zone) - period.first).days
        last = (local_day(off.end_at - 1, zone) - period.first).days
        days = range(max(0, first), min(period.days - 1, last) + 1)
        found.setdefault(off.agent_id, set()).update(days)
    return {agent_id: frozenset(days) for agent_id, days in found.items()}


def _run(worked: frozenset[date], day: date, step: int) -> int:
    run = 0
    while day in worked:
        run, day = run + 1, day + timedelta(days=step)
    return run
