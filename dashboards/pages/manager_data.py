"""What drives the centre: the figure most off target, who adds to it, and what moved it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from dashboards.contribution import Share, shares_of_gap
from dashboards.frame import Ask
from dashboards.names import name_of
from dashboards.parts.status import RANK
from kpis.catalogue.load import CATALOGUE
from kpis.dashboards import PAGES, visible_kpis
from kpis.definition import Kpi
from kpis.drill import drill_reason
from kpis.value import KpiValue
from wfm.domain.errors import BadInput, ForbiddenDrill
from wfm.domain.language import say, to_say

TILES = PAGES["manager"].kpi_ids
# Breakdowns offered, in the order of the menu.
DRILLS = (
    "site", "team", "agent", "tenure", "queue", "contact_type", "activity", "reason", "weekday",
    "slot",
)  # fmt: skip
BESIDE = ("average_handle_time", "adherence", "occupancy", "shrinkage")
HAPPENINGS = ("queue", "contact_type")


@dataclass(frozen=True)
class Centre:
    """Everything the manager's page says, read once."""

    ask: Ask
    tiles: tuple[KpiValue, ...]
    previous: tuple[KpiValue, ...]
    focus: KpiValue
    kept: dict[tuple[object, ...], tuple[KpiValue, ...]] = field(
        default_factory=dict, compare=False
    )

    @property
    def kpi(self) -> Kpi:
        """The definition of the figure in focus."""
        return CATALOGUE[self.focus.kpi_id]

    def before(self, kpi_id: str) -> KpiValue | None:
        """The value of the comparison period."""
        return next((v for v in self.previous if v.kpi_id == kpi_id), None)

    @cached_property
    def base(self) -> tuple[float | None, str]:
        """What the figure is held against, and its name.

        The target's edge or the period before; inside a range its own value: who is apart from all.
        """
        if self.ask.compare == "previous":
            earlier = self.before(self.focus.kpi_id)
            return (earlier.value if earlier else None), "before"
        if self.focus.value is not None and self.focus.gap == 0 and self.focus.gap_is == "inside":
            return self.focus.value, "all"
        if self.focus.value is not None and self.focus.gap is not None and self.focus.gap_is:
            return self.focus.value - self.focus.gap, to_say("target")
        earlier = self.before(self.focus.kpi_id)
        return (earlier.value if earlier else None), "before"

    @cached_property
    def by(self) -> str:
        """The breakdown in force: the one asked for, else the nearest unit below."""
        if self.ask.state.by and not self.reason_against(self.ask.state.by):
            return self.ask.state.by
        below = "agent" if self.ask.scope.team is not None else "team"
        return next(
            (d for d in (below, "queue", "site", "day") if not self.reason_against(d)), "day"
        )

    def reason_against(self, dimension: str) -> str:
        """Why the figure has no such breakdown here, empty when it has."""
        if dimension == "site" and self.ask.scope.site is not None:
            return say("the view is one site")
        if dimension == "team" and self.ask.scope.team is not None:
            return say("the view is one team")
        if dimension == "group":
            return drill_reason(self.kpi, "group")
        if self.ask.scope.team is not None and dimension in HAPPENINGS:
            return drill_reason(self.kpi, "agent") or drill_reason(self.kpi, dimension)
        return drill_reason(self.kpi, dimension)

    @cached_property
    def parts(self) -> tuple[tuple[Share, ...], float | None]:
        """The segments with what each adds to the gap, most harm first; and what is left over."""
        values = self.values_by(self.by)
        if self.by == "reason":  # each is a part of the whole, with no gap of its own
            parts = [Share(value, value.value, None) for value in values]
            return tuple(sorted(parts, key=lambda s: -(s.adds or 0.0))), None
        shares, missing = shares_of_gap(values, self.focus, self.base[0])
        return tuple(sorted(shares, key=self._harm)), missing

    def values_by(self, *by: str, bare: bool = False) -> tuple[KpiValue, ...]:
        """The figure in focus by dimensions; nothing when the facts forbid it."""
        asked = (*by, bare)
        if asked not in self.kept:
            try:
                self.kept[asked] = self.ask.values((self.focus.kpi_id,), by=by, bare=bare)
            except ForbiddenDrill:
                self.kept[asked] = ()
        return self.kept[asked]

    def _harm(self, share: Share) -> tuple[int, float]:
        value = share.value
        if value.value is None:
            return (3, 0.0)
        if share.adds is not None:
            # What pushes in the wrong direction comes first, the most first.
            wrong = share.adds if self.pushes_up else -share.adds
            return (0, -wrong)
        return (1 + RANK[value.status], 0.0)

    @property
    def pushes_up(self) -> bool:
        """Whether more is worse: by the KPI's direction, for a range by the side it left."""
        if self.kpi.better == "target":
            return (self.focus.gap or 0.0) >= 0
        return self.kpi.better == "lower"

    def name(self, value: KpiValue) -> str:
        """The name of a segment."""
        return name_of(self.ask, self.by, value.at(self.by))


def counts_seconds(centre: Centre) -> bool:
    """Whether the base of the figure is time, so that it is shown in hours."""
    bottom = centre.kpi.bottom
    return bottom is not None and all(name.endswith("_s") for name in bottom.measures)


def read_centre(ask: Ask) -> Centre:
    """The tiles, the comparison, and the figure in focus: the one asked for, else the worst."""
    tiles = ask.values(TILES)
    previous = ask.values_before(TILES)
    wanted = ask.state.kpi
    if wanted and wanted not in TILES:
        if wanted not in {kpi.id for kpi in visible_kpis(ask.who.role)}:
            raise BadInput(
                say(
                    "There is no KPI {wanted!r} for your role; see `wfm kpi list`.",
                    wanted=wanted[:40],
                )
            )
        focus = ask.values((wanted,))[0]
        more = ask.values_before((wanted,))
        return Centre(ask, tiles, (*previous, *more), focus)
    focus = next((v for v in tiles if v.kpi_id == wanted), None) or most_off(tiles)
    return Centre(ask, tiles, previous, focus)


def most_off(values: Sequence[KpiValue]) -> KpiValue:
    """The value with the worst status, and among those the one furthest from its target."""

    def order(value: KpiValue) -> tuple[int, float]:
        if value.value is None:
            return (9, 0.0)
        distance = abs(value.gap or 0.0) / max(abs(value.value - (value.gap or 0.0)), 1e-9)
        return (RANK[value.status], -distance if value.gap_is == "worse" else 0.0)

    return min(values, key=order)
