"""The tables of the administration page: accounts, rights, the log, jobs, files and settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboards.frame import Ask
from dashboards.pages.remedies_data import time_words
from dashboards.parts.drawer import opener
from dashboards.parts.numbers import DASH
from dashboards.parts.table import Cell, Col, Line, Sheet, figure_cell
from wfm.domain.grid import day_start
from wfm.domain.jobs import Job
from wfm.domain.language import say, to_say
from wfm.domain.roles import LABEL, Role
from wfm.domain.users import User
from wfm.queries.audit import AuditLine
from wfm.queries.health import read_deliveries
from wfm.queries.permissions import permission_table
from wfm.web.pages import pages_for

MOST_FILES, SHORT = 30, 56
# What is no code of its own, like "target.write", but a word.
ACTION = {
    "export": to_say("export"),
    "login": to_say("sign-in"),
    "login.failure": to_say("failed sign-in"),
}
# The reaches of the permission table in the words of the page.
REACH = {
    "-": DASH,
    "own": to_say("own"),
    "own team aggregate (n >= 5)": to_say("own team, sums of 5 or more"),
    "team": to_say("team"),
    "team within corridor": to_say("team, within its corridor"),
    "team after publication": to_say("team, after publication"),
    "site": to_say("site"),
    "site and below": to_say("site and below"),
    "all": to_say("all sites"),
    "all own sites": to_say("all own sites"),
    "all sites and enterprise": to_say("all sites and the enterprise"),
}


def span_of(ask: Ask) -> tuple[int, int]:
    """The instants of the period shown."""
    return day_start(ask.period.first, ask.zone), day_start(ask.period.end, ask.zone)


def accounts(ask: Ask, users: Sequence[User]) -> Sheet:
    """Who signs in, as what, and where they stand."""
    columns = (
        Col("login", say("Login"), text=True, phone=True),
        Col("name", say("Name"), text=True),
        Col("role", say("Role"), text=True, phone=True),
        Col("scope", say("Scope"), text=True),
        Col("state", say("State"), text=True),
        Col("act", "", text=True, phone=True),
    )
    lines = []
    for user in users:
        state = say("disabled") if user.disabled else say("demo") if user.demo else say("active")
        button = opener(
            say("Change"), "change_account", {"at": ask.scope.path, "login": user.login}, small=True
        )
        where = user.scope.path or say("All sites")
        cells = [Cell(text, text) for text in
                 (user.login, user.display_name, LABEL[user.role], where)]  # fmt: skip
        cells += [Cell(state, state, "warn" if user.disabled else ""), Cell("", None, node=button)]
        lines.append(Line(tuple(cells)))
    return Sheet(
        "accounts",
        say("Accounts"),
        columns,
        tuple(lines),
        say("{n} accounts", n=len(users)),
        say("No account stands here"),
    )


def rights() -> Sheet:
    """The permission table as it is in force: how far each permission reaches for each role."""
    columns = (
        Col("permission", say("Permission"), text=True, phone=True),
        *(Col(role.value, LABEL[role], text=True, phone=True) for role in Role),
        Col("pages", say("Pages"), text=True, more=True),
    )
    known = permission_table()
    lines = []
    for name in known.names():
        texts = [known.grant(name, role).text for role in Role]
        titles = {p.title for role in Role for p in pages_for(role) if p.permission == name}
        cells = [Cell(name, name), *(Cell(REACH.get(t, t), t) for t in texts)]
        lines.append(Line((*cells, Cell(", ".join(sorted(map(str, titles))), ""))))
    return Sheet(
        "rights", say("Rights by role"), columns, tuple(lines), say("how far each one reaches")
    )


def audit(ask: Ask, lines: Sequence[AuditLine], name_of: Mapping[str, str]) -> Sheet:
    """What was done, the newest first, with what it was before and after."""
    columns = (
        Col("at", say("Time"), text=True, phone=True),
        Col("who", say("Who"), text=True, phone=True),
        Col("action", say("Action"), text=True, phone=True),
        Col("object", say("Object"), text=True),
        Col("scope", say("Scope"), text=True),
        Col("old", say("Before"), text=True, more=True),
        Col("new", say("After"), text=True, more=True),
        Col("reason", say("Reason"), text=True, more=True),
        Col("seq", say("No.")),
    )
    rows = []
    for line in lines:
        who = say("unknown") if line.actor == "unknown" else name_of.get(line.actor, line.actor)
        told = " → ".join(text for text in (line.old, line.new) if text)
        cells = (
            Cell(time_words(line.at, ask.zone), line.at),
            Cell(who, who),
            Cell(say(ACTION.get(line.action, line.action)), line.action, reason=told[:400]),
            Cell(line.object, line.object),
            Cell(line.scope_path or say("All sites"), line.scope_path),
            Cell((line.old or "")[:300], line.old),
            Cell((line.new or "")[:300], line.new),
            Cell(line.reason or "", line.reason),
            Cell(str(line.seq), line.seq),
        )
        rows.append(Line(cells))
    note = say("newest first, {n} lines; before and after stand in the table view", n=len(lines))
    return Sheet("audit", say("Audit log"), columns, tuple(rows), note,
                 say("Nothing was recorded here in this period"))  # fmt: skip


def jobs(ask: Ask, found: Sequence[Job], name_of: Mapping[str, str]) -> Sheet:
    """What workers do and did, the newest first."""
    columns = (
        Col("kind", say("Job"), text=True, phone=True),
        Col("state", say("State"), text=True, phone=True),
        Col("scope", say("Scope"), text=True),
        Col("asked", say("Asked"), text=True),
        Col("took", say("Took"), "s"),
        Col("message", say("Said"), text=True, phone=True),
        Col("author", say("By"), text=True, more=True),
        Col("worker", say("Worker"), text=True, more=True),
    )
    lines = []
    for job in found:
        began, ended = job.started_at, job.ended_at
        took = None if began is None else (ended or ask.now) - began
        state = (
            job.state
            if job.has_ended
            else say("{state}, {percent:.0f} %", state=job.state, percent=job.percent)
        )
        status = "bad" if job.state == "failed" else ""
        author = name_of.get(job.author, job.author)
        cells = (
            Cell(job.kind, job.kind),
            Cell(state, job.state, status),
            Cell(job.scope_path or say("All sites"), job.scope_path),
            Cell(time_words(job.created_at, ask.zone), job.created_at),
            figure_cell(took, 0),
            Cell(_short(job.message), job.message, reason=job.message),
            Cell(author, author),
            Cell(job.lease_owner or DASH, job.lease_owner),
        )
        lines.append(Line(cells))
    return Sheet(
        "jobs",
        say("Jobs"),
        columns,
        tuple(lines),
        say("newest first"),
        say("No job was asked for yet"),
    )


def _short(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[: SHORT - 1].rstrip()}…"


def deliveries(ask: Ask) -> Sheet:
    """The files that came in, the newest first: what was loaded of each and what was not."""
    columns = (
        Col("file", say("File"), text=True, phone=True),
        Col("format", say("Format"), text=True),
        Col("at", say("Received"), text=True, phone=True),
        Col("lines", say("Lines")),
        Col("loaded", say("Loaded")),
        Col("twice", say("Duplicates"), more=True),
        Col("apart", say("Kept apart"), phone=True),
    )
    lines = tuple(
        Line(
            (
                Cell(one.file_name, one.file_name),
                Cell(one.format, one.format),
                Cell(time_words(one.received_at, ask.zone), one.received_at),
                figure_cell(one.lines_in, 0),
                figure_cell(one.loaded, 0),
                figure_cell(one.duplicates, 0),
                figure_cell(one.quarantined, 0, status="warn" if one.quarantined else ""),
            )
        )
        for one in read_deliveries(ask.sources.store, ask.scope, MOST_FILES)
    )
    return Sheet(
        "files",
        say("Files that came in"),
        columns,
        lines,
        say("the newest {most_files}", most_files=MOST_FILES),
        say("No file came in yet"),
    )


def settings(told: Sequence[tuple[str, str, str]]) -> Sheet:
    """Every setting in force; secrets only say that they are set."""
    columns = (
        Col("name", say("Setting"), text=True, phone=True),
        Col("value", say("In force"), text=True, phone=True),
        Col("help", say("Meaning"), text=True, more=True),
    )
    lines = tuple(
        Line((Cell(name, name), Cell(value or DASH, value, reason=words), Cell(words, words)))
        for name, value, words in told
    )
    return Sheet("settings", say("Settings"), columns, lines, say("read once, at the start"),
                 say("This server was started without them"))  # fmt: skip
