"""What the covariances of the daily totals are made of, for all pairs of some days at once.

Most parts depend on how many days two days lie apart, and on whether they share a weekday: one
short table serves all pairs. Special days and events are few: theirs is a small block.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.series import Bools, Floats, Wholes

LEVEL_DAYS = 90.0
DRIFT_DAYS = 6.0
WEEKDAY_DAYS = 60.0
MONTH_WIDTH = 0.6
SEASON_WIDTH = 0.5
SEASON_WEEKS_WIDTH = 0.12
SEASON_KEEPS_DAYS = 2000.0
YEAR_DAYS = 365.25
WEEKDAYS = ("weekday", "weekday_drift")
BY_LAG = ("level", "drift", *WEEKDAYS, "season", "season_weeks")


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


class Pairs:
    """All pairs of some days: their covariance for any sizes of its parts, and its slopes."""

    def __init__(self, days: Days, parts: Sequence[str]) -> None:
        apart = np.abs(days.at[:, None] - days.at[None, :])
        same = days.weekday[:, None] == days.weekday[None, :]
        steps = np.arange(int(apart.max(initial=0)) + 1)
        self.count = days.at.size
        # An even cell of a table is for days of different weekdays, the odd one after it for same.
        self.cell = 2 * apart + same
        self.tables = {}
        for name in (name for name in parts if name in BY_LAG):
            table = np.repeat(by_lag(name, steps), 2)
            if name in WEEKDAYS:
                table[::2] = 0.0
            self.tables[name] = table
        self.width = 2 * steps.size
        self.month = by_month(days.month, days.month) if "month" in parts else None
        self.blocks: dict[str, tuple[tuple[Wholes, ...], Floats]] = {}
        for name in (name for name in parts if name in ("special", "beside", "event")):
            rows = np.flatnonzero(touched(name, days))
            mine = days.take(rows)
            self.blocks[name] = np.ix_(rows, rows), block(name, mine, mine)

    def covariance(self, squares: Mapping[str, float], common: float) -> Floats:
        """The sum of the parts times their squared sizes, and what is common to all days."""
        table = np.full(self.width, common)
        for name, part in self.tables.items():
            table += squares[name] * part
        found = table[self.cell]
        if self.month is not None:
            found += squares["month"] * self.month
        for name, (rows, part) in self.blocks.items():
            found[rows] += squares[name] * part
        return np.asarray(found, dtype=np.float64)

    def inner(self, weights: Floats) -> dict[str, float]:
        """Each part's covariance times some weights of pairs, summed over all pairs."""
        cells = np.bincount(self.cell.ravel(), weights.ravel(), minlength=self.width)
        found = {name: float(part @ cells) for name, part in self.tables.items()}
        if self.month is not None:
            found["month"] = float(np.vdot(self.month, weights))
        for name, (rows, part) in self.blocks.items():
            found[name] = float((weights[rows] * part).sum())
        return found

    def times(self, name: str, values: Floats) -> Floats:
        """A part's covariance times a vector over the days."""
        if name in self.tables:
            return np.asarray(self.tables[name][self.cell] @ values, dtype=np.float64)
        if name == "month" and self.month is not None:
            return np.asarray(self.month @ values, dtype=np.float64)
        rows, part = self.blocks[name]
        found = np.zeros(self.count)
        found[rows[0][:, 0]] = part @ values[rows[1][0]]
        return found


def between(name: str, a: Days, b: Days) -> Floats:
    """The covariance of one part, of size 1, between two lists of days."""
    if name == "month":
        return by_month(a.month, b.month)
    if name not in BY_LAG:
        return block(name, a, b)
    apart = np.abs(a.at[:, None] - b.at[None, :])
    found = by_lag(name, np.arange(int(apart.max(initial=0)) + 1))[apart]
    if name in WEEKDAYS:
        found = found * (a.weekday[:, None] == b.weekday[None, :])
    return np.asarray(found, dtype=np.float64)


def by_lag(name: str, steps: Wholes) -> Floats:
    """The covariance of days so many days apart, of the same weekday where weekdays count."""
    if name == "weekday":
        return np.ones(steps.size)
    if name in ("season", "season_weeks"):
        width = SEASON_WIDTH if name == "season" else SEASON_WEEKS_WIDTH
        wave = np.sin(np.pi * steps / YEAR_DAYS)
        return np.asarray(
            np.exp(-2 * wave**2 / width**2 - steps / SEASON_KEEPS_DAYS), dtype=np.float64
        )
    days = {"level": LEVEL_DAYS, "drift": DRIFT_DAYS, "weekday_drift": WEEKDAY_DAYS}[name]
    return np.asarray(np.exp(-steps / days), dtype=np.float64)


def by_month(a: Floats, b: Floats) -> Floats:
    """The covariance of days by how far into their months they lie: a month has few such places."""
    places, at = np.unique(np.concatenate([a, b]), return_inverse=True)
    wave = np.sin(np.pi * (places[:, None] - places[None, :]))
    table = np.exp(-2 * wave**2 / MONTH_WIDTH**2)
    return np.asarray(table[at[: a.size, None], at[None, a.size :]], dtype=np.float64)


def touched(name: str, days: Days) -> Bools:
    """Days that a part of few days says anything of."""
    if name == "special":
        return np.asarray(days.special >= 0)
    if name == "beside":
        return np.asarray((days.before >= 0) | (days.after >= 0))
    return np.asarray(days.events.any(axis=1))


def block(name: str, a: Days, b: Days) -> Floats:
    """The covariance of special days, of days beside days off, or of events."""
    if name == "special":
        return _named(a.special, b.special)
    if name == "beside":
        return _named(a.before, b.before) + _named(a.after, b.after)
    return np.asarray(a.events @ b.events.T, dtype=np.float64)


def _named(a: Wholes, b: Wholes) -> Floats:
    """Half of what a kind of day does is common to all names, half is each name's own."""
    both = (a[:, None] >= 0) & (b[None, :] >= 0)
    return np.asarray(0.5 * both + 0.5 * (both & (a[:, None] == b[None, :])), dtype=np.float64)
