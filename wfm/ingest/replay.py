"""Rows that were quarantined, loaded again once what they lacked has come."""

from __future__ import annotations

import hashlib
import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from wfm.domain.clock import Clock, epoch_s
from wfm.ingest.csv_file import read_csv_file, sink_for
from wfm.ingest.delivery import Identity, LoadReport, commit_outcome, customer_secret
from wfm.ingest.options import RejectedFile, options_of
from wfm.ingest.references import References
from wfm.store.readers.ingest import Quarantined, read_quarantine
from wfm.store.store import Store

# Rows broken in themselves, or not kept whole: loading them again cannot succeed.
HOPELESS = ("line_too_long", "field_too_long", "nul_byte", "too_few_fields", "too_many_fields")


def replay_waiting(
    store: Store, clock: Clock, codes: Sequence[str] = (), row_ids: Sequence[int] = ()
) -> list[LoadReport]:
    """What became of quarantined rows loaded again: those that pass are marked, others stay.

    Replaying twice changes nothing: a row that passed no longer waits.
    """
    with store.db.read() as connection:
        waiting = read_quarantine(connection, codes=codes, row_ids=row_ids)
    groups: dict[tuple[str, str, bytes], list[Quarantined]] = defaultdict(list)
    for row in waiting:
        if row.code not in HOPELESS and row.format.startswith("csv:"):
            groups[row.format, row.options, row.header or b""].append(row)
    reports = []
    for (format, options, header), rows in groups.items():
        report = _replay(store, clock, format, options, header, rows)
        if report is not None:
            reports.append(report)
    return reports


def _replay(
    store: Store, clock: Clock, format: str, options_text: str, header: bytes,
    rows: list[Quarantined],
) -> LoadReport | None:  # fmt: skip
    """The rows of one header tried apart, then those that pass loaded as one delivery."""
    kind, options = format.partition(":")[2], options_of(options_text)
    now = epoch_s(clock.now())
    for _ in range(2):
        digest = hashlib.sha256(b"replay" + b",".join(str(r.row_id).encode() for r in rows))
        name = f"replay of {rows[0].file_name}"[:255]
        identity = Identity(digest.hexdigest(), format, name, options, now)
        references = References(store, options, (identity.file_hash, format))
        sink = sink_for(kind, references, customer_secret(store), merge=True)
        data = b"\n".join([header, *(row.raw for row in rows)]) + b"\n"
        try:
            outcome = read_csv_file(
                io.BytesIO(data), kind, sink, replace(options), now, lambda lines: None
            )
        except RejectedFile:
            return None
        if outcome.lines_in != len(rows) + 1:
            return None
        if not outcome.bad:
            return commit_outcome(store, outcome, identity, [row.row_id for row in rows])
        still = {place - 1 for place, _ in outcome.bad}
        rows = [row for place, row in enumerate(rows) if place not in still]
        if not rows:
            return None
    return None
