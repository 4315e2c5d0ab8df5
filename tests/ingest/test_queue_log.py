"""A generated log is read as what truly happened, however it is cut and ordered."""

from __future__ import annotations

import random
import runpy
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import select

from wfm.ingest.options import ReadOptions
from wfm.store.raw import FLAG_INFERRED_END, FLAG_ORPHAN, FLAG_WITHDRAWN
from wfm.store.schema import agent_now, batch_partition, quarantine

generate = runpy.run_path(str(Path(__file__).with_name("queue_log_generator.py")))["generate"]

T = 1_767_600_000  # 2026-01-05 08:00:00 UTC


def live(centre, table):
    """Rows that were not withdrawn."""
    frame = centre.rows(table)
    return frame.filter((pl.col("flags") & FLAG_WITHDRAWN) == 0)


def meaning(centre):
    """Contacts and states without what tells deliveries apart."""
    legs = live(centre, "contact_leg").drop("seq", "flags").sort("event_key")
    states = live(centre, "agent_state").drop("seq", "flags").sort("event_key")
    return legs, states


def log(*lines):
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize("seed", [1, 7, 2026])
def test_a_generated_log_gives_the_counts_and_times_that_truly_were(centre, pbx, seed):
    lines, truth = generate(seed)
    report = centre.load("queue_log", log(*lines), **pbx)
    assert (report.lines_in, report.loaded, report.quarantined) == (len(lines), len(lines), 0)

    legs = live(centre, "contact_leg")
    outcomes = dict(legs.group_by("outcome").len().iter_rows())
    assert legs.height == truth.offered
    assert outcomes.get("answered") == truth.answered
    assert outcomes.get("abandoned", 0) == truth.abandoned
    assert outcomes.get("flow_out", 0) == truth.timed_out
    assert legs["missed_n"].sum() == truth.missed
    assert legs.filter(transfer="blind").height == truth.blind
    answered = legs.filter(outcome="answered")
    assert (answered["connected_at"] - answered["enqueued_at"]).sum() == truth.wait_answered_s
    assert answered["talk_s"].sum() == truth.talk_s
    assert answered["hold_s"].null_count() == answered["acw_s"].null_count() == truth.answered
    assert answered["sl_threshold_s"].null_count() == 0

    states = live(centre, "agent_state").with_columns(s=pl.col("end_at") - pl.col("start_at"))
    spent = states.group_by("state").agg(pl.col("s").sum())
    seconds = dict(spent.iter_rows())
    assert seconds["talk"] == sum(truth.talk_by_agent.values())
    assert seconds["aux"] == sum(truth.aux_by_agent.values())
    signed = sum(truth.signed_by_agent.values())
    assert sum(s for state, s in seconds.items() if state != "offline") == signed
    assert states.filter(state="aux")["reason"].null_count() == 0


def test_shuffled_lines_give_the_same_contacts_and_states(centre, tmp_path, pbx):
    lines, _ = generate(3)
    centre.load("queue_log", log(*lines), **pbx)
    straight = meaning(centre)
    from_start = type(centre)(centre.store, centre.clock, centre.folder)
    random.Random(5).shuffle(lines)
    report = from_start.load("queue_log-b", log(*lines), **pbx)
    assert (report.loaded, report.duplicates) == (0, len(lines))
    assert all(a.equals(b) for a, b in zip(meaning(centre), straight, strict=True))


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (2, 1, 0)])
def test_overlapping_parts_in_any_order_end_in_the_same_rows(centre, empty, pbx, order):
    lines, truth = generate(4, hours=2)
    third = len(lines) // 3
    parts = [lines[: third + 40], lines[third - 40 : 2 * third + 10], lines[2 * third :]]
    for number in order:
        report = centre.load(f"queue_log.{number}", log(*parts[number]), **pbx)
        assert report.lines_in == report.loaded + report.duplicates
    legs, states = meaning(centre)
    assert legs.height == truth.offered
    assert legs["talk_s"].sum() == truth.talk_s
    assert legs["enqueued_at"].null_count() == 0
    talk = states.filter(state="talk")
    assert (talk["end_at"] - talk["start_at"]).sum() == truth.talk_s
    aux = states.filter(state="aux")
    assert (aux["end_at"] - aux["start_at"]).sum() == sum(truth.aux_by_agent.values())


