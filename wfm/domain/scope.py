"""What part of the organisation somebody may read: a path of site, team and agent."""

from __future__ import annotations

from dataclasses import dataclass

from wfm.domain.errors import BadInput

LEVELS = ("enterprise", "site", "team", "agent")


@dataclass(frozen=True, order=True)
class Scope:
    """A subtree of the organisation, written `site/team/agent`; the empty path is the enterprise.

    Every reader takes one, with no default. `Scope.parse("dublin/t-07")` holds agent
    `Scope.parse("dublin/t-07/a-0117")` and not `Scope.parse("dublin/t-08")`.
    """

    site: str | None = None
    team: str | None = None
    agent: str | None = None

    def __post_init__(self) -> None:
        if (self.team and not self.site) or (self.agent and not self.team):
            raise BadInput(f"Scope {self!r} skips a level: give site, then team, then agent.")

    @classmethod
    def parse(cls, path: str) -> Scope:
        """The scope of a path as written in links and commands; `*` and `` are everything."""
        parts = [part for part in path.strip("/").split("/") if part and part != "*"]
        if len(parts) > 3:
            raise BadInput(f"Scope {path!r} has {len(parts)} parts; write site/team/agent.")
        return cls(*parts)

    @property
    def path(self) -> str:
        """The path as written in links: `dublin/t-07`; empty for the enterprise."""
        return "/".join(part for part in (self.site, self.team, self.agent) if part)

    @property
    def level(self) -> str:
        """One of enterprise, site, team, agent."""
        return LEVELS[sum(part is not None for part in (self.site, self.team, self.agent))]

    @property
    def parent(self) -> Scope | None:
        """The scope one level up, None for the enterprise."""
        parts = [part for part in (self.site, self.team, self.agent) if part]
        return Scope(*parts[:-1]) if parts else None

    def holds(self, other: Scope) -> bool:
        """Whether `other` lies inside this scope (or is the same)."""
        return all(
            mine is None or mine == theirs
            for mine, theirs in zip(
                (self.site, self.team, self.agent),
                (other.site, other.team, other.agent),
                strict=True,
            )
        )


ENTERPRISE = Scope()
