"""The permission table: which role may do what, and how far it reaches."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from wfm.domain.roles import Role

TABLE = "permissions.csv"


class Reach(StrEnum):
    """How much of the centre a permission covers for a role."""

    NONE = "none"
    OWN = "own"  # the agent's own records
    OWN_TEAM = "own_team"  # the team's total, never a colleague's record
    TEAM = "team"
    SITE = "site"
    ALL = "all"


@dataclass(frozen=True)
class Grant:
    """One cell of the table: `text` is what the table says, with its condition."""

    reach: Reach
    text: str


@dataclass(frozen=True)
class PermissionTable:
    """Every permission, by name and role."""

    rows: Mapping[str, Mapping[Role, Grant]]

    def names(self) -> tuple[str, ...]:
        """Names of all permissions, in the order of the table."""
        return tuple(self.rows)

    def grant(self, permission: str, role: Role) -> Grant:
        """What a role may do; an unknown permission is a fault of the program, not a denial."""
        if permission not in self.rows:
            raise LookupError(f"No permission {permission!r} in {TABLE}: add its row there first.")
        return self.rows[permission][role]


@cache
def permission_table() -> PermissionTable:
    """The table as shipped in `wfm/web/permissions.csv`, the one source for every door."""
    text = files("wfm").joinpath("web", TABLE).read_text(encoding="utf-8")
    return PermissionTable(
        MappingProxyType(
            {
                row["permission"]: MappingProxyType(
                    {role: Grant(reach_of(row[role.value]), row[role.value]) for role in Role}
                )
                for row in csv.DictReader(text.splitlines())
            }
        )
    )


def reach_of(cell: str) -> Reach:
    """The reach that a cell of the table begins with.

    `-` is none, `team within corridor` is team, `own team aggregate (n >= 5)` is own_team.
    """
    words = cell.split()
    if words == ["-"]:
        return Reach.NONE
    if words[:2] == ["own", "team"]:
        return Reach.OWN_TEAM
    if words[:3] == ["all", "own", "sites"]:
        return Reach.SITE
    return Reach(words[0])
