"""The target of a whole period: constant, or weighted by the KPI's own denominator day by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from kpis.definition import Bands, Kpi
from kpis.display import format_goal, format_target
from kpis.evaluate import Window, evaluate
from kpis.reading import Ask, Key, Reading, Row, read_rows
from kpis.targets import (
    added_bands,
    bands_of,
    days_of,
    of_place,
    provenance,
    resolve,
    set_by,
    weighted_bands,
)
from kpis.value import KpiTarget
from wfm.domain.errors import ForbiddenDrill
from wfm.domain.language import say
from wfm.domain.scope import Scope
from wfm.domain.targets import Target, TargetBook
from wfm.facts.reader import FactReader

BELOW = {"enterprise": "site", "site": "team", "team": "agent"}


@dataclass(frozen=True)
class Kind:
    """The one contact type or queue that a figure is about; empty: all of them."""

    contact_type: str = ""
    queue_id: str = ""


Child = tuple[Mapping[str, object], Row]


@dataclass
class TargetDesk:
    """Answers targets for one question; reads denominators by day once, and only when asked."""

    facts: FactReader
    ask: Ask
    book: TargetBook
    kpis: Sequence[Kpi]
    _by_day: Reading | None = None
    _weights: dict[str, dict[Key, dict[date, float]]] = field(default_factory=dict)
    _children: dict[tuple[str, str], Mapping[Key, list[Child]] | None] = field(default_factory=dict)
    _in_force: dict[tuple[object, ...], Target | None] = field(default_factory=dict)
    _holding: dict[tuple[str, date], tuple[bool, ...]] = field(default_factory=dict)
    _runs: dict[tuple[object, ...], tuple[tuple[date, ...], ...]] = field(default_factory=dict)
    _own: dict[str, frozenset[str]] = field(default_factory=dict)
    # Of each row, before its sentence says who inherits it; then with that, of each scope.
    _set: dict[tuple[object, ...], KpiTarget | None] = field(default_factory=dict)
    _told: dict[tuple[object, ...], KpiTarget | None] = field(default_factory=dict)

    def target(self, kpi: Kpi, key: Key) -> KpiTarget | None:
        """The target of a KPI for a key of the question, None when nothing is set."""
        given = dict(key)
        first, end = self._days(given)
        scope = scope_of(self.ask.scope, given, self.book, first)
        if not self.book.of_kpi(kpi.id):
            return self._of_row(kpi, None, scope)
        kind = Kind(_contact_type(given, self.ask), _queue(given, self.ask))
        runs = self._same_rows(kpi, first, end, scope)
        by_run = {run: self._row(kpi, run[0], scope, kind) for run in runs}
        found = list(dict.fromkeys(by_run.values()))
        if found == [None]:
            days = days_of(first, end)
            return self._of_row(kpi, None, scope) or self._of_children(kpi, scope, key, days)
        summed = kpi.kind == "sum"
        if summed and ("slot" in given or "q" in given):
            return None
        if len(found) == 1 and not summed:
            return self._of_row(kpi, found[0], scope)
        by_day = {day: row for run, row in by_run.items() for day in run}
        return (self._added if summed else self._weighted)(kpi, scope, key, by_day)

    def _same_rows(
        self, kpi: Kpi, first: date, end: date, scope: Scope
    ) -> tuple[tuple[date, ...], ...]:
        """The days of a period in runs over which the same row is in force.

        On the days of a run the same rows hold, for the same chain of units.
        """
        moves = self.book.moves(scope.agent) if scope.agent else ()
        moves = tuple(day for day in moves if first < day < end)
        asked = (kpi.id, first, end, moves)
        if asked not in self._runs:
            runs, before = list[list[date]](), None
            for day in days_of(first, end):
                holding = self._held_on(kpi, day)
                if holding != before or day in moves:
                    runs.append([])
                runs[-1].append(day)
                before = holding
            self._runs[asked] = tuple(tuple(run) for run in runs)
        return self._runs[asked]

    def _row(self, kpi: Kpi, day: date, scope: Scope, kind: Kind) -> Target | None:
        """The row in force; a count is not inherited: the team's 1,000 is not each agent's."""
        # Days on which the same rows hold for the same chain of units have the same row in force;
        # so have all agents of a team who have none of their own.
        chain = self.book.chain(scope, day)
        if scope.agent and scope.agent not in self._agents(kpi):
            chain = chain[1:]
        asked = (kpi.id, self._held_on(kpi, day), chain, scope.level, kind)
        if asked not in self._in_force:
            row = resolve(self.book, kpi.id, day, scope, kind.contact_type, queue_id=kind.queue_id)
            counted = kpi.kind == "sum" and row is not None and row.level != scope.level
            self._in_force[asked] = None if counted else row
        return self._in_force[asked]

    def _agents(self, kpi: Kpi) -> frozenset[str]:
        """The agents with rows of their own."""
        if kpi.id not in self._own:
            rows = self.book.of_kpi(kpi.id)
            self._own[kpi.id] = frozenset(row.key for row in rows if row.level == "agent")
        return self._own[kpi.id]

    def _held_on(self, kpi: Kpi, day: date) -> tuple[bool, ...]:
        """Which rows of a KPI hold on a day."""
        if (kpi.id, day) not in self._holding:
            rows = self.book.of_kpi(kpi.id)
            self._holding[kpi.id, day] = tuple(row.holds_on(day) for row in rows)
        return self._holding[kpi.id, day]

    def _of_row(self, kpi: Kpi, row: Target | None, scope: Scope) -> KpiTarget | None:
        """The target of one row, or of the catalogue; most days of a trend have the same."""
        which = (kpi.id, None if row is None else row.target_id)
        if (*which, scope) not in self._told:
            if which not in self._set:
                bands = bands_of(kpi, row)
                source = set_by(self.book, kpi, row, format_goal(kpi, bands))
                self._set[which] = _shown(kpi, bands, source, rows=[] if row is None else [row])
            found = self._set[which]
            if found is not None:
                found = replace(found, source=of_place(self.book, row, scope, found.source))
            self._told[*which, scope] = found
        return self._told[*which, scope]

    def _weighted(
        self, kpi: Kpi, scope: Scope, key: Key, by_day: Mapping[date, Target | None]
    ) -> KpiTarget | None:
        weights = self._denominators(kpi, key)
        if not weights:
            weights = dict.fromkeys(by_day, 1.0)
        parts = [(bands_of(kpi, row), weights.get(day, 0.0)) for day, row in by_day.items()]
        bands = weighted_bands(parts)
        used = [row for day, row in by_day.items() if weights.get(day, 0.0) > 0]
        source = self._source(kpi, list(dict.fromkeys(used)), scope)
        return _shown(kpi, bands, source, True, rows=used)

    def _added(
        self, kpi: Kpi, scope: Scope, key: Key, by_day: Mapping[date, Target | None]
    ) -> KpiTarget | None:
        """Counts have a target a day; the days that have data add up."""
        counted = [day for day, n in self._denominators(kpi, key).items() if n > 0]
        rows = [row for day in counted if (row := by_day.get(day)) is not None]
        bands = added_bands([bands_of(kpi, row) for row in rows])
        source = self._source(kpi, list(dict.fromkeys(rows)), scope)
        return _shown(kpi, bands, source, True, rows=rows)

    def _of_children(
        self, kpi: Kpi, scope: Scope, key: Key, days: Sequence[date]
    ) -> KpiTarget | None:
        """The own targets of the parts together, where the scope itself has none.

        Parts are sites or teams, else queues, else contact types, whichever has rows of its own.
        Rates take their mean by base, counts add up.
        """
        if set(dict(key)) & {"slot", "q"} or kpi.kind in ("last", "max"):
            return None
        own = tuple(part for part in key if part[0] not in ("day", "week", "month"))
        for dimension in self._parts(kpi, scope, dict(key)):
            children = self._children_of(kpi, dimension)
            if children is None:
                continue
            inside = set(days)
            mine = [child for child in children.get(own, ()) if child[0]["day"] in inside]
            return self._together(kpi, scope, mine)
        return None

    def _children_of(self, kpi: Kpi, dimension: str) -> Mapping[Key, list[Child]] | None:
        """Every part of a dimension by day, below the key it is a part of; None if forbidden."""
        if (kpi.id, dimension) not in self._children:
            own = tuple(d for d in self.ask.by if d not in ("day", "week", "month"))
            found: dict[Key, list[Child]] = {}
            try:
                reading = read_rows(
                    self.facts, replace(self.ask, by=(*own, dimension, "day")), kpi.measures
                )
            except ForbiddenDrill:
                self._children[kpi.id, dimension] = None
                return None
            for key, row in reading.rows.items():
                place = tuple(part for part in key if part[0] in own)
                found.setdefault(place, []).append((dict(key), row))
            self._children[kpi.id, dimension] = found
        return self._children[kpi.id, dimension]

    def _parts(self, kpi: Kpi, scope: Scope, given: Mapping[str, object]) -> list[str]:
        """Dimensions by which parts of a scope have targets of their own."""
        rows = self.book.of_kpi(kpi.id)
        level = BELOW.get(scope.level, "")
        found = [level] if any(row.level == level for row in rows) else []
        found += ["queue"] if any(row.queue_id for row in rows) else []
        found += ["contact_type"] if any(row.contact_type for row in rows) else []
        return [dimension for dimension in found if dimension not in given]

    def _together(self, kpi: Kpi, scope: Scope, children: Sequence[Child]) -> KpiTarget | None:
        parts: list[tuple[Bands, float]] = []
        found: list[Target | None] = []
        for given, row in children:
            day = given["day"]
            answer = evaluate(kpi, row.cell)
            weight = (answer.numerator if kpi.kind == "sum" else answer.base) or 0.0
            if weight <= 0 or not isinstance(day, date):
                continue
            child = scope_of(scope, given, self.book, day)
            kind = Kind(_contact_type(given, self.ask), _queue(given, self.ask))
            target = self._row(kpi, day, child, kind)
            if target is None:
                return None  # a part without a target: the whole cannot have one
            found.append(target)
            parts.append((bands_of(kpi, target), weight))
        bands = added_bands([b for b, _ in parts]) if kpi.kind == "sum" else weighted_bands(parts)
        source = self._source(kpi, list(dict.fromkeys(found)), scope)
        return _shown(kpi, bands, source, True, rows=found)

    def _denominators(self, kpi: Kpi, key: Key) -> dict[date, float]:
        """The KPI's own denominator (for a count: its value) of each day of a key."""
        if self._by_day is None:
            measures = [m for k in self.kpis if self.book.of_kpi(k.id) for m in k.measures]
            by = self.ask.by if "day" in self.ask.by else (*self.ask.by, "day")
            self._by_day = read_rows(self.facts, replace(self.ask, by=by), measures)
        if kpi.id not in self._weights:
            self._weights[kpi.id] = self._weights_of(kpi, self._by_day)
        return self._weights[kpi.id].get(key, {})

    def _weights_of(self, kpi: Kpi, by_day: Reading) -> dict[Key, dict[date, float]]:
        found: dict[Key, dict[date, float]] = {}
        for row_key, row in by_day.rows.items():
            answer = evaluate(kpi, row.cell, Window(seconds=1.0, days=1.0))
            weight = answer.numerator if kpi.kind == "sum" else answer.base
            day = dict(row_key)["day"]
            if weight is not None and isinstance(day, date):
                key = tuple(part for part in row_key if part[0] in self.ask.by)
                found.setdefault(key, {})[day] = weight
        return found

    def _source(self, kpi: Kpi, rows: Sequence[Target | None], scope: Scope) -> str:
        told = [
            provenance(self.book, kpi, row, scope, format_goal(kpi, bands_of(kpi, row)))
            for row in rows
        ]
        if len(told) <= 1:
            return told[0] if told else ""
        more = say("; and {n} more", n=len(told) - 3) if len(told) > 3 else ""
        how = "sum" if kpi.kind == "sum" else say("mean by base")
        return say(
            "{how} of {n} targets: {told}{more}",
            how=how,
            n=len(told),
            told="; ".join(told[:3]),
            more=more,
        )

    def _days(self, given: Mapping[str, object]) -> tuple[date, date]:
        """The local days a key stands for, clipped to the period asked."""
        first, end = self.ask.first, self.ask.end
        for dimension, after in (
            ("day", _day_after),
            ("week", _week_after),
            ("month", _month_after),
        ):
            start = given.get(dimension)
            if isinstance(start, date):
                return max(first, start), min(end, after(start))
        return first, end


