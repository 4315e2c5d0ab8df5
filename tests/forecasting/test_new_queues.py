"""New queues and mail in the forecast of a site: a sister, a stated level, work that may wait."""

import csv
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from forecast_site import CALLS, FILES, FIRST, NOW, WEEK, write_calls

from wfm.actions.forecasts import record_forecast, undo_forecast
from wfm.domain.errors import BadInput
from wfm.domain.forecast_records import MUTE, START, NewRecord
from wfm.domain.progress import no_progress
from wfm.ingest.load import load_files
from wfm.store.dimensions import known_keys
from wfm.store.readers.plan_versions import forecast_by_number, version_rows
from wfm.store.store import open_store
from wfm.worker.forecast_job import run_forecast

MORE = (
    "mail,2020-01-01T00:00:00Z,Mail,email,back,20,5,,86400,Europe/Dublin,short_excluded,dublin\n"
    "fresh,2020-01-01T00:00:00Z,Fresh,voice,front,20,5,80,,Europe/Dublin,short_excluded,dublin\n"
)


def write_mail(path, first):
    """One a half-hour on all seven days; each takes 600 s, five hours later."""
    with path.open("a", newline="") as handle:
        out = csv.writer(handle)
        for i in range(40 * 48):
            at = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC) + timedelta(
                minutes=30 * i
            )
            done = at + timedelta(hours=5)
            out.writerow(
                (f"m{first + i}", 1, "email", "inbound", "mail", at.isoformat(), done.isoformat(),
                 (done + timedelta(seconds=600)).isoformat(), "answered", 600)
            )  # fmt: skip


@pytest.fixture(scope="module")
def centre(tmp_path_factory, store_url):
    folder = tmp_path_factory.mktemp("new")
    source = folder / "files"
    source.mkdir()
    for name, text in FILES.items():
        (source / name).write_text(text + (MORE if name == "queues.csv" else ""))
    (source / "events.csv").write_text(
        "event_id,kind,start_date,end_date,effect_pct,known_at\n"
        "e1,spot,2026-04-01,2026-04-01,100,2026-03-01T00:00:00Z\n"
    )
    write_calls(source)
    write_mail(source / "calls.csv", 0)
    assert CALLS[4] == "queue_id"
    store = open_store(store_url(folder), folder / "data")
    load_files(store, NOW, "csv", [source])
    yield store
    store.db.close()


def say(store, kind, queue, **terms):
    new = NewRecord(kind, "dublin", queue, None, None, terms, "as agreed")
    key = f"{kind}-{queue}-{terms}"
    return record_forecast(store, NOW, None, new, request_key=key[:60]).record_id


def by_queue(result):
    return {row["queue"]: row for row in result["queues"]}


def test_mail_comes_around_the_clock_and_takes_the_same_at_every_hour(centre):
    found = run_forecast(centre, NOW, WEEK, no_progress)
    mail = by_queue(found)["mail"]
    assert mail["contacts"] == pytest.approx(15 * 48, rel=0.03)  # the spot doubles a day
    assert (
        "may wait: arrivals are forecast around the clock, and the same work for each"
        in (mail["notes"])
    )
    with centre.db.read() as connection:
        version = forecast_by_number(connection, found["fc_version"])
        number = known_keys(connection, "queue")["mail"]
    rows = version_rows(centre.files, version.file, "fc_version", found["fc_version"])
    rows = rows.filter(pl.col("queue") == number, pl.col("fc_contacts_m") > 0)
    each = (rows["fc_work_ms"] / rows["fc_contacts_m"]).to_numpy()
    assert np.allclose(each, 600.0, rtol=1e-3)
    assert rows.height > 14 * 40
    assert by_queue(found)["fresh"]["notes"] == ["no contact before the origin: 0 is forecast"]


def test_a_queue_without_history_follows_a_sister_at_a_stated_level(centre):
    with pytest.raises(BadInput, match="give another one as its sister"):
        say(centre, START, "fresh", sister="fresh", level_week=36)
    record = say(centre, START, "fresh", sister="sales", level_week=36.0)
    found = by_queue(run_forecast(centre, NOW, WEEK, no_progress))
    assert found["fresh"]["contacts"] == pytest.approx(79.2, rel=0.02)
    assert found["fresh"]["model"] == "weeks of sales × own level"
    assert found["fresh"]["aht_s"] == pytest.approx(240, rel=0.01)
    undo_forecast(centre, NOW, None, record, "not yet", request_key="u1")
    say(centre, START, "fresh", level_week=30.0)
    found = by_queue(run_forecast(centre, NOW, WEEK, no_progress))
    assert found["fresh"]["model"] == "stated level, flat week"
    assert found["fresh"]["contacts"] == pytest.approx(60.0)


def test_an_event_of_a_file_is_muted_and_counts_again(centre):
    day = date(2026, 4, 1).isoformat()

    def on_the_day():
        found = run_forecast(centre, NOW, WEEK, no_progress)
        return next(row["contacts"] for row in found["days"] if row["on"] == day)

    with_it = on_the_day()
    record = say(centre, MUTE, "", event_id="e1")
    without = on_the_day()
    assert with_it > 1.5 * without
    undo_forecast(centre, NOW, None, record, "it counts", request_key="u2")
    assert on_the_day() == with_it
