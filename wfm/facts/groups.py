"""Staffing by skill group and quarter: required, scheduled, actual, and the gaps of each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from wfm.domain.activities import ON_QUEUE_STATES, STATES
from wfm.domain.grid import QUARTER_S
from wfm.facts.casework import DayCase
from wfm.facts.crowd import Crowd
from wfm.facts.inputs import DayInputs
from wfm.facts.judged import Judged
from wfm.facts.needed import required_cells
from wfm.facts.pieces import Ints, Mask, ranges, split_on_grid
from wfm.facts.sums import known_sum

CELL = ["site", "group", "q"]
NO_GROUP = -1
_Q_BITS = 24  # quarters since 1970 until 2448
_SPAN_BITS = 14  # quarters around a day
_TARGET_BITS, _REST_BITS = 18, 10  # groups, or lists of them, and the remainder of their shares


@dataclass(frozen=True)
class Staffed:
    """On-queue seconds by site, group and quarter: as first published, as planned now, as seen."""

    published: pl.DataFrame
    planned: pl.DataFrame
    on_hand: pl.DataFrame


def staffed_cells(inputs: DayInputs, day: DayCase, judged: Judged, skilled: Skilled) -> Staffed:
    """What some people add to each cell; the cells of a day are the sums over everybody."""
    planned = _scheduled(inputs, day.current, skilled)
    changed = day.published is not day.current
    published = _scheduled(inputs, day.published, skilled) if changed else planned
    return Staffed(published, planned, _on_hand(inputs, day, judged, skilled))


def group_intervals(
    inputs: DayInputs, crowd: Crowd, staffed: Sequence[Staffed], needed: pl.DataFrame
) -> pl.DataFrame:
    """Rows of `group_interval` of the day; `needed` is what the actual contacts required.

    Plans count for the whole day, what happened up to the as-of time. A site without schedules,
    without a requirement or without a state feed has null there, not 0.
    """
    parts = [
        required_cells(inputs).drop("fc_version"),
        *(cells.published.rename({"s": "sch_s"}) for cells in staffed),
        *(cells.planned.rename({"s": "cur_sch_s"}) for cells in staffed),
        *(cells.on_hand.rename({"s": "act_s"}) for cells in staffed),
        needed,
    ]
    frame = pl.concat([p for p in parts if p.height] or parts[:1], how="diagonal")
    frame = frame.with_columns(
        pl.lit(None, pl.Int64).alias(name)
        for name in ("required_m", "sch_s", "cur_sch_s", "act_s", "req_act_s")
        if name not in frame.columns
    )
    cells = frame.group_by(CELL).agg(
        known_sum(name) for name in ("required_m", "sch_s", "cur_sch_s", "act_s", "req_act_s")
    )
    planned = _sites_of(crowd, crowd.planned)
    alive = _sites_of(crowd, crowd.healthy[:, 1])
    over = (pl.col("q").cast(pl.Int64) + 1) * QUARTER_S <= inputs.as_of_at
    begun = pl.col("q").cast(pl.Int64) * QUARTER_S < inputs.as_of_at
    cells = _within(inputs, cells).with_columns(
        pl.when(pl.col("site").is_in(planned)).then(pl.col(name).fill_null(0)).alias(name)
        for name in ("sch_s", "cur_sch_s")
    )
    cells = cells.with_columns(
        (pl.col("required_m") * QUARTER_S).alias("req_s"),
        pl.when(pl.col("site").is_in(alive) & begun)
        .then(pl.col("act_s").fill_null(0))
        .alias("act_s"),
        pl.when(over).then("req_act_s").alias("req_act_s"),
    )
    return _with_gaps(cells).with_columns(pl.lit(inputs.day).alias("day"))


def _with_gaps(cells: pl.DataFrame) -> pl.DataFrame:
    gap = pl.col("sch_s") * 1000 - pl.col("req_s")
    act_gap = pl.col("act_s") * 1000 - pl.col("req_act_s")
    is_open = pl.col("req_s") > 0
    return cells.with_columns(
        gap.clip(lower_bound=0).alias("over_s"),
        (-gap).clip(lower_bound=0).alias("under_s"),
        (-gap).clip(lower_bound=0).alias("peak_under_s"),
        act_gap.clip(lower_bound=0).alias("act_over_s"),
        (-act_gap).clip(lower_bound=0).alias("act_under_s"),
        is_open.cast(pl.Int64).alias("cells_n"),
        (is_open & (gap.abs() * 10 <= pl.col("req_s"))).cast(pl.Int64).alias("cells_fit10_n"),
    )


@dataclass(frozen=True)
class Skilled:
    """Which skill groups each agent number may serve: a place in `groups`, the first for none."""

    place: Ints
    groups: tuple[tuple[int, ...], ...]


def skilled(inputs: DayInputs) -> Skilled:
    """Who may serve which skill groups in the middle of the day."""
    by_queue = {q.queue_id: q.skill_group for q in inputs.org.queues}
    numbers = inputs.keys["group"]
    of_agent = np.zeros(max(inputs.keys["agent"].values(), default=0) + 1, np.int64)
    places: dict[tuple[int, ...], int] = {(): 0}
    known = dict[tuple[tuple[str, int], ...], int]()
    for agent, person in inputs.at_noon.items():
        place = known.get(person.skills)
        if place is None:
            names = {by_queue.get(name, name) for name, _ in person.skills}
            groups = tuple(sorted(numbers[name] for name in names if name in numbers))
            place = known[person.skills] = places.setdefault(groups, len(places))
        of_agent[inputs.keys["agent"][agent]] = place
    return Skilled(of_agent, tuple(places))


def _scheduled(inputs: DayInputs, segments: pl.DataFrame, skilled: Skilled) -> pl.DataFrame:
    """On-queue seconds of planned segments by cell."""
    on_queue = [a.code for a in inputs.activities if a.category == "on_queue"]
    segments = segments.filter(pl.col("activity").is_in(on_queue))
    index, quarter, seconds = split_on_grid(
        segments["start_at"].to_numpy().astype(np.int64),
        segments["end_at"].to_numpy().astype(np.int64),
    )
    group = _planned_groups(inputs, segments)
    agent = segments["agent"].to_numpy().astype(np.int64)
    return _by_cell(inputs, skilled, agent[index], group[index], quarter, seconds)


def _on_hand(inputs: DayInputs, day: DayCase, judged: Judged, skilled: Skilled) -> pl.DataFrame:
    """On-queue seconds by cell: of the contact's queue, else as planned, else in equal parts."""
    is_open = np.array([name in ON_QUEUE_STATES for name in STATES])[day.state]
    index, quarter, seconds = judged.on_grid
    segment, spell = judged.pieces.top
    parts = np.flatnonzero(np.append(is_open, False)[spell][index])
    piece, quarter, seconds = index[parts], quarter[parts], seconds[parts]
    group = _of_queue(inputs, day.spells["queue"])[spell[piece]]
    planned = np.append(_planned_groups(inputs, day.segments), NO_GROUP)[segment[piece]]
    group = np.where(group == NO_GROUP, planned, group)
    agent = judged.agent[piece]
    # What no queue claims is shared out by agent and quarter; pieces come in that order.
    open_ = np.flatnonzero(group == NO_GROUP)
    key = agent[open_] << _Q_BITS | quarter[open_]
    runs = np.flatnonzero(np.append(True, key[1:] != key[:-1])[: len(key)])
    sums = np.add.reduceat(seconds[open_], runs) if len(runs) else seconds[:0]
    named = group != NO_GROUP
    return _by_cell(
        inputs, skilled,
        day.agents[np.concatenate([agent[named], key[runs] >> _Q_BITS])],
        np.concatenate([group[named], np.full(len(runs), NO_GROUP)]),
        np.concatenate([quarter[named], key[runs] & ((1 << _Q_BITS) - 1)]),
        np.concatenate([seconds[named], sums]),
    )  # fmt: skip


