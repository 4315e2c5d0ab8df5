"""A site's week from its requirement to published shifts, on a real store."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from sqlalchemy import insert, select

from wfm.actions.audit import verify_audit
from wfm.domain.clock import FixedClock, epoch_s
from wfm.domain.jobs import Job
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.queries.plans import read_plan, read_plans
from wfm.queries.schedules import read_shift_history, read_shifts
from wfm.store import schema
from wfm.store.dimensions import dimension_keys
from wfm.store.manifest import record_batch
from wfm.store.raw import conform
from wfm.store.store import Store, open_store
from wfm.worker.jobs import run_job_here

ZONE = "America/New_York"
WEEK, MONDAY = "2026-W10", date(2026, 3, 2)  # the clock jumps on Sunday 8 March
OLD = date(2020, 1, 1)
BREAKS = "break:15:yes:90-180;meal:30:no:210-300;break:15:yes:360-450"


def build_site(store: Store, people: int = 12) -> None:
    """Site `ny`, open daily 07:00-21:00, one team, one queue, full-time people."""
    with store.db.write() as c:
        unit = {"valid_from": OLD, "valid_to": None, "timezone": None, "opening_hours": None}
        c.execute(
            insert(schema.org_unit),
            [
                {**unit, "org_id": "all", "org_level": "enterprise", "parent_id": None,
                 "name": "All"},
                {**unit, "org_id": "ny", "org_level": "site", "parent_id": "all",
                 "name": "New York", "timezone": ZONE, "opening_hours": "Mon-Sun 07:00-21:00"},
                {**unit, "org_id": "t1", "org_level": "team", "parent_id": "ny", "name": "One"},
            ],
        )  # fmt: skip
        c.execute(
            insert(schema.queue),
            {"queue_id": "sales", "valid_from_at": 0, "name": "Sales", "channel": "voice",
             "skill_group": "phone", "sl_threshold_s": 20, "short_abandon_s": 5,
             "sl_definition": "offered", "site_id": "ny"},
        )  # fmt: skip
        c.execute(
            insert(schema.contract),
            {"contract_id": "full", "valid_from": OLD, "weekly_hours_min": 40,
             "weekly_hours_max": 40, "days_min": 5, "days_max": 5, "shift_lengths_min": "510",
             "start_every_min": 30, "rest_min": 660, "max_consecutive_days": 6,
             "breaks": BREAKS},
        )  # fmt: skip
        for i in range(people):
            c.execute(
                insert(schema.person),
                {"agent_id": f"a{i:02d}", "valid_from_at": 0, "display_name": f"Agent {i:02d}",
                 "team_id": "t1", "role": "agent", "contract_id": "full", "weekly_hours": 40,
                 "skills": "sales:80"},
            )  # fmt: skip


def require(store: Store, heads: int = 4, week: str = WEEK, monday: date = MONDAY) -> None:
    """So many agents from 09:00 to 17:00 on each local day of the week."""
    zone = ZoneInfo(ZONE)
    nine = [
        epoch_s(datetime(d.year, d.month, d.day, 9, tzinfo=zone)) // 900
        for d in (monday + timedelta(days=i) for i in range(7))
    ]
    with store.db.write() as c:
        made = c.execute(
            insert(schema.requirement_version),
            {"unit": "ny", "week": week, "fc_version": 1, "created_at": 1, "author": "test"},
        )
        version = made.inserted_primary_key[0]
        group = dimension_keys(c, "group", ["phone"])["phone"]
        site = dimension_keys(c, "site", ["ny"])["ny"]
        frame = conform(
            pl.DataFrame(
                {"rq_version": version, "site": site, "group": group, "q": q + i,
                 "required_m": heads * 1000}
                for q in nine for i in range(32)
            ),
            "requirement",
        )  # fmt: skip
        stored = store.files.write_frame(frame, "raw/requirement")
        batch = record_batch(
            c, table="requirement", source_id="plan", stored=stored, first_at=nine[0] * 900,
            last_at=nine[-1] * 900, days=[monday], received_at=1,
        )  # fmt: skip
        c.execute(schema.requirement_version.update().values(batch_id=batch).where(
            schema.requirement_version.c.rq_version == version))  # fmt: skip


def job(store: Store, clock: FixedClock, kind: str, **parameters: object) -> Job:
    given = {"unit": "ny", "week": WEEK, **parameters}
    if kind == "publish":
        # The site has no forecast, so nothing of it can be simulated.
        given = {"overrule": "a site without a forecast", **given}
    return run_job_here(store, clock, kind, given, author="planner-1", scope_path="ny")


@pytest.fixture(scope="module")
def pattern(
    tmp_path_factory: pytest.TempPathFactory, store_url: Callable[..., str]
) -> tuple[Path, str]:
    """A folder with the site's week solved in one pass, closed, and the URL of its store."""
    folder = tmp_path_factory.mktemp("solved")
    store = open_store(store_url(folder), folder / "data")
    build_site(store)
    require(store)
    clock = FixedClock(datetime(2026, 10, 12, 9, 0, tzinfo=UTC))
    done = job(store, clock, "solve", passes=1, seed=1)
    assert done.state == "done", done.message
    store.db.close()
    return folder, store.db.url


