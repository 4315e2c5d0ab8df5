"""`wfm plan place`, `breaks`, `offers` and `swap`: a published day made better, bit by bit."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from wfm.actions.shift_batch import ShiftChange, change_shifts, check_changes, swap_changes
from wfm.cli.context import open_context
from wfm.cli.plan_edit import AUTHOR, AUTHOR_ROLE, Json, agent_scope, day_of
from wfm.domain.clock import epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.grid import zone_of
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.queries.organisation import read_organisation
from wfm.queries.schedules import read_shifts
from wfm.store.store import Store
from wfm.worker.day_tools import day_offers, place_activity, today_breaks

Unit = Annotated[str, typer.Option("--unit", help="Site")]
Reason = Annotated[str, typer.Option(help="Why, for the record; needed with --apply")]
Apply = Annotated[bool, typer.Option("--apply", help="Write it; else it is only shown")]
Override = Annotated[bool, typer.Option("--override", help="Break the rules it tells")]
WORDS = {"open_shift": "open shift", "overtime": "overtime", "leave_early": "leave early"}


def place(
    unit: Unit,
    week: Annotated[str, typer.Option("--week", help="Week, like 2026-W42")],
    activity: Annotated[str, typer.Option(help="Activity, like training")],
    agents: Annotated[str, typer.Option(help="Agents by id, with commas between")],
    minutes: Annotated[int, typer.Option(min=15, help="How long")] = 60,
    day: Annotated[str, typer.Option(help="Only on this day")] = "",
    between: Annotated[str, typer.Option(help="Only between these times")] = "00:00-24:00",
    together: Annotated[bool, typer.Option(help="One time for all of them")] = False,
    apply: Apply = False,
    reason: Reason = "",
    override: Override = False,
    as_json: Json = False,
) -> None:
    """Find where training, coaching or a meeting hurts least in the published week."""
    context = open_context()
    people = [name.strip() for name in agents.split(",") if name.strip()]
    found = place_activity(
        context.store, context.clock, unit, week, people, activity, minutes,
        days=[day_of(day)] if day else (), together=together, between=_between(between),
    )  # fmt: skip
    zone = _zone(context.store, unit)
    rows = [
        {"agent": p.agent, "at": _when((found.first_q + p.quarter) * 900, zone),
         "short_quarters": p.harm}
        for p in found.placed
    ]  # fmt: skip
    result = {"placed": rows, "without_room": list(found.without)}
    _finish(context, unit, found.changes, result, apply, reason, override, as_json, "training")


def breaks(
    unit: Unit,
    day: Annotated[str, typer.Option("--day", help="Day; today without")] = "",
    apply: Apply = False,
    reason: Reason = "",
    override: Override = False,
    as_json: Json = False,
) -> None:
    """Move the breaks still to come inside their windows to where people can be spared."""
    context = open_context()
    zone = _zone(context.store, unit)
    now = datetime.fromtimestamp(epoch_s(context.clock.now()), zone_of(zone))
    found = today_breaks(context.store, context.clock, unit, day_of(day) if day else now.date())
    rows = [
        {"agent": m.agent, "kind": m.kind, "from": _when((found.first_q + m.before) * 900, zone),
         "to": _when((found.first_q + m.after) * 900, zone), "saved_quarters": m.saved}
        for m in found.moved
    ]  # fmt: skip
    result = {"short_quarters": found.short, "moved": rows}
    _finish(context, unit, found.changes, result, apply, reason, override, as_json, "demand")


def offers(
    unit: Unit,
    day: Annotated[str, typer.Option("--day", help="Day, like 2026-10-14")],
    as_json: Json = False,
) -> None:
    """Size open shifts, overtime and early leaving from a day's gap, with who may take them."""
    context = open_context()
    zone = _zone(context.store, unit)
    found = day_offers(context.store, context.clock, unit, day_of(day))
    rows: list[dict[str, Any]] = [
        {"kind": one.offer.kind, "from": _when(one.first_at, zone), "to": _when(one.end_at, zone),
         "seats": one.offer.seats, "quarters_closed": one.offer.gain,
         "eligible_n": len(one.eligible), "eligible": list(one.eligible)}
        for one in found
    ]  # fmt: skip
    if as_json:
        typer.echo(json.dumps(rows))
        return
    table = Table("offer", "from", "to", "people", "closes h", "may take it")
    for row in rows:
        table.add_row(
            WORDS[row["kind"]], row["from"], row["to"], str(row["seats"]),
            f"{row['quarters_closed'] / 4:g}", str(row["eligible_n"]),
        )  # fmt: skip
    Console().print(table if rows else "No gap of an hour or more, and nobody to spare for one.")


