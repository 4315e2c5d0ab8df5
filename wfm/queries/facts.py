"""The facts as a page opens them: one generation, with the names of its numbers."""

from __future__ import annotations

from wfm.facts.frames import frames_of
from wfm.facts.query import FactReader
from wfm.store.dimensions import KINDS, known_keys
from wfm.store.manifest import snapshot
from wfm.store.readers.facts import newest_generation, queue_groups
from wfm.store.store import Store


def open_facts(store: Store) -> FactReader:
    """The facts as they are now; all questions of a page go to one reader, hence to one state."""
    with store.db.read() as connection:
        seen = snapshot(connection)
        keys = {kind: known_keys(connection, kind) for kind in KINDS}
        return FactReader(seen, frames_of(store.files.root), keys, queue_groups(connection))


def generation_of(store: Store) -> int:
    """The newest generation of the facts: a page that shows an older one is out of date."""
    with store.db.read() as connection:
        return newest_generation(connection)