@pytest.fixture
def solved(pattern: tuple[Path, str], store_like: Callable[[Path, str], Store]) -> Store:
    """The site whose week has draft plan 1, of the test's own."""
    return store_like(*pattern)


def test_a_week_is_solved_published_and_becomes_the_baseline(
    store: Store, clock: FixedClock
) -> None:
    build_site(store)
    require(store)
    solved = job(store, clock, "solve", passes=3)
    assert solved.state == "done", solved.message
    assert solved.result is not None
    assert solved.result["violations_n"] == 0
    assert (solved.result["agents"], solved.result["shifts"]) == (12, 60)
    assert 0 <= solved.result["bound"] <= solved.result["objective"]
    plan = read_plan(store, Scope("ny"), solved.result["plan_id"])
    assert (plan.state, plan.job_id, plan.violations_n) == ("draft", solved.job_id, 0)

    published = job(store, clock, "publish", reason="Week agreed")
    assert published.message == (
        f"Plan {plan.plan_id} of ny {WEEK} is published: 60 new shifts, 0 changed, 24 as before."
    )
    shifts = read_shifts(store, Scope("ny"), MONDAY, MONDAY + timedelta(days=7), "baseline")
    assert len(shifts) == 60
    assert Counter(s.agent_id for s in shifts) == dict.fromkeys((f"a{i:02d}" for i in range(12)), 5)
    for shift in shifts:
        activities = [s.activity for s in shift.segments]
        assert activities == ["on_queue", "break", "on_queue", "meal", "on_queue", "break",
                              "on_queue"]  # fmt: skip
        assert shift.end_at - shift.start_at == 510 * 60
        assert sum(s.seconds for s in shift.segments if s.paid) == 480 * 60
        local = datetime.fromtimestamp(shift.start_at, ZoneInfo(ZONE))
        assert local.date() == shift.shift_on
        assert 7 <= local.hour <= 12
        assert local.minute in (0, 30)

    again = job(store, clock, "publish", plan_id=plan.plan_id)
    assert again.message.endswith("was published already; nothing changed.")
    assert verify_audit(store).bad_seq is None
    with store.db.read() as c:
        line = c.execute(select(schema.audit)).one()
    assert (line.action, line.actor, line.scope_path) == ("schedule.publish", "planner-1", "ny")
    assert json.loads(line.new)["baselines"] == 60


def test_a_second_plan_supersedes_the_first_and_keeps_the_baseline(
    solved: Store, clock: FixedClock
) -> None:
    store = solved
    job(store, clock, "publish")
    job(store, clock, "solve", passes=1, seed=2)
    job(store, clock, "publish")
    assert [p.state for p in read_plans(store, ENTERPRISE)] == ["published", "superseded"]
    end = MONDAY + timedelta(days=7)
    history = read_shift_history(store, Scope("ny"), MONDAY, end)
    assert {s.plan_id for s in history if s.seq == 1} >= {1}
    current = read_shifts(store, Scope("ny"), MONDAY, end)
    assert len(current) == 60
    assert len(read_shifts(store, Scope("ny"), MONDAY, end, "baseline")) >= 60


