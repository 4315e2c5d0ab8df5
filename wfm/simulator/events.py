"""Everything that happens in a span of time, as rows in the order in which it becomes known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from wfm.simulator.centre import Centre, Group, Site
from wfm.simulator.day import DayLog, play_day
from wfm.simulator.demand import Contacts, draw_contacts
from wfm.simulator.founding import tenure_factors
from wfm.simulator.roster import Roster
from wfm.simulator.shifts import Workday
from wfm.simulator.workday import draw_workdays

# Spell rows sort by agent and start; of two at one second the shorter comes first.
STATE_NAMES = ("available", "alerting", "talk", "hold", "acw", "aux", "offline")
_AVAILABLE, _ALERTING, _TALK, _HOLD, _ACW, _AUX, _OFFLINE = range(7)


@dataclass(frozen=True)
class Span:
    """Rows that became known in a span: legs when they closed, states when they began.

    `known_at` is that moment in UTC seconds; all other `_at` columns are UTC seconds too.
    """

    contacts: pl.DataFrame
    states: pl.DataFrame


def day_start_at(zone: str, day: date) -> int:
    """UTC seconds from which a local day's clock times are counted.

    Twelve hours before noon: on a day with a clock change it is not midnight, but 07:00 and later
    are right, and the centre is never open in the hours around the change.
    """
    noon = datetime.combine(day, time(12), ZoneInfo(zone)).astimezone(UTC)
    return int(noon.timestamp()) - 43_200


class History:
    """The centre's past and, as far as chance has drawn it, its future."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.roster = Roster(centre)
        self._days: dict[date, tuple[pl.DataFrame, pl.DataFrame]] = {}

    @cached_property
    def _number(self) -> dict[str, int]:
        return {agent.agent_id: i for i, agent in enumerate(self.centre.agents)}

    def span(self, first_at: int, end_at: int) -> Span:
        """Rows that become known from `first_at` up to, not including, `end_at`.

        A span cut in two gives the same rows as the whole: no event is lost or told twice.
        """
        first = datetime.fromtimestamp(first_at, UTC).date() - timedelta(days=2)
        last = datetime.fromtimestamp(end_at, UTC).date() + timedelta(days=1)
        first = max(first, self.centre.first_on)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        self._days = {day: kept for day, kept in self._days.items() if day in days}
        return _rows_known([self._day(day) for day in days], first_at, end_at)

    def day(self, day: date, end_at: int) -> Span:
        """Rows that one local day of every site brings forth and that are known before `end_at`.

        All days together give the rows of the span that holds them, none twice; each is drawn
        alone, so that a long past can be told day by day, the newest first.
        """
        if day < self.centre.first_on:
            return _rows_known([], 0, end_at)
        self._days = {one: kept for one, kept in self._days.items() if one == day}
        return _rows_known([self._day(day)], 0, end_at)

    def _day(self, day: date) -> tuple[pl.DataFrame, pl.DataFrame]:
        if day not in self._days:
            parts = [self._group_day(group, day) for group in self.centre.groups]
            self._days[day] = (
                pl.concat([p[0] for p in parts]),
                pl.concat([p[1] for p in parts]),
            )
        return self._days[day]

    def _group_day(self, group: Group, day: date) -> tuple[pl.DataFrame, pl.DataFrame]:
        centre, site = self.centre, self.centre.site[group.site_id]
        contacts = draw_contacts(centre, group, day)
        workdays = draw_workdays(centre, group, self.roster, day)
        talk, acw = self._paces(workdays, day)
        log = play_day(contacts, workdays, talk, acw)
        start = day_start_at(site.timezone, day)
        return (
            _contact_rows(centre, group, site, day, contacts, log, start),
            _state_rows(centre, contacts, log, start, site, day, group),
        )

    def _paces(self, workdays: list[Workday], day: date) -> tuple[list[float], list[float]]:
        talk, acw = [], []
        for workday in workdays:
            agent = self.centre.agents[workday.agent]
            slow_talk, slow_acw = tenure_factors(agent, day)
            talk.append(agent.pace * slow_talk)
            acw.append(agent.acw_pace * slow_acw)
        return talk, acw


