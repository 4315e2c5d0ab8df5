"""Work drawn evenly: as scattered as by chance, with the mean that was stated."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from wfm.simulator.centre import QueueSpec
from wfm.simulator.chance import stream
from wfm.simulator.contacts import SIGMA_ACW, SIGMA_TALK

_COUNT = 64


class EvenWork:
    """Talk, hold and after-contact seconds in rounds of 64 draws with exactly the queue's mean.

    A queue of 240 s talk gives 64 values from 30 to 950 whose mean is 240.0, in an order of the
    day; then the round begins again.
    """

    def __init__(self, seed: int, name: str, day: int, queue: QueueSpec) -> None:
        rng = stream(seed, "even", name, queue.queue_id, day)
        points = (np.arange(_COUNT) + 0.5) / _COUNT
        normal = np.array([NormalDist().inv_cdf(p) for p in points])

        def rounds(mean: float, sigma: float) -> list[float]:
            values = np.exp(sigma * normal)
            spread: list[float] = rng.permutation(values / values.mean() * mean).tolist()
            return spread

        self._talk = rounds(queue.talk_s, SIGMA_TALK)
        self._acw = rounds(queue.acw_s, SIGMA_ACW)
        held = round(queue.hold_share * _COUNT)
        hold = [queue.hold_share * queue.hold_s * _COUNT / held] * held if held else []
        self._hold: list[float] = rng.permutation(hold + [0.0] * (_COUNT - held)).tolist()
        self._place = 0
        self._left = [0.0, 0.0, 0.0]  # what rounding kept back, so that it never adds up

    def draw(self, talk: float, hold: float, acw: float) -> tuple[int, int, int]:
        """The next contact's whole seconds, each times its factor."""
        whole = self._next(talk, hold, acw)
        for i, (exact, seconds) in enumerate(whole):
            if exact:
                self._left[i] = exact - seconds
        self._place += 1
        return whole[0][1], whole[1][1], whole[2][1]

    def peek(self, talk: float, hold: float, acw: float) -> tuple[int, int, int]:
        """What `draw` would give, without drawing it."""
        whole = self._next(talk, hold, acw)
        return whole[0][1], whole[1][1], whole[2][1]

    def _next(self, *factors: float) -> list[tuple[float, int]]:
        """Exact and whole seconds of the next contact."""
        place, found = self._place % _COUNT, []
        for values, factor, left in zip(
            (self._talk, self._hold, self._acw), factors, self._left, strict=True
        ):
            value = values[place] * factor
            exact = value + left if value else 0.0
            found.append((exact, max(int(exact + 0.5), 0)))
        return found
