"""Administration: who may do what, and what happened?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dashboards.frame import Ask, PageRoom, Spec, View
from dashboards.pages import admin_tables as tables
from dashboards.pages.admin_forms import ACCOUNT, ADD, CHAIN, EXPLAIN_ACCESS
from dashboards.parts import html
from dashboards.parts.answer import Act, Answer
from dashboards.parts.drawer import opener
from dashboards.parts.panel import panel
from dashboards.parts.states import empty
from dashboards.parts.table import Sheet, sort_lines, table
from dashboards.parts.tile import Tile
from dashboards.view_state import period_label
from wfm.domain.jobs import Job
from wfm.domain.language import say, say_many, to_say
from wfm.domain.scope import ENTERPRISE
from wfm.queries.audit import AuditLine, read_audit
from wfm.queries.jobs import read_jobs
from wfm.queries.users import read_users

SPEC = Spec(
    grains=(("today", to_say("Today")), ("week", to_say("Week")), ("month", to_say("Month"))),
    grain="week",
    ahead=False,
)
MOST_LINES, MOST_JOBS = 200, 40
SHOWN = {"jobs": 12, "files": 10}  # of a panel; the table view has all

# What the first word of a recorded action is about.
AREA = {
    "alert": to_say("alerts"),
    "bonus": to_say("bonus"),
    "coaching": to_say("coaching"),
    "exception": to_say("exceptions"),
    "forecast": to_say("forecast"),
    "ingest": to_say("deliveries"),
    "job": to_say("jobs"),
    "login": to_say("sign-ins"),
    "mapping": to_say("mappings"),
    "offer": to_say("offers"),
    "remedy": to_say("remedies"),
    "request": to_say("requests"),
    "schedule": to_say("schedules"),
    "skill": to_say("skills"),
    "target": to_say("targets"),
    "user": to_say("accounts"),
}


def view(ask: Ask) -> View:
    """The page's answer: accounts, rights, the log of the period, jobs, and settings in force."""
    store = ask.sources.store
    users = read_users(store, ask.scope)
    lines = _lines(ask)
    jobs = read_jobs(store, ask.scope, limit=MOST_JOBS)
    name_of = {user.user_key: user.login for user in users}
    accounts = tables.accounts(ask, users)
    log = tables.audit(ask, lines, name_of)
    worker = tables.jobs(ask, jobs, name_of)
    rights, settings = tables.rights(), tables.settings(ask.sources.settings)
    explain = opener(say("Why may somebody?"), "explain_access", {"at": ask.scope.path}, small=True)
    chain = opener(say("Check the chain"), "check_chain", {"at": ask.scope.path}, small=True)
    add = opener(
        say("Add an account"), "add_account", {"at": ask.scope.path}, small=True, primary=True
    )
    sheets: list[Sheet] = [accounts, log, worker, rights, settings]
    left = [_panel(ask, accounts, add), _panel(ask, rights, explain)]
    right = [_log(ask, log, lines, chain), _panel(ask, worker)]
    if ask.scope == ENTERPRISE:
        sheets.append(tables.deliveries(ask))
        right.append(_panel(ask, sheets[-1]))
    right.append(_panel(ask, settings))
    body = [html.Div(left, className="stack"), html.Div(right, className="stack")]
    tiles = _tiles(ask, len(users), sum(u.disabled for u in users), lines, jobs)
    answer = admin_answer(ask, lines, jobs, len(users))
    return View(answer, lambda: tiles, lambda: body, lambda: tuple(sheets), "targets admin")


