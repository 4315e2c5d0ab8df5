"""What the structure learns: week of the month, holidays and their neighbours, campaigns."""

from datetime import date, timedelta

import numpy as np
import pytest
from statsmodels.tsa.statespace.sarimax import SARIMAX

from forecasting.calendar import Calendar, SpecialDay
from forecasting.ensemble import PRIOR, Looked, bucket, combined, learned_weights
from forecasting.events import Event, known_events, responses, stated_factor
from forecasting.forecast import ForecastConfig, point_forecast
from forecasting.likelihood import most_likely
from forecasting.series import History
from forecasting.structure import fit_structure
from forecasting.training import future_days, prepare

FIRST = date(2025, 1, 6)  # a Monday


def queue(days, factor, seed=3):
    """Two intervals a day, about 1,000 contacts × a factor of the day."""
    rng = np.random.default_rng(seed)
    dates = [FIRST + timedelta(days=i) for i in range(days)]
    means = np.array([500.0 * factor(day) for day in dates])
    return History(FIRST, 720, rng.poisson(np.column_stack([means, means])).astype(float))


def test_the_first_days_of_a_month_are_higher_when_they_were():
    history = queue(200, lambda day: 1.3 if day.day <= 5 else 1.0)
    training = prepare(history, Calendar())
    days = future_days(training, 28)
    found = fit_structure(training, days)
    totals = dict(zip(days, np.exp(found.log_mean), strict=True))
    assert totals[date(2025, 8, 2)] == pytest.approx(1300, rel=0.06)
    assert totals[date(2025, 8, 14)] == pytest.approx(1000, rel=0.06)
    assert found.parts["month"][days.index(date(2025, 8, 2))] > 0.12


def test_the_parts_of_a_day_add_up_to_its_total():
    training = prepare(queue(200, lambda day: 1.2 if day.weekday() == 0 else 1.0), Calendar())
    found = fit_structure(training, future_days(training, 7))
    assert found.log_mean == pytest.approx(found.mean + sum(found.parts.values()))


def test_a_holiday_does_what_it_did_last_year_and_the_day_after_catches_up():
    def factor(day):
        if (day.month, day.day) in {(5, 1), (3, 20)}:
            return 0.4
        return 1.25 if (day.month, day.day) in {(5, 2), (3, 21)} else 1.0

    may, march = SpecialDay("May Day"), SpecialDay("Spring Day")
    special = {date(y, 5, 1): may for y in (2025, 2026)}
    special |= {date(y, 3, 20): march for y in (2025, 2026)}
    history = queue(473, factor)  # to 23 April 2026
    known = prepare(history, Calendar(special=special))
    days = future_days(known, 14)
    totals = dict(zip(days, np.exp(fit_structure(known, days).log_mean), strict=True))
    assert totals[date(2026, 5, 1)] == pytest.approx(400, rel=0.12)
    assert totals[date(2026, 5, 2)] == pytest.approx(1250, rel=0.08)
    assert totals[date(2026, 5, 4)] == pytest.approx(1000, rel=0.05)


def test_a_holiday_on_which_the_queue_was_closed_is_closed_and_one_it_served_is_not():
    history = queue(473, lambda day: 0.0 if (day.month, day.day) == (5, 1) else 1.0)
    names = {(5, 1): "May Day", (3, 20): "Spring Day"}
    special = {
        date(y, *day): SpecialDay(name) for day, name in names.items() for y in (2025, 2026, 2027)
    }
    training = prepare(history, Calendar(special=special))
    assert not training.is_open(date(2026, 5, 1))
    assert training.is_open(date(2027, 3, 20))


def test_a_holiday_never_seen_is_closed_only_if_three_like_it_were():
    first_of = {3: "Spring Day", 5: "May Day", 9: "Autumn Day"}
    special = {
        date(y, month, 1): SpecialDay(name)
        for month, name in first_of.items()
        for y in (2025, 2026)
    }
    special |= {date(y, 11, 11): SpecialDay("Eleventh") for y in (2026, 2027)}
    special |= {
        day: SpecialDay("Fourth Friday") for day in (date(2026, 11, 27), date(2027, 11, 26))
    }

    def trained(months):
        shut = {month for month in first_of if month in months}
        history = queue(473, lambda day: 0.0 if day.day == 1 and day.month in shut else 1.0)
        return prepare(history, Calendar(special=special))

    all_shut, two_shut = trained({3, 5, 9}), trained({3, 5})
    assert not all_shut.is_open(date(2026, 11, 11))  # three on a date were closed
    assert all_shut.is_open(date(2026, 11, 27))  # none that falls on a weekday of a month was seen
    assert all_shut.untold == {"Fourth Friday"}
    assert two_shut.is_open(date(2026, 11, 11))
    assert two_shut.untold == {"Eleventh", "Fourth Friday"}
    point = point_forecast(two_shut, 240, ForecastConfig(two_shut.calendar, use_sarimax=False))
    assert point.notes[-1] == (
        "never seen, forecast as open: Eleventh (2026-11-11), Fourth Friday (2026-11-27); say if "
        "closed"
    )


