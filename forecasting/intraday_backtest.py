"""Past days forecast again from their first part, beside what is done without a model (FC-20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from forecasting import metrics, naive
from forecasting.forecast import ForecastConfig
from forecasting.intraday import CLIP, STEADY, learn_day, seen_columns, update_day
from forecasting.series import Floats, History
from forecasting.training import prepare
from wfm.domain.errors import BadInput

METHODS = ("forecast", "not_updated", "six_week_mean", "six_week_mean_ratio")


@dataclass(frozen=True)
class RestScore:
    """Errors on the rest of days of which a share of what was expected had passed, in percent."""

    share: float
    wape: dict[str, float | None]  # by method
    bias: float | None
    coverage80: float | None
    days: int


def last_days(history: History, step: int, count: int) -> list[date]:
    """The last `count` days with contacts, every `step`-th of them, oldest first."""
    known = np.flatnonzero(np.nansum(history.offered, axis=1) > 0)[::-1][::step][:count][::-1]
    if known.size < count or not count:
        raise BadInput(
            f"{count} days, every {step}., are asked; only {known.size} with contacts are there."
        )
    return [history.first_on + timedelta(days=int(row)) for row in known]


def intraday_backtest(
    history: History, days: Sequence[date], shares: Sequence[float], config: ForecastConfig
) -> list[RestScore]:
    """Scores of the rest of each day after each share of its expected contacts (0.25 a quarter).

    A day's model is learned from the days before it; an update sees the day's first intervals.
    """
    actual: dict[float, list[Floats]] = {share: [] for share in shares}
    said: dict[tuple[float, str], list[Floats]] = {}
    bands: dict[float, list[tuple[Floats, Floats]]] = {share: [] for share in shares}
    scored = 0
    for day in days:
        past = history.before(day)
        model = learn_day(past, config)
        came = history.offered[(day - history.first_on).days]
        if np.nansum(came) <= 0 or model.mean.sum() <= 0:
            continue
        scored += 1
        weeks = naive.baseline("six_week_mean", past, prepare(past, config.calendar), 1)[0]
        for share in shares:
            cut = seen_columns(model, share)
            found = update_day(model, came[:cut])
            seen, early = float(np.nansum(came[:cut])), float(weeks[:cut].sum())
            ratio = float(np.clip((seen + STEADY) / (early + STEADY), *CLIP))
            rest = np.where(model.cells[cut:], came[cut:], np.nan)
            actual[share].append(rest)
            bands[share].append((found.p10[cut:], found.p90[cut:]))
            for name, values in zip(
                METHODS, (found.mean, model.mean, weeks, weeks * ratio), strict=True
            ):
                said.setdefault((share, name), []).append(values[cut:])
    if not scored:
        raise BadInput("No day asked has contacts on a past to learn from.")
    scores = []
    for share in shares:
        together = np.concatenate(actual[share])
        forecast = np.concatenate(said[share, "forecast"])
        low, high = (np.concatenate([band[i] for band in bands[share]]) for i in (0, 1))
        scores.append(
            RestScore(
                share,
                {m: metrics.wape(together, np.concatenate(said[share, m])) for m in METHODS},
                metrics.bias(together, forecast),
                metrics.coverage(together, low, high),
                scored,
            )
        )
    return scores
