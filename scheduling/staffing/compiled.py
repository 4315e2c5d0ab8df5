"""Inner loops of the staffing mathematics, compiled by numba on first use and kept on disk.

Only functions import this module, and only when they are called, so that no page waits for the
compiler. It imports none of theirs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scheduling.machine_code import compiled_for

Floats = NDArray[np.float64]
STEP = 2.0**-800
LARGE = 2.0**780
MAX_TERMS = 5_000_000
ROW = "float64[::1]"


@compiled_for(f"void({ROW}, {ROW}, {ROW})")
def inverse_rows(load: Floats, servers: Floats, out: Floats) -> None:
    """Fills `out` with 1/B of Erlang B, by its upward recursion; inf beyond a double."""
    for i in range(load.size):
        inverse = 1.0
        per = 1.0 / load[i]
        for k in range(1, int(servers[i]) + 1):
            inverse = 1.0 + inverse * (k * per)
            if inverse == np.inf:
                break
        out[i] = inverse


@compiled_for(f"int64({ROW}, {ROW}, {ROW}, {ROW}, {ROW}, float64[:, ::1])")
def sum_rows(
    eta: Floats, k: Floats, patience: Floats, far: Floats, near: Floats, out: Floats
) -> int:
    """Fills the nine rows of `out` with the sums of `waiting.py`; returns cells without an end.

    W0, W1, A, S(k+1, eta), how often these were scaled; S(k+1, far) and its scalings; the same
    for near. One loop for all, since the same quotient makes every term; `far` and `near` are
    never above eta, so that their series have ended when that of eta has.
    """
    endless = 0
    for i in range(eta.size):
        e, kk, p, x, y = eta[i], k[i], patience[i], far[i], near[i]
        w, h, w0, w1, waited, everyone, scale = 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        tx, sx, cx = 1.0, 0.0, 0.0
        ty, sy, cy = 1.0, 0.0, 0.0
        ended = False
        for j in range(MAX_TERMS):
            step = kk + (j + 1)
            part = 1.0 / step
            h += p * part
            here = w * part
            w0 += w
            w1 += j * w
            waited += here * kk * h
            everyone += here
            tx *= part
            sx += tx
            tx *= x
            ty *= part
            sy += ty
            ty *= y
            w = here * e
            if w > LARGE:
                w, w0, w1, scale = w * STEP, w0 * STEP, w1 * STEP, scale + 1
                waited, everyone = waited * STEP, everyone * STEP
            if tx > LARGE:
                tx, sx, cx = tx * STEP, sx * STEP, cx + 1
            if ty > LARGE:
                ty, sy, cy = ty * STEP, sy * STEP, cy + 1
            if e < step and w * (j + 2) < 1e-17 * w0:
                ended = True
                break
        if not ended:
            endless += 1
        out[0, i], out[1, i], out[2, i], out[3, i], out[4, i] = w0, w1, waited, everyone, scale
        out[5, i], out[6, i], out[7, i], out[8, i] = sx, cx, sy, cy
    return endless


@compiled_for(f"void({ROW}, {ROW}, {ROW}, {ROW}, {ROW}, {ROW}, {ROW})")
def walk_rows(
    load: Floats,
    aht: Floats,
    sl: Floats,
    target_s: Floats,
    asa_s: Floats,
    floor: Floats,
    agents: Floats,
) -> None:
    """Fills `agents` with the fewest by Erlang C: upward from `floor`, which is above the load.

    `nan` is no target; the formulas are those of `erlang_c`, so that both agree to the digit.
    """
    for i in range(load.size):
        a = load[i]
        if a == 0.0:
            agents[i] = 0.0
            continue
        per = 1.0 / a
        inverse = 1.0
        n = int(floor[i])
        for k in range(1, n + 1):
            inverse = 1.0 + inverse * (k * per)
        quick = target_s[i] / aht[i]
        while True:
            spare = n - a
            wait = n / (inverse * spare + a)
            met = not wait * aht[i] / spare > asa_s[i]
            if met and not np.isnan(sl[i]):
                x = spare * quick
                # exp(-x) is at least 1 - x, which spares most of the exponentials.
                met = wait * (1.0 - x) < 1.0 - sl[i] + 1e-9
                met = met and not 1.0 - wait * np.exp(-x) < sl[i]
            if met:
                break
            n += 1
            inverse = 1.0 + inverse * (n * per)
        agents[i] = n
