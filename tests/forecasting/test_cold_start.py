"""A new queue: a sister's weeks at its own level, from a week of history or from a stated level."""

from datetime import date, timedelta

import numpy as np
import pytest

from forecasting.calendar import Calendar
from forecasting.cold_start import Sister, cold_forecast, flat_start, likeness, most_alike
from forecasting.forecast import ForecastConfig, forecast_queue
from forecasting.metrics import coverage, wape
from forecasting.series import History
from wfm.domain.errors import BadInput
from wfm.domain.opening import OpeningHours


def scaled(history, share, seed=3):
    """Another queue that brings a share of the contacts of a history, by chance."""
    draw = np.random.default_rng(seed)
    offered = np.where(
        np.isfinite(history.offered),
        draw.poisson(np.nan_to_num(history.offered) * share).astype(float), np.nan,
    )  # fmt: skip
    return History(history.first_on, history.minutes, offered)


@pytest.fixture(scope="module")
def queues(history_of_days):
    """A grown queue of 20 weeks, and one like it at 15 % of its level."""
    grown = history_of_days(140)
    return grown, scaled(grown, 0.15)


def last_week_before(history, origin):
    rows = (origin - history.first_on).days
    return History(origin - timedelta(days=7), history.minutes, history.offered[rows - 7 : rows])


def test_a_week_of_history_and_a_sister_beat_the_queue_s_own_week(queues):
    grown, small = queues
    origin = grown.first_on + timedelta(days=112)
    week = last_week_before(small, origin)
    actual = small.span(origin, 7)
    config = ForecastConfig()
    found, training = cold_forecast(
        week, 7, config, Sister("grown", grown.before(origin), Calendar())
    )
    own = forecast_queue(week, 7, config)
    assert wape(actual, found.mean) < 0.9 * wape(actual, own.mean)
    assert np.isfinite(found.mean).all()
    assert found.notes == ("new queue: the weeks of grown at 6 days of its own",)
    assert found.method == "weeks of grown × own level"
    assert 70 < coverage(actual, found.p10, found.p90) < 97
    assert training.totals[training.usable].mean() == pytest.approx(
        np.nansum(small.span(grown.first_on, 112)) / 96, rel=0.1
    )


def test_nothing_later_than_the_origin_is_used_of_the_sister(queues):
    grown, small = queues
    origin = grown.first_on + timedelta(days=112)
    week = last_week_before(small, origin)
    both = [
        cold_forecast(week, 7, ForecastConfig(), Sister("grown", history, Calendar()))[0].mean
        for history in (grown, grown.before(origin))
    ]
    assert np.array_equal(*both)


def test_a_stated_level_alone_starts_a_queue_without_history(queues):
    grown, _ = queues
    origin = grown.end_on
    nothing = History(origin, 30, np.zeros((0, 48)))
    like = forecast_queue(grown, 14, ForecastConfig()).mean
    found, _ = cold_forecast(
        nothing, 14, ForecastConfig(), Sister("grown", grown, Calendar(), level_week=500.0)
    )
    recent = np.nansum(grown.offered[-28:]) / 4
    assert found.mean.sum() == pytest.approx(like.sum() * 500 / recent, rel=1e-6)
    flat, _ = flat_start(
        nothing, 700.0, 7,
        ForecastConfig(Calendar(OpeningHours(((480, 1200),) * 5 + (None, None)))),
    )  # fmt: skip
    assert flat.mean.sum() == pytest.approx(700.0)
    assert sorted(set(flat.mean.ravel().tolist())) == [0.0, pytest.approx(700 / 120)]
    with pytest.raises(BadInput, match="state its contacts a week"):
        cold_forecast(nothing, 7, ForecastConfig(), Sister("grown", grown, Calendar()))


def test_the_sister_is_the_queue_most_alike_if_any_is(queues):
    grown, small = queues
    other = History(grown.first_on, 30, grown.offered[:, ::-1].copy())
    assert likeness(small, grown) > 0.7
    assert most_alike(small, {"other": other, "grown": grown}) == "grown"
    draw = np.random.default_rng(1)
    noise = History(grown.first_on, 30, draw.poisson(9.0, (140, 48)).astype(float))
    assert most_alike(noise, {"grown": grown}) is None
    assert likeness(History(date(2020, 1, 6), 30, np.ones((7, 48))), grown) is None
