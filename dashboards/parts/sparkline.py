"""A trend in the height of a line of text: ink line, dashed target, last point marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboards.parts.day_notes import note_marks
from dashboards.parts.drawing import drawn
from dashboards.parts.numbers import with_unit
from dashboards.theme import Palette
from wfm.domain.language import say

NOTES = 5.0  # px of the upper edge for marks of what was done, where there are any


@dataclass(frozen=True)
class Trend:
    """Values in order of time (None: no data), the target line, and the scale if it is shared."""

    values: Sequence[float | None]
    unit: str = ""
    name: str = ""
    target: float | None = None
    low: float | None = None
    high: float | None = None
    notes: Sequence[tuple[int, str]] = ()  # steps at which something was done, with its words

    def recent(self, most: int) -> Trend:
        """The trend from its first known value on, its last `most` steps at most."""
        known = next((i for i, v in enumerate(self.values) if v is not None), len(self.values))
        first = max(known, len(self.values) - most)
        notes = [(at - first, words) for at, words in self.notes if at >= first]
        return replace(self, values=list(self.values)[first:], notes=notes)

    @property
    def told(self) -> str:
        """What was done on its steps, a line each."""
        return "\n".join(words for _, words in self.notes)

    @property
    def known(self) -> list[float]:
        return [value for value in self.values if value is not None]

    def span(self) -> tuple[float, float]:
        """The y scale: all values and the target, with a least span so that flat looks flat."""
        if self.low is not None and self.high is not None:
            return self.low, self.high
        shown = self.known + ([self.target] if self.target is not None else [])
        if not shown:
            return 0.0, 1.0
        low, high = min(shown), max(shown)
        least = max(0.04 * max(abs(low), abs(high)), 1e-9)
        if high - low < least:
            middle = (high + low) / 2
            return middle - least / 2, middle + least / 2
        return low, high

    def sentence(self) -> str:
        """What the drawing shows, in words: first and last value, lowest and highest, target."""
        known = self.known
        if not known:
            return say("{name}: no data", name=self.name).strip(": ")
        words = say(
            "{name}: from {with_unit} to {with_unit_2}, lowest {with_unit_3}, "
            "highest {with_unit_4}",
            name=self.name,
            with_unit=with_unit(known[0], self.unit),
            with_unit_2=with_unit(known[-1], self.unit),
            with_unit_3=with_unit(min(known), self.unit),
            with_unit_4=with_unit(max(known), self.unit),
        )
        if self.target is not None:
            words += say(", target {with_unit}", with_unit=with_unit(self.target, self.unit))
        return "; ".join((words.strip(": "), *(told for _, told in self.notes)))


def sparkline(trend: Trend, *, width: int = 84, height: int = 28) -> list[Any]:
    """The trend as images for both schemes; an empty list below two known values."""
    if len(trend.known) < 2:
        return []
    return drawn(
        lambda p: trend_path(trend, p, width, height),
        width=width, height=height, alt=trend.sentence(), css="spark",
        title=trend.told,
    )  # fmt: skip


def trend_path(
    trend: Trend, palette: Palette, width: float, height: float, *, wash: bool = False,
    head: bool = False,
) -> str:  # fmt: skip
    """The inside of a trend's svg: line with gaps where data is missing, target, last point.

    Steps at which something was done have a mark on the upper edge; `head` leaves room for marks
    where only others of the same scale have some.
    """
    low, high = trend.span()
    noted = sorted({at for at, _ in trend.notes if at < len(trend.values)})
    pad, right = 3.0, 4.0
    top = pad + (NOTES if noted or head else 0.0)
    step = (width - right - 2) / max(1, len(trend.values) - 1)

    def y_of(value: float) -> float:
        return top + (height - top - pad) * (1 - (value - low) / (high - low))

    points = [
        None if value is None else (2 + i * step, y_of(value))
        for i, value in enumerate(trend.values)
    ]
    out = []
    if trend.target is not None:
        at = min(max(y_of(trend.target), 0.6), height - 0.6)
        if wash:
            out.extend(_wash(points, at, palette))
        out.append(
            f'<path d="M0 {at:.1f}H{width - right:.1f}" stroke="{palette.third}" '
            f'stroke-width="1.1" stroke-dasharray="3 2.6" fill="none"/>'
        )
    path, pen = "", "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        path += f"{pen}{point[0]:.1f} {point[1]:.1f}"
        pen = "L"
    out.append(
        f'<path d="{path}" stroke="{palette.second}" stroke-width="1.25" fill="none" '
        f'stroke-linejoin="round" stroke-linecap="round"/>'
    )
    out += [note_marks(("action",), 2 + at * step, 3.4, palette) for at in noted]
    last = next(point for point in reversed(points) if point is not None)
    out.append(f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="1.9" fill="{palette.ink}"/>')
    return "".join(out)


def _wash(points: Sequence[tuple[float, float] | None], at: float, palette: Palette) -> list[str]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [
        f'<path d="M{run[0][0]:.1f} {at:.1f}'
        + "".join(f"L{x:.1f} {y:.1f}" for x, y in run)
        + f'L{run[-1][0]:.1f} {at:.1f}Z" fill="{palette.wash}"/>'
        for run in runs
        if len(run) > 1
    ]
