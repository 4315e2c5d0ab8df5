"""`wfm adherence`: cases evaluated, exceptions filed and decided, rules put in force."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from wfm.cli import adherence_exceptions, adherence_rules
from wfm.cli.context import open_context
from wfm.cli.tables import wide
from wfm.domain.adherence import PRESETS
from wfm.domain.clock import epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.scope import Scope
from wfm.facts.evaluate import evaluate_case
from wfm.queries.board import read_board, storms_of
from wfm.queries.facts import open_facts

SHOWN = (
    "adh_sched_s", "adh_in_s", "adh_out_s", "adh_neutral_s", "outside_s", "adherence",
    "conformance", "headline",
)  # fmt: skip


def register(app: typer.Typer) -> None:
    """The commands of this group put on the app."""
    group = typer.Typer(help="Adherence to the schedule.", no_args_is_help=True)
    group.command("evaluate")(evaluate)
    group.command("presets")(presets)
    group.command("board")(board)
    group.add_typer(adherence_exceptions.group(), name="exceptions")
    group.add_typer(adherence_rules.group(), name="rules")
    app.add_typer(group, name="adherence")


def evaluate(
    file: Annotated[Path, typer.Argument(help="JSON list of cases: schedule, actual, options")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document")] = False,
) -> None:
    """Judge each case of a file, second by second, and show its measures."""
    try:
        cases = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise BadInput(f"{file} is not JSON: {error}.") from error
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        raise BadInput(f"{file} holds no list of cases; write [{{...}}, ...].")
    results = [evaluate_case(case) for case in cases]
    if as_json:
        typer.echo(json.dumps(results))
        return
    table = Table("case", *SHOWN)
    for result in results:
        shown = ("–" if result[name] is None else str(result[name]) for name in SHOWN)
        table.add_row(str(result["id"]), *shown)
    wide().print(table)


def presets(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document")] = False,
) -> None:
    """The presets: other products' figures as rules over the same seconds."""
    if as_json:
        typer.echo(json.dumps([asdict(preset) for preset in PRESETS.values()]))
        return
    table = Table("preset", "equivalence", "schedule", "outside", "headline", "what it does")
    for preset in PRESETS.values():
        rules = preset.rules
        table.add_row(
            preset.name, rules.equivalence, rules.policy, rules.outside_mode, rules.headline,
            preset.note,
        )  # fmt: skip
    wide().print(table)


def board(
    scope: Annotated[str, typer.Option(help="site/team/agent; empty for everything")] = "",
    top: Annotated[int, typer.Option(help="How many rows")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document, all rows")] = False,
) -> None:
    """Who is where at this moment, the most harmful first, and places that dropped out together."""
    context = open_context()
    rows = read_board(context.store, open_facts(context.store), Scope.parse(scope), context.clock)
    found = storms_of(rows, epoch_s(context.clock.now()))
    if as_json:
        typer.echo(
            json.dumps({"rows": [asdict(r) for r in rows], "storms": [asdict(s) for s in found]})
        )
        return
    table = Table("agent", "team", "state", "planned", "now", "min", "impact", "alarm", "today")
    for row in rows[:top]:
        today = "–" if row.adherence_pct is None else f"{row.adherence_pct:.1f} %"
        table.add_row(
            row.display_name, row.team_id, f"{row.state} {row.reason}".strip(),
            row.activity or "–", row.live, f"{row.seconds / 60:.1f}", row.impact, row.alarm, today,
        )  # fmt: skip
    wide().print(table)
    for storm in found:
        typer.echo(f"{storm.place}: {len(storm.agents)} agents ({storm.percent:.0f} %) went out "
                   f"within two minutes.")  # fmt: skip
