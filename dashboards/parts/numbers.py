"""Numbers as text: decimals fixed by unit, a true minus, narrow gaps between thousands."""

from __future__ import annotations

from kpis.catalogue.load import CATALOGUE
from kpis.display import UNITS, Unit, shown_unit
from kpis.display import decimals_of as decimals_of_kpi
from wfm.domain.language import figure, language

MINUS = "−"
THIN = "\u202f"
SPACE = "\u00a0"
DASH = "–"


def decimals_of(unit: str) -> int:
    """Decimals of a unit that is no KPI's: one for % and agents, none for seconds and counts."""
    known = UNITS.get(unit)
    return known.count_decimals if known is not None else 0


def plain(value: float | None, decimals: int, *, signed: bool = False) -> str:
    """A value with fixed decimals: 2931 is "2 931", −5 with one decimal "−5.0"; None is a dash."""
    if value is None:
        return DASH
    text = figure(abs(value), f",.{decimals}f")
    if language() is None:
        text = text.replace(",", THIN)
    if is_nothing(text):
        return ("±" if signed else "") + text
    if value < 0:
        return MINUS + text
    return ("+" if signed else "") + text


def is_nothing(text: str) -> bool:
    """Whether a number as text reads as nothing: "0", "0.0" or "0,00"."""
    return not text.strip("0.,")


def number(value: float | None, unit: str = "", *, signed: bool = False) -> str:
    """A value in the decimals of its unit: 420.4 s is "420", 95 % "95.0"."""
    return plain(value, decimals_of(unit), signed=signed)


def kpi_number(kpi_id: str, value: float | None, *, signed: bool = False, extra: int = 0) -> str:
    """A value of a KPI in the decimals of that KPI, without its unit: "94.7"."""
    return plain(value, decimals_of_kpi(CATALOGUE[kpi_id]) + extra, signed=signed)


def with_unit(value: float | None, unit: str, *, signed: bool = False) -> str:
    """A value and its unit: "95.0 %", "420 s"; None is a dash without a unit."""
    text = number(value, unit, signed=signed)
    shown = unit_text(unit)
    return text if value is None or not shown else f"{text}{SPACE}{shown}"


def size_text(kpi_id: str, size: float, *, signed: bool = False) -> str:
    """A gap's size, with as many more decimals as keep it from reading as none: "0.4"."""
    for extra in range(3):
        text = kpi_number(kpi_id, size, signed=signed, extra=extra)
        if not size or not is_nothing(text):
            return text
    return kpi_number(kpi_id, size, signed=signed)


def kpi_with_unit(
    kpi_id: str, value: float | None, *, signed: bool = False, gap: bool = False
) -> str:
    """A value, or with `gap` a difference, of a KPI with its unit: "94.7 %", "−0.3 pp"."""
    unit = CATALOGUE[kpi_id].unit
    shown = gap_unit(unit) if gap else unit_text(unit)
    if gap and value is not None:
        text = size_text(kpi_id, value, signed=signed)
    else:
        text = kpi_number(kpi_id, value, signed=signed)
    return text if value is None or not shown else f"{text}{SPACE}{shown}"


def unit_text(unit: str) -> str:
    """The unit as it stands behind a value; nothing for a plain count."""
    return shown_unit(_unit(unit).text.strip())


def gap_unit(unit: str) -> str:
    """The unit of a difference: percentage points for %, else the same."""
    return shown_unit(_unit(unit).gap_text.strip())


def _unit(unit: str) -> Unit:
    return UNITS.get(unit) or Unit(unit, 0, 0, unit, unit)
