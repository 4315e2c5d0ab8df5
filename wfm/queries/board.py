"""The live board: who is where at this moment, beside the plan, the most harmful first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl

from wfm.domain.adherence import AdherenceRules
from wfm.domain.alarms import AlarmRules, OutNow, Storm, board_order, level_of, storms
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.grid import day_start, local_day
from wfm.domain.live import impact_of, live_state
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.facts.matrix import GROUP, VERDICTS, rule_matrix
from wfm.facts.query import read_measures
from wfm.facts.reader import FactQuery, FactReader
from wfm.facts.rules import FactRules, rules_of_day
from wfm.facts.states import state_group
from wfm.queries.lapses import open_spells
from wfm.store.readers.adherence import adherence_rules, read_exceptions
from wfm.store.readers.board import (
    read_people_now,
    read_segments_near,
    read_states_now,
    site_zones,
)
from wfm.store.readers.rules import activity_codes, mapped_states
from wfm.store.store import Store


@dataclass(frozen=True)
class BoardRow:
    """One agent now: what they do, what is planned, and how long it has been so.

    `live` is in, out, explained, unscheduled, ignored or unknown; `seconds` how long it holds,
    from zero again at each change. `alarm` is "", pending, warning or severe. `adherence_pct` is
    today's, as of the last facts; None while nothing was scheduled. `next_at` is the next change
    of the plan, None when there is none.
    """

    agent_id: str
    display_name: str
    team_id: str
    site_id: str
    state: str
    reason: str
    state_group: str
    activity: str | None
    live: str
    seconds: int
    impact: str
    alarm: str
    adherence_pct: float | None
    next_at: int | None
    next_activity: str | None


def read_board(
    store: Store,
    facts: FactReader,
    scope: Scope,
    clock: Clock,
    *,
    short_staffed: frozenset[str] = frozenset(),
    rules: FactRules | None = None,
) -> tuple[BoardRow, ...]:
    """Every agent of a scope at work or planned today, the most harmful and longest first.

    From the newest states and the newest plan, by the rule matrix of the facts; `short_staffed`
    names sites whose net staffing is below zero, where a warning is severe at once.
    """
    now = epoch_s(clock.now())
    with store.db.read() as connection:
        zones = site_zones(connection)
        people = read_people_now(connection, scope, now)
        today = local_day(now, "UTC")
        segments = read_segments_near(
            connection, scope, today - timedelta(days=1), today + timedelta(days=2), now
        )
        states = read_states_now(connection, scope)
        activities, mapped = activity_codes(connection), mapped_states(connection)
        recorded = adherence_rules(connection)
        excused = read_exceptions(connection, scope, now, now + 1, ("pending", "approved"))
    by_agent = {e.agent_id: "exception" if e.status == "approved" else "pending" for e in excused}
    days = {site: local_day(now, zone) for site, zone in zones.items()}
    in_force = {
        site: rules_of_day(rules or FactRules(), recorded, day).of_site(site)
        for site, day in days.items()
    }
    matrices = {site: rule_matrix(activities, own) for site, own in in_force.items()}
    row_of = {activity.code: i for i, activity in enumerate(activities)}
    category = {activity.code: activity.category for activity in activities}
    alive = _alive(people, states, {s: day_start(d, zones[s]) for s, d in days.items()})
    sources = {rule.source_id for rule in mapped}
    source = sources.pop() if len(sources) == 1 else ""
    current = {row["agent_id"]: row for row in states.iter_rows(named=True)}
    plan = _plan_now(segments, now)
    adherence = _today(facts, scope, days)
    since = open_spells(facts, ENTERPRISE, min(days.values(), default=today), now)
    groups: dict[tuple[str, str], str] = {}
    found: list[BoardRow] = []
    for agent, name, team, site in people.filter(pl.col("site_id").is_in(list(days))).iter_rows():
        seen, planned = current.get(agent), plan.get(agent)
        if seen is None and planned is None:
            continue
        if seen is not None:
            kind = (str(seen["state"]), str(seen["reason"]))
            if kind not in groups:
                groups[kind] = state_group(*kind, source, days[site], mapped, activities)
            state, reason, group, changed = *kind, groups[kind], int(seen["since_at"])
        else:
            known = site in alive
            state, reason = ("offline" if known else "unknown"), ""
            group, changed = ("logged_out" if known else "unknown"), day_start(days[site], "UTC")
        here = planned or _NOTHING
        verdict = VERDICTS[matrices[site][row_of.get(here.activity or "", -1), GROUP[group]]]
        if state == "offline" and here.activity is None and not here.next_at:
            continue
        cause = by_agent.get(agent, "") if verdict == "out" else ""
        verdict = "neutral" if cause == "exception" else verdict
        live = live_state(verdict, cause)
        begun = max(changed, here.start_at)
        if live == "out":
            spell_from, told_at = since.get(agent, (begun, 0))
            # Only a state that the facts have seen may go on with the spell they know.
            begun = min(begun, spell_from) if changed <= told_at else begun
        seconds = max(0, now - begun)
        impact = impact_of(verdict, category.get(here.activity or ""), group)
        found.append(
            BoardRow(
                agent, name, team, site, state, reason, group,
                here.activity, live, seconds, impact,
                _alarm(live, seconds, here, in_force[site], site in short_staffed),
                adherence.get(agent), here.next_at, here.next_activity,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda r: (*_order(r), r.display_name, r.agent_id)))


def storms_of(rows: Sequence[BoardRow], now_at: int) -> tuple[Storm, ...]:
    """Sites of a board where many went out at nearly the same moment.

    Teams are too small for it: of twenty people five are soon out together by chance. A storm of
    `site:dublin` from 10:00 is one alert with the span for one bulk exception, instead of an alarm
    for each of its people.
    """
    sizes = Counter(f"site:{row.site_id}" for row in rows)
    out = [
        OutNow(row.agent_id, now_at - row.seconds, (f"site:{row.site_id}",))
        for row in rows
        if row.live == "out"
    ]
    return storms(out, sizes, now_at)


@dataclass(frozen=True)
class _Now:
    activity: str | None
    start_at: int
    end_at: int
    next_at: int | None
    next_activity: str | None


_NOTHING = _Now(None, 0, 0, None, None)


def _plan_now(segments: pl.DataFrame, now: int) -> dict[str, _Now]:
    """The segment of each agent now, and the next change."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    for agent, start, end, activity in segments.iter_rows():
        found.setdefault(agent, []).append((start, end, activity))
    answer = {}
    for agent, rows in found.items():
        start, end, activity = rows[0]
        if start > now:
            answer[agent] = _Now(None, 0, start, start, activity)
            continue
        later = rows[1] if len(rows) > 1 and rows[1][0] == end else None
        answer[agent] = _Now(activity, start, end, end, later[2] if later else None)
    return answer


