"""Days that are not learned from: found, named, and taken back in by a user."""

from datetime import date, timedelta

import numpy as np
import pytest

from forecasting.calendar import Calendar
from forecasting.series import History
from forecasting.training import prepare

MONDAY = 7 * 12


def changed(history, rows, factor):
    offered = history.offered.copy()
    offered[rows] = np.round(offered[rows] * factor)
    return History(history.first_on, 30, offered)


def test_a_day_far_from_usual_is_listed_with_both_figures(history):
    loud = changed(history, [MONDAY], 4)
    found = [one for one in prepare(loud, Calendar()).unusual if one.left_out]
    assert [(one.first_on, one.reason) for one in found] == [
        (history.first_on + timedelta(days=MONDAY), "far above usual")
    ]
    assert found[0].contacts == np.nansum(loud.offered[MONDAY])
    assert found[0].usual == pytest.approx(np.nansum(history.offered[MONDAY]), rel=0.25)


def test_a_user_takes_a_day_back_in_or_leaves_one_out(history):
    loud = changed(history, [MONDAY], 4)
    day = history.first_on + timedelta(days=MONDAY)
    back = prepare(loud, Calendar(kept_on=frozenset({day})))
    assert back.flagged == ()
    assert back.totals[back.dates.index(day)] == np.nansum(loud.offered[MONDAY])
    out = prepare(history, Calendar(left_out_on=frozenset({day})))
    assert out.flagged == (day,)
    assert out.unusual[0].reason == "left out by a user"


def test_a_new_level_is_no_outlier(history):
    doubled = changed(history, list(range(98, 112)), 2)
    assert prepare(doubled, Calendar()).flagged == ()


def test_an_outage_is_filled_up_and_named(history):
    offered = history.offered.copy()
    offered[MONDAY, 20:24] = 0
    training = prepare(History(history.first_on, 30, offered), Calendar())
    found = training.unusual[0]
    assert (found.reason, found.left_out) == ("outage", False)
    assert found.contacts == np.nansum(offered[MONDAY])
    row = training.dates.index(found.first_on)
    assert training.totals[row] == pytest.approx(np.nansum(history.offered[MONDAY]), rel=0.1)


def test_weeks_without_data_are_one_gap(history):
    offered = history.offered.copy()
    offered[56:70] = np.nan
    found = prepare(History(history.first_on, 30, offered), Calendar()).unusual
    assert [(one.first_on, one.last_on, one.reason) for one in found] == [
        (date(2026, 3, 2), date(2026, 3, 14), "no data")
    ]
