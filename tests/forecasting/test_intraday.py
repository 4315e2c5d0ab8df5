"""The rest of a day given its first part, with its guards and its band."""

from datetime import timedelta

import numpy as np
import pytest

from forecasting.calendar import Calendar, SpecialDay
from forecasting.forecast import ForecastConfig
from forecasting.intraday import learn_day, seen_columns, update_day, update_handle_time
from forecasting.intraday_backtest import intraday_backtest, last_days
from forecasting.series import History
from wfm.domain.errors import BadInput

FAST = ForecastConfig(use_sarimax=False)


@pytest.fixture(scope="module")
def days_apart(history_of_days):
    """Sixteen weeks whose days differ by a fifth from each other as a whole."""
    made = history_of_days(112, seed=11)
    swing = np.exp(np.random.default_rng(4).normal(0, 0.2, 112))[:, None]
    return History(made.first_on, 30, np.round(made.offered * swing))


def test_a_busy_morning_raises_the_rest_by_less_than_itself(days_apart):
    model = learn_day(days_apart, FAST)
    cut = seen_columns(model, 0.25)
    usual = update_day(model, model.mean[:cut])
    busy = update_day(model, model.mean[:cut] * 1.4)
    assert usual.ratio == pytest.approx(1.0, abs=0.02)
    assert 1.2 < busy.ratio < 1.4
    assert busy.mean[:cut].tolist() == (model.mean[:cut] * 1.4).tolist()
    assert busy.rest == pytest.approx(busy.mean[cut:].sum())
    assert busy.rest_p10 < busy.rest < busy.rest_p90


def test_the_update_beats_the_forecast_and_the_ratio_of_planners(days_apart):
    scores = intraday_backtest(days_apart, last_days(days_apart, 2, 8), [0.25, 0.55], FAST)
    for score in scores:
        assert score.wape["forecast"] < 0.8 * score.wape["not_updated"]
        assert score.wape["forecast"] < score.wape["six_week_mean_ratio"]
        assert score.days == 8


def test_nothing_seen_and_closed_days_leave_the_forecast(days_apart):
    model = learn_day(days_apart, FAST)
    untouched = update_day(model, [])
    assert untouched.mean.tolist() == model.mean.tolist()
    assert untouched.note == "no interval of the opening hours has ended yet"
    sunday = learn_day(days_apart.before(days_apart.end_on - timedelta(days=1)), FAST)
    assert update_day(sunday, [0.0] * 20).note == "closed: nothing is expected"


def test_a_short_past_is_not_updated_from(history_of_days):
    model = learn_day(history_of_days(14), FAST)
    assert update_day(model, [0.0] * 20).note.endswith("past days to learn from: not updated")


def test_a_special_day_waits_for_a_quarter_of_itself(days_apart):
    day = days_apart.end_on
    calendar = Calendar(special={day: SpecialDay("Fair", closed=False)})
    model = learn_day(days_apart, ForecastConfig(calendar, use_sarimax=False))
    early, late = seen_columns(model, 0.15), seen_columns(model, 0.4)
    assert update_day(model, model.mean[:early] * 2).note.startswith("special day: updated once")
    assert update_day(model, model.mean[:late] * 2).note == ""


def test_handle_time_moves_half_way_after_a_hundred_contacts():
    forecast = np.full(4, 180.0)
    moved, factor = update_handle_time(forecast, np.array([60.0, 40.0]), np.array([12e3, 8e3]))
    assert (moved[3], factor) == (pytest.approx(190.0), pytest.approx(190 / 180))
    assert update_handle_time(forecast, np.array([0.0]), np.array([0.0]))[1] == 1.0


def test_more_days_than_there_are_cannot_be_asked(days_apart):
    with pytest.raises(BadInput, match="only 96 with contacts"):
        last_days(days_apart, 1, 200)
