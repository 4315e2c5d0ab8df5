"""Everybody around a day, before their time is judged in parts: states, plans, places, feeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from wfm.facts.inputs import DayInputs
from wfm.facts.pieces import Ints, Layer, Mask
from wfm.facts.plan import planned_segments
from wfm.facts.states import state_spells


@dataclass(frozen=True)
class Crowd:
    """Everybody with a state or a plan around the day, in order of their numbers.

    What depends on other people is settled here: whether the feed of an agent's site was alive and
    whether the site has schedules. So any part of the crowd can be judged apart from the rest.
    """

    agents: Ints  # agent key of each index
    edges: Ints  # (agents, 2): starts of the day and of the next
    site: Ints  # site key in the middle of the day, 0 when unknown
    healthy: Mask  # (agents, 3): the state feed was alive the day before, on the day, after it
    planned: Mask  # the site has schedules around the day
    spells: pl.DataFrame  # in order of agent and time
    known: pl.DataFrame  # the plan that is judged by, as planned segments
    current: pl.DataFrame  # the newest plan, the very same value where both are one
    published: pl.DataFrame | None  # the first publication; None: nothing changed since

    def parts(self, at_once: int) -> list[slice]:
        """The places of people who are judged together, in order; one empty part of nobody."""
        n = len(self.agents)
        return [slice(at, min(at + at_once, n)) for at in range(0, max(n, 1), at_once)]

    def own(
        self, part: slice
    ) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame | None]:
        """Spells, and planned segments as known, now and as published, of a part's people."""
        if part == slice(0, len(self.agents)):
            return self.spells, self.known, self.current, self.published
        # Somebody whose every plan was taken back stands in no part, but was planned at first:
        # the parts share out every number there can be.
        after = int(self.agents[part.start - 1]) if part.start else -1
        last = int(self.agents[part.stop - 1]) if part.stop < len(self.agents) else 2**32 - 1
        numbers = self.spells["agent"].to_numpy()
        begin, end = np.searchsorted(numbers, [after, last], side="right").tolist()
        mine = (pl.col("agent") > after) & (pl.col("agent") <= last)
        current = self.current.filter(mine)
        return (
            self.spells.slice(begin, end - begin),
            current if self.known is self.current else self.known.filter(mine),
            current,
            None if self.published is None else self.published.filter(mine),
        )


def crowd_of(inputs: DayInputs) -> Crowd:
    """Everybody with a state or a plan around the day."""
    spells = state_spells(inputs)
    current = planned_segments(inputs, "current")
    known = _judged_plan(inputs, current)
    agents = _numbers(spells, known, current)
    edges = _edges(inputs, agents)
    site = _sites(inputs, agents, (edges[:, 0] + edges[:, 1]) // 2)
    healthy = _healthy(layer_of(spells, agents), spells["tells_login"].to_numpy(), site, edges)
    with_plan = layer_of(current, agents).agent
    planned = np.isin(site, np.unique(site[with_plan])) & (site > 0)
    planned[with_plan] = True
    published = planned_segments(inputs, "baseline") if _changed(inputs) else None
    return Crowd(agents, edges, site, healthy, planned, spells, known, current, published)


def layer_of(frame: pl.DataFrame, agents: Ints) -> Layer:
    """The spells of a frame with each agent's place among `agents`."""
    numbers = frame["agent"].to_numpy()
    place = np.zeros(int(agents.max(initial=0)) + 1, np.int64)
    place[agents] = np.arange(len(agents))
    return Layer(
        place[numbers],
        frame["start_at"].to_numpy().astype(np.int64),
        frame["end_at"].to_numpy().astype(np.int64),
    )


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
    layers = {"as_known": "as_known", "as_published": "published", "current": "current"}
    if not policies:
        return planned_segments(inputs, layers[common])
    wanted = {
        agent: policies.get(inputs.ids["site"].get(site, ""), common)
        for agent, site in inputs.membership.select("agent", "site").iter_rows()
    }
    parts = []
    for policy in sorted(set(wanted.values())):
        frame = planned_segments(inputs, layers[policy])
        mine = [agent for agent, policy_of in wanted.items() if policy_of == policy]
        parts.append(frame.filter(pl.col("agent").is_in(mine)))
    return pl.concat(parts) if parts else current


def _changed(inputs: DayInputs) -> bool:
    """Whether any shift around the day has more than one version."""
    return any(shift.seq > 1 for shift in inputs.shifts)


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
