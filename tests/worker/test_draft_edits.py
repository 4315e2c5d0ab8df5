"""A draft changed by hand before it is published, and the gate that holds it back."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

sys.path.insert(0, str(Path(__file__).parent))

from test_plan_jobs import WEEK, build_site, job, require

from wfm.actions.audit import verify_audit
from wfm.actions.draft_edits import DraftEdited, check_draft, edit_draft
from wfm.actions.plans import publish
from wfm.domain.clock import FixedClock
from wfm.domain.draft_edits import DraftEdit, standing
from wfm.domain.errors import (
    BadInput,
    GateRefused,
    InfeasibleSchedule,
    ScopeDenied,
    StaleWrite,
)
from wfm.domain.scope import Scope
from wfm.queries.gate import read_gate
from wfm.queries.plans import read_draft_lines, read_plan, read_plan_documents
from wfm.queries.schedules import read_shifts
from wfm.store.readers.jobs import read_job
from wfm.store.schema import audit
from wfm.store.store import Store, open_store
from wfm.store.writers.jobs import create_job, end_job
from wfm.worker.planner import Planner

NY = Scope("ny")
MONDAY = date(2026, 3, 2)
CLOCK = FixedClock(datetime(2026, 2, 20, 9, 0, tzinfo=UTC))
WHO = {"actor": "u-1", "actor_role": "control_desk"}


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, store_url: Callable[..., str]) -> Store:
    folder = tmp_path_factory.mktemp("drafts")
    store = open_store(store_url(folder), folder / "data")
    build_site(store)
    require(store)
    assert job(store, CLOCK, "solve", passes=2).state == "done"
    return store


def shifts_of(store: Store, day: int) -> dict[str, dict[str, object]]:
    _, solution = read_plan_documents(store, NY, 1)
    return {s["agent"]: s for s in solution["shifts"] if s["day"] == day}


def change(store: Store, edit: DraftEdit, **more: object) -> DraftEdited:
    seen = len(read_draft_lines(store, NY, 1))
    given = {"seen": seen, "verdict": Planner(store).verdict, **WHO, **more}
    return edit_draft(store, CLOCK, NY, 1, edit, **given)  # type: ignore[arg-type]


def short(store: Store) -> int:
    found = Planner(store).measures(NY, "ny", WEEK, 1)
    assert found is not None
    return found.short


def test_a_shift_of_a_draft_is_moved_measured_anew_and_the_move_undone(centre: Store) -> None:
    before, cost, was = shifts_of(centre, 0), read_plan(centre, NY, 1).objective, short(centre)
    agent = min(a for a, s in before.items() if s["start"] != 28)
    planner = Planner(centre)
    assert planner.measures(NY, "ny", WEEK, 1) is not None
    told = check_draft(centre, NY, 1, DraftEdit("move", agent, 0, 28), planner.verdict)
    assert (told.broken, told.seq, told.before.short) == ((), 0, was)
    assert shifts_of(centre, 0) == before  # nothing is kept by looking
    done = change(centre, DraftEdit("move", agent, 0, 28), request_key="m-1")
    assert (done.seq, done.violations_n) == (1, 0)
    assert change(centre, DraftEdit("move", agent, 0, 28), request_key="m-1").again
    after = shifts_of(centre, 0)[agent]
    by = 28 - before[agent]["start"]  # type: ignore[operator]
    assert after["start"] == 28
    assert [b["start"] for b in after["breaks"]] == [  # type: ignore[union-attr]
        b["start"] + by
        for b in before[agent]["breaks"]  # type: ignore[attr-defined]
    ]
    # The same planner, which kept the measures of before, tells those of after.
    moved = planner.measures(NY, "ny", WEEK, 1)
    assert moved is not None
    assert (moved.short, moved.cost) == (told.after.short, pytest.approx(told.after.cost))
    assert read_plan(centre, NY, 1).objective == pytest.approx(told.after.cost)
    assert change(centre, DraftEdit("undo")).seq == 2
    assert (shifts_of(centre, 0), short(centre)) == (before, was)
    assert read_plan(centre, NY, 1).objective == pytest.approx(cost)
    assert standing(read_draft_lines(centre, NY, 1)) == ()
    with pytest.raises(BadInput, match="there is nothing to undo"):
        change(centre, DraftEdit("undo"))
    assert verify_audit(centre).fault == ""


def test_a_removed_shift_breaks_the_week_until_one_is_added_in_its_place(centre: Store) -> None:
    agent, shift = min(shifts_of(centre, 1).items())
    off = next(d for d in range(7) if agent not in shifts_of(centre, d))
    remove = DraftEdit("remove", agent, 1)
    with pytest.raises(InfeasibleSchedule, match=f"{agent}: the week has 4 days, allowed 5 to 5"):
        change(centre, remove)
    assert change(centre, remove, accept=True).violations_n == 2
    assert read_plan(centre, NY, 1).gap_pct is None
    refused = job(centre, CLOCK, "publish", plan_id=1)
    assert refused.message.startswith("Plan 1 breaks rules and cannot be published")
    add = DraftEdit("add", agent, off, shift["start"], 34)  # type: ignore[arg-type]
    told = check_draft(centre, NY, 1, add, Planner(centre).verdict)
    if not told.broken:
        assert change(centre, add).violations_n == 0
        made = shifts_of(centre, off)[agent]
        assert [b["kind"] for b in made["breaks"]] == ["break", "meal", "break"]  # type: ignore[attr-defined]
        change(centre, DraftEdit("undo"))
    change(centre, DraftEdit("undo"))
    assert shifts_of(centre, 1)[agent] == shift
    assert read_plan(centre, NY, 1).violations_n == 0


def test_a_swap_gives_each_the_others_shift_of_the_draft(centre: Store) -> None:
    day = shifts_of(centre, 2)
    one = min(day)
    two = next(a for a in sorted(day) if day[a]["start"] != day[one]["start"])
    change(centre, DraftEdit("swap", one, 2, other=two), accept=True)
    after = shifts_of(centre, 2)
    assert after[one] == {**day[two], "agent": one}
    assert after[two] == {**day[one], "agent": two}
    with pytest.raises(BadInput, match="between two people"):
        change(centre, DraftEdit("swap", one, 2, other=one))
    change(centre, DraftEdit("undo"))
    assert shifts_of(centre, 2) == day


def test_what_cannot_be_and_who_is_late_is_told_and_nothing_is_written(centre: Store) -> None:
    lines = read_draft_lines(centre, NY, 1)
    agent = min(shifts_of(centre, 0))
    for edit, words in (
        (DraftEdit("move", agent, 0, 80), "does not lie inside the opening, 07:00 to 21:00"),
        (DraftEdit("add", agent, 0, 28, 34), "There is a shift on this day already"),
        (DraftEdit("move", "a99", 0, 30), "a99 is not in this draft"),
        (DraftEdit("move", agent, 9, 30), "outside the draft"),
        (DraftEdit("melt", agent, 0), "one of move, add, remove, swap, undo"),
    ):
        with pytest.raises(BadInput, match=words):
            change(centre, edit)
    with pytest.raises(StaleWrite, match="Somebody else changed"):
        change(centre, DraftEdit("remove", agent, 0), seen=len(lines) + 1, accept=True)
    with pytest.raises(ScopeDenied):
        edit_draft(centre, CLOCK, Scope("lyon"), 1, DraftEdit("remove", agent, 0), seen=0,
                   verdict=Planner(centre).verdict, **WHO)  # fmt: skip
    assert read_draft_lines(centre, NY, 1) == lines


def told_gate(store: Store, plan_id: int, *, passed: bool, seq: int) -> int:
    """The number of a simulation that is done, with a verdict."""
    miss = {"sentence": "Mon 02 Mar 09:00: 61 % for 80 %."}
    gate = {"passed": passed, "misses_n": 0 if passed else 1, "misses": [] if passed else [miss]}
    given = {"unit": "ny", "week": WEEK, "plan_id": plan_id}
    job_id = store.db.retry(
        lambda c: create_job(
            c, "simulate", given, author="u-1", created_at=1, scope_path="ny", owner="test"
        )
    )
    with store.db.read() as connection:
        made = read_job(connection, NY, job_id)
    assert made is not None
    store.db.retry(
        lambda c: end_job(c, made, "done", "", ended_at=2, result={"gate": gate, "draft_seq": seq})
    )
    return job_id


def test_the_gate_holds_a_draft_back_until_it_passes_or_somebody_signs(centre: Store) -> None:
    def put(**more: object) -> object:
        return publish(centre, CLOCK, "u-1", 1, "agreed", scope=NY, check=lambda *_: (), **more)  # type: ignore[arg-type]

    assert read_gate(centre, NY, 1).job_id is None
    with pytest.raises(GateRefused, match="Plan 1 was not simulated as it stands"):
        put()
    refused = job(centre, CLOCK, "publish", plan_id=1, overrule="")
    assert "could not be simulated" in refused.message
    seq = len(read_draft_lines(centre, NY, 1))
    first = told_gate(centre, 1, passed=False, seq=seq)
    with pytest.raises(GateRefused, match=r"1 days and .* Mon 02 Mar 09:00: 61 % for 80 %"):
        put()
    # One that is passed counts only for the draft as it was simulated.
    told_gate(centre, 1, passed=True, seq=seq - 1)
    assert read_gate(centre, NY, 1).job_id == first
    assert read_shifts(centre, NY, MONDAY, MONDAY + timedelta(days=7)) == ()
    put(overrule="Two new hires start on Monday")
    with centre.db.read() as connection:
        line = json.loads(
            connection.scalar(select(audit.c.new).where(audit.c.action == "schedule.publish")) or ""
        )
    assert line["overruled"] == "Two new hires start on Monday"
    assert line["gate"] == {"simulation": first, "passed": False, "misses": 1}
    with pytest.raises(BadInput, match="Plan 1 is published"):
        change(centre, DraftEdit("undo"))
