"""Time lost at the same moment of the shift, day after day: is it a habit, and does it matter."""

from __future__ import annotations

from dataclasses import dataclass

from kpis.explain.significance import binomial_tail, wilson

# Conventions: a hit is later than this; a habit has ten days, is had on more than half of them and
# more often than peers have it, makes 40 % of what is lost by lateness, and moves the figure.
HIT_S = 60
LEAST_DAYS = 10
LEAST_RATE = 0.5
LEAST_SHARE = 0.4
LEAST_MOVE = 0.005


@dataclass(frozen=True)
class Moments:
    """What one person lost at one moment of the shift, in days and seconds, and beside it.

    `late_s` is lost on the hit days at this moment, `punctual_s` by lateness at all moments,
    `lost_s` in all. `base_s` is what adherence is judged on, `target` a fraction.
    """

    days: int
    hits: int
    late_s: float
    punctual_s: float
    lost_s: float
    base_s: float
    peer_rate: float
    target: float | None


@dataclass(frozen=True)
class Habit:
    """A moment judged: how sure, how much of the lateness, and what would be without it."""

    given: Moments
    wilson_low: float
    p: float
    share_of_late: float
    share_of_all: float
    value: float
    without: float
    gap_s: float | None
    crosses: bool

    @property
    def closes(self) -> float | None:
        """How many times the gap to the target the habit is: 3.4; None without a gap."""
        return self.given.late_s / self.gap_s if self.gap_s else None

    @property
    def reported(self) -> bool:
        """Whether every rule holds but the one over all tests (`survivors`)."""
        given = self.given
        return (
            given.days >= LEAST_DAYS
            and self.wilson_low > max(given.peer_rate, LEAST_RATE)
            and self.share_of_late >= LEAST_SHARE
            and (self.crosses or self.without - self.value >= LEAST_MOVE)
        )


def judged(given: Moments) -> Habit | None:
    """The habit of a moment; None without days or without anything judged.

    Back 4.5 min late on 20 of 22 days of 480 min, colleagues on 15 %: 90 min, sure of 72 % at
    least, 80 % of the lateness though 16 % of all loss; adherence 94.75 %, without it 95.60 %.
    """
    bounds = wilson(given.hits, given.days)
    if bounds is None or given.base_s <= 0:
        return None
    value = 1 - given.lost_s / given.base_s
    without = 1 - (given.lost_s - given.late_s) / given.base_s
    gap = None
    if given.target is not None and value < given.target:
        gap = (given.target - value) * given.base_s
    return Habit(
        given,
        bounds[0],
        binomial_tail(given.hits, given.days, given.peer_rate),
        given.late_s / given.punctual_s if given.punctual_s > 0 else 0.0,
        given.late_s / given.lost_s if given.lost_s > 0 else 0.0,
        value,
        without,
        gap,
        given.target is not None and value < given.target <= without,
    )
