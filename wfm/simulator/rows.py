"""The log of a floor's day as rows: a leg for each contact, a state for each change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from wfm.simulator.centre import DESK, Centre, Group, Site
from wfm.simulator.contacts import Contacts
from wfm.simulator.floor import DayLog

Ints = NDArray[np.int64]

STATE_NAMES = ("available", "alerting", "talk", "hold", "acw", "aux", "offline")
AVAILABLE, ALERTING, TALK, HOLD, ACW, AUX, OFFLINE = range(7)

CONTACT_SCHEMA: dict[str, type[pl.DataType]] = {
    "known_at": pl.Int64, "contact_id": pl.String, "leg_no": pl.Int64, "channel": pl.String,
    "queue_id": pl.String, "agent_id": pl.String, "enqueued_at": pl.Int64,
    "connected_at": pl.Int64, "ended_at": pl.Int64, "wrap_ended_at": pl.Int64,
    "outcome": pl.String, "flow_out_kind": pl.String, "offers_n": pl.Int64, "missed_n": pl.Int64,
    "ring_s": pl.Int64, "talk_s": pl.Int64, "hold_s": pl.Int64, "hold_n": pl.Int64,
    "acw_s": pl.Int64, "ended_by": pl.String, "transfer": pl.String, "transfer_to": pl.String,
    "contact_type": pl.String, "customer_key": pl.String,
}  # fmt: skip
STATE_SCHEMA: dict[str, type[pl.DataType]] = {
    "known_at": pl.Int64, "agent_id": pl.String, "start_at": pl.Int64, "end_at": pl.Int64,
    "state": pl.String, "reason": pl.String, "queue_id": pl.String, "contact_id": pl.String,
    "order": pl.Int64,
}  # fmt: skip
NO_CONTACTS = pl.DataFrame(schema=CONTACT_SCHEMA)
NO_STATES = pl.DataFrame(schema=STATE_SCHEMA)


@dataclass(frozen=True)
class Floor:
    """One floor day: who worked where, what came and what happened."""

    centre: Centre
    group: Group
    site: Site
    day: date
    zero_at: int
    contacts: Contacts
    log: DayLog


@dataclass(frozen=True)
class Names:
    """Ids as series to pick from by number."""

    agents: pl.Series
    queues: pl.Series
    contacts: pl.Series  # by leg


def names_of(floor: Floor) -> Names:
    """Contact ids by queue, day of arrival and number; a second leg keeps that of the first."""
    contacts, queues = floor.contacts, floor.group.queues
    fresh, total = contacts.fresh_n, len(contacts.talk_s)
    queue = np.array(contacts.queue, dtype=np.int64)
    child = np.array(contacts.child, dtype=np.int64)
    own = np.arange(total)
    first = np.flatnonzero(child >= 0)
    own[child[first]] = first
    stems = [
        f"{q.queue_id}-{floor.day - timedelta(days=back):%Y%m%d}-"
        for back in range(1 + int(contacts.came_on.max(initial=0)))
        for q in queues
    ]
    stem = pl.Series(stems)[contacts.came_on[:fresh] * len(queues) + queue[:fresh]]
    number = pl.Series(contacts.number[:fresh] + 1).cast(pl.String).str.zfill(5)
    ids = (stem + number)[own[:total]] if total else pl.Series([], dtype=pl.String)
    return Names(
        pl.Series([a.agent_id for a in floor.centre.agents]),
        pl.Series([q.queue_id for q in queues]),
        ids,
    )


def contact_rows(floor: Floor, names: Names) -> pl.DataFrame:
    """A row a leg; what an unanswered one has no value for is null."""
    contacts, log, group = floor.contacts, floor.log, floor.group
    total = len(log.agent)
    if not total:
        return NO_CONTACTS
    agent = np.array(log.agent, dtype=np.int64)
    answered = agent >= 0
    left = np.zeros(total, dtype=bool)
    left[log.left_over] = True
    moved = (np.array(contacts.child, dtype=np.int64) >= 0) & answered
    queue = np.array(contacts.queue, dtype=np.int64)
    missed = np.array(log.missed_n, dtype=np.int64)
    ended, wrapped = (np.array(t, dtype=np.int64) + floor.zero_at
                      for t in (log.ended_at, log.wrap_ended_at))  # fmt: skip
    hold = np.array(log.hold_s, dtype=np.int64)
    offered = np.array(log.connected_at, dtype=np.int64) - np.array(log.offered_at)

    def pick(index: Ints, words: list[str]) -> pl.Series:
        return pl.Series(words, dtype=pl.String)[index]

    by = np.where(moved, 0, np.where(answered & contacts.ended_by_agent, 1, 2))
    by = np.where(left, 3, by)
    frame = pl.DataFrame(
        {
            "known_at": np.where(answered, wrapped, ended),
            "contact_id": names.contacts,
            "leg_no": np.where(np.arange(total) < contacts.fresh_n, 1, 2),
            "channel": pick(queue, [q.channel for q in group.queues]),
            "queue_id": names.queues[queue],
            "agent_id": names.agents[np.maximum(agent, 0)],
            "enqueued_at": np.array(log.enqueued_at, dtype=np.int64) + floor.zero_at,
            "connected_at": np.array(log.connected_at, dtype=np.int64) + floor.zero_at,
            "ended_at": ended,
            "wrap_ended_at": wrapped,
            "outcome": pick(np.where(left, 2, np.where(answered, 0, 1)),
                            ["answered", "abandoned", "flow_out"]),
            "flow_out_kind": pick(left.astype(np.int64), ["", "overflow"]),
            "offers_n": answered + missed,
            "missed_n": missed,
            "ring_s": offered,
            "talk_s": np.array(log.talk_s, dtype=np.int64),
            "hold_s": hold,
            "hold_n": (hold > 0).astype(np.int64),
            "acw_s": wrapped - ended,
            "ended_by": pick(by, ["transfer", "agent", "customer", "system"]),
            "transfer": pick(moved.astype(np.int64), ["none", "attended"]),
            "transfer_to": pick(np.where(moved, (queue + 1) % len(group.queues), len(group.queues)),
                                [q.queue_id for q in group.queues] + [""]),
            "contact_type": pick(queue, [q.kind for q in group.queues]),
            "customer_key": pl.select(
                pl.format(f"{floor.site.site_id}-k{{}}", pl.lit(pl.Series(contacts.customer)))
            ).to_series(),
        },
        schema=CONTACT_SCHEMA,
        strict=False,
    )  # fmt: skip
    blank = ("agent_id", "connected_at", "wrap_ended_at", "ring_s", "talk_s", "hold_s", "hold_n",
             "acw_s")  # fmt: skip
    return frame.filter(pl.Series(log.present)).with_columns(
        pl.when(pl.col("outcome") == "answered").then(pl.col(name)).alias(name) for name in blank
    )


def state_rows(floor: Floor, names: Names) -> pl.DataFrame:
    """State changes of the day in order of agent and time.

    By telephone every row lasts until the agent's next one. At a desk contacts overlap, so their
    rows say when they end: once when they begin, open, and again when they are over.
    """
    if floor.group.kind == DESK:
        return _desk_states(floor, names)
    log, contacts = floor.log, floor.contacts
    agent = np.array(log.agent, dtype=np.int64)
    legs = np.flatnonzero(agent >= 0)
    who = agent[legs]
    talk, hold = (np.array(t, dtype=np.int64)[legs] for t in (log.talk_s, log.hold_s))
    offered, connected, ended, wrapped = (
        np.array(t, dtype=np.int64)[legs]
        for t in (log.offered_at, log.connected_at, log.ended_at, log.wrap_ended_at)
    )
    split = np.clip((talk * contacts.hold_from[legs]).astype(np.int64), 1, talk - 1)
    held = hold > 0
    held_at, back_at = (connected + split)[held], (connected + split + hold)[held]
    rung = np.array(log.rung, dtype=np.int64).reshape(-1, 4)
    parts = [
        _part(who, offered, ALERTING, legs, connected),
        _part(who, connected, TALK, legs, np.where(held, connected + split, ended)),
        _part(who[held], held_at, HOLD, legs[held], back_at),
        _part(who[held], back_at, TALK, legs[held], ended[held]),
        _part(who, ended, ACW, legs, wrapped),
        _part(rung[:, 0], rung[:, 1], ALERTING, rung[:, 3], rung[:, 2]),
    ]
    rows = np.concatenate([*parts, _own_spells(log)], axis=1)
    reasons = _reasons(log)
    return _frame(floor, names, _with_idle(rows), reasons, None)


def _part(who: Ints, begin: Ints, state: int, leg: Ints, end: Ints) -> Ints:
    """Rows as columns of agent, begin, state, leg, end, reason."""
    return np.stack([who, begin, np.full(len(who), state), leg, end, np.full(len(who), -1)])


def _own_spells(log: DayLog) -> Ints:
    """Pauses, sign-outs and sign-ins as columns; the reason counts the spells."""
    spells = np.array(
        [
            (s.agent, s.start, OFFLINE if s.state == "offline" else AUX, -1, s.end, n)
            for n, s in enumerate(log.spells)
        ]
        + [(agent, at, AVAILABLE, -1, at, -1) for agent, at in log.sessions],
        dtype=np.int64,
    )
    return spells.reshape(-1, 6).T


def _reasons(log: DayLog) -> pl.Series:
    return pl.Series([*(s.reason for s in log.spells), ""], dtype=pl.String)


def _with_idle(rows: Ints) -> Ints:
    """Rows with the waiting between them, in order of agent and begin."""
    order = np.lexsort((rows[4], rows[1], rows[0]))
    rows = rows[:, order]
    by, begin, state, end = rows[0], rows[1], rows[2], rows[4]
    following = np.append(by[1:] == by[:-1], False)
    gap = following & (np.append(begin[1:], 0) > end) & (state != OFFLINE)
    extra = np.flatnonzero(gap)
    idle = _part(by[extra], end[extra], AVAILABLE, np.full(len(extra), -1), end[extra])
    # The moment of signing in lasts only when waiting follows, which is a row of its own.
    found = np.concatenate([rows[:, state != AVAILABLE], idle], axis=1)
    return found[:, np.lexsort((found[2], found[1], found[0]))]


def _desk_states(floor: Floor, names: Names) -> pl.DataFrame:
    log = floor.log
    agent = np.array(log.agent, dtype=np.int64)
    legs = np.flatnonzero(agent >= 0)
    who = agent[legs]
    connected, ended, wrapped = (
        np.array(t, dtype=np.int64)[legs]
        for t in (log.connected_at, log.ended_at, log.wrap_ended_at)
    )
    closed = np.concatenate(
        [_part(who, connected, TALK, legs, ended), _part(who, ended, ACW, legs, wrapped)], axis=1
    )
    own = _own_spells(log)
    free = _free_from(np.concatenate([closed, own], axis=1))
    lasting = own[:, own[2] != AVAILABLE]
    rows = np.concatenate([lasting, free, closed, closed], axis=1)
    ends = np.full(rows.shape[1], -1)
    ends[rows.shape[1] - closed.shape[1] :] = closed[4]
    order = np.lexsort((ends, rows[2], rows[1], rows[0]))
    return _frame(floor, names, rows[:, order], _reasons(log), ends[order])


def _free_from(rows: Ints) -> Ints:
    """A waiting row wherever an agent's last contact or pause ends and none goes on."""
    order = np.lexsort((rows[4], rows[1], rows[0]))
    by, begin, state, end = (rows[i][order] for i in (0, 1, 2, 4))
    # Each agent's times moved beyond those of the one before, so that one running maximum does.
    apart = np.cumsum(np.append(False, by[1:] != by[:-1])) * (1 << 24)
    reach = np.maximum.accumulate(end + apart) - apart
    following = np.append(by[1:] == by[:-1], False)
    gap = following & (np.append(begin[1:], 0) > reach) & (state != OFFLINE)
    at = np.flatnonzero(gap)
    none = np.full(len(at), -1)
    return np.stack([by[at], reach[at], np.full(len(at), AVAILABLE), none, reach[at], none])


def _frame(
    floor: Floor, names: Names, rows: Ints, reasons: pl.Series, ends: Ints | None
) -> pl.DataFrame:
    if not rows.shape[1]:
        return NO_STATES
    who, begin, state, leg, _, reason = rows
    queue = np.append(np.array(floor.contacts.queue, dtype=np.int64), len(names.queues))
    start = begin + floor.zero_at
    told = pl.Series(ends if ends is not None else np.full(len(who), -1))
    frame = pl.DataFrame(
        {
            "known_at": start if ends is None else np.where(ends >= 0, ends + floor.zero_at, start),
            "agent_id": names.agents[who],
            "start_at": start,
            "end_at": told + floor.zero_at,
            "state": pl.Series(STATE_NAMES)[state],
            "reason": reasons[np.where(reason < 0, len(reasons) - 1, reason)],
            "queue_id": names.queues.extend_constant("", 1)[queue[leg]],
            "contact_id": names.contacts.extend_constant("", 1)[
                np.where(leg < 0, len(names.contacts), leg)
            ],
            "order": state,
        },
        schema=STATE_SCHEMA,
        strict=False,
    )
    return frame.with_columns(pl.when(told >= 0).then("end_at").alias("end_at"))
