"""The past told day by day is the past told at once: nothing is lost and nothing comes twice."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from wfm.simulator.events import History, Span
from wfm.simulator.events_csv import published_at, write_day_schedules, write_schedules
from wfm.simulator.founding import found_centre

from .conftest import BASE_ON, END_AT, FIRST_AT


def _days(history: History) -> list[date]:
    first = date(2026, 10, 15)
    return [first + timedelta(days=n) for n in range((BASE_ON - first).days + 2)]


def test_the_days_of_a_past_add_up_to_its_span(history: History, span: Span) -> None:
    days = [history.day(day, END_AT) for day in reversed(_days(history))]
    contacts = pl.concat([day.contacts for day in days]).filter(pl.col("known_at") >= FIRST_AT)
    states = pl.concat([day.states for day in days]).filter(pl.col("known_at") >= FIRST_AT)
    assert_frame_equal(contacts.sort("known_at", "contact_id", "leg_no"), span.contacts)
    assert_frame_equal(
        states.sort("known_at", "agent_id", "order", "start_at", "contact_id"), span.states
    )


def test_the_schedules_of_the_days_add_up_to_what_was_published(
    history: History, tmp_path: Path
) -> None:
    centre, roster = history.centre, history.roster
    first = published_at(date(2026, 10, 26))
    days = [*_days(history)[11:], *(BASE_ON + timedelta(days=n) for n in range(2, 35))]
    whole = write_schedules(tmp_path / "whole", centre, roster, first, END_AT)
    by_day = write_day_schedules(tmp_path / "days", centre, roster, days, END_AT)
    assert [path.name for path in whole] == [path.name for path in by_day] == [
        "schedules.csv", "time_off.csv", "forecast.csv", "requirement.csv", "measures.csv",
    ]  # fmt: skip
    for one, other in zip(by_day, whole, strict=True):
        assert _since(one, days[0]) == _since(other, days[0])
        assert len(_since(one, days[0])) > 100


def _since(path: Path, first: date) -> list[tuple[object, ...]]:
    """Rows of a file, those that name a day from that one on."""
    frame = pl.read_csv(path, infer_schema=False)
    named = [name for name in ("shift_date", "day") if name in frame.columns]
    return sorted(frame.filter(*(pl.col(name) >= str(first) for name in named)).rows(), key=str)


def test_in_the_night_that_lacks_an_hour_no_two_parts_of_a_shift_overlap(tmp_path: Path) -> None:
    history = History(found_centre(526729, "small", date(2026, 2, 20)))
    end_at = int(datetime(2026, 2, 20, 18, tzinfo=UTC).timestamp())
    [path, *_] = write_day_schedules(
        tmp_path, history.centre, history.roster, [date(2026, 3, 7)], end_at
    )
    parts = pl.read_csv(path, try_parse_dates=True).sort("agent_id", "schedule_version", "start_at")
    # A-0142 is planned for training at 02:30 in New York, which that night does not have.
    assert parts.filter(agent_id="A-0142", activity_code="training").height == 1
    after = pl.col("start_at").shift(-1).over("agent_id", "schedule_version")
    assert parts.filter(after < pl.col("end_at")).is_empty()
