"""Chats, of which an agent holds several at once: an exact birth and death of chats in hand.

Chats are spread evenly over agents. A chat takes longer the more its agent holds, so that n
agents with c chats each are not n × c servers; how long is the queue's own `durations` (STF-11).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scheduling.staffing.erlang import Floats, numbers, whole_numbers
from scheduling.staffing.patience import ErlangA, no_agents
from scheduling.staffing.waiting import Room, waiting
from wfm.domain.service_level import SL_DEFINITIONS

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Chat:
    """What visitors meet, and how much agents have in hand.

    `waiting` holds waits, losses and service levels by every definition, its occupancy the share
    of agents with a chat; `mean_concurrency` is chats in hand per agent.
    """

    waiting: ErlangA
    mean_concurrency: Floats


def checked_durations(durations_s: Sequence[float]) -> Floats:
    """Seconds a chat takes when its agent holds 1, 2, 3 ...; `ValueError` names a bad one."""
    array = numbers("durations_s", durations_s, least=0, above=True)
    if array.ndim != 1 or not array.size or np.isinf(array).any():
        raise ValueError(f"durations_s is {durations_s!r}: give seconds at 1, 2, ... chats.")
    return array


def completions(in_hand: Floats, agents: Floats, durations: Floats) -> Floats:
    """Chats ended a second when `in_hand` are spread over `agents`: 5 on 2 agents are 3 and 2."""
    held, over = np.divmod(np.minimum(in_hand, agents * durations.size), agents)
    rates = np.concatenate([[0.0], np.arange(1, durations.size + 1) / durations, [0.0]])
    at = held.astype(np.intp)
    ended: Floats = (agents - over) * rates[at] + over * rates[at + 1]
    return ended


def chat(
    chats_per_hour: ArrayLike,
    durations_s: Sequence[float],
    patience_s: ArrayLike | None,
    agents: ArrayLike,
    target_s: ArrayLike = 20.0,
    short_s: ArrayLike = 5.0,
) -> Chat:
    """Waiting of chats: 60/h, durations 360, 480, 660 s, 4 agents, patience 120 s: 18 % wait.

    As many chats at once as `durations_s` has values. Patience None: nobody leaves; then chats
    that come as fast as a full room ends them wait for ever.
    """
    durations = checked_durations(durations_s)
    rate, count, within, short, patience = np.broadcast_arrays(
        numbers("chats_per_hour", chats_per_hour, least=0),
        whole_numbers("agents", agents),
        numbers("target_s", target_s, least=0),
        numbers("short_s", short_s, least=0),
        np.nan if patience_s is None else numbers("patience_s", patience_s, least=0, above=True),
    )
    shape = rate.shape
    columns = [np.array(np.ravel(c)) for c in (rate / 3600, count, within, short, patience)]
    lam, n, within, short, patience = columns
    names = [field.name for field in fields(ErlangA)]
    answer = {name: np.zeros(lam.size) for name in names}
    held = np.zeros(lam.size)
    for rows in (np.flatnonzero(n > 0), np.flatnonzero(n == 0)):
        if rows.size:
            part, held[rows] = _room(
                lam[rows], n[rows], within[rows], short[rows], patience[rows], durations
            )
            for name in names:
                answer[name][rows] = part[name]
    shaped = {name: values.reshape(shape) for name, values in answer.items()}
    return Chat(ErlangA(**shaped), held.reshape(shape))


def _room(
    lam: Floats, n: Floats, within: Floats, short: Floats, patience: Floats, durations: Floats
) -> tuple[dict[str, Floats], Floats]:
    """Waiting by name and chats in hand per agent, for rows that all have agents or all none."""
    stays = np.isnan(patience)
    some = np.where(stays, 1.0, patience)
    if not n.all():
        nobody = no_agents(lam, some, within)
        return _stayed(nobody, stays, _staying(lam, within, n)), np.zeros_like(lam)
    full = completions(n * durations.size, n, durations)
    inverse, held, busy = _below_full(lam, n, durations)
    found = waiting(Room(inverse, lam / full, lam * some, full * some, some, within, short))
    found = _stayed(found, stays, _staying(lam, within, full, inverse))
    wait = found["p_wait"]
    concurrency = ((1 - wait) * held + wait * n * durations.size) / n
    return found | {"occupancy": ((1 - wait) * busy + wait * n) / n}, concurrency


def _below_full(lam: Floats, n: Floats, durations: Floats) -> tuple[Floats, Floats, Floats]:
    """1/P(n c − 1 | below n c), and the mean chats in hand and agents busy below n c.

    Upward as Erlang B goes, with the room's own rate of completions.
    """
    places = n * durations.size
    order = np.argsort(-places, kind="stable")
    rate, agents, last = lam[order], n[order], places[order] - 1
    inverse, held, busy = np.ones_like(rate), np.zeros_like(rate), np.zeros_like(rate)
    with np.errstate(over="ignore", divide="ignore"):
        for i in range(1, int(last[0]) + 1):
            up_to = int(np.searchsorted(-last, -i, side="right"))
            on = slice(0, up_to)
            ended = completions(np.full(up_to, float(i)), agents[on], durations)
            inverse[on] = 1.0 + inverse[on] * (ended / rate[on])
            held[on] += (i - held[on]) / inverse[on]
            busy[on] += (np.minimum(i, agents[on]) - busy[on]) / inverse[on]
            if not np.isfinite(inverse[on]).any():
                break
    back = np.argsort(order, kind="stable")
    return inverse[back], held[back], busy[back]


def _staying(
    lam: Floats, within: Floats, full: Floats, inverse: Floats | None = None
) -> dict[str, Floats]:
    """Waiting when nobody leaves; for ever when chats come as fast as they end."""
    # Equal rates may differ in the last digit: 200/h of 180 s on 10 agents are not stable.
    stable = full - lam > 1e-13 * full
    spare = np.where(stable, full - lam, 1.0)
    share = lam / np.where(full > 0, full, 1.0)
    with np.errstate(over="ignore"):
        below = np.ones_like(lam) if inverse is None else (1 - share) * inverse
    wait = np.where(stable, share / (below + share), np.where(lam > 0, 1.0, 0.0))
    level = np.where(stable, 1 - wait * np.exp(-spare * within), 0.0)
    mean = np.where(stable, wait / spare, np.where(lam > 0, np.inf, 0.0))
    zero = np.zeros_like(lam)
    levels = {f"sl_{name}": level for name in SL_DEFINITIONS}
    return levels | {
        "p_wait": wait,
        "p_abandon": zero,
        "p_abandon_given_wait": zero,
        "asa_answered_s": mean,
        "mean_wait_all_s": mean,
        "mean_queue": np.where(lam > 0, lam, 1.0) * mean,
    }


def _stayed(
    found: dict[str, Floats], stays: Bools, instead: dict[str, Floats]
) -> dict[str, Floats]:
    return {
        name: np.where(stays, instead[name], values) if name in instead else values
        for name, values in found.items()
    }