def _by_cell(
    inputs: DayInputs, skilled: Skilled, agent: Ints, group: Ints, quarter: Ints, seconds: Ints
) -> pl.DataFrame:
    """Columns site, group, q, s: seconds of agents added up by cell.

    What has no group is shared equally over the agent's: 900 s over seven groups is 129 for the
    first four and 128 for the rest, so the parts add up. Who has none keeps the seconds ungrouped.
    """
    site = inputs.site_at(agent, quarter * QUARTER_S) + 1
    place = np.append(skilled.place, 0)[np.minimum(agent, len(skilled.place))]
    # Seconds go to a group, above all groups to a list of them, or (0) nowhere.
    lists = int(group.max(initial=0)) + 2
    target = np.where(group == NO_GROUP, np.where(place > 0, place + lists, 0), group + 1)
    shares = np.ones(lists + len(skilled.groups), np.int64)
    shares[lists + 1 :] = [len(groups) for groups in skilled.groups[1:]]
    n = shares[target]
    whole = seconds // n
    # Of one list and quarter only the remainder of each agent's seconds makes a difference.
    first = int(quarter.min()) if len(quarter) else 0
    key = ((site << _TARGET_BITS | target) << _SPAN_BITS | (quarter - first)) << _REST_BITS
    key |= seconds - whole * n
    sums = pl.DataFrame({"key": key, "s": whole}).group_by("key").agg(pl.col("s").sum(), pl.len())
    key, s, count = (sums[name].cast(pl.Int64).to_numpy() for name in ("key", "s", "len"))
    rest, target = key & ((1 << _REST_BITS) - 1), key >> (_REST_BITS + _SPAN_BITS)
    site, target = target >> _TARGET_BITS, target & ((1 << _TARGET_BITS) - 1)
    n = shares[target]
    row = np.repeat(np.arange(len(key)), n)
    part = ranges(np.zeros(len(n), np.int64), n)
    listed = np.array([0, *(g for groups in skilled.groups for g in groups), 0], np.int64)
    begins = np.cumsum([1, *(len(groups) for groups in skilled.groups[:-1])])
    own = listed[begins[np.maximum(target[row] - lists, 0)] + part * (target[row] > lists)] + 1
    cells = pl.DataFrame(
        {
            "site": site[row],
            "group": np.where(target[row] > lists, own, target[row]),
            "q": (key[row] >> _REST_BITS & ((1 << _SPAN_BITS) - 1)) + first,
            "s": s[row] + count[row] * (part < rest[row]),
        }
    )
    return cells.group_by("site", "group", "q").agg(pl.col("s").sum()).select(
        *(pl.when(pl.col(name) > 0).then(pl.col(name) - 1).cast(pl.UInt16).alias(name)
          for name in ("site", "group")),
        pl.col("q").cast(pl.Int32), "s",
    )  # fmt: skip


