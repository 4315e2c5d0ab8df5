"""The simulated centre's events agree with each other."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from wfm.simulator.contacts import draw_contacts
from wfm.simulator.day import play_day
from wfm.simulator.events import History, Span
from wfm.simulator.floor import Worker
from wfm.simulator.workday import draw_workers

from .conftest import END_AT, FIRST_AT

DAY = date(2026, 10, 27)


@pytest.mark.parametrize("cut_h", [37, 301])
def test_a_span_cut_in_two_has_the_events_of_the_whole(
    history: History, span: Span, cut_h: int
) -> None:
    cut = FIRST_AT + cut_h * 3600 + 17
    one, two = history.span(FIRST_AT, cut), history.span(cut, END_AT)
    assert_frame_equal(pl.concat([one.contacts, two.contacts]), span.contacts)
    assert_frame_equal(pl.concat([one.states, two.states]), span.states)


def test_no_event_is_known_before_it_happened(span: Span) -> None:
    late = span.contacts.filter(
        pl.col("known_at") != pl.coalesce("wrap_ended_at", "ended_at")
    )  # fmt: skip
    assert late.height == 0
    told = pl.coalesce("end_at", "start_at")
    assert span.states.filter(pl.col("known_at") != told).height == 0
    assert (span.contacts["known_at"] < END_AT).all()


def test_talk_hold_and_wrap_up_spells_equal_the_legs(span: Span, spells: pl.DataFrame) -> None:
    legs = span.contacts.filter(outcome="answered", channel="voice").select(
        "contact_id", "agent_id", "talk_s", "hold_s", "acw_s"
    )
    told = (
        spells.filter(pl.col("contact_id") != "")
        .group_by("contact_id", "agent_id")
        .agg(
            (pl.col("end_at") - pl.col("start_at")).filter(pl.col("state") == state).sum()
            .alias(f"{state}_s")
            for state in ("talk", "hold", "acw")
        )
    )  # fmt: skip
    # An agent may take both legs of a transferred contact: compare their sum.
    legs = legs.group_by("contact_id", "agent_id").sum()
    both = legs.join(told, on=["contact_id", "agent_id"], how="left", suffix="_told")
    assert both.height > 10_000
    # Those under way as the span begins or ends are told in part.
    both = both.filter(pl.col("acw_s_told") > 0)
    for name in ("hold_s", "acw_s"):
        assert both.filter(pl.col(name) != pl.col(f"{name}_told").fill_null(0)).height <= 20


def test_a_desks_contacts_overlap_and_say_when_they_end(span: Span) -> None:
    chats = span.contacts.filter(outcome="answered", channel="chat")
    told = span.states.filter(
        pl.col("end_at").is_not_null() & pl.col("contact_id").str.contains("-chat-")
    )
    # At the end of the span some are over but for their after-contact work.
    assert 0 <= told.filter(state="talk").height - chats.height < 10
    during = chats.sort("agent_id", "connected_at").with_columns(
        before=pl.col("ended_at").shift(1).over("agent_id")
    )
    assert during.filter(pl.col("connected_at") < pl.col("before")).height > 100


def test_an_agents_states_follow_each_other_without_a_standstill(spells: pl.DataFrame) -> None:
    assert (spells["end_at"] > spells["start_at"]).all()
    before = pl.col("state").shift(1).over("agent_id")
    assert spells.filter((pl.col("state") == "available") & (before == "available")).height == 0


def test_answered_legs_connect_after_they_rang_and_abandoned_ones_have_no_agent(
    span: Span,
) -> None:
    answered = span.contacts.filter(outcome="answered")
    assert (answered["connected_at"] - answered["enqueued_at"] >= answered["ring_s"]).all()
    spoken = answered["talk_s"] + answered["hold_s"]
    assert (answered["ended_at"] - answered["connected_at"] == spoken).all()
    abandoned = span.contacts.filter(outcome="abandoned")
    assert abandoned.height > 20
    assert abandoned["agent_id"].null_count() == abandoned.height


def test_an_offer_that_rang_unanswered_goes_on_to_another_agent(span: Span) -> None:
    missed = span.contacts.filter(pl.col("missed_n") > 0, pl.col("outcome") == "answered")
    assert missed.height > 50
    assert (missed["offers_n"] == missed["missed_n"] + 1).all()
    assert (missed["connected_at"] - missed["enqueued_at"] >= 15).all()


def test_agents_take_only_what_they_are_skilled_and_set_to_work_for(
    history: History, span: Span
) -> None:
    usual = {a.agent_id: a.queues for a in history.centre.agents}
    pairs = span.contacts.filter(outcome="answered").select("agent_id", "queue_id").unique()
    assert pairs.height > 100
    assert all(queue in usual[agent] for agent, queue in pairs.iter_rows())


def _workers(history: History) -> list[Worker]:
    centre, group = history.centre, history.centre.groups[0]
    shifts = history.roster.worked_on(group.site_id, DAY)
    return draw_workers(centre, (), group, shifts, DAY)


def test_every_contact_that_came_is_answered_or_abandoned(history: History) -> None:
    for group in (g for g in history.centre.groups if g.kind == "voice"):
        floor = history.play(group, DAY)
        contacts, log = floor.contacts, floor.log
        present = np.array(log.present)
        answered = np.array(log.agent) >= 0
        transfers = sum(1 for n, c in enumerate(contacts.child) if c >= 0 and answered[n])
        assert int(present.sum()) == contacts.fresh_n + transfers
        assert not (answered & ~present).any()
        gave_up = present & ~answered
        waited = np.array(log.ended_at) - np.array(log.enqueued_at)
        assert (waited[gave_up] == np.array(contacts.patience_s)[gave_up]).all()


def test_nobody_on_shift_means_that_everybody_gives_up(history: History) -> None:
    contacts = draw_contacts(
        history.centre, history.roster.volume, (), history.centre.groups[0], DAY
    )
    assert set(play_day(contacts, [], 3, 100_000, {}).agent) == {-1}


def test_more_staff_shortens_the_wait(history: History) -> None:
    contacts = draw_contacts(
        history.centre, history.roster.volume, (), history.centre.groups[0], DAY
    )
    staff = _workers(history)
    second = [replace(w, workday=replace(w.workday, agent=w.workday.agent + 50)) for w in staff]

    def waited(workers: list[Worker]) -> int:
        log = play_day(contacts, workers, 3, 100_000, {})
        ends = zip(log.agent, log.connected_at, log.ended_at, strict=True)
        left = [c if a >= 0 else e for a, c, e in ends]
        return sum(
            out - came
            for out, came, there in zip(left, log.enqueued_at, log.present, strict=True)
            if there
        )

    assert waited(staff[: len(staff) // 2]) > waited(staff) > waited([*staff, *second])


def test_contacts_of_a_day_with_a_clock_change_come_in_92_or_100_quarters(
    history: History,
) -> None:
    site = history.centre.site["new_york"]
    back = history.roster.plan_on(site.site_id, date(2026, 11, 1) - timedelta(days=1))
    assert any(shift.start == 1320 and shift.end == 1800 for shift in back.shifts)
    group = next(g for g in history.centre.groups if g.group_id == "new_york-voice")
    contacts, states = history.floor_day(group, date(2026, 10, 31))
    hours = (
        contacts.select(pl.from_epoch("enqueued_at").dt.replace_time_zone("UTC")
                        .dt.convert_time_zone("America/New_York").alias("at"))
        .filter(pl.col("at").dt.day() == 1)["at"]
    )  # fmt: skip
    # 06:00 of the last of October to 06:00 of the first of November lasts 25 hours.
    assert contacts["enqueued_at"].max() - contacts["enqueued_at"].min() > 24 * 3600  # type: ignore[operator]
    assert set(hours.dt.hour().unique()) <= {0, 1, 2, 3, 4, 5}
    assert states["start_at"].max() > contacts["enqueued_at"].max() - 1800  # type: ignore[operator]
