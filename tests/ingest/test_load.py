"""What loading does to the store: rows, days, live states, shifts, targets, figures."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from wfm.domain.errors import BadInput
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.ingest.compact import compact_batches
from wfm.ingest.load import kind_of, load_files
from wfm.ingest.records import read_chunks
from wfm.queries.health import feeds_of, read_deliveries, read_quarantine, read_waiting
from wfm.queries.organisation import read_organisation
from wfm.queries.pulse import pulse_of
from wfm.store.readers.schedules import read_shift_history, read_shifts
from wfm.store.schema import (
    activity_code,
    agent_now,
    batch_partition,
    delivery,
    partition,
    raw_batch,
    target,
    time_off,
)

STATES = "agent_id,start_at,end_at,state,reason\n"
SHIFTS = "schedule_version,agent_id,shift_date,start_at,end_at,activity_code\n"
CALLS = (
    "contact_id,leg_no,channel,direction,queue_id,agent_id,enqueued_at,connected_at,ended_at,"
    "outcome,talk_s\n"
)


def call(number, at="2026-01-05T10:00:00Z", agent="100"):
    return f"c{number},1,voice,inbound,sales,{agent},{at},{at},{at},answered,0\n"


def days(centre):
    with centre.store.db.read() as connection:
        return {str(day) for day in connection.scalars(select(batch_partition.c.day))}


def dirty(centre):
    with centre.store.db.read() as connection:
        rows = connection.execute(select(partition.c.day, partition.c.dirty))
        return {str(row.day): row.dirty for row in rows}


def test_a_folder_is_loaded_in_order_of_dependence(empty):
    from pathlib import Path

    folder = Path(empty.folder)
    (folder / "calls-2026-01.csv").write_text(CALLS + call(1))
    (folder / "people.csv").write_text(
        "agent_id,valid_from,display_name,team_id,role\n100,2020-01-01T00:00:00Z,A,m1,agent\n"
    )
    (folder / "queues.csv").write_text(
        "queue_id,valid_from,name,channel,sl_threshold_s,site_id\n"
        "sales,2020-01-01T00:00:00Z,Sales,voice,20,madrid\n"
    )
    (folder / "org.csv").write_text(
        "org_id,org_level,parent_id,name,timezone,valid_from\nacme,enterprise,,A,,2020-01-01\n"
        "madrid,site,acme,M,Europe/Madrid,2020-01-01\nm1,team,madrid,M1,,2020-01-01\n"
    )
    (folder / "notes.txt").write_text("not ours")
    reports = load_files(empty.store, empty.clock, "csv", [folder])
    assert [r.file for r in reports] == ["org.csv", "queues.csv", "people.csv", "calls-2026-01.csv"]
    assert [r.quarantined for r in reports] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("calls.csv", "calls"), ("Calls.CSV.gz", "calls"), ("agent_states-2026-01-05.csv",
     "agent_states"), ("holidays.csv", None), ("calls.txt", None)],
)  # fmt: skip
def test_a_file_is_known_by_its_name(name, kind):
    assert kind_of(name) == kind


def test_an_unknown_name_says_which_names_there_are(centre):
    with pytest.raises(BadInput, match=r"'holidays.csv' has none of the names org.csv, queues.csv"):
        centre.load("holidays.csv", "a,b\n")


def test_an_unknown_format_says_which_formats_there_are(centre):
    with pytest.raises(BadInput, match="formats are csv, asterisk-queue-log"):
        load_files(centre.store, centre.clock, "morse", [centre.folder])


def test_a_person_renamed_by_a_delivery_is_renamed_at_the_next_look(centre):
    pulse = pulse_of(centre.store)
    before = pulse.organisation(ENTERPRISE)
    centre.load("calls.csv", CALLS + call(1))
    assert pulse_of(centre.store).organisation(ENTERPRISE) is before
    people = (centre.folder / "people.csv").read_text()
    centre.load("people.csv", people.replace("Agent 100", "Ana"))
    after = pulse_of(centre.store).organisation(ENTERPRISE)
    names = {one.agent_id: one.display_name for one in after.people}
    assert (names["100"], names["101"]) == ("Ana", "Agent 101")
    assert read_organisation(centre.store, ENTERPRISE) == after


def test_a_contact_touches_its_local_day_and_makes_it_dirty(centre):
    centre.load("calls.csv", CALLS + call(1, "2026-01-04T23:30:00Z"))  # 00:30 in Madrid
    assert days(centre) == {"2026-01-05"}
    assert dirty(centre) == {"2026-01-05": 1}


def test_rows_known_already_make_nothing_dirty(centre):
    centre.load("calls-1.csv", CALLS + call(1) + call(2))
    before = dirty(centre)
    centre.load("calls-2.csv", CALLS + call(2) + call(1))
    assert dirty(centre) == before


def test_the_live_board_shows_the_latest_state_and_never_goes_back(centre):
    centre.load("agent_states-1.csv", STATES + "100,2026-01-05T10:00:00Z,,aux,lunch\n")
    centre.load("agent_states-2.csv", STATES + "100,2026-01-05T09:00:00Z,,available,\n")
    with centre.store.db.read() as connection:
        row = connection.execute(select(agent_now)).one()
    assert (row.agent_id, row.state, row.reason, row.since_at) == (
        "100",
        "aux",
        "lunch",
        1767607200,
    )


def test_the_first_state_of_a_day_also_touches_the_day_whose_last_state_it_ends(centre):
    centre.load("agent_states-1.csv", STATES + "100,2026-01-04T22:00:00Z,,available,\n")
    centre.load("agent_states-2.csv", STATES + "100,2026-01-05T08:00:00Z,,offline,\n")
    assert dirty(centre) == {"2026-01-04": 2, "2026-01-05": 1}


def test_a_spell_over_midnight_touches_both_days(centre):
    row = "100,2026-01-04T22:00:00Z,2026-01-05T01:00:00Z,available,\n"
    centre.load("agent_states-1.csv", STATES + row)
    assert days(centre) == {"2026-01-04", "2026-01-05"}


def test_a_shift_file_gives_the_baseline_and_the_change_after_it(centre):
    row = "{},100,2026-01-05,2026-01-05T{}:00Z,2026-01-05T{}:00Z,{}\n"
    first = row.format("baseline", "08:00", "12:00", "on_queue")
    moved = row.format("current", "09:00", "12:00", "on_queue")
    report = centre.load("schedules.csv", SHIFTS + moved + first)
    assert (report.loaded, report.quarantined) == (2, 0)
    again = centre.load("schedules-2.csv", SHIFTS + first)  # the baseline once more: no change
    assert (again.loaded, again.duplicates) == (0, 1)
    with centre.store.db.read() as connection:
        span = (date(2026, 1, 5), date(2026, 1, 6))
        (baseline,) = read_shifts(connection, ENTERPRISE, *span, layer="baseline")
        (current,) = read_shifts(connection, ENTERPRISE, *span)
        history = read_shift_history(connection, ENTERPRISE, *span)
    assert (baseline.start_at, current.start_at, len(history)) == (1767600000, 1767603600, 2)
    assert current.segments[0].paid is True


def test_a_shift_is_replaced_whole_so_an_activity_left_out_is_gone(centre):
    row = "current,100,2026-01-05,2026-01-05T{}:00Z,2026-01-05T{}:00Z,{}\n"
    two = row.format("08:00", "10:00", "on_queue") + row.format("10:00", "10:15", "break")
    centre.load("schedules.csv", SHIFTS + two)
    centre.load("schedules-2.csv", SHIFTS + row.format("08:00", "10:00", "on_queue"))
    with centre.store.db.read() as connection:
        (shift,) = read_shifts(connection, ENTERPRISE, date(2026, 1, 5), date(2026, 1, 6))
    assert [s.activity for s in shift.segments] == ["on_queue"]


def test_segments_that_overlap_or_mean_nothing_are_set_aside(centre):
    row = "current,100,2026-01-05,2026-01-05T{}:00Z,2026-01-05T{}:00Z,{}\n"
    file = (
        row.format("08:00", "10:00", "on_queue")
        + row.format("09:50", "10:15", "break")
        + row.format("11:00", "12:00", "juggling")
        + row.format("13:00", "12:00", "meal")
    )
    report = centre.load("schedules.csv", SHIFTS + file)
    assert report.by_reason == {"end_before_start": 1, "overlap": 1, "unknown_activity": 1}
    activities = "activity_code,category,paid,adherence,interruptible,planned\n"
    centre.load("activity_codes.csv", activities + "juggling,project,yes,count,no,yes\n")
    with centre.store.db.read() as connection:
        (shift,) = read_shifts(connection, ENTERPRISE, date(2026, 1, 5), date(2026, 1, 6))
    assert [s.activity for s in shift.segments] == ["on_queue", "juggling"]


def test_the_default_activities_are_there_when_none_were_loaded(centre):
    row = "current,100,2026-01-05,2026-01-05T08:00:00Z,2026-01-05T09:00:00Z,on_queue\n"
    centre.load("schedules.csv", SHIFTS + row)
    with centre.store.db.read() as connection:
        codes = set(connection.scalars(select(activity_code.c.activity_code)))
    assert {"on_queue", "break", "meal", "leave"} <= codes


def test_targets_are_added_to_and_the_same_one_is_a_duplicate(centre):
    head = "kpi_id,level,key,value_lo,value_hi,effective_from\n"
    row = "service_level,site,madrid,{},,2026-01-01\n"
    assert centre.load("targets.csv", head + row.format(80)).loaded == 1
    assert centre.load("targets-2.csv", head + row.format(80) + "\n").duplicates == 1
    assert centre.load("targets-3.csv", head + row.format(85)).by_reason == {"superseded": 1}
    with centre.store.db.read() as connection:
        rows = connection.execute(select(target).order_by(target.c.target_id)).all()
    assert [(r.value_lo, r.author, r.source) for r in rows] == [
        (80.0, "import", "import"), (85.0, "import", "import"),
    ]  # fmt: skip


def test_surveys_and_quality_marks_become_figures_of_their_day(centre):
    surveys = "response_id,agent_id,answered_at,csat,nps,resolved_first\n"
    centre.load("surveys.csv", surveys + "r1,100,2026-01-04T23:30:00Z,5,9,yes\n")
    quality = "evaluation_id,agent_id,evaluated_at,points,max_points\n"
    report = centre.load(
        "quality.csv",
        quality + "e1,100,2026-01-05T10:00:00Z,45.5,50\ne2,100,2026-01-05T10:00:00Z,51,50\n",
    )
    assert report.by_reason == {"inconsistent_counts": 1}
    rows = centre.rows("measure_day")
    figures = {r["measure"]: r["value_m"] for r in rows.iter_rows(named=True)}
    assert figures["csat_top2_n"] == figures["nps_prom_n"] == figures["fcr_survey_yes_n"] == 1000
    assert (figures["csat_score"], figures["eval_pts"], figures["eval_max_pts"]) == (
        5000, 45_500, 50_000,
    )  # fmt: skip
    assert "ces_easy_n" not in figures
    assert set(rows.select("day", "level", "key").unique().rows()) == {
        (date(2026, 1, 5), "agent", "100")
    }


def test_day_measures_and_time_off_are_stored(centre):
    head = "day,level,key,measure,value\n"
    report = centre.load("measures.csv", head + "2026-01-05,site,madrid,cost_amt,12.5\n"
                         "2026-01-05,site,lisbon,cost_amt,1\n")  # fmt: skip
    assert (report.loaded, report.by_reason) == (1, {"unknown_unit": 1})
    assert centre.rows("measure_day")["value_m"].to_list() == [12_500]
    off = "request_id,agent_id,start_at,end_at,kind,paid,status\n"
    row = "t1,100,2026-02-02T00:00:00Z,2026-02-03T00:00:00Z,leave,yes,{}\n"
    centre.load("time_off.csv", off + row.format("requested"))
    changed = centre.load("time_off-2.csv", off + row.format("approved"))
    assert changed.by_reason == {"superseded": 1}
    with centre.store.db.read() as connection:
        assert connection.scalar(select(time_off.c.status)) == "approved"


def test_a_new_row_of_an_agents_history_asks_for_the_days_since(centre):
    centre.load("calls.csv", CALLS + call(1) + call(2, "2026-01-03T10:00:00Z"))
    with centre.store.db.write() as connection:
        connection.execute(update(partition).values(dirty=0))
    people = "agent_id,valid_from,display_name,team_id,role\n"
    centre.load("people-2.csv", people + "100,2026-01-05T00:00:00+01:00,Agent,m1,supervisor\n")
    assert dirty(centre) == {"2026-01-03": 1, "2026-01-05": 1}


def test_small_batches_of_a_live_day_become_one_with_the_same_rows(centre):
    for number in range(10):
        centre.load(f"calls-{number}.csv", CALLS + call(number))
    before, asked = centre.rows("contact_leg"), dirty(centre)
    assert compact_batches(centre.store, date(2026, 1, 5)) == 10
    assert centre.rows("contact_leg").equals(before)
    assert dirty(centre) == asked
    with centre.store.db.read() as connection:
        live = connection.scalars(
            select(raw_batch.c.batch_id).where(raw_batch.c.compacted_into.is_(None))
        ).all()
    assert len(live) == 1
    assert compact_batches(centre.store, date(2026, 1, 5)) == 0
    assert centre.load("calls-99.csv", CALLS + call(3) + "\n").duplicates == 1


def test_what_came_at_night_is_not_merged_with_the_afternoon(centre):
    for number in range(8):
        centre.load(f"calls-{number}.csv", CALLS + call(number, "2026-01-05T03:00:00Z"))
    for number in range(8, 15):
        centre.load(f"calls-{number}.csv", CALLS + call(number, "2026-01-05T13:00:00Z"))
    assert compact_batches(centre.store, date(2026, 1, 5)) == 8
    centre.load("calls-15.csv", CALLS + call(15, "2026-01-05T13:00:00Z"))
    assert compact_batches(centre.store, date(2026, 1, 5)) == 8
    assert compact_batches(centre.store, date(2026, 1, 5)) == 0


def test_two_loaders_of_the_same_file_store_its_rows_once(centre):
    path = centre.folder / "calls.csv"
    path.write_text(CALLS + "".join(call(n) for n in range(2000)))
    with ThreadPoolExecutor(4) as pool:
        jobs = [
            pool.submit(load_files, centre.store, centre.clock, "csv", [path]) for _ in range(4)
        ]
        reports = [job.result()[0] for job in jobs]
    assert sorted(r.loaded for r in reports) == [0, 0, 0, 2000]
    assert all(r.loaded + r.duplicates == 2000 for r in reports)
    with centre.store.db.read() as connection:
        assert len(connection.scalars(select(raw_batch.c.batch_id)).all()) == 1


def test_an_import_killed_at_any_moment_is_whole_after_the_next_one(centre):
    rows = [call(n) for n in range(30_000)]
    (centre.folder / "calls.csv").write_text(CALLS + "".join(rows))
    code = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from wfm.domain.clock import FixedClock; from wfm.ingest.load import load_files\n"
        "from wfm.store.store import open_store\n"
        "store = open_store(sys.argv[1], Path(sys.argv[2]))\n"
        "sys.stdout.write('ready'); sys.stdout.flush()\n"
        "load_files(store, FixedClock(datetime(2026, 1, 6, 12, tzinfo=UTC)), 'csv',"
        " [Path(sys.argv[3])])\n"
    )
    place = [centre.store.db.url, str(centre.store.files.root), str(centre.folder / "calls.csv")]
    rng = random.Random(11)
    for _ in range(4):
        process = subprocess.Popen([sys.executable, "-c", code, *place], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.read(5)
        time.sleep(rng.uniform(0.0, 0.5))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        with centre.store.db.read() as connection:
            names = connection.scalars(select(delivery.c.file_name)).all()
        stored = centre.rows("contact_leg").height
        assert stored == (30_000 if "calls.csv" in names else 0)
    centre.load("calls-2.csv", (centre.folder / "calls.csv").read_text())
    assert centre.rows("contact_leg").height == 30_000
    assert centre.rows("contact_leg")["event_key"].n_unique() == 30_000


def test_health_tells_deliveries_waiting_rows_and_the_latest_event(centre):
    centre.load("calls.csv", CALLS + call(1) + call(2, agent="999"))
    store = centre.store
    assert read_deliveries(store, ENTERPRISE, limit=1)[0].by_reason["unknown_agent"] == 1
    assert [(w.code, w.rows) for w in read_waiting(store, ENTERPRISE)] == [("unknown_agent", 1)]
    (row,) = read_quarantine(store, ENTERPRISE)
    assert row.raw.decode() + "\n" == call(2, agent="999")
    (feed,) = feeds_of(store)
    assert (feed.name, feed.last_at, feed.rows) == ("contacts", 1767607200, 1)
    assert feed.lag_s(1767607290) == 90


def test_deliveries_are_shown_to_the_whole_centre_only(centre):
    from wfm.domain.errors import ScopeDenied

    with pytest.raises(ScopeDenied):
        read_quarantine(centre.store, Scope("madrid"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.lists(st.text('ab",\n\r é', max_size=6), min_size=3, max_size=3), max_size=8),
    st.integers(1, 40),
)
def test_records_are_cut_alike_whatever_the_block_size(rows, block):
    import csv
    import io

    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    data = out.getvalue().encode()
    whole = [c.raw(i) for c in read_chunks(io.BytesIO(data), ",") for i in range(len(c))]
    parts = [c.raw(i) for c in read_chunks(io.BytesIO(data), ",", block) for i in range(len(c))]
    assert parts == whole
    assert len(whole) == len(rows)