def test_an_analog_day_takes_the_pattern_of_the_weekday_it_is_like():
    history = queue(140, lambda day: 0.2 if day.weekday() == 6 else 1.0)
    day = date(2025, 5, 28)  # a Wednesday
    training = prepare(history, Calendar(special={day: SpecialDay("Fast", False, like=6)}))
    days = future_days(training, 5)
    found = np.exp(fit_structure(training, days).log_mean)
    assert days[2] == day
    assert found[2] == pytest.approx(200, rel=0.15)


def test_a_campaign_is_learned_and_one_not_known_yet_says_nothing():
    mailed = (date(2025, 2, 17), date(2025, 4, 14), date(2025, 6, 9), date(2025, 8, 4))

    def factor(day):
        return 1.5 if any(0 <= (day - one).days < 7 for one in mailed) else 1.0

    history = queue(208, factor)  # to 1 August
    events = tuple(Event("mailing", one, one, known_on=date(2025, 1, 1)) for one in mailed)
    training = prepare(history, Calendar(events=events))
    days = future_days(training, 14)
    found = np.exp(fit_structure(training, days).log_mean)
    assert found[days.index(date(2025, 8, 6))] == pytest.approx(1500, rel=0.12)
    late = Event("mailing", date(2025, 8, 4), date(2025, 8, 4), known_on=date(2025, 8, 3))
    assert known_events((late,), training.end_on) == ()


def test_a_stated_effect_is_taken_as_it_stands():
    event = Event("sale", date(2025, 6, 1), date(2025, 6, 2), effect=1.2)
    other = Event("outage", date(2025, 6, 2), date(2025, 6, 2), effect=0.9)
    assert stated_factor((event, other), date(2025, 6, 2)) == pytest.approx(1.08)
    history = queue(140, lambda day: 1.0)
    day = history.end_on + timedelta(days=3)
    plain, stated = (
        np.exp(fit_structure(training, future_days(training, 5)).log_mean)
        for training in (
            prepare(history, Calendar()),
            prepare(history, Calendar(events=(Event("sale", day, day, effect=1.2),))),
        )
    )
    assert stated / plain == pytest.approx([1, 1, 1, 1.2, 1])


def test_events_of_twice_the_size_count_twice_against_their_mean():
    days = [date(2025, 6, 1) + timedelta(days=i) for i in range(3)]
    small, large = (Event("mail", days[0], days[0], size) for size in (1.0, 3.0))
    assert responses((small,), days)["mail"][0].tolist() == [0, 1, 0, 0, 0]
    assert responses((small, large), days)["mail"][2].tolist() == [0, 2, 0, 0, 0]


def test_what_a_past_origin_says_does_not_know_later_days():
    history = queue(120, lambda day: 1.0)
    training = prepare(history, Calendar())
    said = fit_structure(training, future_days(training, 1), [100]).looked[100]
    training.totals[100:] *= 1.5
    later = fit_structure(training, future_days(training, 1), [100]).looked[100]
    # Only the sizes of the parts know of them, and the mean that all is drawn to.
    assert np.exp(later[0]) == pytest.approx(np.exp(said[0]), rel=0.05)


def looked(errors):
    totals = np.full(10, 100.0)
    models = {name: totals + error for name, error in errors.items()}
    return Looked(FIRST, 0, np.arange(15, 25), totals, models)


def test_models_weigh_by_their_past_errors_drawn_half_way_to_the_prior():
    pair = ("structure", "sarimax")
    assert PRIOR[pair[0]] == PRIOR[pair[1]]
    past = [looked({"structure": 10.0, "sarimax": 11.0})] * 4
    weights = learned_weights(past, pair)
    assert weights[bucket(20)] == pytest.approx({"structure": 0.547, "sarimax": 0.453}, abs=1e-3)
    assert weights[bucket(1)] == {"structure": 0.5, "sarimax": 0.5}
    assert learned_weights(past[:3], pair)[3] == {"structure": 0.5, "sarimax": 0.5}
    assert combined(past[0], weights)[0] == pytest.approx(110.453, abs=1e-3)


def test_the_search_of_sarimax_ends_where_its_own_likelihood_is_highest():
    rng = np.random.default_rng(5)
    logs = 7 + 0.1 * np.tile(rng.normal(size=7), 20) + rng.normal(0, 0.05, 140)
    logs[[33, 90, 91]] = np.nan
    model = SARIMAX(
        logs, order=(1, 0, 1), seasonal_order=(0, 1, 1, 7), enforce_stationarity=False,
        enforce_invertibility=False, concentrate_scale=True,
    )  # fmt: skip
    found = most_likely(logs[:, None], np.array([0.1, 0.0, -0.5]), 7, model.k_states, 40)
    assert found is not None
    best = model.loglike(found)
    for change in (-0.02, 0.02):
        for i in range(3):
            assert model.loglike(found + change * np.eye(3)[i]) < best
