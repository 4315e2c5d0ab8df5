"""Rows that were quarantined, loaded again once what they lacked has come."""

from __future__ import annotations

import hashlib
import io
from collections import defaultdict
from collections.abc import Sequence

from wfm.domain.clock import Clock, epoch_s
from wfm.ingest.delivery import Identity, LoadReport, commit_outcome
from wfm.ingest.formats import reader_for
from wfm.ingest.options import RejectedFile, options_of
from wfm.store.lookups import Quarantined, read_quarantine
from wfm.store.store import Store
from wfm.store.writers.ingest import tell_reasons

# Rows broken in themselves, or not kept whole: loading them again cannot succeed.
HOPELESS = ("line_too_long", "field_too_long", "nul_byte", "too_few_fields", "too_many_fields")
TRIES = 3


def replay_waiting(
    store: Store, clock: Clock, codes: Sequence[str] = (), row_ids: Sequence[int] = ()
) -> list[LoadReport]:
    """What became of quarantined rows loaded again: those that pass are marked, others stay.

    Replaying twice changes nothing: a row that passed no longer waits. A row that is rejected for
    another reason than before says the new one.
    """
    with store.db.read() as connection:
        waiting = read_quarantine(connection, codes=codes, row_ids=row_ids)
    groups: dict[tuple[str, str, str, bytes], list[Quarantined]] = defaultdict(list)
    for row in waiting:
        if row.code not in HOPELESS:
            groups[row.file_hash, row.format, row.options, row.header or b""].append(row)
    reports = []
    for (_, format, options, header), rows in groups.items():
        report = _replay(store, clock, format, options, header, rows)
        if report is not None:
            reports.append(report)
    return reports


def _replay(
    store: Store, clock: Clock, format: str, options_text: str, header: bytes,
    rows: list[Quarantined],
) -> LoadReport | None:  # fmt: skip
    """The rows of one header tried apart, then those that pass loaded as one delivery."""
    options, now = options_of(options_text), epoch_s(clock.now())
    for _ in range(TRIES):
        digest = hashlib.sha256(b"replay" + b",".join(str(r.row_id).encode() for r in rows))
        name = f"replay of {rows[0].file_name}"[:255]
        identity = Identity(digest.hexdigest(), format, name, options, now)
        head = [header] if header else []
        data = b"\n".join([*head, *(row.raw for row in rows)]) + b"\n"
        read = reader_for(store, identity, again=rows[0].file_hash)
        try:
            outcome = read(io.BytesIO(data), _nobody)
        except RejectedFile:
            return None
        if outcome.lines_in != len(rows) + len(head):
            return None
        if not outcome.bad:
            return commit_outcome(store, outcome, identity, [row.row_id for row in rows])
        still = {place - len(head): bad for place, bad in outcome.bad}
        reasons = {rows[place].row_id: (bad.code, bad.detail) for place, bad in still.items()}
        with store.db.write() as connection:
            tell_reasons(connection, reasons)
        rows = [row for place, row in enumerate(rows) if place not in still]
        if not rows:
            return None
    return None


def _nobody(lines: int) -> None:
    """Progress of a replay, which is short."""
