"""What the log of a day's total is made of, learned together from all past days (FC-5).

A Gaussian process: level, weekday, week of the month, season, special days and events each have a
covariance with a size of its own. The sizes are those under which the past is most probable, held
near what is usual for contact series; so an effect that a queue does not show is shrunk away, and
one that it shows is kept. Given the sizes, every past origin costs only one product.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.linalg import cho_solve, solve_triangular
from scipy.linalg.lapack import dpotrf, dpotri

from forecasting.events import known_events, responses, stated_factor
from forecasting.pairs import Days, Pairs, between
from forecasting.series import Floats, Wholes
from forecasting.training import Training

FIT_DAYS = 400  # the last usable days that tell the sizes
USE_DAYS = 1100  # the last usable days that are learned from, with those sizes
LEAST_FIT_DAYS = 10
LOOK_ROWS = 28  # rows from a past origin on that are told
STEPS = 15
MOST_STEP = 1.5  # of a log size in one step
ENOUGH = 0.01  # a step that makes the past no more probable than this is the last
OFFSET = 0.3  # standard deviation of the mean about the mean of the past, in logarithms
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
CALENDAR_PARTS = ("month", "special", "beside", "event")


@dataclass(frozen=True, eq=False)
class Structure:
    """Log totals ahead, split into parts, and what was said at past origins."""

    log_mean: Floats
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
    squares = {name: size**2 for name, size in sizes.items()}
    covariance = Pairs(known, tuple(sizes)[:-1]).covariance(squares, OFFSET**2)
    covariance[np.diag_indices(kept.size)] += counting + squares["noise"]
    lower, failed = dpotrf(covariance.T, lower=1, clean=1, overwrite_a=1)
    if failed:
        raise np.linalg.LinAlgError("the covariance of the daily totals has no root")
    half = solve_triangular(lower, logs - mean, lower=True)
    weights = solve_triangular(lower, half, lower=True, trans=1)
    cross = _sized(coming, known, sizes)
    parts = {name: part @ weights for name, part in cross.items()}
    offset = float(OFFSET**2 * weights.sum())
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
        parts,
        mean + offset,
        calendar_past,
        calendar_ahead,
        sizes,
        _look_back(lower, half, kept, past.stated, mean, origins, len(training.dates)),
    )


def _look_back(
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
        said = np.full(min(rows - origin, LOOK_ROWS), np.nan)
        later = kept[before : np.searchsorted(kept, origin + said.size)]
        across = lower[before : before + later.size, :before]
        said[later - origin] = mean + across @ half[:before] + stated[later]
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
    """Sizes of the parts and of the noise: the most probable under the past and what is usual.

    Newton's steps on the logarithms of the sizes, with the average information as curvature; a step
    that does not help is made anew, shorter.
    """
    names = (*parts, "noise")
    usual = np.log([SIZES[name][0] for name in names])
    found = usual
    if values.size >= LEAST_FIT_DAYS:
        pairs, own = Pairs(days, parts), np.diag_indices(values.size)
        expected = 1 / np.array([SIZES[name][1] for name in names]) ** 2

        def looked(log_sizes: Floats) -> tuple[float, Floats, Floats]:
            """The loss, its slopes and its curvature."""
            squares = dict(zip(names, np.exp(2 * log_sizes).tolist(), strict=True))
            total = pairs.covariance(squares, OFFSET**2)
            total[own] += counting + squares["noise"]
            lower, failed = dpotrf(total.T, lower=1, clean=1, overwrite_a=1)
            if failed:
                return np.inf, usual, np.diag(expected)
            weights = cho_solve((lower, True), values)
            value = 0.5 * values @ weights + np.log(np.diag(lower)).sum()
            moved = np.stack(
                [squares[name] * pairs.times(name, weights) for name in parts]
                + [squares["noise"] * weights], axis=1
            )  # fmt: skip
            curved = 2 * moved.T @ cho_solve((lower, True), moved) + np.diag(expected)
            inverse, _ = dpotri(lower, lower=1, overwrite_c=1)  # one half; its pairs count twice
            gain = np.outer(weights, weights)
            gain -= 2 * inverse.T
            gain[own] += np.diag(inverse)
            slopes = {**pairs.inner(gain), "noise": float(gain[own].sum())}
            slope = np.array([-slopes[name] * squares[name] for name in names])
            away = log_sizes - usual
            return value + 0.5 * float(expected @ away**2), slope + expected * away, curved

        loss, slope, curved = looked(found)
        short = 0.0
        for _ in range(STEPS):
            step = np.linalg.solve(curved + short * np.diag(np.diag(curved)), -slope)
            step *= min(1.0, MOST_STEP / float(np.abs(step).max()))
            lower, *further = looked(found + step)
            if lower >= loss:
                short = max(4 * short, 0.5)
                continue
            gained, found, loss, (slope, curved) = loss - lower, found + step, lower, further
            if gained < ENOUGH:
                break
            short = short / 4 if short > ENOUGH else 0.0
    return {name: float(np.exp(size)) for name, size in zip(names, found, strict=True)}


def _sized(
    a: Days, b: Days, sizes: Mapping[str, float], wanted: Sequence[str] | None = None
) -> dict[str, Floats]:
    """The covariance of each part between two lists of days."""
    names = [name for name in sizes if name != "noise"]
    return {
        name: sizes[name] ** 2 * between(name, a, b)
        for name in names
        if wanted is None or name in wanted
    }


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