def test_the_same_log_twice_is_known_by_its_bytes(centre, pbx):
    lines, _ = generate(1, hours=1)
    centre.load("queue_log", log(*lines), **pbx)
    again = centre.load("queue_log-again", log(*lines), **pbx)
    assert (again.loaded, again.duplicates) == (0, len(lines))


def test_a_connect_without_an_entry_is_kept_as_an_orphan(centre, pbx):
    report = centre.load(
        "queue_log",
        log(
            f"{T}|9.1|sales|PJSIP/100|CONNECT|12|9.2|4",
            f"{T + 60}|9.1|sales|PJSIP/100|COMPLETEAGENT|12|60|1",
        ),
        **pbx,
    )
    leg = live(centre, "contact_leg").row(0, named=True)
    assert (leg["enqueued_at"], leg["connected_at"], leg["talk_s"]) == (None, T, 60)
    assert leg["flags"] & FLAG_ORPHAN
    assert report.by_reason["orphan"] == 1


def test_an_orphan_becomes_whole_when_its_entry_comes_later(centre, pbx):
    centre.load(
        "b", log(f"{T + 9}|9.1|sales|PJSIP/100|CONNECT|9|9.2|4",
                 f"{T + 60}|9.1|sales|PJSIP/100|COMPLETEAGENT|9|51|1"), **pbx,
    )  # fmt: skip
    centre.load("a", log(f"{T}|9.1|sales|NONE|ENTERQUEUE||600|1"), **pbx)
    legs = live(centre, "contact_leg")
    assert legs.select("enqueued_at", "connected_at", "talk_s").rows() == [(T, T + 9, 51)]


def test_a_contact_left_open_closes_as_unknown_at_a_restart(centre, pbx):
    report = centre.load(
        "queue_log",
        log(
            f"{T}|9.1|sales|NONE|ENTERQUEUE||600|1",
            f"{T + 30}|NONE|NONE|NONE|CONFIGRELOAD|",
            f"{T + 40}|9.1|sales|PJSIP/100|RINGNOANSWER|5000",
            f"{T + 50}|9.2|sales|NONE|ENTERQUEUE||601|1",
            f"{T + 60}|NONE|NONE|NONE|QUEUESTART|",
        ),
        **pbx,
    )
    legs = live(centre, "contact_leg").sort("enqueued_at")
    assert legs.select("outcome", "ended_at").rows() == [("unknown", T + 60), ("unknown", T + 60)]
    assert all(flags & FLAG_INFERRED_END for flags in legs["flags"])
    assert report.by_reason["inferred_end"] == 2


def test_a_contact_still_open_is_stored_without_an_end(centre, pbx):
    centre.load("queue_log", log(f"{T}|9.1|sales|NONE|ENTERQUEUE||600|1"), **pbx)
    leg = live(centre, "contact_leg").row(0, named=True)
    assert (leg["enqueued_at"], leg["ended_at"], leg["outcome"]) == (T, None, "unknown")
    centre.load("more", log(f"{T + 30}|9.1|sales|NONE|ABANDON|1|1|30"), **pbx)
    legs = live(centre, "contact_leg")
    assert legs.select("ended_at", "outcome").rows() == [(T + 30, "abandoned")]


