"""The next action of an explanation, by the dimension its way down ends in."""

from __future__ import annotations

from kpis.definition import Kpi
from kpis.explain.finding import Step
from kpis.explain.levels import Level
from kpis.explain.segments import NEW, SETTLED
from kpis.explain.what_if import is_worth_it, moved_to
from kpis.value import KpiValue
from wfm.domain.language import say
from wfm.domain.scope import Scope

PEOPLE = ("agent",)
PLACES = ("site", "group")


def next_step(
    kpi: Kpi, scope: Scope, levels: tuple[Level, ...], value: KpiValue, to_target: bool
) -> Step | None:
    """What to do about a figure, with its form filled in; None where nothing is to be done.

    New agents on one kind of work: move the work. One agent: coach. One site short of staff: alert
    it. A figure that is on target asks for nothing.
    """
    if (to_target and value.status == "good") or not levels or not levels[0].bars:
        return None
    work = _work(levels)
    if (
        work is not None
        and scope.site is not None
        and is_worth_it(levels, moved_to(levels, NEW, SETTLED))
    ):
        dimension, bar_key, name = work
        return Step(
            "reassign_skill",
            say("Move {name} to settled agents", name=name),
            {"scope": scope.path, dimension: bar_key, "from": NEW, "to": SETTLED, "kpi": kpi.id},
        )
    last = levels[-1] if levels[-1].dimension in PEOPLE else levels[0]
    top = last.ranked[0]
    if last.dimension in PEOPLE and scope.team is not None and top.key:
        return Step(
            "coach",
            say("Coach {name}", name=top.name),
            {"scope": f"{scope.path}/{top.key}", "topic": kpi.id, "evidence": kpi.id},
        )
    if last.dimension in PLACES and kpi.group.startswith("6") and top.key:
        return Step(
            "alert_site", say("Alert {name}", name=top.name), {"site": top.key, "kpi": kpi.id}
        )
    return None


def _work(levels: tuple[Level, ...]) -> tuple[str, str, str] | None:
    """The kind of work that the way down goes through: its dimension, key and name."""
    for level in levels:
        if level.dimension in ("contact_type", "queue"):
            top = level.ranked[0]
            return level.dimension, top.key, top.name
    return None
