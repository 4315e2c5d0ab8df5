"""The rest of a running day: written by the worker after a quarter, read by the desk."""

import json
from datetime import UTC, date, datetime

import pytest
from forecast_site import FILES, open_site
from sqlalchemy import select

from wfm.domain.clock import FixedClock
from wfm.domain.errors import ScopeDenied
from wfm.domain.grid import day_start
from wfm.domain.progress import no_progress
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.queries.reforecasts import _added, read_rest, reforecast_sign
from wfm.store.schema import reforecast
from wfm.worker.facts_ready import bring_up
from wfm.worker.forecast_job import run_forecast
from wfm.worker.reforecast import Reforecaster

FRIDAY = date(2026, 3, 27)
BEFORE = FixedClock(datetime(2026, 3, 26, 12, 0, tzinfo=UTC))
HALF_PAST_TEN = FixedClock(datetime(2026, 3, 27, 10, 30, tzinfo=UTC))


@pytest.fixture(scope="module")
def site(tmp_path_factory, store_url):
    folder = tmp_path_factory.mktemp("rest")
    store = open_site(folder, store_url(folder))
    run_forecast(store, BEFORE, {"unit": "dublin"}, no_progress)
    bring_up(store, HALF_PAST_TEN, date(2026, 3, 28), no_progress)
    again = Reforecaster(store, HALF_PAST_TEN)
    while again.step():
        pass
    yield store, again
    store.db.close()


def rows(store):
    with store.db.read() as connection:
        return connection.execute(select(reforecast).order_by(reforecast.c.queue_id)).all()


def test_each_queue_has_its_rest_after_the_quarter_once(site):
    store, again = site
    written = rows(store)
    assert [(row.queue_id, row.unit, row.day) for row in written] == [
        ("help", "dublin", FRIDAY), ("sales", "dublin", FRIDAY),
    ]  # fmt: skip
    at = int(HALF_PAST_TEN.now().timestamp()) // 900
    assert {row.as_of_q for row in written} == {at}
    assert again.step() is False
    Reforecaster(store, HALF_PAST_TEN).step()
    assert rows(store) == written


def test_the_rest_covers_what_is_still_open_with_a_band(site):
    store, _ = site
    rest = read_rest(store, ENTERPRISE, ["dublin"], FRIDAY)
    # open 09:00 to 12:00; at 10:30 six quarters are left, half of 96 contacts
    assert [one.q for one in rest.quarters] == list(range(rest.as_of_q, rest.as_of_q + 6))
    assert rest.forecast == pytest.approx(48, rel=0.1)
    assert 0.7 < rest.factor < 1.4
    assert rest.rest_p10 < rest.rest < rest.rest_p90
    assert rest.rest == pytest.approx(sum(one.contacts for one in rest.quarters), rel=1e-3)
    assert rest.aht_s == pytest.approx(240, rel=0.01)
    assert rest.aht_p10_s <= rest.aht_s <= rest.aht_p90_s
    assert rest.notes == {}


def test_what_came_so_far_is_in_the_document(site):
    store, _ = site
    sales = json.loads(rows(store)[1].document)
    lines = (store.files.root.parent / "files" / "calls.csv").read_text().splitlines()
    came = [line for line in lines if ",sales,2026-03-27T" in line]
    before = [line for line in came if line.split(",")[5] < "2026-03-27T10:30"]
    assert sales["seen"] == len(before)
    assert day_start(FRIDAY, "Europe/Dublin") // 900 + 42 == rows(store)[1].as_of_q


def test_another_site_and_another_day_see_nothing(site):
    store, _ = site
    assert "dublin" in FILES["org.csv"]
    with pytest.raises(ScopeDenied):
        read_rest(store, Scope("cork"), ["dublin"], FRIDAY)
    assert read_rest(store, ENTERPRISE, ["dublin"], date(2026, 3, 26)) is None
    assert reforecast_sign(store) == int(HALF_PAST_TEN.now().timestamp())


def test_bands_of_queues_are_added_as_independent():
    mean, low, high = _added([(100.0, 90.0, 112.0), (100.0, 90.0, 112.0)])
    assert (mean, low, high) == pytest.approx((200.0, 185.858, 216.971), abs=1e-3)
