"""Drafts measured, published over what is published, and shifts changed one by one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from test_plan_jobs import WEEK, build_site, job, require

from wfm.actions.audit import verify_audit
from wfm.actions.jobs import ask_job, cancel_job
from wfm.actions.plans import publish
from wfm.actions.shift_edits import check_edit, edit_shift
from wfm.domain.activities import Segment
from wfm.domain.clock import FixedClock
from wfm.domain.errors import BadInput, InfeasibleSchedule, ScopeDenied, StaleWrite
from wfm.domain.schedules import Shift
from wfm.domain.scope import Scope
from wfm.domain.shift_edits import ShiftEdit
from wfm.domain.wall_clock import slot_start
from wfm.queries.planning import read_runs
from wfm.queries.plans import read_plan, read_plan_documents
from wfm.queries.schedules import read_shift_history, read_shifts, week_mark
from wfm.store.store import Store, open_store
from wfm.worker.country import country_of
from wfm.worker.planner import Planner

NY = Scope("ny")
MONDAY, END = date(2026, 3, 2), date(2026, 3, 9)
ZONE = "America/New_York"
CLOCK = FixedClock(datetime(2026, 2, 20, 9, 0, tzinfo=UTC))
WHO = {"actor": "u-1", "actor_role": "control_desk"}


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, store_url: Callable[..., str]) -> Store:
    """A site with two drafts of a week, the first one published."""
    folder = tmp_path_factory.mktemp("planning")
    store = open_store(store_url(folder), folder / "data")
    build_site(store)
    require(store)
    for seed, label in ((1, "Early"), (2, "")):
        done = job(store, CLOCK, "solve", passes=2, seed=seed, label=label)
        assert done.state == "done", done.message
    assert job(store, CLOCK, "publish", plan_id=1).state == "done"
    return store


def shift(store: Store, agent: str, on: date) -> Shift:
    return next(s for s in read_shifts(store, NY, on, on + timedelta(days=1))
                if s.agent_id == agent)  # fmt: skip


def someone(store: Store, on: date) -> Scope:
    return Scope("ny", "t1", read_shifts(store, NY, on, on + timedelta(days=1))[0].agent_id)


def test_a_draft_keeps_its_name_its_requirement_and_the_curve_of_its_run(centre: Store) -> None:
    plan = read_plan(centre, NY, 1)
    assert (plan.label, plan.rq_version) == ("Early", 1)
    run = next(r for r in read_runs(centre, NY, "ny", WEEK) if r.plan_id == 1)
    costs = [p.objective for p in run.points if p.objective is not None]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == plan.objective
    assert run.points[-1].event == "done"
    assert run.violations_n == 0


def test_a_draft_is_measured_as_its_solver_counted_it(centre: Store) -> None:
    plan = read_plan(centre, NY, 2)
    found = Planner(centre).measures(NY, "ny", WEEK, 2)
    assert found is not None
    assert found.required == 7 * 32 * 4
    assert found.cost == pytest.approx(plan.objective)
    assert found.short + 0.4 * found.over == pytest.approx(found.cost)
    assert sum(sum(day.short) for day in found.days) == found.short
    assert (found.agents, found.shifts, found.paid_hours, found.overtime_hours) == (12, 60, 480, 0)
    assert (found.violations_n, found.violations) == (0, ())
    assert found.coverage_pct == pytest.approx(100 * (1 - found.short / 896))
    # The clock jumps on Sunday: that day has 92 quarter-hours.
    assert [len(day.need) for day in found.days] == [96] * 6 + [92]


def test_what_is_in_force_has_the_measures_of_the_draft_that_was_published(centre: Store) -> None:
    planner = Planner(centre)
    live, draft = planner.measures(NY, "ny", WEEK), planner.measures(NY, "ny", WEEK, 1)
    assert live is not None
    assert draft is not None
    assert (live.short, live.over, live.shifts) == (draft.short, draft.over, draft.shifts)
    assert (live.changes, draft.changes) == ((), ())


def test_many_weeks_read_at_once_have_the_cover_that_each_alone_has(centre: Store) -> None:
    planner = Planner(centre)
    found = planner.covers(NY, "ny", (WEEK, "2026-W20"))
    alone = planner.measures(NY, "ny", WEEK)
    assert found["2026-W20"] is None
    cover = found[WEEK]
    assert (cover.rq_version, cover.required, cover.short) == (1, alone.required, alone.short)
    assert cover.days == alone.days
    assert alone.required > 0
    with pytest.raises(ScopeDenied):
        planner.covers(Scope("lyon"), "ny", (WEEK,))


def test_the_difference_of_a_draft_names_who_is_affected_and_counts_late_notice(
    centre: Store,
) -> None:
    planner = Planner(centre)
    found = planner.difference(NY, "ny", WEEK, 2)
    measures = planner.measures(NY, "ny", WEEK, 2)
    assert found.published
    assert measures is not None
    assert len(found.starts) == found.new + found.changed + found.removed == len(measures.changes)
    assert found.new == found.removed  # five days each before and after
    noon = int(datetime(2026, 2, 20, tzinfo=UTC).timestamp())
    assert measures.late(noon) == sum(at < noon + 14 * 86_400 for at in found.starts)


def test_another_scope_sees_no_measures(centre: Store) -> None:
    with pytest.raises(ScopeDenied):
        Planner(centre).measures(Scope("lyon"), "ny", WEEK)


def test_a_week_published_again_changes_the_current_layer_and_keeps_its_baseline(
    centre: Store,
) -> None:
    before = read_shifts(centre, NY, MONDAY, END, "baseline")
    mark = week_mark(centre, NY, MONDAY, END)
    with pytest.raises(StaleWrite, match="changed since you looked at it"):
        publish(centre, CLOCK, "u-1", 2, "better", scope=NY, check=lambda *_: (), seen="1:1")
    done = publish(
        centre,
        CLOCK,
        "u-1",
        2,
        "better",
        scope=NY,
        check=lambda *_: (),
        seen=mark,
        overrule="not simulated",
    )
    assert done.counts.baselines == 0
    assert done.counts.changes > 0
    assert read_shifts(centre, NY, MONDAY, END, "baseline") == before
    draft = Planner(centre).measures(NY, "ny", WEEK, 2)
    live = Planner(centre).measures(NY, "ny", WEEK)
    assert live is not None
    assert draft is not None
    assert (live.short, live.over) == (draft.short, draft.over)
    assert len(live.changes) == done.counts.changes
    again = publish(centre, CLOCK, "u-1", 2, "better", scope=NY, check=lambda *_: ())
    assert again.already


def test_training_put_in_is_a_new_version_with_its_reason_and_can_be_undone(centre: Store) -> None:
    on = date(2026, 3, 3)
    who = someone(centre, on)
    before = read_shift_history(centre, who, on, on + timedelta(days=1))
    start = before[-1].start_at
    edit = ShiftEdit("put", start, start + 3600, "training")
    seen = before[-1].seq
    kept = {"seen_seq": seen, "reason": "product training", "request_key": "k-1", **WHO}
    done = edit_shift(centre, CLOCK, who, on, edit, **kept)
    assert (done.seq, done.overridden, done.again) == (seen + 1, (), False)
    newest = shift(centre, str(who.agent), on)
    assert newest.segments[0].activity == "training"
    assert (newest.author, newest.note) == ("u-1", "product training")
    # The same request again writes nothing; another author with the old version is told.
    assert edit_shift(centre, CLOCK, who, on, edit, **kept).again
    with pytest.raises(StaleWrite, match=f"u-1 was quicker: version {seen + 1} of 20 Feb 04:00"):
        edit_shift(centre, CLOCK, who, on, edit, **{**kept, "request_key": "k-2"})
    edit_shift(centre, CLOCK, who, on, ShiftEdit("undo"), seen_seq=seen + 1, reason="moved", **WHO)
    history = read_shift_history(centre, who, on, on + timedelta(days=1))
    assert history[-1].segments == before[-1].segments
    assert (history[-1].seq, history[-1].reason_code) == (seen + 2, "undo")
    assert history[: len(before)] == before
    assert verify_audit(centre).fault == ""


def test_a_day_of_leave_is_no_duty_and_counts_as_worked(centre: Store) -> None:
    roster, shifts = Planner(centre).shifts(NY, "ny", WEEK, 1)
    agent, found = next(iter(shifts.items()))
    week = {on: told for on, told in found.items() if told}
    day, segments = next(iter(week.items()))
    leave = (Segment(segments[0].start_at, segments[-1].end_at, "leave"),)
    assert roster.violations(agent, week) == ()
    assert roster.violations(agent, {**week, day: leave}) == ()
    held = roster.person_week(agent, {**week, day: leave})
    assert (len(held.duties), set(held.away)) == (len(week) - 1, {(day - MONDAY).days})


def test_a_change_that_breaks_a_rule_is_told_in_sentences_and_needs_a_name(centre: Store) -> None:
    on = date(2026, 3, 4)
    who = someone(centre, on)
    seq = shift(centre, str(who.agent), on).seq
    early = ShiftEdit("move", slot_start(on, 20, ZONE))  # 05:00, the doors open at 07:00
    found = check_edit(centre, CLOCK, who, on, early)
    assert "Wed 4 Mar: duty 05:00-13:30, open 07:00-21:00" in found.broken
    assert (found.seq, found.late, found.past) == (seq, False, False)
    given = {"seen_seq": seq, "reason": "delivery", **WHO}
    with pytest.raises(InfeasibleSchedule, match="duty 05:00-13:30, open 07:00-21:00"):
        edit_shift(centre, CLOCK, who, on, early, **given)
    assert shift(centre, str(who.agent), on).seq == seq
    done = edit_shift(centre, CLOCK, who, on, early, override=True, **given)
    assert done.overridden == found.broken


def test_a_shift_removed_and_added_again_stays_one_history(centre: Store) -> None:
    on = date(2026, 3, 5)
    who = someone(centre, on)
    seq = shift(centre, str(who.agent), on).seq
    edit_shift(centre, CLOCK, who, on, ShiftEdit("remove"), seen_seq=seq, reason="swap",
               override=True, **WHO)  # fmt: skip
    add = ShiftEdit("add", slot_start(on, 36, ZONE), length=510)
    edit_shift(centre, CLOCK, who, on, add, seen_seq=seq + 1, reason="swap back", override=True,
               **WHO)  # fmt: skip
    made = shift(centre, str(who.agent), on)
    assert [(s.activity, s.seconds // 60) for s in made.segments] == [
        ("on_queue", 135), ("break", 15), ("on_queue", 105), ("meal", 30), ("on_queue", 120),
        ("break", 15), ("on_queue", 90),
    ]  # fmt: skip
    assert [v for v in check_edit(centre, CLOCK, who, on, ShiftEdit("undo")).known
            if "breaks" in v] == []  # fmt: skip


def test_a_shift_on_a_day_off_is_a_change_of_an_empty_baseline(centre: Store) -> None:
    known = {(s.agent_id, s.shift_on) for s in read_shift_history(centre, NY, MONDAY, END)}
    agent, on = next(
        (agent, day)
        for day in (END - timedelta(days=i) for i in range(1, 8))
        for agent in (f"a{i:02d}" for i in range(12))
        if (agent, day) not in known
    )
    who, end = Scope("ny", "t1", agent), on + timedelta(days=1)
    edit_shift(centre, CLOCK, who, on, ShiftEdit("add", slot_start(on, 36, ZONE), length=510),
               seen_seq=0, reason="overtime", override=True, **WHO)  # fmt: skip
    history = read_shift_history(centre, who, on, end)
    assert [(s.seq, bool(s.segments)) for s in history] == [(1, False), (2, True)]
    assert read_shifts(centre, who, on, end, "baseline") == ()
    assert len(read_shifts(centre, who, on, end)) == 1


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (ShiftEdit("put", 1, 2, "training"), "Times are whole quarter-hours"),
        (ShiftEdit("add", 0), "has to begin on that day"),
        (ShiftEdit("fly"), "No change 'fly' is known"),
        (ShiftEdit("move"), "Choose a time"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(
    centre: Store, edit: ShiftEdit, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        check_edit(centre, CLOCK, someone(centre, MONDAY), MONDAY, edit)


def test_an_agent_of_another_place_cannot_be_edited(centre: Store) -> None:
    with pytest.raises(ScopeDenied):
        check_edit(centre, CLOCK, Scope("ny", "t1", "nobody"), MONDAY, ShiftEdit("remove"))


def test_the_same_request_asks_for_one_job_and_the_audit_says_who(centre: Store) -> None:
    asked = {"scope": NY, "request_key": "j-1", **WHO}
    given = {"unit": "ny", "week": WEEK}
    first = ask_job(centre, CLOCK, "solve", given, **asked)
    assert ask_job(centre, CLOCK, "solve", given, **asked) == first
    with pytest.raises(ScopeDenied):
        ask_job(centre, CLOCK, "solve", {"unit": "lyon", "week": WEEK}, **asked)
    with pytest.raises(ScopeDenied):
        cancel_job(centre, CLOCK, first, scope=Scope("lyon"), **WHO)
    assert cancel_job(centre, CLOCK, first, scope=NY, **WHO) == "cancelled"


def test_a_planned_shift_is_as_the_draft_has_it(centre: Store) -> None:
    problem, solution = read_plan_documents(centre, NY, 1)
    assert (problem["first_day"], len(solution["shifts"])) == ("2026-03-02", 60)
    roster, shifts = Planner(centre).shifts(NY, "ny", WEEK, 1)
    assert sum(bool(s) for week in shifts.values() for s in week.values()) == 60
    assert roster.zone == ZONE


@pytest.mark.parametrize(
    ("zone", "country"), [("Europe/Dublin", "IE"), ("America/Phoenix", "US"), ("UTC", None)]
)
def test_a_zone_names_its_country(zone: str, country: str | None) -> None:
    assert country_of(zone) == country


def test_holidays_are_those_of_the_zones_country(centre: Store) -> None:
    found = Planner(centre).holidays(ZONE, date(2026, 11, 20), date(2026, 12, 1))
    assert found == ((date(2026, 11, 26), "Thanksgiving Day"),)
