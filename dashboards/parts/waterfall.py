"""A waterfall: from a first total over parts that sum exactly to a last total; bars with a base."""

from __future__ import annotations

from dataclasses import dataclass
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


MOST_WORDS = 5  # of a name below its bar


def waterfall(given: Waterfall, palette: Palette, *, height: int = 170, name: str = "steps") -> Any:
    """The waterfall as a plot; parts rounded for display still add up to the difference shown."""
    given.check()
    names, base, size, colours, texts, ink = [], [], [], [], [], []
    shown = share_out([part.size for part in given.parts], given.part_decimals)
    floor = _floor(given)
    names.append(given.first[0])
    base.append(floor)
    size.append(given.first[1] - floor)
    colours.append(palette.bar)
    texts.append(plain(given.first[1], given.decimals))
    ink.append(palette.ink)
    level = given.first[1]
    levels = [level]
    for part, rounded in zip(given.parts, shown, strict=True):
        names.append(part.name)
        base.append(min(level, level + part.size))
        size.append(abs(part.size))
        colours.append(palette.bad if part.cause else palette.bar)
        texts.append(plain(rounded, given.part_decimals, signed=True))
        ink.append(palette.bad if part.cause else palette.ink)
        level += part.size
        levels.append(level)
    names.append(given.last[0])
    base.append(floor)
    size.append(given.last[1] - floor)
    colours.append(palette.total)
    texts.append(plain(given.last[1], given.decimals))
    ink.append(palette.ink)
    tops = [b + s for b, s in zip(base, size, strict=True)]
    high = max(tops)
    figure = {
        "data": [
            {
                "type": "bar", "x": list(range(len(names))), "y": size, "base": base,
                "marker": {"color": colours}, "width": 0.94, "hoverinfo": "skip",
            }
        ],
        "layout": {
            "template": {},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": 11, "color": palette.third},
            "margin": {"l": 0, "r": 0, "t": 18, "b": 36},
            "showlegend": False,
            "dragmode": False,
            "bargap": 0.06,
            "xaxis": {
                "tickvals": list(range(len(names))), "ticktext": [_short(n) for n in names],
                "fixedrange": True, "showgrid": False, "zeroline": False, "tickangle": 0,
                "tickfont": {"size": 11, "color": palette.third},
                "showline": True, "linecolor": palette.strong,
            },
            "yaxis": {
                "range": [floor, high + 0.06 * (high - floor or 1)], "visible": False,
                "fixedrange": True,
            },
            "annotations": [
                {
                    "x": at, "y": top, "text": f"<b>{text}</b>", "showarrow": False,
                    "yanchor": "bottom", "font": {"size": 12, "color": colour}, "yshift": 1,
                }
                for at, (top, text, colour) in enumerate(zip(tops, texts, ink, strict=True))
            ],
            "shapes": [
                {
                    "type": "line", "x0": at + 0.47, "x1": at + 0.53, "y0": value, "y1": value,
                    "line": {"color": palette.plan, "width": 1},
                }
                for at, value in enumerate(levels)
            ],
        },
    }  # fmt: skip
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


def _short(name: str) -> str:
    """The first words of a name in two lines of about the same length."""
    words = name.replace("_", " ").split()
    shown = words[:MOST_WORDS]
    if len(words) > MOST_WORDS:
        shown[-1] += "…"
    cuts = [(" ".join(shown[:n]), " ".join(shown[n:])) for n in range(1, len(shown) + 1)]
    best = min(cuts, key=lambda lines: max(map(len, lines)), default=("", ""))
    return "<br>".join(line for line in best if line)
