"""Overrides: recorded once, laid on the model's forecast as a version of their own, taken back."""

import json
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from forecast_site import NOW, WEEK, open_site
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from forecasting.overrides import corrected, corrected_seconds, whole_thousandths
from wfm.actions.audit import verify_audit
from wfm.actions.forecasts import record_forecast, undo_forecast
from wfm.domain.clock import FixedClock
from wfm.domain.errors import BadInput, PermissionDenied, ScopeDenied
from wfm.domain.forecast_days import DayParts, day_sentence, parts_of, shown_contacts
from wfm.domain.forecast_records import NewRecord
from wfm.domain.principal import Principal
from wfm.domain.progress import no_progress
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.store.readers.forecast_records import read_records
from wfm.store.readers.plan_versions import newest_forecast, version_rows
from wfm.store.schema import forecast_day, forecast_version
from wfm.worker.forecast_job import run_forecast
from wfm.worker.override_job import run_override

MONDAY = date(2026, 3, 30)
LATER = FixedClock(datetime(2026, 3, 28, 13, 0, tzinfo=UTC))


@pytest.fixture(scope="module")
def site(tmp_path_factory, store_url):
    folder = tmp_path_factory.mktemp("overrides")
    store = open_site(folder, store_url(folder))
    run_forecast(store, NOW, WEEK, no_progress)
    yield store
    store.db.close()


def override(how, value, queue="sales", first=MONDAY, days=1, **terms):
    return NewRecord(
        "override", "dublin", queue, first, first + timedelta(days=days),
        {"how": how, "value": value, **terms}, "a mailing goes out",
    )  # fmt: skip


def in_force(store):
    """The newest forecast of the week with queue ids, hours of the site's clock, and its row."""
    with store.db.read() as connection:
        found = newest_forecast(connection, "dublin", MONDAY, MONDAY + timedelta(days=7))
        days = connection.execute(
            select(forecast_day).where(forecast_day.c.fc_version == found.fc_version)
        ).all()
    frame = version_rows(store.files, found.file, "fc_version", found.fc_version)
    at = pl.from_epoch(pl.col("q").cast(pl.Int64) * 900).dt.replace_time_zone("UTC")
    local = at.dt.convert_time_zone("Europe/Dublin")
    frame = frame.with_columns(local.dt.date().alias("day"), local.dt.hour().alias("hour"))
    return found, frame, days


def total(frame, day, hours=range(24)):
    rows = frame.filter(pl.col("day") == day, pl.col("hour").is_in(list(hours)))
    return rows["fc_contacts_m"].sum()


def test_the_model_stays_and_the_override_is_a_version_of_its_own(site):
    model, before, _ = in_force(site)
    new = override("set", 100, from_min=540, to_min=600)
    made = record_forecast(site, LATER, None, new, request_key="set-100")
    again = record_forecast(site, LATER, None, new, request_key="set-100")
    assert (again.record_id, again.already) == (made.record_id, True)
    assert run_override(site, LATER, {"unit": "dublin"}, no_progress)["fc_versions"] == [2]
    assert run_override(site, LATER, {"unit": "dublin"}, no_progress)["fc_versions"] == []
    found, after, days = in_force(site)
    assert (found.base_version, found.created_at - model.created_at) == (model.fc_version, 3600)
    help_before = total(before, MONDAY, [9]) - total(after, MONDAY, [9])
    assert help_before != 0  # sales alone was set
    nine = after.filter(pl.col("day") == MONDAY, pl.col("hour") == 9)
    by_queue = sorted(nine.group_by("queue").agg(pl.col("fc_contacts_m").sum())["fc_contacts_m"])
    assert by_queue[1] == 100_000  # to the last thousandth
    assert total(after, MONDAY, [10, 11]) == total(before, MONDAY, [10, 11])
    assert total(after, MONDAY + timedelta(days=1)) == total(before, MONDAY + timedelta(days=1))
    # handle time and band keep their ratio
    seconds = nine["fc_work_ms"].sum() / nine["fc_contacts_m"].sum()
    assert seconds == pytest.approx(240, abs=0.1)
    parts = {row.queue_id: parts_of(json.loads(row.parts)) for row in days}
    assert {row.queue_id: row.contacts_m for row in days} == {q: p.total for q, p in parts.items()}
    assert parts["sales"].total + parts["help"].total == total(after, MONDAY)
    assert parts["sales"].override == total(after, MONDAY) - total(before, MONDAY)
    assert parts["help"].override == 0


