"""What a KPI is: its formula, unit, direction, limits, and who may see it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from kpis.expression import Linear
from wfm.domain.language import say, to_say

Better = Literal["higher", "lower", "target"]
Kind = Literal[
    "ratio", "sum", "level", "level_days", "level_std", "quantile", "max", "last", "last_ratio",
    "distinct", "ratio_distinct", "moments", "sqrt_ratio", "derived", "share", "compare",
    "per_agent",
]  # fmt: skip
Colour = Literal["", "always", "not for agents"]
KINDS: tuple[str, ...] = get_args(Kind)

# How cells and scopes are merged into one value, in the words of the catalogue.
ROLL_UP: dict[str, str] = {
    "ratio": to_say("sum of numerators over sum of denominators"),
    "sum": "sum",
    "level": to_say("sum of seconds over the seconds of the window, the same for every part"),
    "level_days": to_say("sum of person-days over the days of the window"),
    "level_std": to_say(
        "sum of paid seconds over the seconds of one full-time agent in the window"
    ),
    "quantile": to_say("quantile of the merged histogram"),
    "max": to_say("largest of all"),
    "last": to_say("latest value of each part, then their sum; never over time"),
    "last_ratio": to_say("ratio of two stocks at the same instant"),
    "distinct": to_say("size of the union of the id sets"),
    "ratio_distinct": to_say("sum over the size of the union of the id sets"),
    "moments": to_say("from sum, sum of squares and count, all three added"),
    "sqrt_ratio": to_say("square root of sum over sum"),
    "derived": to_say("recomputed from the sums at the scope shown"),
    "share": to_say("part over the whole"),
    "compare": to_say("two periods of the same weekdays: 100 * (now - before) / before"),
    "per_agent": to_say("for one agent only; over more people only the distribution is shown"),
}

# What a level is divided by: no measure, but the length of the window.
WINDOWS: dict[str, str] = {
    "level": to_say("window seconds"),
    "level_days": to_say("window days"),
    "level_std": to_say("seconds of one full-time agent in the window"),
}


@dataclass(frozen=True, slots=True)
class Bands:
    """Limits of green and amber; None is open. A single-value target also has its `centre`."""

    green_lo: float | None = None
    green_hi: float | None = None
    amber_lo: float | None = None
    amber_hi: float | None = None
    centre: float | None = None

    @property
    def empty(self) -> bool:
        """Whether no limit is set, so that nothing can be coloured."""
        return self.green_lo is None and self.green_hi is None


@dataclass(frozen=True)
class Kpi:
    """One definition of the catalogue. A variant (service level of offered) is another KPI.

    `numerator` and `denominator` are the formula as written; `top`, `bottom` and `parts` the same
    parsed. The value is `scale * top / bottom` for a ratio: 100 * 810 / 1,160 = 69.83 %.
    """

    id: str
    group: str
    name: str
    short_name: str
    unit: str
    better: Better
    kind: Kind
    numerator: str
    denominator: str
    scale: Fraction
    drill: str
    feeds: tuple[str, ...]
    roles: tuple[str, ...]
    tier: int
    bands: Bands
    min_base: float | None
    colour: Colour
    target_basis: str
    source: str
    note: str
    measures: tuple[str, ...]
    top: Linear | None = None
    bottom: Linear | None = None
    parts: tuple[Linear, ...] = ()
    quantile: Fraction | None = None
    histogram: str | None = None

    @property
    def roll_up(self) -> str:
        """How parts are merged, in words."""
        return ROLL_UP[self.kind]

    @property
    def formula(self) -> str:
        """The formula as people read it: `100 * (busy_s) / (busy_s+avail_s)`."""
        scale = f"{self.scale_text} * " if self.scale != 1 else ""
        if self.kind == "quantile":
            return say(
                "{scale}quantile {denominator} of {numerator}",
                scale=scale,
                denominator=self.denominator,
                numerator=self.numerator,
            )
        if self.kind == "moments":
            square, total, count = self.numerator.split(",")
            return say(
                "{scale}sqrt({square}/n - mean^2) / mean, mean = ({total})/n, n = {count}",
                scale=scale,
                square=square,
                total=total,
                count=count,
            )
        if self.kind == "derived":
            return say(
                "{scale}[{numerator}] and [{denominator}]: {note}",
                scale=scale,
                numerator=self.numerator,
                denominator=self.denominator,
                note=say(self.note),
            )
        if self.kind == "compare":
            return f"{scale}({self.numerator} - {self.denominator}) / {self.denominator}"
        below = WINDOWS.get(self.kind, self.denominator)
        body = f"({self.numerator}) / ({below})" if below else self.numerator
        return f"{scale}sqrt({body})" if self.kind == "sqrt_ratio" else f"{scale}{body}"

    @property
    def scale_text(self) -> str:
        """The scale as a short number or fraction."""
        if self.scale.denominator == 1:
            return str(self.scale.numerator)
        return f"{float(self.scale):.10g}"
