"""What the targets page knows: figures with their targets, worst first, and one in focus."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from dashboards.frame import Ask
from dashboards.pages.happenings import happenings, restated_notes
from dashboards.parts.course import CourseDay
from dashboards.parts.day_notes import DayNote
from dashboards.parts.status import RANK
from kpis.catalogue.load import CATALOGUE
from kpis.dashboards import DEFAULTS, PAGES, visible_kpis
from kpis.definition import Kpi
from kpis.drill import drill_reason
from kpis.status import PLACES
from kpis.targets import resolve, shape_of
from kpis.value import KpiTarget, KpiValue
from wfm.domain.bonus import Scheme
from wfm.domain.errors import BadInput, ForbiddenDrill
from wfm.domain.language import say, to_say
from wfm.domain.scope import Scope
from wfm.domain.target_rules import Limits, limits_of
from wfm.domain.targets import Target, key_of
from wfm.queries.bonus import read_schemes, schemes_on

BELOW = {"enterprise": "site", "site": "team", "team": "agent"}
LIVE = to_say(", live")
PAGE_OF = {"supervisor": "team", "manager": "manager", "control_desk": "desk"}


@dataclass(frozen=True)
class Place:
    """A scope in the tree of inheritance: its figure, its target, and the row that gives it."""

    scope: Scope
    name: str
    depth: int
    value: KpiValue | None
    target: KpiTarget | None
    row: Target | None

    @property
    def own(self) -> bool:
        """Whether the target is set for this very place."""
        return self.row is not None and (self.row.level, _key(self.row)) == (
            self.scope.level,
            key_of(self.scope),
        )


@dataclass(frozen=True)
class Targets:
    """Everything the page says, read once. `values` are worst first; `reds` say hidden reds."""

    ask: Ask
    values: tuple[KpiValue, ...]
    reds: Mapping[str, str]
    focus: KpiValue

    @property
    def kpi(self) -> Kpi:
        """The figure in focus."""
        return CATALOGUE[self.focus.kpi_id]

    @property
    def day(self) -> date:
        """The day by which targets are resolved: the last one of the period, today at most."""
        return min(self.ask.today, self.ask.period.end - timedelta(days=1))

    def label(self, kpi: Kpi) -> str:
        """The figure's name, and that it leaves out work that may wait where it does."""
        return f"{kpi.short_name}{LIVE}" if live_only(self.ask, kpi.id) else kpi.short_name

    def row(self, kpi_id: str, scope: Scope | None = None) -> Target | None:
        """The row in force for a scope, None for the catalogue's default."""
        return resolve(self.ask.targets, kpi_id, self.day, scope or self.ask.scope)

    @cached_property
    def limits(self) -> Limits | None:
        """The corridor of team leads for the figure in focus, in the scope shown."""
        return limits_of(self.ask.targets, shape_of(self.kpi), self.ask.scope, self.day)

    @cached_property
    def schemes(self) -> tuple[Scheme, ...]:
        """Bonus schemes of the scope that hang on the figure in focus."""
        found = read_schemes(self.ask.sources.store, self.ask.scope)
        return tuple(
            s for s in schemes_on(found, self.ask.scope, self.day) if s.kpi_id == self.kpi.id
        )

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The scope, what it inherits from, and the parts below it, worst first."""
        ask = self.ask
        above: list[Scope] = []
        scope = ask.scope.parent
        while scope is not None:
            above.insert(0, scope)
            scope = scope.parent
        depth = len(above)
        found = [self._place(one, n, None) for n, one in enumerate(above)]
        found.append(self._place(ask.scope, depth, self.focus))
        below = [
            self._place(child, depth + 1, value)
            for value in self._parts()
            if (child := self._child(value)) is not None
        ]
        below.sort(key=lambda p: (_order(p.value), p.name))
        return (*found, *below)

    @cached_property
    def history(self) -> tuple[Target, ...]:
        """Every row of the figure that bears on the scope or lies inside it, newest first."""
        ask = self.ask
        chain = dict(ask.targets.chain(ask.scope, self.day))
        inside = self._keys_inside()
        rows = [
            t
            for t in ask.targets.of_kpi(self.kpi.id)
            if t.level == "enterprise"
            or chain.get(t.level) == t.key
            or t.key in inside.get(t.level, ())
        ]
        return tuple(sorted(rows, key=lambda t: (-t.recorded_at, -t.target_id)))

    @cached_property
    def by_day(self) -> tuple[KpiValue, ...]:
        """The figure in focus by day over the period."""
        ask = self.ask
        end = min(ask.period.end, ask.today + timedelta(days=1))
        more = live_only(ask, self.kpi.id)
        try:
            found: tuple[KpiValue, ...] = ask.series((self.kpi.id,), "day", end=end, **more)[
                self.kpi.id
            ]
        except ForbiddenDrill:
            return ()
        return found

    @cached_property
    def course(self) -> tuple[CourseDay, ...]:
        """The same, each day with the target of its own."""
        days = []
        for value in self.by_day:
            day, bands = value.at("day"), value.target.bands if value.target else None
            if isinstance(day, date):
                low = bands.green_lo if bands else None
                high = bands.green_hi if bands else None
                days.append(CourseDay(day, value.value, low, high, value.status))
        return tuple(days)

    @cached_property
    def notes(self) -> tuple[DayNote, ...]:
        """What happened on the days of the course."""
        end = min(self.ask.period.end, self.ask.today + timedelta(days=1))
        found = happenings(self.ask, self.ask.period.first, end)
        notes = (*found, *restated_notes(self.ask, self.by_day))
        return tuple(sorted(notes, key=lambda note: note.day))

    def scope_of(self, row: Target) -> Scope | None:
        """The scope of a row as far as this person's organisation shows it."""
        if row.level == "enterprise":
            return Scope()
        if row.level == "site":
            return Scope(row.key)
        book = self.ask.targets
        team = row.key if row.level == "team" else book.team_of(row.key, self.day)
        site = book.site_of_team.get(team or "")
        if team is None or site is None:
            return None
        return Scope(site, team, row.key if row.level == "agent" else None)

    def _place(self, scope: Scope, depth: int, value: KpiValue | None) -> Place:
        row = self.row(self.kpi.id, scope)
        name = self.ask.organisation.name_of(scope)
        return Place(scope, name, depth, value, value.target if value else None, row)

    def _parts(self) -> tuple[KpiValue, ...]:
        level = BELOW.get(self.ask.scope.level)
        if level is None or drill_reason(self.kpi, level):
            return ()
        more = live_only(self.ask, self.kpi.id)
        try:
            return self.ask.values((self.kpi.id,), by=(level,), **more)
        except ForbiddenDrill:
            return ()

    def _child(self, value: KpiValue) -> Scope | None:
        scope = self.ask.scope
        level = BELOW[scope.level]
        key = value.at(level)
        if not isinstance(key, str):
            return None
        if level == "site":
            child = Scope(key)
        elif level == "team":
            child = Scope(scope.site, key)
        else:
            child = Scope(scope.site, scope.team, key)
        return child if self.ask.organisation.has(child) else None

    def _keys_inside(self) -> dict[str, set[str]]:
        organisation, scope = self.ask.organisation, self.ask.scope
        teams = {
            t.org_id
            for t in organisation.teams(scope.site)
            if scope.team in (None, t.org_id) and t.parent_id
        }
        people = {
            p.agent_id
            for p in organisation.people
            if p.team_id in teams and scope.agent in (None, p.agent_id)
        }
        sites = {s.org_id for s in organisation.sites if scope.site in (None, s.org_id)}
        return {
            "site": sites if scope.team is None else set(),
            "team": teams if scope.agent is None else set(),
            "agent": people,
        }


