"""The past of a demo: delivered newest first, gone on with after a kill, and never doubled."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from wfm.cli.demo_backlog import Kind, backlog_of, read_progress
from wfm.simulator.memory import Memory, write_memory
from wfm.store.schema import delivery, job, raw_batch, shift_version
from wfm.store.store import open_store

BASE_AT = int(datetime(2026, 11, 24, 16, 20, tzinfo=UTC).timestamp())
FIRST_ON = date(2026, 8, 25)


def test_this_week_and_the_last_come_first_then_plans_then_older_days_then_counts() -> None:
    backlog = backlog_of(FIRST_ON, BASE_AT, [date(2026, 8, 17), date(2026, 8, 10)])
    names = [piece.name for piece in backlog.pieces]
    # Tuesday 24 November is Wednesday already in the far east; the night into Monday belongs to it.
    assert names[:4] == ["rest-of-week", "day-2026-11-25", "day-2026-11-24", "day-2026-11-23"]
    assert backlog.newest_on == date(2026, 11, 16)
    assert names[backlog.newest - 1] == "day-2026-11-15"
    assert names[backlog.newest : backlog.newest + 2] == ["week-2026-11-30", "week-2026-12-07"]
    assert names[-3:] == ["day-2026-08-25", "counts-2026-08-17", "counts-2026-08-10"]
    assert (backlog.first_on, backlog.end_on) == (date(2026, 8, 10), date(2026, 11, 26))
    # A day is whole when the one before it is there, whose nights reach into it.
    assert [str(backlog.whole_from(n)) for n in (0, 1, 2, 3, backlog.newest)] == [
        "2026-11-26", "2026-11-26", "2026-11-26", "2026-11-25", "2026-11-16",
    ]  # fmt: skip
    assert str(backlog.whole_from(len(backlog.pieces) - 2)) == "2026-08-25"
    assert backlog.whole_from(len(backlog.pieces)) == backlog.first_on
    with_events = [piece.days[0] for piece in backlog.pieces if piece.kind is Kind.EVENTS]
    assert with_events == [date(2026, 11, 25) - timedelta(days=n) for n in range(93)]
    days = [day for piece in backlog.pieces for day in piece.days]
    assert len(days) == len(set(days))


def _begin(folder: Path) -> subprocess.Popen[bytes]:
    if not folder.exists():
        write_memory(folder, Memory(11, "small", BASE_AT, True, BASE_AT))
    environment = {
        **os.environ, "WFM_DATA_DIR": str(folder), "WFM_DATABASE_URL": "",
        "WFM_NOW": "2026-11-24T16:20:00+00:00",
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "wfm", "demo-history"], cwd=folder, env=environment,
        stdout=subprocess.DEVNULL, stderr=(folder / "log").open("ab"), start_new_session=True,
    )  # fmt: skip


def _kill_after(folder: Path, process: subprocess.Popen[bytes], pieces: int) -> None:
    deadline = time.monotonic() + 60
    while read_progress(folder).pieces < pieces:
        assert process.poll() is None, (folder / "log").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _ledger(folder: Path) -> list[tuple[object, ...]]:
    """Every delivery in order with the rows it brought, and at the end the shifts by version."""
    store = open_store(f"sqlite:///{folder / 'muster.sqlite'}", folder)
    with store.db.read() as connection:
        rows = (
            select(func.sum(raw_batch.c.rows))
            .where(raw_batch.c.delivery_id == delivery.c.delivery_id)
            .scalar_subquery()
        )
        found = connection.execute(
            select(
                delivery.c.file_name, delivery.c.file_hash, delivery.c.lines_in,
                delivery.c.loaded, delivery.c.duplicates, delivery.c.quarantined, rows,
            ).order_by(delivery.c.delivery_id)
        ).all()  # fmt: skip
        shifts = connection.execute(
            select(shift_version.c.shift_on, shift_version.c.seq, func.count())
            .where(shift_version.c.shift_on.between(date(2026, 11, 21), date(2026, 11, 29)))
            .group_by(shift_version.c.shift_on, shift_version.c.seq)
            .order_by(shift_version.c.shift_on, shift_version.c.seq)
        ).all()
        jobs = connection.execute(select(job.c.kind, job.c.state)).all()
    assert jobs == [("history", "running")]
    store.db.close()
    return [*(tuple(row) for row in found[:40]), *(tuple(row) for row in shifts)]


@pytest.mark.slow
def test_a_past_cut_off_by_kill_goes_on_where_it_stood_and_holds_the_same(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    uncut = _begin(whole)
    _kill_after(cut, _begin(cut), pieces=3)
    stood = read_progress(cut)
    assert stood.standing
    assert stood.pieces < 9
    _kill_after(cut, _begin(cut), pieces=9)
    _kill_after(whole, uncut, pieces=9)
    one, other = _ledger(whole), _ledger(cut)
    # Standing data, plans and the days from tomorrow to five days ago; nothing came as duplicate.
    assert [row[0] for row in one[:40]].count("calls.csv") >= 3
    assert not any(row[4] for row in one[:40])
    assert other == one
