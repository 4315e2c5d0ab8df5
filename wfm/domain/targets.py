"""Targets: what a KPI should be, for whom, from when, and who said so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType

from wfm.domain.language import say, to_say
from wfm.domain.scope import Scope


@dataclass(frozen=True)
class Target:
    """One row of the append-only record; an edit adds a row and never changes one.

    It holds for days from `effective_from` up to, not including, `effective_to`; it was known
    from `recorded_at` (UTC seconds). A single value stands in `value_lo` or `value_hi`, a range
    in both; `amber_width` is how far beyond it is amber still. Of kind `linked` it sets nothing:
    from that day on what is set above holds again. `restated_on` is the day on which it was
    written, where it reaches back before that day.
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
    queue_id: str = ""
    kind: str = "own"
    supersedes: int | None = None
    restated_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the row is in force on a day."""
        return self.effective_from <= day and (self.effective_to is None or day < self.effective_to)


@dataclass(frozen=True)
class Corridor:
    """How far a team lead may move a target from the one set above.

    `basis` points: in the KPI's own unit (95 % by 2: 93 to 97); share: percent of the value (300 s
    by 5: 285 to 315). `kpi_id` empty: every KPI. It bears on the units below `level` and `key`.
    """

    corridor_id: int
    kpi_id: str
    level: str
    key: str
    width: float
    basis: str
    effective_from: date
    recorded_at: int
    author: str
    reason: str = ""
    source: str = "user"

    def around(self, value: float) -> tuple[float, float]:
        """The lowest and highest value allowed around one that is set above."""
        room = self.width if self.basis == "points" else abs(value) * self.width / 100
        return value - room, value + room


@dataclass(frozen=True)
class Notice:
    """What one agent was told about a change of a target."""

    notice_id: int
    agent_id: str
    target_id: int
    words: str
    created_at: int


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
    corridors: tuple[Corridor, ...] = ()

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

    def newest(self, kpi_id: str, scope: Scope) -> int:
        """The highest id of the rows of one KPI at one place, 0 without any: what an editor saw."""
        key = key_of(scope)
        rows = (t for t in self.of_kpi(kpi_id) if (t.level, place_key(t)) == (scope.level, key))
        return max((row.target_id for row in rows), default=0)

    def corridor(self, kpi_id: str, scope: Scope, day: date) -> Corridor | None:
        """The corridor in force for a scope: the nearest level, then its own KPI, then the newest.

        A row of a site bears on its teams and agents. None: the convention holds.
        """
        depth = {place: rank for rank, place in enumerate(self.chain(scope, day))}
        rows = [
            c
            for c in self.corridors
            if c.effective_from <= day
            and c.kpi_id in ("", kpi_id)
            and (c.level, "" if c.level == "enterprise" else c.key) in depth
        ]
        return min(
            rows,
            key=lambda c: (
                depth[c.level, "" if c.level == "enterprise" else c.key],
                c.kpi_id == "",
                -c.recorded_at,
                -c.corridor_id,
            ),
            default=None,
        )

    def moves(self, agent_id: str) -> tuple[date, ...]:
        """The days on which an agent came to a team, in order."""
        return tuple(row.first for row in self._teams.get(agent_id, ()))

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
            return say("the enterprise")
        name = self.names.get((level, key), key)
        return name if level == "agent" else _with_level(level, name)


LEVEL_WORD = {"site": to_say("Site"), "team": to_say("Team"), "agent": to_say("Agent")}


def key_of(scope: Scope) -> str:
    """The key of a scope's own level as rows write it: the team's id; empty for the enterprise."""
    return scope.agent or scope.team or scope.site or ""


def place_key(row: Target) -> str:
    """The key of a row, empty for the enterprise however its file wrote it."""
    return "" if row.level == "enterprise" else row.key


def _with_level(level: str, name: str) -> str:
    if level in name.casefold().split() or level not in LEVEL_WORD:
        return name
    return say("{level} {name}", level=LEVEL_WORD[level], name=name)
