"""Erlang A on arrays: waiting and hanging up when callers have exponential patience (STF-4, 5).

Sums of positive terms only, so that shares of 1e-64 keep their digits. Sums that would leave the
range of a double are carried with a counted power of 2^-800.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scheduling.staffing.erlang import (
    Floats,
    inverse_blocking,
    numbers,
    offered_load,
    whole_numbers,
)
from wfm.domain.service_level import SlDefinition

STEP = 2.0**-800
LARGE = 2.0**780
LN_STEP = -800 * float(np.log(2.0))
MAX_TERMS = 5_000_000


@dataclass(frozen=True, eq=False)
class ErlangA:
    """What callers meet who hang up; `nan` where nobody is answered."""

    p_wait: Floats
    p_abandon: Floats
    p_abandon_given_wait: Floats
    asa_answered_s: Floats
    mean_wait_all_s: Floats
    occupancy: Floats
    mean_queue: Floats
    sl_offered: Floats
    sl_answered: Floats
    sl_abandon_ignored: Floats
    sl_abandon_positive: Floats
    sl_short_excluded: Floats

    def service_level(self, definition: SlDefinition) -> Floats:
        """The service level by the queue's own definition, never a bare one."""
        return getattr(self, f"sl_{definition}")  # type: ignore[no-any-return]


def erlang_a(
    calls_per_hour: ArrayLike,
    aht_s: ArrayLike,
    patience_s: ArrayLike,
    agents: ArrayLike,
    target_s: ArrayLike,
    short_s: ArrayLike = 5.0,
) -> ErlangA:
    """Waiting with abandonment: 2,880/h of 60 s, patience 120 s, 50 agents: 94.3 % within 20 s.

    `short_s` is the wait below which an abandon does not count in `sl_short_excluded`.
    """
    load, rate, aht, patience, count, within, short = np.broadcast_arrays(
        offered_load(calls_per_hour, aht_s),
        np.asarray(calls_per_hour, dtype=np.float64),
        np.asarray(aht_s, dtype=np.float64),
        numbers("patience_s", patience_s, least=0, above=True),
        whole_numbers("agents", agents),
        numbers("target_s", target_s, least=0),
        numbers("short_s", short_s, least=0),
    )
    shape = load.shape
    columns = [np.ravel(c) for c in (load, rate / 3600, aht, patience, count, within, short)]
    answer = _no_agents(columns[1], columns[3], columns[5], columns[6])
    staffed = np.flatnonzero(columns[4] > 0)
    if staffed.size:
        part = _staffed(*(column[staffed] for column in columns))
        for name, values in part.items():
            answer[name][staffed] = values
    return ErlangA(**{name: values.reshape(shape) for name, values in answer.items()})


def _no_agents(lam: Floats, patience: Floats, within: Floats, short: Floats) -> dict[str, Floats]:
    """Nobody at work: whoever comes waits and hangs up."""
    some = (lam > 0).astype(np.float64)
    nothing = np.full_like(lam, np.nan)
    zero = np.zeros_like(lam)
    return {
        "p_wait": some,
        "p_abandon": some.copy(),
        "p_abandon_given_wait": some.copy(),
        "asa_answered_s": nothing,
        "mean_wait_all_s": some * patience,
        "occupancy": zero,
        "mean_queue": lam * patience,
        "sl_offered": zero.copy(),
        "sl_answered": nothing.copy(),
        "sl_abandon_ignored": zero.copy(),
        "sl_abandon_positive": -some * np.expm1(-within / patience),
        "sl_short_excluded": zero.copy(),
    }


