"""The case of the adherence engine: all that a number of agents are judged by."""

from __future__ import annotations

from dataclasses import dataclass

from wfm.domain.activities import Activity
from wfm.domain.adherence import AdherenceRules
from wfm.facts.pieces import Codes, Ints, Layer, Mask


@dataclass(frozen=True)
class Plan:
    """Planned segments in painting order: their activity and shift as small numbers."""

    layer: Layer
    activity: Ints
    shift: Ints
    paid: Mask


@dataclass(frozen=True)
class States:
    """State spells in painting order: group, whether in a contact, wrapping up, which contact."""

    layer: Layer
    group: Codes
    busy: Mask
    wrapping: Mask
    contact: Ints


@dataclass(frozen=True)
class Case:
    """All that adherence is judged by, for a number of agents.

    `day_edges` are each agent's starts of the day and of the next; `healthy` tells for the day
    before, the day and the day after whether the agent's state feed was alive. `current` is the
    newest plan where it may correct the judged one, and the very same value where it may not.
    """

    plan: Plan
    current: Plan
    states: States
    day_edges: Ints  # (agents, 2)
    healthy: Mask  # (agents, 3)
    activities: tuple[Activity, ...]
    rulesets: tuple[AdherenceRules, ...]
    rule_of: Ints  # per agent: which ruleset
    base: int
    as_of_at: int
    exceptions: Layer | None = None
    pending: Layer | None = None  # told but not decided: changes no number
    baseline: Plan | None = None  # as first published, for what the plan assumed
    logged_out_ok: Mask | None = None  # per activity; None: unpaid meals and time off
