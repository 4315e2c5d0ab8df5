"""`wfm plan policy` and `wfm plan pin`: what plans of a site weigh, and shifts that must stay."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from wfm.actions.planning_policy import pin_shift, set_policy
from wfm.cli.context import open_context
from wfm.cli.plan_edit import AUTHOR, AUTHOR_ROLE, Agent, Day, Json, agent_scope, day_of
from wfm.domain.clock import epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.grid import zone_of
from wfm.domain.scope import Scope
from wfm.queries.organisation import read_organisation
from wfm.queries.policy import PolicyState, read_policy
from wfm.worker.week_policy import check_policy


def policy(
    unit: Annotated[str, typer.Option("--unit", help="Site")],
    file: Annotated[
        Path | None, typer.Option("--set", help="JSON to put in force; see schedule-problem.md")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, for the record")] = "",
    as_json: Json = False,
) -> None:
    """Show, or set, what plans of a site weigh: fairness, changes, rules of contracts, wishes."""
    context = open_context()
    scope = Scope(unit)
    if not read_organisation(context.store, Scope()).has(scope):
        raise BadInput(f"No site {unit!r} is known; org.csv has their ids.")
    if file is not None:
        found = set_policy(
            context.store, context.clock, scope, _read(file), check=check_policy, actor=AUTHOR,
            actor_role=AUTHOR_ROLE, reason=reason,
        )  # fmt: skip
    else:
        found = read_policy(context.store, scope)
    if as_json:
        typer.echo(json.dumps(asdict(found)))
        return
    _show(found, read_organisation(context.store, scope).zone(unit))


def pin(
    agent: Agent,
    day: Day,
    reason: Annotated[str, typer.Option(help="Why, for the record")],
    release: Annotated[bool, typer.Option("--release", help="Let it be planned again")] = False,
) -> None:
    """Hold a shift, or a day off, as it is in force whenever its week is solved again."""
    context = open_context()
    on = day_of(day)
    scope = agent_scope(context.store, agent, epoch_s(context.clock.now()))
    changed = pin_shift(
        context.store, context.clock, scope, on, pinned=not release, actor=AUTHOR,
        actor_role=AUTHOR_ROLE, reason=reason,
    )  # fmt: skip
    word = "released" if release else "pinned"
    typer.echo(f"{agent} on {on} is {word}{'' if changed else ' already'}.")


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise BadInput(f"{path} is not JSON: {error}.") from None


def _show(found: PolicyState, zone: str) -> None:
    console = Console(highlight=False)
    if found.author:
        at = datetime.fromtimestamp(found.recorded_at, zone_of(zone))
        console.print(f"Set by {found.author} on {at:%Y-%m-%d %H:%M}: {found.reason}", markup=False)
    else:
        console.print("The default; nobody set one for this site.")
    for key, value in found.document.items():
        console.print(f"{key}: {json.dumps(value)}", markup=False)
