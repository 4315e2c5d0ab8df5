"""One day of a voice group, event by event: contacts wait, agents serve, pause and go home.

Waits and abandonment are not drawn: they follow from who is there. The contact that waits longest
goes to the agent who is idle longest among those who work its queue. Times are whole seconds since
the local midnight.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from heapq import heappop, heappush

from wfm.simulator.contacts import MISSED_RING_S, Contacts
from wfm.simulator.even import EvenWork
from wfm.simulator.floor import (
    ARRIVE,
    FREE,
    LOGIN,
    MISSED,
    NEVER,
    READY,
    WISH,
    DayLog,
    Spell,
    Worker,
    empty_log,
)
from wfm.simulator.quota import Quotas, quotas_of

# A contact is not begun for a minute or less before a pause that a contact is to overrun.
_STRETCH_S = 60
_EAGER_S = 600
Even = Mapping[tuple[str, int], EvenWork]


def play_day(
    contacts: Contacts, workers: Sequence[Worker], queues_n: int, close_at: int, even: Even
) -> DayLog:
    """The log of a day; from `close_at` on those still there serve who waits before they go."""
    return _Floor(contacts, workers, queues_n, close_at, even).run()


class _Floor:
    """The floor at a moment: who waits for whom."""

    def __init__(
        self,
        contacts: Contacts,
        workers: Sequence[Worker],
        queues_n: int,
        close_at: int,
        even: Even,
    ) -> None:
        self._contacts, self._workers, self._even = contacts, workers, even
        self._close_at = close_at
        self._log = empty_log(contacts.enqueued_at, contacts.fresh_n)
        self._missed = list(contacts.missed)
        self._waiting: list[deque[int]] = [deque() for _ in range(queues_n)]
        kinds = sorted({w.queues for w in workers})
        self._idle: list[dict[int, None]] = [{} for _ in kinds]  # longest idle first
        self._pool = [kinds.index(w.queues) for w in workers]
        self._pools = [[self._idle[k] for k, kind in enumerate(kinds) if q in kind]
                       for q in range(queues_n)]  # fmt: skip
        self._since = [0] * len(workers)
        self._next_pause = [0] * len(workers)
        self._limit = [self._limit_of(place) for place in range(len(workers))]
        self._overruns = [any(p.overrun_s for p in w.workday.pauses) for w in workers]
        self._eager = [place for place, overruns in enumerate(self._overruns) if overruns]
        self._ringing = [-1] * len(workers)
        self._resting: dict[int, int] = {}  # agents whose wait is not over, and until when
        self._ready: dict[int, None] = {}  # agents whose wait is over: first in line
        self._carry = [0.0] * len(workers)
        self._quotas: Quotas | None = quotas_of(workers)
        self._heap: list[tuple[int, int, int]] = []

    def run(self) -> DayLog:
        heap = self._heap
        for place, worker in enumerate(self._workers):
            workday = worker.workday
            heap.append((workday.login_at, LOGIN, place))
            heap.extend((pause.wish_at, WISH, place) for pause in workday.pauses)
            heap.append((workday.logout_at, WISH, place))
        heap.sort()
        arrivals, fresh = self._contacts.enqueued_at, self._contacts.fresh_n
        free, arrive, position = self._free, self._arrive, 0
        while heap or position < fresh:
            arrives = arrivals[position] if position < fresh else NEVER
            if heap and heap[0][0] <= arrives:
                at, kind, number = heappop(heap)
                if kind == FREE:
                    free(number, at)
                elif kind == ARRIVE:
                    arrive(number, at)
                else:
                    self._turn(kind, number, at)
            else:
                arrive(position, arrives)
                position += 1
        for waiting in self._waiting:
            for leg in waiting:
                self._abandon(leg)
        return self._log

    def _turn(self, kind: int, place: int, at: int) -> None:
        """Something rarer than contacts coming and ending."""
        if kind == WISH:
            idle = self._idle[self._pool[place]]
            if place in idle or place in self._ready or place in self._resting:
                idle.pop(place, None)
                self._ready.pop(place, None)
                if self._resting.pop(place, None) is not None or self._rests(place):
                    self._carry[place] -= at - self._since[place]
                self._free(place, at)
        elif kind == LOGIN:
            self._log.sessions.append((self._workers[place].workday.agent, at))
            self._free(place, at)
        elif kind == MISSED:
            leg, self._ringing[place] = self._ringing[place], -1
            self._log.rung.append((self._workers[place].workday.agent, at - MISSED_RING_S, at, leg))
            self._log.missed_n[leg] += 1
            if self._log.enqueued_at[leg] + self._contacts.patience_s[leg] <= at:
                self._abandon(leg)
            else:
                self._arrive(leg, at, again=True)
            self._free(place, at)
        elif kind == READY and self._resting.get(place) == at:
            del self._resting[place]
            if not self._take(place, at):
                self._ready[place] = None

    def _arrive(self, leg: int, at: int, again: bool = False) -> None:
        queue = self._contacts.queue[leg]
        if self._ready:
            for place in self._ready:
                if queue in self._workers[place].queues and self._may(leg, place, at):
                    del self._ready[place]
                    self._serve(leg, place, at)
                    return
        for place in self._eager:
            if place in self._idle[self._pool[place]] and self._is_wanted(place, queue, at):
                del self._idle[self._pool[place]][place]
                self._serve(leg, place, at)
                return
        best, longest = -1, NEVER
        since = self._since
        for pool in self._pools[queue]:
            for place in pool:
                if since[place] >= longest:
                    break
                if self._may(leg, place, at):
                    best, longest = place, since[place]
                    break
        if best >= 0:
            del self._idle[self._pool[best]][best]
            self._serve(leg, best, at)
        elif again:
            self._waiting[queue].appendleft(leg)
        else:
            self._waiting[queue].append(leg)

    def _free(self, place: int, at: int) -> None:
        """An agent who has ended something: goes home, pauses, serves or waits."""
        worker = self._workers[place]
        workday = worker.workday
        if at >= workday.logout_at:
            if not (at >= self._close_at and not workday.exact_end and self._take(place, at)):
                self._log.spells.append(Spell(workday.agent, at, at, "offline", ""))
            return
        number = self._next_pause[place]
        while number < len(workday.pauses) and at >= workday.pauses[number].wish_at:
            pause = workday.pauses[number]
            number += 1
            self._next_pause[place] = number
            back = max(pause.back_at, at + pause.shortest_s)
            if back > at:
                self._limit[place] = self._limit_of(place)
                self._log.spells.append(Spell(workday.agent, at, back, "aux", pause.reason))
                heappush(self._heap, (back, FREE, place))
                return
        self._limit[place] = self._limit_of(place) if self._limit[place] != NEVER else NEVER
        if workday.idle_s:
            self._rest(place, at)
        elif not self._take(place, at):
            self._since[place] = at
            self._idle[self._pool[place]][place] = None

    def _take(self, place: int, at: int) -> bool:
        """Whether an agent found somebody who waits, the longest first."""
        log, patience = self._log, self._contacts.patience_s
        chosen, earliest = -1, NEVER
        for queue in self._workers[place].queues:
            waiting = self._waiting[queue]
            while waiting and log.enqueued_at[waiting[0]] + patience[waiting[0]] <= at:
                self._abandon(waiting.popleft())
            if waiting and log.enqueued_at[waiting[0]] < earliest:
                leg = waiting[0]
                if self._may(leg, place, at):
                    chosen, earliest = queue, log.enqueued_at[leg]
        if chosen < 0:
            return False
        self._serve(self._waiting[chosen].popleft(), place, at)
        return True

    def _serve(self, leg: int, place: int, at: int) -> None:
        contacts, log = self._contacts, self._log
        if self._missed[leg] and at + MISSED_RING_S < self._limit[place] and not self._rests(place):
            self._missed[leg] = False
            self._ringing[place] = leg
            heappush(self._heap, (at + MISSED_RING_S, MISSED, place))
            return
        worker = self._workers[place]
        if worker.workday.idle_s:
            self._carry[place] += worker.workday.idle_s - (at - self._since[place])
        if self._quotas is not None:
            self._quotas.count(place, contacts.queue[leg])
        pace = worker.paces[contacts.queue[leg]]
        if pace.steady:
            even = self._even[pace.steady, contacts.queue[leg]]
            talk, hold, acw = even.draw(pace.talk, pace.hold, pace.acw)
        else:
            talk = int(contacts.talk_s[leg] * pace.talk + 0.5)
            hold = int(contacts.hold_s[leg] * pace.hold + 0.5)
            acw = int(contacts.acw_s[leg] * pace.acw + 0.5)
        talk, acw = max(talk, 5), max(acw, 2)
        connected = at + contacts.ring_s[leg]
        if self._overruns[place]:
            talk, acw = self._overrun(place, connected + hold, talk, acw)
        ended = connected + talk + hold
        wrapped = ended + acw
        log.agent[leg] = worker.workday.agent
        log.offered_at[leg], log.connected_at[leg] = at, connected
        log.talk_s[leg], log.hold_s[leg] = talk, hold
        log.ended_at[leg], log.wrap_ended_at[leg] = ended, wrapped
        heappush(self._heap, (wrapped, FREE, place))
        child = contacts.child[leg]
        if child >= 0:
            log.present[child], log.enqueued_at[child] = True, ended
            heappush(self._heap, (ended, ARRIVE, child))

    def _is_wanted(self, place: int, queue: int, at: int) -> bool:
        """Whether an agent is next in line, so that a contact will overrun the pause to come."""
        number, worker = self._next_pause[place], self._workers[place]
        if number == len(worker.workday.pauses) or queue not in worker.queues:
            return False
        pause = worker.workday.pauses[number]
        return pause.overrun_s > 0 and pause.wish_at - _EAGER_S <= at < pause.wish_at

    def _overrun(self, place: int, begun: int, talk: int, acw: int) -> tuple[int, int]:
        """Talk and wrap-up that end as long after the next pause's begin as it says."""
        number, pauses = self._next_pause[place], self._workers[place].workday.pauses
        if number == len(pauses) or not pauses[number].overrun_s:
            return talk, acw
        wish, ends = pauses[number].wish_at, begun + talk + acw
        if begun >= wish or ends + _STRETCH_S < wish:
            return talk, acw
        wanted = max(wish + pauses[number].overrun_s - begun, 10)
        acw = max(2, wanted * acw // (talk + acw))
        return wanted - acw, acw

    def _abandon(self, leg: int) -> None:
        log = self._log
        given_up = log.enqueued_at[leg] + self._contacts.patience_s[leg]
        log.ended_at[leg] = log.wrap_ended_at[leg] = given_up

    def _limit_of(self, place: int) -> int:
        """The second by which an agent must be free for a pause that begins to the second."""
        workday = self._workers[place].workday
        for pause in workday.pauses[self._next_pause[place] :]:
            if pause.exact:
                # A contact is to overrun that one, so none is held back for it.
                return NEVER - 1 if pause.overrun_s else pause.wish_at
        if workday.exact_end:
            return workday.logout_at
        return NEVER

    def _may(self, leg: int, place: int, at: int) -> bool:
        """Whether a contact may go to an agent: its part is not used up, no pause stands near."""
        if self._limit[place] != NEVER and not self._fits(leg, place, at):
            return False
        return self._quotas is None or self._quotas.allow(place, self._contacts.queue[leg])

    def _fits(self, leg: int, place: int, at: int) -> bool:
        """Whether a contact would be over before the agent must be free."""
        limit = self._limit[place]
        if limit - at > 10_000:
            return True
        contacts, worker = self._contacts, self._workers[place]
        pace = worker.paces[contacts.queue[leg]]
        left = limit - at - contacts.ring_s[leg] - 9
        if pace.steady:
            even = self._even[pace.steady, contacts.queue[leg]]
            return even.fits(left, pace.talk, pace.hold, pace.acw)
        work = (contacts.talk_s[leg] * pace.talk + contacts.hold_s[leg] * pace.hold
                + contacts.acw_s[leg] * pace.acw)  # fmt: skip
        return work <= left

    def _rests(self, place: int) -> bool:
        return self._workers[place].workday.idle_s > 0

    def _rest(self, place: int, at: int) -> None:
        """A wait of the stated mean, longer or shorter by what earlier ones missed."""
        self._since[place] = at
        until = at + int(max(self._workers[place].workday.idle_s + self._carry[place], 0) + 0.5)
        if until > at:
            self._resting[place] = until
            heappush(self._heap, (until, READY, place))
        elif not self._take(place, at):
            self._ready[place] = None
