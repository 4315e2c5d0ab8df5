"""`wfm simulate`: the service level a schedule gives, contact by contact, with its uncertainty."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from scheduling.problem import SLOTS, Problem
from scheduling.problem_file import read_problem
from scheduling.simulation.centre import Centre, Routing, ToAgent
from scheduling.simulation.engine import simulate as run
from scheduling.simulation.files import Assumed, Forecasted, file_centre
from scheduling.simulation.gate import Gate, GateRound, When, check_gate
from scheduling.simulation.report import Busy, Row, SimReport, Value, report
from scheduling.solution import Solution, read_solution, solution_text
from wfm.cli.context import open_context
from wfm.cli.simulate_more import (
    Training,
    TrainingEffect,
    effect_json,
    read_training,
    repaired,
    show_effect,
    training_effect,
)
from wfm.cli.watch import Watch
from wfm.domain.errors import BadInput
from wfm.domain.scope import Scope
from wfm.domain.service_level import SL_DEFINITIONS, SlDefinition
from wfm.worker.simulate_job import MOST_TOLD, gate_json, simulate_week, week_result

File = Annotated[Path | None, typer.Argument(help="Problem and solution, as `wfm schedule` has")]
WIDTH = 124
IMPLIED = "contacts are those that the required agents would just serve at the target"


def register(app: typer.Typer) -> None:
    """The command put on the app."""
    app.command("simulate")(simulate)


def simulate(
    problem: File = None,
    solution: File = None,
    unit: Annotated[str, typer.Option("--unit", help="Site, instead of files")] = "",
    week: Annotated[str, typer.Option("--week", help="Its week, like 2026-W48")] = "",
    draft: Annotated[
        int | None, typer.Option("--draft", help="Plan to simulate; else what is published")
    ] = None,
    replications: Annotated[int, typer.Option(min=2, max=10_000, help="Runs")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same figures")] = 1,
    absence: Annotated[
        float | None,
        typer.Option(min=0.0, max=80.0, help="Percent of agent-days away unplanned; else the past"),
    ] = None,
    aht: Annotated[float, typer.Option(min=1.0, help="Files: handle seconds")] = 300.0,
    patience: Annotated[float, typer.Option(help="Files: mean patience, s; 0 for endless")] = 180.0,
    target: Annotated[float, typer.Option(min=1.0, max=99.9, help="Files: target, percent")] = 80.0,
    within: Annotated[float, typer.Option(min=0.0, help="Files: seconds of the target")] = 20.0,
    definition: Annotated[
        str, typer.Option(help=f"Files: {', '.join(SL_DEFINITIONS)}")
    ] = "short_excluded",
    volume_error: Annotated[
        float, typer.Option(min=0.0, max=100.0, help="Files: spread of a day's volume, percent")
    ] = 0.0,
    forecast: Annotated[
        Path | None,
        typer.Option(help="Files: CSV queue,day,slot,contacts,aht_s and, if known, p10,p90"),
    ] = None,
    routing: Annotated[
        str, typer.Option(help=f"Files: {', '.join(get_args(ToAgent))}")
    ] = "specialist-first",
    train: Annotated[
        list[str] | None,
        typer.Option("--train", help="SKILL>OTHER:PERCENT taught: the effect, callers the same"),
    ] = None,
    repair: Annotated[
        Path | None,
        typer.Option(help="Files: solve anew until it passes the gate, and write that schedule"),
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, max=20, help="Files: rounds of --repair")] = 5,
    time_limit: Annotated[
        float | None, typer.Option(min=0.5, help="Files: seconds of a solve of --repair; else 30")
    ] = None,
    passes: Annotated[
        int | None, typer.Option(min=1, help="Files: passes of a solve of --repair")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document, every quarter-hour in it")
    ] = False,
) -> None:
    """Simulate a schedule: service level, abandonment and occupancy, by day and by quarter-hour.

    Either PROBLEM.json and SOLUTION.json, or --unit and --week of the database. A problem knows
    agents, not contacts: without --forecast its contacts are those that the required agents would
    just serve at the target. Nothing is written but the schedule of --repair.
    """
    training = read_training(train or ())
    if unit or week:
        if problem is not None or not (unit and week):
            raise BadInput("Give --unit and --week together and no files, or two files.")
        context = open_context()
        with Watch("Simulate", quiet=as_json) as watch:
            done = simulate_week(
                context.store, context.clock, Scope(unit), week, watch.progress, draft=draft,
                replications=replications, seed=seed,
                absence=None if absence is None else absence / 100,
            )  # fmt: skip
            effect = _effect(
                done.week.centre, training, replications, seed, done.week.absence, watch
            )
        result = week_result(done, cells=as_json)
        if as_json:
            typer.echo(json.dumps(result | _told(effect)))
            return
        _show(done.found, done.gate, done.week.when, (str(result["message"]), *done.week.notes))
        if effect is not None:
            show_effect(effect)
        return
    if problem is None or solution is None:
        raise BadInput("Give PROBLEM.json and SOLUTION.json, or --unit and --week.")
    if definition not in SL_DEFINITIONS:
        raise BadInput(f"Definition {definition!r} is none of {', '.join(SL_DEFINITIONS)}.")
    if routing not in get_args(ToAgent):
        raise BadInput(f"Routing {routing!r} is none of {', '.join(get_args(ToAgent))}.")
    assumed = Assumed(
        aht, patience or None, cast(SlDefinition, definition), target / 100, within,
        volume_error=volume_error / 100,
    )  # fmt: skip
    asked = read_problem(_text(problem), problem.name)
    given = None if forecast is None else read_forecast(forecast, asked)
    away = (absence or 0.0) / 100
    days = np.repeat(np.arange(asked.days), SLOTS).tolist()

    def made(of: Solution) -> Centre:
        return file_centre(asked, of, assumed, given, Routing(cast(ToAgent, routing)))

    plan = read_solution(_text(solution), solution.name)
    with Watch("Simulate", quiet=as_json) as watch:
        gone_round: tuple[GateRound, ...] = ()
        if repair is not None:
            plan, gone_round = repaired(
                _text(problem),
                lambda of: report(run(made(of), replications, seed, absence=away), days),
                rounds=rounds, passes=passes,
                time_limit_s=30.0 if time_limit is None and passes is None else time_limit,
                seed=seed, told=watch.progress,
            )  # fmt: skip
            repair.write_text(solution_text(plan), encoding="utf-8")
        centre = made(plan)
        counted = run(
            centre, replications, seed, absence=away,
            tell=lambda n: watch.progress("Simulating", 100 * n / replications, run=n),
        )  # fmt: skip
        effect = _effect(centre, training, replications, seed, away, watch)
    found = report(counted, days)
    when = _when(asked)
    verdict = check_gate(found, when)
    notes: tuple[str, ...] = (
        f"{replications} runs of {(repair or solution).name}; handle time {aht:g} s, patience "
        f"{f'{patience:g} s' if patience else 'endless'}, {target:g} % in {within:g} s "
        f"({definition}), absence {absence or 0:g} %, volume error {volume_error:g} %; "
        f"{IMPLIED if given is None else f'contacts of {Path(str(forecast)).name}'}.",
    )
    notes += tuple(
        f"Round {i}: {len(one.verdict.misses)} exceptions, {one.extra} agent-quarters asked for."
        for i, one in enumerate(gone_round, 1)
    )
    if as_json:
        typer.echo(json.dumps(_json(found, verdict, when, notes) | _told(effect)))
        return
    _show(found, verdict, when, notes)
    if effect is not None:
        show_effect(effect)


def _effect(
    centre: Centre, training: tuple[Training, ...], replications: int, seed: int, absence: float,
    watch: Watch,
) -> TrainingEffect | None:  # fmt: skip
    """What the training would change; None when none is asked for."""
    if not training:
        return None
    return training_effect(
        centre, training, replications, seed, absence,
        lambda n: watch.progress("Simulating the training", 50 * n / replications, run=n),
    )  # fmt: skip


def _told(effect: TrainingEffect | None) -> dict[str, Any]:
    return {} if effect is None else {"training": effect_json(effect)}


def read_forecast(path: Path, problem: Problem) -> dict[str, Forecasted]:
    """Contacts and handle time by queue from a CSV; cells not given have no contacts."""
    names = ("contacts", "aht_s", "p10", "p90")
    found: dict[str, dict[str, Any]] = {}
    banded: dict[str, bool] = {}
    for line, row in enumerate(csv.DictReader(_text(path).splitlines()), 2):
        try:
            queue, cell = str(row["queue"]), int(row["day"]) * SLOTS + int(row["slot"])
            values = {name: float(row[name]) for name in names if row.get(name)}
            contacts, seconds = values["contacts"], values["aht_s"]
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput(
                f"{path.name}, line {line}: needs queue, day, slot, contacts and aht_s as numbers "
                f"({error})."
            ) from None
        if not 0 <= cell < problem.days * SLOTS or not 0 <= int(row["slot"]) < SLOTS:
            raise BadInput(f"{path.name}, line {line}: day or slot lies outside the problem.")
        if contacts < 0 or seconds <= 0:
            raise BadInput(f"{path.name}, line {line}: contacts are at least 0, aht_s above 0.")
        own = found.setdefault(queue, {name: np.zeros(problem.days * SLOTS) for name in names})
        for name, value in values.items():
            own[name][cell] = value
        banded[queue] = banded.get(queue, True) and "p10" in values and "p90" in values
    return {
        queue: Forecasted(
            own["contacts"], own["aht_s"], *((own["p10"], own["p90"]) if banded[queue] else ())
        )
        for queue, own in found.items()
    }


def _when(problem: Problem) -> Callable[[int, int | None], str]:
    def said(day: int, slot: int | None) -> str:
        on = f"{problem.first_day + timedelta(days=day):%a %d %b}"
        return on if slot is None else f"{on} {slot // 4:02d}:{slot % 4 * 15:02d}"

    return said


def _json(found: SimReport, gate: Gate, when: When, notes: tuple[str, ...]) -> dict[str, Any]:
    def row(one: Row | Busy) -> dict[str, Any]:
        return asdict(one) | {"at": when(one.day, one.slot)}

    return {
        "replications": found.replications,
        "seed": found.seed,
        "days": [row(one) for one in found.days],
        "cells": [row(one) for one in found.cells],
        "occupancy_days": [row(one) for one in found.busy_days],
        "occupancy_cells": [row(one) for one in found.busy_cells],
        "gate": gate_json(gate),
        "notes": list(notes),
    }


def _show(found: SimReport, gate: Gate, when: When, notes: tuple[str, ...]) -> None:
    console = Console(highlight=False)
    console.width = max(console.width, WIDTH)
    busy = {one.day: one for one in found.busy_days}
    table = Table()
    for name in ("day", "queue", "contacts", "service level", "known to", "one day brings",
                 "met", "abandoned", "wait s", "occupancy"):  # fmt: skip
        table.add_column(name, no_wrap=True)
    for row in sorted(found.days, key=lambda r: (r.day, r.queue)):
        occupied = busy.get(row.day)
        table.add_row(
            when(row.day, None), row.queue or "all", f"{row.contacts:,.0f}", _share(row.sl),
            _span(row.sl, inner=True), _span(row.sl, inner=False),
            "-" if row.p_target is None else f"{row.p_target:.0%}", _share(row.abandonment),
            "-" if row.asa_s is None else f"{row.asa_s:,.0f}",
            _share(occupied.occupancy) if occupied else "-",
        )  # fmt: skip
    console.print(table)
    for note in notes:
        console.print(f"- {note}", markup=False)
    if gate.passed:
        console.print("Gate: passes. Every day reaches its target, at the lower end as well.")
    else:
        console.print(f"Gate: {len(gate.misses)} exceptions to sign, the worst first:")
        for miss in gate.misses[:12]:
            console.print(f"! {miss.sentence}.", markup=False)
        if len(gate.misses) > 12:
            console.print(f"... --json lists the first {MOST_TOLD} and all quarter-hours.")


def _share(value: Value | None) -> str:
    return "-" if value is None else f"{value.value:.1%}"


def _span(value: Value | None, *, inner: bool) -> str:
    if value is None:
        return "-"
    low, high = (value.low, value.high) if inner else (value.least, value.most)
    return f"{100 * low:.1f}-{100 * high:.1f} %"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path} is not a UTF-8 text file.") from None