def read_page(ask: Ask) -> Targets:
    """The figures of the scope worst first, hidden reds, and the figure in focus."""
    shown = {kpi.id for kpi in visible_kpis(ask.who.role)}
    set_here = [t.kpi_id for t in ask.targets.targets]
    wanted = (*PAGES[PAGE_OF[ask.who.role.value]].kpi_ids, *DEFAULTS[ask.who.role], *set_here)
    level = ask.scope.level
    ids = tuple(
        kpi_id
        for kpi_id in dict.fromkeys(wanted)
        if kpi_id in shown
        and (level not in ("team", "agent") or not drill_reason(CATALOGUE[kpi_id], level))
    )
    asked = ask.state.kpi
    if asked and asked not in shown:
        raise BadInput(
            say("There is no KPI {asked!r} for your role; see `wfm kpi list`.", asked=asked[:40])
        )
    ids = tuple(dict.fromkeys((*ids, asked))) if asked else ids
    values = sorted(_values(ask, ids), key=lambda v: (_order(v), CATALOGUE[v.kpi_id].short_name))
    focus = next((v for v in values if v.kpi_id == asked), values[0])
    return Targets(ask, tuple(values), _reds(ask, values), focus)


def live_only(ask: Ask, kpi_id: str) -> dict[str, tuple[str, ...]]:
    """The queues whose contacts wait for an answer, for a figure of waits that mixes in others.

    A mail may wait for a day: with it a minute's wait on the phone reads as hours. Empty where
    nothing is mixed.
    """
    if not any(measure.startswith("wait_") for measure in CATALOGUE[kpi_id].measures):
        return {}
    queues = {
        q.queue_id: q.deferred_sla_s is None
        for q in ask.organisation.queues
        if ask.scope.site is None or q.site_id in (None, ask.scope.site)
    }
    live = tuple(sorted(queue_id for queue_id, now in queues.items() if now))
    return {"queues": live} if 0 < len(live) < len(queues) else {}


