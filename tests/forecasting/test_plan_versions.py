"""From loaded contacts to a forecast and a requirement of the same week, on a real store."""

import json
from datetime import UTC, date, datetime

import polars as pl
import pytest
from forecast_site import NOW, WEEK, open_site
from sqlalchemy import func, select

from wfm.actions.forecasts import record_forecast, undo_forecast
from wfm.domain.errors import BadInput, MissingFacts, ScopeDenied
from wfm.domain.forecast_records import SCENARIO, NewRecord
from wfm.domain.progress import no_progress
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.store.schema import forecast_version, raw_batch, requirement_version
from wfm.worker.capacity import site_capacity
from wfm.worker.forecast_job import run_forecast
from wfm.worker.forecaster import Forecaster
from wfm.worker.require_job import run_require


@pytest.fixture(scope="module")
def centre(tmp_path_factory, store_url):
    folder = tmp_path_factory.mktemp("centre")
    store = open_site(folder, store_url(folder))
    yield store
    store.db.close()


@pytest.fixture(scope="module")
def forecast(centre):
    return run_forecast(centre, NOW, WEEK, no_progress)


@pytest.fixture(scope="module")
def requirement(centre, forecast):
    return run_require(centre, NOW, WEEK, no_progress)


def values(store, table, column, number):
    with store.db.read() as connection:
        file = connection.scalar(
            select(raw_batch.c.file)
            .join(table, table.c.batch_id == raw_batch.c.batch_id)
            .where(table.c[column] == number)
        )
    return pl.read_parquet(store.files.path(file))


def batches(store):
    with store.db.read() as connection:
        return connection.scalar(select(func.count()).select_from(raw_batch))


def test_the_forecast_repeats_a_steady_past(forecast):
    assert (forecast["first_on"], forecast["end_on"]) == ("2026-03-28", "2026-04-11")
    by_queue = {row["queue"]: row for row in forecast["queues"]}
    assert by_queue["sales"]["contacts"] == pytest.approx(720, rel=0.05)
    assert by_queue["help"]["contacts"] == pytest.approx(240, rel=0.05)
    assert by_queue["sales"]["aht_s"] == pytest.approx(240)
    assert (
        "handle time is talk only: hold and after-contact work are not known"
        in (by_queue["sales"]["notes"])
    )
    assert forecast["past_wape"] < forecast["past_naive_wape"]


def test_it_is_in_force_by_quarter_of_utc_with_summer_time(centre, forecast):
    frame = values(centre, forecast_version, "fc_version", forecast["fc_version"])
    by_hour = (
        frame.filter(pl.col("fc_contacts_m") > 0)
        .with_columns(pl.from_epoch(pl.col("q").cast(pl.Int64) * 900).alias("at"))
        .select(pl.col("at").dt.date().alias("day"), pl.col("at").dt.hour().alias("hour"))
    )
    assert sorted(by_hour["hour"].unique()) == [8, 9, 10]  # 09:00-12:00 local is 08:00-11:00 UTC
    assert by_hour["day"].n_unique() == 10
    assert frame.height == 2 * (14 * 96 - 4)  # Sunday 29 March has 23 hours
    assert frame["q"].is_sorted()


def test_the_same_data_again_make_no_new_version(centre, forecast, requirement):
    before = batches(centre)
    again = run_forecast(centre, NOW, WEEK, no_progress)
    assert (again["fc_version"], again["new"]) == (forecast["fc_version"], False)
    same = run_require(centre, NOW, WEEK, no_progress)
    assert (same["rq_version"], same["new"]) == (requirement["rq_version"], False)
    assert batches(centre) == before


def test_the_requirement_pools_the_queues_and_weighs_their_targets(requirement):
    (group,) = requirement["groups"]
    assert (group["group"], group["model"], group["sl_definition"]) == (
        "front", "Erlang A", "short_excluded",
    )  # fmt: skip
    assert group["sl_target_pct"] == pytest.approx(82.5, abs=0.5)
    assert group["patience"].startswith("180 s by default: 0 abandoned in 90 days")
    assert group["notes"] == ["the queues' targets differ: weighted by forecast contacts"]
    # 96 contacts of 240 s in three hours are 2.1 erlangs: between 3 and 4 agents all morning
    assert 3.0 < requirement["peak"] < 5.0
    assert 45.0 < requirement["hours"] < 75.0


