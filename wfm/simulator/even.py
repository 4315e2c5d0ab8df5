"""Work drawn evenly: as scattered as by chance, with the mean that was stated."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from wfm.simulator.centre import QueueSpec
from wfm.simulator.chance import stream
from wfm.simulator.contacts import SIGMA_ACW, SIGMA_TALK

Floats = NDArray[np.float64]
_COUNT, _ROUND = 64, 8


@lru_cache(maxsize=8)
def _rounds_of(sigma: float) -> Floats:
    """Eight rows of eight log-normal values, each row with very nearly the mean 1.0.

    The longest values come first and go where the sum is least, so that long and short ones share
    a row: whoever takes a few rows has the mean already.
    """
    points = (np.arange(_COUNT) + 0.5) / _COUNT
    values = np.exp(sigma * np.array([NormalDist().inv_cdf(p) for p in points]))
    return in_rounds(values / values.mean())


def in_rounds(values: Floats) -> Floats:
    """Values put into rows of eight with sums as equal as can be."""
    rows: list[list[float]] = [[] for _ in range(len(values) // _ROUND)]
    for value in np.sort(values)[::-1].tolist():
        free = [row for row in rows if len(row) < _ROUND]
        min(free, key=sum).append(value)
    return np.array(rows)


class EvenWork:
    """Talk, hold and after-contact seconds in rounds of 64 draws with exactly the queue's mean.

    A queue of 240 s talk gives 64 values from 20 to 1,300 whose mean is 240.0, in an order of the
    day in which every eight have nearly that mean; then they begin again.
    """

    def __init__(self, seed: int, name: str, day: int, queue: QueueSpec) -> None:
        rng = stream(seed, "even", name, queue.queue_id, day)

        def shuffled(rounds: Floats, mean: float) -> list[float]:
            mixed = rng.permuted(rng.permutation(rounds), axis=1)
            # The longest of eight stands in their middle: whoever stops short of it or behind it
            # is as little off as can be.
            rows, longest = np.arange(len(mixed)), mixed.argmax(axis=1)
            middle = mixed[rows, _ROUND // 2].copy()
            mixed[rows, _ROUND // 2], mixed[rows, longest] = mixed[rows, longest], middle
            found: list[float] = (mixed.ravel() * mean).tolist()
            return found

        held = np.arange(_COUNT) < round(queue.hold_share * _COUNT)
        share = float(held.mean()) or 1.0
        self._talk = shuffled(_rounds_of(SIGMA_TALK), queue.talk_s)
        self._acw = shuffled(_rounds_of(SIGMA_ACW), queue.acw_s)
        self._hold = shuffled(in_rounds(held / share), queue.hold_share * queue.hold_s)
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

    def fits(self, most_s: float, talk: float, hold: float, acw: float) -> bool:
        """Whether what `draw` gives next takes at most so many seconds; of the next eight talks a
        shorter one is brought forward if it has to be, so that nobody idles before a long one."""
        if self._seconds(talk, hold, acw) <= most_s:
            return True
        at, talks = self._place % _COUNT, self._talk
        for later in range(at + 1, min(at + _ROUND, _COUNT)):
            if talks[later] < talks[at]:
                talks[at], talks[later] = talks[later], talks[at]
                if self._seconds(talk, hold, acw) <= most_s:
                    return True
                talks[at], talks[later] = talks[later], talks[at]
        return False

    def _seconds(self, *factors: float) -> int:
        return sum(seconds for _, seconds in self._next(*factors))

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
