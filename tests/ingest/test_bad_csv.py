"""Every malformed CSV input we know of, by its id: what is bad is set aside, what is good loads."""

from __future__ import annotations

import gzip

import polars as pl
import pytest
from sqlalchemy import select

from wfm.ingest.load import load_files
from wfm.ingest.options import ReadOptions
from wfm.store.schema import delivery, person, quarantine

HEAD = (
    "contact_id,leg_no,channel,direction,queue_id,agent_id,enqueued_at,connected_at,ended_at,"
    "outcome,talk_s,hold_s,acw_s"
)
GOOD = [
    "c1,1,voice,inbound,sales,100,2026-01-05T09:00:00+01:00,2026-01-05T09:00:10+01:00,"
    "2026-01-05T09:02:10+01:00,answered,100,20,30",
    "c2,1,voice,inbound,sales,,2026-01-05T09:01:00+01:00,,2026-01-05T09:01:07+01:00,abandoned,,,",
]
STATES = "agent_id,start_at,end_at,state\n"


def calls(*lines, head=HEAD):
    return "\n".join([head, *lines]) + "\n"


def changed(**values):
    """The first good row with some columns changed."""
    row = dict(zip(HEAD.split(","), GOOD[0].split(","), strict=True))
    row.update(contact_id="bad", **values)
    return ",".join(row.values())


def waiting(centre):
    with centre.store.db.read() as connection:
        return connection.execute(select(quarantine).order_by(quarantine.c.row_id)).all()


def adds_up(report):
    parts = report.loaded + report.duplicates + report.quarantined + report.ignored
    return report.lines_in == parts


BAD_ROWS = {
    "I04": (b"c\xc3,1,voice,inbound,sales,100,", "too_few_fields"),
    "I04-row": (changed().encode().replace(b"bad", b"b\xc3d"), "invalid_utf8"),
    "I07": (b"bad,1,voice,inbound", "too_few_fields"),
    "I08": (changed().encode() + b",extra", "too_many_fields"),
    "I16": (changed().encode().replace(b"bad", b"b" * (2 << 20)), "field_too_long"),
    "I17": (changed().encode().replace(b"bad", b"b" * (9 << 20)), "line_too_long"),
    "I18": (changed().encode().replace(b"bad", b"b\x00d"), "nul_byte"),
    "I26": (changed(talk_s='"3;5"').encode(), "bad_number"),
    "I26-comma": (changed(talk_s='"1.234;56"').encode(), "bad_number"),
    "I27-huge": (changed(talk_s="1e309").encode(), "not_finite"),
    "I27-nan": (changed(talk_s="NaN").encode(), "not_finite"),
    "I27-inf": (changed(talk_s="Infinity").encode(), "not_finite"),
    "I27-minus": (changed(talk_s="-0").encode(), "not_finite"),
    "I28": (changed(leg_no="9223372036854775808").encode(), "int_overflow"),
    "I29": (changed(talk_s="-3").encode(), "negative_duration"),
    "I31": (changed(talk_s="119", hold_s="20").encode(), "inconsistent_durations"),
    "I33": (changed(ended_at="2026-01-05T08:59:00+01:00").encode(), "end_before_start"),
    "I34": (changed(ended_at="2026-01-06T13:03:00+01:00").encode(), "future_event"),
    "I36-1970": (changed(enqueued_at="1970-01-21T10:00:00Z").encode(), "implausible_time"),
    "I36-9999": (changed(ended_at="9999-01-21T10:00:00Z").encode(), "implausible_time"),
    "I37-month": (changed(enqueued_at="2026-13-01T09:00:00Z").encode(), "bad_time"),
    "I37-day": (changed(enqueued_at="2026-02-31T09:00:00Z").encode(), "bad_time"),
    "I49": (changed(agent_id="999").encode(), "unknown_agent"),
    "queue": (changed(queue_id="nowhere").encode(), "unknown_queue"),
    "enum": (changed(outcome="perhaps").encode(), "bad_enum"),
    "missing": (changed(enqueued_at="").encode(), "missing_value"),
    "day-long": (changed(acw_s="90000").encode(), "implausible_duration"),
}


@pytest.mark.parametrize("bad", BAD_ROWS)
def test_a_bad_row_is_quarantined_and_its_neighbours_load(centre, bad):
    raw, code = BAD_ROWS[bad]
    before = (HEAD + "\n" + GOOD[0] + "\n").encode()
    report = centre.load("calls.csv", before + raw + b"\n" + GOOD[1].encode() + b"\n")
    assert adds_up(report)
    assert (report.lines_in, report.loaded, report.quarantined) == (4, 2, 1)
    assert report.by_reason[code] == 1
    (row,) = waiting(centre)
    assert (row.code, row.line, row.byte_offset) == (code, 3, len(before))
    assert raw.startswith(row.raw)
    assert row.header == HEAD.encode()
    assert sorted(centre.rows("contact_leg")["contact_id"]) == ["c1", "c2"]


