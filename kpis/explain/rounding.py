"""Parts rounded so that what is printed still adds up."""

from __future__ import annotations

import math
from collections.abc import Sequence


def share_out(parts: Sequence[float], decimals: int, total: float | None = None) -> list[float]:
    """Parts rounded so that they add up to a rounded total (largest remainder).

    [12.05, -2.28, 56.24] with one decimal is [12.1, -2.3, 56.2]: 66.0, as their sum 66.01 shows.
    `total` is what they shall add up to where another figure stands printed beside them, such as
    the difference of two rounded values; without it, their own sum.
    """
    scale = 10**decimals
    floors = [math.floor(part * scale) for part in parts]
    wanted = round((math.fsum(parts) if total is None else total) * scale)
    order = sorted(range(len(parts)), key=lambda i: floors[i] - parts[i] * scale)
    missing = wanted - sum(floors)
    if parts:
        # More than one step a part only where the total is not the sum of the parts.
        every, rest = divmod(missing, len(parts))
        for place, i in enumerate(order):
            floors[i] += every + (place < rest)
    return [floor / scale for floor in floors]
