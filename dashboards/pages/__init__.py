"""The pages by role; each module has a `ROOM` that answers for one page."""

from __future__ import annotations

from dashboards.frame import PageRoom
from dashboards.pages import agent, desk, forecast, health, manager, planning, targets, team

ROOMS: tuple[PageRoom, ...] = (
    agent.ROOM, team.ROOM, manager.ROOM, desk.ROOM, planning.ROOM, forecast.ROOM,
    targets.ROOM, health.ROOM,
)  # fmt: skip
