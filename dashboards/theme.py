"""Colours of both schemes for what CSS cannot reach: plots and drawn images.

`assets/tokens.css` holds the same values for the pages; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FONT = "Inter Variable, system-ui, sans-serif"
SCHEMES = ("light", "dark")


@dataclass(frozen=True)
class Palette:
    """The colours of one scheme, by the names of the design tokens."""

    page: str
    line: str
    strong: str
    ink: str
    second: str
    third: str
    good: str
    warn: str
    bad: str
    none: str
    draft: str
    bar: str
    pale: str
    band: str
    cell: str
    plan: str
    total: str
    wash: str
    warn_cell: str
    bad_cell: str
    bad_mid: str
    on_ink: str

    def status(self, status: str) -> str:
        """The colour of a status; "good" stays ink, because colour is scarce."""
        return {"warn": self.warn, "bad": self.bad, "none": self.none}.get(status, self.ink)


PALETTES: Mapping[str, Palette] = {
    "light": Palette(
        page="#ffffff", line="#e6e8eb", strong="#ced3d8", ink="#16191d", second="#3d444b",
        third="#5c636a", good="#0b5cad", warn="#9a4a00", bad="#a3123f", none="#5c636a",
        draft="#5a46b2", bar="#c3c9cf", pale="#e0e3e7", band="#e2e5e9", cell="#eceef1",
        plan="#8b939b", total="#3d444b", wash="rgba(163, 18, 63, 0.16)", warn_cell="#c49363",
        bad_cell="#a3123f", bad_mid="#b63f63", on_ink="#ffffff",
    ),
    "dark": Palette(
        page="#242424", line="#363636", strong="#4a4a4a", ink="#f1f3f5", second="#cfd2d6",
        third="#a6a7ab", good="#4dd0b5", warn="#ffb454", bad="#ff7b93", none="#a6a7ab",
        draft="#b3a6ff", bar="#6b6e72", pale="#47494c", band="#3a3b3d", cell="#343537",
        plan="#8d9095", total="#cfd2d6", wash="rgba(255, 123, 147, 0.26)", warn_cell="#a87c3f",
        bad_cell="#ff7b93", bad_mid="#e0657f", on_ink="#16191d",
    ),
}  # fmt: skip


def palette_of(scheme: str) -> Palette:
    """The palette of a scheme; anything unknown is light."""
    return PALETTES.get(scheme, PALETTES["light"])
