"""Commands of the group staffing: Erlang tables and required agents for files of cells."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, cast

import numpy as np
import typer
from rich.console import Console

from scheduling.staffing.gross import basis_points, gross_agents
from scheduling.staffing.requirement import Targets, required_agents
from wfm.cli.cells import Row, checked, floats, read_rows, write_rows
from wfm.cli.skills import cross_train, skills
from wfm.cli.staffing_models import MODELS, Columns, Results
from wfm.domain.errors import BadInput
from wfm.domain.service_level import SlDefinition

Input = Annotated[Path, typer.Argument(help="CSV file, UTF-8, one cell a line")]
Output = Annotated[Path, typer.Option("--out", help="CSV file to write")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of a sentence")]


def register(app: typer.Typer) -> None:
    """`wfm staffing evaluate` and `wfm staffing required` put on the app."""
    group = typer.Typer(help="Erlang staffing mathematics on CSV files.", no_args_is_help=True)
    group.command("evaluate")(evaluate)
    group.command("required")(required)
    group.command("skills")(skills)
    group.command("cross-training")(cross_train)
    app.add_typer(group, name="staffing")


def evaluate(
    source: Input,
    out: Output,
    model: Annotated[str, typer.Option(help=", ".join(MODELS))],
    as_json: AsJson = False,
) -> None:
    """Waiting, service levels and occupancy of given numbers of agents; for deferred work, staff.

    Inputs: erlang-b load_erl, servers; erlang-c calls_per_hour, aht_s, agents, target_s;
    erlang-a also patience_s; chat chats_per_hour, duration_s_at_1..c (360|480|660), agents,
    patience_s; redial fresh_per_min, aht_min, patience_min, agents, p_redial; deferred
    arrivals_per_hour (5|0|9), aht_s, limit_h, open_pattern (0011), occupancy, backlog. Other
    columns are ignored, `id` is kept.
    """
    if model not in MODELS:
        raise typer.BadParameter(f"{model!r} is none of {', '.join(MODELS)}", param_hint="--model")
    asked = MODELS[model]
    rows = read_rows(source, (*asked.numbers, *asked.texts))
    given = {name: floats(source, rows, name) for name in asked.numbers}
    given |= {name: floats(source, rows, name, empty=True) for name in asked.optional}
    texts = {name: [row[name] for row in rows] for name in asked.texts}
    results = checked(source, lambda: asked.evaluate(given, texts))
    write_rows(out, rows, ("id", *asked.texts, *asked.numbers, *asked.optional), results)
    _tell(as_json, out, len(rows), f"{model}: {len(rows)} cells written to {out}")


def required(source: Input, out: Output, as_json: AsJson = False) -> None:
    """Fewest agents that meet all targets of each cell, and the people behind them.

    Inputs as in the columns model (C or A), calls, interval_s, aht_s, patience_s, target_sl,
    target_s, max_occupancy, max_abandon, target_asa_s, shrinkage; an empty target is none.
    A column sl_definition names the service level; without it `offered` is meant.
    """
    rows = read_rows(source, ("calls", "interval_s", "aht_s"))
    cells: list[dict[str, object]] = [{} for _ in rows]
    for (model, definition), chosen in _kinds(source, rows).items():
        part = [rows[i] for i in chosen]
        given = {name: floats(source, part, name, empty=True) for name in _REQUIRED_INPUTS}
        found = checked(source, partial(_require, given, model, definition))
        for place, i in enumerate(chosen):
            cells[i] = {name: values[place] for name, values in found.items()}
    results: Results = {name: [cell[name] for cell in cells] for name in _REQUIRED_RESULTS}
    results["gross_divide"] = _gross(source, rows, results["agents"])
    write_rows(out, rows, ("id", "model", *_REQUIRED_INPUTS, "sl_definition", "shrinkage"), results)
    _tell(as_json, out, len(rows), f"required agents of {len(rows)} cells written to {out}")


_REQUIRED_INPUTS = (
    "calls", "interval_s", "aht_s", "patience_s", "target_sl", "target_s", "max_occupancy",
    "max_abandon", "target_asa_s",
)  # fmt: skip
_REQUIRED_RESULTS = (
    "agents", "required", "sl_at_agents", "sl_at_agents_minus_1", "occupancy", "p_abandon",
    "asa_s", "binding",
)  # fmt: skip


def _kinds(source: Path, rows: list[Row]) -> dict[tuple[str, str], list[int]]:
    """Cells by model and definition; a cell without a model is A when it has a patience."""
    kinds: dict[tuple[str, str], list[int]] = {}
    for i, row in enumerate(rows):
        model = row.get("model") or ("A" if row.get("patience_s") else "C")
        if model not in ("A", "C"):
            raise BadInput(f"{source.name} line {i + 2}: model is {model!r}; write A or C.")
        kinds.setdefault((model, row.get("sl_definition") or "offered"), []).append(i)
    return kinds


def _require(given: Columns, model: str, definition: str) -> Results:
    target_s = given["target_s"]
    found = required_agents(
        given["calls"] * 3600 / given["interval_s"],
        given["aht_s"],
        given["patience_s"] if model == "A" else None,
        Targets(
            cast(SlDefinition, definition),
            sl=given["target_sl"],
            target_s=np.where(np.isnan(target_s), 0.0, target_s),
            asa_s=given["target_asa_s"],
            max_abandon=given["max_abandon"],
            max_occupancy=given["max_occupancy"],
        ),
    )
    columns = (
        *(found.agents, found.required, found.sl, found.sl_at_minus_1, found.occupancy),
        *(found.p_abandon, found.asa_s, found.binding),
    )
    return {name: list(values) for name, values in zip(_REQUIRED_RESULTS, columns, strict=True)}


def _gross(source: Path, rows: list[Row], agents: Sequence[object]) -> list[int]:
    shrinkage = np.nan_to_num(floats(source, rows, "shrinkage", empty=True))
    try:
        return [
            gross_agents(int(str(net)), basis_points(float(lost)))
            for net, lost in zip(agents, shrinkage, strict=True)
        ]
    except ValueError as error:
        raise BadInput(f"{source.name}: {error}") from None


def _tell(as_json: bool, out: Path, rows: int, sentence: str) -> None:
    if as_json:
        typer.echo(json.dumps({"out": str(out), "rows": rows}))
    else:
        Console(highlight=False).print(sentence, markup=False, soft_wrap=True)
