"""Targets: what a KPI should be, for whom, from when, and who said so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType

from wfm.domain.scope import Scope


@dataclass(frozen=True)
class Target:
    """One row of the append-only record; an edit adds a row and never changes one.

    It holds for days from `effective_from` up to, not including, `effective_to`; it was known
    from `recorded_at` (UTC seconds). A single value stands in `value_lo` or `value_hi`, a range
    in both; `amber_width` is how far beyond it is amber still.
    """

    target_id: int
    kpi_id: str
    level: str
    key: str
    contact_type: str
    value_lo: float | None
    value_hi: float | None
    amber_width: float | None
    effective_from: date
    effective_to: date | None
    recorded_at: int
    author: str
    reason: str = ""
    source: str = "user"

    def holds_on(self, day: date) -> bool:
        """Whether the row is in force on a day."""
        return self.effective_from <= day and (self.effective_to is None or day < self.effective_to)


@dataclass(frozen=True)
class Membership:
    """The team of an agent from a day up to, not including, another."""

    agent_id: str
    team_id: str
    first: date
    end: date | None = None


@dataclass(frozen=True)
class TargetBook:
    """All targets a scope may know, with the memberships that say who inherits from whom."""

    targets: tuple[Target, ...] = ()
    memberships: tuple[Membership, ...] = ()
    site_of_team: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    names: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def _by_kpi(self) -> dict[str, tuple[Target, ...]]:
        rows: dict[str, list[Target]] = {}
        for row in self.targets:
            rows.setdefault(row.kpi_id, []).append(row)
        return {kpi_id: tuple(found) for kpi_id, found in rows.items()}

    @cached_property
    def _teams(self) -> dict[str, tuple[Membership, ...]]:
        rows: dict[str, list[Membership]] = {}
        for row in sorted(self.memberships, key=lambda m: m.first):
            rows.setdefault(row.agent_id, []).append(row)
        return {agent: tuple(found) for agent, found in rows.items()}

    def of_kpi(self, kpi_id: str) -> tuple[Target, ...]:
        """The rows of one KPI."""
        return self._by_kpi.get(kpi_id, ())

    def team_of(self, agent_id: str, day: date) -> str | None:
        """The team of an agent on a day; the nearest known one outside the rows."""
        rows = self._teams.get(agent_id)
        if not rows:
            return None
        chosen = rows[0]
        for row in rows:
            if row.first <= day:
                chosen = row
        return chosen.team_id

    def chain(self, scope: Scope, day: date) -> tuple[tuple[str, str], ...]:
        """Level and key from the most specific up: agent, team, site, enterprise.

        The team and site of an agent are those in force on the day, whatever the scope says.
        """
        team = (scope.agent and self.team_of(scope.agent, day)) or scope.team
        site = (team and self.site_of_team.get(team)) or scope.site
        own = (("agent", scope.agent), ("team", team), ("site", site))
        return (*((level, key) for level, key in own if key), ("enterprise", ""))

    def name_of(self, level: str, key: str) -> str:
        """The name of a level and key as a sentence says it: "Site Phoenix", "the enterprise"."""
        if level == "enterprise":
            return "the enterprise"
        name = self.names.get((level, key), key)
        return name if level == "agent" else _with_level(level, name)


def _with_level(level: str, name: str) -> str:
    return name if level in name.casefold().split() else f"{level.capitalize()} {name}"
