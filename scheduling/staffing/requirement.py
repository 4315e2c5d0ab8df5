"""Fewest agents that meet every target of a cell, and what a number of agents achieves."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scheduling.staffing.erlang import Floats, erlang_c, inverse_blocking, numbers, offered_load
from scheduling.staffing.patience import erlang_a
from wfm.domain.service_level import SL_DEFINITIONS, SlDefinition

# What decides the number: names in the order in which ties are settled.
BINDING = ("none", "stability", "occupancy", "sl", "asa", "abandon")


@dataclass(frozen=True, eq=False)
class Targets:
    """What every cell has to meet; `None` or `nan` is no such target, shares are 0 to 1.

    Targets("short_excluded", sl=0.8, target_s=20) is 80 % within 20 s by the default definition.
    """

    sl_definition: SlDefinition
    sl: ArrayLike | None = None
    target_s: ArrayLike = 20.0
    asa_s: ArrayLike | None = None
    max_abandon: ArrayLike | None = None
    max_occupancy: ArrayLike | None = None
    short_s: ArrayLike = 5.0


@dataclass(frozen=True, eq=False)
class Achieved:
    """What a number of agents gives: service level by the named definition, waits, losses."""

    sl_definition: SlDefinition
    sl: Floats
    asa_s: Floats
    p_abandon: Floats
    occupancy: Floats
    p_wait: Floats


@dataclass(frozen=True, eq=False)
class Requirement:
    """Agents on queue before shrinkage: whole heads, the fraction behind them, and why."""

    agents: NDArray[np.int64]
    required: Floats
    sl: Floats
    sl_at_minus_1: Floats
    occupancy: Floats
    p_abandon: Floats
    asa_s: Floats
    binding: NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class _Cells:
    """Flat, checked columns of the cells; `nan` is no target, patience `nan` is Erlang C."""

    rate: Floats
    aht: Floats
    patience: Floats | None
    load: Floats
    sl_definition: SlDefinition
    sl: Floats
    target_s: Floats
    asa: Floats
    abandon: Floats
    occupancy: Floats
    short: Floats
    floor: Floats = field(default_factory=lambda: np.empty(0))

    def at(self, rows: NDArray[np.intp]) -> _Cells:
        """The same columns for some of the cells."""
        return _Cells(
            *(self.rate[rows], self.aht[rows]),
            self.patience[rows] if self.patience is not None else None,
            self.load[rows],
            self.sl_definition,
            *(self.sl[rows], self.target_s[rows], self.asa[rows], self.abandon[rows]),
            *(self.occupancy[rows], self.short[rows], self.floor[rows]),
        )


def achieved(
    calls_per_hour: ArrayLike,
    aht_s: ArrayLike,
    patience_s: ArrayLike | None,
    agents: ArrayLike,
    *,
    sl_definition: SlDefinition,
    target_s: ArrayLike = 20.0,
    short_s: ArrayLike = 5.0,
) -> Achieved:
    """What `agents` on queue achieve; 9.4 agents lie four tenths of the way from 9 to 10.

    Patience None: nobody hangs up (Erlang C), else Erlang A. 200/h of 180 s on 14 agents: 88.8 %.
    """
    heads = numbers("agents", agents, least=0)
    below = np.floor(heads)
    low = _achieved(calls_per_hour, aht_s, patience_s, below, sl_definition, target_s, short_s)
    share = heads - below
    if not share.any():
        return low
    high = _achieved(calls_per_hour, aht_s, patience_s, below + 1, sl_definition, target_s, short_s)

    def between(a: Floats, b: Floats) -> Floats:
        with np.errstate(invalid="ignore"):
            return np.where(share == 0, a, a * (1 - share) + b * share)

    return Achieved(
        sl_definition,
        between(low.sl, high.sl),
        between(low.asa_s, high.asa_s),
        between(low.p_abandon, high.p_abandon),
        between(low.occupancy, high.occupancy),
        between(low.p_wait, high.p_wait),
    )


def _achieved(
    rate: ArrayLike,
    aht: ArrayLike,
    patience: ArrayLike | None,
    agents: ArrayLike,
    definition: SlDefinition,
    target_s: ArrayLike,
    short_s: ArrayLike,
) -> Achieved:
    if patience is None:
        c = erlang_c(rate, aht, agents, target_s)
        return Achieved(definition, c.sl, c.asa_s, np.zeros_like(c.sl), c.occupancy, c.p_wait)
    a = erlang_a(rate, aht, patience, agents, target_s, short_s)
    level = a.service_level(definition)
    return Achieved(definition, level, a.asa_answered_s, a.p_abandon, a.occupancy, a.p_wait)


def required_agents(
    calls_per_hour: ArrayLike,
    aht_s: ArrayLike,
    patience_s: ArrayLike | None,
    targets: Targets,
) -> Requirement:
    """Fewest agents that meet all targets in each cell: 200/h of 180 s, 80 % in 20 s need 14.

    Patience None staffs without abandonment (Erlang C). `required` is the fraction behind the
    whole number, linear between one agent fewer and this one. No contacts need nobody.
    """
    cells, shape = _cells(calls_per_hour, aht_s, patience_s, targets)
    agents = np.zeros(cells.load.shape)
    busy = np.flatnonzero(cells.load > 0)
    if busy.size:
        part = cells.at(busy)
        agents[busy] = _walk_up(part) if part.patience is None else _bisect(part)
    found = _explain(cells, agents)
    return Requirement(
        agents=found.agents.reshape(shape),
        required=found.required.reshape(shape),
        sl=found.sl.reshape(shape),
        sl_at_minus_1=found.sl_at_minus_1.reshape(shape),
        occupancy=found.occupancy.reshape(shape),
        p_abandon=found.p_abandon.reshape(shape),
        asa_s=found.asa_s.reshape(shape),
        binding=found.binding.reshape(shape),
    )


def _cells(
    rate: ArrayLike, aht: ArrayLike, patience: ArrayLike | None, targets: Targets
) -> tuple[_Cells, tuple[int, ...]]:
    if targets.sl_definition not in SL_DEFINITIONS:
        raise ValueError(
            f"sl_definition is {targets.sl_definition!r}: one of {', '.join(SL_DEFINITIONS)}."
        )
    columns = np.broadcast_arrays(
        np.asarray(rate, dtype=np.float64),
        np.asarray(aht, dtype=np.float64),
        np.nan if patience is None else numbers("patience_s", patience, least=0, above=True),
        offered_load(rate, aht),
        _share("sl", targets.sl),
        numbers("target_s", targets.target_s, least=0),
        _target("asa_s", targets.asa_s, np.inf),
        _share("max_abandon", targets.max_abandon),
        _target("max_occupancy", targets.max_occupancy, 1.0),
        numbers("short_s", targets.short_s, least=0),
    )
    flat = [np.array(np.ravel(column), dtype=np.float64) for column in columns]
    sl, asa, abandon, occupancy = flat[4], flat[6], flat[7], flat[8]
    if np.isnan(np.vstack([sl, asa, abandon, occupancy])).all(axis=0).any():
        raise ValueError("No target: give at least one of sl, asa_s, max_abandon, max_occupancy.")
    load = flat[3]
    # The slack keeps 10.2 / 0.85 = 12.000000000000002 from asking for a thirteenth agent.
    floor = np.where(np.isnan(occupancy), 0, np.ceil(load / occupancy * (1 - 1e-12)))
    least = np.floor(load) + 1 if patience is None else 1
    floor = np.maximum(floor, least)
    cells = _Cells(
        *(flat[0], flat[1], None if patience is None else flat[2], load, targets.sl_definition),
        *(sl, flat[5], asa, abandon, occupancy, flat[9], floor),
    )
    return cells, columns[0].shape


def _target(name: str, value: ArrayLike | None, most: float) -> Floats:
    array = np.asarray(np.nan if value is None else value, dtype=np.float64)
    bad = (array <= 0) | (array > most)
    if bad.any():
        raise ValueError(f"{name} is {float(array[bad].flat[0]) if array.ndim else float(array)!r}:"
                         f" it must be above 0 and at most {most:g}.")  # fmt: skip
    return array


def _share(name: str, value: ArrayLike | None) -> Floats:
    array = _target(name, value, 1.0)
    if (array == 1).any():
        raise ValueError(f"{name} is 1.0: no finite number of agents is certain; use 0.999.")
    return array


def _meets(cells: _Cells, agents: Floats) -> NDArray[np.bool_]:
    """Whether all targets hold; a value that is not defined (nobody answered) does not."""
    got = _of(cells, agents)
    ok = agents >= cells.floor
    ok &= np.isnan(cells.sl) | (got.sl >= cells.sl)
    ok &= np.isnan(cells.asa) | (got.asa_s <= cells.asa)
    return ok & (np.isnan(cells.abandon) | (got.p_abandon <= cells.abandon))


def _of(cells: _Cells, agents: Floats) -> Achieved:
    return _achieved(
        *(cells.rate, cells.aht, cells.patience, agents),
        *(cells.sl_definition, cells.target_s, cells.short),
    )


def _walk_up(cells: _Cells, chunk: int = 4096) -> Floats:
    """Erlang C: one upward recursion for cells of like load, each dropped when it is served."""
    agents = np.zeros_like(cells.load)
    order = np.argsort(cells.load, kind="stable")
    for start in range(0, order.size, chunk):
        rows = order[start : start + chunk]
        part = cells.at(rows)
        n = int(part.floor.min())
        inverse = inverse_blocking(part.load, np.full(rows.size, float(n)))
        while rows.size:
            a, spare = part.load, n - part.load
            ready = n >= part.floor
            blocking = 1 / inverse
            wait = np.where(ready, n * blocking / (n - a * (1 - blocking)), 1.0)
            spare = np.where(ready, spare, 1.0)
            met = ready & ~(1 - wait * np.exp(-spare * part.target_s / part.aht) < part.sl)
            met &= ~(wait * part.aht / spare > part.asa)
            if met.any():
                agents[rows[met]] = n
                rows, inverse = rows[~met], inverse[~met]
                part = part.at(np.flatnonzero(~met))
            n += 1
            with np.errstate(over="ignore"):
                inverse = 1 + inverse * (n / part.load)
    return agents


def _bisect(cells: _Cells) -> Floats:
    """Erlang A: from near the load outward by doubling steps, then by halves."""
    guess = np.maximum(np.ceil(cells.load), cells.floor)
    low, high = cells.floor - 1, guess.copy()
    first = np.maximum(1.0, np.floor(np.sqrt(cells.load)))
    met = _meets(cells, guess)
    _gallop(cells, np.flatnonzero(~met), high, low, first.copy(), +1)
    _gallop(cells, np.flatnonzero(met), low, high, first.copy(), -1)
    while True:
        open_rows = np.flatnonzero(high - low > 1)
        if not open_rows.size:
            return high
        middle = np.floor((low[open_rows] + high[open_rows]) / 2)
        ok = _meets(cells.at(open_rows), middle)
        high[open_rows[ok]] = middle[ok]
        low[open_rows[~ok]] = middle[~ok]


def _gallop(
    cells: _Cells,
    rows: NDArray[np.intp],
    moving: Floats,
    other: Floats,
    step: Floats,
    sign: int,
) -> None:
    """Moves one bound of the search until it lies on the far side of the answer.

    Upward, `moving` ends where the targets are met and `other` is the last miss; downward the
    reverse, never below the floor less one, which is known to miss.
    """
    start = other[rows].copy() if sign < 0 else moving[rows].copy()
    while rows.size:
        tried = start + sign * step[rows]
        bottom = tried < cells.floor[rows] if sign < 0 else np.zeros(rows.size, dtype=bool)
        test = np.where(bottom, cells.floor[rows], tried)
        ok = _meets(cells.at(rows), test)
        if sign > 0:
            moving[rows] = np.where(ok, test, moving[rows])
            other[rows] = np.where(ok, other[rows], test)
            stay = ~ok
        else:
            moving[rows] = np.where(ok, moving[rows], test)
            other[rows] = np.where(ok, test, other[rows])
            stay = ok & ~bottom
        step[rows] *= 2
        rows, start = rows[stay], test[stay]


def _explain(cells: _Cells, agents: Floats) -> Requirement:
    """The figures at the answer and one agent below, the fraction between, and what binds."""
    none = cells.load == 0
    at = _of(cells, agents)
    below_n = np.maximum(agents - 1, 0)
    below = _of(cells, below_n)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.vstack(
            [
                np.zeros_like(agents),
                np.where(_stability_binds(cells, agents), cells.load - below_n, np.nan),
                cells.load / cells.occupancy - below_n,
                _between(below.sl, at.sl, cells.sl, rising=True),
                _between(below.asa_s, at.asa_s, cells.asa, rising=False),
                _between(below.p_abandon, at.p_abandon, cells.abandon, rising=False),
            ]
        )
    shares = np.where(np.isnan(shares), -np.inf, shares)
    fraction = np.clip(shares.max(axis=0), 0.0, 1.0)
    binding = np.array(BINDING)[shares.argmax(axis=0)]
    binding = np.where(_stability_binds(cells, agents), "stability", binding)
    if cells.patience is None:
        fraction = np.maximum(fraction, cells.load - below_n)
    return Requirement(
        agents=agents.astype(np.int64),
        required=np.where(none, 0.0, below_n + fraction),
        sl=np.where(none, 1.0, at.sl),
        sl_at_minus_1=np.where(none, np.nan, np.where(agents == 1, 0.0, below.sl)),
        occupancy=np.where(none, 0.0, at.occupancy),
        p_abandon=np.where(none, 0.0, at.p_abandon),
        asa_s=np.where(none, 0.0, at.asa_s),
        binding=np.where(none, "none", binding),
    )


def _stability_binds(cells: _Cells, agents: Floats) -> NDArray[np.bool_]:
    """Erlang C: the answer is the first number above the load, whatever the targets."""
    if cells.patience is not None:
        return np.zeros(agents.shape, dtype=bool)
    first: NDArray[np.bool_] = (agents == np.floor(cells.load) + 1) & (cells.load > 0)
    return first


def _between(below: Floats, at: Floats, target: Floats, *, rising: bool) -> Floats:
    """How far from one agent fewer to the answer the target lies; nan when already met below."""
    missed = below < target if rising else below > target
    undefined = np.isnan(below) & ~np.isnan(target)
    width = at - below
    share = np.where(np.isfinite(width) & (width != 0), (target - below) / width, 1.0)
    return np.where(missed, share, np.where(undefined, 1.0, np.nan))
