"""The first start of a demo: its centre founded, its history delivered, its plans asked for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from wfm.actions.users import add_user
from wfm.cli.context import Context
from wfm.domain.clock import SystemClock, epoch_s, instant_at
from wfm.domain.errors import BadInput
from wfm.ingest.load import load_files
from wfm.queries.users import demo_users
from wfm.simulator.accounts import demo_accounts
from wfm.simulator.centre import SOURCE
from wfm.simulator.events import History
from wfm.simulator.events_csv import published_at, write_schedules, write_span
from wfm.simulator.founding import found_centre
from wfm.simulator.memory import Memory
from wfm.simulator.standing_csv import write_standing
from wfm.store.schema import job, partition
from wfm.store.writers.jobs import create_job

AUTHOR = "demo"
# Days of events that are delivered first, so that the pages can be opened early.
NEWEST_DAYS = 9
WEEK_S = 7 * 86_400

log = logging.getLogger(__name__)

Step = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True)
class DemoCentre:
    """The centre of a demo and all that chance holds for it."""

    history: History
    began_at: int


def found(memory: Memory) -> DemoCentre:
    """The centre that a memory tells of; the same every time."""
    base_on = instant_at(memory.base_at).date()
    return DemoCentre(History(found_centre(memory.seed, memory.size, base_on)), memory.base_at)


def load(context: Context, paths: Sequence[Path]) -> None:
    """Files of the centre imported; one that is refused is an error, for it comes again."""
    for report in load_files(context.store, context.clock, "csv", paths, source_id=SOURCE):
        if report.rejected:
            raise BadInput(f"{report.file} was refused: {report.message}")
        if report.quarantined:
            log.warning("%s: %s quarantined, %s", report.file, report.quarantined, report.by_reason)


def set_up(
    context: Context,
    centre: DemoCentre,
    memory: Memory,
    step: Step,
    newest_done: Callable[[], object],
) -> None:
    """The centre's history in the product: newest days, then the rest."""
    history, until = centre.history, memory.base_at
    drop = context.settings.data_dir / "drop"
    newest = until - NEWEST_DAYS * 86_400
    spec = history.centre
    with step("Organisation, people, rules"):
        load(context, write_standing(drop / "standing", spec))
    with step("Published schedules"):
        first = published_at(spec.first_monday)
        load(context, write_schedules(drop / "plans", spec, history.roster, first, until))
        _add_accounts(context, centre, until)
    with step(f"Contacts and states of the last {NEWEST_DAYS} days"):
        _deliver(context, history, drop / "newest", newest, until)
    newest_done()
    start = until - (instant_at(until).date() - spec.first_on).days * 86_400 - 2 * 86_400
    for end in range(newest, start, -WEEK_S):
        first = max(start, end - WEEK_S)
        with step(f"The week before {instant_at(end):%d %b}"):
            _deliver(context, history, drop / f"before-{end}", first, end)
    _clear(drop)


def unbuilt_days(context: Context, newest: int | None) -> int:
    """How many days still wait for their facts, of the newest ones or of all up to today."""
    today = context.clock.now().date()
    query = (
        select(func.count())
        .select_from(partition)
        .where(partition.c.live_build.is_(None), partition.c.dirty > 0, partition.c.day <= today)
    )
    if newest is not None:
        query = query.where(partition.c.day > today - timedelta(days=newest))
    with context.store.db.read() as connection:
        return int(connection.scalar(query) or 0)


def ask_plans(context: Context, centre: DemoCentre, now: int) -> int:
    """How many jobs stand for forecasts and requirements: of this and the next week of each site,
    then of the weeks gone by. Asked again, nothing is added.

    A forecast reaches two weeks, so every second past week is forecast, from what lay before it.
    """
    spec = centre.history.centre
    created = epoch_s(context.clock.now())
    past = [-n for n in range(2, (instant_at(now).date() - spec.first_on).days // 7 - 1, 2)]
    wanted = [("forecast", 0), ("require", 0), ("forecast", 1), ("require", 1)]
    for ahead in past:
        wanted += [("forecast", ahead), ("require", ahead), ("require", ahead + 1)]
    jobs = [
        (kind, site.site_id, _week(_local_day(now, site.timezone) + timedelta(days=7 * ahead)))
        for kind, ahead in wanted
        for site in spec.sites
    ]

    def ask(connection: Connection) -> None:
        for kind, unit, week in jobs:
            create_job(
                connection,
                kind,
                {"unit": unit, "week": week},
                author=AUTHOR,
                created_at=created,
                scope_path=unit,
                idempotency_key=f"demo-{kind}-{unit}-{week}",
            )

    context.store.db.retry(ask)
    return len(jobs)


def plans_waiting(context: Context) -> int:
    """How many of the jobs asked for are not done yet."""
    query = (
        select(func.count())
        .select_from(job)
        .where(job.c.author == AUTHOR, job.c.state.in_(("queued", "running")))
    )
    with context.store.db.read() as connection:
        return int(connection.scalar(query) or 0)


def _local_day(now: int, zone: str) -> date:
    return datetime.fromtimestamp(now, ZoneInfo(zone)).date()


def _deliver(context: Context, history: History, folder: Path, first: int, end: int) -> None:
    paths = write_span(folder, history.span(first, end))
    if paths:
        load(context, paths)


def _add_accounts(context: Context, centre: DemoCentre, now: int) -> None:
    known = {user.login for user in demo_users(context.store)}
    for account in demo_accounts(centre.history.centre, centre.history.roster, now):
        if account.login not in known:
            add_user(context.store, SystemClock(), account, actor=AUTHOR, actor_role="operator")


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def _clear(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
