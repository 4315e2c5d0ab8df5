"""The five roles, as stored and as shown."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Application role; planning is part of the control desk."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    CONTROL_DESK = "control_desk"
    ADMIN = "admin"


LABEL = {
    Role.AGENT: "Agent",
    Role.SUPERVISOR: "Team lead",
    Role.MANAGER: "Manager",
    Role.CONTROL_DESK: "Control desk",
    Role.ADMIN: "Administrator",
}
# Letter of the `roles` column in the KPI catalogue.
LETTER = {Role.AGENT: "A", Role.SUPERVISOR: "S", Role.MANAGER: "M", Role.CONTROL_DESK: "C"}