def test_closed_quarters_need_nobody(centre, requirement):
    frame = values(centre, requirement_version, "rq_version", requirement["rq_version"])
    needed = frame.filter(pl.col("required_m") > 0)
    assert (frame.height, needed.height) == (7 * 96, 5 * 12)
    assert needed["q"].min() * 900 == datetime(2026, 3, 30, 8, tzinfo=UTC).timestamp()


def test_the_versions_say_where_they_came_from(centre, forecast, requirement):
    with centre.db.read() as connection:
        made = connection.execute(select(forecast_version)).one()
        needed = connection.execute(select(requirement_version)).one()
    assert made.origin_at == datetime(2026, 3, 28, tzinfo=UTC).timestamp()
    assert made.first_on == date(2026, 3, 28)
    assert json.loads(made.summary)["contacts"] == forecast["contacts"]
    assert (needed.week, needed.fc_version) == ("2026-W14", forecast["fc_version"])


def test_a_begun_week_is_forecast_from_before_it(centre):
    found = run_forecast(centre, NOW, {"unit": "dublin", "week": "2026-W13"}, no_progress)
    assert found["origin_on"] == "2026-03-23"


def test_what_cannot_be_planned_is_refused_with_the_way_out(centre):
    with pytest.raises(BadInput, match="'t1' is a team; plan a site: dublin"):
        run_forecast(centre, NOW, {"unit": "t1", "week": "2026-W14"}, no_progress)
    with pytest.raises(BadInput, match="Week 'soon' does not exist"):
        run_forecast(centre, NOW, {"unit": "dublin", "week": "soon"}, no_progress)
    with pytest.raises(MissingFacts, match="No contact of dublin is known before 2026-01-05"):
        run_forecast(centre, NOW, {"unit": "dublin", "week": "2026-W02"}, no_progress)
    with pytest.raises(MissingFacts, match="run `wfm plan forecast --unit dublin --week 2026-W20`"):
        run_require(centre, NOW, {"unit": "dublin", "week": "2026-W20"}, no_progress)


def test_capacity_rests_on_the_site_s_own_figures_and_says_which(centre, requirement):
    plan = site_capacity(
        centre, ENTERPRISE, "dublin", date(2026, 3, 28), {"heads": 5.0, "shrinkage_pct": 30.0}
    )
    assert (len(plan.weeks), plan.weeks[0].first_on) == (52, date(2026, 3, 30))
    assert plan.weeks[0].contacts == pytest.approx(480, rel=0.05)  # five days of 72 and 24
    hours = plan.weeks[0].contacts * 240 / 3600
    assert plan.weeks[0].required == pytest.approx(
        hours / plan.terms.occupancy / 0.7 / 40, rel=1e-6
    )
    assert plan.terms.occupancy == pytest.approx(hours / requirement["hours"], rel=0.02)
    assert plan.notes == (
        "under a year of history: recent weeks repeat",
        "handle time 240 s of the last 56 days",
        f"occupancy {100 * plan.terms.occupancy:.0f} % of the requirement of 2026-W14",
        "shrinkage 30 % as stated",
        "people as stated",
    )


def test_a_scenario_of_the_site_is_kept_and_held_against_the_plan(centre, requirement):
    terms = {"name": "Launch", "volume_pct": 20, "aht_pct": 10, "shrinkage_pct": 40}
    new = NewRecord(SCENARIO, "dublin", "", None, None, terms, "new product")
    record = record_forecast(centre, NOW, None, new, request_key="launch").record_id
    day, scope = date(2026, 3, 28), Scope("dublin")
    forecaster = Forecaster(centre)
    base = forecaster.capacity(scope, "dublin", day)
    (launch,) = forecaster.scenarios(scope, "dublin", day).values()
    assert launch.contacts == pytest.approx(1.2 * base.contacts)
    kept = 1 - base.terms.shrinkage
    assert launch.required_mean == pytest.approx(1.32 * kept / 0.6 * base.required_mean)
    undo_forecast(centre, NOW, None, record, "dropped", request_key="no launch")
    assert forecaster.scenarios(scope, "dublin", day) == {}
    with pytest.raises(ScopeDenied):
        forecaster.scenarios(Scope("cork"), "dublin", day)
