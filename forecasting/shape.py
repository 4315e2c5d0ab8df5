"""How a day's total spreads over its intervals: recent profile, and singular vectors (FC-6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecasting.series import Floats, Wholes
from forecasting.training import Training

PROFILE_DAYS = 8
PROFILE_FADE = 0.9
SVD_WEEKS = 104
SVD_LEAST_WEEKS = 4
RANK = 5
QUARTER = 0.25  # √(y + ¼) makes the spread of counts alike at every size
# Days in which a day of the past loses half of its weight: of a quick memory by weekday, and of a
# slow one by weekday with a quick one of what all weekdays share. Their shapes are averaged.
QUICK_DAYS = 30.0
SLOW_DAYS = 240.0
OWN_DAYS = 2.0  # days that the usual shape weighs beside the shapes of a special day's own past
OTHERS = 0.25  # what another special day weighs beside one of the same name


@dataclass(frozen=True, eq=False)
class Vectors:
    """A basis for the shapes of days, and the scores of each usable day in it."""

    rows: Wholes
    basis: Floats
    scores: Floats
    weights: Floats  # contacts, as a day of 2 contacts tells little about a shape


def shape_vectors(training: Training) -> Vectors | None:
    """Five singular vectors of the last 104 weeks; None before four weeks of usable days exist."""
    season = max(training.season, 1)
    rows = np.flatnonzero(training.usable & (training.totals > 0))
    rows = rows[rows >= training.totals.size - SVD_WEEKS * season]
    if rows.size < SVD_LEAST_WEEKS * season:
        return None
    special = training.calendar.special
    if special:
        rows = rows[[training.dates[row] not in special for row in rows.tolist()]]
    cells = np.nan_to_num(training.cells[rows])
    totals = cells.sum(axis=1)
    roots = np.sqrt((cells + QUARTER) / (totals + QUARTER * cells.shape[1])[:, None])
    weights = totals / max(float(totals.mean()), 1e-9)
    _, vectors = np.linalg.eigh((roots * weights[:, None]).T @ roots)
    basis = vectors[:, ::-1][:, :RANK].T
    # A vector's sign is arbitrary: fixed, so that the same past gives the same bytes.
    basis = basis * np.where(basis.sum(axis=1) < 0, -1.0, 1.0)[:, None]
    return Vectors(rows, basis, roots @ basis.T, weights)


def shares(
    training: Training, vectors: Vectors | None, days: Sequence[date], before: int | None = None
) -> Floats:
    """Shares of each day in its intervals, from rows before `before`; rows sum to 1, closed to 0.

    Half of it remembers 30 days of the same weekday, half 240 of them with the last 30 of all.
    """
    columns = training.cells.shape[1]
    found = np.zeros((len(days), columns))
    by_weekday: dict[int, Floats] = {}
    for i, day in enumerate(days):
        if not training.is_open(day):
            continue
        weekday = training.pattern(day)
        if weekday not in by_weekday:
            by_weekday[weekday] = _weekday_shares(training, vectors, weekday, before)
        found[i] = by_weekday[weekday]
        if day in training.calendar.special:
            found[i] = _special_shares(training, found[i], day, before)
    return found


def _weekday_shares(
    training: Training, vectors: Vectors | None, weekday: int, before: int | None
) -> Floats:
    open_now = training.open_cells[weekday]
    if vectors is not None:
        end = training.totals.size if before is None else before
        seen = vectors.rows < end
        rows = vectors.rows[seen]
        same = training.weekdays[rows] == weekday
        if same.sum() >= SVD_LEAST_WEEKS:
            scores, weights = vectors.scores[seen], vectors.weights[seen]
            age = (end - rows) * 7 / max(training.season, 1)
            quick, slow = (weights * 0.5 ** (age / days) for days in (QUICK_DAYS, SLOW_DAYS))
            moved = _mean(scores, quick) - _mean(scores, slow)
            typical = float(np.median(training.totals[rows[same]][-PROFILE_DAYS:]))
            pieces = [
                _back(centre @ vectors.basis, typical, open_now)
                for centre in (
                    _mean(scores[same], quick[same]),
                    _mean(scores[same], slow[same]) + moved,
                )
            ]
            if all(piece.sum() > 0 for piece in pieces):
                return np.asarray(
                    np.mean([piece / piece.sum() for piece in pieces], axis=0), dtype=np.float64
                )
    return profile(training, weekday, before)


def _mean(scores: Floats, weights: Floats) -> Floats:
    return np.asarray(weights @ scores / max(float(weights.sum()), 1e-12), dtype=np.float64)


def _back(roots: Floats, total: float, open_now: Floats) -> Floats:
    """Contacts from roots of shares, floored at 0."""
    counts = np.maximum(roots, 0.0) ** 2 * (total + QUARTER * roots.size) - QUARTER
    return np.where(open_now, np.maximum(counts, 0.0), 0.0)


def profile(training: Training, weekday: int, before: int | None = None) -> Floats:
    """Shares of the last eight clean days of a weekday, each week older weighing a tenth less.

    Of all days when it was never seen, flat when nothing was.
    """
    rows = training.recent(weekday, training.totals.size)
    every = np.flatnonzero(training.usable & (training.totals > 0))[::-1]
    if before is not None:
        rows, every = rows[rows < before], every[every < before]
    rows = rows[training.totals[rows] > 0][:PROFILE_DAYS]
    if not rows.size:
        rows = every[:PROFILE_DAYS]
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


def _special_shares(training: Training, usual: Floats, day: date, before: int | None) -> Floats:
    """The usual shape drawn to the shapes that special days had, those of its name above all."""
    special = training.calendar.special
    total = usual * OWN_DAYS
    end = training.totals.size if before is None else before
    for row in range(end):
        named = special.get(training.dates[row])
        if named is not None and training.totals[row] > 0:
            weight = 1.0 if named.name == special[day].name else OTHERS
            total = total + weight * np.nan_to_num(training.cells[row]) / training.totals[row]
    return np.asarray(total / total.sum(), dtype=np.float64)
