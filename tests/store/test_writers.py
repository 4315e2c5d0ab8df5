"""Several processes at one store: writers take turns, readers keep their snapshot."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from killed import ROOT
from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.exc import OperationalError

from wfm.actions.audit import verify_audit
from wfm.actions.sessions import Sessions
from wfm.domain.clock import FixedClock
from wfm.domain.scope import ENTERPRISE
from wfm.facts.query import read_measures
from wfm.facts.reader import FactQuery
from wfm.queries.facts import open_facts
from wfm.queries.organisation import read_organisation
from wfm.store import database
from wfm.store.database import Database
from wfm.store.readers import organisation
from wfm.store.schema import login_failure, raw_batch, store_state
from wfm.store.store import Store
from wfm.store.writers.people import write_skills

NOW = datetime(2026, 10, 14, 6, tzinfo=UTC)


def one_more(connection: Connection) -> None:
    """A number read, thought about, and written back one higher."""
    seen = connection.scalar(select(store_state.c.generation)) or 0
    time.sleep(0.002)
    connection.execute(update(store_state).values(generation=seen + 1))


def generation(db: Database) -> int | None:
    with db.read() as connection:
        return connection.scalar(select(store_state.c.generation))


def test_what_a_writer_read_is_still_true_when_it_writes(used: Store) -> None:
    before = generation(used.db) or 0
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: used.db.retry(one_more), range(40)))
    assert generation(used.db) == before + 40


def test_a_reader_sees_one_instant_however_long_it_reads(used: Store) -> None:
    with used.db.read() as connection:
        seen = [connection.scalar(select(store_state.c.generation))]
        used.db.retry(one_more)
        seen.append(connection.scalar(select(store_state.c.generation)))
    assert seen[0] == seen[1]
    assert generation(used.db) == (seen[0] or 0) + 1


def test_a_writer_waits_its_turn_gives_up_in_time_and_is_let_in_later(
    used: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.2)
    impatient = Database(used.db.url)
    with used.db.write() as connection:
        one_more(connection)
        with pytest.raises(OperationalError, match=r"locked|lock timeout"):
            impatient.retry(one_more, tries=1)
        release = threading.Timer(0.1, connection.commit)
        release.start()
        impatient.retry(one_more)
    impatient.close()


def test_a_connection_cut_by_the_server_costs_a_try_and_not_the_change(
    used: Store, store_url: Callable[..., str], tmp_path: Path
) -> None:
    if used.db.is_sqlite:
        return  # has no server that could cut a connection
    tries = []

    def cut_the_first_time(connection: Connection) -> None:
        tries.append(1)
        one_more(connection)
        if len(tries) == 1:
            pid = connection.scalar(text("SELECT pg_backend_pid()"))
            with Database(used.db.url).engine.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        connection.execute(select(store_state)).all()

    before = generation(used.db) or 0
    used.db.retry(cut_the_first_time)
    assert (len(tries), generation(used.db)) == (2, before + 1)


def test_a_server_that_was_away_for_a_while_costs_the_next_reader_nothing(
    used: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    if used.db.is_sqlite:
        return  # has no server that could be away
    before = generation(used.db)
    with Database(used.db.url).engine.connect() as other:
        statement = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
        other.execute(text(f"{statement} current_database() AND pid <> pg_backend_pid()"))
    monkeypatch.setattr(database, "REST_S", 0)
    assert generation(used.db) == before


HALF = """
import sys
from sqlalchemy import text
from wfm.store.database import Database
from wfm.store.readers import organisation
with Database(sys.argv[1]).write() as connection:
    connection.execute(text("update store_state set generation = 99"))
    connection.execute(text("delete from person"))
    print("half", flush=True)
    sys.stdin.read()
"""


def test_a_process_killed_in_a_transaction_leaves_nothing_of_it_and_no_lock(used: Store) -> None:
    before = generation(used.db)
    process = subprocess.Popen(
        [sys.executable, "-c", HALF, used.db.url], cwd=ROOT, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        os.kill(process.pid, signal.SIGKILL)
    assert generation(used.db) == before
    used.db.retry(one_more)
    with used.db.read() as connection:
        assert connection.scalar(text("select count(*) from person")) == 2


IMPORTER = """
import sys
from datetime import datetime
from pathlib import Path
from wfm.domain.clock import FixedClock
from wfm.ingest.load import load_files
from wfm.store.store import open_store
store = open_store(sys.argv[1], Path(sys.argv[2]))
clock = FixedClock(datetime.fromisoformat(sys.argv[3]))
for path in sorted(Path(sys.argv[4]).glob("calls-*.csv")):
    (report,) = load_files(store, clock, "csv", [path])
    assert (report.loaded, report.quarantined) == (30, 0), report