def test_a_new_model_takes_the_override_along_and_undo_takes_it_back(site):
    again = FixedClock(datetime(2026, 3, 29, 12, 0, tzinfo=UTC))
    made = run_forecast(site, again, WEEK, no_progress)
    assert made["new"]
    assert len(made["with_overrides"]) == 1
    found, with_it, _ = in_force(site)
    assert (found.fc_version, found.base_version) == (made["with_overrides"][0], made["fc_version"])
    with site.db.read() as connection:
        (record,) = read_records(connection, Scope("dublin"), "dublin", ("override",))
        assert read_records(connection, Scope("lyon"), "dublin", ("override",)) == ()
    undo_forecast(site, again, None, record.record_id, "the mailing is off", request_key="undo-1")
    with pytest.raises(BadInput, match="was taken back before"):
        undo_forecast(site, again, None, record.record_id, "once more", request_key="undo-2")
    run_override(site, again, {"unit": "dublin"}, no_progress)
    plain, without, _ = in_force(site)
    assert plain.base_version == made["fc_version"]
    with site.db.read() as connection:
        model = connection.execute(
            select(forecast_version).where(forecast_version.c.fc_version == made["fc_version"])
        ).one()
    assert json.loads(plain.inputs)["overrides"] == []
    assert json.loads(model.inputs)["last_on"] == "2026-03-28"
    assert len(json.loads(model.inputs)["hash"]) == 64
    assert total(without, MONDAY, [9]) != total(with_it, MONDAY, [9])
    assert verify_audit(site).bad_seq is None


def person(role, path):
    return Principal("k", "ann", "Ann", role, Scope.parse(path), None, 1)


def test_who_may_not_and_what_cannot_be_is_refused_and_nothing_is_kept(site):
    with site.db.read() as connection:
        before = read_records(connection, Scope("dublin"), "dublin", ("override",))
    wrong = [
        (person(Role.SUPERVISOR, "dublin/t1"), override("percent", 5), PermissionDenied, "role"),
        (person(Role.MANAGER, "lyon"), override("percent", 5), ScopeDenied, "nothing here"),
        (None, override("percent", 5, first=date(2026, 3, 27)), BadInput, "2026-03-27 is over"),
        (None, override("percent", -120), BadInput, "-120 % is out of reach"),
        (None, override("add", float("nan")), BadInput, "is no number"),
        (None, override("percent", 5, queue="none"), BadInput, "has no queue 'none'"),
        (None, override("percent", 5, from_min=601, to_min=700), BadInput, "by quarters"),
    ]
    for n, (who, new, error, words) in enumerate(wrong):
        with pytest.raises(error, match=words):
            record_forecast(site, LATER, who, new, request_key=f"wrong-{n}")
    with site.db.read() as connection:
        assert read_records(connection, Scope("dublin"), "dublin", ("override",)) == before


@pytest.mark.parametrize(
    ("how", "value", "expected"),
    [
        ("percent", 10, [11, 33]), ("percent", -100, [0, 0]), ("add", 8, [12, 36]),
        ("add", -50, [0, 0]), ("set", 20, [5, 15]),
    ],
)  # fmt: skip
def test_corrections_are_shared_in_proportion(how, value, expected):
    assert corrected(np.array([10.0, 30.0]), how, value) == pytest.approx(expected)


def test_corrections_of_nothing_and_of_handle_time():
    assert corrected(np.zeros(2), "set", 6.0).tolist() == [3.0, 3.0]
    assert corrected(np.zeros(2), "percent", 50.0).tolist() == [0.0, 0.0]
    assert corrected_seconds(np.array([200.0, 300.0]), "add", 30.0).tolist() == [230.0, 330.0]
    assert corrected_seconds(np.array([200.0, 300.0]), "set", 250.0).tolist() == [250.0, 250.0]


@given(st.lists(st.floats(0, 1e5), min_size=1, max_size=100))
def test_whole_thousandths_lose_nothing(values):
    whole = whole_thousandths(np.array(values))
    assert whole.sum() == int(np.rint((np.array(values) * 1000).sum()))
    assert np.abs(whole - np.array(values) * 1000).max() <= 1.0


@given(st.lists(st.integers(-(10**7), 10**7), min_size=6, max_size=6))
def test_shown_parts_sum_to_the_shown_total(values):
    parts = DayParts(*values)
    assert sum(shown_contacts(parts)) == (2 * parts.total + 1000) // 2000
    assert all(abs(a - b / 1000) <= 1 for a, b in zip(shown_contacts(parts), values, strict=True))


def test_a_day_is_told_in_one_sentence():
    parts = DayParts(3_800_000, 420_000, -110_000, 0, 100_000, 0, ("TV spot",))
    assert day_sentence(date(2026, 10, 12), parts) == (
        "Mon 12 Oct: 4,210 contacts: a usual open day 3,800, Mondays +420, "
        "season and trend \u2212110, events (TV spot) +100."
    )