def swap(
    one: Annotated[str, typer.Option("--agent", help="Agent id")],
    other: Annotated[str, typer.Option("--with", help="The other agent's id")],
    day: Annotated[str, typer.Option("--day", help="Day of both shifts")],
    apply: Apply = False,
    reason: Reason = "",
    override: Override = False,
    as_json: Json = False,
) -> None:
    """Give each of two people the other's shift of a day, both or neither."""
    context = open_context()
    on = day_of(day)
    at = epoch_s(context.clock.now())
    scopes = {name: agent_scope(context.store, name, at) for name in (one, other)}
    shifts = {
        s.agent_id: s
        for s in read_shifts(context.store, ENTERPRISE, on, on + timedelta(days=1))
        if s.agent_id in scopes
    }
    missing = [name for name in (one, other) if name not in shifts]
    if missing:
        raise BadInput(f"{missing[0]} has no shift on {on}; a swap needs one on both sides.")
    changes = swap_changes(shifts[one], shifts[other], scopes)
    result = {"swapped": [one, other], "day": str(on)}
    unit = str(scopes[one].site)
    _finish(context, unit, changes, result, apply, reason, override, as_json, "request")


def _finish(
    context: Any, unit: str, changes: tuple[ShiftChange, ...], result: dict[str, Any],
    apply: bool, reason: str, override: bool, as_json: bool, code: str,
) -> None:  # fmt: skip
    result["broken"] = list(check_changes(context.store, changes).broken)
    result["changes"], result["written"] = len(changes), False
    if apply and changes:
        done = change_shifts(
            context.store, context.clock, Scope() if code == "request" else Scope(unit), changes,
            actor=AUTHOR, actor_role=AUTHOR_ROLE, reason=reason, reason_code=code,
            override=override,
        )  # fmt: skip
        result |= {"written": True, "changed": done.changed}
    if as_json:
        typer.echo(json.dumps(result))
        return
    console = Console(highlight=False)
    for key in ("placed", "moved"):
        for row in result.get(key, ()):
            console.print("  ".join(f"{k} {v}" for k, v in row.items()), markup=False)
    for agent in result.get("without_room", ()):
        console.print(f"! {agent} has no room for it.", markup=False)
    for words in result["broken"]:
        console.print(f"! {words}", markup=False)
    said = f"{result['changed']} shifts changed." if result["written"] else "Nothing is written."
    console.print(
        f"{result['changes']} shifts would change. {said}" if not result["written"] else said
    )


def _between(text: str) -> tuple[int, int]:
    try:
        first, end = (
            int(part.split(":")[0]) * 4 + int(part.split(":")[1]) // 15 for part in text.split("-")
        )
    except (ValueError, IndexError):
        raise BadInput(f"{text!r} are no times; write them like 09:00-17:00.") from None
    if not 0 <= first < end <= 96:
        raise BadInput(f"{text!r} ends before it begins, or after 24:00.")
    return first, end


def _zone(store: Store, unit: str) -> str:
    organisation = read_organisation(store, ENTERPRISE)
    if not organisation.has(Scope(unit)):
        raise BadInput(f"No site {unit!r} is known; org.csv has their ids.")
    return organisation.zone(unit)


def _when(at: int, zone: str) -> str:
    return f"{datetime.fromtimestamp(at, zone_of(zone)):%Y-%m-%d %H:%M}"
