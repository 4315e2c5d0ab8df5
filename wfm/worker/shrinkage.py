"""Shrinkage of a site ahead: the share of contracted time lost to each reason, with its band."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from forecasting.ratios import DAYS, LEAD, LOOK, RatioForecast, forecast_ratio
from wfm.domain.scope import Scope
from wfm.facts.query import read_measures
from wfm.facts.reader import FactQuery, FactReader

# Measures of lost time with the words people use; planned first. They share one base and add up.
REASONS: Mapping[str, str] = {
    "lost_leave_s": "leave",
    "lost_training_s": "training",
    "lost_meeting_s": "meetings",
    "lost_coaching_s": "coaching",
    "lost_break_s": "paid breaks",
    "lost_project_s": "projects",
    "lost_sick_s": "sickness",
    "lost_noshow_s": "no-show",
    "lost_late_s": "late or gone early",
    "lost_overbreak_s": "long breaks",
    "lost_aux_s": "unscheduled not ready",
    "lost_system_s": "system outage",
}
PAST = timedelta(days=DAYS + LEAD + LOOK)


@dataclass(frozen=True, eq=False)
class Shrinkage:
    """The whole share lost, and that of each reason, as fractions of contracted time.

    The reasons' shares add up to the whole; their quantiles do not.
    """

    total: RatioForecast
    reasons: Mapping[str, RatioForecast]
    days: int  # of the past that it rests on

    def rows(self, days: float = 5.0) -> list[dict[str, object]]:
        """Reasons in percent with P10, P50 and P90 of some days together, largest first."""
        ordered = sorted(self.reasons.items(), key=lambda item: -item[1].level)
        return [_row(REASONS[name], one, days) for name, one in ordered if one.level > 0] + [
            _row("total", self.total, days)
        ]


def forecast_shrinkage(facts: FactReader, scope: Scope, today: date) -> Shrinkage | None:
    """What is lost to expect from today on; None where no contracted time is known."""
    names = ("contracted_s", *REASONS)
    first = today - PAST
    rows = read_measures(facts, scope, FactQuery(names, first, today, ("day",)))
    count = PAST.days
    sums = {name: np.full(count, np.nan) for name in names}
    for row in rows.iter_rows(named=True):
        at = (row["day"] - first).days
        for name in names:
            if row[name] is not None:
                sums[name][at] = float(row[name])
    weekdays = np.array([(first + timedelta(days=i)).weekday() for i in range(count)])
    told = {name: sums[name] for name in REASONS if np.isfinite(sums[name]).any()}
    if not told:
        return None
    together = np.sum(list(told.values()), axis=0)
    # A reason that no feed tells on a day is not known to be 0 there: the day tells none of them.
    base = np.where(np.isfinite(together), sums["contracted_s"], np.nan)
    total = forecast_ratio(together, base, weekdays)
    if total is None:
        return None
    found = {
        name: one
        for name, values in told.items()
        if (one := forecast_ratio(values, base, weekdays)) is not None
    }
    return Shrinkage(total, found, int((np.isfinite(base) & (base > 0)).sum()))


def _row(name: str, one: RatioForecast, days: float) -> dict[str, object]:
    levels = {
        f"p{level}": round(100 * one.quantile(level / 100, days), 2) for level in (10, 50, 90)
    }
    return {"reason": name, "percent": round(100 * one.level, 2), **levels}
