"""A ratio that is a sum of parts over one base: handle time as talk, hold, after-contact work."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kpis.explain.contract import is_exact, residual_of
from kpis.explain.rate_mix import Decomposition, Sums, rate_and_mix


@dataclass(frozen=True)
class Components:
    """The change of the whole, and of each component by rate and mix; they sum to it."""

    delta: float
    parts: Mapping[str, Decomposition]

    @property
    def exact(self) -> bool:
        """Whether the components sum to the change of the whole."""
        sizes = [one.delta for one in self.parts.values()]
        whole = is_exact(self.delta, residual_of(self.delta, sizes))
        return whole and all(one.exact for one in self.parts.values())


def components(segments: Mapping[str, Sequence[Sums]]) -> Components | None:
    """The change of each component, whose segments share their bases; None for an empty period.

    Billing 600 and offers 400 become 500 and 500, with talk 220/300, hold 20/30 and after-contact
    work 60/90 s becoming 220/360, 20/40 and 60/120: +38, +6 and +18 of 62 s, of which 27, 4.5
    and 13.5 by each kind taking longer.
    """
    parts: dict[str, Decomposition] = {}
    for name, given in segments.items():
        found = rate_and_mix(given)
        if found is None:
            return None
        parts[name] = found
    before = math.fsum(one.value0 for one in parts.values())
    after = math.fsum(one.value1 for one in parts.values())
    return Components(after - before, parts)


def gap_to_plan(
    plan: Mapping[str, float], sums: Mapping[str, float], base: float
) -> Mapping[str, float] | None:
    """How far each component is from its plan, weighted by contacts; None without contacts.

    Six veterans and two hires of a team at talk 240, hold 20 and 22.58 s more after-contact work
    than planned: `{"talk": 0, "hold": 0, "acw": 22.58}`. A mean over agents is another number.
    """
    if base <= 0:
        return None
    return {name: sums[name] / base - goal for name, goal in plan.items()}