"""
WORKER = """
import sys, threading
from datetime import datetime
from pathlib import Path
from wfm.domain.clock import FixedClock
from wfm.store.store import open_store
from wfm.worker import loop
loop.FACTS_EVERY_S = loop.COMPACT_EVERY_S = 0.05
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stop.set())).start()
store = open_store(sys.argv[1], Path(sys.argv[2]))
loop.run_worker(store, FixedClock(datetime.fromisoformat(sys.argv[3])), stop)
"""


def calls(folder: Path, number: int) -> None:
    start = datetime(2026, 10, 13, 8, tzinfo=UTC) + timedelta(minutes=number)
    lines = [
        f"n{number}-{i},1,voice,inbound,billing,a1,{start:%Y-%m-%dT%H:%M}:{i:02}Z,"
        f"{start:%Y-%m-%dT%H:%M}:{i + 5:02}Z,{start:%Y-%m-%dT%H:%M}:{i + 25:02}Z,answered,20\n"
        for i in range(30)
    ]
    head = (
        "contact_id,leg_no,channel,direction,queue_id,agent_id,enqueued_at,connected_at,ended_at,"
        "outcome,talk_s\n"
    )
    (folder / f"calls-{number:02}.csv").write_text(head + "".join(lines))


def test_an_import_a_worker_and_web_requests_write_at_once_and_all_of_it_is_there(
    used: Store, tmp_path: Path
) -> None:
    for number in range(12):
        calls(tmp_path, number)
    place = [used.db.url, str(used.files.root), NOW.isoformat()]
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, *place], cwd=ROOT, stdin=subprocess.PIPE
    )
    importer = subprocess.Popen([sys.executable, "-c", IMPORTER, *place, str(tmp_path)], cwd=ROOT)
    sessions, signed_in = Sessions(used, FixedClock(NOW)), 0
    with worker, importer:
        while importer.poll() is None:
            sessions.sign_in("ops", "long enough", "127.0.0.1", "request")
            signed_in += 1
        assert importer.returncode == 0
        deadline = time.monotonic() + 20
        while offered(used) != 360 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert worker.stdin is not None
        worker.stdin.close()
    assert offered(used) == 360
    with used.db.read() as connection:
        live = select(func.sum(raw_batch.c.rows)).where(
            raw_batch.c.table_name == "contact_leg", raw_batch.c.compacted_into.is_(None)
        )
        assert connection.scalar(live) == 360 + 60
        assert connection.scalar(select(func.count()).select_from(login_failure)) == 0
    check = verify_audit(used)
    assert (check.bad_seq, check.lines) == (None, 3 + signed_in)
    assert signed_in >= 3


def offered(store: Store) -> int | None:
    day = NOW.date() - timedelta(days=1)
    query = FactQuery(("offered_n",), day, day + timedelta(days=1))
    return read_measures(open_facts(store), ENTERPRISE, query)["offered_n"].item()


def test_an_organisation_is_kept_until_it_changes_and_not_what_was_undone(used: Store) -> None:
    before = read_organisation(used, ENTERPRISE)
    assert read_organisation(used, ENTERPRISE) is before
    (agent, *_) = before.agents(1 << 40, ENTERPRISE)
    skills = {agent.agent_id: "IN:10"}
    with suppress(RuntimeError), used.db.write() as connection:
        write_skills(connection, agent.valid_from_at + 1, skills)
        inside = organisation.read_organisation(connection, ENTERPRISE)
        assert inside.person_at(agent.agent_id, 1 << 40).skills == (("IN", 10),)
        raise RuntimeError("undone")
    assert read_organisation(used, ENTERPRISE) is before
    with used.db.write() as connection:
        write_skills(connection, agent.valid_from_at + 1, skills)
    after = read_organisation(used, before.scope_of(agent))
    assert after.person_at(agent.agent_id, 1 << 40).skills == (("IN", 10),)
