"""One day of a desk: chats two at a time for those who chat, mails one by one for the others."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from heapq import heappop, heappush

from wfm.simulator.contacts import Contacts
from wfm.simulator.floor import FREE, LOGIN, NEVER, WISH, DayLog, Spell, Worker, empty_log

CHATS_AT_ONCE = 2
MAIL_LOOK_S = 2  # a mail is opened, not answered after ringing


def play_desk_day(
    contacts: Contacts, workers: Sequence[Worker], chat: frozenset[int], close_at: int
) -> DayLog:
    """The log of a desk's day; `chat` holds the places of the queues that run side by side.

    Who has one chat takes a second only when nobody is without any. Mails that nobody got to by
    the end of the day are told as left over.
    """
    return _Desk(contacts, workers, chat, close_at).run()


class _Desk:
    def __init__(
        self, contacts: Contacts, workers: Sequence[Worker], chat: frozenset[int], close_at: int
    ) -> None:
        self._contacts, self._workers, self._close_at = contacts, workers, close_at
        self._chat = chat
        self._log = empty_log(contacts.enqueued_at, contacts.fresh_n)
        queues_n = 1 + max(contacts.queue, default=0)
        self._waiting: list[deque[int]] = [deque() for _ in range(queues_n)]
        self._active = [0] * len(workers)
        self._next_pause = [0] * len(workers)
        # By contacts under way: who may take another one, longest in that state first.
        self._open: list[dict[int, None]] = [{} for _ in range(CHATS_AT_ONCE)]
        self._heap: list[tuple[int, int, int]] = []

    def run(self) -> DayLog:
        heap = self._heap
        for place, worker in enumerate(self._workers):
            heap.append((worker.workday.login_at, LOGIN, place))
            heap.extend((pause.wish_at, WISH, place) for pause in worker.workday.pauses)
            heap.append((worker.workday.logout_at, WISH, place))
        heap.sort()
        arrivals, position = self._contacts.enqueued_at, 0
        while heap or position < len(arrivals):
            arrives = arrivals[position] if position < len(arrivals) else NEVER
            if heap and heap[0][0] <= arrives:
                at, kind, place = heappop(heap)
                if kind == FREE:
                    self._active[place] -= 1
                elif kind == LOGIN:
                    self._log.sessions.append((self._workers[place].workday.agent, at))
                elif not any(place in kept for kept in self._open):
                    continue
                self._settle(place, at)
            else:
                self._arrive(position, arrives)
                position += 1
        for waiting in self._waiting:
            for leg in waiting:
                self._leave(leg)
        return self._log

    def _arrive(self, leg: int, at: int) -> None:
        queue = self._contacts.queue[leg]
        reach = CHATS_AT_ONCE if queue in self._chat else 1
        for kept in self._open[:reach]:
            for place in kept:
                if queue in self._workers[place].queues and self._fits(leg, place, at):
                    del kept[place]
                    self._serve(leg, place, at)
                    self._settle(place, at)
                    return
        self._waiting[queue].append(leg)

    def _settle(self, place: int, at: int) -> None:
        """What an agent does next: goes, pauses, takes who waits, or stays open for more."""
        for kept in self._open:
            kept.pop(place, None)
        workday = self._workers[place].workday
        number = self._next_pause[place]
        due = number < len(workday.pauses) and at >= workday.pauses[number].wish_at
        if at >= workday.logout_at or due:
            if self._active[place]:
                return  # those under way first
            if at >= workday.logout_at:
                self._log.spells.append(Spell(workday.agent, at, at, "offline", ""))
                return
            pause = workday.pauses[number]
            self._next_pause[place] = number + 1
            back = max(pause.back_at, at + pause.shortest_s)
            if back <= at:
                self._settle(place, at)
                return
            self._log.spells.append(Spell(workday.agent, at, back, "aux", pause.reason))
            self._active[place] += 1  # the pause, until it is over
            heappush(self._heap, (back, FREE, place))
            return
        while self._room(place) and (leg := self._next(place, at)) is not None:
            self._serve(leg, place, at)
        if self._room(place):
            self._open[self._active[place]][place] = None

    def _room(self, place: int) -> bool:
        chats = any(queue in self._chat for queue in self._workers[place].queues)
        return self._active[place] < (CHATS_AT_ONCE if chats else 1)

    def _next(self, place: int, at: int) -> int | None:
        """The contact that waits longest for this agent, those who gave up put aside."""
        log, patience = self._log, self._contacts.patience_s
        best: deque[int] | None = None
        for queue in self._workers[place].queues:
            waiting = self._waiting[queue]
            while waiting and log.enqueued_at[waiting[0]] + patience[waiting[0]] <= at:
                self._leave(waiting.popleft())
            longest = best is None or (
                bool(waiting) and log.enqueued_at[waiting[0]] < log.enqueued_at[best[0]]
            )
            if waiting and longest and self._fits(waiting[0], place, at):
                best = waiting
        return best.popleft() if best else None

    def _fits(self, leg: int, place: int, at: int) -> bool:
        """Whether a contact would be over before a pause that is to begin to the second."""
        worker = self._workers[place]
        number, workday = self._next_pause[place], worker.workday
        limit = NEVER
        if number < len(workday.pauses) and workday.pauses[number].exact:
            limit = workday.pauses[number].wish_at
        elif number == len(workday.pauses) and workday.exact_end:
            limit = workday.logout_at
        contacts, pace = self._contacts, worker.paces[self._contacts.queue[leg]]
        work = contacts.talk_s[leg] * pace.talk + contacts.acw_s[leg] * pace.acw
        return at + MAIL_LOOK_S + work + 9 <= limit

    def _serve(self, leg: int, place: int, at: int) -> None:
        contacts, log = self._contacts, self._log
        pace = self._workers[place].paces[contacts.queue[leg]]
        talk = max(int(contacts.talk_s[leg] * pace.talk + 0.5), 5)
        connected = at + MAIL_LOOK_S
        wrapped = connected + talk + max(int(contacts.acw_s[leg] * pace.acw + 0.5), 2)
        log.agent[leg] = self._workers[place].workday.agent
        log.offered_at[leg], log.connected_at[leg], log.talk_s[leg] = at, connected, talk
        log.ended_at[leg], log.wrap_ended_at[leg] = connected + talk, wrapped
        self._active[place] += 1
        heappush(self._heap, (wrapped, FREE, place))

    def _leave(self, leg: int) -> None:
        """A customer who gave up, or a mail that nobody got to before the day was over."""
        log = self._log
        ended = log.enqueued_at[leg] + self._contacts.patience_s[leg]
        if ended > self._close_at + 3600:
            ended = self._close_at
            log.left_over.append(leg)
        log.ended_at[leg] = log.wrap_ended_at[leg] = ended
