"""Commands of the group forecast: one series from a file forecast, or its past forecast again.

The forecasting room is imported when a command runs: its libraries would slow every other one.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from wfm.cli.forecast_files import SeriesOptions, dates_of, days_of, read_series
from wfm.cli.forecast_show import (
    backtest_document,
    backtest_table,
    forecast_frame,
    intraday_document,
    intraday_table,
)
from wfm.domain.errors import BadInput

Source = Annotated[Path, typer.Argument(help="CSV or Parquet with columns ts,y (local times)")]
Interval = Annotated[str, typer.Option(help="Length of an interval, 5m to 1d")]
Horizon = Annotated[str, typer.Option(help="Days ahead, like 28d")]
Hours = Annotated[str, typer.Option(help="Opening hours, like 07:00-24:00")]
Weekdays = Annotated[str, typer.Option(help="Open weekdays, like Mon-Fri or Mon,Wed,Fri")]
From = Annotated[str, typer.Option("--from", help="First day of the series that counts")]
Until = Annotated[str, typer.Option(help="Day from which the series does not count")]
Absent = Annotated[str, typer.Option(help="A missing interval is: closed, zero or interpolate")]
Holidays = Annotated[
    Path | None,
    typer.Option(help="CSV of closed days; with columns kind,name,like of special days, too"),
]
Country = Annotated[
    str, typer.Option(help="Country whose public holidays are special days, like US")
]
Events = Annotated[
    Path | None,
    typer.Option(help="CSV kind,first_on,last_on,size,known_on,effect (a factor) of campaigns"),
]
LeftOut = Annotated[Path | None, typer.Option(help="File of days that are not learned from")]
Kept = Annotated[Path | None, typer.Option(help="File of unusual days that are learned from")]
ValueColumn = Annotated[str, typer.Option("--column", help="Name of the value column")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document")]
STEP, ORIGINS = "8d", 8
INTRADAY_STEP, INTRADAY_DAYS = "1d", 60


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
    events: Events = None,
    days_left_out: LeftOut = None,
    days_kept: Kept = None,
    column: ValueColumn = "y",
    sister: Annotated[
        Path | None, typer.Option(help="Series of a queue whose weeks this new one follows")
    ] = None,
    level: Annotated[
        float | None, typer.Option(min=0.001, help="With --sister: contacts a week, as stated")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Contacts expected in each interval after the series ends, with their 80 % band."""
    from forecasting.cold_start import Sister, cold_forecast
    from forecasting.forecast import ForecastConfig, forecast_queue
    from forecasting.threads import use_one_thread

    use_one_thread()
    days = days_of(horizon, "--horizon")
    options = SeriesOptions(
        interval, hours, weekdays, first, until, absent, holidays, country, events,
        days_left_out, days_kept, column,
    )  # fmt: skip
    history, calendar = read_series(source, options)
    config = ForecastConfig(calendar)
    if level is not None and sister is None:
        raise BadInput("--level needs --sister: a level alone has no pattern.")
    if sister is None:
        found = forecast_queue(history, days, config)
    else:
        like = Sister(sister.stem, *read_series(sister, options), chosen=True, level_week=level)
        found, _ = cold_forecast(history, days, config, like)
    try:
        forecast_frame(found).write_csv(out)
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error}.") from None
    if as_json:
        summary = {
            "out": str(out),
            "first_on": found.first_on.isoformat(),
            "days": days,
            "method": found.method,
            "config": config.settings_digest,
            "weights": [dict(weights) for weights in found.weights],
            "notes": list(found.notes),
            "unusual": [
                {
                    "from": one.first_on.isoformat(),
                    "to": one.last_on.isoformat(),
                    "reason": one.reason,
                    "contacts": one.contacts,
                    "usual": one.usual,
                    "left_out": one.left_out,
                }
                for one in found.unusual
            ],
            "past_wape": found.past_wape,
            "past_naive_wape": found.past_naive_wape,
        }
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
    step: Annotated[
        str, typer.Option(help=f"Days between origins ({STEP}; of --intraday {INTRADAY_STEP})")
    ] = "",
    origins: Annotated[
        int, typer.Option(help=f"The last that fit ({ORIGINS}; days of --intraday {INTRADAY_DAYS})")
    ] = 0,
    origin_dates: Annotated[
        Path | None, typer.Option(help="File with exactly these origins, one date a line")
    ] = None,
    intraday: Annotated[
        str, typer.Option(help="Forecast the rest of days after these shares: 25,40,55,70")
    ] = "",
    hours: Hours = "",
    weekdays: Weekdays = "",
    first: From = "",
    until: Until = "",
    absent: Absent = "closed",
    holidays: Holidays = None,
    country: Country = "",
    events: Events = None,
    days_left_out: LeftOut = None,
    days_kept: Kept = None,
    column: ValueColumn = "y",
    as_json: AsJson = False,
) -> None:
    """The past forecast again from rolling origins, beside last week again and six weeks' mean."""
    from forecasting.backtest import backtest, rolling_origins
    from forecasting.forecast import ForecastConfig
    from forecasting.intraday_backtest import intraday_backtest, last_days
    from forecasting.threads import use_one_thread

    use_one_thread()
    days = days_of(horizon, "--horizon")
    shares = _shares(intraday)
    history, calendar = read_series(
        source,
        SeriesOptions(
            interval, hours, weekdays, first, until, absent, holidays, country, events,
            days_left_out, days_kept, column,
        ),
    )  # fmt: skip
    config = ForecastConfig(calendar)
    gap = days_of(step or (INTRADAY_STEP if shares else STEP), "--step")
    count = origins or (INTRADAY_DAYS if shares else ORIGINS)
    if origin_dates is not None:
        chosen = sorted(dates_of(origin_dates))
    elif shares:
        chosen = last_days(history, gap, count)
    else:
        chosen = rolling_origins(history, days, gap, count)
    started = time.perf_counter()
    console = Console(highlight=False)
    if shares:
        rests = intraday_backtest(history, chosen, shares, config)
        seconds = time.perf_counter() - started
        if as_json:
            typer.echo(json.dumps(intraday_document(rests, seconds, config.settings_digest)))
        else:
            console.print(intraday_table(rests, seconds))
        return
    found = backtest(history, chosen, days, config)
    seconds = time.perf_counter() - started
    if as_json:
        typer.echo(json.dumps(backtest_document(found, seconds, config.settings_digest)))
    else:
        console.print(backtest_table(found, seconds, config.settings_digest))


def _shares(text: str) -> list[float]:
    """Shares of a day from percentages: "25,40" is 0.25 and 0.4; none of an empty text."""
    try:
        found = [float(part) / 100 for part in text.split(",") if part.strip()]
    except ValueError:
        found = [0.0]
    if any(not 0 < share < 1 for share in found):
        raise typer.BadParameter(
            f"{text!r}: write percentages like 25,40,55", param_hint="--intraday"
        )
    return found
