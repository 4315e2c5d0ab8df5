"""A published week solved again: few changes, pins and freezes held, training kept, policy laid."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sqlalchemy import update
from test_plan_jobs import WEEK, build_site, job, require

from wfm.actions.audit import verify_audit
from wfm.actions.planning_policy import pin_shift, set_policy
from wfm.actions.shift_edits import edit_shift
from wfm.domain.clock import FixedClock
from wfm.domain.errors import BadInput, ScopeDenied
from wfm.domain.schedules import Shift
from wfm.domain.scope import Scope
from wfm.domain.shift_edits import ShiftEdit
from wfm.domain.wall_clock import slot_start
from wfm.queries.plans import read_plan_documents
from wfm.queries.policy import read_pins, read_policy
from wfm.queries.schedules import read_shifts
from wfm.store import schema
from wfm.store.store import Store, open_store
from wfm.worker.week_policy import check_policy
from wfm.worker.week_problem import week_problem

NY = Scope("ny")
MONDAY, END = date(2026, 3, 2), date(2026, 3, 9)
ZONE = "America/New_York"
CLOCK = FixedClock(datetime(2026, 2, 20, 9, 0, tzinfo=UTC))
WHO = {"actor": "u-1", "actor_role": "control_desk"}


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, store_url: Callable[..., str]) -> Store:
    """A published week in which one shift has training, begins at 08:15, and is pinned."""
    folder = tmp_path_factory.mktemp("keeping")
    store = open_store(store_url(folder), folder / "data")
    build_site(store)
    require(store)
    assert job(store, CLOCK, "solve", passes=2).state == "done"
    assert job(store, CLOCK, "publish", plan_id=1).state == "done"
    return store


def live(store: Store) -> dict[tuple[str, date], Shift]:
    return {(s.agent_id, s.shift_on): s for s in read_shifts(store, NY, MONDAY, END)}


def test_nothing_changes_while_nothing_is_gained(centre: Store) -> None:
    before = live(centre)
    done = job(centre, CLOCK, "solve", passes=3, keep=True, freeze_until="2026-03-05")
    assert done.result is not None
    assert done.result["violations_n"] == 0
    problem, solution = read_plan_documents(centre, NY, done.result["plan_id"])
    assert len(problem["published"]) == 60
    assert {pin["day"] for agent in problem["agents"] for pin in agent["pins"]} == {0, 1, 2}
    assert sum(done.result["changes"].values()) <= 4
    old = {(a, (d - MONDAY).days): s for (a, d), s in before.items()}
    kept = {(s["agent"], s["day"]) for s in solution["shifts"]}
    assert {key for key in old if key[1] < 3} == {key for key in kept if key[1] < 3}


def test_a_shift_edited_by_hand_and_its_training_stay_to_the_second(centre: Store) -> None:
    agent, on = sorted(live(centre))[0]
    who = Scope("ny", "t1", agent)
    edit_shift(centre, CLOCK, who, on, ShiftEdit("move", slot_start(on, 33, ZONE)), seen_seq=1,
               reason="school run", override=True, **WHO)  # fmt: skip
    begin = slot_start(on, 33, ZONE)
    edit_shift(centre, CLOCK, who, on, ShiftEdit("put", begin, begin + 3600, "training"),
               seen_seq=2, reason="product training", override=True, **WHO)  # fmt: skip
    assert pin_shift(centre, CLOCK, who, on, pinned=True, reason="promised", **WHO)
    assert not pin_shift(centre, CLOCK, who, on, pinned=True, reason="promised", **WHO)
    assert read_pins(centre, NY, MONDAY, END) == {(agent, on)}
    before = live(centre)
    done = job(centre, CLOCK, "solve", passes=2, keep=True)
    assert done.result is not None
    assert done.result["violations_n"] == 0, done.result["violations"]
    problem, solution = read_plan_documents(centre, NY, done.result["plan_id"])
    mine = next(a for a in problem["agents"] if a["id"] == agent)
    day = (on - MONDAY).days
    assert mine["activities"] == [{"kind": "training", "start": 33, "slots": 4, "day": day}]
    shift = next(s for s in solution["shifts"] if (s["agent"], s["day"]) == (agent, day))
    assert (shift["start"], shift["activities"][0]["start"]) == (33, 33)
    published = job(centre, CLOCK, "publish", plan_id=done.result["plan_id"])
    assert published.state == "done", published.message
    assert published.result is not None
    assert published.result["new_shifts"] == 0
    after = live(centre)
    assert after[agent, on].segments == before[agent, on].segments
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert len(changed) == published.result["changed"]
    pin_shift(centre, CLOCK, who, on, pinned=False, reason="free again", **WHO)
    assert read_pins(centre, NY, MONDAY, END) == frozenset()
    assert verify_audit(centre).fault == ""


def test_a_week_with_overtime_in_it_may_stay_as_it_is(centre: Store) -> None:
    agent = sorted(live(centre))[0][0]
    free = next(d for d in (MONDAY + timedelta(days=i) for i in range(7))
                if (agent, d) not in live(centre))  # fmt: skip
    edit_shift(centre, CLOCK, Scope("ny", "t1", agent), free,
               ShiftEdit("add", slot_start(free, 36, ZONE), length=510), seen_seq=0,
               reason="overtime", override=True, **WHO)  # fmt: skip
    with centre.db.read() as connection:
        made = week_problem(connection, centre.files, "ny", WEEK, 0.0, None)
        contracts = {c["name"]: c for c in made.document["contracts"]}
        assert list(contracts) == ["full"]
    done = job(centre, CLOCK, "solve", passes=1, keep=True)
    assert done.result is not None
    assert done.result["violations_n"] == 0, done.result["violations"]
    problem, _ = read_plan_documents(centre, NY, done.result["plan_id"])
    own = next(c for c in problem["contracts"] if c["name"] == f"full as published for {agent}")
    assert (own["days_per_week"], own["paid_slots_per_week"]) == ([5, 6], [160, 192])


def test_a_policy_adds_classes_fairness_and_rules_to_the_next_problem(centre: Store) -> None:
    given = {
        "fairness": [{"class": "late", "weight": 0.5}],
        "contracts": {"full": {"rules": [{"rule": "days_off_together", "least": 2}]}},
        "preferences": {"a03": [{"want": "off", "weekdays": [4], "cost": 6.0}]},
    }
    asked = {"check": check_policy, "reason": "works council", **WHO}
    found = set_policy(centre, CLOCK, NY, given, **asked)
    assert (found.author, found.document["change_costs"]["shift"]) == ("u-1", 8.0)
    assert read_policy(centre, NY) == found
    assert read_policy(centre, Scope("lyon")).author == ""
    done = job(centre, CLOCK, "solve", passes=2)
    assert done.result is not None
    assert done.result["violations_n"] == 0, done.result["violations"]
    problem, solution = read_plan_documents(centre, NY, done.result["plan_id"])
    assert problem["contracts"][0]["rules"] == [{"rule": "days_off_together", "least": 2}]
    assert {a["share"] for a in problem["agents"]} == {1.0}
    # What was published in the weeks before counts in the ledger; there was nothing.
    assert {a["ledger"]["late"] for a in problem["agents"]} == {0}
    assert not [s for s in solution["shifts"] if s["agent"] == "a03" and s["day"] == 4]
    assert done.result["soft"]["preferences"] == 0
    with pytest.raises(BadInput, match=r"names the class 'dawn'"):
        set_policy(centre, CLOCK, NY, {"fairness": [{"class": "dawn"}]}, **asked)
    with pytest.raises(BadInput, match="has no 'fairnes'"):
        set_policy(centre, CLOCK, NY, {"fairnes": []}, **asked)
    with pytest.raises(ScopeDenied):
        set_policy(centre, CLOCK, Scope("nowhere"), {}, **asked)


def test_a_place_open_day_and_night_is_staffed_over_midnight(centre: Store) -> None:
    with centre.db.write() as connection:
        connection.execute(
            update(schema.org_unit).where(schema.org_unit.c.org_id == "ny").values(
                opening_hours="Mon-Sun 00:00-24:00"
            )
        )  # fmt: skip
        document = week_problem(connection, centre.files, "ny", WEEK, 0.0, None).document
    assert document["opening_by_day"] == [[0, 192]] * 7
    assert {tuple(a["window"]) for a in document["agents"]} == {(0, 192)}