def test_i01_a_byte_order_mark_is_not_part_of_the_first_name(centre):
    report = centre.load("calls.csv", b"\xef\xbb\xbf" + calls(*GOOD).encode())
    assert (report.loaded, report.quarantined) == (2, 0)


def test_i02_a_wide_encoding_is_refused_whole(centre):
    report = centre.load("calls.csv", calls(*GOOD).encode("utf-16"))
    assert (report.rejected, report.loaded) == ("encoding", 0)


def test_i03_a_declared_encoding_is_read_and_an_undeclared_one_set_aside(empty, centre):
    name = b"O\x92Brien"
    row = b"200,2020-01-01T00:00:00Z," + name + b",m1,agent\n"
    file = b"agent_id,valid_from,display_name,team_id,role\n" + row
    report = centre.load("people-1.csv", file)
    assert report.by_reason == {"invalid_utf8": 1}
    (waits,) = waiting(centre)
    assert waits.detail == f"byte {file.index(0x92)}"
    centre.load("people-2.csv", file, options=ReadOptions("hr", encoding="cp1252"))
    with centre.store.db.read() as connection:
        found = connection.scalar(select(person.c.display_name).where(person.c.agent_id == "200"))
    assert found == "O’Brien"


def test_i06_a_last_line_without_a_newline_is_loaded(centre):
    assert centre.load("calls.csv", calls(*GOOD).rstrip("\n")).loaded == 2


def test_i07_a_truncated_file_delivered_whole_adds_only_what_was_missing(centre):
    whole = calls(*GOOD)
    cut = centre.load("calls.csv", whole[:-40])
    assert (cut.loaded, cut.by_reason["incomplete_delivery"]) == (1, 1)
    again = centre.load("calls.csv", whole)
    assert (again.loaded, again.duplicates, again.quarantined) == (1, 1, 0)


def test_i09_a_missing_optional_column_is_said(centre):
    report = centre.load("calls.csv", calls(*GOOD))
    assert report.warnings[0].startswith("Columns not in the file: root_contact_id")


def test_a_missing_required_column_loads_nothing(centre):
    report = centre.load("calls.csv", "contact_id,leg_no\nc1,1\n")
    assert (report.rejected, report.lines_in) == ("missing_required_column", 0)


def test_i11_columns_count_by_name_in_any_order_and_case(centre):
    names = HEAD.split(",")
    rows = [[name.upper() for name in names], GOOD[0].split(",")]
    turned = "\n".join(",".join(reversed(row)) for row in rows)
    assert centre.load("calls.csv", turned).loaded == 1


def test_i12_a_header_twice_refuses_the_file(centre):
    report = centre.load("calls.csv", calls(head=HEAD + ",leg_no"))
    assert report.rejected == "duplicate_header"


@pytest.mark.parametrize("content", ["", HEAD + "\n", "\n\n", "# exported today\n" + HEAD])
def test_i13_a_file_without_rows_is_a_load_of_nothing(centre, content):
    report = centre.load("calls.csv", content)
    assert (report.loaded, report.rejected) == (0, None)
    assert adds_up(report)
    with centre.store.db.read() as connection:
        names = connection.scalars(select(delivery.c.file_name)).all()
    assert "calls.csv" in names


def test_i14_a_quoted_field_may_hold_newlines_and_commas(centre):
    head = "agent_id,valid_from,display_name,team_id,role\n"
    rows = '200,2020-01-01T00:00:00Z,"Ann,\nthe ""first""",m1,agent\n201,bad,B,m1,agent\n'
    report = centre.load("people-1.csv", head + rows)
    assert (report.lines_in, report.loaded, report.by_reason) == (3, 1, {"bad_time": 1})
    assert waiting(centre)[0].line == 4  # the record before took lines 2 and 3
    with centre.store.db.read() as connection:
        name = connection.scalar(select(person.c.display_name).where(person.c.agent_id == "200"))
    assert name == 'Ann,\nthe "first"'


@pytest.mark.parametrize("name", ['5" pipe', 'a "b" c', "'", 'x"'])
def test_a_quote_inside_a_field_costs_no_other_row(centre, name):
    head = "agent_id,valid_from,display_name,team_id,role\n"
    row = "{},2020-01-01T00:00:00Z,{},m1,agent\n"
    report = centre.load("people-1.csv", head + row.format("200", name) + row.format("201", "B"))
    assert (report.loaded, report.quarantined) == (2, 0)


