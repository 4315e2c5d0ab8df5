"""Days split exactly into what they are made of, and what people said reaching the forecast."""

import json
from datetime import date, timedelta

import numpy as np
import pytest
from forecast_site import NOW, WEEK, open_site
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from forecasting.explain_day import Usual, split_days, usual_of_totals
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
