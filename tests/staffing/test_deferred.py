"""Work that may wait: exact fractions, infeasible hours by name, and work laid over open time."""

import csv
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.staffing.deferred import deferred_staff, spread_work

DATA = Path(__file__).parent / "data"


def rows_of(name):
    with (DATA / name).open(newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize("row", rows_of("deferred.csv"))
def test_deferred_reference(row):
    found = deferred_staff(
        row["arrivals_per_hour"].split("|"),
        row["aht_s"],
        row["limit_h"],
        [digit == "1" for digit in row["open_pattern"]],
        row["occupancy"],
        row["backlog"],
    )
    if row["staff_exact_fraction"] == "infeasible":
        assert found.infeasible
        assert found.whole is None
    else:
        assert Fraction(row["staff_exact_fraction"]) == found.staff
        assert int(row["staff_ceiling"]) == found.whole


def test_night_work_that_is_due_before_opening_is_infeasible_and_the_hour_named():
    day = [8 <= hour < 18 for hour in range(24)]
    found = deferred_staff([50] * 24, 600, 8, day, 0.8)
    assert (found.staff, found.hour) == (None, 18)
    assert found.sentence == (
        "infeasible: the work that arrives in hour 18 is due 8 h after that hour ends, and no "
        "hour is open until then. Open longer or allow more time."
    )


def test_a_backlog_due_before_opening_is_infeasible():
    found = deferred_staff([0] * 24, 600, 8, [hour >= 9 for hour in range(24)], backlog=5)
    assert found.hour == -1
    assert found.sentence.startswith("infeasible: the backlog is due 8 h after the start")


def test_no_work_needs_nobody_even_when_closed():
    found = deferred_staff([0, 0], 300, 1, [False])
    assert (found.staff, found.whole, found.sentence) == (0, 0, "no work")


def test_shares_count_as_written():
    assert deferred_staff([17], 3600, 0, [True], 0.85).staff == 20


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=30),
    st.integers(0, 12),
    st.lists(st.booleans(), min_size=1, max_size=24),
    st.integers(0, 60),
)
def test_the_least_staff_clears_everything_in_time_and_less_does_not(arrivals, limit, day, backlog):
    found = deferred_staff(arrivals, 360, limit, day, 1, backlog)

    def in_time(staff):
        waiting = [(-1, Fraction(backlog))] if backlog else []
        for hour in range(len(arrivals) + limit + 1):
            if hour < len(arrivals) and arrivals[hour]:
                waiting.append((hour, Fraction(arrivals[hour])))
            able = staff * 10 if day[hour % len(day)] else Fraction(0)
            while waiting and able > 0:
                born, items = waiting[0]
                done = min(items, able)
                able -= done
                waiting[0] = (born, items - done)
                if waiting[0][1] == 0:
                    waiting.pop(0)
            if waiting and waiting[0][0] + limit <= hour:
                return False
            if limit == 0 and waiting and waiting[0][0] == -1:
                return False
        return not waiting

    if found.infeasible:
        return
    if limit or not backlog:
        assert in_time(found.staff)
        assert found.staff == 0 or not in_time(found.staff * Fraction(9999, 10000))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"aht_s": 0}, "aht_s is 0: it must be above 0."),
        ({"occupancy": 1.2}, "occupancy is 1.2: it must be at most 1."),
        ({"arrivals": [-1]}, "arrivals is -1: it must be at least 0."),
        ({"backlog": float("nan")}, "backlog is nan: it must be a finite number."),
        ({"open_hours": []}, "open_hours is empty"),
    ],
)
def test_impossible_inputs_are_named(changed, message):
    given_ = {"arrivals": [1], "aht_s": 300, "limit_h": 2, "open_hours": [True]} | changed
    with pytest.raises(ValueError, match=message.replace(".", r"\.")):
        deferred_staff(**given_)


def test_work_is_laid_over_the_open_cells_it_may_be_done_in():
    is_open = np.array([0, 0, 1, 1, 0, 0, 0, 1], dtype=bool)
    laid, late = spread_work(np.array([0, 8.0, 0, 0, 0, 2.0, 0, 0]), is_open, 2)
    assert laid.tolist() == [0, 0, 4, 4, 0, 0, 0, 2]
    assert not late.any()


def test_work_due_while_closed_is_late_and_done_first_thing():
    is_open = np.array([0, 0, 1, 1, 0, 0, 0, 0], dtype=bool)
    laid, late = spread_work(np.array([0, 0, 0, 0, 6.0, 0, 0, 0]), is_open, 1)
    assert laid.tolist() == [0, 0, 6, 0, 0, 0, 0, 0]
    assert np.flatnonzero(late).tolist() == [4]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_spreading_keeps_the_work_and_closed_cells_empty(data):
    size = data.draw(st.integers(1, 40))
    work = np.array(data.draw(st.lists(st.floats(0, 100), min_size=size, max_size=size)))
    cells = st.lists(st.booleans(), min_size=size, max_size=size)
    is_open = np.array(data.draw(cells), dtype=bool)
    laid, late = spread_work(work, is_open, data.draw(st.integers(0, 60)))
    assert (laid[~is_open] == 0).all()
    if is_open.any():
        assert laid.sum() == pytest.approx(work.sum())
    else:
        assert (late == (work > 0)).all()