def test_a_quote_never_closed_swallows_no_row_after_it(centre):
    head = "agent_id,valid_from,display_name,team_id,role\n"
    row = "{},2020-01-01T00:00:00Z,{},m1,agent\n"
    report = centre.load("people-1.csv", head + row.format("200", '"Ann') + row.format("201", "B"))
    assert (report.loaded, report.quarantined) == (2, 0)
    with centre.store.db.read() as connection:
        names = connection.scalars(select(person.c.display_name).order_by(person.c.agent_id)).all()
    assert names[-2:] == ['"Ann', "B"]


def test_i19_letters_that_hide_are_stored_as_escapes_and_ids_in_one_form(centre):
    head = "agent_id,valid_from,display_name,team_id,role\n"
    centre.load("people-1.csv", head + "Jose\u0301,2020-01-01T00:00:00Z,A\u202eB,m1,agent\n")
    with centre.store.db.read() as connection:
        row = connection.execute(select(person).where(person.c.agent_id == "José")).one()
    assert row.display_name == "A\\u202eB"


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "javascript:alert(1)", "'; DROP TABLE person; --"]
)
def test_i21_to_i23_hostile_text_is_only_text(centre, name):
    head = "agent_id,valid_from,display_name,team_id,role\n"
    centre.load("people-1.csv", head + f"200,2020-01-01T00:00:00Z,{name},m1,agent\n")
    with centre.store.db.read() as connection:
        found = connection.scalar(select(person.c.display_name).where(person.c.agent_id == "200"))
    assert found == name


def test_i26_a_declared_decimal_comma_is_read(centre):
    file = calls(GOOD[0].replace(",100,20,30", ',"100,5","20,0",30'))
    report = centre.load("calls.csv", file, options=ReadOptions("csv", decimal=","))
    assert report.loaded == 1
    assert centre.rows("contact_leg")["talk_s"].to_list() == [101]  # halves are rounded up


def test_i38_an_ambiguous_date_refuses_the_file_until_its_form_is_declared(centre):
    file = STATES + "100,03/04/2025 10:00:00,,available\n"
    refused = centre.load("agent_states.csv", file, timezone="Europe/Madrid")
    assert (refused.rejected, refused.loaded) == ("undeclared_time_format", 0)
    options = ReadOptions("csv", "Europe/Madrid", time_format="%d/%m/%Y %H:%M:%S")
    assert centre.load("agent_states.csv", file, options=options).loaded == 1
    assert centre.rows("agent_state")["start_at"].to_list() == [1_743_667_200]  # 3 April, 08:00 UTC


def test_times_without_offset_need_a_zone(centre):
    file = STATES + "100,2026-01-05T10:00:00,,available\n"
    assert centre.load("agent_states.csv", file).rejected == "undeclared_time_format"
    assert centre.load("agent_states.csv", file, site="madrid").loaded == 1
    assert centre.rows("agent_state")["start_at"].to_list() == [1_767_603_600]


def test_i39_a_leap_second_is_the_next_second(centre):
    file = STATES + "100,2016-12-31T23:59:60Z,,available\n"
    centre.load("agent_states.csv", file)
    assert centre.rows("agent_state")["start_at"].to_list() == [1_483_228_800]


