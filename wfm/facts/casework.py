"""The adherence case of a day: plan and states of all agents as small numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from wfm.domain.activities import BUSY_STATES, STATES
from wfm.domain.adherence import AdherenceRules
from wfm.facts.case import Case, Plan, States
from wfm.facts.inputs import DayInputs, window_of
from wfm.facts.pieces import Codes, Ints, Layer, Mask
from wfm.facts.plan import planned_segments
from wfm.facts.states import state_spells

# A contact begun in a shift may run this long past its end, and past midnight.
CONTACT_REACH_S = 2 * 3600


@dataclass(frozen=True)
class DayCase:
    """The case with what its numbers stand for."""

    case: Case
    agents: Ints  # agent key of each index
    site: Ints  # site key of each index in the middle of the day, 0 when unknown
    spells: pl.DataFrame
    segments: pl.DataFrame
    shift_days: Ints  # day number (relative to the day: -1, 0, 1) of each shift
    planned: Mask  # per agent: the site has schedules around the day
    state: Codes  # of each spell, its place in `STATES`
    current: pl.DataFrame  # the newest plan, as planned segments
    published: pl.DataFrame  # the first publication, the very same value where nothing changed


def day_case(inputs: DayInputs) -> DayCase:
    """The plan and states around the day of every agent who has either."""
    spells = state_spells(inputs)
    current = planned_segments(inputs, "current")
    known = _judged_plan(inputs, current)
    agents = _numbers(spells, known, current)
    codes = {activity.code: i for i, activity in enumerate(inputs.activities)}
    shifts = (
        pl.concat([known, current]).select("agent", "shift_on").unique().sort("agent", "shift_on")
    )
    edges = _edges(inputs, agents)
    site = _sites(inputs, agents, (edges[:, 0] + edges[:, 1]) // 2)
    layer = _layer(spells, agents)
    healthy = _healthy(layer, spells["tells_login"].to_numpy(), site, edges)
    with_plan = _layer(current, agents).agent
    has_plan = np.isin(site, np.unique(site[with_plan])) & (site > 0)
    has_plan[with_plan] = True
    shifts, span = _touching(inputs, shifts, pl.concat([known, current]), agents, edges)
    known = known.join(shifts, on=["agent", "shift_on"], how="semi", maintain_order="left")
    current = current.join(shifts, on=["agent", "shift_on"], how="semi", maintain_order="left")
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
    published = planned_segments(inputs, "baseline") if _changed(inputs) else current
    case = Case(
        plan=plan,
        baseline=_baseline(inputs, plan, published, agents, shifts, codes),
        current=_correcting(inputs, plan, known, current, agents, shifts, codes),
        states=states,
        day_edges=edges,
        healthy=healthy,
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
        case, agents, site, spells, known, days.astype(np.int64), has_plan, state, current,
        published,
    )  # fmt: skip


def _numbers(*frames: pl.DataFrame) -> Ints:
    """The different agents of some frames, in order."""
    seen = [np.bincount(frame["agent"].to_numpy()) for frame in frames if frame.height]
    there = np.zeros(max((len(counts) for counts in seen), default=0), bool)
    for counts in seen:
        there[: len(counts)] |= counts > 0
    return np.flatnonzero(there)


def _judged_plan(inputs: DayInputs, current: pl.DataFrame) -> pl.DataFrame:
    """The plan that counts for each agent: under the policy of the agent's site."""
    policies = {site: rules.policy for site, rules in inputs.rules.by_site}
    common = inputs.rules.policy
    if not _changed(inputs):
        return current
    layer_of = {"as_known": "as_known", "as_published": "published", "current": "current"}
    if not policies:
        return planned_segments(inputs, layer_of[common])
    wanted = {
        agent: policies.get(inputs.ids["site"].get(site, ""), common)
        for agent, site in inputs.membership.select("agent", "site").iter_rows()
    }
    parts = []
    for policy in sorted(set(wanted.values())):
        frame = planned_segments(inputs, layer_of[policy])
        mine = [agent for agent, policy_of in wanted.items() if policy_of == policy]
        parts.append(frame.filter(pl.col("agent").is_in(mine)))
    return pl.concat(parts) if parts else current


def _changed(inputs: DayInputs) -> bool:
    """Whether any shift around the day has more than one version."""
    return any(shift.seq > 1 for shift in inputs.shifts)


