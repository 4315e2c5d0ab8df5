"""A simulated centre as files, loaded through the door that everybody's files come in by."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from wfm.actions.users import add_user
from wfm.domain.clock import FixedClock, epoch_s
from wfm.facts.rebuild import rebuild_dirty
from wfm.ingest.load import load_files
from wfm.settings import Settings
from wfm.simulator.accounts import demo_accounts
from wfm.simulator.centre import SOURCE
from wfm.simulator.events import History
from wfm.simulator.events_csv import published_at, write_schedules, write_span
from wfm.simulator.founding import found_centre
from wfm.simulator.standing_csv import write_standing
from wfm.store.store import Store, open_store

DAYS = 8  # of events: this week and something before it


@dataclass(frozen=True)
class RawCentre:
    """A loaded centre: its store, the folder of its raw files, and the instant that is now."""

    seed: int
    files: Path
    settings: Settings
    store: Store
    clock: FixedClock

    @property
    def now_at(self) -> int:
        """Now in UTC seconds."""
        return epoch_s(self.clock.instant)


def instant_of(seed: int) -> datetime:
    """A moment of 2026 at which both sites are open, away from the edges of a quarter-hour."""
    rng = random.Random(seed)
    day = date(2026, 1, 20) + timedelta(days=rng.randrange(330))
    quarter = rng.randrange(61, 71)  # 15:15 to 17:45 UTC
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return at + timedelta(seconds=quarter * 900 + rng.randrange(300, 900))


def open_raw_centre(folder: Path, seed: int) -> RawCentre:
    """A centre of 24 agents at two sites: written as CSV files, imported, and built into facts."""
    now = instant_of(seed)
    clock, end = FixedClock(now), epoch_s(now)
    settings = Settings(_env_file=None, data_dir=folder / "data", demo=True)  # type: ignore[call-arg]
    store = open_store(settings.url, settings.data_dir)
    history = History(found_centre(seed, "small", now.date()))
    files = folder / "files"
    first = published_at(now.date() - timedelta(days=now.weekday() + 14))
    load(store, clock, write_standing(files, history.centre))
    load(store, clock, write_schedules(files, history.centre, history.roster, first, end))
    load(store, clock, write_span(files, history.span(end - DAYS * 86_400, end)))
    for account in demo_accounts(history.centre, history.roster, end):
        add_user(store, clock, account, actor="test", actor_role="admin")
    rebuild_dirty(store, clock, "test")
    return RawCentre(seed, files, settings, store, clock)


def load(store: Store, clock: FixedClock, paths: list[Path]) -> None:
    """Files imported; each row of them must fit."""
    for report in load_files(store, clock, "csv", paths, source_id=SOURCE):
        assert not report.rejected, report
        assert report.quarantined == 0, report