def admin_answer(
    ask: Ask, lines: tuple[AuditLine, ...], jobs: tuple[Job, ...], users: int
) -> Answer:
    """The sentence: jobs that failed, else how much was recorded."""
    failed = [job for job in jobs if job.state == "failed" and ask.now - job.created_at < 86_400]
    period = period_label(ask.grain, ask.period, ask.today)
    rest = say(
        "{users} accounts; {n} steps recorded in {period}.",
        users=users,
        n=len(lines),
        period=period,
    )
    if failed:
        first = failed[0]
        lead = say_many(
            "{n} job failed in the last day: {kind}, {value}",
            "{n} jobs failed in the last day: {kind}, {value}",
            len(failed),
            kind=first.kind,
            value=first.message[:120],
        )
        return Answer("bad", lead, rest)
    act = Act(say("Check the chain"), "", False, "o", "check_chain", {"at": ask.scope.path})
    return Answer("good", say("No job failed in the last day."), rest, (act,))


def _lines(ask: Ask) -> tuple[AuditLine, ...]:
    start, end = tables.span_of(ask)
    found = read_audit(
        ask.sources.store, ask.scope, MOST_LINES, start_at=start, end_at=end,
        action=ask.state.kind,
    )  # fmt: skip
    return found


def _log(ask: Ask, sheet: Sheet, lines: tuple[AuditLine, ...], end: Any) -> Any:
    """The log with its filter: all actions, or those of one kind seen in the period."""
    kind = ask.state.kind
    kinds = sorted({line.action.split(".")[0] for line in lines} | ({kind} if kind else set()))
    chips = [_chip(say("All"), ask.link(kind=""), not kind)]
    chips += [_chip(AREA.get(one, one), ask.link(kind=one), one == kind) for one in kinds]
    bar = html.Div(chips, className="chips", role="group", **{"aria-label": say("Kind of action")})
    body = table(sheet) if sheet.lines else empty(sheet.why_empty)
    return panel(sheet.title, [bar, body], note=sheet.note, end=end)


def _chip(words: str, href: str, here: bool) -> Any:
    return html.A(words, href=href, **({"aria-current": "true"} if here else {}))


def _panel(ask: Ask, sheet: Sheet, end: Any = None) -> Any:
    shown = sort_lines(sheet, ask.state.sort)
    shown = replace(shown, lines=shown.lines[: SHOWN.get(sheet.key, len(shown.lines))])
    body = table(shown) if sheet.lines else empty(sheet.why_empty)
    return panel(sheet.title, body, note=sheet.note, end=end)


def _tiles(
    ask: Ask, users: int, disabled: int, lines: tuple[AuditLine, ...], jobs: tuple[Job, ...]
) -> tuple[Tile, ...]:
    running = sum(not job.has_ended for job in jobs)
    failed = sum(job.state == "failed" for job in jobs)
    refused = sum(line.action.startswith("login.fail") for line in lines)
    return (
        Tile(
            say("Accounts"),
            str(users),
            word=say("Reference"),
            right=say("{disabled} disabled", disabled=disabled),
        ),
        Tile(
            say("Steps recorded"),
            str(len(lines)),
            word=say("Reference"),
            right=period_label(ask.grain, ask.period, ask.today),
        ),
        Tile(say("Sign-ins refused"), str(refused), word=say("Reference")),
        Tile(
            say("Jobs at work"),
            str(running),
            word=say("Reference"),
            right=say("of the last {n}", n=len(jobs)),
        ),
        Tile(
            say("Jobs failed"),
            str(failed),
            status="warn" if failed else "good",
            right=say("of the last {n}", n=len(jobs)),
        ),
    )


def admin_sign(ask: Ask) -> object:
    """What the answer depends on: accounts, the newest line of the log, and the jobs."""
    store = ask.sources.store
    newest = read_audit(store, ask.scope, 1)
    jobs = read_jobs(store, ask.scope, limit=MOST_JOBS)
    users = read_users(store, ask.scope)
    return [
        [line.seq for line in newest],
        [[job.job_id, job.state] for job in jobs],
        sum(user.version for user in users),
    ]


ROOM = PageRoom("admin", SPEC, view, forms=(ADD, ACCOUNT, EXPLAIN_ACCESS, CHAIN), sign=admin_sign)
