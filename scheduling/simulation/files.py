"""A problem and its solution, as files, made a centre that can be simulated.

A problem knows the agents required, not the contacts. Without a forecast the contacts are those
that the required agents would just serve at the target, which is said wherever it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.problem import SLOTS, Problem
from scheduling.simulation.centre import Centre, Floats, Routing, SimAgent, SimQueue
from scheduling.solution import Solution
from scheduling.staffing.requirement import achieved
from wfm.domain.errors import BadInput
from wfm.domain.service_level import SlDefinition

CELL_S = 900.0
Z90 = 1.2815515655446004


@dataclass(frozen=True)
class Assumed:
    """What a problem file does not say: handle time, patience, target, error of the volume."""

    aht_s: float = 300.0
    patience_s: float | None = 180.0
    sl_definition: SlDefinition = "short_excluded"
    sl_target: float = 0.8
    target_s: float = 20.0
    short_s: float = 5.0
    cv2: float = 1.0
    volume_error: float = 0.0  # standard deviation of a day's volume, as a share of it


@dataclass(frozen=True, eq=False)
class Forecasted:
    """A queue's contacts and handle time by cell, and the P10 and P90 of the contacts if known."""

    contacts: Floats
    aht_s: Floats
    p10: Floats | None = None
    p90: Floats | None = None


def file_centre(
    problem: Problem,
    solution: Solution,
    assumed: Assumed,
    forecast: Mapping[str, Forecasted] | None = None,
    routing: Routing | None = None,
) -> Centre:
    """The centre of a problem and a solution; cell 0 is midnight of the first day."""
    cells = problem.days * SLOTS
    days = np.repeat(np.arange(problem.days, dtype=np.int64), SLOTS)
    given = forecast if forecast is not None else implied_contacts(problem, assumed)
    unknown = sorted(set(given) - set(problem.requirement))
    if unknown:
        raise BadInput(f"The forecast has the queue {unknown[0]!r}, which the problem does not.")
    queues = tuple(
        SimQueue(
            name=name, contacts=own.contacts, aht_s=own.aht_s, patience_s=assumed.patience_s,
            sl_definition=assumed.sl_definition, target_s=assumed.target_s,
            sl_target=assumed.sl_target, short_s=assumed.short_s, handling="log-normal",
            cv2=assumed.cv2, below=_error(own, assumed.volume_error)[0],
            above=_error(own, assumed.volume_error)[1],
        )
        for name, own in sorted(given.items())
    )  # fmt: skip
    return Centre(
        queues, planned_agents(problem, solution), cells, CELL_S, day_of_cell=days,
        routing=routing or Routing(),
    )  # fmt: skip


def planned_agents(problem: Problem, solution: Solution) -> tuple[SimAgent, ...]:
    """The agents with their duties: shifts without breaks, in seconds from the first midnight."""
    spans: dict[str, list[tuple[float, float, int]]] = {agent.id: [] for agent in problem.agents}
    for shift in solution.shifts:
        if shift.agent not in spans:
            raise BadInput(f"The solution has shifts of {shift.agent!r}, not in the problem.")
        at = shift.start
        base = shift.day * SLOTS
        for pause in sorted(shift.breaks, key=lambda b: b.start):
            spans[shift.agent].append((base + at, base + pause.start, shift.day))
            at = pause.start + pause.slots
        spans[shift.agent].append((base + at, base + shift.start + shift.length, shift.day))
    return tuple(
        agent_on_duty(
            agent.id, [(queue, 100) for queue in agent.queues],
            [(a * CELL_S, b * CELL_S, day) for a, b, day in spans[agent.id]],
        )
        for agent in problem.agents
    )  # fmt: skip


def agent_on_duty(
    name: str, skills: Sequence[tuple[str, int]], spans: Sequence[tuple[float, float, int]]
) -> SimAgent:
    """An agent with spans (start, end, day), those that touch on the same day made one."""
    joined: list[tuple[float, float, int]] = []
    for start, end, day in sorted(span for span in spans if span[0] < span[1]):
        if joined and start <= joined[-1][1] and joined[-1][2] == day:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]), day)
        else:
            joined.append((start, end, day))
    return SimAgent(
        name, tuple(sorted(skills)), tuple((a, b) for a, b, _ in joined),
        tuple(day for _, _, day in joined),
    )  # fmt: skip


def implied_contacts(problem: Problem, assumed: Assumed) -> dict[str, Forecasted]:
    """The most contacts in each cell that the required agents serve at the target."""
    needed = sorted({n for rows in problem.requirement.values() for row in rows for n in row})
    agents = np.array(needed, dtype=np.float64)
    low, high = np.zeros_like(agents), agents * 3600 / assumed.aht_s * 1.5
    for _ in range(40):
        middle = (low + high) / 2
        met = (
            achieved(
                middle, assumed.aht_s, assumed.patience_s, agents,
                sl_definition=assumed.sl_definition, target_s=assumed.target_s,
                short_s=assumed.short_s,
            ).sl
            >= assumed.sl_target
        )  # fmt: skip
        low, high = np.where(met, middle, low), np.where(met, high, middle)
    per_cell = dict(zip(needed, (low * CELL_S / 3600).tolist(), strict=True))
    return {
        name: Forecasted(
            np.array([per_cell[n] if n else 0.0 for row in rows for n in row]),
            np.full(problem.days * SLOTS, assumed.aht_s),
        )
        for name, rows in problem.requirement.items()
    }


def _error(own: Forecasted, volume_error: float) -> tuple[Floats | None, Floats | None]:
    """Error of the forecast below and above, from P10 and P90 less the noise of counting."""
    if own.p10 is None or own.p90 is None:
        if volume_error <= 0:
            return None, None
        same = np.full_like(own.contacts, volume_error)
        return same, same
    return (
        beyond_counting(own.contacts, own.contacts - own.p10),
        beyond_counting(own.contacts, own.p90 - own.contacts),
    )


def beyond_counting(contacts: Floats, distance: Floats) -> Floats:
    """Standard deviation, as a share of `contacts`, that a P10 or P90 at a distance shows.

    The noise of counting is drawn anyway: 100 contacts with P90 at 125.6 have 20 by the quantile,
    of which 10 are counting; 17.3 % remain.
    """
    spread = np.maximum(distance, 0) / Z90
    left = np.sqrt(np.maximum(spread**2 - contacts, 0))
    return np.asarray(
        np.divide(left, contacts, out=np.zeros_like(contacts), where=contacts > 0),
        dtype=np.float64,
    )
