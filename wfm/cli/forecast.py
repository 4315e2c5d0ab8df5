"""Commands of the group forecast: one series from a file forecast, or its past forecast again.

The forecasting room is imported when a command runs: its libraries would slow every other one.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from wfm.domain.errors import BadInput
from wfm.domain.opening import DAYS, OpeningHours

if TYPE_CHECKING:
    from forecasting.backtest import Backtest, Score
    from forecasting.calendar import Calendar
    from forecasting.forecast import QueueForecast
    from forecasting.series import History

Source = Annotated[Path, typer.Argument(help="CSV or Parquet with columns ts,y (local times)")]
Interval = Annotated[str, typer.Option(help="Length of an interval, 5m to 1d")]
Horizon = Annotated[str, typer.Option(help="Days ahead, like 28d")]
Hours = Annotated[str, typer.Option(help="Opening hours, like 07:00-24:00")]
Weekdays = Annotated[str, typer.Option(help="Open weekdays, like Mon-Fri or Mon,Wed,Fri")]
From = Annotated[str, typer.Option("--from", help="First day of the series that counts")]
Until = Annotated[str, typer.Option(help="Day from which the series does not count")]
Absent = Annotated[str, typer.Option(help="A missing interval is: closed, zero or interpolate")]
Holidays = Annotated[Path | None, typer.Option(help="CSV whose first column lists closed days")]
Country = Annotated[str, typer.Option(help="Country whose public holidays are closed, like US")]
ValueColumn = Annotated[str, typer.Option("--column", help="Name of the value column")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document")]

ABSENT = ("closed", "zero", "interpolate")


def register(app: typer.Typer) -> None:
    """`wfm forecast predict` and `wfm forecast backtest` put on the app."""
    group = typer.Typer(help="Forecast a series of contacts from a file.", no_args_is_help=True)
    group.command("predict")(predict)
    group.command("backtest")(run_backtest)
    app.add_typer(group, name="forecast")


def predict(
    source: Source,
    out: Annotated[Path, typer.Option("--out", help="CSV to write: ts,mean,p10,p50,p90")],
    interval: Interval = "30m",
    horizon: Horizon = "28d",
    hours: Hours = "",
    weekdays: Weekdays = "",
    first: From = "",
    until: Until = "",
    absent: Absent = "closed",
    holidays: Holidays = None,
    country: Country = "",
    column: ValueColumn = "y",
    as_json: AsJson = False,
) -> None:
    """Contacts expected in each interval after the series ends, with their 80 % band."""
    from forecasting.forecast import ForecastConfig, forecast_queue

    days = _days(horizon, "--horizon")
    history, calendar = _series(
        source, interval, column, absent, hours, weekdays, holidays, country, first, until
    )
    found = forecast_queue(history, days, ForecastConfig(calendar))
    try:
        _frame(found).write_csv(out)
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error}.") from None
    summary = {
        "out": str(out),
        "first_on": found.first_on.isoformat(),
        "days": days,
        "method": found.method,
        "notes": list(found.notes),
        "past_wape": found.past_wape,
        "past_naive_wape": found.past_naive_wape,
    }
    if as_json:
        typer.echo(json.dumps(summary))
        return
    past = "" if found.past_wape is None else (
        f" Error on the last {found.past_days} days {found.past_wape:.1f} % "
        f"(last week again: {found.past_naive_wape:.1f} %)."
    )  # fmt: skip
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{days} days from {found.first_on} by {found.method} in {out}.{past}")
    for note in found.notes:
        console.print(f"note: {note}", markup=False)


def run_backtest(
    source: Source,
    interval: Interval = "30m",
    horizon: Horizon = "28d",
    step: Annotated[str, typer.Option(help="Days between origins, like 8d")] = "8d",
    origins: Annotated[int, typer.Option(help="How many origins, the last that fit")] = 8,
    origin_dates: Annotated[
        Path | None, typer.Option(help="File with exactly these origins, one date a line")
    ] = None,
    hours: Hours = "",
    weekdays: Weekdays = "",
    first: From = "",
    until: Until = "",
    absent: Absent = "closed",
    holidays: Holidays = None,
    country: Country = "",
    column: ValueColumn = "y",
    as_json: AsJson = False,
) -> None:
    """The past forecast again from rolling origins, beside last week again and six weeks' mean."""
    from forecasting.backtest import backtest, rolling_origins
    from forecasting.forecast import ForecastConfig

    days = _days(horizon, "--horizon")
    history, calendar = _series(
        source, interval, column, absent, hours, weekdays, holidays, country, first, until
    )
    chosen = (
        rolling_origins(history, days, _days(step, "--step"), origins)
        if origin_dates is None
        else sorted(_dates(origin_dates))
    )
    started = time.perf_counter()
    found = backtest(history, chosen, days, ForecastConfig(calendar))
    seconds = time.perf_counter() - started
    if as_json:
        typer.echo(json.dumps(_document(found, seconds)))
    else:
        Console(highlight=False).print(_table(found, seconds))


