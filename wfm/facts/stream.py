"""The day as it streams in: each agent judged again when something of theirs has moved on."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, replace

import numpy as np

from wfm.domain.activities import STATE_GROUPS
from wfm.facts.adherence import judge
from wfm.facts.case import Case, Plan, States
from wfm.facts.judged import CAUSES, Judged
from wfm.facts.matrix import VERDICTS
from wfm.facts.pieces import Ints, Layer


@dataclass(frozen=True)
class VerdictSpan:
    """A stretch of one agent's time with one verdict and cause; instants in UTC seconds."""

    start_at: int
    end_at: int
    verdict: str
    cause: str


@dataclass(frozen=True, order=True)
class StateEvent:
    """An agent changes to a state: from now on, until the next change."""

    at: int
    group: str
    busy: bool = False
    wrapping: bool = False
    contact: int = -1


class StreamedDay:
    """Verdicts of a day's agents, kept up to date event by event by the engine of the facts.

    An agent is judged again when an event of theirs came, or when time has moved on and they have
    a state or something planned; everybody else's verdicts stand.
    """

    def __init__(self, case: Case) -> None:
        self._case = case
        self._events: dict[int, list[StateEvent]] = {}
        self._spans: dict[int, tuple[VerdictSpan, ...]] = {}
        self._touched: set[int] = set()
        self._judged_at: int | None = None

    def tell(self, agent: int, event: StateEvent) -> None:
        """A change of state taken in; a late one finds its place in time."""
        insort(self._events.setdefault(agent, []), event)
        self._touched.add(agent)

    def verdicts(self, as_of_at: int) -> dict[int, tuple[VerdictSpan, ...]]:
        """The verdicts of every agent up to an instant, as the whole day judged at once gives."""
        agents = self._moved(as_of_at)
        if agents:
            chosen = np.array(sorted(agents), np.int64)
            self._spans.update(verdict_spans(judge(self._part(chosen, as_of_at)), chosen))
        self._touched, self._judged_at = set(), as_of_at
        return dict(self._spans)

    def _moved(self, as_of_at: int) -> set[int]:
        everybody = set(range(len(self._case.day_edges)))
        before = self._judged_at
        if before is None:
            return everybody
        if as_of_at == before:
            return self._touched
        plan = self._case.plan.layer
        low, high = min(before, as_of_at), max(before, as_of_at)
        planned = set(plan.agent[(plan.start < high) & (plan.end > low)].tolist())
        # A state lasts until the next one, so whoever has any goes on with time.
        return self._touched | planned | set(self._events)

    def _part(self, agents: Ints, as_of_at: int) -> Case:
        """The case of some agents alone, numbered from 0."""
        case = self._case
        rows = [
            (number, event.at, own[i + 1].at if i + 1 < len(own) else as_of_at, event)
            for number, agent in enumerate(agents.tolist())
            for own in (self._events.get(agent, []),)
            for i, event in enumerate(own)
        ]
        table = np.array([row[:3] for row in rows], np.int64).reshape(len(rows), 3)
        events = [row[3] for row in rows]
        states = States(
            Layer(table[:, 0], table[:, 1], table[:, 2]),
            np.array([STATE_GROUPS.index(e.group) for e in events], np.uint8),
            np.array([e.busy for e in events], bool),
            np.array([e.wrapping for e in events], bool),
            np.array([e.contact for e in events], np.int64),
        )
        plan = _plan_of(case.plan, agents)
        return replace(
            case,
            plan=plan,
            current=plan if case.current is case.plan else _plan_of(case.current, agents),
            states=states,
            day_edges=case.day_edges[agents],
            healthy=case.healthy[agents],
            rule_of=case.rule_of[agents],
            as_of_at=as_of_at,
            exceptions=_layer_of(case.exceptions, agents),
            pending=_layer_of(case.pending, agents),
        )


def verdict_spans(judged: Judged, agents: Ints | None = None) -> dict[int, tuple[VerdictSpan, ...]]:
    """Stretches of one verdict and cause by agent; agents without any time have none."""
    pieces = judged.pieces
    found: dict[int, list[VerdictSpan]] = {n: [] for n in range(len(judged.case.day_edges))}
    columns = (pieces.agent, pieces.start, pieces.end, judged.verdict, judged.cause)
    for agent, start, end, verdict, cause in zip(*(c.tolist() for c in columns), strict=True):
        own, told = found[agent], (VERDICTS[verdict], CAUSES[cause])
        if own and own[-1].end_at == start and (own[-1].verdict, own[-1].cause) == told:
            own[-1] = replace(own[-1], end_at=end)
        else:
            own.append(VerdictSpan(start, end, *told))
    names = range(len(found)) if agents is None else agents.tolist()
    return {name: tuple(found[n]) for n, name in enumerate(names)}


def _plan_of(plan: Plan, agents: Ints) -> Plan:
    mine = np.isin(plan.layer.agent, agents)
    return Plan(_kept(plan.layer, agents), plan.activity[mine], plan.shift[mine], plan.paid[mine])


def _layer_of(layer: Layer | None, agents: Ints) -> Layer | None:
    return None if layer is None else _kept(layer, agents)


def _kept(layer: Layer, agents: Ints) -> Layer:
    mine = np.isin(layer.agent, agents)
    return Layer(np.searchsorted(agents, layer.agent[mine]), layer.start[mine], layer.end[mine])