def _baseline(
    inputs: DayInputs, plan: Plan, published: pl.DataFrame, agents: Ints, shifts: pl.DataFrame,
    codes: dict[str, int],
) -> Plan:  # fmt: skip
    """The first publication of the shifts, the very same plan where nothing changed since.

    A shift taken out before it began is on nobody's base any more, so it is left out.
    """
    if not _changed(inputs):
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
    layer = _layer(segments, agents)
    near = edges - np.array([CONTACT_REACH_S, 0])
    inside = _overlaps(layer, near) | (segments["shift_on"] == inputs.day).to_numpy()
    kept = shifts.join(segments.filter(inside), on=["agent", "shift_on"], how="semi")
    chosen = segments.join(kept, on=["agent", "shift_on"], how="semi")
    span = edges.copy()
    reach = _layer(chosen, agents)
    np.minimum.at(span[:, 0], reach.agent, reach.start)
    np.maximum.at(span[:, 1], reach.agent, reach.end)
    return kept.sort("agent", "shift_on"), span


def _overlaps(layer: Layer, spans: Ints) -> Mask:
    overlaps: Mask = (layer.start < spans[layer.agent, 1]) & (layer.end > spans[layer.agent, 0])
    return overlaps


def _layer(frame: pl.DataFrame, agents: Ints) -> Layer:
    numbers = frame["agent"].to_numpy()
    place = np.zeros(int(agents.max(initial=0)) + 1, np.int64)
    place[agents] = np.arange(len(agents))
    return Layer(
        place[numbers],
        frame["start_at"].to_numpy().astype(np.int64),
        frame["end_at"].to_numpy().astype(np.int64),
    )


def _plan(frame: pl.DataFrame, agents: Ints, shifts: pl.DataFrame, codes: dict[str, int]) -> Plan:
    numbers = shifts.with_row_index("shift")
    shift = frame.join(numbers, on=["agent", "shift_on"], how="left", maintain_order="left")
    activity = frame["activity"].replace_strict(codes, default=None, return_dtype=pl.Int64)
    if activity.null_count():
        unknown = frame.filter(activity.is_null())["activity"].unique().sort().to_list()
        raise ValueError(f"Schedules use activity codes that are not loaded: {unknown}.")
    return Plan(
        _layer(frame, agents),
        activity.to_numpy().astype(np.int64),
        shift["shift"].to_numpy().astype(np.int64),
        frame["paid"].to_numpy().astype(bool),
    )


def _edges(inputs: DayInputs, agents: Ints) -> Ints:
    bounds = pl.DataFrame({"agent": agents}, schema={"agent": pl.UInt32}).join(
        inputs.agents, on="agent", how="left", maintain_order="left"
    )
    # Nobody of record has no day here: its bounds are empty.
    ends = (bounds[name].fill_null(0) for name in ("from_at", "to_at"))
    start, end = (column.to_numpy().astype(np.int64) for column in ends)
    return np.stack([start, end], axis=1)


def _sites(inputs: DayInputs, agents: Ints, at: Ints) -> Ints:
    frame = pl.DataFrame(
        {"agent": agents, "at": at, "row": np.arange(len(agents))},
        schema={"agent": pl.UInt32, "at": pl.Int64, "row": pl.Int64},
    )
    placed = inputs.with_place(frame, "at").sort("row")
    return placed["site"].fill_null(0).to_numpy().astype(np.int64)


def _healthy(states: Layer, tells_login: Mask, site: Ints, edges: Ints) -> Mask:
    """Per agent and day bin: some agent of the site has a state that day, so the feed was alive.

    An agent whose source never tells of sign-ins has no healthy gaps: absence cannot be seen.
    """
    begins, ends = (edges[:, side][states.agent] for side in (0, 1))
    first = (states.start >= begins).astype(np.int64) + (states.start >= ends)
    last = (states.end > begins).astype(np.int64) + (states.end > ends)
    n = len(site)
    spans = np.bincount((states.agent * 3 + first) * 3 + last, minlength=n * 9).reshape(n, 3, 3) > 0
    own = np.stack(
        [spans[:, : day_bin + 1, day_bin:].any(axis=(1, 2)) for day_bin in range(3)], axis=1
    )
    alive = np.zeros((int(site.max(initial=0)) + 1, 3), bool)
    np.logical_or.at(alive, site, own)
    alive[0] = False
    healthy = alive[site] | own
    healthy[np.unique(states.agent[~tells_login])] = False
    return healthy
