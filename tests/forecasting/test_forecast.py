"""Forecasts of a made-up queue: better than last week again, closed is zero, no look-ahead."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from forecasting.calendar import Calendar, country_holidays
from forecasting.forecast import ForecastConfig, forecast_queue
from forecasting.handle_time import handle_time
from forecasting.naive import baseline
from forecasting.quantiles import dispersion, quantile
from forecasting.series import History, history_of
from forecasting.training import prepare
from wfm.domain.errors import BadInput
from wfm.domain.opening import parse_opening

PLAIN = ForecastConfig()


def test_the_forecast_beats_last_week_again_on_the_days_looked_back_at(history):
    found = forecast_queue(history, 14, PLAIN)
    assert found.past_days == 28
    assert found.past_wape < 0.9 * found.past_naive_wape
    assert found.method == "mean of structure, sarimax, level_weekday × svd shape"


def test_it_begins_the_day_after_the_history_and_holds_every_interval(history):
    found = forecast_queue(history, 14, PLAIN)
    assert (found.first_on, found.mean.shape) == (date(2026, 4, 27), (14, 48))
    assert found.dates[-1] == date(2026, 5, 10)


def test_closed_days_and_hours_are_exactly_zero(history):
    found = forecast_queue(history, 14, PLAIN)
    sundays = [i for i, day in enumerate(found.dates) if day.weekday() == 6]
    assert len(sundays) == 2
    assert found.mean[sundays].sum() == 0
    assert found.p90[sundays].sum() == 0
    assert found.mean[:, :16].sum() == 0
    assert (found.mean[0, 16:40] > 0).all()


def test_a_stated_holiday_is_closed_in_the_past_and_ahead(history):
    labour_day = date(2026, 5, 1)
    calendar = Calendar(closed_on=frozenset({labour_day}))
    found = forecast_queue(history, 14, replace(PLAIN, calendar=calendar))
    assert found.mean[(labour_day - found.first_on).days].sum() == 0
    assert date(2026, 7, 4) in country_holidays("US", [2026])
    with pytest.raises(BadInput, match="No holiday list for country 'XX'"):
        country_holidays("XX", [2026])


def test_an_unstated_empty_day_is_no_training_for_zero(history):
    offered = history.offered.copy()
    offered[7 * 12, 16:40] = 0
    with_holiday = History(history.first_on, 30, offered)
    training = prepare(with_holiday, Calendar())
    assert np.isnan(training.totals[training.dates.index(date(2026, 3, 30))])
    usual = forecast_queue(history, 7, PLAIN).mean.sum()
    assert forecast_queue(with_holiday, 7, PLAIN).mean.sum() == pytest.approx(usual, rel=0.05)


def test_missing_intervals_are_not_zeros(history):
    offered = history.offered.copy()
    offered[56:63] = np.nan
    with_gap = forecast_queue(History(history.first_on, 30, offered), 7, PLAIN).mean.sum()
    offered[56:63] = 0.0
    assert with_gap == pytest.approx(forecast_queue(history, 7, PLAIN).mean.sum(), rel=0.05)


def test_nothing_from_the_origin_on_changes_the_forecast(history):
    origin = date(2026, 4, 6)
    changed = history.offered.copy()
    changed[(origin - history.first_on).days :] *= 10
    before = forecast_queue(history.before(origin), 7, PLAIN)
    after = forecast_queue(History(history.first_on, 30, changed).before(origin), 7, PLAIN)
    assert before.first_on == origin
    assert before.mean.tobytes() == after.mean.tobytes()
    assert before.p90.tobytes() == after.p90.tobytes()


def test_one_week_suffices_and_is_flagged(history_of_days):
    found = forecast_queue(history_of_days(7), 7, PLAIN)
    assert found.past_wape is None
    assert "short history: 1.0 weeks of open days" in found.notes
    assert "band by convention: the past is too short to learn its width" in found.notes
    monday, saturday = found.mean[0].sum(), found.mean[5].sum()
    assert monday > 1.5 * saturday > 0


def test_a_gap_of_months_is_a_gap_and_the_recent_level_counts(history_of_days):
    long_ago, recent = history_of_days(56, level=400), history_of_days(35, level=1200, seed=3)
    offered = np.vstack([long_ago.offered, np.full((210, 48), np.nan), recent.offered])
    found = forecast_queue(History(date(2026, 1, 5), 30, offered), 7, PLAIN)
    week = np.nansum(recent.offered[-7:])
    assert found.mean.sum() == pytest.approx(week, rel=0.15)


def test_an_outlier_day_is_replaced_for_learning_and_kept_in_the_history(history):
    offered = history.offered.copy()
    offered[7 * 15] *= 4
    loud = History(history.first_on, 30, offered)
    found = forecast_queue(loud, 7, PLAIN)
    assert found.notes == ("1 unusual days left out of learning",)
    assert found.mean.sum() == pytest.approx(forecast_queue(history, 7, PLAIN).mean.sum(), rel=0.06)
    assert loud.offered[7 * 15, 22] == 4 * history.offered[7 * 15, 22]


def test_a_small_queue_keeps_its_mean(history_of_days):
    small = history_of_days(112, level=6.0)
    found = forecast_queue(small, 28, PLAIN)
    assert found.method.startswith("weekday_mean")
    assert found.mean.sum() / 4 == pytest.approx(np.nansum(small.offered[-56:]) / 8, rel=0.1)


def test_an_empty_history_forecasts_nothing_and_says_so():
    empty = History(date(2026, 1, 5), 30, np.full((14, 48), np.nan))
    found = forecast_queue(empty, 3, PLAIN)
    assert found.mean.sum() == 0
    assert "no contact in the history: 0 is forecast" in found.notes


def test_stated_hours_cut_what_came_outside_them(history):
    calendar = Calendar(opening=parse_opening("Mon-Fri 10:00-16:00"))
    found = forecast_queue(history, 7, replace(PLAIN, calendar=calendar))
    open_now = np.flatnonzero(found.mean[0])
    assert (open_now.min(), open_now.max()) == (20, 31)
    assert found.mean[5].sum() == 0


def test_the_same_input_gives_the_same_bytes(history):
    one, two = (forecast_queue(history, 14, PLAIN) for _ in range(2))
    assert one.mean.tobytes() == two.mean.tobytes()


def test_the_simple_forecasts_repeat_last_week_or_the_mean_of_six(history):
    training = prepare(history, Calendar())
    naive, mean = (
        baseline(name, history, training, 7) for name in ("seasonal_naive", "six_week_mean")
    )
    assert naive[0, 22] == history.offered[105, 22]
    assert mean[0, 22] == pytest.approx(history.offered[[105, 98, 91, 84, 77, 70], 22].mean())


def test_handle_time_is_drawn_to_the_mean_where_contacts_are_few():
    offered = np.full((28, 2), 10.0)
    handled = np.tile([10.0, 1.0], (28, 1))
    history = History(date(2026, 1, 5), 720, offered, handled, handled * [200.0, 400.0])
    mean = (280 * 200 + 28 * 400) / 308
    assert handle_time(history).by_interval.tolist() == pytest.approx(
        [(56_000 + 100 * mean) / 380, (11_200 + 100 * mean) / 128]
    )
    assert handle_time(History(date(2026, 1, 5), 720, offered)) is None


def test_the_band_is_wider_than_counting_noise_where_the_past_was():
    assert quantile(np.array([20.0, 0.0]), 0.05, 0.9) == pytest.approx([28.36, 0.0], abs=0.01)
    assert quantile(np.array([20.0]), 1e-5, 0.9) == pytest.approx([25.82], abs=0.01)
    assert dispersion(np.array([114.0, 86.0]), np.array([100.0, 100.0])) == pytest.approx(0.0096)


def test_hardly_any_contacts_hardly_spread_have_a_band_too():
    assert quantile(np.array([1.0, 0.2]), 1e-5, 0.1).tolist() == [0.0, 0.0]
    assert quantile(np.array([1.0, 0.2]), 1e-5, 0.9) == pytest.approx([2.33, 0.78], abs=0.01)


def test_a_doubled_hour_is_summed_and_a_missing_one_stays_unknown():
    start = datetime.fromisoformat("2026-10-25 01:00")
    stamps = [start, start + timedelta(hours=1), start + timedelta(hours=1)]
    history = history_of(stamps, [3.0, 4.0, 5.0], 60)
    assert history.offered[0, 1:3].tolist() == [3.0, 9.0]
    assert np.isnan(history.offered[0, 3])


@pytest.mark.parametrize(
    ("stamp", "value", "message"),
    [
        ("2026-01-05 08:10", 1.0, "2026-01-05 08:10:00 is not the start of a 30-minute"),
        ("2026-01-05 08:00", -2.0, "2026-01-05 08:00 has -2 contacts: a count is never"),
    ],
)
def test_a_bad_row_is_named(stamp, value, message):
    with pytest.raises(BadInput) as caught:
        history_of([datetime.fromisoformat(stamp)], [value], 30)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("minutes", [15, 30, 60])
def test_thirteen_months_ahead_keep_hours_weekdays_and_level(history_of_days, minutes):
    past = history_of_days(400, minutes=minutes)
    found = forecast_queue(past, 397, ForecastConfig(use_sarimax=False))
    assert found.mean.shape == (397, 1440 // minutes)
    assert np.isfinite(found.mean).all()
    assert (found.p10 <= found.p50).all()
    assert (found.p50 <= found.p90).all()
    hours = np.arange(1440 // minutes) * minutes // 60
    assert not found.mean[:, (hours < 8) | (hours >= 20)].any()
    totals = found.mean.sum(axis=1)
    weekdays = np.array([day.weekday() for day in found.dates])
    assert not totals[weekdays == 6].any()
    late = weekdays[-90:], totals[-90:]
    assert late[1][late[0] == 0].mean() == pytest.approx(
        1.25 * late[1][late[0] == 2].mean(), rel=0.1
    )
    recent = np.nansum(past.offered[-84:], axis=1)
    assert late[1].mean() == pytest.approx(recent.mean(), rel=0.25)
