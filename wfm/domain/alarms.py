"""Alarms about agents off their plan: one an episode, and one for all when a system fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

NONE, PENDING, WARNING, SEVERE = "", "pending", "warning", "severe"
LEVELS = (NONE, PENDING, WARNING, SEVERE)
CLEARED_AFTER_S = 10
STORM_AGENTS, STORM_PERCENT, STORM_S = 5, 20, 120
IMPACT_ORDER = {"negative": 0, "neutral": 1, "unknown": 2, "positive": 3}


@dataclass(frozen=True)
class LiveRun:
    """What an agent's board showed from `start_at` up to `end_at`: in, out, explained, ...

    `planned_s` is the length of the planned activity, 0 when nothing was planned.
    """

    start_at: int
    end_at: int
    live: str
    planned_s: int


@dataclass(frozen=True)
class AlarmRules:
    """When an episode warns and when it is severe; `delay_s` puts both off and forgives nothing."""

    warn_s: int = 60
    severe_s: int = 300
    delay_s: int = 0
    cleared_after_s: int = CLEARED_AFTER_S


@dataclass(frozen=True)
class Episode:
    """One out run with its alarm: the highest level, since when, and when it was cleared."""

    start_at: int
    end_at: int
    level: str
    raised_at: int | None
    cleared_at: int | None

    @property
    def seconds(self) -> int:
        """How long the agent was off the plan."""
        return self.end_at - self.start_at


def episodes(
    runs: Iterable[LiveRun], rules: AlarmRules, now_at: int, short_staffed: bool = False
) -> tuple[Episode, ...]:
    """The out episodes of one agent in order of time; the last one may still be open.

    Out from 10:00: pending, a warning at 10:01, severe at 10:05, cleared 10 s after the agent is
    back. A return of less than 10 s does not end an episode. An activity shorter than a threshold
    raises no alarm of that level; explained time raises none. `short_staffed` lifts a warning to
    severe.
    """
    found: list[Episode] = []
    start: int | None = None
    end = planned = 0
    for run in runs:
        if run.live == "out":
            if start is None:
                start, planned = run.start_at, run.planned_s
            end, planned = run.end_at, max(planned, run.planned_s)
        elif start is not None and _over(run, end, rules):
            found.append(_episode(start, end, planned, rules, short_staffed, _clear(end, rules)))
            start = None
    if start is not None:
        back = now_at - end >= rules.cleared_after_s
        cleared = _clear(end, rules) if back else None
        found.append(_episode(start, end, planned, rules, short_staffed, cleared))
    return tuple(found)


def level_of(seconds: int, planned_s: int, rules: AlarmRules, short_staffed: bool) -> str:
    """The level after some seconds out of an activity of a length; "" when no alarm may come."""
    level = PENDING
    for name, limit in ((WARNING, rules.warn_s), (SEVERE, rules.severe_s)):
        if planned_s >= limit and seconds >= limit + rules.delay_s:
            level = name
    if planned_s < rules.warn_s:
        return NONE
    return SEVERE if level == WARNING and short_staffed else level


def board_order(impact: str, seconds: int) -> tuple[int, int]:
    """Sort key of a board: the most harmful first, then the longest."""
    return IMPACT_ORDER.get(impact, len(IMPACT_ORDER)), -seconds


def _over(run: LiveRun, end: int, rules: AlarmRules) -> bool:
    if run.live == "explained":
        return True
    return run.end_at - end >= rules.cleared_after_s


def _clear(end: int, rules: AlarmRules) -> int:
    return end + rules.cleared_after_s


def _episode(
    start: int, end: int, planned: int, rules: AlarmRules, short: bool, cleared: int | None
) -> Episode:
    level = level_of(end - start, planned, rules, short)
    raised = level in (WARNING, SEVERE)
    return Episode(
        start, end, level,
        start + rules.warn_s + rules.delay_s if raised else None,
        cleared if raised else None,
    )  # fmt: skip


@dataclass(frozen=True)
class OutNow:
    """An agent who is out since an instant, and the places it belongs to: site, queues, system."""

    agent_id: str
    since_at: int
    places: tuple[str, ...]


@dataclass(frozen=True)
class Storm:
    """Many agents of one place out at nearly the same moment: one alert for all of them.

    `start_at` is where a bulk exception for the outage would begin.
    """

    place: str
    agents: tuple[str, ...]
    start_at: int
    percent: float


def storms(out: Sequence[OutNow], sizes: Mapping[str, int], now_at: int) -> tuple[Storm, ...]:
    """Places where 5 agents and 20 % of all went out inside two minutes, the widest first.

    12 of 40 agents of `queue:help` out between 10:00:00 and 10:01:30 are one storm from 10:00:00;
    12 spread over an hour are none.
    """
    found = []
    for place in sorted({place for one in out for place in one.places}):
        inside = sorted(
            (o for o in out if place in o.places and o.since_at <= now_at),
            key=lambda o: (o.since_at, o.agent_id),
        )
        best: list[OutNow] = []
        first = 0
        for last, one in enumerate(inside):
            while one.since_at - inside[first].since_at > STORM_S:
                first += 1
            if last + 1 - first > len(best):
                best = inside[first : last + 1]
        size = sizes.get(place, 0)
        if len(best) >= STORM_AGENTS and size and 100 * len(best) >= STORM_PERCENT * size:
            agents = tuple(sorted(o.agent_id for o in best))
            found.append(Storm(place, agents, best[0].since_at, 100 * len(best) / size))
    return tuple(sorted(found, key=lambda s: (-len(s.agents), s.place)))
