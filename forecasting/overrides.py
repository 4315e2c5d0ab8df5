"""A planner's correction laid on a forecast: a percentage, an amount to add, a total to set."""

from __future__ import annotations

import numpy as np

from forecasting.series import Floats
from wfm.domain.errors import BadInput


def corrected(values: Floats, how: str, value: float) -> Floats:
    """The values after one correction, shared in proportion to what they were; never below 0.

    [10, 30] with percent 10 are [11, 33]; with add 8 are [12, 36]; with set 20 are [5, 15]. Where
    all are 0 an amount or a total is spread evenly: [0, 0] with set 6 are [3, 3].
    """
    if how == "percent":
        return np.maximum(values * (1 + value / 100), 0.0)
    before = float(values.sum())
    if how == "add":
        total = max(before + value, 0.0)
    elif how == "set":
        total = value
    else:
        raise BadInput(f"A correction is percent, add or set, not {how!r}.")
    if before > 0:
        return values * (total / before)
    return np.full(values.shape, total / values.size if values.size else 0.0)


def corrected_seconds(seconds: Floats, how: str, value: float) -> Floats:
    """Handle times after one correction: [200, 300] with add 30 are [230, 330], with set 250 both
    are 250."""
    if how == "percent":
        return np.maximum(seconds * (1 + value / 100), 0.0)
    if how == "add":
        return np.maximum(seconds + value, 0.0)
    if how == "set":
        return np.full(seconds.shape, value)
    raise BadInput(f"A correction is percent, add or set, not {how!r}.")


def whole_thousandths(values: Floats) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Values in thousandths as whole numbers whose sum is the sum rounded, to the last digit.

    [1/3, 1/3, 1/3] are [334, 333, 333]: 1,000 in all, the largest remainders rounded up.
    """
    exact = values.ravel() * 1000
    whole = np.floor(exact).astype(np.int64)
    missing = int(np.rint(exact.sum())) - int(whole.sum())
    if missing > 0:
        largest = np.argsort(whole - exact, kind="stable")[:missing]
        whole[largest] += 1
    return whole