def test_the_next_week_keeps_the_rest_and_run_of_the_published_one(
    solved: Store, clock: FixedClock
) -> None:
    store = solved
    job(store, clock, "publish")
    require(store, week="2026-W11", monday=MONDAY + timedelta(days=7))
    next_week = job(store, clock, "solve", passes=1, week="2026-W11")
    assert next_week.result is not None
    assert next_week.result["violations_n"] == 0
    job(store, clock, "publish", week="2026-W11")
    days = read_shifts(store, Scope("ny"), MONDAY, MONDAY + timedelta(days=14))
    for agent in {s.agent_id for s in days}:
        own = sorted((s for s in days if s.agent_id == agent), key=lambda s: s.start_at)
        rests = [b.start_at - a.end_at for a, b in itertools.pairwise(own)]
        assert min(rests) >= 11 * 3600
        worked = {s.shift_on for s in own}
        for day in worked:
            assert not all(day + timedelta(days=i) in worked for i in range(7))


def test_leave_counts_as_worked_and_is_left_free(store: Store, clock: FixedClock) -> None:
    build_site(store)
    require(store)
    zone = ZoneInfo(ZONE)
    with store.db.write() as c:
        c.execute(
            insert(schema.time_off),
            {"request_id": "r1", "agent_id": "a03", "kind": "leave", "paid": True,
             "status": "approved",
             "start_at": epoch_s(datetime(2026, 3, 3, tzinfo=zone)),
             "end_at": epoch_s(datetime(2026, 3, 5, tzinfo=zone))},
        )  # fmt: skip
    solved = job(store, clock, "solve", passes=1)
    assert solved.result is not None
    assert solved.result["violations_n"] == 0
    assert solved.result["notes"] == ["1 people have days off, which count as worked: Agent 03."]
    job(store, clock, "publish")
    own = [
        s.shift_on
        for s in read_shifts(store, Scope("ny", "t1", "a03"), MONDAY, MONDAY + timedelta(days=7))
    ]
    assert len(own) == 3
    assert not {date(2026, 3, 3), date(2026, 3, 4)} & set(own)


def test_a_plan_with_broken_rules_is_not_published(solved: Store, clock: FixedClock) -> None:
    store = solved
    with store.db.write() as c:
        problem, solution = c.execute(select(schema.plan.c.problem, schema.plan.c.solution)).one()
        broken = json.loads(solution)
        broken["shifts"].pop(0)
        c.execute(
            insert(schema.plan),
            {"unit": "ny", "week": WEEK, "state": "draft", "created_at": 1, "author": "x",
             "problem": problem, "solution": json.dumps(broken)},
        )  # fmt: skip
    refused = job(store, clock, "publish", plan_id=2)
    assert refused.state == "failed"
    assert refused.message == (
        "Plan 2 breaks rules and cannot be published: a00 days_per_week: week 1 has 4 days, "
        "allowed 5 to 5 and 2 more. Correct the contract, availability or time off it names, "
        "and solve again."
    )
    assert read_shifts(store, Scope("ny"), MONDAY, MONDAY + timedelta(days=7)) == ()


@pytest.mark.parametrize(
    ("kind", "parameters", "message"),
    [
        ("solve", {}, "No requirement for ny in 2026-W10: run `wfm plan require --unit ny "
         "--week 2026-W10` first."),
        ("solve", {"week": "2026-W60"}, "Week '2026-W60' does not exist; write it like "
         "2026-W42."),
        ("publish", {}, "No plan for ny in 2026-W10: run `wfm plan solve --unit ny "
         "--week 2026-W10` first."),
        ("publish", {"plan_id": 7}, "No plan 7 is known here; `wfm plan list` shows them."),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_with_the_command_that_makes_it(
    store: Store, clock: FixedClock, kind: str, parameters: dict[str, object], message: str
) -> None:
    build_site(store)
    failed = job(store, clock, kind, **parameters)
    assert (failed.state, failed.message) == ("failed", message)


def test_a_planned_hour_keeps_its_wall_clock_over_the_jump(
    solved: Store, clock: FixedClock
) -> None:
    store = solved
    job(store, clock, "publish")
    sunday = read_shifts(store, Scope("ny"), date(2026, 3, 8), date(2026, 3, 9))
    assert sunday
    for shift in sunday:
        start = datetime.fromtimestamp(shift.start_at, UTC)
        # 07:00 in New York is 11:00 UTC after the jump, 12:00 before it.
        assert start.hour >= 11
        assert datetime.fromtimestamp(shift.start_at, ZoneInfo(ZONE)).hour >= 7