def _series(
    source: Path,
    interval: str,
    column: str,
    absent: str,
    hours: str,
    weekdays: str,
    holidays: Path | None,
    country: str,
    first: str,
    until: str,
) -> tuple[History, Calendar]:
    from forecasting.calendar import Calendar, country_holidays
    from forecasting.series import history_of

    if absent not in ABSENT:
        raise typer.BadParameter(f"{absent!r} is none of {', '.join(ABSENT)}")
    minutes = _minutes(interval)
    frame = _read(source, column)
    if first:
        frame = frame.filter(pl.col("ts") >= datetime.combine(_day(first), datetime.min.time()))
    if until:
        frame = frame.filter(pl.col("ts") < datetime.combine(_day(until), datetime.min.time()))
    history = history_of(frame["ts"].to_list(), frame["y"].to_list(), minutes)
    if until:
        history = history.before(_day(until))
    days = _weekdays(weekdays) if weekdays else frozenset(
        day.weekday()
        for day, known in zip(history.dates, history.known_days(), strict=True)
        if known
    )  # fmt: skip
    closed = frozenset(_dates(holidays)) if holidays else frozenset[date]()
    if country:
        years = range(history.first_on.year, history.end_on.year + 3)
        closed |= country_holidays(country, years)
    opening = OpeningHours((_hours(hours),) * 7) if hours else None
    calendar = Calendar(opening, closed, days)
    return _fill(history, calendar, absent), calendar


def _fill(history: History, calendar: Calendar, absent: str) -> History:
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


def _read(source: Path, column: str) -> pl.DataFrame:
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


def _frame(found: QueueForecast) -> pl.DataFrame:
    start = datetime.combine(found.first_on, datetime.min.time())
    cells = found.mean.size
    stamps = [start + timedelta(minutes=found.minutes * i) for i in range(cells)]
    return pl.DataFrame(
        {
            "ts": [f"{stamp:%Y-%m-%d %H:%M}" for stamp in stamps],
            "mean": found.mean.ravel().round(4),
            "p10": found.p10.ravel(),
            "p50": found.p50.ravel(),
            "p90": found.p90.ravel(),
        }
    )


def _document(found: Backtest, seconds: float) -> dict[str, object]:
    def score(values: Score, took: float) -> dict[str, object]:
        return {**asdict(values), "seconds": round(took, 3)}

    return {
        "forecast": score(found.forecast, seconds),
        "baselines": {name: score(values, 0.0) for name, values in found.baselines.items()},
        "poisson_floor": found.poisson_floor,
        "origins": [origin.isoformat() for origin in found.origins],
    }


def _table(found: Backtest, seconds: float) -> Table:
    table = Table(title=f"{len(found.origins)} origins, {seconds:.1f} s; WAPE in percent")
    columns = ("method", "day 1", "1-7", "8-14", "15-28", "all", "by day", "bias", "in 80 %")
    for name in columns:
        table.add_column(name, justify="left" if name == "method" else "right")
    for name, values in (("forecast", found.forecast), *found.baselines.items()):
        figures = (*values.wape.values(), values.wape_day, values.bias, values.coverage80)
        table.add_row(name, *("–" if v is None else f"{v:.2f}" for v in figures))
    floor = found.poisson_floor
    table.caption = "" if floor is None else f"counting noise alone: {floor:.2f} %"
    return table


def _minutes(text: str) -> int:
    match = re.fullmatch(r"(\d+)(m|h|d)", text)
    minutes = int(match[1]) * {"m": 1, "h": 60, "d": 1440}[match[2]] if match else 0
    if not 5 <= minutes <= 1440 or 1440 % minutes:
        raise typer.BadParameter(f"{text!r} is no interval; write 5m, 15m, 30m, 1h or 1d")
    return minutes


def _days(text: str, option: str) -> int:
    match = re.fullmatch(r"(\d+)d?", text)
    if not match or int(match[1]) < 1:
        raise typer.BadParameter(f"{text!r} is no number of days; write 28d", param_hint=option)
    return int(match[1])


def _hours(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})", text)
    span = match and (int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4]))
    if not span or not 0 <= span[0] < span[1] <= 1440:
        raise typer.BadParameter(f"{text!r} are no hours; write 07:00-24:00", param_hint="--hours")
    return span


def _weekdays(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if first not in DAYS or (last and last not in DAYS):
            raise typer.BadParameter(f"{text!r}: write Mon-Fri", param_hint="--weekdays")
        start, end = DAYS.index(first), DAYS.index(last or first)
        found |= {(start + i) % 7 for i in range((end - start) % 7 + 1)}
    return frozenset(found)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date; write 2026-03-30") from None


def _dates(source: Path) -> list[date]:
    """Dates of the first column of a file; a heading is passed over."""
    try:
        lines = source.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{source} cannot be read: {error}.") from None
    found = []
    for i, line in enumerate(lines):
        text = line.split(",")[0].strip().strip('"')
        if not text:
            continue
        try:
            found.append(date.fromisoformat(text[:10]))
        except ValueError:
            if i:
                raise BadInput(f"{source.name} line {i + 1}: {text!r} is no date.") from None
    return found
