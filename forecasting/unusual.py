"""Days of the past that are not learned from, why, and what was usual: outliers, outages, gaps.

The raw figure stays in the history; the calendar's `kept_on` takes a day back in, `left_out_on`
leaves one out (FC-3).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecasting.calendar import Calendar
from forecasting.series import Bools, Floats, Wholes

OUTLIER_DAYS = 9
OUTLIER_LEAST = 0.10
AROUND = 3  # days before and after that tell an outlier from a new level
OUTAGE_CONTACTS = 15.0  # expected at the least where nothing came: chance alone is under e^-15
HALF = 0.5
STATED = "left out by a user"


@dataclass(frozen=True)
class Unusual:
    """A day, or days without data, and what was found: 8,412 where about 2,000 are usual."""

    first_on: date
    last_on: date
    reason: str
    contacts: float | None
    usual: float | None
    left_out: bool  # False: learned from after all, because mended or taken back in by a user


def unusual_rows(
    days: Sequence[date],
    totals: Floats,
    weekdays: Wholes,
    beside: Collection[date],
    calendar: Calendar,
) -> list[Unusual]:
    """Days far from the median of nine same weekdays around them, while their neighbours are not.

    Far is above 4 robust standard deviations of the logarithms, above 10 %, and above 4 times the
    noise of counting. Days beside a closed or special one are expected to differ.
    """
    usual, deviation = _usual(totals, weekdays)
    with np.errstate(invalid="ignore"):
        alone = deviation - _neighbours(deviation)
    spread = deviation[np.isfinite(deviation)]
    found: list[Unusual] = []
    limit = np.inf
    if spread.size:
        limit = max(4 * 1.4826 * float(np.median(np.abs(spread))), OUTLIER_LEAST)
    for row, day in enumerate(days):
        if np.isnan(totals[row]):
            continue
        about = None if np.isnan(usual[row]) else float(usual[row])
        least = max(limit, 4 / np.sqrt(max(totals[row], 1.0)))
        far = bool(abs(deviation[row]) > least and abs(alone[row]) > least)
        if day in calendar.left_out_on:
            found.append(Unusual(day, day, STATED, float(totals[row]), about, True))
        elif far and day not in beside:
            reason = "far above usual" if deviation[row] > 0 else "far below usual"
            out = day not in calendar.kept_on
            found.append(Unusual(day, day, reason, float(totals[row]), about, out))
    return found


def _usual(totals: Floats, weekdays: Wholes) -> tuple[Floats, Floats]:
    """Median of nine same weekdays around each day, and the day's log ratio to it."""
    usual = np.full(totals.size, np.nan)
    for weekday in np.unique(weekdays):
        rows = np.flatnonzero((weekdays == weekday) & (totals > 0))
        if rows.size < 5:
            continue
        first = np.clip(
            np.arange(rows.size) - OUTLIER_DAYS // 2, 0, max(rows.size - OUTLIER_DAYS, 0)
        )
        near = first[:, None] + np.arange(min(OUTLIER_DAYS, rows.size))
        usual[rows] = np.median(totals[rows][near], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        deviation = np.log(totals) - np.log(usual)
    return usual, np.where(totals > 0, deviation, np.nan)


def _neighbours(deviation: Floats) -> Floats:
    """Median deviation of three days before and three after: a new level is no outlier."""
    if not deviation.size:
        return deviation
    padded = np.pad(deviation, AROUND, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * AROUND + 1)
    others = np.delete(windows, AROUND, axis=1)
    known = np.isfinite(others)
    found = np.zeros(deviation.size)
    rows = known.any(axis=1)
    found[rows] = np.nanmedian(others[rows], axis=1)
    return found


def cut_outages(
    days: Sequence[date],
    values: Floats,
    totals: Floats,
    weekdays: Wholes,
    open_cells: Bools,
    beside: Collection[date],
    calendar: Calendar,
) -> list[Unusual]:
    """Stretches of a day without contacts where many come; the day is filled up, or left out.

    Six half-hours of 0 on a Tuesday when even a quiet Tuesday has 120 there: what is usual stands
    in for them. When less than half of a day is left it is not learned from.
    """
    found: list[Unusual] = []
    for weekday in np.unique(weekdays):
        rows = np.flatnonzero((weekdays == weekday) & np.isfinite(totals))
        if rows.size < 5:
            continue
        counts = np.nan_to_num(values[rows])
        typical = np.quantile(counts, 0.2, axis=0)
        for place in np.flatnonzero(_longest(counts, typical) >= OUTAGE_CONTACTS):
            row = int(rows[place])
            if days[row] in beside or days[row] in calendar.kept_on:
                continue
            first = min(max(int(place) - OUTLIER_DAYS // 2, 0), max(rows.size - OUTLIER_DAYS, 0))
            near = np.delete(
                counts[first : first + OUTLIER_DAYS], place - first, axis=0
            )  # fmt: skip
            low = np.quantile(near, 0.2, axis=0)
            lost = _lost(counts[place], low)
            if lost is None:
                continue
            usual = np.where(open_cells[weekday], near.mean(axis=0), 0.0)
            kept = float(usual[~lost].sum() / max(usual.sum(), 1e-9))
            raw, day = float(totals[row]), days[row]
            if kept < HALF:
                values[row], totals[row] = np.nan, np.nan
            else:
                scale = raw / max(float(usual[~lost].sum()), 1e-9)
                values[row] = np.where(lost, usual * scale, values[row])
                totals[row] = raw / kept
            found.append(
                Unusual(day, day, "outage", raw, raw / kept if kept else None, kept < HALF)
            )
    return found


def _longest(counts: Floats, typical: Floats) -> Floats:
    """Per day the most contacts that are typical of one stretch without any."""
    best = np.zeros(counts.shape[0])
    run = np.zeros(counts.shape[0])
    for column in range(counts.shape[1]):
        run = np.where(counts[:, column] == 0, run + typical[column], 0.0)
        best = np.maximum(best, run)
    return best


def _lost(counts: Floats, low: Floats) -> Bools | None:
    """Intervals of the stretches without contacts where at the least 15 were to come."""
    lost = np.zeros(counts.size, dtype=bool)
    start = 0
    for column in range(counts.size + 1):
        if column == counts.size or counts[column] > 0:
            if low[start:column].sum() >= OUTAGE_CONTACTS:
                lost[start:column] = True
            start = column + 1
    return lost if lost.any() else None


def gaps(
    days: Sequence[date],
    totals: Floats,
    others: Collection[date],
    shut: Collection[date],
    calendar: Calendar,
) -> list[Unusual]:
    """Stretches of open weekdays without data, as one row each."""
    found: list[Unusual] = []
    unknown: list[date] = []
    for row, day in enumerate((*days, None)):
        if day is not None and (day in others or day in shut or calendar.is_closed(day)):
            continue
        if day is not None and np.isnan(totals[row]):
            unknown.append(day)
        elif unknown:
            found.append(Unusual(unknown[0], unknown[-1], "no data", None, None, True))
            unknown = []
    return found
