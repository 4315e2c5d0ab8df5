"""`wfm plan edit` and `wfm plan history`: one published shift changed, and all its versions."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from wfm.actions.shift_edits import check_edit, edit_shift
from wfm.cli.context import open_context
from wfm.domain.clock import epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.grid import zone_of
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.domain.shift_edits import ShiftEdit
from wfm.domain.wall_clock import slot_start
from wfm.queries.organisation import read_organisation
from wfm.queries.schedules import read_shift_history
from wfm.store.store import Store

AUTHOR, AUTHOR_ROLE = "command line", "operator"
Agent = Annotated[str, typer.Option("--agent", help="Agent id")]
Day = Annotated[str, typer.Option("--day", help="Day the shift starts on, like 2026-10-14")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document")]


def edit(
    agent: Agent,
    day: Day,
    do: Annotated[str, typer.Option("--do", help="move, put, take, add, remove or undo")],
    reason: Annotated[str, typer.Option(help="Why, for the record")],
    start: Annotated[
        str, typer.Option("--from", help="New start, or start of the activity: 09:15")
    ] = "",
    end: Annotated[str, typer.Option("--to", help="End of the activity put in: 10:15")] = "",
    activity: Annotated[str, typer.Option(help="Activity put in, like training")] = "",
    length: Annotated[int | None, typer.Option(help="Minutes of an added shift")] = None,
    seen: Annotated[
        int | None, typer.Option(help="Version it is made from; else the newest")
    ] = None,
    override: Annotated[bool, typer.Option("--override", help="Break the rules it tells")] = False,
    check: Annotated[bool, typer.Option("--check", help="Tell what it would do, no more")] = False,
    as_json: Json = False,
) -> None:
    """Change one published shift: appended as a new version, checked by the labour rules."""
    context = open_context()
    store, clock = context.store, context.clock
    on = day_of(day)
    scope = agent_scope(store, agent, epoch_s(clock.now()))
    zone = read_organisation(store, scope).zone(str(scope.site))
    wanted = ShiftEdit(do, _at(start, on, zone), _at(end, on, zone), activity, length)
    if check:
        found = check_edit(store, clock, scope, on, wanted)
        if as_json:
            typer.echo(json.dumps(asdict(found), default=str))
            return
        console = Console(highlight=False)
        console.print(f"Version {found.seq}; nothing is written.")
        for words in found.broken:
            console.print(f"! {words}", markup=False)
        if not found.broken:
            console.print("No labour rule is broken by it.")
        return
    newest = len(read_shift_history(store, scope, on, on + timedelta(days=1)))
    done = edit_shift(
        store, clock, scope, on, wanted, seen_seq=newest if seen is None else seen, actor=AUTHOR,
        actor_role=AUTHOR_ROLE, reason=reason, override=override,
    )  # fmt: skip
    if as_json:
        typer.echo(json.dumps(asdict(done), default=str))
        return
    more = f"; {len(done.overridden)} rules overridden" if done.overridden else ""
    typer.echo(f"Recorded as version {done.seq} of the shift of {agent} on {on}{more}.")


def history(agent: Agent, day: Day, as_json: Json = False) -> None:
    """Every version of one shift: the baseline, and each change with author, time and reason."""
    context = open_context()
    on = day_of(day)
    scope = agent_scope(context.store, agent, epoch_s(context.clock.now()))
    zone = zone_of(read_organisation(context.store, scope).zone(str(scope.site)))
    found = read_shift_history(context.store, scope, on, on + timedelta(days=1))
    if as_json:
        typer.echo(json.dumps([asdict(shift) for shift in found], default=str))
        return
    table = Table("version", "recorded", "by", "shift", "reason")
    for shift in found:
        span = "no shift"
        if shift.segments:
            first = datetime.fromtimestamp(shift.start_at, zone)
            span = f"{first:%H:%M}-{datetime.fromtimestamp(shift.end_at, zone):%H:%M}"
        table.add_row(
            f"{shift.seq}{' baseline' if shift.seq == 1 else ''}",
            f"{datetime.fromtimestamp(shift.recorded_at, zone):%Y-%m-%d %H:%M}",
            shift.author, span, shift.note or shift.reason_code,
        )  # fmt: skip
    Console().print(table if found else "Nothing was ever published for this day.")


def day_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is no day; write it like 2026-10-14.") from None


def agent_scope(store: Store, agent: str, at: int) -> Scope:
    organisation = read_organisation(store, ENTERPRISE)
    person = organisation.person_at(agent, at)
    if person is None:
        raise BadInput(f"No agent {agent!r} is known; people.csv has their ids.")
    return organisation.scope_of(person)


def _at(text: str, on: date, zone: str) -> int | None:
    if not text:
        return None
    hours, _, minutes = text.partition(":")
    if not (hours.isdigit() and minutes.isdigit() and int(hours) < 48 and int(minutes) % 15 == 0):
        raise BadInput(f"{text!r} is no quarter-hour; write it like 09:15.")
    return slot_start(on, int(hours) * 4 + int(minutes) // 15, zone)