def test_a_pause_for_after_contact_work_right_after_a_contact_is_its_work(centre):
    options = ReadOptions("pbx", acw_reasons=("wrap",))
    centre.load_all(
        {
            "queue_log": log(
                f"{T - 60}|NONE|sales|PJSIP/100|ADDMEMBER|",
                f"{T}|9.1|sales|NONE|ENTERQUEUE||600|1",
                f"{T + 5}|9.1|sales|PJSIP/100|CONNECT|5|9.2|4",
                f"{T + 65}|9.1|sales|PJSIP/100|COMPLETECALLER|5|60|1",
                f"{T + 67}|NONE|sales|PJSIP/100|PAUSE|wrap",
                f"{T + 97}|NONE|sales|PJSIP/100|UNPAUSE|",
                f"{T + 500}|NONE|sales|PJSIP/100|PAUSE|wrap",
                f"{T + 520}|NONE|sales|PJSIP/100|UNPAUSE|",
            )
        },
        format="asterisk-queue-log",
        options=options,
        source_id="pbx",
    )
    leg = live(centre, "contact_leg").row(0, named=True)
    assert (leg["acw_s"], leg["wrap_ended_at"]) == (30, T + 97)
    states = live(centre, "agent_state").sort("start_at")
    assert states.select("state", "start_at", "end_at").rows() == [
        ("available", T - 60, T + 1),
        ("alerting", T + 1, T + 5),
        ("talk", T + 5, T + 65),
        ("available", T + 65, T + 67),
        ("acw", T + 67, T + 97),
        ("available", T + 97, T + 500),
        ("aux", T + 500, T + 520),
        ("available", T + 520, None),
    ]
    with centre.store.db.read() as connection:
        now = connection.execute(select(agent_now)).one()
    assert (now.agent_id, now.state, now.since_at) == ("100", "available", T + 520)


def test_a_pause_in_one_of_two_queues_leaves_the_agent_available(centre, pbx):
    centre.load(
        "queue_log",
        log(
            f"{T}|NONE|sales|PJSIP/100|ADDMEMBER|",
            f"{T}|NONE|care|PJSIP/100|ADDMEMBER|",
            f"{T + 10}|NONE|sales|PJSIP/100|PAUSE|lunch",
            f"{T + 20}|NONE|care|PJSIP/100|PAUSE|lunch",
            f"{T + 30}|NONE|sales|PJSIP/100|UNPAUSE|",
        ),
        **pbx,
    )
    states = live(centre, "agent_state").sort("start_at")
    assert states.select("state", "start_at").rows() == [
        ("available", T), ("aux", T + 20), ("available", T + 30),
    ]  # fmt: skip


def test_a_caller_is_never_stored_in_the_clear(centre, pbx):
    centre.load("queue_log", log(f"{T}|9.1|sales|NONE|ENTERQUEUE||600111222|1|Ann"), **pbx)
    (args,) = centre.rows("queue_log_line")["args"].to_list()
    caller = args.split("|")[1]
    assert "600111222" not in args
    assert "Ann" not in args
    assert live(centre, "contact_leg")["customer_key"][0] == caller


def test_an_event_touches_the_local_days_of_its_start_and_end(centre, pbx):
    midnight = 1_767_567_600  # 2026-01-05 00:00 in Madrid
    centre.load(
        "queue_log",
        log(
            f"{midnight - 30}|9.1|sales|NONE|ENTERQUEUE||600|1",
            f"{midnight - 10}|9.1|sales|PJSIP/100|CONNECT|20|9.2|4",
            f"{midnight + 50}|9.1|sales|PJSIP/100|COMPLETECALLER|20|60|1",
        ),
        **pbx,
    )
    with centre.store.db.read() as connection:
        days = set(connection.scalars(select(batch_partition.c.day)))
    assert {str(day) for day in days} == {"2026-01-04", "2026-01-05"}


def test_halves_of_a_line_cut_by_a_rotation_are_joined(centre, pbx):
    whole = f"{T + 30}|9.1|sales|NONE|ABANDON|1|1|30"
    first = log(f"{T}|9.1|sales|NONE|ENTERQUEUE||600|1") + whole[:25]
    rest = whole[25:] + "\n" + log(f"{T + 60}|9.2|sales|NONE|ENTERQUEUE||601|1")
    a, b = centre.load_all({"queue_log.1": first, "queue_log": rest}, **pbx)
    assert (a.lines_in, a.loaded, a.quarantined) == (2, 1, 1)
    assert (b.lines_in, b.loaded, b.quarantined) == (2, 2, 0)
    assert sorted(live(centre, "contact_leg")["outcome"]) == ["abandoned", "unknown"]
    with centre.store.db.read() as connection:
        waiting = connection.scalars(
            select(quarantine.c.row_id).where(quarantine.c.replayed_at.is_(None))
        ).all()
    assert waiting == []


