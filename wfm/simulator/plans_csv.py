"""What was planned, published, changed and granted, and the figures of days, as files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from wfm.simulator.centre import CONTRACTS, Centre, Site
from wfm.simulator.chance import stream
from wfm.simulator.csv_files import Row, timed_frame, write_frame
from wfm.simulator.daily_figures import MEASURES, centre_measures, day_measures
from wfm.simulator.local_day import LocalDay, local_day, wall_at
from wfm.simulator.plan_history import FORECAST, MADE_BEFORE_S, REQUIREMENT, planned_day
from wfm.simulator.plans import Roster
from wfm.simulator.shifts import PlannedShift

# Weeks are published at 10:00 UTC on a Monday, three weeks ahead.
_AHEAD = timedelta(days=21)
_PUBLISH_S = 10 * 3600
_EPOCH = date(1970, 1, 1)
_DAY_S = 86_400
# A day's figures are handed over three hours after it ended.
_CLOSING_S = 3 * 3600


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
    """The files of what was decided in a span and of the figures of days that closed in it.

    Weeks published with their forecast and requirement, shifts changed, leave granted; figures
    of finance, personnel, self-service and the customer system.
    """
    told = _Told(roster, first_at, end_at)
    day = max(centre.first_on, _EPOCH + timedelta(days=first_at // _DAY_S - 2))
    while day <= _EPOCH + timedelta(days=end_at // _DAY_S + 29):
        told.add(day)
        day += timedelta(days=1)
    return told.write(folder, suffix)


def write_day_schedules(
    folder: Path,
    centre: Centre,
    roster: Roster,
    days: Iterable[date],
    end_at: int,
    suffix: str = "",
) -> list[Path]:
    """The files of some local days: as planned and published, changed since, and their figures.

    What became known from `end_at` on is left out. All days together hold what `write_schedules`
    gives up to `end_at`.
    """
    told = _Told(roster, 0, end_at)
    for day in days:
        told.add(day)
    return told.write(folder, suffix)


class _Told:
    """Rows of one delivery: what became known of the days added, within a span."""

    def __init__(self, roster: Roster, first_at: int, end_at: int) -> None:
        self._roster, self._first_at, self._end_at = roster, first_at, end_at
        self._segments: list[Segment] = []
        self._leave: list[Row] = []
        self._forecast: list[Row] = []
        self._requirement: list[Row] = []
        self._figures: list[Row] = []

    def add(self, day: date) -> None:
        """Everything about one local day at all sites that became known in the span."""
        roster, centre = self._roster, self._roster.centre
        published = published_at(day - timedelta(days=day.weekday()))
        if day < centre.first_on or published >= self._end_at:
            return
        for site in centre.sites:
            self._segments += _segments(roster, site, day, self._first_at, self._end_at)
            if self._first_at <= published:
                self._leave += _leave(roster, site, day)
                planned = planned_day(roster, site, day, published - MADE_BEFORE_S)
                self._forecast += planned.forecast
                self._requirement += planned.requirement
            if self._within(wall_at(site.timezone, day, 1440) + _CLOSING_S):
                self._figures += day_measures(roster, site, day)
        if self._within(wall_at("UTC", day, 2880)):
            self._figures += centre_measures(roster, day)

    def _within(self, at: int) -> bool:
        return self._first_at <= at < self._end_at

    def write(self, folder: Path, suffix: str) -> list[Path]:
        """The files, none for a kind without rows."""
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        if self._segments:
            path = folder / f"schedules{suffix}.csv"
            written.append(write_frame(path, _segment_frame(self._segments)))
        for kind, columns, rows in (
            ("time_off", _LEAVE, self._leave),
            ("forecast", FORECAST, self._forecast),
            ("requirement", REQUIREMENT, self._requirement),
            ("measures", MEASURES, self._figures),
        ):
            if rows:
                path = folder / f"{kind}{suffix}.csv"
                written.append(write_frame(path, timed_frame(columns, rows)))
        return written


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
        begins, ends = _block_seconds(clock, block.start, block.end, at)
        if begins > at:
            yield segment(at, begins, "on_queue")
        if ends > begins:
            yield segment(begins, ends, block.activity)
        at = ends
    if at < end:
        yield segment(at, end, "on_queue")


def _block_seconds(clock: LocalDay, start: int, end: int, at: int) -> tuple[int, int]:
    """From when to when a block lasts, from `at` on: shorter in the night that lacks an hour."""
    begins = max(at, clock.second(start))
    return begins, max(begins, min(begins + (end - start) * 60, clock.second(end)))


def _segments(
    roster: Roster, site: Site, day: date, first_at: int, end_at: int
) -> Iterator[Segment]:
    published = published_at(day - timedelta(days=day.weekday()))
    plan = roster.plan_on(site.site_id, day)
    if not plan.published:
        return
    if first_at <= published:
        for shift in plan.shifts:
            yield from shift_segments(roster.centre, shift, "baseline", published)
    seen: dict[int, int] = {}
    for change in plan.changes:
        seen[change.shift.agent] = number = seen.get(change.shift.agent, 0) + 1
        # Nobody changes a schedule before it is there.
        recorded = max(change.recorded_at, published + 3600)
        if first_at <= recorded < end_at:
            version = f"change-{number}"
            yield from shift_segments(roster.centre, change.shift, version, recorded, change.reason)


_LEAVE = (
    "request_id", "agent_id", "start_at", "end_at", "kind", "paid", "status", "submitted_at",
    "decided_at", "decided_by",
)  # fmt: skip


def _leave(roster: Roster, site: Site, day: date) -> Iterator[Row]:
    """Requests for leave as they were decided, before the schedule was published."""
    centre = roster.centre
    published = published_at(day - timedelta(days=day.weekday()))
    clock = local_day(site.timezone, day, site.day_from)
    leads = {team.team_id: team.lead_id for team in centre.teams}
    for shift in roster.plan_on(site.site_id, day).shifts:
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


def _segment_frame(rows: list[Segment]) -> pl.DataFrame:
    frame = pl.DataFrame(
        [
            (r.version, r.agent_id, r.shift_on, r.start_at, r.end_at, r.activity, r.queue, r.paid,
             r.published_at, r.reason)
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
    times = ("start_at", "end_at", "published_at")
    return frame.with_columns(pl.from_epoch(name) for name in times)
