"""Waiting with exponential patience behind any room of agents: sums and shares (STF-4, STF-5).

What is served at once differs (calls one at a time, chats several); what waits does not: when
all places are taken, contacts leave the room at a constant rate and the queue by patience.
Sums of positive terms only, so that shares of 1e-64 keep their digits. Sums that would leave the
range of a double are carried with a counted power of 2^-800.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.staffing.erlang import Floats

STEP = 2.0**-800
LN_STEP = -800 * float(np.log(2.0))
# More waiting than this, on average, need no sum; terms grow until there are so many.
MOST_WAITING = 1_000_000.0


@dataclass(frozen=True, eq=False)
class Room:
    """Flat columns of contacts and agents, as waiting sees them.

    `inverse` is 1/P(last place before full | not full), `ratio` arrivals over departures when
    full, `eta` arrivals and `k` departures when full, both per patience time.
    """

    inverse: Floats
    ratio: Floats
    eta: Floats
    k: Floats
    patience: Floats
    within: Floats
    short: Floats


def waiting(room: Room) -> dict[str, Floats]:
    """Shares and times of waiting by name, as `ErlangA` has them, all but the occupancy."""
    many = room.eta - room.k > MOST_WAITING
    if not many.any():
        return _summed(room)
    above, below = flooded(_rows(room, many)), _summed(_rows(room, ~many))
    answer = {name: np.empty(many.size) for name in above}
    for name, values in answer.items():
        values[many], values[~many] = above[name], below[name]
    return answer


def _rows(room: Room, rows: NDArray[np.bool_]) -> Room:
    return Room(**{name: values[rows] for name, values in vars(room).items()})


def flooded(room: Room) -> dict[str, Floats]:
    """Far more contacts than agents can take, and patience so long that millions wait.

    Nobody is served at once, and exp(−wait/patience) is gamma distributed with shape k and rate
    eta. The sums would say the same after millions of terms.
    """
    from scipy.special import digamma, gammaincc

    answered = room.k / room.eta
    offered, short_offered = (
        answered * gammaincc(room.k + 1, room.eta * np.exp(-t / room.patience))
        for t in (room.within, room.short)
    )
    positive, short_positive = (
        np.exp(-t / room.patience) * gammaincc(room.k, room.eta * np.exp(-t / room.patience))
        - np.expm1(-t / room.patience)
        for t in (room.within, room.short)
    )
    return {
        "p_wait": np.ones_like(answered),
        "p_abandon": 1 - answered,
        "p_abandon_given_wait": 1 - answered,
        "asa_answered_s": room.patience * (np.log(room.eta) - digamma(room.k + 1)),
        "mean_wait_all_s": (1 - answered) * room.patience,
        "mean_queue": room.eta - room.k,
        **_named_levels(offered, positive, short_offered, short_positive, answered),
    }


def _named_levels(
    offered: Floats, positive: Floats, short_offered: Floats, short_positive: Floats,
    answered: Floats,
) -> dict[str, Floats]:  # fmt: skip
    """The five service levels from the shares answered, and answered or gone, within T and u."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "sl_offered": offered,
            "sl_answered": offered / answered,
            "sl_abandon_ignored": offered / (1 - (positive - offered)),
            "sl_abandon_positive": positive,
            "sl_short_excluded": offered / (1 - (short_positive - short_offered)),
        }


def _summed(room: Room) -> dict[str, Floats]:
    far, near = (room.eta * np.exp(-t / room.patience) for t in (room.within, room.short))
    w0, w1, waited, everyone, scale, tail, steps, short_tail, short_steps = _sums(room, far, near)
    inverse = room.inverse * STEP ** np.minimum(scale, 2)  # 2^-1600 is 0 beside any overload
    queued = room.ratio * w0
    total = inverse + queued
    wait = queued / total
    with np.errstate(invalid="ignore"):
        at_once = np.where(np.isinf(inverse), 1.0, inverse / total)
    calls = room.eta > 0
    given = np.where(calls, w1 / (w0 * np.where(calls, room.eta, 1.0)), 1 / (room.k + 1))
    abandon = wait * given
    answered = 1 - abandon
    served = at_once + room.eta * everyone / total
    offered, positive = _levels(room, room.within, far, (tail, steps), scale, total, served)
    short_offered, short_positive = _levels(
        room, room.short, near, (short_tail, short_steps), scale, total, served
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "p_wait": wait,
            "p_abandon": abandon,
            "p_abandon_given_wait": given,
            "asa_answered_s": wait * (waited / w0) / answered,
            "mean_wait_all_s": abandon * room.patience,
            "mean_queue": wait * w1 / w0,
            **_named_levels(offered, positive, short_offered, short_positive, answered),
        }


def _levels(
    room: Room,
    within: Floats,
    x: Floats,
    tail: tuple[Floats, Floats],
    scale: Floats,
    total: Floats,
    served: Floats,
) -> tuple[Floats, Floats]:
    """Shares of offered contacts answered within T, and answered or gone within T.

    `tail` is S(k+1, x) and how often it was scaled; S(k, x) = (1 + x S(k+1, x)) / k. Exponents
    and powers are joined before exp, so that neither leaves the double's range.
    """
    left = np.exp(-within / room.patience)
    head = -room.eta * np.expm1(-within / room.patience) - room.k * within / room.patience
    series, steps = tail
    weight = np.exp(head + (scale - steps) * LN_STEP) * (series / total)
    later = room.ratio * (np.exp(head + scale * LN_STEP) / total + x * weight)
    offered = np.clip(served - room.eta * left * weight, 0.0, 1.0)
    return offered, np.clip(1 - later * left, 0.0, 1.0)


def _sums(room: Room, far: Floats, near: Floats) -> Floats:
    """Rows of sums and of how often each was scaled, as `compiled.sum_rows` lays them out."""
    from scheduling.staffing.compiled import sum_rows

    out = np.empty((9, room.eta.size))
    endless = sum_rows(room.eta, room.k, room.patience, far, near, out)
    if endless:
        raise ValueError(
            f"patience_s is too long for {endless} cells with about as many agents as load; "
            "leave it empty to staff without abandonment (Erlang C)."
        )
    return out
