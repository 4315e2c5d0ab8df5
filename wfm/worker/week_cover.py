"""Weeks in force against their requirement, of a site's many weeks at once, and nothing else.

A page looks at five weeks of all sites before it looks at one of them closely. Shifts are read
once, as text, and taken apart by Polars; rules, wages and service level are not asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import polars as pl
from sqlalchemy import Connection

from wfm.domain.errors import MissingFacts
from wfm.domain.grid import QUARTER_S, day_quarters, days_between
from wfm.domain.organisation import Organisation
from wfm.domain.periods import Period, week_of
from wfm.domain.plan_measures import WeekCover
from wfm.domain.scope import Scope
from wfm.queries.roster_rules import people_of_week
from wfm.store.files import FileStore
from wfm.store.readers.organisation import read_organisation
from wfm.store.readers.plans import StoredRequirement, read_requirement
from wfm.store.readers.rules import activity_codes
from wfm.store.readers.schedules import read_shift_texts
from wfm.worker.week_measures import HALF, Ints, cover_by_day, groups_of, served_by, whole_need

_SEGMENTS = pl.List(
    pl.Struct({"start_at": pl.Int64, "end_at": pl.Int64, "activity": pl.String})
)  # fmt: skip


def covers_of(
    connection: Connection, files: FileStore, unit: str, weeks: Sequence[str]
) -> dict[str, WeekCover | None]:
    """Each week's cover of a site by what is in force; None without a requirement or shifts.

    The figures are those of `measure_week`: 100 needed and 95 on queue are 5 short.
    """
    scope, periods = Scope(unit), {week: week_of(week) for week in weeks}
    needed = {week: read_requirement(connection, scope, files, unit, week) for week in weeks}
    asked = [periods[week] for week in weeks if needed[week] is not None]
    if not asked:
        return dict.fromkeys(weeks)
    organisation = read_organisation(connection, scope)
    codes = [a.code for a in activity_codes(connection) if a.category == "on_queue"]
    first, end = min(p.first for p in asked), max(p.end for p in asked)
    shifts = segments_frame(read_shift_texts(connection, scope, first, end))
    work = shifts.filter(pl.col("activity").is_in(codes))
    found: dict[str, WeekCover | None] = dict.fromkeys(weeks)
    for week in weeks:
        requirement, period = needed[week], periods[week]
        inside = pl.col("on").is_between(period.first, period.end, closed="left")
        if requirement is not None and shifts.filter(inside).height:
            found[week] = _cover(organisation, unit, period, requirement, work.filter(inside))
    return found


def segments_frame(texts: Sequence[tuple[str, date, str]]) -> pl.DataFrame:
    """The segments of shifts told as (agent, day, JSON): `agent`, `on`, `start_at`, `end_at`,
    `activity`, a row each, in order of time inside a shift."""
    frame = pl.DataFrame(
        texts, schema={"agent": pl.String, "on": pl.Date, "text": pl.String}, orient="row"
    )
    return (
        frame.with_columns(pl.col("text").str.json_decode(_SEGMENTS).alias("segment"))
        .select("agent", "on", "segment")
        .explode("segment")
        .filter(pl.col("segment").is_not_null())
        .unnest("segment")
    )


def _cover(
    organisation: Organisation,
    unit: str,
    period: Period,
    requirement: StoredRequirement,
    work: pl.DataFrame,
) -> WeekCover | None:
    zone = organisation.zone(unit)
    days = days_between(period.first, period.end)
    quarters = [q for day in days for q in day_quarters(day, zone)]
    try:
        need = whole_need(requirement, quarters)
    except MissingFacts:
        return None
    people = people_of_week(organisation, unit, period, zone)
    groups = {a: groups_of(organisation, person, tuple(need)) for a, person in people.items()}
    served = served_by(_staff(work, groups, quarters), need, len(quarters))
    return WeekCover(
        requirement.rq_version,
        int(served.need.sum()),
        int(served.short.sum()),
        cover_by_day(period, zone, served, quarters[0]),
    )


def _staff(
    work: pl.DataFrame, groups: Mapping[str, tuple[str, ...]], quarters: Sequence[int]
) -> dict[tuple[str, ...], Ints]:
    """Agents on queue by the groups that they serve, quarter by quarter."""
    first, length = quarters[0], len(quarters)
    # Who is there for the larger part of a quarter-hour counts in it.
    spans = work.select(
        "agent",
        begin=((pl.col("start_at") + HALF) // QUARTER_S - first).clip(0, length),
        end=((pl.col("end_at") + HALF) // QUARTER_S - first).clip(0, length),
    )
    steps: dict[tuple[str, ...], Ints] = defaultdict(lambda: np.zeros(length + 1, dtype=np.int64))
    for (agent,), rows in spans.group_by(["agent"]):
        skills = groups.get(str(agent), ())
        if skills:
            np.add.at(steps[skills], rows["begin"].to_numpy(), 1)
            np.add.at(steps[skills], rows["end"].to_numpy(), -1)
    return {skills: np.cumsum(step)[:length] for skills, step in steps.items()}
