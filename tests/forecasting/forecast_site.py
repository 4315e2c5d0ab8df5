"""A small site with weeks of contacts, loaded as files, for tests of forecasts that are kept."""

import csv
from datetime import UTC, date, datetime, timedelta

import numpy as np

from wfm.domain.clock import FixedClock
from wfm.ingest.load import load_files
from wfm.store.store import open_store

FIRST = date(2026, 2, 16)  # a Monday; clocks change in Dublin on Sunday 29 March
NOW = FixedClock(datetime(2026, 3, 28, 12, 0, tzinfo=UTC))
WEEK = {"unit": "dublin", "week": "2026-W14"}
FILES = {
    "org.csv": "org_id,org_level,parent_id,name,timezone,opening_hours,valid_from,valid_to\n"
    "isle,enterprise,,Isle,Europe/Dublin,,2020-01-01,\n"
    "dublin,site,isle,Dublin,Europe/Dublin,Mon-Fri 09:00-12:00,2020-01-01,\n"
    "t1,team,dublin,Team 1,,,2020-01-01,\n",
    "queues.csv": "queue_id,valid_from,name,channel,skill_group,sl_threshold_s,short_abandon_s,"
    "sl_target_pct,deferred_sla_s,timezone,sl_definition,site_id\n"
    "sales,2020-01-01T00:00:00Z,Sales,voice,front,20,5,80,,Europe/Dublin,short_excluded,dublin\n"
    "help,2020-01-01T00:00:00Z,Help,voice,front,20,5,90,,Europe/Dublin,short_excluded,dublin\n",
}
CALLS = ("contact_id", "leg_no", "channel", "direction", "queue_id", "enqueued_at",
         "connected_at", "ended_at", "outcome", "talk_s")  # fmt: skip


def write_calls(folder, days=30, seed=5):
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(days + 12):
        day = FIRST + timedelta(days=i)
        if day.weekday() > 4 or len({row[5][:10] for row in rows}) == days:
            continue
        for queue, a_day in (("sales", 72), ("help", 24)):
            for second in sorted(rng.integers(0, 3 * 3600, a_day)):
                at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC) + timedelta(
                    seconds=int(second)
                )
                end = at + timedelta(seconds=250)
                rows.append(
                    (f"c{len(rows)}", 1, "voice", "inbound", queue, at.isoformat(),
                     (at + timedelta(seconds=10)).isoformat(), end.isoformat(), "answered", 240)
                )  # fmt: skip
    with (folder / "calls.csv").open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(CALLS)
        writer.writerows(rows)
    return rows


def open_site(folder, url):
    """A store with the site's organisation and its calls loaded."""
    source = folder / "files"
    source.mkdir()
    for name, text in FILES.items():
        (source / name).write_text(text)
    write_calls(source)
    store = open_store(url, folder / "data")
    load_files(store, NOW, "csv", [source])
    return store
