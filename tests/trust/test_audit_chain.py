"""The audit log: written with the change, refused to change, and any tampering shows."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from small_centre import NOON, Centre, login_of, sign_in
from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from wfm.actions.audit import note_head, verify_audit, write_audit
from wfm.actions.users import set_disabled
from wfm.domain.clock import FixedClock
from wfm.domain.roles import Role
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.queries.audit import read_audit
from wfm.store.schema import audit, audit_reason
from wfm.store.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path, store_url: Callable[..., str]) -> Store:
    opened = open_store(store_url(tmp_path), tmp_path)
    with opened.db.write() as connection:
        for number in range(1, 6):
            write_audit(
                connection, at=1_790_000_000 + number, actor="u1", role="manager",
                action="target.write", object=f"target:{number}", scope_path="dublin",
                old=94.0, new={"value": 95.0}, reason="agreed in May",
            )  # fmt: skip
    return opened


def test_a_whole_chain_holds(store: Store) -> None:
    check = verify_audit(store)
    assert (check.lines, check.bad_seq, check.fault) == (5, None, "")


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET actor = 'x' WHERE seq = 2", "DELETE FROM audit WHERE seq = 2"]
)
def test_the_database_refuses_to_change_a_line(store: Store, statement: str) -> None:
    with pytest.raises(DatabaseError, match="only ever added to"), store.db.write() as connection:
        connection.execute(text(statement))
    assert verify_audit(store).bad_seq is None


def test_postgresql_refuses_to_empty_the_log_at_one_stroke(store: Store) -> None:
    if store.db.is_sqlite:
        return  # has no TRUNCATE
    with pytest.raises(DatabaseError, match="only ever added to"), store.db.write() as connection:
        connection.execute(text("TRUNCATE audit"))


def open_the_lock(connection: Connection) -> None:
    """What somebody with the database's own rights would do first."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
    else:
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("DROP TRIGGER audit_no_delete"))


def edit(connection: Connection) -> None:
    connection.execute(update(audit).where(audit.c.seq == 3).values(new="96.0"))


def remove(connection: Connection) -> None:
    connection.execute(delete(audit).where(audit.c.seq == 3))


def swap(connection: Connection) -> None:
    for old, new in ((3, 99), (4, 3), (99, 4)):
        connection.execute(update(audit).where(audit.c.seq == old).values(seq=new))


def insert_one(connection: Connection) -> None:
    row = connection.execute(select(audit).where(audit.c.seq == 3)).one()
    for old in (5, 4, 3):
        connection.execute(update(audit).where(audit.c.seq == old).values(seq=old + 1))
    connection.execute(insert(audit), {**row._mapping, "seq": 3, "actor": "u2"})


def reword(connection: Connection) -> None:
    connection.execute(
        update(audit_reason).where(audit_reason.c.seq == 3).values(reason="agreed in June")
    )


@pytest.mark.parametrize(
    ("tamper", "bad_seq"), [(edit, 3), (remove, 3), (swap, 3), (insert_one, 3), (reword, 3)]
)
def test_tampering_is_found_at_its_line(
    store: Store, tamper: Callable[[Connection], None], bad_seq: int
) -> None:
    with store.db.write() as connection:
        open_the_lock(connection)
        tamper(connection)
    check = verify_audit(store)
    assert check.bad_seq == bad_seq
    assert check.fault


def test_a_cut_end_shows_against_the_head_noted_outside(store: Store) -> None:
    assert note_head(store, FixedClock(NOON))
    assert not note_head(store, FixedClock(NOON))  # nothing new
    with store.db.write() as connection:
        open_the_lock(connection)
        connection.execute(delete(audit).where(audit.c.seq >= 4))
    check = verify_audit(store)
    assert (check.lines, check.bad_seq) == (3, 5)


def test_an_erased_reason_leaves_the_chain_whole(store: Store) -> None:
    with store.db.write() as connection:
        connection.execute(delete(audit_reason).where(audit_reason.c.seq == 2))
    assert verify_audit(store).bad_seq is None
    assert read_audit(store, ENTERPRISE)[3].reason is None


def test_lines_are_read_by_scope_newest_first(store: Store) -> None:
    assert [line.seq for line in read_audit(store, Scope("dublin"), limit=2)] == [5, 4]
    assert read_audit(store, Scope("lyon")) == ()


def test_a_change_that_fails_leaves_no_line(store: Store) -> None:
    def fail_after_writing() -> None:
        with store.db.write() as connection:
            write_audit(connection, at=1, actor="u", role="", action="x", object="y", scope_path="")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_writing()
    assert verify_audit(store).lines == 5


def test_sign_ins_failures_exports_and_rights_are_recorded(fresh: Centre) -> None:
    client = fresh.client(Role.AGENT)
    sign_in(fresh.client(), login_of(Role.AGENT), "wrong words")
    sign_in(fresh.client(), "nobody", "wrong words")
    assert client.get("/export/agent.csv").status_code == 200
    set_disabled(
        fresh.store, FixedClock(NOON), login_of(Role.AGENT), True, actor="a", actor_role="admin",
        reason="left",
    )  # fmt: skip
    newest = read_audit(fresh.store, ENTERPRISE, limit=5)
    assert [(line.action, line.scope_path) for line in newest] == [
        ("user.disable", "dublin/d1/d1-a"),
        ("export", "dublin/d1/d1-a"),
        ("login.failure", ""),
        ("login.failure", "dublin/d1/d1-a"),
        ("login", "dublin/d1/d1-a"),
    ]
    assert "Person" not in str(newest)  # keys only
    assert verify_audit(fresh.store).bad_seq is None


def test_writers_at_once_make_one_chain(store: Store) -> None:
    def write(connection: Connection) -> None:
        write_audit(connection, at=1, actor="u", role="", action="x", object="y", scope_path="")

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(store.db.retry, write) for _ in range(40)]:
            done.result()
    check = verify_audit(store)
    assert (check.lines, check.bad_seq) == (45, None)
