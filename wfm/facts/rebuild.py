"""Days rebuilt when something touched them, and dead files collected."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
from sqlalchemy import Connection

from wfm.domain.clock import Clock, epoch_s
from wfm.domain.grid import day_start
from wfm.domain.progress import Progress, no_progress
from wfm.domain.scope import ENTERPRISE
from wfm.facts.build import THREADS, build_day
from wfm.facts.inputs import CODE_VERSION, DAY, read_inputs, register_dimensions
from wfm.facts.rules import FactRules
from wfm.store.builds import (
    Built,
    Claim,
    LiveDay,
    claim_day,
    files_of_build,
    live_days,
    named_files,
    release_day,
    swap_build,
    unread_before,
)
from wfm.store.database import Database
from wfm.store.files import FileStore, StoredFile
from wfm.store.readers.organisation import read_organisation
from wfm.store.readers.schedules import read_shift_history
from wfm.store.store import Store

FOLDER = "facts"
STALE_S = 60  # the running day goes on without events: open states grow, breaks begin
CLOSED_AFTER_S = 86_400
ENDS_LATEST_S = 12 * 3600  # a local day ends up to 12 h after the UTC day
GARBAGE_AGE_S = 3600
# What a shift did is told to the end some time after it: a contact or a pause that outlasts it.
TOLD_AFTER_S = 2 * 3600
EVENTS = ("agent_state", "contact_leg")


@dataclass(frozen=True)
class BuildJob:
    """What a building process needs: where the store is, the day, and the as-of time."""

    url: str
    data_dir: Path
    day: date
    as_of_at: int
    rules: FactRules
    known_hash: str | None


def rebuild_dirty(
    store: Store,
    clock: Clock,
    owner: str,
    *,
    newest_first: bool = True,
    limit: int | None = None,
    wanted: Callable[[LiveDay], bool] | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    rules: FactRules | None = None,
) -> int:
    """How many days were looked at and made current: touched ones, and those time has moved on.

    Newest first, so that today shows before last month; with `wanted` only days of which it is
    true. A chosen day also renews the day before while a shift over the midnight between may have
    changed. With an executor several days are built at once; a day that another owner holds is
    left to him.
    """
    now, rules, tell = epoch_s(clock.now()), rules or FactRules(), progress or no_progress
    with store.db.read() as connection:
        known = live_days(connection)
        waiting = _waiting([day for day in known if wanted is None or wanted(day)], now)
        if newest_first:
            waiting.sort(key=lambda day: (day > _today(now) + DAY, abs(day - _today(now))))
        days = waiting[:limit]
        days += _days_before(connection, known, days, waiting)
    if not days:
        return 0
    _register(store)
    done, failed = 0, []
    for claim, finish in _builds(store, days, owner, now, rules, executor):
        try:
            _commit(store, claim, finish(), now)
        except Exception as error:
            # One day that cannot be built must not keep the others from the screen.
            failed.append(error)
            with store.db.write() as connection:
                release_day(connection, claim, clean=False)
            continue
        done += 1
        tell("facts", 100 * done / len(days), day=str(claim.day))
    if done:
        collect_garbage(store)
    if failed:
        raise failed[0]
    return done


def rebuild_day(store: Store, day: date, as_of_at: int, rules: FactRules | None = None) -> bool:
    """Whether the day was built and swapped in, as known at an instant; asked for by hand."""
    _register(store)
    claim = store.db.retry(lambda connection: claim_day(connection, day, f"day-{day}"))
    if claim is None:
        return False
    job = _job(store, claim, as_of_at, rules or FactRules())
    return _commit(store, claim, built_in(store, job), as_of_at)


def collect_garbage(store: Store, age_s: int = GARBAGE_AGE_S) -> int:
    """How many dead fact files were deleted: no live or leased build names them, over an hour old.

    The age protects files that are written and not committed yet, and those that a swap replaced
    while somebody reads them.
    """
    folder = store.files.path(FOLDER)
    if not folder.exists():
        return 0
    limit = time.time() - age_s
    old = [path for path in folder.rglob("*") if path.is_file() and path.stat().st_mtime < limit]
    if not old:
        return 0
    with store.db.read() as connection:
        kept = named_files(connection)
    dead = [p for p in old if str(p.relative_to(store.files.root)) not in kept]
    for path in dead:
        path.unlink(missing_ok=True)
    return len(dead)


def built_by_process(job: BuildJob) -> Built | None:
    """The build of a job in a process of its own; None when its inputs are those already live."""
    store = Store(Database(job.url), FileStore(job.data_dir))
    try:
        return built_in(store, job)
    finally:
        store.db.close()


def built_in(store: Store, job: BuildJob) -> Built | None:
    """The build of a job: files written and safe, not yet live."""
    with _without_collector():
        with store.db.read() as connection:
            inputs = read_inputs(connection, store.files, job.day, job.as_of_at, job.rules)
        if inputs.inputs_hash == job.known_hash:
            return None
        tables = build_day(inputs)
    with ThreadPoolExecutor(THREADS) as pool:
        # One is brought to the disk while the next one is packed.
        stored = pool.map(lambda name: _write(store.files, name, tables[name]), tables)
        files = dict(zip(tables, stored, strict=True))
    return Built(
        files, inputs.batch_ids, inputs.inputs_hash, inputs.rules.rules_id, CODE_VERSION,
        inputs.as_of_at,
    )  # fmt: skip


@contextmanager
def _without_collector() -> Iterator[None]:
    """No search for cycles meanwhile: a build makes hundreds of thousands of values, none in any.

    Each search looks at all of them again, a tenth of the build's time.
    """
    runs = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if runs:
            gc.enable()


def _write(files: FileStore, table: str, frame: pl.DataFrame) -> StoredFile:
    return files.write_frame(frame, f"{FOLDER}/{table}")


def _waiting(days: Sequence[LiveDay], now: int) -> list[date]:
    """Days to build: touched, or unfinished when they were built last and older than a minute.

    Days that an older program built are built again.
    """
    return [
        d.day
        for d in days
        if not d.sealed
        and (
            d.dirty > 0
            or _went_on(d, now)
            or (d.build_id is not None and d.code_version != CODE_VERSION)
        )
    ]


def _days_before(
    connection: Connection, known: Sequence[LiveDay], days: Sequence[date], waiting: Sequence[date]
) -> list[date]:
    """Built days that a shift binds to one of `days` after it, and that do not wait themselves."""
    built = {d.day: d for d in known if not d.sealed and d.build_id is not None}
    found = sorted({day - DAY for day in days} & built.keys() - set(waiting))
    return [day for day in found if _goes_on(connection, built[day])]


def _went_on(day: LiveDay, now: int) -> bool:
    if day.as_of_at is None:
        return False
    ends = day_start(day.day + DAY, "UTC") + ENDS_LATEST_S
    begun = day_start(day.day, "UTC") - 14 * 3600 <= now
    return begun and day.as_of_at < ends and min(now, ends) >= day.as_of_at + STALE_S


def _goes_on(connection: Connection, day: LiveDay) -> bool:
    """Whether what came for the day after may change this one.

    Not any more once it was built after the end of its last shift over midnight, unless something
    of the time before that end has come since: else today would bring yesterday along all day.
    """
    end = _last_end(connection, day.day)
    if end is None or day.build_id is None or day.as_of_at is None:
        return False
    told = end + TOLD_AFTER_S
    return day.as_of_at < told or unread_before(
        connection, day.build_id, day.day + DAY, told, EVENTS
    )


def _last_end(connection: Connection, day: date) -> int | None:
    """The latest end, in any version, of the day's shifts that span the midnight of their site."""
    org, ends = read_organisation(connection, ENTERPRISE), []
    for shift in read_shift_history(connection, ENTERPRISE, day, day + DAY):
        person = org.person_at(shift.agent_id, shift.recorded_at)
        if shift.segments and person is not None:
            zone = org.zone(org.site_of(person.team_id))
            if shift.end_at > day_start(day + DAY, zone):
                ends.append(shift.end_at)
    return max(ends, default=None)