def _staffed(
    load: Floats,
    lam: Floats,
    aht: Floats,
    patience: Floats,
    count: Floats,
    within: Floats,
    short: Floats,
) -> dict[str, Floats]:
    eta, k = lam * patience, count * patience / aht
    w0, w1, waited, scale = _queue_sums(eta, k, patience)
    inverse = inverse_blocking(load, count - 1)
    inverse = np.where(load == 0, np.where(count == 1, 1.0, np.inf), inverse)
    inverse = inverse * STEP ** np.minimum(scale, 2)  # 2^-1600 is 0 beside any overload
    queued = load / count * w0
    total = inverse + queued
    wait = queued / total
    served_at_once = np.where(np.isinf(inverse), 1.0, inverse / total)
    mean_queue = wait * w1 / w0
    calls = eta > 0
    given = np.where(calls, w1 / (w0 * np.where(calls, eta, 1.0)), 1 / (k + 1))
    abandon = wait * given
    answered = 1 - abandon
    parts = (eta, k, patience, total, scale, served_at_once)
    offered, positive = _levels(within, *parts)
    short_offered, short_positive = _levels(short, *parts)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "p_wait": wait,
            "p_abandon": abandon,
            "p_abandon_given_wait": given,
            "asa_answered_s": wait * (waited / w0) / answered,
            "mean_wait_all_s": abandon * patience,
            "occupancy": load * answered / count,
            "mean_queue": mean_queue,
            "sl_offered": offered,
            "sl_answered": offered / answered,
            "sl_abandon_ignored": offered / (1 - (positive - offered)),
            "sl_abandon_positive": positive,
            "sl_short_excluded": offered / (1 - (short_positive - short_offered)),
        }


def _levels(
    within: Floats,
    eta: Floats,
    k: Floats,
    patience: Floats,
    total: Floats,
    scale: Floats,
    served_at_once: Floats,
) -> tuple[Floats, Floats]:
    """Shares of offered contacts answered within T, and answered or gone within T (STF-5)."""
    left = np.exp(-within / patience)
    head = -eta * np.expm1(-within / patience)

    def waiting(order: Floats, x: Floats, exponent: Floats) -> Floats:
        series, steps = _falling_series(order, x)
        # exponents and scales are joined before exp, so that neither leaves the double's range
        return eta * np.exp(exponent + (scale - steps) * LN_STEP) * (series / total)

    later = waiting(k, eta * left, head - k * within / patience)
    ends = waiting(k + 1, eta * left, head - (k + 1) * within / patience)
    everyone = waiting(k + 1, eta, np.zeros_like(eta))
    offered = served_at_once + (everyone - ends)
    return np.clip(offered, 0.0, 1.0), np.clip(1 - later * left, 0.0, 1.0)


def _queue_sums(eta: Floats, k: Floats, patience: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """W0, W1, the waiting sum A, and how often each was scaled down (STF-4)."""
    size = eta.size
    out = np.zeros((3, size))
    scales = np.zeros(size)
    live = np.arange(size)
    e, kk, p = eta, k, patience
    w, h = np.ones(size), np.zeros(size)
    sums, scale = np.zeros((3, size)), np.zeros(size)
    for j in range(MAX_TERMS):
        step = kk + (j + 1)
        sums[0] += w
        sums[1] += j * w
        h = h + p / step
        sums[2] += w * kk / step * h
        w = w * e / step
        big = w > LARGE
        if big.any():
            w[big] *= STEP
            sums[:, big] *= STEP
            scale[big] += 1
        done = (w * (j + 2) < 1e-17 * sums[0]) & (e < step)
        if done.any():
            out[:, live[done]] = sums[:, done]
            scales[live[done]] = scale[done]
            keep = ~done
            if not keep.any():
                return out[0], out[1], out[2], scales
            live, e, kk, p = live[keep], e[keep], kk[keep], p[keep]
            w, h, sums, scale = w[keep], h[keep], sums[:, keep], scale[keep]
    raise _endless(p)


def _falling_series(k: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Sum of x^j / (k(k+1)...(k+j)), and how often it was scaled down."""
    out, scales = np.zeros_like(k), np.zeros_like(k)
    live = np.arange(k.size)
    kk, xx, term = k, x, 1 / k
    total, scale = np.zeros_like(k), np.zeros_like(k)
    for j in range(MAX_TERMS):
        total += term
        step = kk + (j + 1)
        term = term * xx / step
        big = term > LARGE
        if big.any():
            term[big] *= STEP
            total[big] *= STEP
            scale[big] += 1
        done = (term < 1e-17 * total) & (xx < step)
        if done.any():
            out[live[done]], scales[live[done]] = total[done], scale[done]
            keep = ~done
            if not keep.any():
                return out, scales
            live, kk, xx, term = live[keep], kk[keep], xx[keep], term[keep]
            total, scale = total[keep], scale[keep]
    raise _endless(x)


def _endless(values: Floats) -> ValueError:
    return ValueError(
        f"patience_s is too long for {values.size} cells with fewer agents than load; "
        "leave it empty to staff without abandonment (Erlang C)."
    )
