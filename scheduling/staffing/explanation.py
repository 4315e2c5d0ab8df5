"""Why so many agents: the figures at the answer, one agent fewer, and the target that binds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scheduling.staffing.cells import BINDING, Cells, Requirement
from scheduling.staffing.erlang import Floats


def explained(cells: Cells, agents: Floats) -> Requirement:
    """The figures at the answer and one agent below, the fraction between, and what binds."""
    none = cells.load == 0
    at = cells.given(agents)
    below_n = np.maximum(agents - 1, 0)
    below = cells.given(below_n)
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


def _stability_binds(cells: Cells, agents: Floats) -> NDArray[np.bool_]:
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
