"""Redials by their fixed point, and how far that is from the exact chain."""

import csv
from pathlib import Path

import numpy as np
import pytest

from scheduling.staffing.patience import erlang_a
from scheduling.staffing.redial import redial

with (Path(__file__).parent / "data" / "retrial.csv").open(newline="") as handle:
    ROWS = [{name: float(text) for name, text in row.items()} for row in csv.DictReader(handle)]


def solved(row):
    return redial(
        row["fresh_per_min"] * 60, row["aht_min"] * 60, row["patience_min"] * 60, row["agents"],
        row["p_redial"],
    )  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_redial_fixed_point(row):
    found = solved(row)
    assert row["fixpoint_total"] == pytest.approx(float(found.total_per_hour) / 60, rel=1e-8)
    assert row["fixpoint_p_abandon"] == pytest.approx(float(found.p_abandon), rel=1e-8)


def test_the_error_against_the_exact_chain_is_what_the_note_says():
    short = [1 - float(solved(r).total_per_hour) / 60 / r["exact_total_per_min"] for r in ROWS]
    lost = [r["exact_p_abandon_attempt"] - float(solved(r).p_abandon) for r in ROWS]
    assert (round(100 * min(short), 2), round(100 * max(short), 1)) == (0.03, 3.7)
    assert (round(100 * min(lost), 2), round(100 * max(lost), 1)) == (0.04, 3.9)
    assert solved(ROWS[0]).note.startswith("approximate: ")


def test_who_never_redials_changes_nothing_and_half_asks_for_simulation():
    found = redial([200.0, 200.0], 180, 60, 9, [0.0, 0.5])
    assert float(found.total_per_hour[0]) == pytest.approx(200)
    assert float(found.p_abandon[0]) == pytest.approx(
        float(erlang_a(200, 180, 60, 9, 20).p_abandon)
    )
    assert found.simulate.tolist() == [False, True]


def test_all_who_hang_up_may_redial_for_ever():
    found = redial(200, 180, 60, 11, 1.0)
    # whoever comes is served in the end: what is served is what came fresh
    assert float(found.total_per_hour * (1 - found.p_abandon)) == pytest.approx(200)
    assert float(found.lost_per_hour) == 0
    overload = redial(200, 180, 60, 10, 1.0)
    assert (float(overload.total_per_hour), float(overload.p_abandon)) == (np.inf, 1.0)


def test_nobody_calls_and_nobody_works():
    assert float(redial(0, 180, 60, 3, 0.7).total_per_hour) == 0
    assert float(redial(100, 180, 60, 0, 0.75).total_per_hour) == pytest.approx(400)


def test_a_share_above_one_is_refused():
    with pytest.raises(ValueError, match=r"p_redial is 1\.2: it must be at most 1\."):
        redial(100, 180, 60, 5, 1.2)
