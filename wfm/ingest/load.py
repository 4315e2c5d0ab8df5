"""Files loaded: the public door of this room.

Each file is one delivery. The same bytes again change nothing; rows known already are counted as
duplicates; rows that cannot be used are kept in quarantine with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.progress import Progress, no_progress
from wfm.ingest.columns import KINDS
from wfm.ingest.csv_file import Outcome, Seen
from wfm.ingest.delivery import (
    Identity,
    LoadReport,
    commit_outcome,
    file_hash,
    known_delivery,
    opened,
)
from wfm.ingest.formats import CSV, FORMATS, reader_for
from wfm.ingest.options import ReadOptions, RejectedFile
from wfm.ingest.replay import replay_waiting
from wfm.store.lookups import read_site_zone
from wfm.store.store import Store

TRIES = 3
# What waits in quarantine for each file kind.
HEALS = {
    "org": "unknown_unit", "people": "unknown_agent", "queues": "unknown_queue",
    "activity_codes": "unknown_activity",
}  # fmt: skip


def load_files(
    store: Store,
    clock: Clock,
    format: str,
    paths: Sequence[Path],
    *,
    site: str | None = None,
    timezone: str | None = None,
    source_id: str | None = None,
    progress: Progress | None = None,
    options: ReadOptions | None = None,
) -> tuple[LoadReport, ...]:
    """What became of each file, in the order they were loaded.

    A folder of generic files is loaded in order of dependence: people before their contacts. Rows
    that waited for a person or queue are loaded when it comes, as a report of their own.
    """
    if format not in FORMATS:
        raise BadInput(f"Format {format!r} is not known; formats are {', '.join(FORMATS)}.")
    told = progress or no_progress
    base = options or ReadOptions(source_id or format)
    base = replace(base, source_id=source_id or base.source_id, timezone=timezone or base.timezone)
    if base.timezone is None and site is not None:
        with store.db.read() as connection:
            zone = read_site_zone(connection, site)
        if zone is None:
            raise BadInput(f"Site {site!r} is not known or has no timezone; give --timezone.")
        base = replace(base, timezone=zone)
    reports, healed = [], set[str]()
    files = ordered_files(paths) if format == CSV else ordered_logs(paths)
    for place, (kind, path) in enumerate(files):
        share = _share(told, place, len(files), path.name)
        share("reading", 0.0)
        report = _load_file(store, clock, format, kind, path, base, share)
        reports.append(report)
        if kind in HEALS and report.loaded:
            healed.add(HEALS[kind])
    if healed:
        reports += replay_waiting(store, clock, sorted(healed))
    told("done", 100.0)
    return tuple(reports)


def ordered_files(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """Files with their kinds, folders opened, in order of dependence."""
    found: list[tuple[str, Path]] = []
    for path in paths:
        if path.is_dir():
            inside = [(kind_of(file.name), file) for file in sorted(path.iterdir())]
            known = [(kind, file) for kind, file in inside if kind is not None]
            if not known:
                raise BadInput(f"Folder {path} holds none of our files, such as calls.csv.")
            found += known
            continue
        kind = kind_of(path.name)
        if kind is None:
            raise BadInput(
                f"File {path.name!r} has none of the names {', '.join(f'{k}.csv' for k in KINDS)} "
                f"(.gz, or with a suffix like calls-2026-01.csv)."
            )
        found.append((kind, path))
    return sorted(found, key=lambda pair: (KINDS.index(pair[0]), pair[1].name))


def ordered_logs(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """Logs in order of their first event, folders opened: a rotated file before the newer one."""
    found: list[Path] = []
    for path in paths:
        found += [p for p in sorted(path.iterdir()) if p.is_file()] if path.is_dir() else [path]
    return [("", path) for path in sorted(found, key=_first_event)]


def _first_event(path: Path) -> tuple[int, str]:
    try:
        _, stream = opened(path)
        with stream:
            head = stream.read(1 << 16)
    except (OSError, RejectedFile):
        return 0, path.name  # loading it says what is wrong
    stamps = re.findall(rb"^(\d{9,11})\|", head, re.M)
    return (int(stamps[0]) if stamps else 0), path.name


def kind_of(name: str) -> str | None:
    """The kind a file name tells: `calls-2026-01.csv.gz` is calls."""
    match = re.match(r"^([a-z_]+?)(?:[-_.]?\d[\w.-]*)?\.csv(?:\.gz)?$", name.lower())
    return match[1] if match and match[1] in KINDS else None


def _load_file(
    store: Store, clock: Clock, format: str, kind: str, path: Path, options: ReadOptions,
    progress: Progress,
) -> LoadReport:  # fmt: skip
    name = Path(path.name).name[:255]
    for _ in range(TRIES):
        try:
            identity = Identity(
                file_hash(path), f"{format}:{kind}" if kind else format, name, options,
                epoch_s(clock.now()),
            )  # fmt: skip
            known = known_delivery(store, identity)
            if known is not None:
                return known
            outcome = _read(store, path, identity, progress)
        except RejectedFile as error:
            return _rejected(options.source_id, name, error.code, str(error))
        except OSError as error:
            message = f"{name} cannot be read: {error.strerror or error}. Try again when it can."
            return _rejected(options.source_id, name, "source_vanished", message)
        if outcome is not None:
            progress("committing", 95.0)
            return commit_outcome(store, outcome, identity)
    message = f"{name} changed while it was read, {TRIES} times; deliver it when it is complete."
    return _rejected(options.source_id, name, "changed_while_reading", message)


def _read(store: Store, path: Path, identity: Identity, progress: Progress) -> Outcome | None:
    """The outcome of a file; None when its bytes changed since they were hashed."""
    read = reader_for(store, identity)
    watched, stream = opened(path)
    total = max(1, path.stat().st_size)

    def seen(lines: int) -> None:
        progress("reading", 90.0 * min(1.0, watched.read_bytes / total), lines=lines)

    told: Seen = seen
    with stream:
        outcome = read(stream, told)
        while stream.read(1 << 20):
            pass
        same = watched.digest.hexdigest() == identity.file_hash
    return outcome if same else None


def _rejected(source: str, name: str, code: str, message: str) -> LoadReport:
    return LoadReport(source, name, 0, 0, 0, 0, 0, {code: 1}, (), code, message)


def _share(progress: Progress, place: int, count: int, name: str) -> Progress:
    def told(stage: str, percent: float, **detail: object) -> None:
        progress(f"{stage} {name}", (place * 100.0 + percent) / count, **detail)

    return told
