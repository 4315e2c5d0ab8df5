"""Shift design on weeks small enough to be counted by hand."""

from __future__ import annotations

import pytest

from scheduling.design import ContractOption, Question, coverage, design_shifts
from scheduling.problem import Break


def week(first: int, end: int, heads: int, days: int = 5) -> tuple[tuple[int, ...], ...]:
    row = tuple(heads if first <= t < end else 0 for t in range(96))
    return tuple(row if d < days else (0,) * 96 for d in range(7))


def option(name: str, length: int, days: int, most: int = 50, **more: object) -> ContractOption:
    paid = length * days
    return ContractOption(name, (days, days), (paid, paid), (length,), {}, 20.0, (0, most), **more)  # type: ignore[arg-type]


FULL, PART = option("full", 32, 5), option("part", 16, 5)
OPEN = ((28, 84),) * 7


def test_breaks_spread_over_their_window() -> None:
    assert coverage(4, [Break("break", 1, True, 0, 3)]).tolist() == [0.75] * 4
    assert coverage(3, []).tolist() == [1, 1, 1]


def test_a_need_of_four_hours_is_served_by_part_timers() -> None:
    found = design_shifts(Question((week(40, 56, 10),), OPEN, (FULL, PART), 60.0))
    assert found is not None
    assert found.heads == {"full": 0, "part": 10}
    assert (found.missing_hours, found.idle_hours, found.paid_hours) == (0, 0, 200)
    assert (found.wages, found.cost) == (4000, 4000)
    assert [(u.contract, u.start, u.length, u.per_week) for u in found.uses] == [
        ("part", 40, 16, 50)
    ]


def test_what_is_there_already_is_priced_beside_what_would_serve_best() -> None:
    ten = option("full", 32, 5, 10)
    fixed = ContractOption(**{**ten.__dict__, "heads": (10, 10)})
    now = design_shifts(Question((week(40, 56, 10),), OPEN, (fixed,), 60.0))
    assert now is not None
    assert (now.heads, now.idle_hours, now.cost) == ({"full": 10}, 200, 8000)


def test_missing_people_cost_less_than_idle_ones_where_the_price_says_so() -> None:
    cheap = design_shifts(Question((week(40, 41, 1),), OPEN, (FULL,), 60.0))
    assert cheap is not None
    # A quarter-hour a day would need a whole person; 1.25 missing hours at 60 are 75.
    assert (cheap.heads, cheap.cost) == ({"full": 0}, 75)


def test_people_serve_all_weeks_and_shifts_follow_each_week() -> None:
    weeks = (week(28, 60, 4), week(52, 84, 4))
    found = design_shifts(Question(weeks, OPEN, (FULL,), 60.0))
    assert found is not None
    assert (found.heads, found.missing_hours) == ({"full": 4}, 0)
    assert [(u.start, u.per_week) for u in found.uses] == [(28, 10), (52, 10)]


def test_few_kinds_of_shifts_may_be_asked_for() -> None:
    weeks = (week(28, 60, 4), week(52, 84, 2))
    found = design_shifts(Question(weeks, OPEN, (FULL,), 60.0, kinds=1))
    assert found is not None
    assert found.kinds == 1
    assert found.missing_hours > 0


def test_contracts_that_must_be_kept_but_cannot_work_have_no_design() -> None:
    closed = (None,) * 7
    kept = ContractOption(**{**FULL.__dict__, "heads": (3, 3)})
    assert design_shifts(Question((week(40, 56, 1),), closed, (kept,), 60.0)) is None


@pytest.mark.parametrize("heads", [1, 7])
def test_cost_grows_in_step_with_the_need(heads: int) -> None:
    found = design_shifts(Question((week(28, 60, heads),), OPEN, (FULL, PART), 60.0))
    assert found is not None
    assert found.cost == 800 * heads
