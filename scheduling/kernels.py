"""Inner loops of the descent as machine code: price slots, cost shifts, find weeks, place breaks.

Arrays of all contracts, graphs and people lie side by side in the tuples of `packed`; a row is one
of them. An agent's week is found, taken out and put in without a Python object.
"""

from __future__ import annotations

import math

import numpy as np

from scheduling.machine_code import compiled, inner
from scheduling.packed import Cover, Crew, Graphs, Guide, Menus, Mood, Scratch, Tours
from scheduling.shifts import Floats, Ints

DAY, DAYS = 96, 7
SPAN = DAY * DAYS
NEVER = 1e18
HOPELESS = 5e8  # half of what forbids a break in a `resting_table`
FAR = 30.0  # beyond so many widths a smooth step is a sharp one


@inner
def draw(random: Ints) -> float:
    """The next number in 0 to 1 of a xorshift generator."""
    x = random[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    random[0] = x
    return (x >> np.uint64(11)) * (1.0 / 9007199254740992.0)  # type: ignore[no-any-return]


@inner
def fill_prices(
    a: int, first: int, n: int, crew: Crew, cover: Cover, guide: Guide, mood: Mood, random: Ints,
    scratch: Scratch,
) -> None:  # fmt: skip
    """Writes what one more agent like `a` costs in each of `n` slots into `scratch.price`."""
    price, miss = scratch.price, scratch.miss
    row, sets, mask = crew.row[a], crew.sets[a], crew.mask[a]
    if row < 0:
        for t in range(n):
            price[t] = mood.over + mood.noise * draw(random)
        return
    for t in range(n):
        price[t] = NEVER
        miss[t] = NEVER
    for r in range(sets):
        least = price if r & mask else miss
        for t in range(n):
            cut = cover.need[row + r, first + t] * mood.share + cover.staff[row + r, first + t]
            least[t] = min(least[t], cut)
    q, mean = crew.guide[a], cover.mean[crew.group[a], first // SPAN]
    for t in range(n):
        slack = price[t] - miss[t]
        if mood.opening > 0.0:
            value = slack / (mood.opening * mean) if mean > 0.0 else slack
            value = min(3.0, max(-3.0, value))
        else:
            z = (slack + 0.5) / mood.width
            step = 0.0 if z < -FAR else 1.0 if z > FAR else 1.0 / (1.0 + math.exp(-z))
            value = (mood.under + mood.over) * step - mood.under
            value += mood.smoothing * (2.0 * slack + 1.0)
            if mood.led > 0.0:
                off = slack + 0.5 - guide.level[q, first + t]
                led = guide.price[q, first + t] + mood.pull * off
                value = (1.0 - mood.led) * value + mood.led * led
        price[t] = value + mood.noise * (2.0 * draw(random) - 1.0)


@inner
def sum_prices(a: int, first: int, n: int, reach: int, crew: Crew, scratch: Scratch) -> None:
    """Running totals of the prices, 0 where the agent is busy elsewhere and past the horizon."""
    price, total = scratch.price, scratch.total
    for i in range(crew.busy_at[a], crew.busy_at[a + 1]):
        at = crew.busy[i] - first
        if 0 <= at < n:
            price[at] = 0.0
    total[0] = 0.0
    for t in range(reach):
        total[t + 1] = total[t] + (price[t] if t < n else 0.0)


@inner
def best_break(
    m: int, e: int, j: int, begin: int, day: int, resting: int, menus: Menus, crew: Crew,
    total: Floats,
) -> tuple[float, int]:  # fmt: skip
    """What a break spares at its best first slot, and that slot counted from the shift's start."""
    size, best, at = menus.slots[m, e, j], -NEVER, 0
    for t in range(menus.earliest[m, e, j], menus.latest[m, e, j] + 1):
        spared = total[begin + t + size] - total[begin + t]
        if resting >= 0:
            spared += crew.all_resting[resting, day, menus.column[m, e, j] + t]
        if spared > best:
            best, at = spared, t
    return best, at


@inner
def cost_shifts(
    a: int, week: int, free_from: int, free_to: int, crew: Crew, menus: Menus, scratch: Scratch
) -> None:
    """Writes the cost of each shift on each day, breaks at their best, into `scratch.cost`."""
    m, fees, resting = crew.menu[a], crew.fees[a], crew.resting[a]
    cost, total = scratch.cost, scratch.total
    for d in range(DAYS):
        day = week * DAYS + d
        for e in range(menus.entries[m]):
            fee = crew.all_fees[fees, day, e]
            begin = d * DAY + menus.start[m, e]
            end = begin + menus.length[m, e]
            if not fee < NEVER or begin < free_from or end > free_to:
                cost[d, e] = np.inf
                continue
            value = total[end] - total[begin] + fee
            for j in range(menus.breaks[m, e]):
                spared, _ = best_break(m, e, j, begin, day, resting, menus, crew, total)
                value -= spared
            cost[d, e] = value if value < HOPELESS else np.inf


@inner
def find_week(
    g: int, run_before: int, run_after: int, off: Floats, graphs: Graphs, scratch: Scratch
) -> float:
    """The least cost of a week; its entries (-1: a day off) are written into `scratch.chosen`."""
    options, classes, combos = graphs.options[g], graphs.classes[g], graphs.combos[g]
    states = combos * classes
    value, reach, reached, came = scratch.value, scratch.reach, scratch.reached, scratch.came
    weight, pick = scratch.weight, scratch.pick
    for s in range(states):
        value[0, s] = np.inf
    run = min(run_before, graphs.limit[g]) if graphs.tracked[g] else 0
    value[0, graphs.first[g, run] * classes] = 0.0
    for d in range(DAYS):
        for o in range(options):
            least, at = np.inf, -1
            for i in range(graphs.option_at[g, o], graphs.option_at[g, o + 1]):
                e = graphs.order[g, i]
                if scratch.cost[d, e] < least:
                    least, at = scratch.cost[d, e], e
            weight[o], pick[d, o] = least, at
        weight[options], pick[d, options] = off[d], -1
        for c in range(combos):
            least, at = np.inf, c * classes
            for s in range(c * classes, (c + 1) * classes):
                if value[d, s] < least:
                    least, at = value[d, s], s
                reach[s], reached[d, s] = least, at
        for s in range(states):
            value[d + 1, s] = np.inf
        for i in range(graphs.moves[g]):
            found = reach[graphs.source[g, i]] + weight[graphs.option[g, i]]
            s = graphs.target[g, i]
            if found < value[d + 1, s]:
                value[d + 1, s] = found
                came[d + 1, s] = i
    best, state = np.inf, -1
    for c in range(combos):
        worn = graphs.runs[g, c] > 0 and graphs.runs[g, c] + run_after > graphs.limit[g]
        if run_after > 0 and worn:
            continue
        for s in range(c * classes, (c + 1) * classes):
            found = value[DAYS, s] + graphs.unmet[g, c]
            if found < best:
                best, state = found, s
    if state < 0:
        return np.inf
    scratch.ending[0] = graphs.unmet[g, state // classes]
    for d in range(DAYS - 1, -1, -1):
        i = came[d + 1, state]
        scratch.chosen[d] = pick[d, graphs.option[g, i]]
        state = reached[d, graphs.source[g, i]]
    return best


@inner
def count_week(
    a: int, week: int, sign: int, crew: Crew, menus: Menus, cover: Cover, tours: Tours
) -> None:
    """An agent's week enters (+1) or leaves (-1) the cover."""
    m, row, horizon = crew.menu[a], crew.row[a], cover.on_queue.shape[1]
    for d in range(week * DAYS, (week + 1) * DAYS):
        e = tours.entry[a, d]
        if e < 0:
            continue
        begin = d * DAY + menus.start[m, e]
        for t in range(begin, min(begin + menus.length[m, e], horizon)):
            here = True
            for j in range(menus.breaks[m, e]):
                at = d * DAY + tours.rest[a, d, j]
                if at <= t < at + menus.slots[m, e, j]:
                    here = False
            for i in range(crew.busy_at[a], crew.busy_at[a + 1]):
                if crew.busy[i] == t:
                    here = False
            if not here:
                continue
            if row < 0:
                cover.idle[0] += sign
                continue
            cover.on_queue[crew.group[a], t] += sign
            for r in range(crew.sets[a]):
                if r & crew.mask[a]:
                    cover.staff[row + r, t] += sign


@inner
def end_before(a: int, week: int, crew: Crew, menus: Menus, tours: Tours) -> int:
    """End of the last shift before a week, in slots of its first day (0 or less, or far below)."""
    m = crew.menu[a]
    for d in range(week * DAYS - 1, -1, -1):
        e = tours.entry[a, d]
        if e >= 0:
            return (d - week * DAYS) * DAY + menus.start[m, e] + menus.length[m, e]  # type: ignore[no-any-return]
    return crew.end[a] - week * SPAN  # type: ignore[no-any-return]


@inner
def start_after(a: int, week: int, crew: Crew, menus: Menus, tours: Tours) -> int:
    """Start of the first shift after a week, in slots of the first day of the next."""
    m, days = crew.menu[a], tours.entry.shape[1]
    for d in range((week + 1) * DAYS, days):
        e = tours.entry[a, d]
        if e >= 0:
            return (d - (week + 1) * DAYS) * DAY + menus.start[m, e]  # type: ignore[no-any-return]
    return crew.start[a] + (days - (week + 1) * DAYS) * DAY  # type: ignore[no-any-return]


@inner
def runs_around(a: int, week: int, crew: Crew, tours: Tours) -> tuple[int, int]:
    """Days worked in a row up to the week, and from the day after it."""
    days, before, after = tours.entry.shape[1], 0, 0
    d = week * DAYS - 1
    while d >= 0 and tours.entry[a, d] >= 0:
        before, d = before + 1, d - 1
    if d < 0:
        before += crew.run[a]
    d = (week + 1) * DAYS
    while d < days and tours.entry[a, d] >= 0:
        after, d = after + 1, d + 1
    if d >= days:
        after += crew.run_after[a]
    return before, after


@inner
def graph_of(a: int, week: int, before: int, after: int, crew: Crew) -> int:
    """The graph for a week between runs of so many days."""
    most, limit = crew.most[a, week], crew.limit[a, week]
    long = (before > 0 and before + most > limit) or (after > 0 and after + most > limit)
    return crew.tracked[a, week] if most > limit or long else crew.graph[a, week]  # type: ignore[no-any-return]


@inner
def place_week(a: int, week: int, crew: Crew, menus: Menus, tours: Tours, scratch: Scratch) -> None:
    """The week found becomes the agent's, breaks where the prices in `scratch` are best for it."""
    m, fees, resting = crew.menu[a], crew.fees[a], crew.resting[a]
    fee = scratch.ending[0]
    for d in range(DAYS):
        day, e = week * DAYS + d, scratch.chosen[d]
        tours.entry[a, day] = e
        if e < 0:
            fee += scratch.off[d]
            continue
        fee += crew.all_fees[fees, day, e]
        begin = d * DAY + menus.start[m, e]
        for j in range(menus.breaks[m, e]):
            _, at = best_break(m, e, j, begin, day, resting, menus, crew, scratch.total)
            tours.rest[a, day, j] = menus.start[m, e] + at
            if resting >= 0:
                fee -= crew.all_resting[resting, day, menus.column[m, e, j] + at]
    tours.fee[a, week] = fee


@compiled
def sweep(
    order: Ints, crew: Crew, menus: Menus, graphs: Graphs, cover: Cover, tours: Tours,
    guide: Guide, mood: Mood, scratch: Scratch,
) -> int:  # fmt: skip
    """Each agent of `order` takes the cheapest weeks for what the others leave.

    Answers how many agents were dealt with: fewer than asked for when the next one has no week
    that fits; what they have then stays as it was.
    """
    horizon, weeks = cover.on_queue.shape[1], tours.fee.shape[1]
    for i in range(len(order)):
        a = order[i]
        for week in range(weeks):
            first = week * SPAN
            reach = SPAN + crew.spill[0]
            n = min(reach, horizon - first)
            count_week(a, week, -1, crew, menus, cover, tours)
            fill_prices(a, first, n, crew, cover, guide, mood, tours.random, scratch)
            sum_prices(a, first, n, reach, crew, scratch)
            free_from = end_before(a, week, crew, menus, tours) + crew.pause[a, week]
            free_to = SPAN + start_after(a, week, crew, menus, tours) - crew.pause[a, week]
            cost_shifts(a, week, free_from, free_to, crew, menus, scratch)
            before, after = runs_around(a, week, crew, tours)
            for d in range(DAYS):
                scratch.off[d] = crew.all_off[crew.off[a], week * DAYS + d]
            g = graph_of(a, week, before, after, crew)
            found = find_week(g, before, after, scratch.off, graphs, scratch)
            if found < NEVER:
                place_week(a, week, crew, menus, tours, scratch)
            count_week(a, week, +1, crew, menus, cover, tours)
            if not found < NEVER and mood.opening > 0.0:
                return i
    return len(order)


@compiled
def slot_prices(
    a: int, first: int, n: int, crew: Crew, cover: Cover, guide: Guide, mood: Mood, random: Ints,
    scratch: Scratch,
) -> None:  # fmt: skip
    """The prices of `fill_prices`, for who is dealt with outside."""
    fill_prices(a, first, n, crew, cover, guide, mood, random, scratch)


@compiled
def count_weeks(
    a: int, sign: int, crew: Crew, menus: Menus, cover: Cover, tours: Tours
) -> None:  # fmt: skip
    """All weeks of an agent enter or leave the cover."""
    for week in range(tours.fee.shape[1]):
        count_week(a, week, sign, crew, menus, cover, tours)


@compiled
def cheapest_week(
    costs: Floats, g: int, run_before: int, run_after: int, off: Floats, graphs: Graphs,
    scratch: Scratch,
) -> float:  # fmt: skip
    """The least cost of a week at given costs of shifts (7 x entries); entries in `chosen`."""
    for d in range(DAYS):
        for e in range(costs.shape[1]):
            scratch.cost[d, e] = costs[d, e]
    return find_week(g, run_before, run_after, off, graphs, scratch)


@compiled
def least_worth(
    prices: Floats, heads: Ints, crew: Crew, menus: Menus, graphs: Graphs, scratch: Scratch
) -> float:
    """Sum over people (`heads` of each kind) and weeks of the least that a week can cost.

    `prices` are of the skill sets and the slots of the horizon. Weeks are free of each other.
    """
    horizon, least = prices.shape[1], 0.0
    for a in range(len(heads)):
        for week in range(crew.graph.shape[1]):
            first = week * SPAN
            reach = SPAN + crew.spill[0]
            n = min(reach, horizon - first)
            for t in range(n):
                scratch.price[t] = prices[crew.guide[a], first + t]
            sum_prices(a, first, n, reach, crew, scratch)
            cost_shifts(a, week, -SPAN, 2 * SPAN, crew, menus, scratch)
            for d in range(DAYS):
                scratch.off[d] = crew.all_off[crew.off[a], week * DAYS + d]
            g = graph_of(a, week, 0, 0, crew)
            found = find_week(g, 0, 0, scratch.off, graphs, scratch)
            # Whoever has no week stays at home, or has fewer shifts than the contract says.
            least += heads[a] * (found if found < NEVER else crew.floor[a, week])
    return least
