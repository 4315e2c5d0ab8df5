"""`wfm adherence exceptions`: listed, filed, decided, approved in bulk and taken back."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from wfm.actions.exceptions import Changed, approve_bulk, decide, submit, undo_bulk
from wfm.cli.context import open_context
from wfm.cli.tables import wide
from wfm.domain.adherence import STATUSES, NewException, RecordedException
from wfm.domain.clock import epoch_s, instant_at
from wfm.domain.errors import BadInput
from wfm.domain.scope import Scope
from wfm.queries.exceptions import OutFilter, read_bulk, read_exceptions
from wfm.queries.facts import open_facts

Json = Annotated[bool, typer.Option("--json", help="One JSON document")]
Where = Annotated[str, typer.Option(help="site/team/agent; empty for everything")]
Code = Annotated[str, typer.Option("--reason", help="Reason code, such as system or coaching")]
Note = Annotated[str, typer.Option(help="A sentence for who reads it later")]
From = Annotated[str, typer.Option("--from", help="Instant with its offset, or a UTC day")]
To = Annotated[str, typer.Option("--to", help="Instant with its offset, or a UTC day")]


def group() -> typer.Typer:
    """The commands of this group."""
    commands = typer.Typer(help="Exceptions of people.", no_args_is_help=True)
    commands.command("list")(list_exceptions)
    commands.command("add")(add)
    commands.command("decide")(decide_exceptions)
    commands.command("bulk")(bulk)
    commands.command("undo")(undo)
    return commands


def list_exceptions(
    first: Annotated[str, typer.Option("--from", help="Instant or UTC day")] = "",
    end: Annotated[str, typer.Option("--to", help="Instant or UTC day")] = "",
    scope: Where = "",
    status: Annotated[str, typer.Option(help=f"One of {', '.join(STATUSES)}")] = "",
    as_json: Json = False,
) -> None:
    """Exceptions that overlap a span; the last seven days by default."""
    context = open_context()
    now = context.clock.now()
    low = _instant(first) if first else epoch_s(now - timedelta(days=7))
    high = _instant(end) if end else epoch_s(now + timedelta(days=1))
    if status and status not in STATUSES:
        raise BadInput(f"Status {status!r} is none of {', '.join(STATUSES)}.")
    found = read_exceptions(
        context.store, Scope.parse(scope), low, high, (status,) if status else None
    )
    if as_json:
        typer.echo(json.dumps([{**asdict(one), "status": one.status} for one in found]))
        return
    table = Table("no", "agent", "from", "to", "min", "reason", "source", "status", "by", "bulk")
    for one in found:
        table.add_row(*_row(one))
    wide().print(table)


def add(
    agent: Annotated[str, typer.Argument(help="Agent id")],
    start: Annotated[str, typer.Argument(help="Instant with its offset")],
    end: Annotated[str, typer.Argument(help="Instant with its offset")],
    reason: Code,
    note: Note = "",
    approve: Annotated[bool, typer.Option("--approve", help="Approve it at once")] = False,
    as_json: Json = False,
) -> None:
    """File an exception: pending, or approved at once; filed twice it stays one."""
    context = open_context()
    new = NewException(agent, _instant(start), _instant(end), reason, note)
    key = f"add {agent} {new.start_at} {new.end_at} {reason}"
    _tell(submit(context.store, context.clock, None, new, request_key=key, approve=approve),
          "approved" if approve else "filed, pending", as_json)  # fmt: skip


def decide_exceptions(
    ids: Annotated[list[int], typer.Argument(help="Numbers of the exceptions")],
    status: Annotated[str, typer.Option("--status", help="approved, denied or withdrawn")],
    reason: Annotated[str, typer.Option(help="Why; a denial needs one")] = "",
    as_json: Json = False,
) -> None:
    """Approve, deny or withdraw exceptions: all of them or none."""
    context = open_context()
    _tell(decide(context.store, context.clock, None, ids, status, reason), status, as_json)


def bulk(
    first: From, end: To, reason: Code, scope: Where = "",
    activity: Annotated[str, typer.Option(help="Only this planned activity")] = "",
    state: Annotated[str, typer.Option(help="Only this state group")] = "",
    note: Note = "",
    apply: Annotated[bool, typer.Option("--apply", help="Approve what is shown")] = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Show the out time of a scope and span, and with --apply excuse all of it; `undo` reverts."""
    context = open_context()
    asked = OutFilter(Scope.parse(scope), _instant(first), _instant(end), activity, state)
    preview = read_bulk(open_facts(context.store), context.store, asked, asked.scope)
    if not apply:
        told = {"spells": len(preview.pieces), "agents": preview.agents,
                "seconds": preview.seconds}  # fmt: skip
        typer.echo(
            json.dumps(told)
            if as_json
            else f"{len(preview.pieces)} spells of {preview.agents} agents, "
            f"{preview.seconds / 60:.1f} min together. Add --apply to excuse them."
        )
        return
    key = f"bulk {asked} {reason} {epoch_s(context.clock.now())}"
    changed = approve_bulk(
        context.store, context.clock, None, asked, preview,
        (len(preview.pieces), preview.seconds), reason, note, request_key=key,
    )  # fmt: skip
    _tell(changed, "approved", as_json)


def undo(
    bulk_id: Annotated[str, typer.Argument(help="Id of the bulk action, from the list")],
    reason: Annotated[str, typer.Option(help="Why it is taken back")],
    as_json: Json = False,
) -> None:
    """Withdraw every exception of a bulk action."""
    context = open_context()
    _tell(undo_bulk(context.store, context.clock, None, bulk_id, reason), "withdrawn", as_json)


def _row(one: RecordedException) -> tuple[str, ...]:
    last = one.decisions[-1].decided_by if one.decisions else one.recorded_by
    start, end = (f"{instant_at(at):%Y-%m-%d %H:%M}" for at in (one.start_at, one.end_at))
    return (
        str(one.exception_id), one.agent_id, start, end, f"{one.seconds / 60:.1f}",
        one.reason_code, one.source, one.status, last, (one.bulk_id or "")[:32],
    )  # fmt: skip


def _tell(changed: Changed, status: str, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({**asdict(changed), "status": status}))
    elif changed.already:
        typer.echo("Nothing changed: this was done before.")
    else:
        numbers = ", ".join(map(str, changed.ids[:10]))
        more = f" and {len(changed.ids) - 10} more" if len(changed.ids) > 10 else ""
        typer.echo(f"Exception {numbers}{more}: {status}, {changed.seconds / 60:.1f} min.")


def _instant(text: str) -> int:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is no instant; write 2026-10-12T08:00+02:00.") from None
    if found.tzinfo is None:
        if len(text) > 10:
            raise BadInput(f"The instant {text!r} lacks an offset: write 2026-10-12T08:00+02:00.")
        found = found.replace(tzinfo=UTC)
    return epoch_s(found)
