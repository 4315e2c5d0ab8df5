"""What a demo asks of the product beside its deliveries: accounts, plans, and how it gets on."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from wfm.actions.bonus import set_scheme
from wfm.actions.users import add_user
from wfm.cli.context import Context
from wfm.domain.bonus import Modifier, Scheme, Tier
from wfm.domain.clock import SystemClock, epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.progress import Progress
from wfm.ingest.load import load_files
from wfm.queries.users import demo_users
from wfm.simulator.accounts import demo_accounts
from wfm.simulator.centre import SOURCE, Centre
from wfm.simulator.events import History
from wfm.simulator.events_csv import published_at
from wfm.simulator.standing_csv import write_standing
from wfm.store.schema import job, partition
from wfm.store.writers.jobs import create_job

AUTHOR = "demo"
# Half of it two points below the line, a quarter more above it, none after two no-shows.
SCHEME = Scheme(
    0, "adherence", "Adherence bonus", "enterprise", "*", "adherence", "quarter",
    (Tier(-2, 0.5), Tier(0, 1), Tier(1.5, 1.25)), "target", date(2015, 1, 1),
    modifiers=(Modifier("noshow_n", 2, 0),),
)  # fmt: skip

log = logging.getLogger(__name__)


def load(context: Context, paths: Sequence[Path], progress: Progress | None = None) -> None:
    """Files of the centre imported; one that is refused is an error, for it comes again."""
    reports = load_files(
        context.store, context.clock, "csv", paths, source_id=SOURCE, progress=progress
    )
    for report in reports:
        if report.rejected:
            raise BadInput(f"{report.file} was refused: {report.message}")
        if report.quarantined:
            log.warning("%s: %s quarantined, %s", report.file, report.quarantined, report.by_reason)


def load_standing(context: Context, centre: Centre, folder: Path) -> None:
    """What stands still in the centre, imported: units, people, queues, rules, targets.

    Its bonus is set by the action that a manager's is set by; set again, nothing changes.
    """
    paths = write_standing(folder, centre)
    load(context, paths)
    for path in paths:
        path.unlink()
    set_scheme(
        context.store, context.clock, None, SCHEME, reason="Bonus of the demo centre",
        request_key="demo-adherence-bonus",
    )  # fmt: skip


def add_accounts(context: Context, history: History, now: int) -> None:
    """One account a role, for those that are not there yet."""
    known = {user.login for user in demo_users(context.store)}
    for account in demo_accounts(history.centre, history.roster, now):
        if account.login not in known:
            add_user(context.store, SystemClock(), account, actor=AUTHOR, actor_role="operator")


def unbuilt_days(context: Context, since: date | None = None) -> int:
    """How many days up to today were delivered and have no facts yet, of all or from one on."""
    query = select(func.count()).where(
        partition.c.live_build.is_(None),
        partition.c.dirty > 0,
        partition.c.day <= context.clock.now().date(),
    )
    if since is not None:
        query = query.where(partition.c.day >= since)
    with context.store.db.read() as connection:
        return int(connection.scalar(query) or 0)


def ask_plans(context: Context, centre: Centre) -> int:
    """How many jobs stand for the product's own forecast and requirement of weeks ahead.

    Next week, whose schedule is published, and the first week whose schedule is not: the one to
    plan now. One forecast reaches over both. Weeks gone by were forecast when they were planned.
    Asked again, nothing is added.
    """
    now = epoch_s(context.clock.now())
    jobs = []
    for site in centre.sites:
        today = datetime.fromtimestamp(now, ZoneInfo(site.timezone)).date()
        monday = today + timedelta(days=7 - today.weekday())
        to_plan = monday
        while published_at(to_plan) <= now:
            to_plan += timedelta(days=7)
        jobs.append(("forecast", site.site_id, _week(to_plan)))
        jobs += [("require", site.site_id, _week(week)) for week in (monday, to_plan)]

    def ask(connection: Connection) -> None:
        for kind, unit, week in jobs:
            create_job(
                connection,
                kind,
                {"unit": unit, "week": week},
                author=AUTHOR,
                created_at=now,
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
        .where(
            job.c.author == AUTHOR,
            job.c.kind.in_(("forecast", "require")),
            job.c.state.in_(("queued", "running")),
        )
    )
    with context.store.db.read() as connection:
        return int(connection.scalar(query) or 0)


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
