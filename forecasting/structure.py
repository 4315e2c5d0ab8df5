"""What the log of a day's total is made of, learned together from all past days (FC-5).

A Gaussian process: level, weekday, week of the month, season, special days and events each have a
covariance with a size of its own. The sizes are those under which the past is most probable, held
near what is usual for contact series; so an effect that a queue does not show is shrunk away, and
one that it shows is kept. Given the sizes, every past origin costs only one triangular solve.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.linalg import cho_solve, solve_triangular
from scipy.linalg.lapack import dpotrf, dpotri
from scipy.optimize import minimize

from forecasting.events import known_events, responses, stated_factor
from forecasting.series import Bools, Floats, Wholes
from forecasting.training import Training

FIT_DAYS = 400  # the last usable days that tell the sizes
USE_DAYS = 1100  # the last usable days that are learned from, with those sizes
LEAST_FIT_DAYS = 10
LOOK_ROWS = 28  # rows from a past origin on that are told
STEPS = 15
OFFSET = 0.3  # standard deviation of the mean about the mean of the past, in logarithms
YEAR_DAYS = 365.25
SEASON_FROM_DAYS = 420  # of history, before a season is looked for

# Usual size of each part (standard deviation of the log total), and how far sizes differ between
# queues (standard deviation of the log size). They were set once, from the order of magnitude of
# contact series, and belong to no data set.
SIZES = {
    "level": (0.12, 0.7),
    "drift": (0.05, 0.7),
    "weekday": (0.30, 1.0),
    "weekday_drift": (0.03, 1.0),
    "month": (0.04, 1.0),
    "season": (0.05, 1.0),
    "season_weeks": (0.05, 1.0),
    "special": (0.40, 0.7),
    "beside": (0.08, 0.7),
    "event": (0.20, 0.7),
    "noise": (0.05, 0.7),
}
LEVEL_DAYS = 120.0
DRIFT_DAYS = 3.0
WEEKDAY_DAYS = 60.0
MONTH_WIDTH = 0.6
SEASON_WIDTH = 0.5
SEASON_WEEKS_WIDTH = 0.12
SEASON_KEEPS_DAYS = 2000.0
CALENDAR_PARTS = ("month", "special", "beside", "event")


@dataclass(frozen=True, eq=False)
class Days:
    """What the covariances need to know of some days."""

    at: Wholes  # day numbers
    weekday: Wholes
    month: Floats  # how far into its month, 0 to 1
    special: Wholes  # number of its name, -1 for none
    before: Wholes
    after: Wholes
    events: Floats  # days × (kinds × bins), and their sum over kinds behind
    stated: Floats  # log of stated effects

    def take(self, rows: Wholes | Bools | slice) -> Days:
        """Some of the days."""
        return Days(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


@dataclass(frozen=True, eq=False)
class Structure:
    """Log totals ahead with their variance, split into parts, and what was said at past origins."""

    log_mean: Floats
    log_variance: Floats
    parts: dict[str, Floats]  # by name, the log effect on each day ahead; with `mean` they add up
    mean: float
    calendar_past: Floats  # log effect of month, special days and events on each training row
    calendar_ahead: Floats
    sizes: dict[str, float]
    looked: dict[int, Floats]  # by first row forecast: log totals of the rows from there on


def fit_structure(
    training: Training, ahead: Sequence[date], origins: Sequence[int] = ()
) -> Structure:
    """The structure of a training set carried to the days ahead, and again from past rows.

    A queue with 20 % more on the 1st to 5th of each month, seen in six months: "month" is about
    +0.17 on those days ahead. `origins` are rows; each is forecast from the rows before it alone,
    with the sizes of the whole past.
    """
    kept = np.flatnonzero(training.usable & (training.totals > 0))[-USE_DAYS:]
    past, coming = _describe(training, ahead)
    logs = np.log(training.totals[kept]) - past.stated[kept]
    known = past.take(kept)
    counting = 1 / training.totals[kept]
    fit = slice(-FIT_DAYS, None)
    mean = float(logs[fit].mean())
    sizes = _fit_sizes(known.take(fit), logs[fit] - mean, counting[fit], _parts(known, training))
    covariance = sum(_sized(known, known, sizes).values(), np.full((kept.size,) * 2, OFFSET**2))
    lower, failed = dpotrf(
        covariance + np.diag(counting + sizes["noise"] ** 2), lower=1, clean=1
    )  # fmt: skip
    if failed:
        raise np.linalg.LinAlgError("the covariance of the daily totals has no root")
    half = solve_triangular(lower, logs - mean, lower=True)
    weights = solve_triangular(lower, half, lower=True, trans=1)
    cross = _sized(coming, known, sizes)
    parts = {name: part @ weights for name, part in cross.items()}
    offset = float(OFFSET**2 * weights.sum())
    together = sum(cross.values(), np.full((len(ahead), kept.size), OFFSET**2))
    spread = solve_triangular(lower, together.T, lower=True)
    prior = OFFSET**2 + sum(np.diag(own) for own in _sized(coming, coming, sizes).values())
    variance = prior - (spread**2).sum(axis=0) + sizes["noise"] ** 2
    if coming.stated.any():
        parts["stated"] = coming.stated
    wanted = tuple(name for name in CALENDAR_PARTS if name in parts)
    calendar_past = past.stated + sum(
        (part @ weights for part in _sized(past, known, sizes, wanted).values()),
        np.zeros(len(training.dates)),
    )
    calendar_ahead = sum((parts[name] for name in wanted), coming.stated.copy())
    return Structure(
        mean + offset + sum(parts.values(), np.zeros(len(ahead))),
        np.maximum(variance, 0.0),
        parts,
        mean + offset,
        calendar_past,
        calendar_ahead,
        sizes,
        _look_back(covariance, lower, half, kept, past.stated, mean, origins, len(training.dates)),
    )


def _look_back(
    covariance: Floats,
    lower: Floats,
    half: Floats,
    kept: Wholes,
    stated: Floats,
    mean: float,
    origins: Sequence[int],
    rows: int,
) -> dict[int, Floats]:
    """Log totals of the known rows from each origin on: the root holds that of fewer days."""
    found: dict[int, Floats] = {}
    for origin in origins:
        before = int(np.searchsorted(kept, origin))
        if before < LEAST_FIT_DAYS:
            continue
        weights = solve_triangular(lower[:before, :before], half[:before], lower=True, trans=1)
        said = np.full(min(rows - origin, LOOK_ROWS), np.nan)
        later = kept[before : np.searchsorted(kept, origin + said.size)]
        known = slice(before, before + later.size)
        said[later - origin] = mean + covariance[known, :before] @ weights + stated[later]
        found[origin] = said
    return found


def _parts(known: Days, training: Training) -> tuple[str, ...]:
    """The parts that the past can tell."""
    parts = ["level", "drift", "weekday", "weekday_drift", "month"]
    if int(known.at[-1] - known.at[0]) > SEASON_FROM_DAYS:
        parts += ["season", "season_weeks"]
    if (known.special >= 0).any():
        parts.append("special")
    if (known.before >= 0).any() or (known.after >= 0).any():
        parts.append("beside")
    if known.events.any():
        parts.append("event")
    return tuple(parts)


def _fit_sizes(
    days: Days, values: Floats, counting: Floats, parts: tuple[str, ...]
) -> dict[str, float]:
    """Sizes of the parts and of the noise: the most probable under the past and what is usual."""
    names = (*parts, "noise")
    usual = np.log([SIZES[name][0] for name in names])
    differ = np.array([SIZES[name][1] for name in names])
    found = usual
    n = values.size
    if n >= LEAST_FIT_DAYS:
        ones = dict.fromkeys(parts, 1.0)
        by_part = _sized(days, days, ones)
        flat = np.stack([by_part[name].ravel() for name in parts])
        fixed = np.full(n * n, OFFSET**2)
        fixed[:: n + 1] += counting
        half_of = np.tri(n)

        def loss(log_sizes: Floats) -> tuple[float, Floats]:
            squares = np.exp(2 * log_sizes)
            total = fixed + squares[:-1] @ flat
            total[:: n + 1] += squares[-1]
            lower, failed = dpotrf(total.reshape(n, n), lower=1, clean=1, overwrite_a=1)
            if failed:
                return 1e10, np.zeros_like(log_sizes)
            weights = cho_solve((lower, True), values)
            value = 0.5 * values @ weights + np.log(np.diag(lower)).sum()
            inverse, _ = dpotri(lower, lower=1)  # its lower half; each pair counts twice
            gain = np.outer(weights, weights) - inverse
            gain *= half_of
            diagonal = np.diag(gain).copy()
            slopes = -(2 * (flat @ gain.ravel()) - flat[:, :: n + 1] @ diagonal) * squares[:-1]
            slope = np.append(slopes, -diagonal.sum() * squares[-1])
            away = (log_sizes - usual) / differ
            return value + 0.5 * float(away @ away), slope + away / differ

        found = minimize(
            loss, usual, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}
        ).x  # fmt: skip
    return {name: float(np.exp(size)) for name, size in zip(names, found, strict=True)}


def _sized(
    a: Days, b: Days, sizes: dict[str, float], wanted: Sequence[str] | None = None
) -> dict[str, Floats]:
    """The covariance of each part between two lists of days."""
    apart = np.abs(a.at[:, None] - b.at[None, :])
    steps = np.arange(int(apart.max(initial=0)) + 1)
    same = a.weekday[:, None] == b.weekday[None, :]
    found: dict[str, Floats] = {}
    for name, size in sizes.items():
        if name == "noise" or (wanted is not None and name not in wanted):
            continue
        square = size**2
        if name == "level":
            part = (square * np.exp(-steps / LEVEL_DAYS))[apart]
        elif name == "drift":
            part = (square * np.exp(-steps / DRIFT_DAYS))[apart]
        elif name == "weekday":
            part = square * same
        elif name == "weekday_drift":
            part = (square * np.exp(-steps / WEEKDAY_DAYS))[apart] * same
        elif name == "month":
            wave = np.sin(np.pi * (a.month[:, None] - b.month[None, :]))
            part = square * np.exp(-2 * wave**2 / MONTH_WIDTH**2)
        elif name in ("season", "season_weeks"):
            width = SEASON_WIDTH if name == "season" else SEASON_WEEKS_WIDTH
            wave = np.sin(np.pi * steps / YEAR_DAYS)
            part = (
                square * np.exp(-2 * wave**2 / width**2 - steps / SEASON_KEEPS_DAYS)
            )[apart]  # fmt: skip
        elif name == "special":
            part = square * _named(a.special, b.special)
        elif name == "beside":
            part = square * (_named(a.before, b.before) + _named(a.after, b.after))
        else:
            part = square * (a.events @ b.events.T)
        found[name] = np.asarray(part, dtype=np.float64)
    return found


def _named(a: Wholes, b: Wholes) -> Floats:
    """Half of what a kind of day does is common to all names, half is each name's own."""
    both = (a[:, None] >= 0) & (b[None, :] >= 0)
    return np.asarray(0.5 * both + 0.5 * (both & (a[:, None] == b[None, :])), dtype=np.float64)


