"""All insights of a centre, and which of them come first for whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kpis.explain.finding import Finding
from kpis.insights.centre import Centre
from kpis.insights.changes import find_changes
from kpis.insights.habits import find_habits
from kpis.insights.staffing import find_short
from kpis.insights.teams import find_people
from wfm.domain.roles import Role
from wfm.domain.scope import Scope

Finder = Callable[[Centre], tuple[Finding, ...]]
# What may change within minutes, and what the finished days tell.
LIVE: tuple[Finder, ...] = (find_short,)
SETTLED: tuple[Finder, ...] = (find_habits, find_people, find_changes)
FINDERS = {"live": LIVE, "settled": SETTLED}


def find_insights(centre: Centre, family: str) -> tuple[Finding, ...]:
    """Findings of one family, "live" or "settled", the most pressing first."""
    found = [finding for finder in FINDERS[family] for finding in finder(centre)]
    return tuple(sorted(found, key=order))


def for_role(findings: Iterable[Finding], role: Role, scope: Scope) -> tuple[Finding, ...]:
    """Findings of a role inside a scope, the most pressing first."""
    own = [one for one in findings if role in one.roles and scope.holds(one.scope)]
    return tuple(sorted(own, key=order))


def order(one: Finding) -> tuple[float, str, str]:
    """The order of findings: by score, then always the same."""
    return -one.score, one.scope.path, one.kpi_id
