"""Kept forecasts judged on small literal cells: by version, by days ahead, and what was added."""

from datetime import date, timedelta

import polars as pl
import pytest

from forecasting.scores import Kept, added, in_force, score_versions, value_added

MONDAY = date(2026, 10, 12)
TYPES = {"queue": pl.UInt16, "day": pl.Date, "slot": pl.UInt8}


def cells(rows, *names):
    schema = {**TYPES, **dict.fromkeys(names, pl.Float64)}
    return pl.DataFrame(rows, schema=schema, orient="row")


def version(number, model, means, origin=MONDAY, made=MONDAY):
    rows = [
        (1, origin + timedelta(days=i), 40, mean, mean - 10, mean + 10)
        for i, mean in enumerate(means)
    ]
    return Kept(number, model, origin, made, cells(rows, "mean", "p10", "p90"))


# Mondays to Wednesdays of two weeks: 80, 90, 100, then 100, 100, 120.
ACTUAL = cells(
    [(1, MONDAY + timedelta(days=d), 40, y) for d, y in
     ((-7, 80.0), (-6, 90.0), (-5, 100.0), (0, 100.0), (1, 100.0), (2, 120.0))],
    "offered",
)  # fmt: skip
UNTIL = MONDAY + timedelta(days=3)


def test_a_version_is_judged_by_days_ahead_beside_last_week():
    by_version, by_lead = score_versions(ACTUAL, [version(7, 7, [90.0, 115.0, 120.0])], UNTIL)
    score = by_version[7]
    assert (score.days, score.offered, score.abs_error) == (3, 320.0, 25.0)
    assert score.wape == pytest.approx(100 * 25 / 320)
    assert score.bias == pytest.approx(100 * 5 / 320)
    assert score.naive_wape == pytest.approx(100 * (20 + 10 + 20) / 320)
    assert score.skill == pytest.approx(50.0)
    assert score.coverage == pytest.approx(200 / 3)  # 100 lies outside 105 to 125
    assert by_lead["1 day"].wape == pytest.approx(10.0)
    assert by_lead["2 to 7 days"].wape == pytest.approx(100 * 15 / 220)


def test_days_that_a_version_may_have_seen_are_not_judged():
    late = version(8, 8, [100.0, 100.0, 120.0], made=MONDAY + timedelta(days=2))
    by_version, _ = score_versions(ACTUAL, [late], UNTIL)
    assert (by_version[8].days, by_version[8].offered) == (1, 120.0)


def test_naive_reaches_back_to_before_the_origin():
    far = version(9, 9, [100.0], origin=MONDAY - timedelta(days=7))
    early = Kept(9, 9, MONDAY - timedelta(days=7), MONDAY - timedelta(days=7),
                 far.values.with_columns(day=pl.lit(MONDAY)))  # fmt: skip
    by_version, by_lead = score_versions(ACTUAL, [early], UNTIL)
    assert list(by_lead) == ["8 to 14 days"]
    assert by_version[9].naive_wape is None  # two weeks back nothing is known: not 0


def test_overrides_are_held_against_their_own_model_on_the_cells_they_changed():
    model = version(1, 1, [90.0, 100.0, 100.0])
    laid = version(2, 1, [90.0, 110.0, 118.0])
    newer = version(3, 3, [100.0, 90.0, 95.0], made=MONDAY + timedelta(days=5))
    total, changed = value_added(ACTUAL, [model, laid, newer], UNTIL)
    assert changed.height == 2
    assert total.wape_model == pytest.approx(100 * (0 + 20) / 220)
    assert total.wape_override == pytest.approx(100 * (10 + 2) / 220)
    assert total.points == pytest.approx(100 * 8 / 220)
    tuesday = added(changed.filter(pl.col("day") == MONDAY + timedelta(days=1)))
    assert tuesday.points == pytest.approx(-10.0)  # this one made it worse


def test_the_newest_model_made_before_a_day_counts_and_then_its_newest_overrides():
    old = version(1, 1, [90.0, 90.0])
    laid_later = version(4, 1, [99.0, 99.0])
    new = version(3, 3, [80.0, 80.0])
    assert in_force([old, laid_later, new], MONDAY).fc_version == 3
    assert in_force([old, laid_later], MONDAY).fc_version == 4
    assert in_force([old], MONDAY - timedelta(days=1)) is None


def test_nothing_judged_is_no_figure():
    total, changed = value_added(ACTUAL, [version(1, 1, [90.0])], UNTIL)
    assert (total.points, total.wape_model, changed.height) == (None, None, 0)
