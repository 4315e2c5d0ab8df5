"""S4 looked for in the event files: agents on queue as required, as planned, and as it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import polars as pl
from story_files import ON_QUEUE, EventFiles, spells

QUARTER = 900
BLOCKS = ((9, 12), (13, 15))


@dataclass(frozen=True)
class Presence:
    """Agents on queue in one quarter-hour, and why planned ones are not there."""

    at: int
    required: float
    baseline: float
    actual: float
    training: float
    sick: float


def finished_quarters(files: EventFiles, site: str) -> list[int]:
    """The quarter-hours of today's two blocks that are over, as UTC seconds."""
    zero = files.midnight(site, files.today(site))
    return [
        at
        for start, end in BLOCKS
        for at in range(zero + start * 3600, zero + end * 3600, QUARTER)
        if at + QUARTER <= files.now
    ]


def presences(files: EventFiles, site: str) -> list[Presence]:
    """What the files tell of each finished quarter-hour of a site's two blocks."""
    ids = files.teams().filter(pl.col("site_id") == site)["agent_id"].to_list()
    plan = files.table("schedules").filter(pl.col("agent_id").is_in(ids))
    quarters = finished_quarters(files, site)
    today = str(files.today(site))
    published = plan.filter(
        (pl.col("schedule_version") == "baseline") & (pl.col("shift_date") == today)
    )
    changed = plan.filter(
        (pl.col("schedule_version") != "baseline") & (pl.col("shift_date") == today)
    )
    planned = published.filter(pl.col("activity_code") == "on_queue")
    here = pl.col("agent_id").is_in(ids) & pl.col("state").is_in(ON_QUEUE)
    since = files.midnight(site, files.today(site) - timedelta(days=1))
    states = spells(files.table("agent_states").filter(pl.col("start_at") >= since), files.now)
    worked = states.filter(here)
    required = _required(files, site)
    return [
        Presence(
            at,
            required.get(at, 0.0),
            covered(planned, at) / QUARTER,
            covered(worked, at) / QUARTER,
            _lost(planned, changed, "training", at),
            _lost(planned, changed, "sick", at),
        )
        for at in quarters
    ]


def covered(rows: pl.DataFrame, at: int) -> int:
    """Agent-seconds of spells or segments inside a quarter-hour."""
    inside = pl.min_horizontal("end_at", pl.lit(at + QUARTER)) - pl.max_horizontal(
        "start_at", pl.lit(at)
    )
    return int(rows.select(inside.clip(0).sum()).item() or 0)


def _lost(planned: pl.DataFrame, changed: pl.DataFrame, activity: str, at: int) -> float:
    """Agents planned on queue whom a later change gives this activity instead."""
    moved = changed.filter(
        (pl.col("activity_code") == activity)
        & (pl.col("change_reason") == activity)
        & (pl.col("start_at") <= at)
        & (pl.col("end_at") > at)
    )["agent_id"].unique()
    return covered(planned.filter(pl.col("agent_id").is_in(moved.to_list())), at) / QUARTER


def _required(files: EventFiles, site: str) -> dict[int, float]:
    """Required agents of all of the site's groups, by the quarter-hour's UTC second."""
    rows = (
        files.table("requirement")
        .filter(pl.col("site_id") == site)
        .with_columns(
            at=pl.col("interval_start").str.to_datetime("%Y-%m-%dT%H:%M:%SZ").dt.epoch("s"),
            agents=pl.col("required").cast(pl.Float64),
        )
        .group_by("at")
        .agg(pl.col("agents").sum())
    )
    return dict(rows.iter_rows())
