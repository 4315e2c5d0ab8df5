"""How values, gaps and targets are written: decimals and unit come from data."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from kpis.definition import Bands, Kpi
from kpis.status import status_of
from wfm.domain.language import say, to_say

MINUS = "\u2212"
NO_VALUE = to_say("n/a")
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
    return say(
        "{value}{unit}", value=_plain(value, decimals), unit=shown_unit(UNITS[kpi.unit].text)
    )


def format_gap(kpi: Kpi, gap: float | None) -> str:
    """A signed gap in the right unit: `−0.3 pp` for a percentage, `+66 s`; empty for None."""
    if gap is None:
        return ""
    unit = shown_unit(UNITS[kpi.unit].gap_text)
    return say("{value}{unit}", value=_signed(gap, decimals_of(kpi)), unit=unit)


def format_target(kpi: Kpi, bands: Bands | None) -> str:
    """A target as text: `≥ 92.0 %`, `≤ 28 s`, `300 s ± 15`, `75.0 to 85.0 %`; empty for none."""
    if bands is None or bands.empty:
        return ""
    decimals, unit = decimals_of(kpi), shown_unit(UNITS[kpi.unit].text)
    low, high = bands.green_lo, bands.green_hi
    if bands.centre is not None and high is not None:
        width = _plain(high - bands.centre, decimals)
        centre = _plain(bands.centre, decimals)
        return say("{centre}{unit} ± {width}", centre=centre, unit=unit, width=width)
    if low is not None and high is not None:
        ends = {"low": _plain(low, decimals), "high": _plain(high, decimals)}
        return say("{low} to {high}{unit}", **ends, unit=unit)
    if low is not None:
        return say("≥ {low}{unit}", low=_plain(low, decimals), unit=unit)
    return say("≤ {high}{unit}", high=_plain(high or 0.0, decimals), unit=unit)


def format_goal(kpi: Kpi, bands: Bands) -> str:
    """The goal alone, as the sentence about its source begins: `95.0 %`, `75.0 to 85.0 %`."""
    if bands.centre is None and (bands.green_lo is None) != (bands.green_hi is None):
        edge = bands.green_lo if bands.green_lo is not None else bands.green_hi
        unit = shown_unit(UNITS[kpi.unit].text)
        return say("{value}{unit}", value=_plain(edge or 0.0, decimals_of(kpi)), unit=unit)
    return format_target(kpi, bands)


def digits(value: float, decimals: int) -> str:
    """A size without its sign, to be written anew in another language: 2,931.5."""
    return say(f"{{size:,.{decimals}f}}", size=abs(value))


def shown_unit(text: str) -> str:
    """A unit in the reader's language, with the gap before it kept: " agents"."""
    word = text.strip()
    if not any(sign.isalpha() for sign in word):
        return text
    return say("{gap}{unit}", gap=text[: len(text) - len(word)], unit=say(word))


def _plain(value: float, decimals: int) -> str:
    text = digits(value, decimals)
    negative = value < 0 and any(digit in "123456789" for digit in text)
    return say("−{text}", text=text) if negative else text


def _signed(value: float, decimals: int) -> str:
    text = _plain(value, decimals)
    if text.startswith(MINUS):
        return text
    return say("+{text}", text=text) if text.strip("0.,") else say("±{text}", text=text)
