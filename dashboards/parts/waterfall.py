"""A waterfall: from a first total over parts that sum exactly to a last total; bars with a base."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from dash import dcc

from dashboards.parts import html
from dashboards.parts.numbers import plain
from dashboards.theme import FONT, Palette
from kpis.explain.rounding import share_out
from wfm.domain.language import say


@dataclass(frozen=True)
class Part:
    """One step of a waterfall: its name, signed size, and whether it is the cause."""

    name: str
    size: float
    cause: bool = False


@dataclass(frozen=True)
class Waterfall:
    """First and last total with the parts between: 354, +12.0, −2.3, +56.3, 420."""

    first: tuple[str, float]
    parts: tuple[Part, ...]
    last: tuple[str, float]
    unit: str = ""
    decimals: int = 0  # of the totals; parts have one at least

    @property
    def part_decimals(self) -> int:
        """Decimals of the parts, which are smaller than the totals."""
        return max(1, self.decimals)

    def check(self) -> None:
        """Nothing when the parts fill the gap exactly; else an error, for no false sum is shown."""
        missing = self.last[1] - self.first[1] - sum(part.size for part in self.parts)
        if abs(missing) > 1e-6 * max(1.0, abs(self.last[1])):
            raise ValueError(
                say("the parts of the waterfall miss {missing:g} of the gap", missing=missing)
            )

    def sentence(self) -> str:
        """The steps in words."""
        steps = ", ".join(
            f"{part.name} {plain(part.size, self.part_decimals, signed=True)}"
            for part in self.parts
        )
        return (
            f"{self.first[0]} {plain(self.first[1], self.decimals)} {self.unit}, {steps}, "
            f"{self.last[0]} {plain(self.last[1], self.decimals)} {self.unit}"
        )


MOST_WORDS = 5  # of a name beside its bar
ROW_PX = 30  # of a bar that lies
FEW = 6  # of more bars the names have three lines


@dataclass(frozen=True)
class _Bar:
    """A bar from `base` on, with its name, figure and colours; `level` is where the next begins."""

    name: str
    base: float
    size: float
    colour: str
    text: str
    ink: str
    level: float

    @property
    def top(self) -> float:
        return self.base + self.size


def waterfall(
    given: Waterfall, palette: Palette, *, narrow: bool = False, height: int = 170,
    name: str = "steps",
) -> Any:  # fmt: skip
    """The waterfall as a plot; parts rounded for display still add up to the difference shown.

    On a phone it runs downwards: a name needs more room than its bar.
    """
    given.check()
    bars, floor = _bars(given, palette), _floor(given)
    figure = {"data": [_drawn(bars, narrow)], "layout": _layout(bars, floor, palette, narrow)}
    if narrow:
        height = ROW_PX * len(bars)
    return html.Div(
        [
            dcc.Graph(
                id=name,
                figure=figure,
                config={"displayModeBar": False, "responsive": True, "staticPlot": True},
                style={"height": f"{height}px"},
                className="plot",
            ),
            html.P(given.sentence(), className="sr"),
        ]
    )


def _bars(given: Waterfall, palette: Palette) -> list[_Bar]:
    floor, level = _floor(given), given.first[1]
    shown = share_out([part.size for part in given.parts], given.part_decimals)
    first = plain(level, given.decimals)
    found = [
        _Bar(given.first[0], floor, level - floor, palette.bar, first, palette.ink, level)
    ]  # fmt: skip
    for part, rounded in zip(given.parts, shown, strict=True):
        base, level = min(level, level + part.size), level + part.size
        colour, ink = (palette.bad,) * 2 if part.cause else (palette.bar, palette.ink)
        text = plain(rounded, given.part_decimals, signed=True)
        found.append(_Bar(part.name, base, abs(part.size), colour, text, ink, level))
    last, total = plain(given.last[1], given.decimals), given.last[1] - floor
    return [*found, _Bar(given.last[0], floor, total, palette.total, last, palette.ink, level)]


def _drawn(bars: list[_Bar], narrow: bool) -> dict[str, Any]:
    """The bars as one trace, across or downwards."""
    at, long = ("y", "x") if narrow else ("x", "y")
    return {
        "type": "bar", "orientation": "h" if narrow else "v", at: list(range(len(bars))),
        long: [bar.size for bar in bars], "base": [bar.base for bar in bars],
        "marker": {"color": [bar.colour for bar in bars]}, "width": 0.7 if narrow else 0.94,
        "hoverinfo": "skip",
    }  # fmt: skip


def _layout(bars: list[_Bar], floor: float, palette: Palette, narrow: bool) -> dict[str, Any]:
    at, long = ("y", "x") if narrow else ("x", "y")
    spread = max(bar.top for bar in bars) - floor or 1.0
    figures = max(len(bar.text) for bar in bars)
    room = 0.045 * figures if narrow else 0.06  # for the figure at the end of the longest bar
    half = 0.35 if narrow else 0.47
    lines = 2 if narrow or len(bars) <= FEW else 3
    below = 0 if narrow else 12 + 12 * lines
    return {
        "template": {},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 11, "color": palette.third},
        "margin": dict(zip("lrtb", (96, 0, 0, 0) if narrow else (0, 0, 18, below), strict=True)),
        "showlegend": False,
        "dragmode": False,
        "bargap": 0.06,
        f"{at}axis": {
            "tickvals": list(range(len(bars))),
            "ticktext": [_short(bar.name, lines) for bar in bars],
            "fixedrange": True, "showgrid": False, "zeroline": False, "tickangle": 0,
            "tickfont": {"size": 11, "color": palette.third}, "showline": True,
            "linecolor": palette.strong,
            **({"range": [len(bars) - 0.5, -0.5]} if narrow else {}),
        },
        f"{long}axis": {
            "range": [floor, floor + spread * (1 + room)], "visible": False, "fixedrange": True,
        },
        "annotations": [
            {
                at: number, long: bar.top, "text": f"<b>{bar.text}</b>", "showarrow": False,
                "font": {"size": 12, "color": bar.ink},
                **({"xanchor": "left", "xshift": 3} if narrow
                   else {"yanchor": "bottom", "yshift": 1}),
            }
            for number, bar in enumerate(bars)
        ],
        "shapes": [
            {
                "type": "line", f"{at}0": number + half, f"{at}1": number + 1 - half,
                f"{long}0": bar.level, f"{long}1": bar.level,
                "line": {"color": palette.plan, "width": 1},
            }
            for number, bar in enumerate(bars[:-1])
        ],
    }  # fmt: skip


def _floor(given: Waterfall) -> float:
    """Where the bars begin: 0 when all fit, else below the lowest level so that steps show."""
    level, lowest, highest = given.first[1], given.first[1], given.first[1]
    for part in given.parts:
        level += part.size
        lowest, highest = min(lowest, level), max(highest, level)
    lowest = min(lowest, given.last[1])
    spread = max(highest - lowest, 1e-9)
    floor = lowest - 0.5 * spread
    return max(0.0, floor) if lowest >= 0 else floor


def _short(name: str, lines: int) -> str:
    """The first words of a name in lines that are as short as so many of them allow."""
    words = name.replace("_", " ").split()
    text = " ".join(words[:MOST_WORDS]) + ("…" if len(words) > MOST_WORDS else "")
    for width in range(max(map(len, words), default=1), len(text) + 1):
        found = wrap(text, width, break_long_words=False, break_on_hyphens=False)
        if len(found) <= lines:
            return "<br>".join(found)
    return text
