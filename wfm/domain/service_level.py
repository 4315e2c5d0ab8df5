"""The five service-level definitions, by name; no function takes or returns a bare `sl`."""

from __future__ import annotations

from typing import Literal, get_args

SlDefinition = Literal[
    "short_excluded", "offered", "answered", "abandon_ignored", "abandon_positive"
]
SL_DEFINITIONS: tuple[str, ...] = get_args(SlDefinition)
# KPI that shows each definition on the dashboards.
SL_KPI = {
    "short_excluded": "service_level",
    "offered": "service_level_offered",
    "answered": "service_level_answered",
    "abandon_ignored": "service_level_abandon_ignored",
    "abandon_positive": "service_level_abandon_positive",
}
