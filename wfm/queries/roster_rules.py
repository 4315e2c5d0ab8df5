"""A site's week with all that its labour rules look at, for checking drafts, edits and the past."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from wfm.store.readers.schedules import read_shifts

RESTS = ("break", "meal")
AROUND = timedelta(days=7)
Week = Mapping[date, tuple[Segment, ...]]  # one person's segments by shift day


@dataclass(frozen=True)
class RosterWeek:
    """People of a site in a week, their contracts and days off, and the shifts in force around.

    `shifts` holds those of the week before and after too, by person and day.
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

    def in_force(self, agent_id: str) -> dict[date, tuple[Segment, ...]]:
        """The segments of a person's shifts of this very week, by day."""
        own = self.shifts.get(agent_id, {})
        return {
            day: shift.segments
            for day, shift in own.items()
            if self.period.first <= day < self.period.end
        }

    def violations(self, agent_id: str, week: Week) -> tuple[Violation, ...]:
        """What a person's week would break if these were the shifts."""
        return check_week(self.person_week(agent_id, week))

    def person_week(self, agent_id: str, week: Week) -> PersonWeek:
        """A person's week as the rules look at it, with what lies before and after in force."""
        own = self.shifts.get(agent_id, {})
        days = {day: segments for day, segments in week.items() if segments}
        before = [s for day, s in own.items() if day < self.period.first]
        after = [s for day, s in own.items() if day >= self.period.end]
        elapsed = [self._elapsed(segments) for segments in days.values()]
        if before:
            elapsed.append(self._elapsed(max(before, key=lambda s: s.shift_on).segments))
        if after:
            elapsed.append(self._elapsed(min(after, key=lambda s: s.shift_on).segments))
        worked = set(own)
        return PersonWeek(
            tuple(self._duty(day, segments) for day, segments in sorted(days.items())),
            tuple(elapsed),
            self.contracts[agent_id],
            self.away.get(agent_id, frozenset()),
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
    people = dict(_people(organisation, unit, period, zone))
    known = read_contracts(connection, scope, period.first)
    opening = parse_opening(organisation.unit(unit).opening_hours)
    shifts: dict[str, dict[date, Shift]] = {}
    for shift in read_shifts(connection, scope, period.first - AROUND, period.end + AROUND):
        shifts.setdefault(shift.agent_id, {})[shift.shift_on] = shift
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
        {activity.code: activity for activity in activity_codes(connection)},
        shifts,
    )


def by_person(shifts: Iterable[NewShift | Shift]) -> dict[str, dict[date, tuple[Segment, ...]]]:
    """Segments of shifts by person and day."""
    found: dict[str, dict[date, tuple[Segment, ...]]] = {}
    for shift in shifts:
        found.setdefault(shift.agent_id, {})[shift.shift_on] = shift.segments
    return found


def _people(
    organisation: Organisation, unit: str, period: Period, zone: str
) -> Iterator[tuple[str, Person]]:
    """Agents employed at the site on any day of the week."""
    seen: dict[str, Person] = {}
    for i in range(period.days):
        noon = day_start(period.first + timedelta(days=i), zone) + 12 * 3600
        for person in organisation.agents(noon, Scope(unit)):
            seen.setdefault(person.agent_id, person)
    yield from sorted(seen.items())


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


def _run(worked: set[date], day: date, step: int) -> int:
    run = 0
    while day in worked:
        run, day = run + 1, day + timedelta(days=step)
    return run
