"""Staffing by skill group and quarter: required, scheduled, actual, and the gaps of each cell."""

from __future__ import annotations

import numpy as np
import polars as pl

from wfm.domain.grid import QUARTER_S
from wfm.facts.casework import DayCase
from wfm.facts.inputs import DayInputs
from wfm.facts.judged import Judged
from wfm.facts.needed import required_cells
from wfm.facts.pieces import Ints, Mask, split_on_grid
from wfm.facts.plan import planned_segments
from wfm.facts.sums import known_sum

CELL = ["site", "group", "q"]
NO_GROUP = -1
_Q_BITS, _GROUP_BITS = 24, 17  # quarters since 1970 until 2448; groups are 16 bits, and none


def group_intervals(
    inputs: DayInputs, day: DayCase, judged: Judged, needed: pl.DataFrame
) -> pl.DataFrame:
    """Rows of `group_interval` of the day; `needed` is what the actual contacts required.

    Plans count for the whole day, what happened up to the as-of time. A site without schedules,
    without a requirement or without a state feed has null there, not 0.
    """
    on_queue = [a.code for a in inputs.activities if a.category == "on_queue"]
    groups = agent_groups(inputs)
    baseline = _scheduled(inputs, "baseline", on_queue, groups)
    current = _scheduled(inputs, "current", on_queue, groups)
    parts = [
        required_cells(inputs).drop("fc_version"),
        baseline.rename({"s": "sch_s"}),
        current.rename({"s": "cur_sch_s"}),
        _on_hand(inputs, day, judged, groups).rename({"s": "act_s"}),
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
    planned = _sites_of(inputs, day, day.planned)
    alive = _sites_of(inputs, day, day.case.healthy[:, 1])
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


def agent_groups(inputs: DayInputs) -> pl.DataFrame:
    """Columns agent, group, part, parts: the skill groups of each agent, numbered from 0."""
    by_queue = {q.queue_id: q.skill_group for q in inputs.org.queues}
    rows = []
    for ext_id, key in sorted(inputs.keys["agent"].items()):
        person = inputs.at_noon.get(ext_id)
        names = {by_queue.get(name, name) for name, _ in person.skills} if person else set()
        groups = sorted(
            inputs.keys["group"][name] for name in names if name in inputs.keys["group"]
        )
        rows += [(key, group, i, len(groups)) for i, group in enumerate(groups)]
    schema = {"agent": pl.UInt32, "group": pl.UInt16, "part": pl.Int64, "parts": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def share_out(frame: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Seconds `s` of rows (agent, group, q) without a group shared equally over the agent's groups.

    900 s over seven groups is 129 for the first four and 128 for the rest: the parts add up.
    """
    named = frame.filter(pl.col("group").is_not_null()).select("agent", "group", "q", "s")
    open_rows = frame.filter(pl.col("group").is_null()).drop("group")
    shared = open_rows.join(groups, on="agent", how="left")
    extra = (pl.col("part") < pl.col("s") % pl.col("parts")).cast(pl.Int64)
    part = pl.when(pl.col("parts").is_null()).then("s").otherwise(
        pl.col("s") // pl.col("parts") + extra
    )  # fmt: skip
    return pl.concat([named, shared.with_columns(part.alias("s")).select(named.columns)])


def _scheduled(
    inputs: DayInputs, layer: str, on_queue: list[str], groups: pl.DataFrame
) -> pl.DataFrame:
    segments = planned_segments(inputs, layer).filter(pl.col("activity").is_in(on_queue))
    index, quarter, seconds = split_on_grid(
        segments["start_at"].to_numpy().astype(np.int64),
        segments["end_at"].to_numpy().astype(np.int64),
    )
    rows = segments[index].select(
        "agent",
        _planned_groups(inputs, segments)[index].alias("group"),
        pl.Series("q", quarter, pl.Int64),
        pl.Series("s", seconds, pl.Int64),
    )  # fmt: skip
    return _by_cell(inputs, rows, groups)


def _on_hand(inputs: DayInputs, day: DayCase, judged: Judged, groups: pl.DataFrame) -> pl.DataFrame:
    """On-queue seconds by cell: of the contact's queue, else as planned, else in equal parts."""
    states = day.spells["state"].cast(pl.String)
    open_state = states.is_in(["available", "alerting", "talk", "hold", "acw", "dialing"])
    top = judged.pieces.top
    chosen = np.flatnonzero(top[1] >= 0)
    chosen = chosen[open_state.to_numpy()[top[1][chosen]]] if len(chosen) else chosen
    index, quarter, seconds = judged.on_grid
    mine = np.zeros(len(judged.pieces.start), bool)
    mine[chosen] = True
    parts = np.flatnonzero(mine[index])
    piece, quarter, seconds = index[parts], quarter[parts], seconds[parts]
    seg, spell = top[0][piece], top[1][piece]
    queues = inputs.queues.select("queue", pl.col("group").alias("skill_group"))
    spells = day.spells.join(queues, on="queue", how="left", maintain_order="left")
    of_spell = spells["skill_group"]
    of_plan = _planned_groups(inputs, day.segments)
    planned = np.where(seg >= 0, _picked(of_plan, seg), NO_GROUP)
    found = _picked(of_spell, spell)
    group = np.where(found == NO_GROUP, planned, found)
    # One number for agent, quarter and group: it is put together faster than three columns.
    key = ((judged.pieces.agent[piece] << _Q_BITS) | quarter) << _GROUP_BITS | (group - NO_GROUP)
    sums = pl.DataFrame({"key": key, "s": seconds}).group_by("key").agg(pl.col("s").sum())
    key = sums["key"].to_numpy()
    group = (key & ((1 << _GROUP_BITS) - 1)) + NO_GROUP
    rows = pl.DataFrame(
        {
            "agent": pl.Series(day.agents[key >> (_Q_BITS + _GROUP_BITS)]).cast(pl.UInt32),
            "group": group,
            "q": (key >> _GROUP_BITS) & ((1 << _Q_BITS) - 1),
            "s": sums["s"],
        }
    ).with_columns(
        pl.when(pl.col("group") != NO_GROUP).then("group").cast(pl.UInt16).alias("group")
    )
    return _by_cell(inputs, rows, groups)


def _planned_groups(inputs: DayInputs, segments: pl.DataFrame) -> pl.Series:
    return segments["queue"].replace_strict(
        _group_keys(inputs), default=None, return_dtype=pl.UInt16
    )


def _picked(groups: pl.Series, index: Ints) -> Ints:
    values = groups.cast(pl.Int64).fill_null(NO_GROUP).to_numpy()
    return values[index] if len(values) else np.full(len(index), NO_GROUP)


def _by_cell(inputs: DayInputs, rows: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    shared = share_out(rows, groups).with_columns((pl.col("q") * QUARTER_S).alias("q_at"))
    placed = inputs.with_place(shared, "q_at").with_columns(pl.col("q").cast(pl.Int32))
    return placed.group_by(CELL).agg(pl.col("s").sum())


def _group_keys(inputs: DayInputs) -> dict[str, int]:
    """Number of the skill group of every queue id and group id."""
    keys = dict(inputs.keys["group"])
    for queue in inputs.org.queues:
        if queue.skill_group in inputs.keys["group"]:
            keys[queue.queue_id] = inputs.keys["group"][queue.skill_group]
    return keys


def _sites_of(inputs: DayInputs, day: DayCase, chosen: Mask) -> list[int]:
    return sorted({int(site) for site in day.site[chosen] if site})


def _within(inputs: DayInputs, frame: pl.DataFrame) -> pl.DataFrame:
    return (
        inputs.in_site_day(frame)
        .join(inputs.slots, on=["zone", "q"], how="left")
        .drop("zone", "from_at", "to_at")
    )
