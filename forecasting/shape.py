"""How a day's total spreads over its intervals: recent profile, and singular vectors (FC-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from forecasting.series import Floats, Wholes
from forecasting.training import Training

PROFILE_DAYS = 8
PROFILE_FADE = 0.9
SVD_WEEKS = 26
SVD_LEAST_WEEKS = 4
RANK = 3
PHI_MOST = 0.98
QUARTER = 0.25  # √(y + ¼) makes the spread of counts alike at every size


@dataclass(frozen=True, eq=False)
class Shaped:
    """Shares of the day for each day ahead (rows sum to 1, or to 0 when closed), and totals."""

    shares: Floats
    totals: Floats | None = None


def profile_shares(training: Training, days: list[date]) -> Shaped:
    """Shares of the last eight clean same weekdays, each week older weighing a tenth less."""
    shares = np.zeros((len(days), training.cells.shape[1]))
    for i, day in enumerate(days):
        if training.is_open(day):
            shares[i] = _profile(training, day.weekday())
    return Shaped(shares)


def svd_shares(training: Training, days: list[date]) -> Shaped | None:
    """Shares and totals from three singular vectors whose scores follow the weekdays.

    None before four weeks of usable days exist, or when a weekday ahead was never seen.
    """
    season = max(training.season, 1)
    if training.weeks < SVD_LEAST_WEEKS:
        return None
    first = max(0, training.totals.size - SVD_WEEKS * season)
    rows = np.flatnonzero(training.usable)
    rows = rows[rows >= first]
    ahead = [day for day in days if day.weekday() in training.live]
    seen = set(training.weekdays[rows].tolist())
    if rows.size < SVD_LEAST_WEEKS * season or not {day.weekday() for day in ahead} <= seen:
        return None
    roots = np.sqrt(np.nan_to_num(training.cells[rows]) + QUARTER)
    _, _, vectors = np.linalg.svd(roots, full_matrices=False)
    vectors = vectors[:RANK]
    scores = np.full((training.totals.size, vectors.shape[0]), np.nan)
    scores[rows] = roots @ vectors.T
    weekdays_ahead = np.array([day.weekday() for day in ahead], dtype=np.int64)
    coming = np.column_stack(
        [_ahead(scores[:, r], training.weekdays, weekdays_ahead) for r in range(vectors.shape[0])]
    )
    values = np.maximum(np.maximum(coming @ vectors, 0.0) ** 2 - QUARTER, 0.0)
    place = {day: i for i, day in enumerate(ahead)}
    shares = np.zeros((len(days), training.cells.shape[1]))
    totals = np.zeros(len(days))
    for i, day in enumerate(days):
        if not training.is_open(day):
            continue
        row = np.where(training.open_cells[day.weekday()], values[place[day]], 0.0)
        totals[i] = row.sum()
        shares[i] = row / totals[i] if totals[i] > 0 else _profile(training, day.weekday())
    return Shaped(shares, totals)


def _profile(training: Training, weekday: int) -> Floats:
    """Shares of a weekday; of all days when it was never seen, flat when nothing was."""
    rows = training.recent(weekday, PROFILE_DAYS)
    rows = rows[training.totals[rows] > 0]
    if not rows.size:
        rows = np.flatnonzero(training.usable & (training.totals > 0))[::-1][:PROFILE_DAYS]
    open_now = training.open_cells[weekday]
    if rows.size:
        cells = training.cells[rows]
        known = ~np.isnan(cells)
        weights = (PROFILE_FADE ** np.arange(rows.size))[:, None] * known
        # Counts are pooled before they are divided, so that a day of 2 contacts weighs as 2.
        pooled = (weights * np.where(known, cells, 0.0)).sum(axis=0) / np.maximum(
            weights.sum(axis=0), 1e-12
        )
        pooled = np.where(open_now, pooled, 0.0)
        if pooled.sum() > 0:
            return np.asarray(pooled / pooled.sum(), dtype=np.float64)
    return open_now / open_now.sum() if open_now.any() else np.zeros(open_now.size)


def _ahead(score: Floats, weekdays: Wholes, ahead: Wholes) -> Floats:
    """A score carried forward: weekday intercepts and a pull from the day before."""
    both = np.flatnonzero(np.isfinite(score[1:]) & np.isfinite(score[:-1])) + 1
    known = np.flatnonzero(np.isfinite(score))
    means = np.array(
        [score[known][weekdays[known] == w].mean() if (weekdays[known] == w).any() else 0.0
         for w in range(7)]
    )  # fmt: skip
    away = score - means[weekdays]
    base = float((away[both - 1] ** 2).sum())
    phi = float((away[both] * away[both - 1]).sum()) / base if base > 0 else 0.0
    phi = float(np.clip(phi, -PHI_MOST, PHI_MOST))
    # The pull has faded by the days between the last known day and the end of the history.
    last = float(away[known[-1]]) * phi ** (score.size - 1 - int(known[-1]))
    steps = np.arange(1, ahead.size + 1)
    return np.asarray(means[ahead] + last * phi**steps, dtype=np.float64)
