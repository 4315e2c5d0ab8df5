"""Rejected rows as a person mends them: by their columns, and as one line of text."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from wfm.domain.scope import Scope
from wfm.queries.health import read_quarantine
from wfm.store.lookups import Quarantined
from wfm.store.store import Store

# Rows whose bytes were not kept whole: only their source can mend them.
CUT = ("line_too_long", "field_too_long")
UNREADABLE = "\ufffd"


@dataclass(frozen=True)
class Rejected:
    """A rejected row: where it stood, why it was rejected, and its text in the file's notation."""

    row_id: int
    file_name: str
    line: int
    code: str
    detail: str
    text: str
    columns: tuple[str, ...]
    fields: tuple[str, ...]
    delimiter: str
    received_at: int

    @property
    def whole(self) -> bool:
        """Whether all its bytes were kept."""
        return self.code not in CUT

    @property
    def named(self) -> tuple[str, ...]:
        """The columns that the reason names, when the row has a field for every column."""
        if len(self.columns) != len(self.fields):
            return ()
        words = set(re.findall(r"\w+", self.detail))
        return tuple(column for column in self.columns if column in words)

    def corrected(self, values: Mapping[str, str]) -> str:
        """The row as one line, some of its columns with other values: queue_id to "billing"."""
        fields = [
            values.get(column, field)
            for column, field in zip(self.columns, self.fields, strict=True)
        ]
        line = io.StringIO()
        csv.writer(line, delimiter=self.delimiter, lineterminator="").writerow(fields)
        return line.getvalue()


def read_rejected(
    store: Store, scope: Scope, row_ids: tuple[int, ...] = (), limit: int = 20
) -> tuple[Rejected, ...]:
    """Rows that wait, oldest first, or those asked for, also when they wait no longer."""
    rows = read_quarantine(
        store, scope, row_ids=row_ids, waiting=not row_ids, limit=limit
    )  # fmt: skip
    return tuple(_of(row) for row in rows)


def _of(row: Quarantined) -> Rejected:
    options = json.loads(row.options)
    encoding, delimiter = options.get("encoding", "utf-8"), options.get("delimiter", ",")
    text = row.raw.decode(encoding, "replace").strip("\r\n").replace("\0", UNREADABLE)
    header = (row.header or b"").decode(encoding, "replace").strip("\r\n\ufeff")
    columns = tuple(name.strip().lower() for name in _split(header, delimiter))
    fields = _split(text, delimiter) if columns else ()
    return Rejected(
        row.row_id, row.file_name, row.line, row.code, row.detail, text, columns, fields,
        delimiter, row.received_at,
    )  # fmt: skip


def _split(line: str, delimiter: str) -> tuple[str, ...]:
    if not line:
        return ()
    try:
        return tuple(next(csv.reader([line], delimiter=delimiter)))
    except (csv.Error, StopIteration):
        return ()
