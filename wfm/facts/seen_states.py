"""States of a running day as they were read before, with what came since added to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from wfm.store.files import FileStore
from wfm.store.manifest import Batch
from wfm.store.readers.raw import newest_rows, raw_events


@dataclass
class SeenStates:
    """The rows of one span and of some agents, of the files that were there when last asked.

    A day is judged again with each delivery, which is one small file; all its files took a third of
    the time. Files never change, and rows of the newest version stay the same in whatever order
    they come. What was asked, the files and their rows are one value, so that a thread beside never
    sees the files of one reading with the rows of another.
    """

    _last: tuple[object, frozenset[str], pl.DataFrame] | None = None

    def read(
        self, files: FileStore, batches: Sequence[Batch], start_at: int, end_at: int,
        agents: Sequence[int] | None,
    ) -> pl.DataFrame:  # fmt: skip
        """What `raw_events` gives of these batches; read whole where files went, or agents came."""
        asked = (start_at, end_at, agents if agents is None else tuple(agents))
        names = frozenset(batch.file for batch in batches)
        last = self._last
        if last is None or last[0] != asked or not last[1] <= names:
            rows = raw_events(files, batches, "agent_state", start_at, end_at, agents)
        elif fresh := [batch for batch in batches if batch.file not in last[1]]:
            more = raw_events(files, fresh, "agent_state", start_at, end_at, agents)
            rows = newest_rows(pl.concat([last[2], more]), as_stored=True)
        else:
            rows = last[2]
        self._last = (asked, names, rows)
        return rows
