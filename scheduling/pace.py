"""How slots are priced as a descent goes on: led by the bound at first, by what is true at the end.

The linear programme knows what an agent is worth in each slot when counts may be fractions. People
who choose their weeks at those prices, each held a little to the slack that the programme expects,
come to stand where the optimum has them; what slots really cost then settles the last agents.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scheduling.packed import Mood
from scheduling.problem import Problem

# The last part of a descent is not led: it settles on what slots cost.
SETTLE = 0.05
OPENING = 0.05


@dataclass(frozen=True)
class Slope:
    """A number that falls or rises by the same factor in every part of the way."""

    begin: float
    end: float

    def at(self, way: float) -> float:
        """Its value after a share of the way: from 1 to 100, half of the way, 10."""
        return float(self.begin * (self.end / self.begin) ** min(1.0, max(0.0, way)))


PULL = Slope(0.03, 0.3)
NOISE = Slope(0.02, 0.01)
WIDTH = Slope(0.2, 0.1)
SMOOTHING = Slope(0.01, 0.003)
# Without a bound's prices the steps between too few and too many are blurred first, then sharp.
BLUR = Slope(3.0, 0.1)
BLURRED_SMOOTHING = Slope(0.03, 0.01)


class Pace:
    """Moods of a descent: `way` answers which share of it is done, 0 to 1."""

    def __init__(self, problem: Problem, way: Callable[[], float]) -> None:
        self.under, self.over = problem.understaffed_slot, problem.overstaffed_slot
        self.way = way
        self.led = False
        # What is published is a good schedule that shall change little: nothing is stirred up.
        self.still = bool(problem.published)

    def sharp(self) -> Mood:
        """Slots at what they cost, as before anything is known and at the end."""
        return self._mood(WIDTH.end, BLURRED_SMOOTHING.end, NOISE.end, 0.0, 0.0)

    def opening(self, share: float) -> Mood:
        """Slots by how far cover lags behind its share of the need, while a schedule fills."""
        return self.sharp()._replace(opening=OPENING, share=share)

    def now(self) -> Mood:
        """The mood of the next pass."""
        way = self.way()
        if self.still or (not self.led and way <= 0.0):
            return self.sharp()
        if not self.led:
            width, smoothing = BLUR.at(way), BLURRED_SMOOTHING.at(way)
            return self._mood(width, smoothing, NOISE.end, 0.0, 0.0)
        led = max(0.0, 1.0 - way / (1.0 - SETTLE))
        return self._mood(WIDTH.at(way), SMOOTHING.at(way), NOISE.at(way), led, PULL.at(way))

    def _mood(self, width: float, smoothing: float, noise: float, led: float, pull: float) -> Mood:
        return Mood(
            under=self.under, over=self.over, width=width, smoothing=smoothing, noise=noise,
            led=led, pull=pull, opening=0.0, share=1.0,
        )  # fmt: skip
