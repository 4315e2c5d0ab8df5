"""A published day made better by its tools: training placed, breaks moved, shifts swapped."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from test_plan_jobs import WEEK, build_site, job, require

from wfm.actions.audit import verify_audit
from wfm.actions.shift_batch import ShiftChange, change_shifts, check_changes, swap_changes
from wfm.domain.clock import FixedClock
from wfm.domain.errors import InfeasibleSchedule, ScopeDenied, StaleWrite
from wfm.domain.schedules import Shift
from wfm.domain.scope import Scope
from wfm.queries.schedules import read_shift_history, read_shifts
from wfm.store.store import Store, open_store
from wfm.worker.day_tools import day_offers, place_activity, today_breaks
from wfm.worker.net_staffing import net_week
from wfm.worker.planner import Planner

NY = Scope("ny")
MONDAY = date(2026, 3, 2)
CLOCK = FixedClock(datetime(2026, 2, 20, 9, 0, tzinfo=UTC))
WHO = {"actor": "u-1", "actor_role": "control_desk"}


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, store_url: Callable[..., str]) -> Store:
    folder = tmp_path_factory.mktemp("tools")
    store = open_store(store_url(folder), folder / "data")
    build_site(store)
    require(store, heads=6)
    assert job(store, CLOCK, "solve", passes=1).state == "done"
    assert job(store, CLOCK, "publish", plan_id=1).state == "done"
    return store


def on_day(store: Store, on: date) -> list[Shift]:
    return sorted(read_shifts(store, NY, on, on + timedelta(days=1)), key=lambda s: s.agent_id)


def scope(shift: Shift) -> Scope:
    return Scope("ny", "t1", shift.agent_id)


def short_of(store: Store, on: date) -> int:
    with store.db.read() as connection:
        net = net_week(connection, store.files, "ny", WEEK)
    return sum(net.short[net.day(on)])


def test_training_of_a_team_is_placed_and_written_at_once(centre: Store) -> None:
    people = [s.agent_id for s in on_day(centre, MONDAY)][:3]
    before = short_of(centre, MONDAY)
    found = place_activity(centre, CLOCK, "ny", WEEK, people, "training", 60, days=[MONDAY])
    assert [p.agent for p in sorted(found.placed, key=lambda p: p.agent)] == people
    assert check_changes(centre, found.changes).broken == ()
    done = change_shifts(centre, CLOCK, NY, found.changes, reason="new product", **WHO,
                         request_key="b-1")  # fmt: skip
    assert (done.changed, done.overridden) == (3, ())
    kinds = [
        s.activity for shift in on_day(centre, MONDAY) for s in shift.segments
        if s.activity == "training"
    ]  # fmt: skip
    assert len(kinds) == 3
    assert short_of(centre, MONDAY) <= before + sum(p.harm for p in found.placed)
    again = change_shifts(centre, CLOCK, NY, found.changes, reason="new product", **WHO,
                          request_key="b-1")  # fmt: skip
    assert again.again
    with pytest.raises(StaleWrite, match="changed since you looked at it"):
        change_shifts(centre, CLOCK, NY, found.changes, reason="once more", **WHO)
    assert verify_audit(centre).fault == ""


def test_breaks_of_a_day_move_to_where_they_leave_fewer_short(centre: Store) -> None:
    on = MONDAY + timedelta(days=1)
    before = short_of(centre, on)
    found = today_breaks(centre, CLOCK, "ny", on)
    assert found.short == before
    assert check_changes(centre, found.changes).broken == ()
    if found.changes:
        change_shifts(centre, CLOCK, NY, found.changes, reason="breaks", **WHO)
        assert short_of(centre, on) == before - sum(m.saved for m in found.moved)
    # What is past does not move.
    late = FixedClock(datetime(2026, 3, 4, 4, 0, tzinfo=UTC))
    assert today_breaks(centre, late, "ny", on).moved == ()


def test_a_swap_gives_each_the_others_shift_or_nobody_anything(centre: Store) -> None:
    on = MONDAY + timedelta(days=2)
    shifts = on_day(centre, on)
    one = shifts[0]
    two = next(s for s in shifts[1:] if s.start_at != one.start_at)
    scopes = {s.agent_id: scope(s) for s in (one, two)}
    changes = swap_changes(one, two, scopes)
    broken = check_changes(centre, changes).broken
    with pytest.raises(ScopeDenied):
        change_shifts(centre, CLOCK, scopes[one.agent_id], changes, reason="swap", **WHO)
    done = change_shifts(centre, CLOCK, NY, changes, reason="swap", override=bool(broken), **WHO)
    assert done.changed == 2
    after = {s.agent_id: s for s in on_day(centre, on)}
    assert after[one.agent_id].segments == two.segments
    assert after[two.agent_id].segments == one.segments
    history = read_shift_history(centre, scopes[one.agent_id], on, on + timedelta(days=1))
    assert [s.seq for s in history] == [1, 2]


def test_a_batch_that_breaks_a_rule_writes_nothing(centre: Store) -> None:
    on = MONDAY + timedelta(days=3)
    shift = on_day(centre, on)[0]
    late = tuple(
        type(s)(s.start_at + 8 * 3600, s.end_at + 8 * 3600, s.activity, s.queue, s.paid)
        for s in shift.segments
    )
    changes = [ShiftChange(scope(shift), on, late, shift.seq)]
    with pytest.raises(InfeasibleSchedule, match="open 07:00-21:00"):
        change_shifts(centre, CLOCK, NY, changes, reason="later", **WHO)
    assert on_day(centre, on)[0] == shift


def test_offers_of_a_day_name_only_people_whom_the_rules_allow(centre: Store) -> None:
    on = MONDAY + timedelta(days=6)
    found = day_offers(centre, CLOCK, "ny", on)
    working = {s.agent_id for s in on_day(centre, on)}
    for one in found:
        if one.offer.kind == "leave_early":
            assert set(one.eligible) <= working
        if one.offer.kind == "open_shift":
            assert not set(one.eligible) & working
    gap = short_of(centre, on)
    assert sum(o.offer.gain for o in found if o.offer.kind != "leave_early") <= gap


def test_a_design_prices_todays_people_beside_the_cheapest_mix(centre: Store) -> None:
    done = job(centre, CLOCK, "design", week=WEEK, weeks=2, wage=20, missing=60, kinds=2)
    assert done.state == "done", done.message
    assert done.result is not None
    now, best, few = done.result["designs"]
    assert (now["heads"], now["wages"]) == ({"full": 12}, 12 * 40 * 20)
    assert done.result["required_hours"] == 7 * 8 * 6
    assert best["cost"] <= now["cost"]
    assert best["cost"] <= few["cost"]
    assert few["kinds"] <= 2
    assert done.result["missing_weeks"] == ["2026-W11"]
    assert done.message.startswith("ny, 1 weeks: today's people cost ")
    refused = job(centre, CLOCK, "design", week=WEEK, weeks=99)
    assert refused.message == "99 weeks with 8 shifts; give 1 to 26 weeks, 1 shift."


def test_people_moved_to_other_work_leave_their_group_short(centre: Store) -> None:
    planner = Planner(centre)
    everybody = {f"a{i:02d}": (("elsewhere", 100),) for i in range(12)}
    (phone,) = planner.moved(NY, "ny", WEEK, everybody)
    assert (phone.group, phone.missing_h[1]) == ("phone", 336.0)  # 6 agents, 8 hours, 7 days
    (same,) = planner.moved(NY, "ny", WEEK, {"a00": (("sales", 80),)})
    assert same.missing_h == (phone.missing_h[0], phone.missing_h[0])
    assert planner.moved(NY, "ny", "2026-W30", everybody) == ()
    with pytest.raises(ScopeDenied):
        planner.moved(Scope("lyon"), "ny", WEEK, everybody)
