"""The past of a unit's queues, from the facts: contacts offered, and how long they took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from forecasting.ratios import forecast_ratio
from forecasting.series import Floats, History
from wfm.domain.errors import BadInput
from wfm.domain.language import say
from wfm.domain.organisation import Organisation, Queue
from wfm.domain.scope import ENTERPRISE
from wfm.facts.query import read_measures
from wfm.facts.reader import FactQuery, FactReader

YEARS = 3
SLOTS = 96
TALK_ONLY = "handle time is talk only: hold and after-contact work are not known"
BY = ("queue", "day", "slot")


@dataclass(frozen=True, eq=False)
class QueuePast:
    """A queue with its history; `label` says what its handle time lacks, "" when nothing."""

    queue: Queue
    history: History | None
    label: str


def site_zone(organisation: Organisation, unit: str) -> str:
    """The zone of the site to plan; `BadInput` when the unit is no site."""
    level = organisation.unit(unit).level
    if level != "site":
        names = ", ".join(site.org_id for site in organisation.sites)
        raise BadInput(
            say("{unit!r} is a {level}; plan a site: {names}.", unit=unit, level=level, names=names)
        )
    return organisation.zone(unit)


def unit_queues(organisation: Organisation, unit: str, at: int) -> tuple[Queue, ...]:
    """The queues planned with a site: its own, and the shared ones when there is no other site."""
    alone = len(organisation.sites) == 1
    ids = dict.fromkeys(queue.queue_id for queue in organisation.queues)
    found = [organisation.queue_at(queue_id, at) for queue_id in ids]
    mine = [
        queue
        for queue in found
        if queue is not None and (queue.site_id == unit or (queue.site_id is None and alone))
    ]
    if not mine:
        raise BadInput(
            say("Site {unit!r} has no queue; give it some in queues.csv (site_id).", unit=unit)
        )
    return tuple(sorted(mine, key=lambda queue: queue.queue_id))


def queue_pasts(facts: FactReader, queues: Sequence[Queue], origin: date) -> list[QueuePast]:
    """The history of each queue before `origin`, at most three years of it.

    A day on which no queue of the unit was offered anything is a day without data. On the others
    an interval without a row is 0 from the queue's first contact on.
    """
    first = origin - timedelta(days=366 * YEARS)
    ids = tuple(queue.queue_id for queue in queues)
    offered = _facts(facts, ("offered_n",), first, origin, ids).filter(
        pl.col("offered_n").is_not_null()
    )
    handled = _facts(facts, ("handled_n", "talk_s", "hold_s", "acw_s"), first, origin, ids)
    loaded = sorted(offered.filter(pl.col("offered_n") > 0)["day"].unique())
    return [_past(queue, offered, handled, loaded, origin) for queue in queues]


@dataclass(frozen=True)
class Patience:
    """Mean patience in seconds with P10 and P90 of a day's, None where too few hung up; `gone` did.

    `seconds` of a queue that serves many is well known, and its days may yet differ.
    """

    seconds: float | None
    p10: float | None
    p90: float | None
    gone: int


def patience(
    facts: FactReader, queues: Sequence[Queue], origin: date, days: int, least: int
) -> Patience:
    """The patience to expect, from all waiting over the number that hung up, later days first.

    2,000 s waited and 10 gone are 200 s. None known under `least` gone in so many days.
    """
    ids = tuple(queue.queue_id for queue in queues)
    names, first = ("wait_ans_s", "wait_aband_s", "aband_n"), origin - timedelta(days=days)
    rows = read_measures(facts, ENTERPRISE, FactQuery(names, first, origin, ("day",), queues=ids))
    waited, gone = np.full((2, days), np.nan)
    for row in rows.iter_rows(named=True):
        at = (row["day"] - first).days
        gone[at] = row["aband_n"] or 0
        waited[at] = (row["wait_ans_s"] or 0) + (row["wait_aband_s"] or 0)
    count = int(np.nansum(gone))
    # On a day on which nobody hung up those who waited still say that patience is long: it counts
    # with the days around it.
    weekdays = np.array([(first + timedelta(days=i)).weekday() for i in range(days)])
    found = forecast_ratio(*_joined(waited, gone), weekdays) if count >= least else None
    if found is None or found.level <= 0:
        return Patience(None, None, None, count)
    low, high = (found.quantile(level) for level in (0.1, 0.9))
    return Patience(found.level, low, high, count)


def _joined(waited: Floats, gone: Floats) -> tuple[Floats, Floats]:
    """Waiting of days without a single abandon moved to the next day that has one."""
    waited, gone = waited.copy(), gone.copy()
    held = 0.0
    for at in np.flatnonzero(np.isfinite(gone)):
        if gone[at] > 0:
            waited[at], held = waited[at] + held, 0.0
        else:
            held += waited[at]
    if held and (gone > 0).any():
        waited[np.flatnonzero(gone > 0)[-1]] += held
    return waited, gone


def _facts(
    facts: FactReader, names: tuple[str, ...], first: date, end: date, ids: tuple[str, ...]
) -> pl.DataFrame:
    return read_measures(facts, ENTERPRISE, FactQuery(names, first, end, by=BY, queues=ids))


def _past(
    queue: Queue, offered: pl.DataFrame, handled: pl.DataFrame, loaded: list[date], origin: date
) -> QueuePast:
    mine = offered.filter(pl.col("queue") == queue.queue_id)
    begun = mine.filter(pl.col("offered_n") > 0)["day"].min()
    if not isinstance(begun, date):
        return QueuePast(queue, None, "")
    days = (origin - begun).days
    matrix = np.full((days, SLOTS), np.nan)
    for day in loaded:
        if day >= begun:
            matrix[(day - begun).days] = 0.0
    _fill(matrix, mine, begun, ("offered_n",))
    work = handled.filter(pl.col("queue") == queue.queue_id, pl.col("day") >= begun)
    counts, seconds = np.full((2, days, SLOTS), np.nan)
    _fill(counts, work, begun, ("handled_n",))
    _fill(seconds, work, begun, ("talk_s", "hold_s", "acw_s"))
    parts_known = any(work[name].is_not_null().any() for name in ("hold_s", "acw_s"))
    label = "" if parts_known or work.is_empty() else TALK_ONLY
    return QueuePast(queue, History(begun, 15, matrix, counts, seconds), label)


def _fill(matrix: Floats, rows: pl.DataFrame, first: date, names: Sequence[str]) -> None:
    parts = [pl.col(name).cast(pl.Float64) for name in names]
    known = pl.any_horizontal([part.is_not_null() for part in parts])
    total = rows.filter(known).select("day", "slot", pl.sum_horizontal(parts).alias("v"))
    day = np.array([(d - first).days for d in total["day"]], dtype=np.int64)
    matrix[day, total["slot"].cast(pl.Int64).to_numpy()] = total["v"].to_numpy()
