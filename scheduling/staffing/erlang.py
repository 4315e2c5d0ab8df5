"""Erlang B and C on arrays: blocking, waiting, service level for a load and a number of agents.

Times are in seconds, rates in contacts per hour, load = contacts/h × aht_s / 3600 (erlangs).
Erlang A, with patience, is in `patience.py`. Recipes STF-2 and STF-3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ErlangC:
    """What callers meet who never hang up; without abandonment all service levels are equal."""

    p_wait: Floats
    sl: Floats
    asa_s: Floats
    asa_of_waiters_s: Floats
    occupancy: Floats
    mean_queue: Floats


def numbers(name: str, value: ArrayLike, *, least: float, above: bool = False) -> Floats:
    """`value` as floats, all of at least `least` (or above it); `ValueError` names the first bad.

    numbers("aht_s", [180, 0], least=0, above=True) raises "aht_s is 0.0: it must be above 0".
    """
    array = np.asarray(value, dtype=np.float64)
    bad = ~(array > least) if above else ~(array >= least)
    if bad.any():
        first = float(array[bad].flat[0]) if array.ndim else float(array)
        raise ValueError(
            f"{name} is {first!r}: it must be {'above' if above else 'at least'} {least:g}."
        )
    return array


def whole_numbers(name: str, value: ArrayLike) -> Floats:
    """`value` as whole numbers of agents or servers, kept as floats; 9.5 agents is an error."""
    array = numbers(name, value, least=0)
    broken = array != np.floor(array)
    if broken.any() or np.isinf(array).any():
        first = float(array[broken | np.isinf(array)].flat[0]) if array.ndim else float(array)
        raise ValueError(f"{name} is {first!r}: it must be a whole number.")
    return array


def offered_load(contacts_per_hour: ArrayLike, aht_s: ArrayLike) -> Floats:
    """Erlangs of work arriving: 200 contacts an hour of 180 s are 10 erlangs."""
    rate = numbers("calls_per_hour", contacts_per_hour, least=0)
    return rate * numbers("aht_s", aht_s, least=0, above=True) / 3600


def inverse_blocking(load: Floats, servers: Floats) -> Floats:
    """1/B of Erlang B for flat arrays; inf when B is below the smallest double."""
    from scheduling.staffing.compiled import inverse_rows

    out = np.empty(load.size)
    inverse_rows(np.array(load, dtype=np.float64), np.array(servers, dtype=np.float64), out)
    return out


def erlang_b(load_erl: ArrayLike, servers: ArrayLike) -> Floats:
    """Share of contacts blocked when nobody may wait: 10 erlangs on 14 servers block 5.68 %."""
    load = numbers("load_erl", load_erl, least=0)
    load, count = np.broadcast_arrays(load, whole_numbers("servers", servers))
    inverse = inverse_blocking(np.ravel(load), np.ravel(count)).reshape(load.shape)
    return np.where(load == 0, np.where(count == 0, 1.0, 0.0), 1.0 / inverse)


def carried_load(load_erl: ArrayLike, servers: ArrayLike) -> Floats:
    """Erlangs served when nobody may wait: 10 erlangs on 14 servers carry 9.43.

    As servers × (1/B of one server fewer) / (1/B), which keeps its digits when nearly all is
    blocked, where load × (1 − B) does not.
    """
    load = numbers("load_erl", load_erl, least=0)
    load, count = np.broadcast_arrays(load, whole_numbers("servers", servers))
    flat, n = np.array(load.ravel()), np.array(count.ravel())
    here, fewer = inverse_blocking(flat, n), inverse_blocking(flat, np.maximum(n - 1, 0))
    with np.errstate(invalid="ignore"):
        carried = np.where(np.isinf(here), flat, n * (fewer / here))
    return np.where(flat == 0, 0.0, carried).reshape(load.shape)


def erlang_c(
    calls_per_hour: ArrayLike, aht_s: ArrayLike, agents: ArrayLike, target_s: ArrayLike
) -> ErlangC:
    """Waiting when nobody hangs up: 200 an hour of 180 s on 14 agents answer 88.8 % in 20 s.

    Agents at or below the load: everybody waits, for ever.
    """
    load, aht, count, within = np.broadcast_arrays(
        offered_load(calls_per_hour, aht_s),
        np.asarray(aht_s, dtype=np.float64),
        whole_numbers("agents", agents),
        numbers("target_s", target_s, least=0),
    )
    stable = count > load
    spare = np.where(stable, count - load, 1.0)
    inverse = inverse_blocking(np.ravel(load), np.ravel(count)).reshape(load.shape)
    with np.errstate(invalid="ignore"):
        part = count / (inverse * spare + load)
    wait = np.where(load == 0, 0.0, np.where(stable, part, 1.0))
    never = ~stable
    inf = np.inf
    return ErlangC(
        p_wait=wait,
        sl=np.where(never, 0.0, 1.0 - wait * np.exp(-(spare * (within / aht)))),
        asa_s=np.where(never, inf, wait * aht / spare),
        asa_of_waiters_s=np.where(never, inf, aht / spare),
        occupancy=np.where(
            never, np.where(load == 0, 0.0, 1.0), load / np.where(count > 0, count, 1)
        ),
        mean_queue=np.where(never, np.where(load == 0, 0.0, inf), wait * load / spare),
    )