def _values(ask: Ask, ids: tuple[str, ...], by: tuple[str, ...] = ()) -> tuple[KpiValue, ...]:
    """Values of figures, those of waits without work that may wait; forbidden parts left out."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for kpi_id in ids:
        groups.setdefault(live_only(ask, kpi_id).get("queues", ()), []).append(kpi_id)
    found: list[KpiValue] = []
    for queues, same in groups.items():
        try:
            found += ask.values(tuple(same), by=by, queues=queues)
        except ForbiddenDrill:
            if not by:
                raise
            for kpi_id in same:
                with suppress(ForbiddenDrill):
                    found += ask.values((kpi_id,), by=by, queues=queues)
    return tuple(found)


def _order(value: KpiValue | None) -> tuple[int, float]:
    """Worst first: by status, then by how far from the target in parts of it."""
    if value is None or value.value is None:
        return (9, 0.0)
    goal = abs(value.value - (value.gap or 0.0))
    far = abs(value.gap or 0.0) / max(goal, 1e-9) if value.gap_is == "worse" else 0.0
    return (RANK[value.status], -far)


def _reds(ask: Ask, values: list[KpiValue]) -> dict[str, str]:
    """ "2 of 7 teams red" by KPI, for every figure that can be told by part."""
    level = BELOW.get(ask.scope.level)
    if level is None:
        return {}
    ids = tuple(
        v.kpi_id
        for v in values
        if v.value is not None and not drill_reason(CATALOGUE[v.kpi_id], level)
    )
    if not ids:
        return {}
    found: dict[str, list[str]] = {}
    for part in _values(ask, ids, (level,)):
        if part.value is not None:
            found.setdefault(part.kpi_id, []).append(part.status)
    return {
        kpi_id: say(
            "{count} of {n} {levels} red",
            count=statuses.count("bad"),
            n=len(statuses),
            levels=PLACES.get(level, f"{level}s"),
        )
        for kpi_id, statuses in found.items()
        if "bad" in statuses
    }


def _key(row: Target) -> str:
    return "" if row.level == "enterprise" else row.key
