"""One day of one group, event by event: contacts wait, agents serve, pause and go home.

Waits and abandonment are not drawn: they follow from who is there. Times are whole seconds since
the local day began.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from wfm.simulator.demand import Contacts
from wfm.simulator.shifts import Workday

_LOGIN, _WISH, _ARRIVE, _FREE = 0, 1, 2, 3
_AFTER = 10**9


@dataclass(frozen=True)
class Spell:
    """Time of an agent outside contacts and waiting: `aux` with a reason, or `offline`."""

    agent: int
    start: int
    end: int  # equal to start for the sign-out, which has no end
    state: str
    reason: str


@dataclass
class DayLog:
    """What happened: per leg the agent (-1 when nobody answered) and its moments.

    `offered_at` is when it rang at the agent; `ended_at` is when talk ended or the caller gave up.
    """

    agent: list[int]
    enqueued_at: list[int]
    offered_at: list[int]
    connected_at: list[int]
    talk_s: list[int]
    ended_at: list[int]
    wrap_ended_at: list[int]
    present: list[bool]  # False for second legs of transfers that never came about
    spells: list[Spell] = field(default_factory=list)
    sessions: list[tuple[int, int]] = field(default_factory=list)  # (agent, signed in at)


def play_day(
    contacts: Contacts, workdays: Sequence[Workday], talk_pace: list[float], acw_pace: list[float]
) -> DayLog:
    """The log of a day; paces are by number in `workdays`, 1.2 takes a fifth longer."""
    return _Floor(contacts, workdays, talk_pace, acw_pace).run()


class _Floor:
    """The floor at a moment: who waits for whom."""

    def __init__(
        self,
        contacts: Contacts,
        workdays: Sequence[Workday],
        talk_pace: list[float],
        acw_pace: list[float],
    ) -> None:
        total = len(contacts.talk_s)
        self._contacts, self._workdays = contacts, workdays
        self._talk_pace, self._acw_pace = talk_pace, acw_pace
        self._log = DayLog(
            [-1] * total, list(contacts.enqueued_at), [0] * total, [0] * total, [0] * total,
            [0] * total, [0] * total, [i < contacts.fresh_n for i in range(total)],
        )  # fmt: skip
        self._waiting: deque[int] = deque()
        self._idle: dict[int, None] = {}  # in order of becoming idle: longest idle first
        self._next_pause = [0] * len(workdays)
        self._heap: list[tuple[int, int, int]] = []

    def run(self) -> DayLog:
        for place, workday in enumerate(self._workdays):
            heappush(self._heap, (workday.login_at, _LOGIN, place))
            for pause in workday.pauses:
                heappush(self._heap, (pause.wish_at, _WISH, place))
            heappush(self._heap, (workday.logout_at, _WISH, place))
        arrivals = self._contacts.enqueued_at
        position, fresh = 0, self._contacts.fresh_n
        heap = self._heap
        while heap or position < fresh:
            arrives = arrivals[position] if position < fresh else _AFTER
            if heap and heap[0][0] <= arrives:
                at, kind, number = heappop(heap)
                if kind == _FREE:
                    self._free(number, at)
                elif kind == _WISH:
                    if number in self._idle:
                        del self._idle[number]
                        self._free(number, at)
                elif kind == _LOGIN:
                    self._log.sessions.append((self._workdays[number].agent, at))
                    self._free(number, at)
                else:
                    self._arrive(number, at)
            else:
                self._arrive(position, arrives)
                position += 1
        for leg in self._waiting:
            self._abandon(leg)
        return self._log

    def _arrive(self, leg: int, at: int) -> None:
        if self._idle:
            place = next(iter(self._idle))
            del self._idle[place]
            self._serve(leg, place, at)
        else:
            self._waiting.append(leg)

    def _free(self, place: int, at: int) -> None:
        """An agent who has ended something: goes home, pauses, serves or waits."""
        workday = self._workdays[place]
        if at >= workday.logout_at:
            self._log.spells.append(Spell(workday.agent, at, at, "offline", ""))
            return
        number = self._next_pause[place]
        if number < len(workday.pauses) and at >= workday.pauses[number].wish_at:
            pause = workday.pauses[number]
            self._next_pause[place] = number + 1
            back = max(pause.back_at, at + pause.shortest_s)
            self._log.spells.append(Spell(workday.agent, at, back, "aux", pause.reason))
            heappush(self._heap, (back, _FREE, place))
            return
        while self._waiting:
            leg = self._waiting.popleft()
            if self._log.enqueued_at[leg] + self._contacts.patience_s[leg] > at:
                self._serve(leg, place, at)
                return
            self._abandon(leg)
        self._idle[place] = None

    def _serve(self, leg: int, place: int, at: int) -> None:
        log, contacts = self._log, self._contacts
        talk = max(int(contacts.talk_s[leg] * self._talk_pace[place]), 5)
        connected = at + contacts.ring_s[leg]
        ended = connected + talk + contacts.hold_s[leg]
        wrapped = ended + max(int(contacts.acw_s[leg] * self._acw_pace[place]), 2)
        log.agent[leg] = self._workdays[place].agent
        log.offered_at[leg], log.connected_at[leg] = at, connected
        log.talk_s[leg], log.ended_at[leg], log.wrap_ended_at[leg] = talk, ended, wrapped
        heappush(self._heap, (wrapped, _FREE, place))
        child = contacts.child[leg]
        if child >= 0:
            log.present[child], log.enqueued_at[child] = True, ended
            heappush(self._heap, (ended, _ARRIVE, child))

    def _abandon(self, leg: int) -> None:
        log = self._log
        given_up = log.enqueued_at[leg] + self._contacts.patience_s[leg]
        log.ended_at[leg] = log.wrap_ended_at[leg] = given_up
