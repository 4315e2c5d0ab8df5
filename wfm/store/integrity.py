"""Whether the files that the manifest calls live are there, and are what was written."""

from __future__ import annotations

from wfm.store.backup import hash_of, live_files
from wfm.store.store import Store

NEWEST = 32


def faulty_files(store: Store, *, all_of_them: bool = False) -> tuple[tuple[str, str], ...]:
    """Live files that are missing, unreadable or changed: (path, what is wrong), by path.

    Every file is looked for; the bytes of the 32 newest are read and held against their hash, or
    with `all_of_them` those of every file.
    """
    with store.db.read() as connection:
        live = dict(live_files(connection))
    there = {name: store.files.path(name) for name in live if store.files.path(name).is_file()}
    found = {name: "is missing" for name in live if name not in there}
    newest = sorted(there, key=lambda name: (there[name].stat().st_mtime, name), reverse=True)
    for name in newest if all_of_them else newest[:NEWEST]:
        try:
            if hash_of(there[name]) != live[name]:
                found[name] = "is damaged"
        except OSError as error:
            found[name] = f"cannot be read ({error.strerror})"
    return tuple(sorted(found.items()))
