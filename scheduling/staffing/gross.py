"""People to hire or roster for a number on queue, in whole numbers without float traps (STF-9)."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

BASIS = 10_000


def basis_points(shrinkage: float) -> int:
    """Shrinkage in basis points: 0.30 is 3000; 1 or more is an error."""
    if not 0 <= shrinkage < 1:
        raise ValueError(f"shrinkage is {shrinkage!r}: it must be from 0 up to, not with, 1.")
    return round(shrinkage * BASIS)


def gross_agents(net: int, shrinkage_bp: int) -> int:
    """Agents needed so that `net` remain: 14 at 30 % shrinkage are 20, 21 are 30.

    Only absence that is not already in the schedule belongs into the shrinkage.
    """
    if net < 0:
        raise ValueError(f"net is {net}: it must be at least 0.")
    if not 0 <= shrinkage_bp < BASIS:
        raise ValueError(f"shrinkage_bp is {shrinkage_bp}: it must be from 0 to {BASIS - 1}.")
    return -(-net * BASIS // (BASIS - shrinkage_bp))


def joined_shrinkage(parts_bp: Iterable[int]) -> Fraction:
    """Shrinkage of parts on different bases: 20 % away and 10 % at work join to 28 %."""
    kept = Fraction(1)
    for part in parts_bp:
        kept *= Fraction(BASIS - part, BASIS)
    return 1 - kept
