"""Files and options of the group forecast: a series, its calendar, its events."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import typer

from wfm.domain.errors import BadInput
from wfm.domain.opening import DAYS, OpeningHours

if TYPE_CHECKING:
    from forecasting.calendar import Calendar, SpecialDay
    from forecasting.events import Event
    from forecasting.series import History

ABSENT = ("closed", "zero", "interpolate")
KINDS = {"": None, "closed": True, "open": False, "special": None}
# Columns of an events file, each with the names it may go by.
EVENT_COLUMNS = {
    "kind": ("kind", "feature"),
    "first_on": ("first_on", "start_date", "date"),
    "last_on": ("last_on", "end_date"),
    "size": ("size",),
    "known_on": ("known_on", "known_at"),
    "effect": ("effect",),
}


@dataclass(frozen=True)
class SeriesOptions:
    """What a command was told of a series and its calendar."""

    interval: str = "30m"
    hours: str = ""
    weekdays: str = ""
    first: str = ""
    until: str = ""
    absent: str = "closed"
    holidays: Path | None = None
    country: str = ""
    events: Path | None = None
    days_left_out: Path | None = None
    days_kept: Path | None = None
    column: str = "y"


def read_series(source: Path, asked: SeriesOptions) -> tuple[History, Calendar]:
    """The history of a file and the calendar that goes with it."""
    from forecasting.calendar import Calendar, special_days
    from forecasting.series import history_of

    if asked.absent not in ABSENT:
        raise typer.BadParameter(f"{asked.absent!r} is none of {', '.join(ABSENT)}")
    minutes = minutes_of(asked.interval)
    frame = read_frame(source, asked.column)
    first, until = asked.first, asked.until
    if first:
        frame = frame.filter(pl.col("ts") >= datetime.combine(day_of(first), datetime.min.time()))
    if until:
        frame = frame.filter(pl.col("ts") < datetime.combine(day_of(until), datetime.min.time()))
    history = history_of(frame["ts"].to_list(), frame["y"].to_list(), minutes)
    if until:
        history = history.before(day_of(until))
    days = weekdays_of(asked.weekdays) if asked.weekdays else frozenset(
        day.weekday()
        for day, known in zip(history.dates, history.known_days(), strict=True)
        if known
    )  # fmt: skip
    special: dict[date, SpecialDay] = {}
    if asked.country:
        special |= special_days(
            asked.country, range(history.first_on.year, history.end_on.year + 3)
        )
    closed: frozenset[date] = frozenset()
    if asked.holidays:
        closed, listed = read_holidays(asked.holidays)
        special = {day: one for day, one in special.items() if day not in closed} | listed
    calendar = Calendar(
        OpeningHours((hours_of(asked.hours),) * 7) if asked.hours else None,
        closed,
        days,
        kept_on=dates_in(asked.days_kept),
        special=special,
        events=read_events(asked.events) if asked.events else (),
        left_out_on=dates_in(asked.days_left_out),
    )
    return filled(history, calendar, asked.absent), calendar


def filled(history: History, calendar: Calendar, absent: str) -> History:
    """Missing intervals of days with any value: left unknown, made 0, or drawn between others."""
    if absent == "closed":
        return history
    from forecasting.series import History

    values = history.offered.copy()
    stated = calendar.stated_cells(history.minutes)
    for i, day in enumerate(history.dates):
        row = values[i]
        known = np.flatnonzero(~np.isnan(row))
        if not known.size or calendar.is_closed(day):
            continue
        cells = np.ones(row.size, dtype=bool) if stated is None else stated[day.weekday()]
        missing = np.flatnonzero(np.isnan(row) & cells)
        row[missing] = 0.0 if absent == "zero" else np.interp(missing, known, row[known])
    return History(history.first_on, history.minutes, values)


def read_frame(source: Path, column: str) -> pl.DataFrame:
    """Columns ts (naive local time) and y of a file; an offset in ts is dropped, not converted."""
    try:
        if source.suffix == ".parquet":
            frame = pl.read_parquet(source)
        else:
            frame = pl.read_csv(source, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise BadInput(f"{source} cannot be read: {error}.") from None
    missing = [name for name in ("ts", column) if name not in frame.columns]
    if missing:
        raise BadInput(
            f"{source.name} has no column {', '.join(missing)}; it has {', '.join(frame.columns)}."
        )
    stamps = frame["ts"]
    if stamps.dtype == pl.String:
        stamps = pl.Series("ts", [_stamp(source, i, text) for i, text in enumerate(stamps)])
    try:
        values = frame[column].cast(pl.Float64)
    except pl.exceptions.PolarsError:
        raise BadInput(
            f"{source.name}: column {column} holds values that are no numbers."
        ) from None
    return pl.DataFrame({"ts": stamps.cast(pl.Datetime("us")), "y": values}).drop_nulls("ts")


def _stamp(source: Path, row: int, text: str | None) -> datetime:
    try:
        return datetime.fromisoformat(text or "").replace(tzinfo=None)
    except ValueError:
        raise BadInput(
            f"{source.name} line {row + 2}: ts is {text!r}; write it like 2026-03-30 09:30."
        ) from None


def read_holidays(source: Path) -> tuple[frozenset[date], dict[date, SpecialDay]]:
    """Closed days of a file, and its special days.

    The first column is the date. A file of dates alone lists closed days. With a column `kind` a
    day is closed, open or special (what the past shows); `name` tells which come again, and `like`
    names a weekday (Sat) that it resembles.
    """
    from forecasting.calendar import SpecialDay

    closed: set[date] = set()
    special: dict[date, SpecialDay] = {}
    for number, day, row in _dated_rows(source):
        kind, like = row.get("kind", "closed").lower(), row.get("like", "")
        if kind not in KINDS:
            raise BadInput(
                f"{source.name} line {number}: kind is {kind!r}; write closed, open or special."
            )
        if like and like not in DAYS:
            raise BadInput(f"{source.name} line {number}: like is {like!r}; write Mon to Sun.")
        if kind == "closed" and not like:
            closed.add(day)
        else:
            name = row.get("name") or "special day"
            special[day] = SpecialDay(name, KINDS[kind], DAYS.index(like) if like else None)
    return frozenset(closed), special


def read_events(source: Path) -> tuple[Event, ...]:
    """Events of a file: kind, first and last day, size, when it became known, a stated effect.

    The same kind on the same first day counts once, however it is worded.
    """
    from forecasting.events import Event

    found: dict[tuple[str, date], Event] = {}
    for number, row in _rows(source):
        picked = {
            name: next((row[alias] for alias in aliases if row.get(alias)), "")
            for name, aliases in EVENT_COLUMNS.items()
        }
        try:
            first = date.fromisoformat(picked["first_on"][:10])
            last = date.fromisoformat(picked["last_on"][:10]) if picked["last_on"] else first
            known = date.fromisoformat(picked["known_on"][:10]) if picked["known_on"] else None
            size = float(picked["size"] or 1.0)
            effect = float(picked["effect"]) if picked["effect"] else None
        except ValueError as error:
            raise BadInput(f"{source.name} line {number}: {error}.") from None
        if last < first or size < 0 or (effect is not None and effect <= 0):
            raise BadInput(
                f"{source.name} line {number}: an event ends on or after its first day, its size "
                "is 0 or more, its effect a factor above 0 like 1.2."
            )
        kind = picked["kind"] or "event"
        found.setdefault((kind, first), Event(kind, first, last, size, known, effect))
    return tuple(found.values())


def dates_in(source: Path | None) -> frozenset[date]:
    """Dates of the first column of a file, none without a file."""
    return frozenset() if source is None else frozenset(dates_of(source))


def dates_of(source: Path) -> list[date]:
    """Dates of the first column of a file; a heading is passed over."""
    return [day for _, day, _ in _dated_rows(source)]


def _dated_rows(source: Path) -> list[tuple[int, date, Mapping[str, str]]]:
    """Line number, date and further columns by name; a first line without a date is the heading."""
    names: list[str] = []
    found: list[tuple[int, date, Mapping[str, str]]] = []
    for number, fields in enumerate(_lines(source), 1):
        if not any(fields):
            continue
        try:
            day = date.fromisoformat(fields[0][:10])
        except ValueError:
            if number > 1:
                raise BadInput(f"{source.name} line {number}: {fields[0]!r} is no date.") from None
            names = [name.lower() for name in fields]
            continue
        found.append((number, day, dict(zip(names[1:], fields[1:], strict=False))))
    return found


def _rows(source: Path) -> list[tuple[int, Mapping[str, str]]]:
    """Line number and columns by the name of the heading."""
    lines = _lines(source)
    names = [name.lower() for name in lines[0]] if lines else []
    if not set(names) & set(EVENT_COLUMNS["first_on"]):
        raise BadInput(
            f"{source.name} has no column first_on; it has {', '.join(names) or 'none'}."
        )
    return [
        (number, dict(zip(names, fields, strict=False)))
        for number, fields in enumerate(lines[1:], 2)
        if any(fields)
    ]


def _lines(source: Path) -> list[list[str]]:
    try:
        text = source.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{source} cannot be read: {error}.") from None
    return [[field.strip() for field in row] for row in csv.reader(text.splitlines())]


def minutes_of(text: str) -> int:
    match = re.fullmatch(r"(\d+)(m|h|d)", text)
    minutes = int(match[1]) * {"m": 1, "h": 60, "d": 1440}[match[2]] if match else 0
    if not 5 <= minutes <= 1440 or 1440 % minutes:
        raise typer.BadParameter(f"{text!r} is no interval; write 5m, 15m, 30m, 1h or 1d")
    return minutes


def days_of(text: str, option: str) -> int:
    match = re.fullmatch(r"(\d+)d?", text)
    if not match or int(match[1]) < 1:
        raise typer.BadParameter(f"{text!r} is no number of days; write 28d", param_hint=option)
    return int(match[1])


def hours_of(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})", text)
    span = match and (int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4]))
    if not span or not 0 <= span[0] < span[1] <= 1440:
        raise typer.BadParameter(f"{text!r} are no hours; write 07:00-24:00", param_hint="--hours")
    return span


def weekdays_of(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if first not in DAYS or (last and last not in DAYS):
            raise typer.BadParameter(f"{text!r}: write Mon-Fri", param_hint="--weekdays")
        start, end = DAYS.index(first), DAYS.index(last or first)
        found |= {(start + i) % 7 for i in range((end - start) % 7 + 1)}
    return frozenset(found)


def day_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date; write 2026-03-30") from None