def _builds(
    store: Store,
    days: Sequence[date],
    owner: str,
    now: int,
    rules: FactRules,
    executor: Executor | None,
) -> Iterator[tuple[Claim, Callable[[], Built | None]]]:
    """Each day that could be leased, with what waits for its build."""
    if executor is None:
        for day in days:
            claim = _claim(store, day, owner)
            if claim is not None:
                job = _job(store, claim, now, rules)
                yield claim, lambda job=job: built_in(store, job)  # type: ignore[misc]
        return
    waiting: list[tuple[Claim, Future[Built | None]]] = []
    for day in days:
        claim = _claim(store, day, owner)
        if claim is not None:
            future = executor.submit(built_by_process, _job(store, claim, now, rules))
            waiting.append((claim, future))
    for claim, future in waiting:
        yield claim, future.result


def _claim(store: Store, day: date, owner: str) -> Claim | None:
    return store.db.retry(lambda connection: claim_day(connection, day, owner))


def _job(store: Store, claim: Claim, as_of_at: int, rules: FactRules) -> BuildJob:
    with store.db.read() as connection:
        known = next((d for d in live_days(connection) if d.day == claim.day), None)
    return BuildJob(
        store.db.url, store.files.root, claim.day, as_of_at, rules,
        known.inputs_hash if known else None,
    )  # fmt: skip


def _commit(store: Store, claim: Claim, built: Built | None, now: int) -> bool:
    """Whether a build became live; one equal to the live build only clears the touches."""
    if built is None:
        store.db.retry(lambda connection: release_day(connection, claim, clean=True))
        return True
    if claim.seen_build is not None:
        # Pages that began before the swap go on reading these: they are garbage an hour from now.
        with store.db.read() as connection:
            dying = files_of_build(connection, claim.seen_build)
        store.files.make_young(dying)
    closed = now >= day_start(claim.day + DAY, "UTC") + ENDS_LATEST_S + CLOSED_AFTER_S
    return store.db.retry(
        lambda connection: swap_build(connection, claim, built, built_at=now, closed=closed)
    )


def _register(store: Store) -> None:
    store.db.retry(register_dimensions)


def _today(now: int) -> date:
    return date.fromordinal(date(1970, 1, 1).toordinal() + now // 86_400)
