"""The event loop: contacts of several queues meet agents of several skills, in machine code.

Waiting lines are lists in order of arrival. Who hung up is taken off when he reaches the head of
his line: he influences nobody before. Free agents of a group form a list in order of idleness.
"""

from __future__ import annotations

import numpy as np

from scheduling.machine_code import compiled, inner
from scheduling.simulation.centre import Floats, Ints
from scheduling.simulation.counted import (
    ABANDONED,
    ABANDONED_IN_T,
    ABANDONED_SHORT,
    ANSWERED,
    BUSY,
    CALLBACKS,
    IN_T,
    LEFT,
    OFFERED,
    STAFFED,
    WAIT_ABANDONED,
    WAIT_ANSWERED,
)

INF = np.inf


@inner
def add_span(row: Floats, start: float, end: float, cell_s: float) -> None:
    """Adds the seconds from start to end to the cells they fall in; outside is not counted."""
    cells = row.shape[0]
    at = max(start, 0.0)
    stop = min(end, cells * cell_s)
    if at >= stop:
        return
    c = int(at / cell_s)
    while at < stop and c < cells:
        edge = min(stop, (c + 1) * cell_s)
        row[c] += edge - at
        at = edge
        c += 1


@inner
def heap_push(times: Floats, who: Ints, size: int, time: float, agent: int) -> None:
    """Puts a completion on the heap of `size` entries."""
    i = size
    while i > 0:
        parent = (i - 1) >> 1
        if times[parent] <= time:
            break
        times[i] = times[parent]
        who[i] = who[parent]
        i = parent
    times[i] = time
    who[i] = agent


@inner
def heap_pop(times: Floats, who: Ints, size: int) -> None:
    """Takes the earliest completion off the heap of `size` entries."""
    last = size - 1
    time, agent = times[last], who[last]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= last:
            break
        if child + 1 < last and times[child + 1] < times[child]:
            child += 1
        if time <= times[child]:
            break
        times[i] = times[child]
        who[i] = who[child]
        i = child
    times[i] = time
    who[i] = agent


@inner
def unlink(agent: int, group: int, ahead: Ints, behind: Ints, first: Ints, last: Ints) -> None:
    """Takes an agent out of the list of free agents of his group."""
    a, b = ahead[agent], behind[agent]
    if a >= 0:
        behind[a] = b
    else:
        first[group] = b
    if b >= 0:
        ahead[b] = a
    else:
        last[group] = a


@inner
def append(item: int, line: int, following: Ints, first: Ints, last: Ints) -> None:
    """Puts a contact at the end of a waiting line."""
    following[item] = -1
    if last[line] >= 0:
        following[last[line]] = item
    else:
        first[line] = item
    last[line] = item


@inner
def drop_gone(
    q: int, now: float, at: Floats, patience: Floats, offer: Floats, following: Ints,
    first: Ints, last: Ints, back_first: Ints, back_last: Ints, cell: Ints, targets: Floats,
    counts: Floats,
) -> None:  # fmt: skip
    """Takes those off the head of a line who hung up or went over to a callback before `now`."""
    while first[q] >= 0:
        i = first[q]
        stays = min(patience[i], offer[i])
        if at[i] + stays >= now:
            return
        first[q] = following[i]
        if first[q] < 0:
            last[q] = -1
        if offer[i] < patience[i]:
            append(i, q, following, back_first, back_last)
            counts[q, cell[i], CALLBACKS] += 1
        else:
            row = counts[q, cell[i]]
            row[ABANDONED] += 1
            row[WAIT_ABANDONED] += stays
            if stays <= targets[q, 0]:
                row[ABANDONED_IN_T] += 1
            if stays <= targets[q, 1]:
                row[ABANDONED_SHORT] += 1


@inner
def choose_contact(
    g: int, now: float, serves_from: Ints, serves: Ints, choice: Ints, at: Floats,
    patience: Floats, offer: Floats, following: Ints, first: Ints, last: Ints,
    back_first: Ints, back_last: Ints, cell: Ints, targets: Floats, counts: Floats,
) -> tuple[int, bool]:  # fmt: skip
    """The line a free agent takes from, -1 when nobody waits, and whether it is a callback."""
    best, best_choice, best_at = -1, 0, INF
    for k in range(serves_from[g], serves_from[g + 1]):
        q = serves[k]
        if first[q] < 0:
            continue
        drop_gone(
            q, now, at, patience, offer, following, first, last, back_first, back_last, cell,
            targets, counts,
        )  # fmt: skip
        i = first[q]
        if i >= 0 and (
            best < 0 or choice[k] < best_choice or (choice[k] == best_choice and at[i] < best_at)
        ):
            best, best_choice, best_at = q, choice[k], at[i]
    if best >= 0:
        return best, False
    for k in range(serves_from[g], serves_from[g + 1]):
        q = serves[k]
        i = back_first[q]
        if i >= 0 and (
            best < 0 or choice[k] < best_choice or (choice[k] == best_choice and at[i] < best_at)
        ):
            best, best_choice, best_at = q, choice[k], at[i]
    return best, True


