"""Agents that a skill group needs in each quarter, from the forecasts of the queues it serves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from scheduling.staffing.deferred import spread_work
from scheduling.staffing.erlang import Floats
from scheduling.staffing.offered_load import modified_offered_load
from scheduling.staffing.requirement import Targets, required_agents
from wfm.domain.service_level import SlDefinition

Bools = NDArray[np.bool_]
DEFAULT_TARGET_PCT = 80.0
MOST_TARGET = 0.999
# Work that may wait: share of an agent's time it fills, and when it is due if nobody says (both
# conventions).
DEFERRED_OCCUPANCY = 0.85
DEFERRED_DUE_S = 86_400.0
# Whatever is left in hand when contacts stop is less than a thousandth of an agent soon.
LEAST_LOAD = 0.001
LIVE_CHANNELS = ("voice", "chat", "callback")


@dataclass(frozen=True, eq=False)
class QueueDemand:
    """A queue's forecast by quarter, with its own service-level definition and target.

    `due_s`: seconds until work that may wait is due, closed time counted.
    """

    queue_id: str
    channel: str
    sl_definition: SlDefinition
    sl_threshold_s: float
    short_abandon_s: float
    sl_target_pct: float | None
    contacts: Floats
    work_s: Floats
    due_s: float | None = None


@dataclass(frozen=True)
class GroupTarget:
    """The target a group is staffed for, and the sentences that say how it came about."""

    sl_definition: SlDefinition
    target: float
    threshold_s: float
    short_s: float
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class GroupRequirement:
    """Agents on queue by quarter, fractional and before shrinkage, and what decided them."""

    required: Floats
    target: GroupTarget
    model: str
    binding: dict[str, int]  # quarters by what decided them
    notes: tuple[str, ...]

    @property
    def hours(self) -> float:
        """Agent-hours required: 4 agents for a quarter are one hour."""
        return float(self.required.sum()) / 4


def require_group(
    demands: Sequence[QueueDemand],
    open_now: Bools,
    patience_s: float | None,
    *,
    cell_s: int = 900,
    max_occupancy: float | None = None,
) -> GroupRequirement:
    """The requirement of agents who serve all these queues: contacts pooled, closed quarters 0.

    Erlang A with a patience, Erlang C without. The load follows arrivals by about a handle time;
    contacts that may wait (mail, cases) add their plain work, laid over open time until it is due.
    """
    live = [demand for demand in demands if demand.channel in LIVE_CHANNELS]
    deferred = [demand for demand in demands if demand.channel not in LIVE_CHANNELS]
    target = group_target(live or demands)
    required = np.zeros(open_now.shape)
    binding: Counter[str] = Counter()
    notes = list(target.notes)
    if live:
        required, binding = _erlang(live, open_now, patience_s, target, cell_s, max_occupancy)
    for one in deferred:
        laid, said = _deferred(one, open_now, cell_s)
        required = required + laid
        notes += said
    if any(demand.channel == "chat" for demand in live):
        notes.append("chat is staffed as one contact at a time")
    model = "Erlang C" if patience_s is None else "Erlang A"
    return GroupRequirement(required, target, model, dict(sorted(binding.items())), tuple(notes))


def _deferred(demand: QueueDemand, open_now: Bools, cell_s: int) -> tuple[Floats, list[str]]:
    """Agents for work that may wait, by quarter, and the sentences that say how it is planned."""
    due_s = DEFERRED_DUE_S if demand.due_s is None else float(demand.due_s)
    laid, late = spread_work(demand.work_s, open_now, int(due_s // cell_s))
    assumed = " (assumed)" if demand.due_s is None else ""
    said = [
        f"{demand.queue_id}: due within {due_s / 3600:g} h{assumed}, planned evenly over the open "
        f"time until then, at {DEFERRED_OCCUPANCY:.0%} occupancy"
    ]
    if late.any():
        share = float(demand.contacts[late].sum() / demand.contacts.sum())
        said.append(
            f"{demand.queue_id}: infeasible in time for {share:.0%} of its contacts, which are due "
            "while the site is closed; planned for the next opening. Open longer or allow more time"
        )
    return laid / cell_s / DEFERRED_OCCUPANCY, said


def group_target(demands: Sequence[QueueDemand]) -> GroupTarget:
    """One target for queues served together: their own, weighted by contacts where they differ.

    80 % in 20 s on 300 contacts and 90 % in 10 s on 100 make 82.5 % in 17.5 s.
    """
    weights = np.array([float(demand.contacts.sum()) for demand in demands])
    if weights.sum() <= 0:
        weights = np.ones(len(demands))
    weights = weights / weights.sum()
    notes = []
    unset = [d.queue_id for d in demands if not d.sl_target_pct]
    if unset:
        notes.append(f"{', '.join(unset)}: no target set, {DEFAULT_TARGET_PCT:.0f} % assumed")
    levels = np.array([d.sl_target_pct or DEFAULT_TARGET_PCT for d in demands]) / 100
    if (levels > MOST_TARGET).any():
        notes.append(f"a target of 100 % cannot be staffed: {MOST_TARGET:.1%} is taken")
    levels = np.minimum(levels, MOST_TARGET)
    thresholds = np.array([float(d.sl_threshold_s) for d in demands])
    shorts = np.array([float(d.short_abandon_s) for d in demands])
    if np.ptp(levels) or np.ptp(thresholds) or np.ptp(shorts):
        notes.append("the queues' targets differ: weighted by forecast contacts")
    share: Counter[str] = Counter()
    for demand, weight in zip(demands, weights, strict=True):
        share[demand.sl_definition] += weight
    definition = max(sorted(share), key=lambda name: share[name])
    if len(share) > 1:
        notes.append(f"the queues' definitions differ: {definition} is used, that of most contacts")
    return GroupTarget(
        cast(SlDefinition, definition),
        float(levels @ weights),
        float(thresholds @ weights),
        float(shorts @ weights),
        tuple(notes),
    )


def _erlang(
    live: Sequence[QueueDemand],
    open_now: Bools,
    patience_s: float | None,
    target: GroupTarget,
    cell_s: int,
    max_occupancy: float | None,
) -> tuple[Floats, Counter[str]]:
    contacts, aht, load = group_load(live, open_now, cell_s)
    if not contacts.any():
        return np.zeros(contacts.shape), Counter()
    staffed = load >= LEAST_LOAD
    found = required_agents(
        load[staffed] * 3600 / aht[staffed],
        aht[staffed],
        patience_s,
        Targets(
            target.sl_definition,
            sl=target.target,
            target_s=target.threshold_s,
            max_occupancy=max_occupancy,
            short_s=target.short_s,
        ),
    )
    required = np.zeros(contacts.shape)
    required[staffed] = found.required
    return required, Counter(str(name) for name in found.binding)


def group_load(
    demands: Sequence[QueueDemand], open_now: Bools, cell_s: int = 900
) -> tuple[Floats, Floats, Floats]:
    """Contacts, seconds of handling and erlangs in hand of queues served together, by quarter."""
    contacts = np.where(open_now, summed([demand.contacts for demand in demands]), 0.0)
    work = np.where(open_now, summed([demand.work_s for demand in demands]), 0.0)
    busy = contacts > 0
    aht, load = np.ones(contacts.shape), np.zeros(contacts.shape)
    if busy.any():
        aht = np.full(contacts.shape, work.sum() / contacts.sum())
        aht[busy] = work[busy] / contacts[busy]
        aht = np.maximum(aht, 1.0)
        for run in open_runs(open_now):
            load[run] = modified_offered_load(contacts[run], aht[run], cell_s)
    return contacts, aht, load


def open_runs(open_now: Bools) -> list[slice]:
    """Stretches of open quarters: over midnight for a queue that never closes."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], open_now.astype(np.int8), [0]])))
    return [slice(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def summed(parts: Sequence[Floats]) -> Floats:
    """One array of several: their sum, cell by cell."""
    return np.asarray(np.sum(parts, axis=0), dtype=np.float64)
