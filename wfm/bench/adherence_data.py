"""A day of many agents as adherence cases: the same for the same number."""

from __future__ import annotations

import numpy as np

from wfm.domain.activities import DEFAULT_ACTIVITIES, STATE_GROUPS
from wfm.domain.adherence import AdherenceRules
from wfm.domain.grid import QUARTER_S
from wfm.facts.case import Case, Plan, States
from wfm.facts.pieces import Ints, Layer

STATES, SEGMENTS = 300, 20
DAY_S = 86_400
BASE = -DAY_S
QUARTERS = DAY_S // QUARTER_S
DAY_FROM = DAY_S // QUARTER_S  # the first quarter of the day, counted from the base
RULES = AdherenceRules(grace_s=60)


def made_case(agents: int, number: int, mixed: bool) -> Case:
    """A day of `agents` people with 300 states and 20 planned segments each.

    On queue for 93 of 100 states, in contacts with wrap-up for most of those; with `mixed` the
    group of every state is drawn at random, so that nothing joins. One agent in five has a gap in
    the states, one in ten an approved exception of half an hour.
    """
    rng = np.random.default_rng((number, int(mixed)))
    begin = rng.integers(24, 56, agents) * QUARTER_S
    plan = _plan(rng, begin)
    states = _states(rng, begin, mixed)
    excused = np.flatnonzero(rng.random(agents) < 0.1)
    at = begin[excused] + rng.integers(0, 6 * 3600, len(excused))
    return Case(
        plan, plan, states,
        day_edges=np.tile(np.array([0, DAY_S]), (agents, 1)),
        healthy=np.ones((agents, 3), bool),
        activities=DEFAULT_ACTIVITIES,
        rulesets=(RULES,),
        rule_of=np.zeros(agents, np.int64),
        base=BASE,
        as_of_at=2 * DAY_S,
        exceptions=Layer(excused, at, at + 1800),
    )  # fmt: skip


def _plan(rng: np.random.Generator, begin: Ints) -> Plan:
    n = len(begin)
    names = ("on_queue", "break", "meal", "training", "meeting", "coaching")
    codes = np.array([[a.code for a in DEFAULT_ACTIVITIES].index(name) for name in names])
    length = rng.integers(4, 8, (n, SEGMENTS)) * 300
    edges = np.cumsum(np.concatenate([begin[:, None], length], axis=1), axis=1)
    off = np.arange(SEGMENTS) % 4 == 3
    kind = np.where(off, rng.integers(1, len(names), (n, SEGMENTS)), 0)
    layer = _layer(edges)
    return Plan(layer, codes[kind].ravel(), layer.agent, np.ones(n * SEGMENTS, bool))


def _states(rng: np.random.Generator, begin: Ints, mixed: bool) -> States:
    n = len(begin)
    shape = (n, STATES)
    length = rng.integers(20, 170, shape)
    early = begin[:, None] + rng.integers(-300, 300, (n, 1))
    edges = np.cumsum(np.concatenate([early, length], axis=1), axis=1)
    # A gap: everything from some state on happens 20 minutes later.
    late = np.where(rng.random(n) < 0.2, rng.integers(1, STATES, n), STATES + 1)
    edges += 1200 * (np.arange(STATES + 1) >= late[:, None])
    layer = _layer(edges)
    hole = np.arange(STATES) == late[:, None] - 1
    layer = Layer(layer.agent, layer.start, layer.end - 1200 * hole.ravel())
    others = len(STATE_GROUPS) - 2  # neither signed out nor unknown
    group = rng.integers(0, others, shape)
    if not mixed:
        group[rng.random(shape) < 0.93] = 0
    busy = (group == 0) & (rng.random(shape) < 0.8)
    wrapping = busy & (rng.random(shape) < 0.3)
    contact = np.where(busy, rng.integers(0, 3, shape), -1)
    return States(
        layer, group.astype(np.uint8).ravel(), busy.ravel(), wrapping.ravel(), contact.ravel()
    )


def _layer(edges: Ints) -> Layer:
    n, spells = edges.shape[0], edges.shape[1] - 1
    return Layer(np.repeat(np.arange(n), spells), edges[:, :-1].ravel(), edges[:, 1:].ravel())
