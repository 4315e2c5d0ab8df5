"""The pages by role; each module has a `ROOM` that answers for one page."""

from __future__ import annotations

from dashboards.frame import PageRoom
from dashboards.pages import (
    admin,
    agent,
    desk,
    forecast,
    health,
    manager,
    planning,
    requests,
    targets,
    team,
)

ROOMS: tuple[PageRoom, ...] = (
    agent.ROOM, team.ROOM, manager.ROOM, desk.ROOM, planning.ROOM, forecast.ROOM,
    requests.ROOM, targets.ROOM, health.ROOM, admin.ROOM,
)  # fmt: skip
