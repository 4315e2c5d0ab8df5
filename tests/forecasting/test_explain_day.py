"""Days split exactly, and known events laid on a forecast, on small literal series."""

import json
from datetime import date, timedelta

import numpy as np
import pytest
from forecast_site import NOW, WEEK, open_site
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from forecasting.calendar import Calendar
from forecasting.explain_day import Usual, split_days, usual_of, usual_of_totals
from forecasting.forecast import ForecastConfig, forecast_queue
from forecasting.known_effects import KnownEvent, bend_days, learned_effect
from forecasting.training import prepare
from wfm.actions.forecasts import record_forecast
from wfm.domain.forecast_days import parts_of
from wfm.domain.forecast_records import NewRecord
from wfm.domain.progress import no_progress
from wfm.store.schema import forecast_day, forecast_version
from wfm.worker.forecast_job import run_forecast

MONDAY = date(2026, 4, 27)  # the day after the history's sixteen weeks


def test_the_parts_are_differences_of_what_is_usual():
    usual = Usual({0: 120.0, 1: 95.0, 2: 95.0, 3: 95.0, 4: 95.0})
    (one,) = split_days(usual, [MONDAY], np.array([150.0]), np.array([125.0]), np.array([130.0]))
    assert one.values() == (100_000, 20_000, 10_000, -5_000, 25_000, 0)
    (shut,) = split_days(usual, [MONDAY], np.zeros(1), closed=frozenset({MONDAY}))
    assert shut.values() == (100_000, 20_000, 0, -120_000, 0, 0)
    (sunday,) = split_days(usual, [MONDAY - timedelta(days=1)], np.zeros(1))
    assert sunday.values() == (100_000, -100_000, 0, 0, 0, 0)


@given(
    st.lists(st.floats(0, 1e6), min_size=3, max_size=3),
    st.dictionaries(st.integers(0, 6), st.floats(0, 1e6)),
)
def test_the_parts_sum_to_the_total_to_the_last_digit(totals, medians):
    a, b, c = (np.array([value]) for value in totals)
    (one,) = split_days(Usual(medians), [MONDAY], a, b, c)
    assert one.total == int(np.rint(totals[0] * 1000))


def test_what_is_usual_comes_from_the_last_eight_of_each_weekday():
    days = {MONDAY - timedelta(days=7 * i): 100.0 + i for i in range(1, 13)}
    days[MONDAY - timedelta(days=1)] = 0.0  # a closed Sunday is no usual one
    assert usual_of_totals(days) == Usual({0: 104.5})


def test_a_stated_effect_moves_the_day_and_its_band_and_is_told_apart(history):
    config = ForecastConfig()
    training, found = prepare(history, config.calendar), forecast_queue(history, 7, config)
    tuesday = MONDAY + timedelta(days=1)
    spot = KnownEvent("TV spot", "campaign", tuesday, tuesday + timedelta(days=1), "stated", 20.0)
    shut = KnownEvent("Strike", "special_day", MONDAY, tuesday, "closed")
    bent = bend_days(found, training, [spot, shut])
    plain, after = found.mean.sum(axis=1), bent.forecast.mean.sum(axis=1)
    assert after[0] == 0
    assert after[1] == pytest.approx(1.2 * plain[1])
    assert bent.forecast.p90[1].sum() == pytest.approx(1.2 * found.p90[1].sum())
    assert after[2:] == pytest.approx(plain[2:])
    assert (bent.names[MONDAY], bent.names[tuesday]) == (("Strike",), ("TV spot",))
    monday, day = split_days(
        usual_of(training), found.dates, after, bent.before_event, bent.before_special, bent.names
    )[:2]
    assert monday.holiday == -int(np.rint(plain[0] * 1000))
    assert day.event == pytest.approx(200 * plain[1], abs=1)
    assert monday.total == 0


