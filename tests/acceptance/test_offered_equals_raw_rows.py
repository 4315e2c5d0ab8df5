"""Today's offered contacts are the raw rows committed today, also after the worker was killed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from planned_site import Commands, wait_until

from wfm.domain.clock import FixedClock, epoch_s
from wfm.ingest.load import load_files
from wfm.simulator.centre import SOURCE
from wfm.simulator.events import History
from wfm.simulator.events_csv import published_at, write_schedules, write_span
from wfm.simulator.founding import found_centre
from wfm.simulator.standing_csv import write_standing
from wfm.store.store import Store, open_store

TODAY = date(2026, 5, 12)
BEGIN = datetime(2026, 5, 11, tzinfo=UTC)
NOW = datetime(2026, 5, 12, 17, 0, tzinfo=UTC)
# Dublin's day begins at 23:00 UTC, that of Phoenix at 07:00.
MIDNIGHT = {"dublin": datetime(2026, 5, 11, 23, tzinfo=UTC),
            "phoenix": datetime(2026, 5, 12, 7, tzinfo=UTC)}  # fmt: skip


class Fed:
    """A centre whose events are delivered bit by bit to a store that a worker works on."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.seed, self.folder = seed, folder
        self.history = History(found_centre(seed, "small", TODAY))
        self.wfm = Commands(folder / "data", NOW.isoformat())
        url = f"sqlite:///{folder / 'data' / 'muster.sqlite'}"
        self.store: Store = open_store(url, folder / "data")
        centre, end = self.history.centre, epoch_s(NOW)
        self._load(write_standing(folder / "drop", centre))
        first = published_at(TODAY - timedelta(days=TODAY.weekday() + 7))
        self._load(write_schedules(folder / "drop", centre, self.history.roster, first, end))
        self.delivered_until = epoch_s(BEGIN)

    def deliver(self, until: int) -> None:
        """Events up to an instant, as the files of one delivery."""
        span = self.history.span(self.delivered_until, until)
        self._load(write_span(self.folder / "drop", span, f"-{until}"))
        self.delivered_until = until

    def _load(self, files: list[Path]) -> None:
        for report in load_files(self.store, FixedClock(NOW), "csv", files, source_id=SOURCE):
            assert not report.rejected, report
            assert report.quarantined == 0, report

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the database, read past the product."""
        file = self.folder / "data" / "muster.sqlite"
        with closing(sqlite3.connect(file, 30)) as connection, connection:
            return connection.execute(query).fetchall()

    def waiting(self) -> bool:
        """Whether a day up to today was touched since its facts were built."""
        return bool(self.ask(f"select 1 from partition where dirty > 0 and day <= '{TODAY}'"))

    def building(self) -> bool:
        """Whether a worker holds a day to build it."""
        return bool(self.ask("select 1 from partition where lease_owner is not null"))

    def killed_while_building(self, until: int) -> bool:
        """Whether the worker that a delivery woke was killed before it had built the day."""
        with self.wfm.worker() as worker:
            self.deliver(until)
            wait_until(lambda: self.building() or not self.waiting(), "the worker", pause_s=0.01)
            worker.kill()
            worker.wait()
        return self.building()

    def two_minutes_pass(self) -> None:
        """The dead worker's lease runs out."""
        self.ask("update partition set lease_until = lease_until - 120")

    def committed(self) -> dict[str, int]:
        """Contacts of today in the raw files that the manifest names, by site of their queue."""
        names = self.ask("select file from raw_batch where table_name = 'contact_leg' "
                         "and compacted_into is null")  # fmt: skip
        queues = dict(self.ask("select key, ext_id from dim where kind = 'queue'"))
        rows = pl.concat(
            [pl.read_parquet(self.folder / "data" / name) for (name,) in names], how="diagonal"
        )
        # One contact may be told of twice; the newest telling counts.
        rows = rows.unique("event_key").with_columns(
            pl.col("queue").cast(pl.Int64).replace_strict(queues).alias("queue_id")
        )
        counts = {}
        for site, midnight in MIDNIGHT.items():
            low = epoch_s(midnight)
            entered = pl.col("enqueued_at").is_between(low, low + 86_400, closed="left")
            mine = pl.col("queue_id").str.starts_with(site)
            counts[site] = rows.filter(entered & mine).height
        return counts

    def delivered(self) -> dict[str, int]:
        """The same from the CSV files."""
        drop = self.folder / "drop"
        rows = pl.concat([pl.read_csv(f, infer_schema=False) for f in drop.glob("calls*.csv")])
        at = pl.col("enqueued_at").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC")
        return {
            site: rows.filter(
                pl.col("queue_id").str.starts_with(site),
                at.is_between(midnight, midnight + timedelta(days=1), closed="left"),
            ).height
            for site, midnight in MIDNIGHT.items()
        }

    def offered(self) -> dict[str, int]:
        """The figure by site as the command shows it."""
        day = ("--from", str(TODAY), "--to", str(TODAY + timedelta(days=1)))
        found = self.wfm.json("kpi", "query", "--kpi", "contacts_offered", *day, "--by", "site")
        counts = {value["key"]["site"]: int(value["value"]) for value in found}
        return {site: counts[site] for site in MIDNIGHT}


@pytest.fixture
def fed(tmp_path: Path, seed: int) -> Fed:
    return Fed(tmp_path, seed)


def test_no_contact_is_lost_or_counted_twice_when_the_worker_is_killed(fed: Fed) -> None:
    steps = iter(range(epoch_s(NOW) - 8 * 1800, epoch_s(NOW), 1800))
    with fed.wfm.worker():
        fed.deliver(next(steps))
        wait_until(lambda: not fed.waiting(), "facts of the first delivery")
    # A build is short: should one be over before the kill, the next delivery tries again.
    assert any(fed.killed_while_building(next(steps)) for _ in range(5)), f"seed {fed.seed}"
    fed.deliver(next(steps))
    fed.two_minutes_pass()
    with fed.wfm.worker():
        fed.deliver(epoch_s(NOW))
        wait_until(lambda: not fed.waiting(), "facts of all deliveries")
    committed = fed.committed()
    assert min(committed.values()) > 0
    assert committed == fed.delivered(), f"seed {fed.seed}"
    assert fed.offered() == committed, f"seed {fed.seed}"
