"""Replications of a centre: contacts drawn, met by agents in the event loop, counted by cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scheduling.simulation.centre import Centre, Floats, Ints, Routing, SimAgent, SimQueue
from scheduling.simulation.counted import COUNTS, Counted, Skills
from scheduling.simulation.draws import Contacts, absent, draw_contacts


@dataclass(frozen=True, eq=False)
class _Layout:
    """The agents and routing of a centre as the arrays the event loop reads."""

    skill_sets: tuple[Skills, ...]
    group: Ints
    serves_from: Ints
    serves: Ints
    choice: Ints
    served_from: Ints
    served_by: Ints
    rank: Ints
    targets: Floats


def simulate(
    centre: Centre,
    replications: int = 200,
    seed: int = 1,
    *,
    absence: float = 0.0,
    tell: Callable[[int], None] | None = None,
) -> Counted:
    """What `replications` runs of the centre count; the same seed gives the same bytes.

    `absence` 0.05: on each of their days each agent is away with probability 5 %. `tell` is
    called with the number of runs done and may raise to stop.
    """
    if replications < 2:
        raise ValueError(f"replications is {replications}: at least 2 show how much luck matters.")
    if not 0 <= absence < 1:
        raise ValueError(f"absence is {absence}: a share from 0 to below 1.")
    layout = _layout(centre)
    told = centre.cells - centre.warm_cells
    counts = np.zeros((replications, len(centre.queues), told, COUNTS), dtype=np.float32)
    times = np.zeros((replications, len(layout.skill_sets), told, 2), dtype=np.float32)
    duties = _duties(centre.agents)
    for r in range(replications):
        gone = absent(centre.agents, absence, seed, r)
        own, clock = _run(
            centre, layout, _duty_events(duties, gone), draw_contacts(centre, seed, r)
        )
        counts[r] = own[:, centre.warm_cells :]
        times[r] = clock[:, centre.warm_cells :]
        if tell is not None:
            tell(r + 1)
    return Counted(centre, layout.skill_sets, counts, times, replications, seed)


def meet(centre: Centre, contacts: Contacts) -> tuple[Floats, Floats]:
    """What one run with the given contacts counts, in the columns of `Counted`, warm-up included.

    Two contacts at 0 s and 10 s of 60 s each, one agent: the second waits 50 s.
    """
    layout = _layout(centre)
    return _run(centre, layout, _duty_events(_duties(centre.agents), set()), contacts)


def _run(
    centre: Centre, layout: _Layout, on_duty: tuple[Floats, Ints, Ints], contacts: Contacts
) -> tuple[Floats, Floats]:
    # The compiler takes a second to load: who only reads reports does not wait for it.
    from scheduling.simulation.kernel import run_day

    counts = np.zeros((len(centre.queues), centre.cells, COUNTS))
    times = np.zeros((len(layout.skill_sets), centre.cells, 2))
    run_day(
        _real(contacts.at), contacts.queue, _real(contacts.handle), _real(contacts.patience),
        _real(contacts.offer), contacts.cell, layout.targets, layout.group, layout.serves_from,
        layout.serves, layout.choice, layout.served_from, layout.served_by, layout.rank, *on_duty,
        float(centre.cell_s), counts, times,
    )  # fmt: skip
    return counts, times


def _real(values: Floats) -> Floats:
    """The values as the kernel was compiled for them."""
    return np.ascontiguousarray(values, dtype=np.float64)


def _layout(centre: Centre) -> _Layout:
    sets = tuple(sorted({tuple(sorted(agent.skills)) for agent in centre.agents}))
    place = {skills: g for g, skills in enumerate(sets)}
    group = np.array([place[tuple(sorted(a.skills))] for a in centre.agents], dtype=np.int64)
    can = [
        [(q, dict(skills)[queue.skill]) for q, queue in enumerate(centre.queues)
         if dict(skills).get(queue.skill, 0) > 0]
        for skills in sets
    ]  # fmt: skip
    choice = [[_choice(centre.routing, centre.queues[q], level) for q, level in row] for row in can]
    by_queue = [
        [(g, level, len(sets[g])) for g, row in enumerate(can) for q2, level in row if q2 == q]
        for q in range(len(centre.queues))
    ]
    rank = [[_rank(centre.routing, level, skills) for _, level, skills in row] for row in by_queue]
    return _Layout(
        sets,
        group,
        _offsets(can),
        _flat([[q for q, _ in row] for row in can]),
        _flat(choice),
        _offsets(by_queue),
        _flat([[g for g, _, _ in row] for row in by_queue]),
        _flat(rank),
        np.array([[q.target_s, q.short_s] for q in centre.queues]).reshape(-1, 2),
    )


def _choice(routing: Routing, queue: SimQueue, level: int) -> int:
    if routing.to_contact == "priority":
        return queue.priority
    return -level if routing.to_contact == "own-skill-first" else 0


def _rank(routing: Routing, level: int, skills: int) -> int:
    if routing.to_agent == "specialist-first":
        return skills
    return -level if routing.to_agent == "best-skill" else 0


def _offsets(rows: list[list[tuple[int, int]]] | list[list[tuple[int, int, int]]]) -> Ints:
    return np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int64)


def _flat(rows: list[list[int]]) -> Ints:
    return np.array([value for row in rows for value in row], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class _Duties:
    """Starts and ends of all duties in order of time: instant, agent, 1 for a start, and day."""

    at: Floats
    agent: Ints
    on: Ints
    day: Ints


def _duties(agents: tuple[SimAgent, ...]) -> _Duties:
    rows = []
    for number, agent in enumerate(agents):
        days = agent.days or (0,) * len(agent.duties)
        for (start, end), day in zip(agent.duties, days, strict=True):
            if not start < end:
                raise ValueError(f"A duty of {agent.name} runs from {start} s to {end} s.")
            rows.append((float(start), 1, number, day))
            rows.append((float(end), 0, number, day))
    rows.sort(key=lambda row: (row[0], row[1], row[2]))
    return _Duties(
        np.array([row[0] for row in rows], dtype=np.float64),
        np.array([row[2] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([row[3] for row in rows], dtype=np.int64),
    )


def _duty_events(duties: _Duties, gone: set[tuple[int, int]]) -> tuple[Floats, Ints, Ints]:
    """The duties of those who came."""
    if not gone:
        return duties.at, duties.agent, duties.on
    away = np.array([day * 2**32 + agent for agent, day in sorted(gone)], dtype=np.int64)
    keep = ~np.isin(duties.day * 2**32 + duties.agent, away)
    return duties.at[keep], duties.agent[keep], duties.on[keep]
