"""Spans of events and published schedules written as the generic CSV files of a delivery."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from wfm.simulator.absence import sick_on
from wfm.simulator.centre import CONTRACTS, Centre
from wfm.simulator.events import Span, day_start_at
from wfm.simulator.roster import Roster
from wfm.simulator.shifts import PlannedShift

# Weeks are published at 10:00 UTC on a Monday, three weeks ahead.
_AHEAD = timedelta(days=21)
_PUBLISH_S = 10 * 3600
_EPOCH = date(1970, 1, 1)
CALL_TIMES = ("enqueued_at", "connected_at", "ended_at", "wrap_ended_at")


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


def write_span(folder: Path, span: Span, suffix: str = "") -> list[Path]:
    """The files of a span, none for a kind without events: `calls<suffix>.csv` and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    if span.contacts.height:
        contacts = span.contacts.drop("known_at").with_columns(
            *(_iso(name) for name in CALL_TIMES),
            channel=pl.lit("voice"),
            direction=pl.lit("inbound"),
            missed_n=pl.lit(0),
            customer_key=pl.lit(None, pl.String),
        )
        written.append(_write(folder / f"calls{suffix}.csv", contacts))
    if span.states.height:
        states = span.states.select(
            "agent_id", _iso("start_at"), pl.lit(None, pl.String).alias("end_at"), "state",
            "reason", "queue_id", "contact_id",
        )  # fmt: skip
        written.append(_write(folder / f"agent_states{suffix}.csv", states))
    return written


def write_schedules(
    folder: Path, centre: Centre, roster: Roster, first_at: int, end_at: int, suffix: str = ""
) -> list[Path]:
    """The file of what was published in a span: whole weeks, and shifts changed by sickness."""
    rows = [*_baselines(centre, roster, first_at, end_at),
            *_sick_changes(centre, roster, first_at, end_at)]  # fmt: skip
    return _write_segments(folder, rows, suffix)


def write_day_schedules(
    folder: Path,
    centre: Centre,
    roster: Roster,
    days: Iterable[date],
    end_at: int,
    suffix: str = "",
) -> list[Path]:
    """The file of the shifts that begin on some local days: as published, and changed since.

    What became known from `end_at` on is left out. All days together hold what `write_schedules`
    gives up to `end_at`.
    """
    rows: list[Segment] = []
    for day in days:
        at = published_at(day - timedelta(days=day.weekday()))
        if centre.first_on <= day and at < end_at:
            for shift in roster.shifts_on(day):
                rows += shift_segments(centre, shift, at)
        rows += _sick_of_day(centre, roster, day, 0, end_at)
    return _write_segments(folder, rows, suffix)


def _write_segments(folder: Path, rows: list[Segment], suffix: str) -> list[Path]:
    if not rows:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    frame = pl.DataFrame(
        [
            (r.version, r.agent_id, r.shift_on.isoformat(), r.start_at, r.end_at, r.activity,
             r.queue, r.paid, r.published_at)
            for r in rows
        ],
        schema={
            "schedule_version": pl.String, "agent_id": pl.String, "shift_date": pl.String,
            "start_at": pl.Int64, "end_at": pl.Int64, "activity_code": pl.String,
            "queue_id": pl.String, "paid": pl.Boolean, "published_at": pl.Int64,
        },
        orient="row",
    ).with_columns(_iso("start_at"), _iso("end_at"), _iso("published_at"))  # fmt: skip
    return [_write(folder / f"schedules{suffix}.csv", frame)]


def published_at(monday: date) -> int:
    """UTC seconds at which the week of a Monday is published."""
    return _utc(monday - _AHEAD) + _PUBLISH_S


def _utc(day: date) -> int:
    return (day - _EPOCH).days * 86_400


def _baselines(centre: Centre, roster: Roster, first_at: int, end_at: int) -> Iterable[Segment]:
    monday = centre.first_monday
    while published_at(monday) < end_at:
        at = published_at(monday)
        if at >= first_at:
            for day in (monday + timedelta(days=n) for n in range(7)):
                if day >= centre.first_on:
                    for shift in roster.shifts_on(day):
                        yield from shift_segments(centre, shift, at)
        monday += timedelta(days=7)


def shift_segments(centre: Centre, shift: PlannedShift, published: int) -> Iterable[Segment]:
    """The segments of a shift in order of time, without gaps."""
    agent = centre.agents[shift.agent]
    zero = day_start_at(centre.site[agent.site_id].timezone, shift.on)

    def segment(start: int, end: int, activity: str, paid: bool = True) -> Segment:
        queue = agent.group_id if activity == "on_queue" else ""
        return Segment(
            "baseline", agent.agent_id, shift.on, zero + start * 60, zero + end * 60, activity,
            queue, paid, published,
        )  # fmt: skip

    if shift.leave:
        yield segment(shift.start, shift.end, "leave")
        return
    unpaid = {r.kind for r in CONTRACTS[agent.contract_id].breaks if not r.paid}
    at = shift.start
    for block in shift.blocks:
        if block.start > at:
            yield segment(at, block.start, "on_queue")
        yield segment(block.start, block.end, block.activity, block.activity not in unpaid)
        at = block.end
    if at < shift.end:
        yield segment(at, shift.end, "on_queue")


def _sick_changes(centre: Centre, roster: Roster, first_at: int, end_at: int) -> Iterable[Segment]:
    day = max(centre.first_on, _EPOCH + timedelta(days=first_at // 86_400 - 2))
    last = _EPOCH + timedelta(days=end_at // 86_400 + 2)
    while day <= last:
        yield from _sick_of_day(centre, roster, day, first_at, end_at)
        day += timedelta(days=1)


def _sick_of_day(
    centre: Centre, roster: Roster, day: date, first_at: int, end_at: int
) -> Iterable[Segment]:
    sick, notice = sick_on(centre, day)
    for shift in roster.shifts_on(day):
        if shift.agent not in sick or shift.leave:
            continue
        agent = centre.agents[shift.agent]
        zero = day_start_at(centre.site[agent.site_id].timezone, day)
        known = zero + (shift.start - int(notice[shift.agent])) * 60
        if first_at <= known < end_at:
            yield Segment(
                "current", agent.agent_id, day, zero + shift.start * 60,
                zero + shift.end * 60, "sick", "", True, known,
            )  # fmt: skip


def _iso(name: str) -> pl.Expr:
    return pl.from_epoch(pl.col(name)).dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias(name)


def _write(path: Path, frame: pl.DataFrame) -> Path:
    frame.write_csv(path)
    return path
