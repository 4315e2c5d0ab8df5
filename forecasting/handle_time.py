"""Handle time by time of day, drawn towards the day's mean where contacts are few (FC-13)."""

from __future__ import annotations

import numpy as np

from forecasting.series import Floats, History

DAYS = 28
PRIOR_CONTACTS = 100.0


def handle_time(history: History) -> Floats | None:
    """Seconds a contact in each interval of the day; None when no feed tells handle seconds.

    An interval with 300 contacts of 200 s where the mean is 180 s: (60,000 + 18,000) / 400 = 195 s.
    Of the last 28 known days; handle time is booked in the interval in which the contact ends.
    """
    if history.handled is None or history.handle_s is None:
        return None
    known = np.flatnonzero((~np.isnan(history.handled)).any(axis=1))[-DAYS:]
    contacts = np.nansum(history.handled[known], axis=0)
    seconds = np.nansum(history.handle_s[known], axis=0)
    if contacts.sum() <= 0 or seconds.sum() <= 0:
        return None
    mean = seconds.sum() / contacts.sum()
    return np.asarray(
        (seconds + PRIOR_CONTACTS * mean) / (contacts + PRIOR_CONTACTS), dtype=np.float64
    )
