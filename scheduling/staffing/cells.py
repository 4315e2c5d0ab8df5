"""Cells of contacts with their targets, checked, and what a number of agents gives in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scheduling.staffing.chat import chat, checked_durations
from scheduling.staffing.erlang import Floats, erlang_c, numbers, offered_load
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
class Cells:
    """Flat, checked columns; `nan` is no target, patience None is Erlang C, `chat_s` is chats.

    `floor` is the least number to look at: above the load where nobody hangs up, and what the
    largest occupancy asks for.
    """

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
    floor: Floats
    chat_s: tuple[float, ...] | None = None

    def at(self, rows: NDArray[np.intp]) -> Cells:
        """The same columns for some of the cells."""
        return Cells(
            *(self.rate[rows], self.aht[rows]),
            self.patience[rows] if self.patience is not None else None,
            self.load[rows],
            self.sl_definition,
            *(self.sl[rows], self.target_s[rows], self.asa[rows], self.abandon[rows]),
            *(self.occupancy[rows], self.short[rows], self.floor[rows]),
            chat_s=self.chat_s,
        )

    def given(self, agents: Floats) -> Achieved:
        """What these numbers of agents achieve in the cells."""
        return evaluated(
            *(self.rate, self.aht, self.patience, agents),
            *(self.sl_definition, self.target_s, self.short, self.chat_s),
        )


def evaluated(
    rate: ArrayLike,
    aht: ArrayLike,
    patience: ArrayLike | None,
    agents: ArrayLike,
    definition: SlDefinition,
    target_s: ArrayLike,
    short_s: ArrayLike,
    chat_s: Sequence[float] | None = None,
) -> Achieved:
    """What whole agents achieve by the model that fits: chats, Erlang C or Erlang A."""
    if chat_s is None and patience is None:
        c = erlang_c(rate, aht, agents, target_s)
        return Achieved(definition, c.sl, c.asa_s, np.zeros_like(c.sl), c.occupancy, c.p_wait)
    if chat_s is not None:
        a = chat(rate, chat_s, patience, agents, target_s, short_s).waiting
    else:
        assert patience is not None
        a = erlang_a(rate, aht, patience, agents, target_s, short_s)
    level = a.service_level(definition)
    return Achieved(definition, level, a.asa_answered_s, a.p_abandon, a.occupancy, a.p_wait)


def read_cells(
    columns: Sequence[Floats],
    sl_definition: SlDefinition,
    abandons: bool,
    chat_s: Sequence[float] | None,
) -> Cells:
    """Cells of nine flat columns: rate, AHT, patience, and the targets in their order.

    `ValueError` names what cannot be.
    """
    rate, aht, patience, sl, target_s, asa, abandon, occupancy, short = columns
    if sl_definition not in SL_DEFINITIONS:
        raise ValueError(f"sl_definition is {sl_definition!r}: one of {', '.join(SL_DEFINITIONS)}.")
    _share("sl", sl)
    _target("asa_s", asa, np.inf)
    _share("max_abandon", abandon)
    _target("max_occupancy", occupancy, 1.0)
    numbers("target_s", target_s, least=0)
    numbers("short_s", short, least=0)
    if abandons:
        numbers("patience_s", patience, least=0, above=True)
    if (np.isnan(sl) & np.isnan(asa) & np.isnan(abandon) & np.isnan(occupancy)).any():
        raise ValueError("No target: give at least one of sl, asa_s, max_abandon, max_occupancy.")
    if chat_s is None:
        load, held = offered_load(rate, aht), None
    else:
        durations = checked_durations(chat_s)
        load, held = offered_load(rate, durations[-1] / durations.size), tuple(durations.tolist())
    # The slack keeps 10.2 / 0.85 = 12.000000000000002 from asking for a thirteenth agent.
    floor = np.where(np.isnan(occupancy), 0, np.ceil(load / occupancy * (1 - 1e-12)))
    floor = np.maximum(floor, 1 if abandons else np.floor(load) + 1)
    return Cells(
        *(rate, aht, patience if abandons else None, load, sl_definition, sl, target_s, asa),
        *(abandon, occupancy, short, floor, held),
    )


def _target(name: str, array: Floats, most: float) -> None:
    bad = (array <= 0) | (array > most)
    if bad.any():
        raise ValueError(
            f"{name} is {float(array[bad][0])!r}: it must be above 0 and at most {most:g}."
        )


def _share(name: str, array: Floats) -> None:
    _target(name, array, 1.0)
    if (array == 1).any():
        raise ValueError(f"{name} is 1.0: no finite number of agents is certain; use 0.999.")