def _alive(people: pl.DataFrame, states: pl.DataFrame, begins: dict[str, int]) -> set[str]:
    """Sites with a state since their day began: the feed lives, so who is absent signed out."""
    newest = states.join(people, on="agent_id").group_by("site_id").agg(pl.col("since_at").max())
    return {site for site, at in newest.iter_rows() if at >= begins.get(site, at + 1)}


def _today(facts: FactReader, scope: Scope, days: dict[str, Any]) -> dict[str, float]:
    """Adherence of each agent's day so far, in percent; absent while nothing was scheduled."""
    if not days:
        return {}
    first, end = min(days.values()), max(days.values()) + timedelta(days=1)
    names = ("adh_in_s", "adh_sched_s", "adh_neutral_s")
    rows = read_measures(facts, scope, FactQuery(names, first, end, ("agent", "site", "day")))
    return {
        row["agent"]: 100 * row["adh_in_s"] / (row["adh_sched_s"] - row["adh_neutral_s"])
        for row in rows.iter_rows(named=True)
        if days.get(row["site"]) == row["day"]
        and row["adh_sched_s"]
        and row["adh_sched_s"] > (row["adh_neutral_s"] or 0)
    }


def _alarm(live: str, seconds: int, here: _Now, rules: AdherenceRules, short: bool) -> str:
    if live != "out":
        return ""
    limits = AlarmRules(rules.warn_s, rules.severe_s, rules.alarm_delay_s)
    return level_of(seconds, here.end_at - here.start_at, limits, short)


def _order(row: BoardRow) -> tuple[int, int, int]:
    """Out of adherence before all else, then by harm and length."""
    return (0 if row.live == "out" else 1, *board_order(row.impact, row.seconds))