def scope_of(scope: Scope, given: Mapping[str, object], book: TargetBook, day: date) -> Scope:
    """The scope of a key: a team of a site, an agent of a team, as in force on a day."""
    site = _text(given.get("site")) or scope.site
    team = _text(given.get("team")) or scope.team
    agent = _text(given.get("agent")) or scope.agent
    if agent is not None:
        team = team or book.team_of(agent, day)
    if team is not None:
        site = site or book.site_of_team.get(team)
    if site is None or (agent is not None and team is None):
        return scope
    return Scope(site, team, agent)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _contact_type(given: Mapping[str, object], ask: Ask) -> str:
    own = _text(given.get("contact_type"))
    if own is not None:
        return own
    return ask.contact_types[0] if len(ask.contact_types) == 1 else ""


def _queue(given: Mapping[str, object], ask: Ask) -> str:
    own = _text(given.get("queue"))
    if own is not None:
        return own
    return ask.queues[0] if len(ask.queues) == 1 else ""


def _shown(
    kpi: Kpi,
    bands: Bands | None,
    source: str,
    by_day: bool = False,
    rows: Sequence[Target | None] = (),
) -> KpiTarget | None:
    if bands is None or bands.empty:
        return None
    restated = any(row is not None and row.restated_on is not None for row in rows)
    return KpiTarget(format_target(kpi, bands), source, bands, by_day, restated)


def _day_after(day: date) -> date:
    return day + timedelta(days=1)


def _week_after(day: date) -> date:
    return day + timedelta(days=7)


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
