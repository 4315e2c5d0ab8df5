"""The year before the first event, as counts of quarter-hours."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from wfm.simulator.centre import Centre
from wfm.simulator.csv_files import timed_frame, write_frame
from wfm.simulator.plan_history import INTERVALS, interval_week
from wfm.simulator.plans import Roster

PAST_WEEKS = 52


def past_mondays(centre: Centre) -> tuple[date, ...]:
    """Mondays of the weeks that are told as counts only, the newest first.

    They end where the events begin, so that no quarter-hour is told twice.
    """
    last = centre.first_monday - timedelta(days=7)
    return tuple(last - timedelta(days=7 * n) for n in range(PAST_WEEKS))


def write_past_week(folder: Path, roster: Roster, monday: date) -> Path:
    """The file of one week's interval counts: offered, answered, waits and handle times."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(interval_week(roster, monday))
    path = folder / f"interval_stats-{monday:%Y%m%d}.csv"
    return write_frame(path, timed_frame(INTERVALS, rows))
