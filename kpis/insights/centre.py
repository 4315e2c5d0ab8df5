"""What insights are looked for in: facts, organisation, targets, plans, and one now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from kpis.explain.naming import Namer, namer_of
from wfm.domain.grid import local_day
from wfm.domain.organisation import Organisation
from wfm.domain.schedules import Shift
from wfm.domain.scope import Scope
from wfm.domain.targets import TargetBook
from wfm.facts.reader import FactReader


@dataclass(frozen=True)
class Plans:
    """Shifts of today's and yesterday's days at a site: as first published, and as they stand."""

    published: tuple[Shift, ...] = ()
    current: tuple[Shift, ...] = ()


@dataclass(frozen=True)
class Centre:
    """Everything of one generation that insights are read from.

    `categories` gives the category of each activity code, `plans` the shifts of each site. Events
    are known up to `data_at`.
    """

    facts: FactReader
    organisation: Organisation
    book: TargetBook
    now_at: int
    data_at: int
    categories: Mapping[str, str] = field(default_factory=dict)
    plans: Mapping[str, Plans] = field(default_factory=dict)

    @cached_property
    def name(self) -> Namer:
        """Segments in the words people use for them."""
        return namer_of(self.organisation, self.now_at)

    @cached_property
    def sites(self) -> tuple[Scope, ...]:
        """Every site."""
        return tuple(Scope(unit.org_id) for unit in self.organisation.sites)

    @cached_property
    def teams(self) -> tuple[Scope, ...]:
        """Every team, in its site."""
        return tuple(
            Scope(unit.parent_id, unit.org_id)
            for unit in self.organisation.teams()
            if unit.parent_id
        )

    def today(self, scope: Scope) -> date:
        """The local day that holds now at a place; for several sites that of the first."""
        site = scope.site or (self.sites[0].site if self.sites else None)
        return local_day(self.now_at, self.organisation.zone(site) if site else "UTC")