def test_i41_the_repeated_hour_is_told_apart_by_order(centre):
    times = ["01:50", "02:10", "02:50", "02:05", "02:40", "03:10"]
    rows = "".join(f"100,2025-10-26T{t}:00,,available\n" for t in times)
    report = centre.load("agent_states.csv", STATES + rows, timezone="Europe/Madrid")
    assert (report.loaded, report.quarantined) == (6, 0)
    minutes = ((centre.rows("agent_state")["start_at"].sort() - 1_761_436_200) // 60).to_list()
    assert minutes == [0, 20, 60, 75, 110, 140]


def test_i41_the_repeated_hour_out_of_order_is_set_aside(centre):
    times = ["02:50", "02:10", "02:05", "05:00", "01:00"]
    rows = "".join(f"100,2025-10-26T{t}:00,,available\n" for t in times)
    report = centre.load("agent_states.csv", STATES + rows, timezone="Europe/Madrid")
    assert (report.loaded, report.by_reason) == (2, {"ambiguous_local_time": 3})


def test_an_hour_that_never_was_is_set_aside(centre):
    rows = "100,2025-03-30T02:30:00,,available\n100,2025-03-30T03:30:00,,available\n"
    report = centre.load("agent_states.csv", STATES + rows, timezone="Europe/Madrid")
    assert report.by_reason == {"nonexistent_local_time": 1}


def test_i42_each_row_has_its_own_offset(centre):
    rows = "".join(
        f"10{i},{t},,available\n"
        for i, t in enumerate(
            ["2026-01-05T10:00:00+01:00", "2026-01-05T09:00:00Z", "2026-01-05T14:30:00+0530"]
        )
    )
    centre.load("agent_states.csv", STATES + rows)
    assert centre.rows("agent_state")["start_at"].to_list() == [1_767_603_600] * 3


def test_i44_an_interval_off_the_grid_and_i32_impossible_counts(centre):
    head = "queue_id,interval_start,interval_s,offered_n,answered_n,aband_n,booking\n"
    rows = (
        "sales,2026-01-05T10:07:00Z,900,5,4,1,enqueue\n"
        "sales,2026-01-05T10:15:00Z,900,5,6,0,enqueue\n"
        "sales,2026-01-05T10:30:00Z,900,5,4,1,enqueue\n"
    )
    report = centre.load("interval_stats.csv", head + rows)
    assert report.by_reason == {"inconsistent_counts": 1, "off_grid": 1}
    kept = centre.rows("interval_stats").sort("measure").select("measure", "value").rows()
    assert kept == [("aband_n", 1), ("answered_n", 4), ("offered_n", 5)]


def test_i43_intervals_lie_on_the_grid_of_the_queues_own_zone(centre):
    queue = "queue_id,valid_from,name,channel,sl_threshold_s,timezone\n"
    centre.load("queues-1.csv", queue + "ktm,2020-01-01T00:00:00Z,K,voice,20,Asia/Kathmandu\n")
    head = "queue_id,interval_start,interval_s,offered_n,answered_n,aband_n,booking\n"
    rows = "".join(
        f"ktm,2026-01-05T10:00:00{offset},3600,1,1,0,enqueue\n" for offset in ("+05:45", "Z")
    )
    report = centre.load("interval_stats.csv", head + rows)
    assert (report.loaded, report.by_reason) == (1, {"off_grid": 1})


def test_i46_a_later_correction_wins_whatever_order_it_comes_in(centre):
    head = HEAD + ",source_version"
    old, new = GOOD[0] + ",1", GOOD[0].replace("answered,100", "answered,90") + ",2"
    first = centre.load("calls-1.csv", calls(new, head=head))
    second = centre.load("calls-2.csv", calls(old, head=head))
    assert (first.loaded, second.loaded) == (1, 1)
    assert second.by_reason["superseded"] == 1
    assert centre.rows("contact_leg")["talk_s"].to_list() == [90]


def test_i46_without_versions_the_later_delivery_wins(centre):
    centre.load("calls-1.csv", calls(GOOD[0]))
    report = centre.load("calls-2.csv", calls(GOOD[0].replace("answered,100", "answered,90")))
    assert (report.loaded, report.by_reason["superseded"]) == (1, 1)
    assert centre.rows("contact_leg")["talk_s"].to_list() == [90]


def test_i47_the_same_file_again_changes_nothing(centre):
    file = calls(*GOOD)
    centre.load("calls.csv", file)
    again = centre.load("calls-2.csv", file)
    assert (again.lines_in, again.loaded, again.duplicates, again.ignored) == (3, 0, 2, 1)
    assert len(waiting(centre)) == 0
    assert centre.rows("contact_leg").height == 2


def test_i49_a_row_of_an_unknown_agent_loads_when_the_agent_is_created(centre):
    centre.load("calls.csv", calls(*GOOD, changed(agent_id="777")))
    assert centre.rows("contact_leg").height == 2
    path = centre.folder / "people-7.csv"
    path.write_text(
        "agent_id,valid_from,display_name,team_id,role\n777,2020-01-01T00:00:00Z,New,m1,agent\n"
    )
    loaded, replayed = load_files(centre.store, centre.clock, "csv", [path])
    assert (loaded.loaded, replayed.loaded, replayed.file) == (1, 1, "replay of calls.csv")
    assert centre.rows("contact_leg").height == 3
    (row,) = waiting(centre)
    assert row.replayed_at is not None
    again = centre.load_all({"people-8.csv": path.read_text() + "\n"})
    assert len(again) == 1  # nothing waits any more
    assert centre.rows("contact_leg").height == 3


def test_i51_an_agent_who_moves_keeps_both_rows_of_history(centre):
    head = "agent_id,valid_from,display_name,team_id,role\n"
    org = "org_id,org_level,parent_id,name,timezone,valid_from\nm2,team,madrid,M2,,2020-01-01\n"
    centre.load("org-2.csv", org)
    centre.load("people-1.csv", head + "100,2026-01-05T12:00:00+01:00,Agent 100,m2,agent\n")
    with centre.store.db.read() as connection:
        rows = connection.execute(
            select(person.c.team_id)
            .where(person.c.agent_id == "100")
            .order_by(person.c.valid_from_at)
        ).scalars()
        assert list(rows) == ["m1", "m2"]


def test_i52_overlapping_states_are_kept_and_counted(centre):
    rows = (
        "100,2026-01-05T10:00:00Z,2026-01-05T10:30:00Z,talk\n"
        "100,2026-01-05T10:20:00Z,2026-01-05T10:40:00Z,aux\n"
    )
    report = centre.load("agent_states.csv", STATES + rows)
    assert (report.loaded, report.by_reason) == (2, {"overlap": 1})


def test_i54_shuffled_rows_give_the_same_rows(centre, tmp_path):
    rows = [
        f"100,2026-01-05T{h:02}:{m:02}:00Z,,{s}"
        for h in range(8, 12)
        for m, s in ((0, "available"), (20, "talk"), (40, "aux"))
    ]
    centre.load("agent_states-1.csv", STATES + "\n".join(rows))
    straight = centre.rows("agent_state").drop("seq")
    report = centre.load("agent_states-2.csv", STATES + "\n".join(reversed(rows)))
    assert (report.loaded, report.duplicates) == (0, 12)
    assert centre.rows("agent_state").drop("seq").equals(straight)


def test_i24_only_the_base_name_of_a_file_is_kept(centre):
    nested = centre.folder / "deep"
    nested.mkdir()
    path = nested / "calls.csv"
    path.write_text(calls(*GOOD))
    sneaky = centre.folder / "deep" / ".." / "deep" / "calls.csv"
    (report,) = load_files(centre.store, centre.clock, "csv", [sneaky])
    assert report.file == "calls.csv"


def test_i74_a_file_that_is_gone_is_a_reason_not_a_crash(centre):
    (report,) = load_files(centre.store, centre.clock, "csv", [centre.folder / "calls.csv"])
    assert (report.rejected, report.lines_in) == ("source_vanished", 0)


def test_a_broken_archive_loads_nothing(centre):
    packed = gzip.compress(calls(*GOOD).encode())
    report = centre.load("calls.csv.gz", packed[: len(packed) // 2])
    assert report.rejected == "incomplete_delivery"
    assert centre.load("calls.csv.gz", packed).loaded == 2


def test_crlf_line_ends_are_no_part_of_a_field(centre):
    report = centre.load("calls.csv", calls(*GOOD).replace("\n", "\r\n"))
    assert (report.loaded, report.quarantined) == (2, 0)
    assert centre.rows("contact_leg")["acw_s"].to_list().count(30) == 1


def test_a_telephone_number_as_customer_is_hashed_and_a_pseudonym_kept(centre):
    head = HEAD + ",customer_key"
    centre.load("calls.csv", calls(GOOD[0] + ",+34 600 111 222", GOOD[1] + ",cust-77", head=head))
    keys = centre.rows("contact_leg").sort("contact_id")["customer_key"].to_list()
    assert keys[1] == "cust-77"
    assert "600" not in keys[0][:8]
    assert len(keys[0]) == 24


def test_unknown_hold_and_wrap_up_stay_unknown(centre):
    row = GOOD[0].replace("answered,100,20,30", "answered,100,,")
    report = centre.load("calls.csv", calls(row))
    (leg,) = centre.rows("contact_leg").select("hold_s", "acw_s", "talk_s").rows()
    assert leg == (None, None, 100)
    assert (report.by_reason["acw_unknown"], report.by_reason["hold_unknown"]) == (1, 1)


def test_each_contact_carries_the_threshold_in_force_when_it_was_enqueued(centre):
    queue = "queue_id,valid_from,name,channel,sl_threshold_s,short_abandon_s,site_id\n"
    centre.load("queues-2.csv", queue + "sales,2026-01-05T09:00:30+01:00,Sales,voice,60,7,madrid\n")
    centre.load("calls.csv", calls(*GOOD))
    rows = centre.rows("contact_leg").sort("contact_id")
    assert rows.select("sl_threshold_s", "short_abandon_s").rows() == [(20, 5), (60, 7)]
    assert rows.schema["sl_threshold_s"] == pl.Int32