@compiled
def run_day(
    at: Floats, queue: Ints, handle: Floats, patience: Floats, offer: Floats, cell: Ints,
    targets: Floats, group: Ints, serves_from: Ints, serves: Ints, choice: Ints,
    served_from: Ints, served_by: Ints, rank: Ints, duty_at: Floats, duty_agent: Ints,
    duty_on: Ints, cell_s: float, counts: Floats, times: Floats,
) -> None:  # fmt: skip
    """Fills `counts` (queue, cell, column) and `times` (group, cell, column) by one run.

    Contacts and duty events come sorted; times are seconds, targets (queue) = threshold, short.
    """
    queues, groups = counts.shape[0], times.shape[0]
    agents, contacts, duties = group.shape[0], at.shape[0], duty_at.shape[0]
    busy_rows = np.zeros((groups, times.shape[1]))
    staffed_rows = np.zeros((groups, times.shape[1]))
    following = np.full(contacts, -1, dtype=np.int64)
    first, last = np.full(queues, -1, dtype=np.int64), np.full(queues, -1, dtype=np.int64)
    back_first, back_last = np.full(queues, -1, dtype=np.int64), np.full(queues, -1, dtype=np.int64)
    idle_first, idle_last = np.full(groups, -1, dtype=np.int64), np.full(groups, -1, dtype=np.int64)
    ahead, behind = np.full(agents, -1, dtype=np.int64), np.full(agents, -1, dtype=np.int64)
    state = np.zeros(agents, dtype=np.int64)  # 0 away, 1 free, 2 busy, 3 busy after duty
    since, on_since = np.zeros(agents), np.zeros(agents)  # free since, on duty since
    heap_t, heap_a = np.empty(agents + 1), np.empty(agents + 1, dtype=np.int64)
    heap_n, i, d = 0, 0, 0
    while True:
        next_done = heap_t[0] if heap_n > 0 else INF
        next_duty = duty_at[d] if d < duties else INF
        next_call = at[i] if i < contacts else INF
        seeker = -1
        if next_done <= next_duty and next_done <= next_call:
            if next_done == INF:
                break
            now = next_done
            agent = heap_a[0]
            heap_pop(heap_t, heap_a, heap_n)
            heap_n -= 1
            if state[agent] == 3:
                add_span(staffed_rows[group[agent]], on_since[agent], now, cell_s)
                state[agent] = 0
            else:
                seeker = agent
        elif next_duty <= next_call:
            now = next_duty
            agent = duty_agent[d]
            if duty_on[d] == 1:
                if state[agent] == 3:
                    state[agent] = 2
                elif state[agent] == 0:
                    on_since[agent] = now
                    seeker = agent
            elif state[agent] == 2:
                state[agent] = 3
            elif state[agent] == 1:
                unlink(agent, group[agent], ahead, behind, idle_first, idle_last)
                add_span(staffed_rows[group[agent]], on_since[agent], now, cell_s)
                state[agent] = 0
            d += 1
        else:
            now = next_call
            q = queue[i]
            counts[q, cell[i], OFFERED] += 1
            best, best_rank, best_since = -1, 0, INF
            for k in range(served_from[q], served_from[q + 1]):
                candidate = idle_first[served_by[k]]
                if candidate >= 0 and (
                    best < 0
                    or rank[k] < best_rank
                    or (rank[k] == best_rank and since[candidate] < best_since)
                ):
                    best, best_rank, best_since = candidate, rank[k], since[candidate]
            if best >= 0:
                g = group[best]
                unlink(best, g, ahead, behind, idle_first, idle_last)
                state[best] = 2
                heap_push(heap_t, heap_a, heap_n, now + handle[i], best)
                heap_n += 1
                add_span(busy_rows[g], now, now + handle[i], cell_s)
                counts[q, cell[i], ANSWERED] += 1
                counts[q, cell[i], IN_T] += 1
            else:
                append(i, q, following, first, last)
            i += 1
        if seeker >= 0:
            g = group[seeker]
            q, is_back = choose_contact(
                g, now, serves_from, serves, choice, at, patience, offer, following, first, last,
                back_first, back_last, cell, targets, counts,
            )  # fmt: skip
            if q < 0:
                state[seeker] = 1
                since[seeker] = now
                ahead[seeker] = idle_last[g]
                behind[seeker] = -1
                if idle_last[g] >= 0:
                    behind[idle_last[g]] = seeker
                else:
                    idle_first[g] = seeker
                idle_last[g] = seeker
                continue
            if is_back:
                j = back_first[q]
                back_first[q] = following[j]
                if back_first[q] < 0:
                    back_last[q] = -1
            else:
                j = first[q]
                first[q] = following[j]
                if first[q] < 0:
                    last[q] = -1
            state[seeker] = 2
            heap_push(heap_t, heap_a, heap_n, now + handle[j], seeker)
            heap_n += 1
            add_span(busy_rows[g], now, now + handle[j], cell_s)
            row = counts[q, cell[j]]
            row[ANSWERED] += 1
            row[WAIT_ANSWERED] += now - at[j]
            if not is_back and now - at[j] <= targets[q, 0]:
                row[IN_T] += 1
    for agent in range(agents):
        if state[agent] != 0:
            add_span(staffed_rows[group[agent]], on_since[agent], INF, cell_s)
    for q in range(queues):
        drop_gone(
            q, INF, at, patience, offer, following, first, last, back_first, back_last, cell,
            targets, counts,
        )  # fmt: skip
        for line in range(2):
            j = first[q] if line == 0 else back_first[q]
            while j >= 0:
                counts[q, cell[j], LEFT] += 1
                j = following[j]
    times[:, :, BUSY] += busy_rows
    times[:, :, STAFFED] += staffed_rows
