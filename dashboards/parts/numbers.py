"""Numbers as text: decimals fixed by unit, a true minus, narrow groups of thousands."""

from __future__ import annotations

MINUS = "−"
THIN = "\u202f"
DASH = "–"

DECIMALS = {
    "%": 1, "pp": 1, "s": 0, "min": 0, "agents": 1, "contacts": 0, "contacts/h": 1, "h": 1,
    "money": 2, "d": 0, "days": 0, "n": 0, "count": 0, "FTE": 1, "points": 1,
}  # fmt: skip
# What stands behind a value; the empty text for counts whose name already says what is counted.
SHOWN_UNIT = {"contacts": "", "contacts/h": "/h", "count": "", "n": "", "money": ""}


def decimals_of(unit: str) -> int:
    """Decimals of a unit: one for %, pp and agents, none for seconds and counts."""
    return DECIMALS.get(unit, 1)


def number(value: float | None, unit: str = "", *, signed: bool = False, extra: int = 0) -> str:
    """A value in its unit's decimals: 2931 contacts is "2 931", −5 agents "−5.0"; None is a dash.

    `extra` adds decimals, for a figure whose rounding would contradict its colour.
    """
    if value is None:
        return DASH
    places = decimals_of(unit) + extra
    text = f"{abs(value):,.{places}f}".replace(",", THIN)
    zero = not any(figure in text for figure in "123456789")
    if zero:
        return ("±" if signed else "") + text
    if value < 0:
        return MINUS + text
    return ("+" if signed else "") + text


def with_unit(value: float | None, unit: str, *, signed: bool = False, extra: int = 0) -> str:
    """A value and its unit: "95.0 %", "420 s", "9.5 /h"; None is a dash without a unit."""
    text = number(value, unit, signed=signed, extra=extra)
    shown = unit_text(unit)
    return text if value is None or not shown else f"{text}\u00a0{shown}"


def unit_text(unit: str) -> str:
    """The unit as it stands behind a value; nothing for a plain count."""
    return SHOWN_UNIT.get(unit, unit)


def gap_unit(unit: str) -> str:
    """The unit of a difference: percentage points for %, else the same."""
    return "pp" if unit == "%" else unit


def share_out(parts: list[float], decimals: int) -> list[float]:
    """Parts rounded so that they add up to their rounded sum (largest remainder).

    [12.05, -2.28, 56.24] with one decimal is [12.1, -2.3, 56.2]: 66.0, as the sum 66.01 shows.
    """
    scale = 10**decimals
    floors = [int(part * scale // 1) for part in parts]
    missing = round(sum(parts) * scale) - sum(floors)
    order = sorted(range(len(parts)), key=lambda i: floors[i] - parts[i] * scale)
    for i in order[: max(0, missing)]:
        floors[i] += 1
    return [floor / scale for floor in floors]