def _of_queue(inputs: DayInputs, queues: pl.Series) -> Ints:
    """Number of the skill group of each queue number, `NO_GROUP` where none is known."""
    group_of = np.full(max(inputs.keys["queue"].values(), default=0) + 2, NO_GROUP)
    known = inputs.queues.filter(pl.col("group").is_not_null())
    group_of[known["queue"].to_numpy()] = known["group"].to_numpy()
    nothing = len(group_of) - 1
    found: Ints = group_of[queues.cast(pl.Int64).fill_null(nothing).clip(0, nothing).to_numpy()]
    return found


def _planned_groups(inputs: DayInputs, segments: pl.DataFrame) -> Ints:
    """Number of the skill group of each segment's queue, `NO_GROUP` where it names none."""
    numbers = segments["queue"].replace_strict(
        _group_keys(inputs), default=None, return_dtype=pl.Int64
    )
    found: Ints = numbers.fill_null(NO_GROUP).to_numpy()
    return found


def _group_keys(inputs: DayInputs) -> dict[str, int]:
    """Number of the skill group of every queue id and group id."""
    keys = dict(inputs.keys["group"])
    for queue in inputs.org.queues:
        if queue.skill_group in inputs.keys["group"]:
            keys[queue.queue_id] = inputs.keys["group"][queue.skill_group]
    return keys


def _sites_of(crowd: Crowd, chosen: Mask) -> list[int]:
    return sorted({int(site) for site in crowd.site[chosen] if site})


def _within(inputs: DayInputs, frame: pl.DataFrame) -> pl.DataFrame:
    return (
        inputs.in_site_day(frame)
        .join(inputs.slots, on=["zone", "q"], how="left")
        .drop("zone", "from_at", "to_at")
    )
