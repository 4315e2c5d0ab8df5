"""Rejected rows mended and given to be loaded again, each with a line in the audit log."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from wfm.actions.audit import write_audit
from wfm.actions.once import done_before, remember
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput, StaleWrite
from wfm.domain.language import say
from wfm.domain.principal import Principal
from wfm.domain.scope import ENTERPRISE
from wfm.queries.access import authorise
from wfm.queries.rejected import UNREADABLE
from wfm.queries.users import Directory
from wfm.store.schema import quarantine
from wfm.store.store import Store
from wfm.store.writers.jobs import create_job

REPLAY, REPAIR = "ingest.replay", "ingest.repair"
CORRECTED = "corrected"  # the code of a row that waits since somebody corrected it


def replay_rows(
    store: Store, clock: Clock, who: Principal, codes: Sequence[str], reason: str, request_key: str
) -> int:
    """The number of the job that loads all waiting rows of these reasons again."""
    _may(store, who, reason)
    at = epoch_s(clock.now())

    def work(connection: Connection) -> int:
        known = done_before(connection, request_key, REPLAY)
        if known is not None:
            return int(known)
        job_id = _job(connection, who, {"codes": list(codes)}, at)
        write_audit(
            connection, at=at, actor=who.user_key, role=who.role.value, action=REPLAY,
            object=f"job:{job_id}", scope_path="", new={"codes": list(codes)},
            reason=reason.strip(), request_id=request_key,
        )  # fmt: skip
        remember(connection, request_key, REPLAY, job_id, at=at, by=who.user_key)
        return job_id

    return store.db.retry(work)


def repair_row(
    store: Store, clock: Clock, who: Principal, row_id: int, text: str, reason: str,
    request_key: str,
) -> int:  # fmt: skip
    """The number of the job that loads a rejected row as it was corrected.

    The row as received is kept; the corrected one waits in its place under the code `corrected`
    until it is loaded, or rejected for another reason. Refused with `StaleWrite` when somebody else
    was quicker, and with `BadInput` when a sign of it cannot be written as its file was.
    """
    _may(store, who, reason)
    line = text.strip("\r\n")
    if not line.strip() or "\n" in line or "\r" in line:
        raise BadInput(say("A corrected row is one line of text; its header stays as it was."))
    if UNREADABLE in line:
        raise BadInput(
            say(
                "The sign {unreadable} could not be read: write what it should be.",
                unreadable=UNREADABLE,
            )
        )
    at = epoch_s(clock.now())

    def work(connection: Connection) -> int:
        known = done_before(connection, request_key, REPAIR)
        if known is not None:
            return int(known)
        row = connection.execute(select(quarantine).where(quarantine.c.row_id == row_id)).first()
        if row is None:
            raise BadInput(
                say("No rejected row {row_id} is known; open the page again.", row_id=row_id)
            )
        taken = connection.execute(
            update(quarantine)
            .where(quarantine.c.row_id == row_id, quarantine.c.replayed_at.is_(None))
            .values(replayed_at=at)
        )
        if taken.rowcount == 0:
            raise StaleWrite(
                say(
                    "Row {row_id} was corrected or loaded by somebody else meanwhile.",
                    row_id=row_id,
                )
            )
        same = {
            name: value for name, value in row._mapping.items() if name not in ("row_id", "raw")
        }
        same |= {"code": CORRECTED, "detail": f"row {row_id}, {row.code}: {row.detail}"[:500]}
        raw = _bytes(line, str(json.loads(row.options).get("encoding", "utf-8")))
        made = connection.execute(insert(quarantine).values(**same, raw=raw))
        new_id = int(made.inserted_primary_key[0])  # type: ignore[index]
        job_id = _job(connection, who, {"row_ids": [new_id]}, at)
        write_audit(
            connection, at=at, actor=who.user_key, role=who.role.value, action=REPAIR,
            object=f"quarantine:{row_id}", scope_path="",
            old={"raw": row.raw.decode("utf-8", "replace")[:2000]},
            new={"raw": line[:2000], "row": new_id, "job": job_id},
            reason=reason.strip(), request_id=request_key,
        )  # fmt: skip
        remember(connection, request_key, REPAIR, job_id, at=at, by=who.user_key)
        return job_id

    return store.db.retry(work)


def _bytes(line: str, encoding: str) -> bytes:
    try:
        return line.encode(encoding)
    except UnicodeEncodeError as error:
        sign = line[error.start]
        raise BadInput(
            say("The file is {encoding}, which has no sign {sign!r}.", encoding=encoding, sign=sign)
        ) from None


def _may(store: Store, who: Principal, reason: str) -> None:
    authorise(who, "ingest.replay", ENTERPRISE, Directory(store))
    if len(reason.strip()) < 3:
        raise BadInput(say("Loading rows again needs a reason: say what was mended."))


def _job(connection: Connection, who: Principal, parameters: dict[str, object], at: int) -> int:
    return create_job(
        connection, "replay", parameters, author=who.user_key, created_at=at, scope_path=""
    )
