"""Many small batches of a live day merged into one, so that reading the day stays quick."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import polars as pl
from sqlalchemy import Connection

from wfm.domain.errors import StaleWrite
from wfm.store.lookups import LiveBatch, small_batches
from wfm.store.store import Store
from wfm.store.writers.ingest import replace_batches

SMALL_ROWS = 50_000
WORTH = 8  # fewer small files than this are left alone
# Files are merged within a quarter of the day: a growing one is not written anew all day long, and
# the afternoon's does not look like news of the night, which would build yesterday again.
BLOCK_S = 6 * 3600
SORTED_BY = {
    "contact_leg": "enqueued_at", "agent_state": "start_at", "interval_stats": "start_at",
    "queue_log_line": "at", "measure_day": "day",
}  # fmt: skip


def compact_batches(store: Store, day: date, worth: int = WORTH) -> int:
    """How many small batches of a day were merged; the rows are the same, no day becomes dirty.

    Of each source's batches of a table and a quarter of the day one is left. Two workers at once:
    the second changes nothing. Old files stay until no reader can still hold them.
    """
    with store.db.read() as connection:
        batches = small_batches(connection, day, SMALL_ROWS)
    groups: dict[tuple[str, str, int], list[LiveBatch]] = defaultdict(list)
    for batch in batches:
        if batch.table in SORTED_BY:
            block = batch.first_at // BLOCK_S
            groups[batch.table, batch.source_id, block].append(batch)
    merged = 0
    for (table, _, _), members in groups.items():
        if len(members) >= worth and _merge(store, table, members):
            merged += len(members)
    return merged


def _merge(store: Store, table: str, members: list[LiveBatch]) -> bool:
    frame = pl.concat([pl.read_parquet(store.files.path(batch.file)) for batch in members])
    frame = frame.unique(("event_key", "payload_hash", "seq"), keep="first", maintain_order=True)
    frame = frame.sort(SORTED_BY[table], "event_key", "seq", nulls_last=True)
    stored = store.files.write_frame(frame, f"raw/{table}")

    def write(connection: Connection) -> None:
        replace_batches(connection, members, stored)

    try:
        store.db.retry(write)
    except StaleWrite:
        return False
    return True
