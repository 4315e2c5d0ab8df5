"""Several models of the daily total averaged by lead time, weighed by each queue's past (FC-7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from forecasting import daily
from forecasting.events import known_events, stated_factor
from forecasting.series import Floats, Wholes
from forecasting.structure import LOOK_ROWS, Structure, fit_structure
from forecasting.training import Training

# Days ahead, first and last of each bucket; the last bucket serves what lies beyond, too.
BUCKETS = ((1, 1), (2, 7), (8, 14), (15, 28))
# What each model weighs where the past says nothing: all that the structure says is in it.
PRIOR = {"structure": 4.0, "sarimax": 4.0, "level_weekday": 1.0}
LEAST_ORIGINS = 4
POWER = 4
FADE_DAYS = (28, 90)  # from here the other models lose their weight, to here all of it
LOOK_DAYS = (*range(6, 14, 6), 14, *range(18, 28, 6), 28, *range(30, 157, 6))
LOOK_WEEKS = (6, 2)  # of usable days before a past origin; fewer where that leaves under four


@dataclass(frozen=True, eq=False)
class Looked:
    """What was said from a past origin of the days after it, as rows of the training set."""

    origin: date
    row: int
    leads: Wholes
    totals: Floats  # `nan` where the day is unknown, closed or left out
    models: dict[str, Floats]


@dataclass(frozen=True, eq=False)
class DailyTotals:
    """Totals of the days ahead with each model's, their weights by bucket, and the past's words."""

    totals: Floats
    models: dict[str, Floats]
    weights: tuple[dict[str, float], ...]
    structure: Structure | None
    looked: tuple[Looked, ...]
    notes: tuple[str, ...]


def bucket(lead: int) -> int:
    """The number of the bucket of a day ahead: 1 is 0, 2 to 7 is 1, 8 to 14 is 2, later 3."""
    return next((i for i, (_, last) in enumerate(BUCKETS) if lead <= last), len(BUCKETS) - 1)


def daily_totals(
    training: Training,
    days: Sequence[date],
    use_sarimax: bool = True,
    look_days: Sequence[int] = LOOK_DAYS,
) -> DailyTotals:
    """Totals of the days ahead: the models' average, with weights learned from past origins.

    The origins looked back at are `look_days` before the first day ahead.
    """
    leads = np.array([(day - training.end_on).days + 1 for day in days], dtype=np.int64)
    notes: list[str] = []
    origins = _origins(training, look_days)
    if daily.is_low_volume(training):
        return _low_volume(training, days, origins)
    rows = [row for _, row in origins]
    structure = fit_structure(training, days, rows)
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.where(
            training.usable, np.log(np.maximum(training.totals, 0.5)), np.nan
        ) - structure.calendar_past  # fmt: skip
    said: dict[str, daily.Said] = {}
    if use_sarimax:
        found = daily.sarimax(training, logs, days, rows)
        if found is not None:
            said["sarimax"] = found
        else:
            notes.append("SARIMAX left out: too short a past, or it did not hold")
    said["level_weekday"] = daily.level_weekday(training, logs, days, rows)
    models = {"structure": np.exp(structure.log_mean)}
    for name, one in said.items():
        models[name] = np.exp(one.ahead + structure.calendar_ahead)
    looked = tuple(
        _looked(training, origin, row, structure, said)
        for origin, row in origins
        if row in structure.looked
    )
    weights = learned_weights(looked, list(models))
    totals = np.zeros(len(days))
    for i, lead in enumerate(leads):
        by_model = _faded(weights[bucket(int(lead))], int(lead))
        totals[i] = sum(by_model[name] * models[name][i] for name in models)
    return DailyTotals(totals, models, weights, structure, looked, tuple(notes))


def combined(looked: Looked, weights: Sequence[Mapping[str, float]]) -> Floats:
    """What the average would have said from a past origin, by today's weights."""
    shares = np.array(
        [[weights[bucket(int(lead))].get(name, 0.0) for name in looked.models]
         for lead in looked.leads]
    ).reshape(looked.leads.size, len(looked.models))  # fmt: skip
    stacked = np.stack(list(looked.models.values()), axis=1)
    known = np.isfinite(stacked)
    shares = np.where(known, shares, 0.0)
    weighed = (shares * np.where(known, stacked, 0.0)).sum(axis=1)
    return np.asarray(weighed / np.maximum(shares.sum(axis=1), 1e-12), dtype=np.float64)


