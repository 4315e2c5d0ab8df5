"""The day as it goes: straight from events, before any fact is built."""

from __future__ import annotations

from datetime import date

import pytest

from wfm.domain.clock import FixedClock, instant_at
from wfm.domain.scope import Scope
from wfm.facts.inputs import register_dimensions
from wfm.queries.timeline import read_timelines

DAY, SITE = "2026-03-02", Scope("dublin")


@pytest.fixture
def morning(centre):
    with centre.store.db.write() as connection:
        register_dimensions(connection)
    meal = [
        (f"{DAY} 08:00", f"{DAY} 12:00", "on_queue"), (f"{DAY} 12:00", f"{DAY} 12:30", "meal"),
        (f"{DAY} 12:30", f"{DAY} 16:00", "on_queue"),
    ]  # fmt: skip
    centre.shift("ann", DAY, meal)
    centre.shift("ben", DAY, meal)
    centre.states(
        ("ann", f"{DAY} 08:00", f"{DAY} 12:00", "available"),
        ("ann", f"{DAY} 12:00", f"{DAY} 12:35", "aux", "meal"),
        ("ann", f"{DAY} 12:35", "", "talk"),
        ("ben", f"{DAY} 08:00", "", "aux", "meal"),
        ("cat", f"{DAY} 12:38", "", "available"),
    )
    return centre


def timelines(centre, now, scope=SITE, day=DAY):
    clock = FixedClock(instant_at(centre.at(f"{DAY} {now}")))
    return {
        line.agent_id: line
        for line in read_timelines(centre.store, scope, date.fromisoformat(day), clock)
    }


def test_a_spell_out_of_adherence_shows_with_its_activity_and_length(morning) -> None:
    ann = timelines(morning, "12:40")["ann"]
    (late,) = ann.exceptions
    assert (
        late.activity, late.state_group, late.reason, late.seconds, late.cause,
    ) == ("on_queue", "meal", "meal", 300, "")  # fmt: skip
    assert [spell.state for spell in ann.actual] == ["available", "aux", "talk"]
    assert len(ann.planned) == 3


def test_each_agent_is_in_out_or_unscheduled_at_this_moment(morning) -> None:
    now = {agent: line.now for agent, line in timelines(morning, "12:40").items()}
    assert (
        now["ann"].adherence, now["ann"].impact, now["ann"].state,
    ) == ("in", "neutral", "talk")  # fmt: skip
    assert (now["ben"].adherence, now["ben"].impact) == ("out", "negative")
    assert (now["cat"].adherence, now["cat"].impact) == ("unscheduled", "positive")
    assert morning.at(f"{DAY} 12:35") == now["ann"].since_at
    assert morning.at(f"{DAY} 12:30") == now["ben"].adherence_since_at


def test_a_new_event_shows_at_once_without_a_rebuild(morning) -> None:
    morning.states(("ben", f"{DAY} 12:41", "", "available"))
    assert timelines(morning, "12:42")["ben"].now.adherence == "in"


def test_another_day_has_no_now_and_another_scope_no_strangers(morning) -> None:
    other = timelines(morning, "12:40", day="2026-03-01")
    assert {None} == {line.now for line in other.values()}
    assert {"cat"} == set(timelines(morning, "12:40", Scope("dublin", "d2")))
    assert {"ann"} == set(timelines(morning, "12:40", Scope("dublin", "d1", "ann")))


def test_the_live_day_is_the_day_that_the_facts_tell(morning) -> None:
    live = timelines(morning, "15:00")
    morning.build(f"{DAY} 15:00")
    out = morning.sums("adh_out_s", DAY, "2026-03-03", Scope("dublin", "d1"), by=("agent",))
    assert out == [
        (agent, sum(e.seconds for e in live[agent].exceptions if not e.cause))
        for agent in ("ann", "ben")
    ]
