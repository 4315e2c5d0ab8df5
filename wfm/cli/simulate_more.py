"""What `wfm simulate` can try beside the schedule as it is: training, and a repaired schedule."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from scheduling.process import solve_apart
from scheduling.simulation.centre import Centre
from scheduling.simulation.counted import Counted
from scheduling.simulation.engine import simulate
from scheduling.simulation.gate import GateRound, solve_until_passed
from scheduling.simulation.outcome import Estimate
from scheduling.simulation.report import SimReport
from scheduling.simulation.training import level_change, with_training
from scheduling.solution import Solution
from wfm.domain.errors import BadInput


@dataclass(frozen=True)
class Training:
    """A share of those who have one skill, taught another."""

    team: str
    learns: str
    share: float


@dataclass(frozen=True, eq=False)
class TrainingEffect:
    """Who was taught, and the change of each queue's service level, callers and absences shared."""

    trained: int
    queues: tuple[tuple[str, Estimate], ...]
    together: Estimate


def read_training(texts: Sequence[str]) -> tuple[Training, ...]:
    """`sales>support:20` is a fifth of those with the skill sales, taught support."""
    found = []
    for text in texts:
        pair, _, percent = text.rpartition(":")
        team, _, learns = pair.partition(">")
        try:
            share = float(percent) / 100
        except ValueError:
            share = -1.0
        if not (team and learns and 0 < share <= 1):
            raise BadInput(
                f"--train {text!r}: write SKILL>OTHER:PERCENT, like sales>support:20, with a "
                "percentage above 0 and at most 100."
            )
        found.append(Training(team, learns, share))
    return tuple(found)


def training_effect(
    centre: Centre,
    training: Sequence[Training],
    replications: int,
    seed: int,
    absence: float,
    tell: Callable[[int], None],
) -> TrainingEffect:
    """The centre simulated as it is and with people taught, by the same callers."""
    taught = centre
    try:
        for one in training:
            taught = with_training(taught, one.team, one.learns, one.share)
    except ValueError as error:
        raise BadInput(f"--train: {error}") from None
    before: Counted = simulate(centre, replications, seed, absence=absence, tell=tell)
    after = simulate(
        taught, replications, seed, absence=absence, tell=lambda n: tell(replications + n)
    )
    changed = sum(a.skills != b.skills for a, b in zip(centre.agents, taught.agents, strict=True))
    queues = tuple(
        (queue.name, level_change(before, after, i))
        for i, queue in enumerate(centre.queues)
        if queue.counted
    )
    return TrainingEffect(changed, queues, level_change(before, after))


def repaired(
    problem: str,
    judge: Callable[[Solution], SimReport],
    *,
    rounds: int,
    passes: int | None,
    time_limit_s: float | None,
    seed: int,
    told: Callable[[str, float], None],
) -> tuple[Solution, tuple[GateRound, ...]]:
    """A schedule solved again, with one agent more where it fell short, until it passes the gate.

    `judge` simulates a solution against the contacts of the problem first given.
    """
    document = json.loads(problem)
    begun = [0]

    def solve(raised: Any) -> Solution:
        begun[0] += 1
        told(f"Solving, round {begun[0]}", 0.0)
        return solve_apart(json.dumps(raised), time_limit_s=time_limit_s, seed=seed, passes=passes)

    def judged(_: Any, solution: Solution) -> SimReport:
        told(f"Simulating, round {begun[0]}", 50.0)
        return judge(solution)

    groups = {name: name for name in document["requirement"]}
    return solve_until_passed(document, solve, judged, groups, rounds)


def effect_json(effect: TrainingEffect) -> dict[str, Any]:
    """The effect as JSON: points of service level, with their 95 % interval."""

    def points(of: Estimate) -> dict[str, float]:
        told = {"points": of.value, "low": of.low, "high": of.high}
        return {name: 100 * float(value) for name, value in told.items()}

    return {
        "trained": effect.trained,
        "queues": [{"queue": name, **points(change)} for name, change in effect.queues],
        "together": points(effect.together),
    }


def show_effect(effect: TrainingEffect) -> None:
    """The effect as a table."""
    table = Table(title=f"Cross-training: {effect.trained} people taught")
    for name in ("queue", "service level, points", "known to"):
        table.add_column(name, no_wrap=True)
    for name, change in (*effect.queues, ("all", effect.together)):
        low, high = 100 * float(change.low), 100 * float(change.high)
        table.add_row(name, f"{100 * float(change.value):+.2f}", f"{low:+.2f} to {high:+.2f}")
    Console(highlight=False).print(table)
