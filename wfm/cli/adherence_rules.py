"""`wfm adherence rules`: presets and own values put in force from a day on."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer
from rich.table import Table

from wfm.actions.adherence_rules import set_rules
from wfm.cli.context import open_context
from wfm.cli.tables import wide
from wfm.domain.errors import BadInput
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.queries.exceptions import read_rules

Json = Annotated[bool, typer.Option("--json", help="One JSON document")]


def group() -> typer.Typer:
    """The commands of this group."""
    commands = typer.Typer(help="How adherence is judged, by site and date.", no_args_is_help=True)
    commands.command("list")(list_rules)
    commands.command("set")(set_from)
    return commands


def list_rules(as_json: Json = False) -> None:
    """Rules recorded so far; a centre without any is judged by the preset standard."""
    found = read_rules(open_context().store, ENTERPRISE)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], default=str))
        return
    table = Table("site", "from", "preset", "equivalence", "grace", "schedule", "by", "reason")
    for one in found:
        table.add_row(
            one.site_id or "*", str(one.valid_from), one.rules.preset, one.rules.equivalence,
            f"{one.rules.grace_s} s", one.rules.policy, one.author, one.reason,
        )  # fmt: skip
    wide().print(table)


def set_from(
    preset: Annotated[str, typer.Argument(help="Preset; `wfm adherence presets` lists them")],
    valid_from: Annotated[str, typer.Option("--from", help="First local day, today or later")],
    reason: Annotated[str, typer.Option(help="Why the rules change")],
    site: Annotated[str, typer.Option(help="Site id; empty for every site")] = "",
    change: Annotated[
        list[str] | None,
        typer.Option(help='Own value as JSON, grace_s=300 or windows={"break":[300,300,300,300]}'),
    ] = None,
    as_json: Json = False,
) -> None:
    """Put a preset in force from a day on; days before keep the rules they were judged by."""
    try:
        day = date.fromisoformat(valid_from)
    except ValueError:
        raise BadInput(f"{valid_from!r} is no day; write 2026-12-01.") from None
    context = open_context()
    rules = set_rules(
        context.store, context.clock, None, Scope.parse(site), day, preset, _values(change or []),
        reason,
    )  # fmt: skip
    if as_json:
        typer.echo(json.dumps({**asdict(rules), "rules_id": rules.rules_id}))
    else:
        typer.echo(f"{preset} holds for {site or 'every site'} from {day} on.")


def _values(changes: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for change in changes:
        name, _, text = change.partition("=")
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = text
    return found