_CONTACT_SCHEMA: dict[str, type[pl.DataType]] = {
    "known_at": pl.Int64, "contact_id": pl.String, "leg_no": pl.Int64, "queue_id": pl.String,
    "agent_id": pl.String, "enqueued_at": pl.Int64, "connected_at": pl.Int64,
    "ended_at": pl.Int64, "wrap_ended_at": pl.Int64, "outcome": pl.String, "offers_n": pl.Int64,
    "ring_s": pl.Int64, "talk_s": pl.Int64, "hold_s": pl.Int64, "hold_n": pl.Int64,
    "acw_s": pl.Int64, "ended_by": pl.String, "transfer": pl.String, "transfer_to": pl.String,
    "contact_type": pl.String,
}  # fmt: skip
_STATE_SCHEMA: dict[str, type[pl.DataType]] = {
    "known_at": pl.Int64, "agent_id": pl.String, "start_at": pl.Int64, "state": pl.String,
    "reason": pl.String, "queue_id": pl.String, "contact_id": pl.String, "order": pl.Int64,
}  # fmt: skip
_NO_CONTACTS = pl.DataFrame(schema=_CONTACT_SCHEMA)
_NO_STATES = pl.DataFrame(schema=_STATE_SCHEMA)


def _rows_known(parts: list[tuple[pl.DataFrame, pl.DataFrame]], first_at: int, end_at: int) -> Span:
    within = (pl.col("known_at") >= first_at) & (pl.col("known_at") < end_at)
    contacts = pl.concat([p[0].filter(within) for p in parts] or [_NO_CONTACTS])
    states = pl.concat([p[1].filter(within) for p in parts] or [_NO_STATES])
    return Span(
        contacts.sort("known_at", "contact_id", "leg_no"),
        states.sort("known_at", "agent_id", "order"),
    )


def _contact_ids(group: Group, day: date, contacts: Contacts) -> list[str]:
    """Ids by order of arrival; the second leg of a transfer keeps the id of the first."""
    stem = f"{group.group_id}-{day:%Y%m%d}-"
    ids = [f"{stem}{n + 1:05d}" for n in range(contacts.fresh_n)]
    first = {c: n for n, c in enumerate(contacts.child) if c >= 0}
    return ids + [ids[first[n]] for n in range(contacts.fresh_n, len(contacts.talk_s))]


def _contact_rows(
    centre: Centre,
    group: Group,
    site: Site,
    day: date,
    contacts: Contacts,
    log: DayLog,
    start: int,
) -> pl.DataFrame:
    total = len(log.agent)
    agent = np.array(log.agent, dtype=np.int64)
    answered = agent >= 0
    child = np.array(contacts.child, dtype=np.int64)
    moved = (child >= 0) & answered
    names = np.array([a.agent_id for a in centre.agents])
    queues = np.array([q.queue_id for q in group.queues])
    widest = max(len(q.types) for q in group.queues)
    types = np.array([[t.name for t in q.types] + [""] * (widest - len(q.types))
                      for q in group.queues])  # fmt: skip
    hold = np.array(contacts.hold_s, dtype=np.int64)
    ended, wrapped = np.array(log.ended_at) + start, np.array(log.wrap_ended_at) + start
    ended_by = np.where(contacts.ended_by_agent, "agent", "customer")
    frame = pl.DataFrame(
        {
            "known_at": np.where(answered, wrapped, ended).astype(np.int64),
            "contact_id": _contact_ids(group, day, contacts),
            "leg_no": np.where(np.arange(total) < contacts.fresh_n, 1, 2),
            "queue_id": queues[contacts.queue],
            "agent_id": names[agent],
            "enqueued_at": np.array(log.enqueued_at, dtype=np.int64) + start,
            "connected_at": np.array(log.connected_at, dtype=np.int64) + start,
            "ended_at": ended.astype(np.int64),
            "wrap_ended_at": wrapped.astype(np.int64),
            "outcome": np.where(answered, "answered", "abandoned"),
            "offers_n": answered.astype(np.int64),
            "ring_s": np.array(contacts.ring_s, dtype=np.int64),
            "talk_s": np.array(log.talk_s, dtype=np.int64),
            "hold_s": hold,
            "hold_n": (hold > 0).astype(np.int64),
            "acw_s": (wrapped - ended).astype(np.int64),
            "ended_by": np.where(moved, "transfer", np.where(answered, ended_by, "customer")),
            "transfer": np.where(moved, "attended", "none"),
            "transfer_to": np.where(moved, queues[(contacts.queue + 1) % len(queues)], ""),
            "contact_type": types[contacts.queue, contacts.contact_type],
        },
        schema=_CONTACT_SCHEMA,
    )
    unanswered = pl.col("outcome") == "abandoned"
    blank = ("agent_id", "connected_at", "wrap_ended_at", "ring_s", "talk_s", "hold_s", "hold_n",
             "acw_s")  # fmt: skip
    return frame.filter(pl.Series(log.present)).with_columns(
        pl.when(unanswered).then(None).otherwise(pl.col(name)).alias(name) for name in blank
    )


