"""What an agent's page knows: the figures, the day so far, the shifts behind it and ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from statistics import median

from dashboards.frame import LASTING, Ask
from kpis.catalogue.load import CATALOGUE
from kpis.dashboards import PAGES
from kpis.drill import drill_reason
from kpis.patterns import MOMENTS, Lapse, MomentLoss, lost_by_moment, moment_of
from kpis.value import KpiValue
from wfm.domain.schedules import Shift
from wfm.domain.scope import Scope
from wfm.queries.access import within
from wfm.queries.activities import activities_known
from wfm.queries.lapses import OutSpell, read_lapses
from wfm.queries.permissions import permission_table
from wfm.queries.schedules import read_shift_history, read_shifts, shifts_in
from wfm.queries.timeline import AgentTimeline, read_timelines

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
    """A shift that was worked: as it stands in the schedule, its adherence, and what was lost."""

    shift: Shift
    adherence: KpiValue
    lapses: tuple[OutSpell, ...]


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
    """Everything the agent's page says, read once. `worked` is oldest first, today's included."""

    ask: Ask
    tiles: tuple[KpiValue, ...]
    previous: tuple[KpiValue, ...]
    day: date
    timeline: AgentTimeline | None
    worked: tuple[Worked, ...]
    coming: tuple[Coming, ...]
    peers: Peers | None
    categories: Mapping[str, str]

    @property
    def adherence(self) -> KpiValue:
        """The figure the question is about."""
        return self.tiles[0]

    def before(self, kpi_id: str) -> KpiValue | None:
        """The value of the comparison period."""
        return next((v for v in self.previous if v.kpi_id == kpi_id), None)

    @property
    def running(self) -> bool:
        """Whether the timeline is that of today."""
        return self.day == self.ask.today

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
    def pattern(self) -> tuple[Worked, ...]:
        """The shifts in which a pattern is looked for: the period's, when it has enough."""
        return self.in_period if len(self.in_period) >= LEAST_SHIFTS else self.strip

    def losses(self, worked: Sequence[Worked]) -> tuple[MomentLoss, ...]:
        """Seconds lost at each moment of some shifts, most first."""
        lapses = [lapse_of(spell) for one in worked for spell in one.lapses]
        return lost_by_moment(lapses, [one.shift for one in worked], self.categories)

    def returning(self, losses: Sequence[MomentLoss]) -> MomentLoss | None:
        """The fixed moment of the shift at which most is lost, None when there is none."""
        return next((loss for loss in losses if loss.moment != NEVER), None)

    def moment(self, one: Worked, spell: OutSpell) -> str:
        """The moment of its shift at which a spell lies."""
        return moment_of(lapse_of(spell), one.shift.segments, self.categories)


def lapse_of(spell: OutSpell) -> Lapse:
    """A spell as the pattern finder takes it."""
    return Lapse(spell.agent_id, spell.shift_on, spell.start_at, spell.end_at)


def read_my_day(ask: Ask) -> MyDay:
    """The figures of the period, the day as it goes, the last shifts and the next ones."""
    tiles = ask.values(TILES)
    previous = ask.values_before(TILES)
    worked = _worked(ask)
    day = ask.today
    if not ask.live:
        last = ask.period.end - timedelta(days=1)
        ended = [w.shift.shift_on for w in worked if w.shift.shift_on >= ask.period.first]
        day = ended[-1] if ended else min(last, ask.today)
    known = ask.held("activities", lambda: activities_known(ask.sources.store), minutes=LASTING)
    categories = {a.code: a.category for a in known}
    return MyDay(
        ask, tiles, previous, day, _timeline(ask, day), worked, _coming(ask), _peers(ask),
        categories,
    )  # fmt: skip


def _worked(ask: Ask) -> tuple[Worked, ...]:
    end = min(ask.period.end, ask.today + timedelta(days=1))
    first = min(ask.period.first, end - timedelta(days=BACK_DAYS))
    store, scope = ask.sources.store, ask.scope
    shifts = ask.held(("shifts", first, end), lambda: read_shifts(store, scope, first, end))
    lapses = ask.held(("lapses", first, end), lambda: read_lapses(ask.facts, scope, first, end))
    values = ask.series(("adherence",), "day", first=first, end=end)["adherence"]
    known = {v.at("day"): v for v in values if v.value is not None}
    spells: dict[date, list[OutSpell]] = {}
    for spell in lapses:
        spells.setdefault(spell.shift_on, []).append(spell)
    return tuple(
        Worked(shift, known[shift.shift_on], tuple(spells.get(shift.shift_on, ())))
        for shift in sorted(shifts, key=lambda s: s.shift_on)
        if shift.shift_on in known and shift.start_at <= ask.now
    )


def _timeline(ask: Ask, day: date) -> AgentTimeline | None:
    store, scope, clock = ask.sources.store, ask.scope, ask.sources.clock
    asked = ("timeline", day, ask.pulse.states_mark(scope))
    found = ask.held(asked, lambda: read_timelines(store, scope, day, clock))
    return found[0] if found else None


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
    """The team's medians where the person may know the team's figures, None elsewhere."""
    team = Scope(ask.scope.site, ask.scope.team)
    grant = permission_table().grant("team.read", ask.who.role)
    if team.team is None or not within(ask.who, grant.reach, team):
        return None
    kpi_ids = tuple(k for k in TILES if not drill_reason(CATALOGUE[k], "agent"))
    found: dict[str, list[float]] = {kpi_id: [] for kpi_id in kpi_ids}
    for value in ask.values(kpi_ids, scope=team, by=("agent",)):
        if value.value is not None and not value.label:
            found[value.kpi_id].append(value.value)
    people = {kpi_id: len(values) for kpi_id, values in found.items()}
    medians = {k: median(v) for k, v in found.items() if len(v) >= LEAST_PEERS}
    return Peers(ask.organisation.unit(team.team).name, medians, people)
