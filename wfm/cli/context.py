"""What every command works with: settings, store and clock, opened once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC

from sqlalchemy import func, select

from wfm.domain.clock import Clock, FixedClock, SystemClock, instant_at, running_clock
from wfm.settings import Settings
from wfm.store.schema import raw_batch
from wfm.store.store import Store, open_store


@dataclass(frozen=True)
class Context:
    """Settings, store and the one clock of a command."""

    settings: Settings
    store: Store
    clock: Clock


def open_context(settings: Settings | None = None) -> Context:
    """The context of this process; with an empty data folder the database is created."""
    settings = settings or Settings()
    store = open_store(settings.url, settings.data_dir, follow=settings.demo)
    return Context(settings, store, clock_of(settings, store))


def clock_of(settings: Settings, store: Store) -> Clock:
    """The clock WFM_NOW asks for: the system's, the data's last instant, a fixed or running one."""
    running = running_clock(settings.now)
    if running is not None:
        return running
    fixed = settings.fixed_now()
    if fixed is not None:
        return FixedClock(fixed if fixed.tzinfo else fixed.replace(tzinfo=UTC))
    if settings.now == "data":
        with store.db.read() as connection:
            last = connection.scalar(
                select(func.max(raw_batch.c.last_at)).where(
                    raw_batch.c.table_name.in_(("contact_leg", "agent_state", "interval_stats"))
                )
            )
        if last is not None:
            return FixedClock(instant_at(last))
    return SystemClock()
