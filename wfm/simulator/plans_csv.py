"""Published schedules, their later changes and granted leave as files of a delivery."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from wfm.simulator.centre import CONTRACTS, Centre
from wfm.simulator.chance import stream
from wfm.simulator.csv_files import write_frame
from wfm.simulator.influence import DayPlan
from wfm.simulator.local_day import LocalDay, local_day
from wfm.simulator.plans import Roster
from wfm.simulator.shifts import PlannedShift

# Weeks are published at 10:00 UTC on a Monday, three weeks ahead.
_AHEAD = timedelta(days=21)
_PUBLISH_S = 10 * 3600
_EPOCH = date(1970, 1, 1)
_DAY_S = 86_400


@dataclass(frozen=True)
class Segment:
    """One row of schedules.csv; UTC seconds."""

    version: str
    agent_id: str
    shift_on: date
    start_at: int
    end_at: int
    activity: str
    queue: str
    paid: bool
    published_at: int
    reason: str = ""


def published_at(monday: date) -> int:
    """UTC seconds at which the week of a Monday is published."""
    return ((monday - _AHEAD) - _EPOCH).days * _DAY_S + _PUBLISH_S


def write_schedules(
    folder: Path, centre: Centre, roster: Roster, first_at: int, end_at: int, suffix: str = ""
) -> list[Path]:
    """The files of what was decided in a span: weeks published, shifts changed, leave granted."""
    rows: list[Segment] = []
    leave: list[tuple[object, ...]] = []
    for day, sites in _days_told(centre, first_at, end_at):
        for site_id in sites:
            rows += _segments(centre, roster, site_id, day, first_at, end_at)
            leave += _leave(centre, roster, site_id, day, first_at, end_at)
    return _write(folder, rows, leave, suffix)


def write_day_schedules(
    folder: Path,
    centre: Centre,
    roster: Roster,
    days: Iterable[date],
    end_at: int,
    suffix: str = "",
) -> list[Path]:
    """The files of the shifts that begin on some local days: as published, and changed since.

    What became known from `end_at` on is left out. All days together hold what `write_schedules`
    gives up to `end_at`.
    """
    rows: list[Segment] = []
    leave: list[tuple[object, ...]] = []
    for day in days:
        for site in centre.sites:
            rows += _segments(centre, roster, site.site_id, day, 0, end_at)
            leave += _leave(centre, roster, site.site_id, day, 0, end_at)
    return _write(folder, rows, leave, suffix)


def shift_segments(
    centre: Centre, shift: PlannedShift, version: str, recorded_at: int, reason: str = ""
) -> Iterator[Segment]:
    """The segments of a shift in order of time, without gaps."""
    agent = centre.agents[shift.agent]
    site = centre.site[agent.site_id]
    clock = local_day(site.timezone, shift.on, site.day_from)
    unpaid = {r.kind for r in CONTRACTS[agent.contract_id].breaks if not r.paid}

    def segment(start: int, end: int, activity: str) -> Segment:
        queue = agent.group_id if activity == "on_queue" else ""
        return Segment(
            version, agent.agent_id, shift.on, clock.zero_at + start, clock.zero_at + end,
            activity, queue, activity not in unpaid, recorded_at, reason,
        )  # fmt: skip

    at, end = clock.second(shift.start), clock.second(shift.end)
    if shift.absence:
        yield segment(at, end, shift.absence)
        return
    for block in shift.blocks:
        begins, ends = _block_seconds(clock, block.start, block.end)
        if begins > at:
            yield segment(at, begins, "on_queue")
        yield segment(begins, ends, block.activity)
        at = ends
    if at < end:
        yield segment(at, end, "on_queue")


def _block_seconds(clock: LocalDay, start: int, end: int) -> tuple[int, int]:
    begins = clock.second(start)
    return begins, begins + (end - start) * 60


def _days_told(
    centre: Centre, first_at: int, end_at: int
) -> Iterator[tuple[date, tuple[str, ...]]]:
    """Days whose shifts something may become known of in a span."""
    first = max(centre.first_on, _EPOCH + timedelta(days=first_at // _DAY_S - 2))
    last = _EPOCH + timedelta(days=end_at // _DAY_S + 29)
    sites = tuple(site.site_id for site in centre.sites)
    day = first
    while day <= last:
        monday = day - timedelta(days=day.weekday())
        if published_at(monday) < end_at:
            yield day, sites
        day += timedelta(days=1)


def _segments(
    centre: Centre, roster: Roster, site_id: str, day: date, first_at: int, end_at: int
) -> Iterator[Segment]:
    published = published_at(day - timedelta(days=day.weekday()))
    if day < centre.first_on or published >= end_at:
        return
    plan: DayPlan = roster.plan_on(site_id, day)
    if not plan.published:
        return
    if first_at <= published:
        for shift in plan.shifts:
            yield from shift_segments(centre, shift, "baseline", published)
    seen: dict[int, int] = {}
    for change in plan.changes:
        seen[change.shift.agent] = number = seen.get(change.shift.agent, 0) + 1
        # Nobody changes a schedule before it is there.
        recorded = max(change.recorded_at, published + 3600)
        if first_at <= recorded < end_at:
            version = f"change-{number}"
            yield from shift_segments(centre, change.shift, version, recorded, change.reason)


_LEAVE = (
    "request_id", "agent_id", "start_at", "end_at", "kind", "paid", "status", "submitted_at",
    "decided_at", "decided_by",
)  # fmt: skip


def _leave(
    centre: Centre, roster: Roster, site_id: str, day: date, first_at: int, end_at: int
) -> Iterator[tuple[object, ...]]:
    """Requests for leave as they were decided, weeks before the schedule was published."""
    published = published_at(day - timedelta(days=day.weekday()))
    if day < centre.first_on or not first_at <= published < end_at:
        return
    site = centre.site[site_id]
    clock = local_day(site.timezone, day, site.day_from)
    leads = {team.team_id: team.lead_id for team in centre.teams}
    for shift in roster.plan_on(site_id, day).shifts:
        if shift.absence != "leave":
            continue
        agent = centre.agents[shift.agent]
        rng = stream(centre.seed, "request", agent.agent_id, day.toordinal())
        decided = published - int(rng.integers(1, 20)) * _DAY_S - int(rng.integers(0, 20_000))
        waited = int(rng.exponential(1.2) * _DAY_S) + 120
        by = "auto" if waited < 20_000 else leads[agent.team_id]
        start, end = clock.second(shift.start), clock.second(shift.end)
        yield (
            f"to-{agent.agent_id}-{day:%Y%m%d}", agent.agent_id, clock.zero_at + start,
            clock.zero_at + end, "leave", True, "approved", decided - waited, decided, by,
        )  # fmt: skip


def _write(
    folder: Path, rows: list[Segment], leave: list[tuple[object, ...]], suffix: str
) -> list[Path]:
    written = []
    folder.mkdir(parents=True, exist_ok=True)
    if rows:
        frame = pl.DataFrame(
            [
                (r.version, r.agent_id, r.shift_on, r.start_at, r.end_at, r.activity, r.queue,
                 r.paid, r.published_at, r.reason)
                for r in rows
            ],
            schema={
                "schedule_version": pl.String, "agent_id": pl.String, "shift_date": pl.Date,
                "start_at": pl.Int64, "end_at": pl.Int64, "activity_code": pl.String,
                "queue_id": pl.String, "paid": pl.Boolean, "published_at": pl.Int64,
                "change_reason": pl.String,
            },
            orient="row",
        )  # fmt: skip
        frame = frame.with_columns(
            pl.from_epoch(name) for name in ("start_at", "end_at", "published_at")
        )
        written.append(write_frame(folder / f"schedules{suffix}.csv", frame))
    if leave:
        times = ("start_at", "end_at", "submitted_at", "decided_at")
        asked = pl.DataFrame(leave, schema=list(_LEAVE), orient="row").with_columns(
            pl.from_epoch(name) for name in times
        )
        written.append(write_frame(folder / f"time_off{suffix}.csv", asked))
    return written
