"""The formats that can be read, and how a delivery of each is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from wfm.ingest.csv_file import Outcome, Seen, read_csv_file, sink_for
from wfm.ingest.delivery import Identity, customer_secret
from wfm.ingest.queue_log import FIRST, NO_END, HalfLine, read_queue_log
from wfm.ingest.references import References
from wfm.store.lookups import read_quarantine
from wfm.store.store import Store

CSV = "csv"
QUEUE_LOG = "asterisk-queue-log"
FORMATS = (CSV, QUEUE_LOG)
HALVES_TRIED = 20

Reader = Callable[[BinaryIO, Seen], Outcome]


def reader_for(store: Store, identity: Identity, *, again: str | None = None) -> Reader:
    """How the bytes of a delivery are read.

    `again` is the hash of the file whose rejected rows these are: they keep its place in the order
    of arrival, so that they never replace what came later, and join the shift they belong to.
    """
    format, _, kind = identity.format.partition(":")
    secret, now = customer_secret(store), identity.received_at
    if format == CSV:
        order = (again or identity.file_hash, identity.format)
        references = References(store, identity.options, order)
        sink = sink_for(kind, references, secret, again is not None)
        return lambda stream, seen: read_csv_file(stream, kind, sink, identity.options, now, seen)
    references = References(store, identity.options, (identity.file_hash, identity.format))
    halves = _halves(store, identity)
    return lambda stream, seen: read_queue_log(stream, references, now, secret, seen, halves)


def _halves(store: Store, identity: Identity) -> list[HalfLine]:
    """Half lines at the ends of this source's earlier files, that wait for their other half."""
    with store.db.read() as connection:
        waiting = read_quarantine(connection, details=(FIRST, NO_END))
    mine = [
        row
        for row in waiting
        if row.format == identity.format and row.source_id == identity.options.source_id
    ]
    return [HalfLine(row.row_id, row.raw) for row in mine[-HALVES_TRIED:]]
