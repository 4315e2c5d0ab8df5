"""Fewest agents that meet every target of a cell, and what a number of agents achieves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scheduling.staffing.cells import Achieved, Cells, Requirement, Targets, evaluated, read_cells
from scheduling.staffing.erlang import Floats, numbers
from scheduling.staffing.explanation import explained
from scheduling.staffing.search import searched
from wfm.domain.service_level import SlDefinition

__all__ = ["Achieved", "Requirement", "Targets", "achieved", "fewest_agents", "required_agents"]
CHUNK = 8192


def achieved(
    calls_per_hour: ArrayLike,
    aht_s: ArrayLike,
    patience_s: ArrayLike | None,
    agents: ArrayLike,
    *,
    sl_definition: SlDefinition,
    target_s: ArrayLike = 20.0,
    short_s: ArrayLike = 5.0,
    chat_s: Sequence[float] | None = None,
) -> Achieved:
    """What `agents` on queue achieve; 9.4 agents lie four tenths of the way from 9 to 10.

    Patience None: nobody hangs up (Erlang C), else Erlang A. 200/h of 180 s on 14 agents: 88.8 %.
    With `chat_s`, seconds of a chat at 1, 2, ... at once, agents hold chats and `aht_s` is unused.
    """

    def of(count: Floats) -> Achieved:
        return evaluated(
            *(calls_per_hour, aht_s, patience_s, count), sl_definition, target_s, short_s, chat_s
        )

    heads = numbers("agents", agents, least=0)
    below = np.floor(heads)
    low = of(below)
    share = heads - below
    if not share.any():
        return low
    high = of(below + 1)

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


def required_agents(
    calls_per_hour: ArrayLike,
    aht_s: ArrayLike,
    patience_s: ArrayLike | None,
    targets: Targets,
    chat_s: Sequence[float] | None = None,
) -> Requirement:
    """Fewest agents that meet all targets in each cell: 200/h of 180 s, 80 % in 20 s need 14.

    Patience None staffs without abandonment (Erlang C); `chat_s` as in `achieved`. `required` is
    the fraction behind the whole number, linear between one agent fewer and this one. No contacts
    need nobody.
    """
    shape, parts = _chunks(calls_per_hour, aht_s, patience_s, targets, chat_s)
    found = [explained(cells, searched(cells)) for cells in parts]

    def joined(name: str) -> NDArray[np.generic]:
        return np.concatenate([getattr(one, name) for one in found]).reshape(shape)

    return Requirement(**{name: joined(name) for name in Requirement.__dataclass_fields__})  # type: ignore[arg-type]


def fewest_agents(
    calls_per_hour: ArrayLike,
    aht_s: ArrayLike,
    patience_s: ArrayLike | None,
    targets: Targets,
    chat_s: Sequence[float] | None = None,
) -> NDArray[np.int64]:
    """The agents of `required_agents` alone, where nobody asks why: a year of many queues."""
    shape, parts = _chunks(calls_per_hour, aht_s, patience_s, targets, chat_s)
    found = [searched(cells).astype(np.int64) for cells in parts]
    return np.concatenate(found).reshape(shape)


def _chunks(
    rate: ArrayLike,
    aht: ArrayLike,
    patience: ArrayLike | None,
    targets: Targets,
    chat_s: Sequence[float] | None,
) -> tuple[tuple[int, ...], Iterator[Cells]]:
    """The cells' shape, and the cells checked, few at a time to stay near the processor."""
    given = (
        *(rate, aht, patience, targets.sl, targets.target_s, targets.asa_s),
        *(targets.max_abandon, targets.max_occupancy, targets.short_s),
    )
    arrays = [np.asarray(np.nan if one is None else one, dtype=np.float64) for one in given]
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    flat = [np.ravel(array) if array.shape == shape else array for array in arrays]
    size = int(np.prod(shape))

    def parts() -> Iterator[Cells]:
        for start in range(0, max(size, 1), CHUNK):
            part = slice(start, min(start + CHUNK, size))
            columns = []
            for array in flat:
                if array.ndim == 1 and array.size == size:
                    columns.append(np.array(array[part]))
                elif array.ndim == 0:
                    columns.append(np.full(part.stop - start, float(array)))
                else:
                    columns.append(np.array(np.broadcast_to(array, shape).reshape(-1)[part]))
            yield read_cells(columns, targets.sl_definition, patience is not None, chat_s)

    return shape, parts()
