"""Handle time by tenure with its band, and ratios of sums carried ahead: examples with figures."""

from datetime import date

import numpy as np
import pytest

from forecasting.handle_time import TenureMix, handle_time, mix_factors
from forecasting.ratios import forecast_ratio, learn_ratio_spread
from forecasting.series import History

FIRST = date(2026, 1, 5)


def test_more_newcomers_make_contacts_longer():
    # 8,000 contacts of 300 s by old hands and 2,000 of 360 s by new ones: 312 s on average.
    past = TenureMix(
        np.array([2_000.0, 8_000.0]), np.array([720_000.0, 2_400_000.0]),
        np.array([[0.2, 0.8], [0.5, 0.5], [0.0, 0.0]]),
    )  # fmt: skip
    new = (720_000 + 400 * 312) / 2_400
    old = (2_400_000 + 400 * 312) / 8_400
    then = 0.2 * new + 0.8 * old
    assert mix_factors(past).tolist() == pytest.approx([1.0, (new + old) / 2 / then, 1.0])
    counts = np.full((28, 2), 100.0)
    history = History(FIRST, 720, counts, counts, counts * 312.0)
    found = handle_time(history, 3, past)
    assert found.seconds[1].tolist() == pytest.approx([312 * (new + old) / 2 / then] * 2)
    assert found.days(np.array([[5.0, 5.0], [0.0, 0.0], [1.0, 1.0]])).tolist() == pytest.approx(
        [312.0, np.nan, 312.0], nan_ok=True
    )


def made_contacts(seed, days=112):
    """Contacts of 300 s that vary by 0.8 of it each, on days that vary by 5 % as a whole."""
    draw = np.random.default_rng(seed)
    counts = draw.poisson(np.tile([40.0, 4.0, 12.0], (days, 1))).astype(float)
    mean = 300 * np.exp(draw.normal(0, 0.05, (days, 1)))
    each = mean * np.exp(draw.normal(0, 0.8, counts.shape) / np.sqrt(np.maximum(counts, 1)) - 0.02)
    return counts, counts * each


def test_four_of_five_intervals_and_days_lie_in_their_band():
    inside, days_inside = [], []
    for seed in range(6):
        counts, seconds = made_contacts(seed)
        found = handle_time(History(FIRST, 480, counts[:84], counts[:84], seconds[:84]), 28)
        later, came = counts[84:], seconds[84:]
        some = later > 0
        each = np.divide(came, later, out=np.zeros_like(came), where=some)
        low, high = (found.quantile(level, later) for level in (0.1, 0.9))
        inside.append(((each >= low) & (each <= high))[some].mean())
        day = came.sum(axis=1) / later.sum(axis=1)
        low, high = (found.day_quantile(level, later) for level in (0.1, 0.9))
        days_inside.append(((day >= low) & (day <= high)).mean())
    assert 0.76 < np.mean(inside) < 0.84
    assert 0.74 < np.mean(days_inside) < 0.88


def test_few_contacts_have_a_wider_band():
    counts, seconds = made_contacts(1)
    found = handle_time(History(FIRST, 480, counts, counts, seconds))
    wide, narrow = (
        found.quantile(0.9, np.full((1, 3), n)) / found.quantile(0.1, np.full((1, 3), n))
        for n in (4.0, 400.0)
    )
    assert (wide > 2 * narrow).all()


def test_a_ratio_is_of_sums_by_weekday_and_later_days_count_more():
    weekdays = np.arange(112) % 7
    bottom = np.full(112, 9_600.0)
    steady = forecast_ratio(np.full(112, 480.0), bottom, weekdays)
    assert steady.level == pytest.approx(0.05)
    assert steady.by_weekday.tolist() == pytest.approx([0.05] * 7)
    mondays = forecast_ratio(np.where(weekdays == 0, 960.0, 480.0), bottom, weekdays)
    assert mondays.by_weekday[0] > 0.078
    assert mondays.by_weekday[3] < 0.053
    rising = forecast_ratio(np.where(np.arange(112) < 84, 480.0, 960.0), bottom, weekdays)
    assert 0.074 < rising.level < 0.08
    assert forecast_ratio(np.full(9, np.nan), np.full(9, np.nan), weekdays[:9]) is None


def test_the_band_of_a_ratio_holds_four_of_five_days():
    hits = []
    for seed in range(8):
        draw = np.random.default_rng(seed)
        bottom = draw.uniform(5_000, 15_000, 196)
        top = bottom * 0.06 * np.exp(draw.normal(0, 0.3, 196))
        found = forecast_ratio(top[:168], bottom[:168], np.arange(168) % 7)
        share = top[168:] / bottom[168:]
        hits.append(((share >= found.quantile(0.1)) & (share <= found.quantile(0.9))).mean())
    assert 0.74 < np.mean(hits) < 0.86


def test_without_a_past_the_band_is_a_convention():
    spread = learn_ratio_spread([0.1] * 3, [10.0] * 3)
    assert not spread.known
    assert float(spread.factor(0.9, 50.0)) == pytest.approx(1 + 0.15 * 1.2815515655)
