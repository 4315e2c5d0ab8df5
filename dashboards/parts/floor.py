"""The floor: hundreds of agents in one picture, plan above actual, on the axis of its page.

One picture of one pixel a cell, which the browser stretches to the axis: its size on the wire does
not grow with the screen. Teams are named beside it, each as high as its people.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.parts import html
from dashboards.parts.timeline import CANVAS, COLOURS
from wfm.domain.language import say

KINDS = tuple(COLOURS)
ROW_PX, TALL_PX = 2, 4  # of a plan or actual row; an agent has both
FEW = 60  # people that fit in taller rows
Cells = Sequence[bytes]  # a byte a cell, 0 for nothing


@dataclass(frozen=True)
class FloorTeam:
    """A team beside the picture: its name, its link, and how many rows of agents it has."""

    name: str
    people: int
    href: str = ""


def floor(
    teams: Sequence[FloorTeam], plan: Cells, actual: Cells, now_share: float | None, alt: str
) -> Any:
    """The picture with its teams; `now_share` is where now stands on the axis, 0 to 1."""
    row_px = TALL_PX if len(plan) <= FEW else ROW_PX
    names = [
        html.Li(
            html.A(team.name, href=team.href) if team.href else html.Span(team.name),
            style={"height": f"{team.people * 2 * row_px}px"},
        )
        for team in teams
    ]
    now = (
        [html.I(className="floor-now", style={"left": f"{100 * now_share:.3f}%"})]
        if now_share is not None
        else []
    )
    picture = html.Img(
        src="data:image/png;base64," + base64.b64encode(picture_of(plan, actual)).decode(),
        alt=alt, height=f"{2 * row_px * len(plan)}",
    )  # fmt: skip
    plot = html.Div([picture, *now], className="floor-plot")
    return html.Div(
        [html.Ul(names, className="floor-names"), plot],
        className="floor", tabIndex=0, role="group", **{"aria-label": say("Floor, by team")},
    )  # fmt: skip


def picture_of(plan: Cells, actual: Cells) -> bytes:
    """The cells as a PNG of indexed colours: for each agent a row of plan, then one of actual.

    Index 0 is the canvas, where nothing is planned or known.
    """
    rows = b"".join(b"\0" + row for pair in zip(plan, actual, strict=True) for row in pair)
    colours = (CANVAS, *COLOURS.values())
    palette = b"".join(bytes.fromhex(colour.removeprefix("#")) for colour in colours)
    head = struct.pack(">IIBBBBB", len(plan[0]), 2 * len(plan), 8, 3, 0, 0, 0)
    body = zlib.compress(rows, 9)
    parts = ((b"IHDR", head), (b"PLTE", palette), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    told = name + data
    return struct.pack(">I", len(data)) + told + struct.pack(">I", zlib.crc32(told))
