"""`wfm plan override, start, mute, records, undo`: what planners say of a forecast."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from wfm.actions.forecasts import record_forecast, undo_forecast
from wfm.cli.context import open_context
from wfm.domain.errors import BadInput
from wfm.domain.forecast_records import (
    KINDS,
    MUTE,
    OVERRIDE,
    START,
    NewRecord,
    days_told,
    told,
)
from wfm.domain.scope import ENTERPRISE
from wfm.queries.forecasts import read_records
from wfm.worker.override_job import lay_overrides

Unit = Annotated[str, typer.Option("--unit", help="Site")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document")]
AUTHOR = "command line"


def override(
    unit: Unit,
    first: Annotated[str, typer.Option("--from", help="First day, like 2026-10-12")],
    reason: Annotated[str, typer.Option(help="Why, for the record")],
    last: Annotated[str, typer.Option("--to", help="Last day; else the first alone")] = "",
    percent: Annotated[float | None, typer.Option(help="Change by percent")] = None,
    add: Annotated[float | None, typer.Option(help="Add so many a day")] = None,
    total: Annotated[float | None, typer.Option("--set", help="Set each day's total")] = None,
    hours: Annotated[str, typer.Option(help="Only these hours, like 10:00-12:30")] = "",
    queue: Annotated[str, typer.Option(help="One queue; else all of the site")] = "",
    aht: Annotated[bool, typer.Option("--aht", help="Of handle time, not of contacts")] = False,
    as_json: Json = False,
) -> None:
    """Correct a forecast; the model's own stays beside it, and `wfm plan undo` takes it back."""
    given = {"percent": percent, "add": add, "set": total}
    chosen = [(how, value) for how, value in given.items() if value is not None]
    if len(chosen) != 1:
        raise BadInput("Give exactly one of --percent, --add and --set.")
    start = _date(first)
    end = (_date(last) if last else start) + timedelta(days=1)
    span = _hours(hours)
    terms = {"measure": "aht" if aht else "contacts", "how": chosen[0][0], "value": chosen[0][1],
             "from_min": span[0], "to_min": span[1]}  # fmt: skip
    context = open_context()
    new = NewRecord(OVERRIDE, unit, queue, start, end, terms, reason)
    made = record_forecast(context.store, context.clock, None, new, request_key=uuid.uuid4().hex)
    versions = lay_overrides(context.store, context.clock, unit, AUTHOR)
    _say(made.record_id, versions, as_json)


def start(
    unit: Unit,
    queue: Annotated[str, typer.Option(help="The new queue")],
    reason: Annotated[str, typer.Option(help="Why, for the record")],
    sister: Annotated[str, typer.Option(help="Queue whose weeks it follows")] = "",
    level: Annotated[float | None, typer.Option(help="Contacts a week to begin with")] = None,
    as_json: Json = False,
) -> None:
    """Say how a new queue starts: like a sister, at a stated level, or both."""
    _record(unit, queue, START, {"sister": sister, "level_week": level}, reason, as_json)


def mute(
    unit: Unit,
    event: Annotated[str, typer.Option(help="Id of an event of events.csv")],
    reason: Annotated[str, typer.Option(help="Why, for the record")],
    as_json: Json = False,
) -> None:
    """Let an event from a file not count; `wfm plan undo` lets it count again."""
    _record(unit, "", MUTE, {"event_id": event}, reason, as_json)


def _record(
    unit: str, queue: str, kind: str, terms: dict[str, Any], reason: str, as_json: bool
) -> None:
    context = open_context()
    new = NewRecord(kind, unit, queue, None, None, terms, reason)
    made = record_forecast(context.store, context.clock, None, new, request_key=uuid.uuid4().hex)
    if as_json:
        typer.echo(json.dumps({"record_id": made.record_id}))
        return
    typer.echo(f"Record {made.record_id}; the next forecast takes it in.")


def undo(
    record: Annotated[int, typer.Argument(help="Number, as `wfm plan records` lists it")],
    reason: Annotated[str, typer.Option(help="Why, for the record")],
    unit: Unit,
    as_json: Json = False,
) -> None:
    """Take back an override, event, day left out or capacity plan."""
    context = open_context()
    undo_forecast(context.store, context.clock, None, record, reason, request_key=uuid.uuid4().hex)
    _say(record, lay_overrides(context.store, context.clock, unit, AUTHOR), as_json)


def records(unit: Unit, as_json: Json = False) -> None:
    """What planners said of a site's forecasts, with what was taken back."""
    found = read_records(open_context().store, ENTERPRISE, unit, KINDS)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], default=str))
        return
    table = Table()
    for name in ("record", "kind", "days", "says", "queue", "by", "why", "state"):
        table.add_column(name)
    for one in found:
        state = "undone" if one.undone_at is not None else "in force"
        table.add_row(str(one.record_id), one.kind, days_told(one.first_on, one.end_on), told(one),
                      one.queue_id or "all", one.author, one.reason, state)  # fmt: skip
    Console().print(table if found else "No records yet.")


def _say(record_id: int, versions: list[int], as_json: bool) -> None:
    if as_json:
        document: dict[str, Any] = {"record_id": record_id, "fc_versions": versions}
        typer.echo(json.dumps(document))
        return
    words = ", ".join(str(number) for number in versions)
    made = f"forecast {words} holds it" if versions else "no forecast touches its days yet"
    typer.echo(f"Record {record_id}; {made}.")


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is no date; write it like 2026-10-12.") from None


def _hours(text: str) -> tuple[int | None, int | None]:
    if not text:
        return None, None
    try:
        first, last = (
            int(part[:2]) * 60 + int(part[3:5]) for part in text.split("-") if part[2] == ":"
        )
    except (ValueError, IndexError):
        raise BadInput(f"Hours {text!r} are not like 10:00-12:30.") from None
    return first, last