def _state_rows(
    centre: Centre,
    contacts: Contacts,
    log: DayLog,
    start: int,
    site: Site,
    day: date,
    group: Group,
) -> pl.DataFrame:
    """State changes of the day: every row lasts until the agent's next one."""
    agent = np.array(log.agent, dtype=np.int64)
    legs = np.flatnonzero(agent >= 0)
    who, talk = agent[legs], np.array(log.talk_s)[legs]
    hold = np.array(contacts.hold_s)[legs]
    offered, connected = np.array(log.offered_at)[legs], np.array(log.connected_at)[legs]
    ended, wrapped = np.array(log.ended_at)[legs], np.array(log.wrap_ended_at)[legs]
    held_at = connected + np.clip((talk * contacts.hold_from[legs]).astype(np.int64), 1, talk - 1)
    held = hold > 0
    none = np.full(len(log.spells), -1)
    spells = log.spells
    columns = [
        (who, offered, connected, np.full(len(legs), _ALERTING), legs),
        (who, connected, np.where(held, held_at, ended), np.full(len(legs), _TALK), legs),
        (who[held], held_at[held], (held_at + hold)[held], np.full(held.sum(), _HOLD), legs[held]),
        (who[held], (held_at + hold)[held], ended[held], np.full(held.sum(), _TALK), legs[held]),
        (who, ended, wrapped, np.full(len(legs), _ACW), legs),
        (
            np.array([s.agent for s in spells], dtype=np.int64),
            np.array([s.start for s in spells], dtype=np.int64),
            np.array([s.end for s in spells], dtype=np.int64),
            np.array([_OFFLINE if s.state == "offline" else _AUX for s in spells], dtype=np.int64),
            none,
        ),
        (
            np.array([a for a, _ in log.sessions], dtype=np.int64),
            np.array([at for _, at in log.sessions], dtype=np.int64),
            np.array([at for _, at in log.sessions], dtype=np.int64),
            np.full(len(log.sessions), _AVAILABLE),
            np.full(len(log.sessions), -1),
        ),
    ]
    by, begin, end, state, leg = (
        np.concatenate([c[i] for c in columns]).astype(np.int64) for i in range(5)
    )
    spell_reason = [""] * len(legs) * 3 + [""] * int(held.sum()) * 2
    reason = np.array(
        spell_reason + [s.reason for s in spells] + [""] * len(log.sessions), dtype=object
    )
    order = np.lexsort((end, begin, by))
    by, begin, end, state, leg, reason = (
        a[order] for a in (by, begin, end, state, leg, reason)
    )  # fmt: skip
    # Signed in and free: from the end of a spell to the beginning of the agent's next one.
    following = np.append(by[1:] == by[:-1], False)
    gap = following & (np.append(begin[1:], 0) > end) & (state != _OFFLINE)
    login = state == _AVAILABLE  # the moment of signing in; it lasts only when a gap follows
    keep = ~login
    extra = np.flatnonzero(gap)
    by = np.concatenate([by[keep], by[extra]])
    begin = np.concatenate([begin[keep], end[extra]])
    leg = np.concatenate([leg[keep], np.full(len(extra), -1)])
    state = np.concatenate([state[keep], np.full(len(extra), _AVAILABLE)])
    reason = np.concatenate([reason[keep], np.full(len(extra), "", dtype=object)])
    ids = np.array([*_contact_ids(group, day, contacts), ""], dtype=object)
    queues = np.array([*(group.queues[q].queue_id for q in contacts.queue), ""], dtype=object)
    frame = pl.DataFrame(
        {
            "known_at": begin + start,
            "agent_id": np.array([a.agent_id for a in centre.agents])[by],
            "start_at": begin + start,
            "state": np.array(STATE_NAMES)[state],
            "reason": reason.tolist(),
            "queue_id": queues[leg].tolist(),
            "contact_id": ids[leg].tolist(),
            "order": state,
        },
        schema=_STATE_SCHEMA,
    )
    return frame.sort("agent_id", "start_at", "order")
