"""A small simulated centre in a store of its own, which goes on when a test asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from dashboards.frame import Ask, View
from wfm.actions.users import add_user
from wfm.domain.clock import epoch_s
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.facts.rebuild import rebuild_dirty
from wfm.ingest.load import load_files
from wfm.simulator.accounts import demo_accounts
from wfm.simulator.centre import SOURCE
from wfm.simulator.events import History
from wfm.simulator.events_csv import published_at, write_schedules, write_span
from wfm.simulator.founding import found_centre
from wfm.simulator.standing_csv import write_standing
from wfm.store.store import Store, open_store

TODAY = date(2026, 10, 29)
BEGIN = datetime(2026, 10, 28, 0, 0, tzinfo=UTC)
NOW = datetime(2026, 10, 29, 15, 20, tzinfo=UTC)
ONE = Scope("dublin", "T-04", "A-0173")
PEOPLE = {
    "agent": Principal("u-a", "agent", "Leif C.", Role.AGENT, ONE, "A-0173", 1),
    "manager": Principal("u-m", "manager", "Ana M.", Role.MANAGER, Scope("dublin"), None, 1),
    "team": Principal("u-l", "lead", "Lea T.", Role.SUPERVISOR, Scope("dublin", "T-06"), None, 1),
    "desk": Principal("u-d", "desk", "Rafi D.", Role.CONTROL_DESK, Scope(), None, 1),
}
Answered = Callable[[str], tuple[Ask, View]]


class MovingClock:
    """A clock that the test moves."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant


@dataclass
class LiveCentre:
    """The store, its clock, and the events that were delivered, as the centre knows them."""

    store: Store
    folder: Path
    history: History
    clock: MovingClock
    contacts: pl.DataFrame = field(default_factory=pl.DataFrame)

    def deliver(self, first: datetime, end: datetime) -> None:
        """Events known from one instant to another, loaded and built into facts."""
        span = self.history.span(epoch_s(first), epoch_s(end))
        self.contacts = pl.concat([self.contacts, span.contacts], how="diagonal")
        self.clock.instant = end
        files = write_span(self.folder / "drop", span, f"-{epoch_s(end)}")
        self._load(files)

    def _load(self, files: list[Path]) -> None:
        for report in load_files(self.store, self.clock, "csv", files, source_id=SOURCE):
            assert not report.rejected, report
        rebuild_dirty(self.store, self.clock, "test")


def open_live_centre(folder: Path, seed: int = 11) -> LiveCentre:
    """A centre of 96 agents at four sites with one and a half days of events, to 15:20 UTC."""
    data = folder / "data"
    store = open_store(f"sqlite:///{data / 'muster.sqlite'}", data)
    history = History(found_centre(seed, "small", date(2026, 11, 2)))
    centre = LiveCentre(store, folder, history, MovingClock(NOW))
    standing = write_standing(folder / "drop" / "standing", history.centre)
    first = published_at(date(2026, 10, 19))
    plans = write_schedules(
        folder / "drop" / "plans", history.centre, history.roster, first, epoch_s(NOW)
    )
    # Nobody planned the contacts here: no forecast, no requirement.
    told = [path for path in plans if path.stem in ("schedules", "time_off", "measures")]
    centre._load([*standing, *told])
    accounts = demo_accounts(history.centre, history.roster, epoch_s(NOW))
    for user in accounts:
        add_user(store, centre.clock, user, actor="test", actor_role="admin")
    centre.deliver(BEGIN, NOW)
    return centre
