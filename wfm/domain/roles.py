"""The five roles, as stored and as shown."""

from __future__ import annotations

from enum import StrEnum

from wfm.domain.language import to_say


class Role(StrEnum):
    """Application role; planning is part of the control desk."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    CONTROL_DESK = "control_desk"
    ADMIN = "admin"


LABEL = {
    Role.AGENT: to_say("Agent"),
    Role.SUPERVISOR: to_say("Team lead"),
    Role.MANAGER: to_say("Manager"),
    Role.CONTROL_DESK: to_say("Control desk"),
    Role.ADMIN: to_say("Administrator"),
}
# Letter of the `roles` column in the KPI catalogue.
LETTER = {Role.AGENT: "A", Role.SUPERVISOR: "S", Role.MANAGER: "M", Role.CONTROL_DESK: "C"}