def _describe(training: Training, ahead: Sequence[date]) -> tuple[Days, Days]:
    """The training rows and the days ahead as the covariances see them."""
    calendar = training.calendar
    days = (*training.dates, *ahead)
    numbers: dict[str, int] = {}

    def number(name: str | None) -> int:
        return -1 if name is None else numbers.setdefault(name, len(numbers))

    off = [_off_name(training, day) for day in days]
    live = [day.weekday() in training.live for day in days]
    special, before, after = (np.full(len(days), -1) for _ in range(3))
    rows = [row for row, is_live in enumerate(live) if is_live]
    for place, row in enumerate(rows):
        named = calendar.special.get(days[row])
        special[row] = number(None if named is None else named.name)
        if off[row] is not None:
            continue
        if place:
            after[row] = number(off[rows[place - 1]])
        if place + 1 < len(rows):
            before[row] = number(off[rows[place + 1]])
    events = known_events(calendar.events, training.end_on)
    tables = list(responses(events, days).values())
    kinds = np.concatenate([*tables, sum(tables)], axis=1) if tables else np.zeros((len(days), 0))
    both = Days(
        np.array([day.toordinal() for day in days]),
        np.array([training.pattern(day) for day in days], dtype=np.int64),
        np.array([(day.day - 0.5) / months.monthrange(day.year, day.month)[1] for day in days]),
        special,
        before,
        after,
        kinds * np.sqrt(0.5),
        np.log([stated_factor(events, day) for day in days]),
    )
    count = len(training.dates)
    return both.take(slice(0, count)), both.take(slice(count, None))


def _off_name(training: Training, day: date) -> str | None:
    """The name of a day off or special day, None for others; weekly closed days are not meant."""
    special = training.calendar.special.get(day)
    if special is not None:
        return special.name
    if day.weekday() in training.live and training.is_closed(day):
        return "closed"
    return None
