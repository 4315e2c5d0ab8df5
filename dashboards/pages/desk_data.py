"""What the control desk knows: each place now and in the next hour, and the day by quarters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from dashboards.frame import Ask
from dashboards.names import name_of, scope_below
from dashboards.parts.status import RANK, worst_of
from kpis.catalogue.load import CATALOGUE
from kpis.dashboards import PAGES
from kpis.status import status_of
from kpis.value import KpiValue
from wfm.domain.errors import ForbiddenDrill
from wfm.domain.grid import QUARTER_S
from wfm.domain.language import to_say
from wfm.domain.scope import Scope
from wfm.queries.intraday import Quarter, read_staffing

TILES = PAGES["desk"].kpi_ids
STAFFING = (
    "avg_agents_on_queue", "scheduled_agents", "required_agents", "net_staffing",
    "staffing_vs_required", "actual_vs_scheduled",
)  # fmt: skip
SERVICE = ("service_level", "contacts_offered_vs_forecast")
PEOPLE = ("adherence", "shrinkage")
AHEAD = (2, 4)  # quarters: +30 and +60 minutes
LIMITS = CATALOGUE["staffing_vs_required"].bands


@dataclass(frozen=True)
class Window:
    """The time the figures of now stand for: whole quarters only, so that nothing is cut."""

    q_from: int | None
    q_to: int | None
    label: str


@dataclass(frozen=True)
class Place:
    """A site, skill group or team with its figures, its quarters of the day, and its parts."""

    key: str
    level: str
    name: str
    scope: Scope | None
    values: Mapping[str, KpiValue]
    quarters: tuple[Quarter, ...] = ()
    parts: tuple[Place, ...] = ()

    def value(self, kpi_id: str) -> float | None:
        """The value of a KPI, None when it is not known here."""
        found = self.values.get(kpi_id)
        return None if found is None else found.value

    @property
    def net(self) -> float | None:
        """Agents over (+) or under (−) what is required."""
        return self.value("net_staffing")

    def net_at(self, q: int) -> float | None:
        """What the current schedule leaves over or short in a quarter to come."""
        found = next((row for row in self.quarters if row.q == q), None)
        if found is None or found.required is None or found.scheduled is None:
            return None
        return found.scheduled - found.required

    def short_status(self, net: float | None, required: float | None) -> str:
        """Status of a shortage, by the limits of actual against required; never red for plenty."""
        if net is None or not required:
            return "none"
        if net >= 0:
            return "good"
        target = self.values["staffing_vs_required"].target if self.values else None
        bands = target.bands if target is not None else LIMITS
        return status_of(100 * net / required, bands)

    @property
    def status(self) -> str:
        """The most harmful of shortage, staffing against schedule, and service level."""
        short = self.short_status(self.net, self.value("required_agents"))
        others = [v.status for k in ("service_level",) if (v := self.values.get(k)) is not None]
        gone = self.values.get("actual_vs_scheduled")
        if gone is not None and gone.value is not None and gone.value < 0:
            others.append(gone.status)
        known = [s for s in (short, *others) if s != "none"]
        return worst_of(known)

    @property
    def harm(self) -> tuple[int, float]:
        """The order of the table: the worst status first, then the most agents short."""
        return RANK[self.status], self.net if self.net is not None else 1e9


def window_of(ask: Ask) -> Window:
    """The last two whole quarters for "now", else the whole period."""
    if ask.grain != "now":
        return Window(None, None, "")
    q_to = min(ask.now, ask.data_at if ask.data_at is not None else ask.now) // QUARTER_S
    if ask.data_at is None or ask.now - ask.data_at > 86_400:
        q_to = ask.now // QUARTER_S
    return Window(q_to - 2, q_to, to_say("half-hour"))


def read_values(
    ask: Ask, kpi_ids: tuple[str, ...], window: Window, by: tuple[str, ...] = (), **more: Any
) -> tuple[KpiValue, ...]:
    """Values for the window; a half-hour is cut from the days around it, whatever the zone."""
    if window.q_from is not None:
        near = {"first": ask.today - timedelta(days=1), "end": ask.today + timedelta(days=2)}
        more = {**near, "q_from": window.q_from, "q_to": window.q_to, **more}
    return ask.values(kpi_ids, by=by, **more)


def read_places(ask: Ask, window: Window, q_from: int, q_to: int) -> tuple[Place, ...]:
    """Sites with their skill groups; inside a site its skill groups; worst first."""
    if ask.scope.team is not None:
        return ()
    dimension = "site" if ask.scope.site is None else "group"
    try:
        tops = [place for _, place in _places(ask, window, (dimension,), q_from, q_to)]
    except ForbiddenDrill:
        return ()
    if dimension == "site":
        parts = _places(ask, window, ("site", "group"), q_from, q_to)
        tops = [
            replace(top, parts=_by_harm([part for key, part in parts if key[0] == top.key]))
            for top in tops
        ]
    return _by_harm(tops)


def read_people(ask: Ask, window: Window) -> tuple[Place, ...]:
    """Teams of a site, agents of a team, with what can be said of people; worst first."""
    if ask.scope.site is None or ask.scope.agent is not None:
        return ()
    dimension = "team" if ask.scope.team is None else "agent"
    kpis = ("adherence", "shrinkage", "occupancy", "contacts_handled", "average_handle_time")
    found = _by_key(read_values(ask, kpis, window, (dimension,)))
    places = [
        Place(str(key[0]), dimension, name_of(ask, dimension, key[0]),
              scope_below(ask, dimension, key[0]), values)
        for key, values in found.items()
        if key[0] is not None
    ]  # fmt: skip
    return tuple(
        sorted(places, key=lambda p: (RANK[p.values["adherence"].status],
                                      p.value("adherence") or 101.0))
    )  # fmt: skip


def _places(
    ask: Ask, window: Window, by: tuple[str, ...], q_from: int, q_to: int
) -> list[tuple[tuple[str, ...], Place]]:
    values = _by_key(read_values(ask, (*STAFFING, *SERVICE), window, by))
    if by == ("site",):
        for key, more in _by_key(read_values(ask, PEOPLE, window, by)).items():
            values.setdefault(key, {}).update(more)
    days = (ask.period.first - timedelta(days=1), ask.period.end + timedelta(days=1))
    quarters = read_staffing(ask.facts, ask.scope, *days, q_from=q_from, q_to=q_to, by=by)
    found = []
    for key, row in values.items():
        if key[0] is None and by[0] == "site":
            continue
        if key[-1] is None and not row["avg_agents_on_queue"].value:
            continue
        names = tuple("" if part is None else str(part) for part in key)
        level = by[-1]
        found.append(
            (
                names,
                Place(names[-1], level, name_of(ask, level, key[-1]),
                      scope_below(ask, level, key[-1]), row, quarters.get(names, ())),
            )
        )  # fmt: skip
    return found


def _by_harm(places: list[Place]) -> tuple[Place, ...]:
    return tuple(sorted(places, key=lambda place: place.harm))


def _by_key(values: tuple[KpiValue, ...]) -> dict[tuple[Any, ...], dict[str, KpiValue]]:
    found: dict[tuple[Any, ...], dict[str, KpiValue]] = {}
    for value in values:
        key = tuple(part for _, part in value.key)
        found.setdefault(key, {})[value.kpi_id] = value
    return found
