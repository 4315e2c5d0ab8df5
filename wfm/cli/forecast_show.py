"""How the group forecast shows what it found: the rows of a file, one JSON document, tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
from rich.table import Table

if TYPE_CHECKING:
    from forecasting.backtest import Backtest, Score
    from forecasting.forecast import QueueForecast
    from forecasting.intraday_backtest import RestScore


def forecast_frame(found: QueueForecast) -> pl.DataFrame:
    """Columns ts, mean, p10, p50, p90 with a row for every interval."""
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


def backtest_document(found: Backtest, seconds: float, digest: str) -> dict[str, object]:
    """What `wfm forecast backtest` writes with --json."""

    def score(values: Score, took: float) -> dict[str, object]:
        return {**asdict(values), "seconds": round(took, 3)}

    return {
        "forecast": score(found.forecast, seconds),
        "baselines": {name: score(values, 0.0) for name, values in found.baselines.items()},
        "models": {name: score(values, 0.0) for name, values in found.models.items()},
        "special_days": None if found.special is None else asdict(found.special),
        "poisson_floor": found.poisson_floor,
        "config": digest,
        "origins": [origin.isoformat() for origin in found.origins],
    }


def backtest_table(found: Backtest, seconds: float, digest: str) -> Table:
    """Scores of the forecast, the simple ones and each model alone, a row each."""
    table = Table(title=f"{len(found.origins)} origins, {seconds:.1f} s; WAPE in percent")
    columns = ("method", "day 1", "1-7", "8-14", "15-28", "all", "by day", "bias", "in 80 %")
    for name in columns:
        table.add_column(name, justify="left" if name == "method" else "right")
    rows = (("forecast", found.forecast), *found.baselines.items(), *found.models.items())
    for name, values in rows:
        figures = (*values.wape.values(), values.wape_day, values.bias, values.coverage80)
        table.add_row(name, *("–" if v is None else f"{v:.2f}" for v in figures))
    floor = found.poisson_floor
    lines = [] if floor is None else [f"counting noise alone: {floor:.2f} %"]
    if found.special is not None and found.special.wape is not None:
        lines.append(
            f"{found.special.days} special days: {found.special.wape:.1f} %, "
            f"without knowing of them {found.special.wape_without:.1f} %"
        )
    table.caption = "\n".join([*lines, f"configuration {digest[:12]}"])
    return table


def intraday_document(found: Sequence[RestScore], seconds: float, digest: str) -> dict[str, object]:
    """What `wfm forecast backtest --intraday` writes with --json."""
    return {
        "intraday": [asdict(score) for score in found],
        "config": digest,
        "seconds": round(seconds, 3),
    }


def intraday_table(found: Sequence[RestScore], seconds: float) -> Table:
    """WAPE of the rest of the day by method, a row for each share of the day that had passed."""
    names = list(found[0].wape)
    table = Table(title=f"{found[0].days} days, {seconds:.1f} s; WAPE of the rest in percent")
    for name in ("passed", *names, "bias", "in 80 %"):
        table.add_column(name.replace("_", " "), justify="right")
    for score in found:
        figures = (*score.wape.values(), score.bias, score.coverage80)
        table.add_row(
            f"{100 * score.share:.0f} %", *("–" if v is None else f"{v:.2f}" for v in figures)
        )
    return table
