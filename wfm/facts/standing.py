"""Where everybody stands on a day: team, site and zone of each person, by number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property

import polars as pl

from wfm.domain.grid import day_start
from wfm.domain.organisation import Organisation, Person

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Standing:
    """The people of an organisation on a day, with the numbers of dimensions by kind and id."""

    day: date
    org: Organisation
    keys: Mapping[str, Mapping[str, int]]

    @cached_property
    def at_noon(self) -> dict[str, Person]:
        """Who stood where in the middle of the day, by agent id; nobody unknown to the records."""
        noon = day_start(self.day, "UTC") + 43_200
        found = {agent: self.org.person_at(agent, noon) for agent in self.keys["agent"]}
        return {agent: person for agent, person in found.items() if person is not None}

    @cached_property
    def agent_zone(self) -> dict[int, str]:
        """Zone of each agent's site in the middle of the day; UTC for people not on record."""
        zone_of = cache(self._zone_of_team)
        found = {}
        for ext_id, key in self.keys["agent"].items():
            person = self.at_noon.get(ext_id)
            found[key] = zone_of(person.team_id) if person else "UTC"
        return found

    def _zone_of_team(self, team_id: str) -> str:
        unit = self.org.unit(team_id)
        return self.org.zone(unit.parent_id) if unit.parent_id else (unit.timezone or "UTC")

    @cached_property
    def membership(self) -> pl.DataFrame:
        """Columns agent, from_at, team, site: where each person stood from an instant on."""
        rows = []
        first: set[int] = set()
        for person in sorted(self.org.people, key=lambda p: (p.agent_id, p.valid_from_at)):
            key = self.keys["agent"].get(person.agent_id)
            if key is None:
                continue
            site = self.org.unit(person.team_id).parent_id
            # The first row also covers what happened before it begins.
            from_at = person.valid_from_at if key in first else -(2**40)
            first.add(key)
            team = self.keys["team"].get(person.team_id)
            rows.append((key, from_at, team, self.keys["site"].get(site) if site else None))
        schema = {"agent": pl.UInt32, "from_at": pl.Int64, "team": pl.UInt16, "site": pl.UInt16}
        return pl.DataFrame(rows, schema=schema, orient="row").sort("from_at")

    @cached_property
    def agents(self) -> pl.DataFrame:
        """Columns agent, zone, from_at, to_at: the bounds of each agent's local day."""
        zones = set(self.agent_zone.values())
        bounds = {z: (day_start(self.day, z), day_start(self.day + DAY, z)) for z in zones}
        rows = [(key, zone, *bounds[zone]) for key, zone in self.agent_zone.items()]
        schema = {"agent": pl.UInt32, "zone": pl.String, "from_at": pl.Int64, "to_at": pl.Int64}
        return pl.DataFrame(rows, schema=schema, orient="row")

    @cached_property
    def bounds(self) -> Mapping[int, tuple[str, int, int]]:
        """Zone, begin and end of each agent's local day."""
        return {agent: (zone, lo, hi) for agent, zone, lo, hi in self.agents.iter_rows()}