def learned_weights(looked: Sequence[Looked], names: Sequence[str]) -> tuple[dict[str, float], ...]:
    """Weights by bucket: prior × 1/WAPE⁴ on past origins, drawn half way to the prior.

    Two models of the same prior weight with errors of 10 and 11 %: 0.5/(1 + 1.1⁻⁴) + 0.25 = 0.547
    and 0.453.
    """
    total = sum(PRIOR[name] for name in names)
    prior = {name: PRIOR[name] / total for name in names}
    found: list[dict[str, float]] = []
    for low, high in BUCKETS:
        missed, origins = dict.fromkeys(names, 0.0), 0
        for one in looked:
            mine = (one.leads >= low) & (one.leads <= high) & np.isfinite(one.totals)
            for said in one.models.values():
                mine &= np.isfinite(said)
            if not mine.any() or set(one.models) != set(names):
                continue
            origins += 1
            for name in names:
                missed[name] += float(np.abs(one.models[name][mine] - one.totals[mine]).sum())
        if origins < LEAST_ORIGINS or min(missed.values()) <= 0:
            found.append(dict(prior))
            continue
        best = min(missed.values())
        raw = {name: prior[name] * (best / missed[name]) ** POWER for name in names}
        whole = sum(raw.values())
        found.append({name: 0.5 * raw[name] / whole + 0.5 * prior[name] for name in names})
    return tuple(found)


def _faded(weights: Mapping[str, float], lead: int) -> dict[str, float]:
    """Beyond four weeks the structure takes over, which alone knows level and season apart."""
    low, high = FADE_DAYS
    keep = float(np.clip((high - lead) / (high - low), 0.0, 1.0))
    found = {name: weight * keep for name, weight in weights.items() if name != "structure"}
    return {"structure": 1.0 - sum(found.values()), **found}


def _origins(training: Training, look_days: Sequence[int]) -> list[tuple[date, int]]:
    """Past origins and the first training row of each, newest first."""
    dates = np.array([day.toordinal() for day in training.dates])
    usable = np.cumsum(training.usable)
    found: list[tuple[date, int]] = []
    for weeks in LOOK_WEEKS:
        found = []
        for back in look_days:
            origin = training.end_on - timedelta(days=back)
            row = int(np.searchsorted(dates, origin.toordinal()))
            if 0 < row < dates.size and usable[row - 1] >= weeks * max(training.season, 1):
                found.append((origin, row))
        if len(found) >= LEAST_ORIGINS:
            break
    return found


def _low_volume(
    training: Training, days: Sequence[date], origins: Sequence[tuple[date, int]]
) -> DailyTotals:
    """Means by weekday, where logarithms would mislead, and those of past origins."""
    name = "weekday_mean"
    events = known_events(training.calendar.events, training.end_on)
    stated = np.array([stated_factor(events, day) for day in days])
    means = daily.mean_totals(training, days) * stated
    looked = []
    for origin, row in origins:
        leads = _leads(training, origin, row)
        rows = slice(row, row + leads.size)
        said = daily.mean_totals(training, training.dates[rows], row)
        looked.append(Looked(origin, row, leads, training.totals[rows], {name: said}))
    weights = ({name: 1.0},) * len(BUCKETS)
    return DailyTotals(means, {name: means}, weights, None, tuple(looked), ())


def _looked(
    training: Training,
    origin: date,
    row: int,
    structure: Structure,
    said: Mapping[str, daily.Said],
) -> Looked:
    leads = _leads(training, origin, row)
    rows = slice(row, row + leads.size)
    models = {"structure": np.exp(structure.looked[row][: leads.size])}
    for name, one in said.items():
        if row in one.looked:
            logs = one.looked[row][: leads.size] + structure.calendar_past[rows]
            models[name] = np.exp(np.minimum(logs, 50.0))
    return Looked(origin, row, leads, training.totals[rows], models)


def _leads(training: Training, origin: date, row: int) -> Wholes:
    """Days ahead of the training rows of the four weeks from an origin on."""
    later = training.dates[row : row + LOOK_ROWS]
    leads = np.array([(day - origin).days + 1 for day in later], dtype=np.int64)
    return leads[leads <= LOOK_ROWS]
