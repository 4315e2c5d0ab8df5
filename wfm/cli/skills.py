"""`wfm staffing skills` and `cross-training`: queues and agents of several skills, simulated."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, cast

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from scheduling.simulation.centre import Callback, Routing, SimQueue, ToAgent, ToContact
from scheduling.simulation.fewest import fewest_skilled
from scheduling.simulation.outcome import Estimate
from scheduling.simulation.skills import (
    SkillSet,
    SkillsService,
    Span,
    skills_service,
    steady_queue,
)
from scheduling.simulation.training import cross_training
from wfm.cli.cells import checked, floats, read_rows
from wfm.cli.watch import Watch
from wfm.domain.errors import BadInput
from wfm.domain.service_level import SL_DEFINITIONS, SlDefinition

QUEUE_COLUMNS = ("queue", "calls_per_hour", "aht_s")
QueueFile = Annotated[Path, typer.Argument(metavar="QUEUES.csv", help="Queues, one a line")]
Hours = Annotated[float, typer.Option(min=0.25, max=1000, help="Hours counted in each run")]
Runs = Annotated[int, typer.Option(min=2, max=10_000, help="Runs")]
Seed = Annotated[int, typer.Option(min=0, help="Same seed, same figures")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table")]


def skills(
    queues: QueueFile,
    agents: Annotated[Path, typer.Argument(metavar="AGENTS.csv", help="Agents by skills")],
    fewest: Annotated[
        bool, typer.Option("--fewest", help="Look for the fewest that meet every target")
    ] = False,
    to_agent: Annotated[str, typer.Option(help="specialist-first, longest-idle, best-skill")] = (
        "specialist-first"
    ),
    to_contact: Annotated[str, typer.Option(help="longest-wait, priority, own-skill-first")] = (
        "longest-wait"
    ),
    hours: Hours = 12.0,
    replications: Runs = 60,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """What agents of several skills achieve, or how few are enough, at a steady load.

    QUEUES.csv: queue, calls_per_hour, aht_s and, where wanted, patience_s, target_sl, target_s
    (20), sl_definition (short_excluded), short_s, cv2 (1), priority (0), callback_after_s,
    callback_share. AGENTS.csv: skills (sales|support:50, the level after a colon), agents, cost
    (1). Each service level has the 95 % interval in which it is known.
    """
    given = read_queues(queues)
    sets = read_sets(agents, needs_agents=not fewest)
    span = Span(hours, min(2.0, hours), replications, seed)
    routing = Routing(cast(ToAgent, to_agent), cast(ToContact, to_contact))
    alone: tuple[int, ...] = ()
    with Watch("Simulate", quiet=as_json) as watch:
        if fewest:
            found = checked(
                queues,
                lambda: fewest_skilled(
                    given, sets, span, routing,
                    lambda done: watch.progress("Looking for the fewest", min(95, done), run=done),
                ),
            )  # fmt: skip
            service, alone = found.service, found.alone
        else:
            service = checked(agents, lambda: skills_service(given, sets, span, routing))
    if as_json:
        typer.echo(json.dumps(_json(service) | ({"alone": list(alone)} if alone else {})))
        return
    _show(service, alone)


def cross_train(
    queues: QueueFile,
    shares: Annotated[
        str, typer.Option(help="Percent of each team trained for the next queue")
    ] = "0,10,20,50,100",
    fewest: Annotated[
        bool, typer.Option("--fewest", help="Also the fewest agents that keep every target")
    ] = False,
    hours: Hours = 12.0,
    replications: Runs = 60,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """What training shares of each team for the next queue brings, the callers the same in all.

    QUEUES.csv as in `wfm staffing skills`, with agents if the teams are not to be as large as
    each queue needs alone. The last team learns the first queue.
    """
    given = read_queues(queues)
    rows = read_rows(queues, QUEUE_COLUMNS)
    teams = None
    if rows and "agents" in rows[0]:
        heads = floats(queues, rows, "agents")
        teams = {queue.name: int(n) for queue, n in zip(given, heads, strict=True)}
    try:
        parts = [float(part) / 100 for part in shares.split(",")]
    except ValueError:
        raise BadInput(f"Shares {shares!r}: give percent with commas, like 0,10,50.") from None
    span = Span(hours, min(2.0, hours), replications, seed)
    with Watch("Simulate", quiet=as_json) as watch:
        found = checked(
            queues,
            lambda: cross_training(
                given, teams, parts, span, fewest=fewest,
                tell=lambda done: watch.progress("Simulating", min(95, done), run=done),
            ),
        )  # fmt: skip
    if as_json:
        typer.echo(
            json.dumps(
                [
                    {
                        "share": one.share,
                        "trained": one.trained,
                        **_json(one.service),
                        "fewest": None if one.fewest is None else one.fewest.agents,
                    }
                    for one in found
                ]
            )
        )
        return
    table = Table()
    names = [queue.name for queue in given]
    for name in ("trained", "agents", *names, "together", "abandoned", "occupancy", "fewest"):
        table.add_column(name, no_wrap=True)
    for one in found:
        weights = [float(q.queue.contacts[0]) for q in one.service.queues]
        lost = np.dot([float(q.p_abandon.value) for q in one.service.queues], weights)
        table.add_row(
            f"{one.share:.0%} ({one.trained})", str(one.service.agents),
            *(_level(q.sl) for q in one.service.queues), _level(one.service.together),
            f"{lost / sum(weights):.1%}", f"{float(one.service.occupancy.value):.1%}",
            "-" if one.fewest is None else str(one.fewest.agents),
        )  # fmt: skip
    console = Console(highlight=False)
    console.width = max(console.width, 110)
    console.print(table)


def read_queues(source: Path) -> tuple[SimQueue, ...]:
    """Queues at a steady load from a CSV file."""
    rows = read_rows(source, QUEUE_COLUMNS)
    columns = {name: floats(source, rows, name) for name in ("calls_per_hour", "aht_s")}
    optional = (
        "patience_s", "target_sl", "target_s", "short_s", "cv2", "priority", "callback_after_s",
        "callback_share",
    )  # fmt: skip
    more = {name: floats(source, rows, name, empty=True) for name in optional}
    found = []
    for i, row in enumerate(rows):
        own = {name: None if np.isnan(v[i]) else float(v[i]) for name, v in more.items()}
        definition = (row.get("sl_definition") or "short_excluded").strip()
        if definition not in SL_DEFINITIONS:
            raise BadInput(
                f"{source.name} line {i + 2}: sl_definition is {definition!r}; one of "
                f"{', '.join(SL_DEFINITIONS)}."
            )
        callback = None
        if own["callback_after_s"] is not None:
            share = own["callback_share"]
            callback = Callback(own["callback_after_s"], 1.0 if share is None else share)
        cv2 = own["cv2"]
        found.append(
            steady_queue(
                row["queue"],
                float(columns["calls_per_hour"][i]),
                float(columns["aht_s"][i]),
                patience_s=own["patience_s"],
                sl_definition=cast(SlDefinition, definition),
                target_s=20.0 if own["target_s"] is None else own["target_s"],
                sl_target=own["target_sl"],
                short_s=5.0 if own["short_s"] is None else own["short_s"],
                handling="exponential" if cv2 is None else "log-normal",
                cv2=1.0 if cv2 is None else cv2,
                priority=int(own["priority"] or 0),
                callback=callback,
            )
        )
    return tuple(found)


def read_sets(source: Path, *, needs_agents: bool) -> tuple[SkillSet, ...]:
    """Agents by their skills from a CSV file."""
    rows = read_rows(source, ("skills", "agents") if needs_agents else ("skills",))
    agents = floats(source, rows, "agents", empty=not needs_agents)
    cost = floats(source, rows, "cost", empty=True)
    found = []
    for i, row in enumerate(rows):
        own = []
        for part in row["skills"].split("|"):
            name, _, level = part.strip().partition(":")
            try:
                own.append((name, int(level or 100)))
            except ValueError:
                raise BadInput(
                    f"{source.name} line {i + 2}: the level of {name} is {level!r}; write a whole "
                    "number, 100 for the best."
                ) from None
        found.append(
            SkillSet(
                tuple(own),
                0 if np.isnan(agents[i]) else int(agents[i]),
                1.0 if np.isnan(cost[i]) else float(cost[i]),
            )
        )
    return tuple(found)


def _show(service: SkillsService, alone: Sequence[int]) -> None:
    table = Table()
    for name in ("queue", "service level", "known to", "target", "abandoned", "wait s", "alone"):
        table.add_column(name, no_wrap=True)
    for i, one in enumerate(service.queues):
        target = one.queue.sl_target
        table.add_row(
            one.queue.name, f"{float(one.sl.value):.1%}", _known(one.sl),
            "-" if target is None else f"{target:.1%}", f"{float(one.p_abandon.value):.1%}",
            f"{float(one.asa_s.value):,.1f}", str(alone[i]) if alone else "-",
        )  # fmt: skip
    together = service.together
    table.add_row("all", f"{float(together.value):.1%}", _known(together), "-", "-", "-",
                  str(sum(alone)) if alone else "-")  # fmt: skip
    console = Console(highlight=False)
    console.print(table)
    sets = ", ".join(f"{one.agents} {one.name}" for one in service.sets)
    console.print(
        f"{service.agents} agents ({sets}), cost {service.cost:,.2f}, occupancy "
        f"{float(service.occupancy.value):.1%}; {service.span.replications} runs of "
        f"{service.span.hours:g} h, seed {service.span.seed}.",
        markup=False,
    )
    if alone:
        console.print(
            f"A team for each queue needs {sum(alone)} by Erlang. No agent can be spared, nor "
            "exchanged for a cheaper one; a better mix far from this one is not excluded."
        )


def _json(service: SkillsService) -> dict[str, Any]:
    return {
        "agents": service.agents,
        "cost": service.cost,
        "sets": [{"skills": one.name, "agents": one.agents} for one in service.sets],
        "queues": [
            {
                "queue": one.queue.name,
                "sl": _values(one.sl),
                "sl_definition": one.queue.sl_definition,
                "target": one.queue.sl_target,
                "met": one.met,
                "p_abandon": _values(one.p_abandon),
                "asa_s": _values(one.asa_s),
            }
            for one in service.queues
        ],
        "together": _values(service.together),
        "occupancy": _values(service.occupancy),
        "replications": service.span.replications,
        "seed": service.span.seed,
    }


def _values(of: Estimate) -> dict[str, float | None]:
    told = {"value": of.value, "low": of.low, "high": of.high}
    return {name: None if np.isnan(value) else float(value) for name, value in told.items()}


def _known(of: Estimate) -> str:
    return f"{100 * float(of.low):.1f}-{100 * float(of.high):.1f} %"


def _level(of: Estimate) -> str:
    return f"{float(of.value):.1%} ± {50 * float(of.high - of.low):.1f}"
