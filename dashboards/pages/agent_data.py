"""What an agent's page knows: the figures, the day so far, the shifts behind it and ahead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, partial
from statistics import median

from dashboards.frame import LASTING, Ask
from kpis.catalogue.load import CATALOGUE
from kpis.dashboards import PAGES
from kpis.drill import drill_reason
from kpis.patterns import MOMENTS, MomentLoss, moment_of, summed
from kpis.value import KpiValue
from wfm.domain.schedules import Shift
from wfm.domain.scope import Scope
from wfm.queries.access import within
from wfm.queries.activities import activities_known
from wfm.queries.lapses import OutSpell, read_lapses
from wfm.queries.past_day import read_days
from wfm.queries.permissions import permission_table
from wfm.queries.schedules import read_shift_history, read_shifts, shifts_in
from wfm.queries.timeline import AgentTimeline

TILES = PAGES["agent"].kpi_ids
STRIP_SHIFTS = 22
BACK_DAYS = 70  # in which the last 22 shifts are looked for
AHEAD_DAYS = 35
COMING = 7
LEAST_PEERS = 5  # below this a median could be told to be one colleague's
NEVER = MOMENTS[-1]  # lost at no fixed moment of the shift
LEAST_SHIFTS = 3  # below this a period has no pattern of its own


@dataclass(frozen=True)
class Worked:
    """A shift that was worked: as it stands in the schedule, its adherence, and what was lost.

    `moments` are those of the shift at which the lapses lie, in their order.
    """

    shift: Shift
    adherence: KpiValue
    lapses: tuple[OutSpell, ...]
    moments: tuple[str, ...]

    @property
    def told(self) -> Iterable[tuple[str, OutSpell]]:
        """What was lost, each time with its moment of the shift."""
        return zip(self.moments, self.lapses, strict=True)


@dataclass(frozen=True)
class Coming:
    """A day ahead: the shift in force and the one first published; without the one, it is off."""

    shift_on: date
    now: Shift | None
    published: Shift | None

    @property
    def changed(self) -> bool:
        """Whether it is no longer what was first published."""
        return self.published is not None and (
            self.now is None or self.now.segments != self.published.segments
        )


@dataclass(frozen=True)
class Peers:
    """The median of the team for each figure, and how many people stand behind it."""

    team: str
    medians: Mapping[str, float]
    people: Mapping[str, int]

    @property
    def most(self) -> int:
        """The people of the team who have any of the figures."""
        return max(self.people.values(), default=0)


@dataclass(frozen=True)
class MyDay:
    """Everything the agent's page says, each part read once and when it is first wanted."""

    ask: Ask

    @cached_property
    def tiles(self) -> tuple[KpiValue, ...]:
        """The figures of the period."""
        return self.ask.values(TILES)

    @cached_property
    def previous(self) -> tuple[KpiValue, ...]:
        """The same of the comparison period."""
        return self.ask.values_before(TILES)

    @property
    def adherence(self) -> KpiValue:
        """The figure the question is about."""
        return self.tiles[0]

    def before(self, kpi_id: str) -> KpiValue | None:
        """The value of the comparison period."""
        return next((v for v in self.previous if v.kpi_id == kpi_id), None)

    @cached_property
    def categories(self) -> Mapping[str, str]:
        """The category of each activity."""
        store = self.ask.sources.store
        known = self.ask.held("activities", lambda: activities_known(store), minutes=LASTING)
        return {a.code: a.category for a in known}

    @cached_property
    def worked(self) -> tuple[Worked, ...]:
        """The shifts that were worked, oldest first, today's included."""
        ask = self.ask
        end = min(ask.period.end, ask.today + timedelta(days=1))
        first = min(ask.period.first, end - timedelta(days=BACK_DAYS))
        read = partial(_worked, ask, first, end, self.categories)
        return ask.held(("worked", first, end), read, minutes=LASTING)

    @cached_property
    def day(self) -> date:
        """The day that is shown: today, of a period that is over the last one worked."""
        ask = self.ask
        if ask.live:
            return ask.today
        last = ask.period.end - timedelta(days=1)
        ended = [w.shift.shift_on for w in self.worked if w.shift.shift_on >= ask.period.first]
        return ended[-1] if ended else min(last, ask.today)

    @property
    def running(self) -> bool:
        """Whether the timeline is that of today."""
        return self.day == self.ask.today

    @cached_property
    def timeline(self) -> AgentTimeline | None:
        """The day as planned and as it goes."""
        ask, store, clock = self.ask, self.ask.sources.store, self.ask.sources.clock
        asked = ("timeline", self.day, ask.pulse.states_mark(ask.scope))
        found = ask.held(asked, lambda: read_days(store, ask.facts, ask.scope, self.day, clock))
        return found[0] if found else None

    @cached_property
    def coming(self) -> tuple[Coming, ...]:
        """The days ahead."""
        return _coming(self.ask)

    @cached_property
    def peers(self) -> Peers | None:
        """The team's medians, None where the person may not know the team's figures."""
        return _peers(self.ask)

    @cached_property
    def in_period(self) -> tuple[Worked, ...]:
        """The shifts of the period."""
        period = self.ask.period
        return tuple(w for w in self.worked if period.first <= w.shift.shift_on < period.end)

    @cached_property
    def strip(self) -> tuple[Worked, ...]:
        """The last shifts up to the end of the period, newest first; today stands above them."""
        past = [w for w in self.worked if w.shift.shift_on != self.ask.today]
        return tuple(reversed(past[-STRIP_SHIFTS:]))

    @cached_property
    def of_strip(self) -> tuple[MomentLoss, ...]:
        """Seconds lost at each moment of the last shifts, most first."""
        return losses_of(self.strip)

    @cached_property
    def pattern(self) -> tuple[Worked, ...]:
        """The shifts in which a pattern is looked for: the period's, when it has enough."""
        return self.in_period if len(self.in_period) >= LEAST_SHIFTS else self.strip

    @cached_property
    def of_pattern(self) -> tuple[MomentLoss, ...]:
        """The same of the shifts in which a pattern is looked for."""
        return self.of_strip if self.pattern is self.strip else losses_of(self.pattern)


