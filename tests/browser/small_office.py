"""A site of twelve people with one week published and a draft of it, served as the product is."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "worker"))

from test_draft_edits import told_gate
from test_plan_jobs import WEEK, build_site, job, require
from werkzeug.serving import make_server

from app import create_server
from wfm.actions.users import NewUser, add_user
from wfm.domain.clock import FixedClock
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.settings import Settings
from wfm.store.store import Store, open_store

MONDAY = date(2026, 3, 2)
CLOCK = FixedClock(datetime(2026, 2, 27, 9, 0, tzinfo=UTC))
DRAFT = f"/planning?scope=ny&week={WEEK}&plan=2&on={MONDAY}"
LIVE = f"/planning?scope=ny&week={WEEK}&plan=live&on={MONDAY}"


def open_office(folder: Path) -> Store:
    """Plan 1 published; plan 2 a draft whose simulation falls short; two accounts."""
    store = open_store(f"sqlite:///{folder / 'muster.sqlite'}", folder)
    build_site(store)
    require(store, heads=6)
    for seed in (1, 2):
        assert job(store, CLOCK, "solve", passes=1, seed=seed).state == "done"
    assert job(store, CLOCK, "publish", plan_id=1).state == "done"
    told_gate(store, 2, passed=False, seq=0)
    for new in (
        NewUser("desk", "Dee Desk", Role.CONTROL_DESK, Scope(), demo=True),
        NewUser("agent", "Agent 03", Role.AGENT, Scope("ny", "t1", "a03"), demo=True),
    ):
        add_user(store, CLOCK, new, actor="test", actor_role="admin")
    return store


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of the office's server."""
    holder = make_server("127.0.0.1", 0, lambda *_: [b""], threaded=True)
    settings = Settings(_env_file=None, data_dir=folder, port=holder.server_port, demo=True)  # type: ignore[call-arg]
    holder.app = create_server(settings, clock=CLOCK)
    thread = threading.Thread(target=holder.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{holder.server_port}"
    holder.shutdown()
    thread.join(5)
