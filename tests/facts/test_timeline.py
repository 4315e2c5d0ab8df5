"""The day as it goes: straight from events, before any fact is built."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from wfm.actions.exceptions import submit
from wfm.domain.adherence import NewException
from wfm.domain.clock import FixedClock, instant_at
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.facts.inputs import register_dimensions
from wfm.queries.past_day import read_days
from wfm.queries.timeline import read_timelines
from wfm.store.store import open_store

DAY, SITE = "2026-03-02", Scope("dublin")
ANN = Principal("u-ann", "ann", "Ann", Role.AGENT, Scope("dublin", "d1", "ann"), "ann", 1)


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


def test_what_came_since_is_added_to_what_was_read_before(morning) -> None:
    assert timelines(morning, "12:40")["ben"].now.adherence == "out"
    morning.states(("ben", f"{DAY} 08:00", f"{DAY} 12:10", "aux", "meal"), seq=2)
    morning.states(("ben", f"{DAY} 12:41", "", "available"), ("cat", f"{DAY} 12:41", "", "talk"))
    again = timelines(morning, "12:42")
    assert [(s.state, s.end_at) for s in again["ben"].actual] == [
        ("aux", morning.at(f"{DAY} 12:10")), ("available", morning.at(f"{DAY} 12:42")),
    ]  # fmt: skip
    whole = open_store(morning.store.db.url, morning.store.files.root)
    at = FixedClock(instant_at(morning.at(f"{DAY} 12:42")))
    told = read_timelines(whole, SITE, date.fromisoformat(DAY), at)
    assert again == {line.agent_id: line for line in told}


@pytest.fixture
def over(morning):
    """Two days later: a night shift, a day that all signed out of, everything built."""
    night = [(f"{DAY} 22:00", "2026-03-03 06:00", "on_queue")]
    morning.shift("cat", DAY, night)
    morning.states(
        ("cat", f"{DAY} 22:05", "2026-03-03 05:50", "available"),
        ("ann", f"{DAY} 16:10", "", "offline"), ("ben", f"{DAY} 16:00", "", "offline"),
    )  # fmt: skip
    morning.build("2026-03-04 12:00")
    return morning


def past(centre, scope, now="2026-03-04 12:00"):
    clock = FixedClock(instant_at(centre.at(now)))
    return read_days(centre.store, centre.facts(), scope, date.fromisoformat(DAY), clock)


def test_a_day_that_is_over_is_told_by_the_facts_as_it_was_judged(over) -> None:
    teams = Scope("dublin", "d1"), Scope("dublin", "d2")
    clock = FixedClock(instant_at(over.at("2026-03-04 12:00")))
    judged = [read_timelines(over.store, t, date.fromisoformat(DAY), clock) for t in teams]
    # The night until 05:50 is of the day on which its shift began.
    assert [s.end_at for s in judged[1][0].actual][-1] == over.at("2026-03-03 05:50")
    # No event is left to judge it from.
    shutil.rmtree(over.store.files.root / "raw" / "agent_state")
    assert [past(over, team) for team in teams] == judged
    assert past(over, Scope("dublin", "d1", "ann")) == judged[0][:1]


def test_a_past_day_is_judged_while_something_of_it_is_unread_or_waits(over) -> None:
    ann = Scope("dublin", "d1", "ann")

    def told(now):
        return [(e.start_at, e.pending) for e in past(over, ann, f"2026-03-04 {now}")[0].exceptions]

    late = over.at(f"{DAY} 12:30")
    assert told("12:00") == [(late, False)]
    over.states(("ann", f"{DAY} 15:00", f"{DAY} 15:10", "aux", "meal"))
    unread = told("12:01")
    assert unread[:2] == [(late, False), (over.at(f"{DAY} 15:00"), False)]
    over.build("2026-03-04 12:02")
    assert told("12:02") == unread
    clock = FixedClock(instant_at(over.at("2026-03-04 12:03")))
    asked = NewException("ann", late, late + 300, "system")
    submit(over.store, clock, ANN, asked, request_key="k1")
    assert told("12:03") == [(late, True), *unread[1:]]