def losses_of(worked: Sequence[Worked]) -> tuple[MomentLoss, ...]:
    """Seconds lost at each moment of some shifts, most first."""
    return summed([told for one in worked for told in one.told], len(worked))


def returning(losses: Sequence[MomentLoss]) -> MomentLoss | None:
    """The fixed moment of the shift at which most is lost, None when there is none."""
    return next((loss for loss in losses if loss.moment != NEVER), None)


def _worked(ask: Ask, first: date, end: date, categories: Mapping[str, str]) -> tuple[Worked, ...]:
    shifts = read_shifts(ask.sources.store, ask.scope, first, end)
    values = ask.series(("adherence",), "day", first=first, end=end)["adherence"]
    known = {v.at("day"): v for v in values if v.value is not None}
    spells: dict[date, list[OutSpell]] = {}
    for spell in read_lapses(ask.facts, ask.scope, first, end):
        spells.setdefault(spell.shift_on, []).append(spell)
    found = []
    for shift in sorted(shifts, key=lambda s: s.shift_on):
        if shift.shift_on in known and shift.start_at <= ask.now:
            own = spells.get(shift.shift_on, ())
            moments = (moment_of(s, shift.segments, categories) for s in own)
            found.append(Worked(shift, known[shift.shift_on], tuple(own), tuple(moments)))
    return tuple(found)


def _coming(ask: Ask) -> tuple[Coming, ...]:
    first, end = ask.today, ask.today + timedelta(days=AHEAD_DAYS)
    store, scope = ask.sources.store, ask.scope
    history = ask.held(
        ("history", first, end), lambda: read_shift_history(store, scope, first, end)
    )
    now = {s.shift_on: s for s in shifts_in(history)}
    before = {s.shift_on: s for s in shifts_in(history, "baseline")}
    days = [
        Coming(day, now.get(day), before.get(day))
        for day in sorted(now | before)
        if (now.get(day) or before[day]).start_at > ask.now
    ]
    return tuple(days[:COMING])


def _peers(ask: Ask) -> Peers | None:
    team = Scope(ask.scope.site, ask.scope.team)
    grant = permission_table().grant("team.read", ask.who.role)
    if team.team is None or not within(ask.who, grant.reach, team):
        return None
    # The same for all its people: medians hang on nobody's targets.
    asked = ("peers", ask.period.first, ask.period.end)
    people, medians = ask.held(asked, lambda: _medians(ask, team), team, LASTING)
    return Peers(ask.organisation.unit(team.team).name, medians, people)


def _medians(ask: Ask, team: Scope) -> tuple[Mapping[str, int], Mapping[str, float]]:
    kpi_ids = tuple(k for k in TILES if not drill_reason(CATALOGUE[k], "agent"))
    found: dict[str, list[float]] = {kpi_id: [] for kpi_id in kpi_ids}
    for value in ask.values(kpi_ids, scope=team, by=("agent",), bare=True):
        if value.value is not None and not value.label:
            found[value.kpi_id].append(value.value)
    people = {kpi_id: len(values) for kpi_id, values in found.items()}
    return people, {k: median(v) for k, v in found.items() if len(v) >= LEAST_PEERS}
