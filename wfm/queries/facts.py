"""The facts as a page opens them: one generation, with the names of its numbers."""

from __future__ import annotations

from datetime import date
from typing import cast

from sqlalchemy import Connection

from wfm.facts.day_sums import forget_day_sums
from wfm.facts.frames import FrameCache, frames_of
from wfm.facts.reader import FactReader
from wfm.facts.shared import forget_shared
from wfm.store.dimensions import all_keys
from wfm.store.manifest import snapshot
from wfm.store.readers.facts import hire_days, newest_build, newest_generation, queue_groups
from wfm.store.store import Store


def open_facts(store: Store) -> FactReader:
    """The facts as they are now; all questions of a page go to one reader, hence to one state.

    What a generation names is read once in a process: it never changes.
    """
    frames = frames_of(store.files.root)
    with store.db.read() as connection:
        groups = queue_groups(connection)
        mark = (store.db.url, newest_generation(connection), newest_build(connection))
        seen = frames.remembered(
            (*mark, tuple(groups.items())), lambda: _reader(store, connection, frames, groups)
        )
    return cast(FactReader, seen)


def _reader(
    store: Store, connection: Connection, frames: FrameCache, groups: dict[str, str]
) -> FactReader:
    builds = frames.builds_of(store.db.url)
    facts = FactReader(
        snapshot(connection, builds), frames, all_keys(connection), groups, lambda: _hired(store)
    )
    alive = frames.lately((*facts.named_files, *facts.marks))
    frames.forget(alive)
    forget_day_sums(alive)
    forget_shared(alive)
    return facts


def _hired(store: Store) -> dict[str, date]:
    with store.db.read() as connection:
        return hire_days(connection)


def generation_of(store: Store) -> int:
    """The newest generation of the facts: a page that shows an older one is out of date."""
    with store.db.read() as connection:
        return newest_generation(connection)
