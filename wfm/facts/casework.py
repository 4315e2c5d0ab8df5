"""The adherence case of a day: plan and states of all agents as small numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from wfm.domain.activities import BUSY_STATES, STATES
from wfm.domain.adherence import AdherenceRules
from wfm.facts.case import Case, Plan, States
from wfm.facts.crowd import Crowd, crowd_of, layer_of
from wfm.facts.inputs import DayInputs, window_of
from wfm.facts.pieces import Codes, Ints, Layer, Mask
from wfm.facts.states import painted

# A contact begun in a shift may run this long past its end, and past midnight.
CONTACT_REACH_S = 2 * 3600


@dataclass(frozen=True)
class DayCase:
    """The case with what its numbers stand for."""

    case: Case
    agents: Ints  # agent key of each index
    spells: pl.DataFrame
    segments: pl.DataFrame
    shift_days: Ints  # day number (relative to the day: -1, 0, 1) of each shift
    planned: Mask  # per agent: the site has schedules around the day
    state: Codes  # of each spell, its place in `STATES`
    current: pl.DataFrame  # the newest plan, as planned segments
    published: pl.DataFrame  # the first publication, the very same value where nothing changed


def day_case(inputs: DayInputs) -> DayCase:
    """The plan and states around the day of every agent who has either."""
    crowd = crowd_of(inputs)
    return case_of(inputs, crowd, slice(0, len(crowd.agents)))


def case_of(inputs: DayInputs, crowd: Crowd, part: slice) -> DayCase:
    """The plan and states around the day of some of the agents, by their places in the crowd."""
    spells, known, current, published = crowd.own(part)
    agents, edges, site = crowd.agents[part], crowd.edges[part], crowd.site[part]
    codes = {activity.code: i for i, activity in enumerate(inputs.activities)}
    planned = pl.concat([known, current])
    shifts = planned.select("agent", "shift_on").unique().sort("agent", "shift_on")
    shifts, span = _touching(inputs, shifts, planned, agents, edges)
    known = known.join(shifts, on=["agent", "shift_on"], how="semi", maintain_order="left")
    current = current.join(shifts, on=["agent", "shift_on"], how="semi", maintain_order="left")
    spells = painted(spells)
    layer = layer_of(spells, agents)
    inside = _overlaps(layer, span)
    if not inside.all():
        spells = spells.filter(inside)
        layer = Layer(layer.agent[inside], layer.start[inside], layer.end[inside])
    state = spells["state"].to_physical().to_numpy().astype(np.uint8)
    states = States(
        layer,
        spells["group"].to_numpy().astype(np.uint8),
        np.array([name in BUSY_STATES for name in STATES])[state],
        state == STATES.index("acw"),
        spells["contact"].to_numpy(),
    )
    plan = _plan(known, agents, shifts, codes)
    rulesets, rule_of = _rules(inputs, site)
    published = current if published is None else published
    case = Case(
        plan=plan,
        baseline=_baseline(plan, published, current, agents, shifts, codes),
        current=_correcting(inputs, plan, known, current, agents, shifts, codes),
        states=states,
        day_edges=edges,
        healthy=crowd.healthy[part],
        activities=inputs.activities,
        rulesets=rulesets,
        rule_of=rule_of,
        base=window_of(inputs.day)[0] - 86_400,
        as_of_at=inputs.as_of_at,
        exceptions=_excepted(inputs, agents, "approved"),
        pending=_excepted(inputs, agents, "pending") if inputs.with_pending else None,
    )
    days = (shifts["shift_on"] - pl.Series([inputs.day])).dt.total_days().to_numpy()
    return DayCase(
        case, agents, spells, known, days.astype(np.int64), crowd.planned[part], state, current,
        published,
    )  # fmt: skip


def _baseline(
    plan: Plan, published: pl.DataFrame, current: pl.DataFrame, agents: Ints, shifts: pl.DataFrame,
    codes: dict[str, int],
) -> Plan:  # fmt: skip
    """The first publication of the shifts, the very same plan where nothing changed since.

    A shift taken out before it began is on nobody's base any more, so it is left out.
    """
    if published is current:
        return plan
    kept = published.join(shifts, on=["agent", "shift_on"], how="semi", maintain_order="left")
    return _plan(kept, agents, shifts, codes)


def _correcting(
    inputs: DayInputs, plan: Plan, known: pl.DataFrame, current: pl.DataFrame, agents: Ints,
    shifts: pl.DataFrame, codes: dict[str, int],
) -> Plan:  # fmt: skip
    """The newest plan where it may correct: of agents judged as known, when it differs at all."""
    as_known = {site for site, rules in inputs.rules.by_site if rules.policy == "as_known"}
    others = {site for site, _ in inputs.rules.by_site} - as_known
    if inputs.rules.policy != "as_known" and not as_known:
        return plan
    if others or inputs.rules.policy != "as_known":
        common = inputs.rules.policy == "as_known"
        kept = [
            agent
            for agent, site in inputs.membership.select("agent", "site").iter_rows()
            if (name := inputs.ids["site"].get(site, "")) in as_known
            or (common and name not in others)
        ]
        inside = pl.col("agent").is_in(kept)
        current = pl.concat([current.filter(inside), known.filter(~inside)])
    return plan if current.equals(known) else _plan(current, agents, shifts, codes)


def _rules(inputs: DayInputs, site: Ints) -> tuple[tuple[AdherenceRules, ...], Ints]:
    """The different rules in force, and which of them each agent is judged by."""
    keys = inputs.keys["site"]
    own = [(keys[name], rules) for name, rules in inputs.rules.by_site if name in keys]
    rule_of = np.zeros(len(site), np.int64)
    for number, (key, _) in enumerate(own, start=1):
        rule_of[site == key] = number
    return (inputs.rules, *(rules for _, rules in own)), rule_of


def _excepted(inputs: DayInputs, agents: Ints, status: str) -> Layer | None:
    """Spans of the exceptions with a status, None when there are none."""
    keys = inputs.keys["agent"]
    here = set(agents.tolist())
    rows = [
        (keys[e.agent_id], e.start_at, e.end_at)
        for e in inputs.exceptions
        if e.status == status and keys.get(e.agent_id) in here
    ]
    if not rows:
        return None
    table = np.array(rows, np.int64)
    return Layer(np.searchsorted(agents, table[:, 0]), table[:, 1], table[:, 2])


def _touching(
    inputs: DayInputs, shifts: pl.DataFrame, segments: pl.DataFrame, agents: Ints, edges: Ints
) -> tuple[pl.DataFrame, Ints]:
    """Shifts that start on the day or reach into it, and each agent's span of time to look at.

    The span is the day, longer where a shift crosses midnight, so that its spells stay whole.
    """
    layer = layer_of(segments, agents)
    near = edges - np.array([CONTACT_REACH_S, 0])
    inside = _overlaps(layer, near) | (segments["shift_on"] == inputs.day).to_numpy()
    kept = shifts.join(segments.filter(inside), on=["agent", "shift_on"], how="semi")
    chosen = segments.join(kept, on=["agent", "shift_on"], how="semi")
    span = edges.copy()
    reach = layer_of(chosen, agents)
    np.minimum.at(span[:, 0], reach.agent, reach.start)
    np.maximum.at(span[:, 1], reach.agent, reach.end)
    return kept.sort("agent", "shift_on"), span


def _overlaps(layer: Layer, spans: Ints) -> Mask:
    overlaps: Mask = (layer.start < spans[layer.agent, 1]) & (layer.end > spans[layer.agent, 0])
    return overlaps


def _plan(frame: pl.DataFrame, agents: Ints, shifts: pl.DataFrame, codes: dict[str, int]) -> Plan:
    numbers = shifts.with_row_index("shift")
    shift = frame.join(numbers, on=["agent", "shift_on"], how="left", maintain_order="left")
    activity = frame["activity"].replace_strict(codes, default=None, return_dtype=pl.Int64)
    if activity.null_count():
        unknown = frame.filter(activity.is_null())["activity"].unique().sort().to_list()
        raise ValueError(f"Schedules use activity codes that are not loaded: {unknown}.")
    return Plan(
        layer_of(frame, agents),
        activity.to_numpy().astype(np.int64),
        shift["shift"].to_numpy().astype(np.int64),
        frame["paid"].to_numpy().astype(bool),
    )
