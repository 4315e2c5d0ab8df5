"""Which table answers a query: the smallest that holds every measure and dimension asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from wfm.domain.errors import BadInput, ForbiddenDrill
from wfm.facts.measures import MEASURES
from wfm.facts.schema import ACTIVITY_MEASURES, REASON_MEASURES, TABLES, TableSpec
from wfm.store.manifest import FactFile

TIMES = ("day", "week", "month", "weekday", "slot", "q")
# What splits an agent's time within a day; sums of the day alone are kept by them.
PARTS = ("activity", "reason")
DIMENSIONS = (
    "site", "team", "agent", "tenure", "queue", "group", "channel", "contact_type", *PARTS, *TIMES
)  # fmt: skip
_WHY = {
    "queue_interval": "a contact that waits or hangs up has no agent, and counts in its queue",
    "agent_interval": "signed-in, idle and scheduled time belongs to no single queue",
    "agent_day": "signed-in, idle and scheduled time belongs to no single queue",
    "group_interval": "staffing is planned by site and skill group",
    "forecast_interval": "contacts are forecast by queue",
    "agent_queue_interval": "a handled contact has an agent and a queue only",
    "hist": "waits have a queue, handle times an agent and a queue",
    "figure_day": "it is a figure of a day, kept as finely as its source delivers it",
    "figure_agents": "it is counted by agent over the days of the period",
    "customer_entry": "customers are counted where they enter a queue",
    "customer_contact": "a contact is followed for days, from the one who answered it first",
    "forecast_cells": "contacts are forecast by queue, and the error of a day has no hours",
}
_NO_PART = {
    "activity": "only seconds of agents lie in a planned activity",
    "reason": "only time not ready and time out of adherence has a reason",
}
_PEOPLE, _WORK = (
    frozenset({"site", "team", "agent", "tenure"}),
    frozenset({"queue", "group", "channel"}),
)
# A cell of queue and quarter meets its target as a whole, not by contact type.
_WHOLE_CELLS = ("cells_sl_n", "cells_sl_met_n")


@dataclass(frozen=True)
class Need:
    """Dimensions a query groups and filters by, and whether it looks inside the day."""

    dimensions: frozenset[str]
    inside_day: bool

    @property
    def places(self) -> frozenset[str]:
        return self.dimensions - frozenset(TIMES)


@cache
def dimensions_of(spec: TableSpec) -> frozenset[str]:
    """Every dimension a table can be grouped or filtered by."""
    found = {key for key in spec.keys if key in DIMENSIONS}
    if "queue" in found:
        found.add("group")
    if "day" in found:
        found |= {"week", "month", "weekday"}
    if {"agent", "day"} <= found:
        found.add("tenure")
    if "q" in found:
        found.add("slot")
    return frozenset(found)


def check_drill(measures: Iterable[str], need: Need) -> None:
    """Nothing, or `ForbiddenDrill` when a measure has no such dimension (never answered with 0)."""
    parts = [part for part in PARTS if part in need.dimensions]
    if parts and (need.inside_day or len(parts) > 1):
        beside = "quarter-hours" if need.inside_day else f"by {parts[1]}"
        raise ForbiddenDrill(
            f"Time by {parts[0]} is summed over the day and not kept {beside}. "
            "Ask for one of them, by day or longer."
        )
    for name in measures:
        table = MEASURES[name].table
        if table is None:
            continue
        allowed = leaf_dimensions(name, table)
        for dimension in sorted(need.dimensions - allowed):
            raise ForbiddenDrill(
                f"{name} has no {dimension.replace('_', ' ')}: {_why(table, dimension)}. "
                f"Possible: {', '.join(d for d in DIMENSIONS if d in allowed)}."
            )


def why_not(measure: str, dimension: str) -> str:
    """Why a measure cannot be grouped by a dimension, empty when it can or nothing feeds it."""
    table = MEASURES[measure].table
    if table is None or dimension in leaf_dimensions(measure, table):
        return ""
    return _why(table, dimension)


def _why(table: str, dimension: str) -> str:
    return _NO_PART.get(dimension) or _WHY[table]


def leaf_dimensions(measure: str, table: str) -> frozenset[str]:
    """Every dimension a measure of a leaf table can be grouped or filtered by."""
    if table in ("figure_day", "figure_agents"):
        return _figure_dimensions(measure)
    if table == "forecast_cells":
        whole = dimensions_of(TABLES["forecast_interval"])
        return whole - {"q", "slot"} if measure == "fc_day_abs_err_n" else whole
    allowed = dimensions_of(TABLES[table])
    if table == "hist" and "agent" not in MEASURES[measure].grain:
        allowed -= {"agent", "team", "tenure"}
    if measure in ACTIVITY_MEASURES:
        allowed |= {"activity"}
    if measure in REASON_MEASURES:
        allowed |= {"reason"}
    if table == "hist" and "interval" not in MEASURES[measure].grain:
        allowed -= {"q", "slot", "contact_type"}
    if measure in _WHOLE_CELLS:
        allowed -= {"contact_type"}
    return allowed


def _figure_dimensions(measure: str) -> frozenset[str]:
    """Dimensions of a figure of a day, by its grain: a survey has an agent and a queue."""
    grain = MEASURES[measure].grain
    found = {"site", "day", "week", "month", "weekday"}
    if "agent" in grain:
        found |= _PEOPLE
    if "team" in grain or "supervisor" in grain:
        found |= {"site", "team"}
    if any(word in grain for word in ("queue", "channel", "skill group")):
        found |= _WORK
    return frozenset(found)


def eligible_tables(family: str, measures: Iterable[str], need: Need) -> list[TableSpec]:
    """Tables that can answer measures of one leaf table exactly."""
    wanted = set(measures)
    found = []
    for spec in TABLES.values():
        if family not in spec.families or not wanted <= set(spec.family_measures(family)):
            continue
        if spec.part and spec.part not in need.dimensions:
            continue
        if not need.dimensions <= dimensions_of(spec):
            continue
        if _books_right(spec, family, wanted, need):
            found.append(spec)
    return found


def holds_family(spec: TableSpec, leaves: Iterable[FactFile]) -> bool:
    """Whether a table was made with each of these leaf files: days of an older version lack it."""
    return not spec.since or all(code_number(file.code_version) >= spec.since for file in leaves)


def code_number(code_version: str) -> int:
    """The code version as a number; 0 when it is not one."""
    return int(code_version) if code_version.isdigit() else 0


def _books_right(spec: TableSpec, family: str, measures: set[str], need: Need) -> bool:
    """Whether adherence is booked as the view wants: by interval inside a day, else by shift."""
    if family != "agent_interval" or not any(MEASURES[m].counts_by_shift_day for m in measures):
        return True
    if need.inside_day:
        return not spec.by_shift_day
    return spec.by_shift_day or "shift_day" in spec.keys


def known_measures(names: Iterable[str]) -> Mapping[str, list[str]]:
    """Measures by leaf table; `BadInput` for a name the registry does not have."""
    tables: dict[str, list[str]] = {}
    for name in names:
        if name not in MEASURES:
            raise BadInput(f"Measure {name!r} is not known; wfm kpi list shows what there is.")
        tables.setdefault(MEASURES[name].table or "", []).append(name)
    return tables