def test_half_lines_alone_are_both_quarantined(centre, pbx):
    a = centre.load("queue_log.1", f"{T}|9.1|sales|NONE", **pbx)
    assert (a.loaded, a.by_reason["too_few_fields"]) == (0, 1)


@pytest.mark.parametrize(
    ("bad", "line", "code"),
    [
        ("I56", f"{T}|9.1|sales|NONE", "too_few_fields"),
        ("I56-arity", f"{T}|9.1|sales|PJSIP/100|COMPLETEAGENT|1", "too_few_fields"),
        ("I62", f"{T}|9.1|sales|NONE|ENTERQUEUE||Ann|Lee|600|1|x", "too_many_fields"),
        ("I62-shifted", f"{T}|9.1|sales|NONE|ENTERQUEUE||Ann|Lee|1", "too_many_fields"),
        ("I36", f"{T}000|9.1|sales|NONE|ENTERQUEUE||600|1", "implausible_time"),
        ("I34", f"{T + 10 * 86400}|9.1|sales|NONE|ENTERQUEUE||600|1", "future_event"),
        ("I37", "yesterday|9.1|sales|NONE|ENTERQUEUE||600|1", "bad_time"),
        ("I29", f"{T}|9.1|sales|PJSIP/100|COMPLETEAGENT|1|-5|1", "negative_duration"),
        ("I18", f"{T}|9.1|sa\0les|NONE|ENTERQUEUE||600|1", "nul_byte"),
        ("I49", f"{T}|9.1|sales|PJSIP/999|CONNECT|1|9.2|1", "unknown_agent"),
        ("queue", f"{T}|9.1|nowhere|NONE|ENTERQUEUE||600|1", "unknown_queue"),
    ],
)
def test_a_bad_line_is_quarantined_and_its_neighbours_load(centre, pbx, bad, line, code):
    good = f"{T + 1}|8.1|sales|NONE|ENTERQUEUE||700|1"
    report = centre.load("queue_log", log(good, line, good.replace("8.1", "8.2")), **pbx)
    assert (report.loaded, report.quarantined, report.by_reason[code]) == (2, 1, 1)
    with centre.store.db.read() as connection:
        row = connection.execute(select(quarantine)).one()
    assert (row.line, row.byte_offset, row.raw) == (2, len(good) + 1, line.encode())


@pytest.mark.parametrize(
    ("bad", "line", "reason"),
    [
        ("I57", f"{T}|9.1|sales|NONE|ENTERQUEUE||600|1|||", None),
        ("I61", f"{T}|9.1|sales|NONE|FULLHOUSE|3|4", "unknown_event"),
        ("I63", f"{T}|9.1|sales||ABANDON|1|1|30", "orphan"),
    ],
)
def test_an_odd_line_is_loaded_and_counted(centre, pbx, bad, line, reason):
    report = centre.load("queue_log", log(line), **pbx)
    assert (report.loaded, report.quarantined) == (1, 0)
    if reason is not None:
        assert report.by_reason[reason] == 1


def test_lines_of_an_unknown_agent_load_by_themselves_when_the_agent_is_created(centre, pbx):
    from wfm.ingest.load import load_files

    lines = log(
        f"{T}|9.1|sales|NONE|ENTERQUEUE||600|1",
        f"{T + 9}|9.1|sales|PJSIP/777|CONNECT|9|9.2|4",
        f"{T + 60}|9.1|sales|PJSIP/777|COMPLETEAGENT|9|51|1",
    )
    centre.load("queue_log", lines, **pbx)
    assert live(centre, "contact_leg")["outcome"].to_list() == ["unknown"]
    path = centre.folder / "people-2.csv"
    path.write_text(
        "agent_id,valid_from,display_name,team_id,role,login_aliases\n"
        "777,2020-01-01T00:00:00Z,New,m1,agent,pbx:PJSIP/777\n"
    )
    load_files(centre.store, centre.clock, "csv", [path])
    legs = live(centre, "contact_leg")
    assert legs.select("outcome", "talk_s").rows() == [("answered", 51)]
