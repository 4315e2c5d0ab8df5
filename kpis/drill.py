"""By which dimensions a KPI may be broken down, and why not by the others."""

from __future__ import annotations

from kpis.definition import Kpi
from kpis.reasons import why_no_reason
from wfm.domain.errors import ForbiddenDrill
from wfm.domain.language import say
from wfm.facts.measures import MEASURES
from wfm.facts.router import why_not

TIMES = ("day", "week", "month", "weekday", "slot", "q")
PEOPLE = ("team", "agent", "tenure")
WORK = ("queue", "channel", "contact_type")
GROUP = ("group",)
PARTS = ("activity", "reason")
_COARSER = ("day", "week", "month")
DIMENSIONS = ("site", *PEOPLE, *WORK, *GROUP, *PARTS, *TIMES)


def drill_reason(kpi: Kpi, dimension: str) -> str:
    """Why a KPI has no such dimension, empty when it has.

    Service level by agent: a contact that waits or hangs up has no agent.
    """
    if dimension in TIMES or dimension == "site":
        return _reason_of_facts(kpi, dimension)
    tables = {MEASURES[m].table for m in kpi.measures}
    if kpi.drill.startswith("other"):
        return say(
            "{name} is kept by {drill} only", name=kpi.name, drill=kpi.drill.removeprefix("other: ")
        )
    if dimension == "reason":
        return why_no_reason(kpi)
    if dimension == "activity" and kpi.kind == "level":
        return say("it is counted by quarter-hour, and planned activities are kept by day")
    if "group_interval" in tables:
        grouped = dimension == "group"
        return "" if grouped else say("staffing is planned by skill group, not below it")
    if dimension in PEOPLE and kpi.drill == "queue":
        return say("a contact that waits or hangs up has no agent")
    if dimension in (*WORK, *GROUP) and kpi.drill == "agent":
        return say("signed-in, idle and scheduled time belongs to no single queue")
    return _reason_of_facts(kpi, dimension)


def _reason_of_facts(kpi: Kpi, dimension: str) -> str:
    """Why the facts of a measure do not have a dimension, empty when all have it."""
    return next((why for m in kpi.measures if (why := why_not(m, dimension))), "")


def drills_of(kpi: Kpi) -> tuple[str, ...]:
    """Dimensions a KPI may be broken down by."""
    return tuple(d for d in DIMENSIONS if not drill_reason(kpi, d))


def finest_time(kpi: Kpi, wanted: str) -> str:
    """The wanted step of time if a KPI has it, else the next coarser one that it has.

    Cost per contact by quarter-hour: costs are kept by day, so its finest step is "day".
    """
    above = _COARSER.index(wanted) + 1 if wanted in _COARSER else 0
    steps = (wanted, *_COARSER[above:])
    return next((step for step in steps if not drill_reason(kpi, step)), wanted)


def check_drill(kpi: Kpi, by: tuple[str, ...]) -> None:
    """Nothing, or `ForbiddenDrill` with the reason and the dimensions that are possible."""
    for dimension in by:
        reason = drill_reason(kpi, dimension)
        if reason:
            raise ForbiddenDrill(
                say(
                    "{name} cannot be broken down by {dimension}: {reason}. Possible: {names}.",
                    name=kpi.name,
                    dimension=dimension.replace("_", " "),
                    reason=reason,
                    names=", ".join(drills_of(kpi)),
                )
            )
