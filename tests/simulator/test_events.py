"""The simulated centre's events agree with each other and follow from the seed alone."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from wfm.simulator.day import play_day
from wfm.simulator.demand import draw_contacts
from wfm.simulator.events import History, Span
from wfm.simulator.events_csv import published_at, write_schedules, write_span
from wfm.simulator.founding import found_centre
from wfm.simulator.standing_csv import write_standing
from wfm.simulator.workday import draw_workdays

from .conftest import BASE_ON, END_AT, FIRST_AT


def _files(folder: Path, seed: int) -> dict[str, bytes]:
    history = History(found_centre(seed, "small", BASE_ON))
    centre = history.centre
    write_standing(folder, centre)
    write_schedules(folder, centre, history.roster, published_at(centre.first_monday), END_AT)
    write_span(folder, history.span(FIRST_AT, END_AT))
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    once, again, other = (
        _files(tmp_path / name, seed) for name, seed in (("a", 5), ("b", 5), ("c", 6))
    )
    assert sorted(once) == [
        "activity_codes.csv", "agent_states.csv", "calls.csv", "contracts.csv", "org.csv",
        "people.csv", "queues.csv", "schedules.csv", "state_map.csv", "targets.csv",
    ]  # fmt: skip
    assert once == again
    assert once["calls.csv"] != other["calls.csv"]


@pytest.mark.parametrize("cut_h", [1, 37, 200, 301])
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
    assert span.states.filter(pl.col("known_at") != pl.col("start_at")).height == 0
    assert (span.contacts["known_at"] < END_AT).all()


def test_talk_hold_and_wrap_up_spells_equal_the_legs(span: Span, spells: pl.DataFrame) -> None:
    legs = span.contacts.filter(outcome="answered").select(
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
    assert both.height > 2000
    for name in ("talk_s", "hold_s", "acw_s"):
        assert both.filter(pl.col(name) != pl.col(f"{name}_told").fill_null(0)).height == 0


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


def test_every_contact_that_came_is_answered_or_abandoned(history: History) -> None:
    centre = history.centre
    for group in centre.groups:
        contacts = draw_contacts(centre, group, date(2026, 10, 27))
        workdays = draw_workdays(centre, group, history.roster, date(2026, 10, 27))
        pace = [1.0] * len(workdays)
        log = play_day(contacts, workdays, pace, pace)
        present = np.array(log.present)
        answered = np.array(log.agent) >= 0
        transfers = sum(1 for n, c in enumerate(contacts.child) if c >= 0 and answered[n])
        assert int(present.sum()) == contacts.fresh_n + transfers
        assert not (answered & ~present).any()
        gave_up = present & ~answered
        waited = np.array(log.ended_at) - np.array(log.enqueued_at)
        assert (waited[gave_up] == np.array(contacts.patience_s)[gave_up]).all()


def test_nobody_on_shift_means_that_everybody_gives_up(history: History) -> None:
    contacts = draw_contacts(history.centre, history.centre.groups[0], date(2026, 10, 27))
    log = play_day(contacts, [], [], [])
    assert set(log.agent) == {-1}


def test_more_staff_shortens_the_wait(history: History) -> None:
    centre, group, day = history.centre, history.centre.groups[0], date(2026, 10, 27)
    contacts = draw_contacts(centre, group, day)
    workdays = draw_workdays(centre, group, history.roster, day)

    def waited(staff: list) -> int:  # type: ignore[type-arg]
        log = play_day(contacts, staff, [1.0] * len(staff), [1.0] * len(staff))
        ends = zip(log.agent, log.connected_at, log.ended_at, strict=True)
        left = [c if a >= 0 else e for a, c, e in ends]
        return sum(
            out - came
            for out, came, there in zip(left, log.enqueued_at, log.present, strict=True)
            if there
        )

    assert waited(workdays[:3]) > waited(workdays) > waited([*workdays, *workdays]) * 0.9
