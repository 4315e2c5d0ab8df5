"""The job `simulate`: what service a week's schedule gives, with its uncertainty and its gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from scheduling.simulation.engine import simulate
from scheduling.simulation.gate import Gate, check_gate
from scheduling.simulation.report import Row, SimReport, report
from wfm.domain.clock import Clock
from wfm.domain.language import say
from wfm.domain.progress import Progress
from wfm.domain.scope import Scope
from wfm.store.readers.plans import draft_seq
from wfm.store.store import Store
from wfm.worker.simulate_week import WeekCentre, week_centre

REPLICATIONS = 200
MOST_TOLD = 50


@dataclass(frozen=True, eq=False)
class WeekSimulation:
    """A week simulated: what was simulated, the rows, the verdict of the gate."""

    week: WeekCentre
    found: SimReport
    gate: Gate


def simulate_week(
    store: Store,
    clock: Clock,
    scope: Scope,
    week: str,
    progress: Progress,
    *,
    draft: int | None = None,
    replications: int = REPLICATIONS,
    seed: int = 1,
    absence: float | None = None,
) -> WeekSimulation:
    """The service that a site's published week gives, or the draft of a number; writes nothing."""
    progress(say("Reading forecast and schedule"), 0.0)
    made = week_centre(store, clock, scope, week, draft=draft, absence=absence)
    counted = simulate(
        made.centre, replications, seed, absence=made.absence,
        tell=lambda done: progress(say("Simulating"), 5 + 90 * done / replications, run=done),
    )  # fmt: skip
    days = made.centre.day_of_cell
    found = report(counted, [] if days is None else days.tolist())
    return WeekSimulation(made, found, check_gate(found, made.when))


def run_simulate(
    store: Store, clock: Clock, parameters: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """The simulation of `unit` and `week`, or of `plan_id`: days, busy hours, gate, sentences."""
    plan_id, absence = parameters.get("plan_id"), parameters.get("absence")
    scope, seq = Scope(str(parameters["unit"])), 0
    if plan_id is not None:
        # The draft as it stands now: changed by hand later, it has to be simulated again.
        with store.db.read() as connection:
            seq = draft_seq(connection, scope, int(plan_id))
    done = simulate_week(
        store, clock, scope, str(parameters["week"]), progress,
        draft=None if plan_id is None else int(plan_id),
        replications=int(parameters.get("replications") or REPLICATIONS),
        seed=int(parameters.get("seed") or 1),
        absence=None if absence is None else float(absence),
    )  # fmt: skip
    return week_result(done) | {"draft_seq": seq}


def week_result(done: WeekSimulation, *, cells: bool = False) -> dict[str, Any]:
    """A simulation as JSON: a row for each day and queue; `cells` adds those of quarter-hours."""
    week, found, gate = done.week, done.found, done.gate
    result: dict[str, Any] = {
        "message": _sentence(done),
        "unit": week.unit,
        "week": f"{week.period.first:%G-W%V}",
        "schedule": week.schedule,
        "fc_version": week.fc_version,
        "replications": found.replications,
        "seed": found.seed,
        "absence": week.absence,
        "days": [day_json(row, week) for row in found.days],
        "occupancy_days": [asdict(b) | {"on": str(week.day(b.day))} for b in found.busy_days],
        "gate": gate_json(gate),
        "notes": list(week.notes),
    }
    if cells:
        result["cells"] = [
            day_json(row, week) | {"at": week.when(row.day, row.slot)} for row in found.cells
        ]
        result["occupancy_cells"] = [
            asdict(b) | {"at": week.when(b.day, b.slot)} for b in found.busy_cells
        ]
    return result


def day_json(row: Row, week: WeekCentre) -> dict[str, Any]:
    """A row with the local date of its day."""
    return asdict(row) | {"on": str(week.day(row.day))}


def gate_json(gate: Gate) -> dict[str, Any]:
    """The verdict, its worst misses and how many there are."""
    return {
        "passed": gate.passed,
        "misses_n": len(gate.misses),
        "misses": [asdict(miss) for miss in gate.misses[:MOST_TOLD]],
        "untold": list(gate.untold),
    }


def _sentence(done: WeekSimulation) -> str:
    rows = [row for row in done.found.days if row.sl is not None and row.target is not None]
    worst = min(rows, key=lambda row: row.sl.value - (row.target or 0) if row.sl else 0.0)
    gate = done.gate
    days = sum(miss.kind == "day" for miss in gate.misses)
    verdict = (
        say("It passes the gate.")
        if gate.passed
        else say(
            "Not without a signature: {days} days and {quarters} quarter-hours fall short.",
            days=days,
            quarters=len(gate.misses) - days,
        )
    )
    level = worst.sl.value if worst.sl else 0.0
    return say(
        "{schedule} of {unit}, {runs} runs: worst is {queue} on {day} with {level:.1%} for "
        "{target:.1%}, met on {met:.0%} of such days. {verdict}",
        schedule=done.week.schedule.capitalize(),
        unit=done.week.unit,
        runs=done.found.replications,
        queue=worst.queue or say("all queues"),
        day=done.week.when(worst.day, None),
        level=level,
        target=worst.target,
        met=worst.p_target or 0,
        verdict=verdict,
    )
