"""How values, gaps and targets are written: decimals and unit come from data."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from kpis.definition import Bands, Kpi
from kpis.status import status_of

MINUS = "\u2212"
NO_VALUE = "n/a"
COUNTED = ("sum", "last", "max", "distinct")
MORE_DECIMALS = 3


@dataclass(frozen=True)
class Unit:
    """Decimals and text of one unit: % has one decimal, its gaps are in pp."""

    name: str
    count_decimals: int
    ratio_decimals: int
    text: str
    gap_text: str


def _read_units() -> Mapping[str, Unit]:
    text = (resources.files("kpis.catalogue") / "units.csv").read_text(encoding="utf-8")
    return MappingProxyType(
        {
            row["unit"]: Unit(
                row["unit"], int(row["count_decimals"]), int(row["ratio_decimals"]),
                row["text"], row["gap_text"],
            )
            for row in csv.DictReader(text.splitlines())
        }
    )  # fmt: skip


UNITS: Mapping[str, Unit] = _read_units()


def decimals_of(kpi: Kpi) -> int:
    """Decimals that every value of a KPI is shown with: %, 1; s, 0; agents, 1."""
    unit = UNITS[kpi.unit]
    return unit.count_decimals if kpi.kind in COUNTED else unit.ratio_decimals


def format_value(kpi: Kpi, value: float | None, bands: Bands | None = None) -> str:
    """A value with its unit: 94.7 %, 302 s, 98,899; `n/a` for None.

    With limits given, decimals are added while rounding would contradict the colour: 91.96 at a
    limit of 92 is written 91.96 %, not 92.0 %.
    """
    if value is None:
        return NO_VALUE
    decimals = decimals_of(kpi)
    colour = status_of(value, bands)
    for more in range(MORE_DECIMALS + 1):
        if status_of(round(value, decimals + more), bands) == colour:
            decimals += more
            break
    return f"{_plain(value, decimals)}{UNITS[kpi.unit].text}"


def format_gap(kpi: Kpi, gap: float | None) -> str:
    """A signed gap in the right unit: `−0.3 pp` for a percentage, `+66 s`; empty for None."""
    return "" if gap is None else f"{_signed(gap, decimals_of(kpi))}{UNITS[kpi.unit].gap_text}"


def format_target(kpi: Kpi, bands: Bands | None) -> str:
    """A target as text: `≥ 92.0 %`, `≤ 28 s`, `300 s ± 15`, `75.0 to 85.0 %`; empty for none."""
    if bands is None or bands.empty:
        return ""
    decimals, unit = decimals_of(kpi), UNITS[kpi.unit].text
    low, high = bands.green_lo, bands.green_hi
    if bands.centre is not None and high is not None:
        width = _plain(high - bands.centre, decimals)
        return f"{_plain(bands.centre, decimals)}{unit} ± {width}"
    if low is not None and high is not None:
        return f"{_plain(low, decimals)} to {_plain(high, decimals)}{unit}"
    if low is not None:
        return f"≥ {_plain(low, decimals)}{unit}"
    return f"≤ {_plain(high or 0.0, decimals)}{unit}"


def format_goal(kpi: Kpi, bands: Bands) -> str:
    """The goal alone, as the sentence about its source begins: `95.0 %`, `75.0 to 85.0 %`."""
    return format_target(kpi, bands).removeprefix("≥ ").removeprefix("≤ ")


def _plain(value: float, decimals: int) -> str:
    text = f"{abs(value):,.{decimals}f}"
    negative = value < 0 and any(digit in "123456789" for digit in text)
    return f"{MINUS}{text}" if negative else text


def _signed(value: float, decimals: int) -> str:
    text = _plain(value, decimals)
    return text if text.startswith(MINUS) else f"+{text}" if text.strip("0.,") else f"±{text}"