def test_a_day_like_another_weekday_takes_its_total_and_shape(history):
    config = ForecastConfig()
    training, found = prepare(history, config.calendar), forecast_queue(history, 7, config)
    like = KnownEvent(
        "Carnival", "special_day", MONDAY, MONDAY + timedelta(days=1), "like", like="Sat"
    )
    bent = bend_days(found, training, [like]).forecast.mean[0]
    saturdays = training.cells[training.recent(5)]
    assert bent == pytest.approx(np.nan_to_num(saturdays).mean(axis=0))


def test_an_effect_is_learned_from_earlier_ones_of_its_kind_or_not_assumed(history):
    first = MONDAY - timedelta(weeks=6)
    row = (first - history.first_on).days
    history.offered[row : row + 7] *= 1.5
    training = prepare(
        history, Calendar(kept_on=frozenset(first + timedelta(days=i) for i in range(7)))
    )
    before = KnownEvent("Spring", "mailing", first, first + timedelta(days=1), "learned")
    now = KnownEvent("Summer", "mailing", MONDAY, MONDAY + timedelta(days=1), "learned")
    effect = learned_effect(training, now, [before, now])
    assert effect[0] == pytest.approx(0.6 * np.log(1.5), abs=0.08)
    assert abs(effect[1]) < 0.1
    assert learned_effect(training, before, [before, now]) is None
    bent = bend_days(forecast_queue(history, 7, ForecastConfig()), training, [before])
    assert bent.notes == ("Spring: no earlier mailing to learn from, no effect assumed",)


def test_an_unusual_day_is_left_out_of_learning_unless_somebody_keeps_it(history):
    day = history.first_on + timedelta(days=57)
    history.offered[57] *= 4
    flagged = prepare(history, Calendar())
    kept = prepare(history, Calendar(kept_on=frozenset({day})))
    assert day in flagged.flagged
    assert day not in kept.flagged
    row = kept.dates.index(day)
    assert kept.totals[row] == pytest.approx(np.nansum(history.offered[57]))
    assert np.isnan(flagged.totals[row])


@pytest.fixture(scope="module")
def site(tmp_path_factory, store_url):
    folder = tmp_path_factory.mktemp("says")
    store = open_site(folder, store_url(folder))
    yield store
    store.db.close()


def days_of(store, version):
    with store.db.read() as connection:
        rows = connection.execute(
            select(forecast_day).where(forecast_day.c.fc_version == version)
        ).all()
        inputs = connection.scalar(
            select(forecast_version.c.inputs).where(forecast_version.c.fc_version == version)
        )
    return {(row.queue_id, row.day): parts_of(json.loads(row.parts)) for row in rows}, json.loads(
        inputs
    )


def test_events_and_days_left_out_reach_the_forecast_job(site):
    before, inputs = days_of(site, run_forecast(site, NOW, WEEK, no_progress)["fc_version"])
    wednesday = date(2026, 4, 1)
    new = [
        ("event", "sales", wednesday, {"name": "TV spot", "kind": "campaign", "effect": "stated",
                                       "percent": 50}),
        ("event", "", date(2026, 4, 3), {"name": "Good Friday", "kind": "special_day",
                                         "effect": "closed"}),
        ("day", "help", date(2026, 3, 25), {"verdict": "exclude"}),
    ]  # fmt: skip
    for n, (kind, queue, day, terms) in enumerate(new):
        record = NewRecord(kind, "dublin", queue, day, day + timedelta(days=1), terms, "as planned")
        record_forecast(site, NOW, None, record, request_key=f"says-{n}")
    after, told = days_of(site, run_forecast(site, NOW, WEEK, no_progress)["fc_version"])
    assert after["sales", wednesday].total == pytest.approx(
        1.5 * before["sales", wednesday].total, abs=20
    )
    assert after["sales", wednesday].names == ("TV spot",)
    assert after["sales", wednesday].event == pytest.approx(
        0.5 * before["sales", wednesday].total, abs=20
    )
    friday = after["sales", date(2026, 4, 3)]
    assert (friday.total, friday.names) == (0, ("Good Friday",))
    assert friday.holiday < 0
    assert told["hash"] != inputs["hash"]
    assert told["records"] == [1, 2, 3]
