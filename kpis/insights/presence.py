"""Every second of a window at a site: as first published, as planned now, and as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import polars as pl

from kpis.explain.staffing_waterfall import ON_QUEUE, reason_of
from kpis.insights.centre import Plans
from wfm.domain.clock import instant_at
from wfm.domain.grid import QUARTER_S
from wfm.domain.language import say, to_say
from wfm.domain.schedules import Shift
from wfm.facts.reader import FactReader
from wfm.facts.rows import Wanted, wanted_rows
from wfm.facts.schema import TABLES

# What a planned pause is called when somebody stays in it too long.
OVERRUN, LATE, NO_SHOW, UNKNOWN, EXTRA = (
    to_say("break overrun"),
    to_say("late or gone early"),
    to_say("no-show"),
    to_say("unknown state"),
    to_say("work beyond the plan"),
)
EDITED = {
    "": to_say("shift removed"),
    "leave": to_say("leave"),
    "sick": to_say("sickness"),
    "break": to_say("breaks moved"),
    "meal": to_say("meals moved"),
}
Spell = tuple[int, int, str, str]  # from, to, state group, reason


@dataclass(frozen=True)
class Presence:
    """Seconds on queue in a window: published, planned now, and there; what changed, by reason.

    `edits` and `losses` are signed: negative is away. `people` are those behind each reason.
    """

    published: float
    current: float
    actual: float
    edits: Mapping[str, float]
    losses: Mapping[str, float]
    people: Mapping[str, tuple[str, ...]]


def presence(
    facts: FactReader, site: str, plans: Plans, categories: Mapping[str, str], start: int, end: int
) -> Presence:
    """The seconds of a window, each with one reason; they sum from published to actual exactly.

    105 agents published and 95 on queue for half an hour: training -8 and sickness -2 agents times
    1,800 s. Whoever is planned now and not on queue lost the second by what they did instead;
    whoever is on queue unplanned is work beyond the plan.
    """
    before = {s.agent_id: s for s in _crossing(plans.published, start, end)}
    now = {s.agent_id: s for s in _crossing(plans.current, start, end)}
    states, inside = _states(facts, site, start, end)
    tally = _Tally()
    for agent in sorted({*before, *now, *inside}):
        _count(tally, agent, before.get(agent), now.get(agent), states.get(agent, ()),
               categories, (start, end))  # fmt: skip
    people = {name: tuple(sorted(who)) for name, who in tally.people.items()}
    return Presence(tally.published, tally.current, tally.actual, tally.edits, tally.losses, people)


class _Tally:
    """Sums of one window while it is counted."""

    def __init__(self) -> None:
        self.published = self.current = self.actual = 0.0
        self.edits: dict[str, float] = {}
        self.losses: dict[str, float] = {}
        self.people: dict[str, set[str]] = {}

    def add(self, into: dict[str, float], name: str, seconds: float, agent: str) -> None:
        into[name] = into.get(name, 0.0) + seconds
        self.people.setdefault(name, set()).add(agent)


def _crossing(shifts: Sequence[Shift], start: int, end: int) -> list[Shift]:
    return [s for s in shifts if s.segments and s.start_at < end and s.end_at > start]


def _states(
    facts: FactReader, site: str, start: int, end: int
) -> tuple[dict[str, list[Spell]], frozenset[str]]:
    """Spells of everybody in the window, and the agents of the site among them."""
    numbers = facts.keys.get("site", {})
    first = instant_at(start).date() - timedelta(days=1)
    last = instant_at(end).date() + timedelta(days=2)
    columns = ("agent", "reason", "state_group", "t0", "t1")
    asked = Wanted(columns, (pl.col("t1") > start, pl.col("t0") < end))
    frame = wanted_rows(facts, TABLES["state_spell"], first, last, asked)
    members = wanted_rows(
        facts, TABLES["agent_interval"], first, last,
        Wanted(("agent", "q", "site"), (pl.col("q") >= start // QUARTER_S,
                                        pl.col("q") < -(-end // QUARTER_S),
                                        pl.col("site") == numbers.get(site, -1))),
    )  # fmt: skip
    if frame is None or members is None:
        return {}, frozenset()
    there = members.select("agent").unique().collect()["agent"].to_list()
    names, reasons = facts.ids.get("agent", {}), facts.ids.get("reason", {})
    found: dict[str, list[Spell]] = {}
    rows = frame.filter(pl.col("agent").is_in(there)).select(columns).collect().unique()
    for agent, reason, group, t0, t1 in rows.sort("agent", "t0").iter_rows():
        spell = (max(t0, start), min(t1, end), str(group), reasons.get(reason, ""))
        found.setdefault(names[agent], []).append(spell)
    return found, frozenset(names[n] for n in there)


def _count(
    tally: _Tally, agent: str, before: Shift | None, now: Shift | None, states: Sequence[Spell],
    categories: Mapping[str, str], window: tuple[int, int],
) -> None:  # fmt: skip
    """One agent's seconds, cut where anything of the three changes."""
    start, end = window
    cuts = {start, end}
    for shift in (before, now):
        for segment in shift.segments if shift is not None else ():
            cuts |= {segment.start_at, segment.end_at}
    for t0, t1, _, _ in states:
        cuts |= {t0, t1}
    edges = sorted(cut for cut in cuts if start <= cut <= end)
    signed_in = any(group not in ("logged_out", "unknown") for _, _, group, _ in states)
    for a, b in pairwise(edges):
        first, planned = (_category(shift, a, categories) for shift in (before, now))
        group, reason = _state(states, a)
        seconds = float(b - a)
        was, shall, does = first == ON_QUEUE, planned == ON_QUEUE, group == ON_QUEUE
        tally.published += seconds * was
        tally.current += seconds * shall
        tally.actual += seconds * does
        if was and not shall:
            tally.add(tally.edits, EDITED.get(planned, to_say(planned)), -seconds, agent)
        elif shall and not was:
            tally.add(tally.edits, _instead(first), seconds, agent)
        if shall and not does:
            name = _lost(group, reason, signed_in)
            tally.add(tally.losses, name, -seconds, agent)
        elif does and not shall:
            tally.add(tally.losses, EXTRA, seconds, agent)


def _category(shift: Shift | None, at: int, categories: Mapping[str, str]) -> str:
    segment = shift.activity_at(at) if shift is not None else None
    return "" if segment is None else categories.get(segment.activity, segment.activity)


def _state(states: Sequence[Spell], at: int) -> tuple[str, str]:
    for t0, t1, group, reason in states:
        if t0 <= at < t1:
            return group, reason
    return "logged_out" if states else "unknown", ""


def _instead(first: str) -> str:
    """On queue now in place of something planned before, or added to the plan."""
    if not first:
        return say("added to the plan")
    return (
        say("{first} taken out", first=EDITED.get(first, to_say(first)))
        if first not in ("break", "meal")
        else EDITED[first]
    )


def _lost(group: str, reason: str, signed_in: bool) -> str:
    """The one reason of a second that was planned on queue and is not there."""
    if group == "unknown":
        return UNKNOWN
    found: list[str] = []
    if group == "logged_out":
        found.append("late" if signed_in else "no_show")
    elif group in ("break", "meal"):
        found.append("break_overrun")
    else:
        found.append(f"aux:{reason or group}")
    name = reason_of(found)
    words = {"late": LATE, "no_show": NO_SHOW, "break_overrun": OVERRUN}
    return words.get(name, to_say(name.replace("_", " ")))
