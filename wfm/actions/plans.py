"""Plans put in force: whole or not at all, checked first, audited, and only once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from wfm.actions.audit import write_audit
from wfm.actions.plan_shifts import planned_shifts
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import GateRefused, InfeasibleSchedule, ScopeDenied, StaleWrite
from wfm.domain.language import say
from wfm.domain.schedules import NewShift
from wfm.domain.scope import Scope
from wfm.queries.gate import GateState, gate_of
from wfm.store.readers.organisation import read_organisation
from wfm.store.readers.plans import Plan, draft_seq, read_plan, read_plan_documents
from wfm.store.readers.rules import activity_codes
from wfm.store.readers.schedules import NOTHING, read_shifts, week_mark
from wfm.store.store import Store
from wfm.store.writers.plans import put_in_force
from wfm.store.writers.schedules import WriteCounts, write_shifts

MOST_TOLD = 3
# Broken rules of a problem and its solution, as sentences.
Checker = Callable[[Mapping[str, Any], Mapping[str, Any]], tuple[str, ...]]


@dataclass(frozen=True)
class Published:
    """What a publication changed; `baselines` are shifts published for the first time."""

    plan_id: int
    unit: str
    week: str
    counts: WriteCounts
    superseded: tuple[int, ...]
    already: bool = False


def publish(
    store: Store,
    clock: Clock,
    actor: str,
    plan_id: int,
    reason: str,
    *,
    scope: Scope,
    check: Checker,
    actor_role: str = "system",
    request_id: str | None = None,
    seen: str | None = None,
    overrule: str = "",
) -> Published:
    """The plan in force, in one transaction with its shifts and its audit line.

    A plan with broken rules is refused with the first of them. So is one that was not simulated as
    it stands, or whose simulation falls short (`GateRefused`), unless `overrule` says why it goes
    ahead all the same; verdict and reason stay in the audit log. Published again, nothing changes.
    `scope` is what the actor may plan, `check` the scheduler's independent verifier. `seen` is the
    `week_mark` of the shifts the actor looked at: `StaleWrite` when they have changed since.
    Over a published week the shifts become changes; the baseline stays as first published.
    """
    at = epoch_s(clock.now())
    # A plan's documents never change after it is stored, so they are checked before the lock.
    with store.db.read() as connection:
        documents = read_plan_documents(connection, scope, plan_id)
        by_hand = draft_seq(connection, scope, plan_id)
    if documents is None:
        raise ScopeDenied(
            say("No plan {plan_id} is known here; `wfm plan list` shows them.", plan_id=plan_id)
        )
    problem, solution = documents
    broken = check(problem, solution)

    def work(connection: Connection) -> Published:
        plan = read_plan(connection, scope, plan_id)
        if plan is None:
            raise StaleWrite(
                say("Plan {plan_id} was removed meanwhile; nothing was published.", plan_id=plan_id)
            )
        if plan.state == "published":
            return Published(plan_id, plan.unit, plan.week, WriteCounts(0, 0, 0), (), True)
        if broken:
            first_rule = broken[0]
            if len(broken) > 1:
                first_rule = say("{rule} and {n} more", rule=broken[0], n=len(broken) - 1)
            raise InfeasibleSchedule(
                say(
                    "Plan {plan_id} breaks rules and cannot be published: {first_rule}. Correct "
                    "the contract, availability or time off it names, and solve again.",
                    plan_id=plan_id,
                    first_rule=first_rule,
                )
            )
        if draft_seq(connection, scope, plan_id) != by_hand:
            raise StaleWrite(
                say(
                    "Plan {plan_id} was changed by hand meanwhile; nothing was published. Look at "
                    "it again.",
                    plan_id=plan_id,
                )
            )
        first, end = _days_of(problem)
        mark = week_mark(connection, Scope(plan.unit), first, end)
        if seen is not None and seen != mark:
            raise StaleWrite(
                say(
                    "The schedule of {week} changed since you looked at it; nothing was published. "
                    "Look at the new differences and publish again.",
                    week=plan.week,
                )
            )
        gate = gate_of(connection, scope, plan_id)
        if not gate.passed and len(overrule.strip()) < 3:
            raise GateRefused(_refusal(plan, gate))
        superseded = put_in_force(connection, plan_id, plan.unit, plan.week, at=at, by=actor)
        counts = write_shifts(
            connection,
            _shifts(connection, plan, problem, solution, superseded),
            recorded_at=at,
            author=actor,
            reason_code="publish",
            plan_id=plan_id,
            note=reason,
            after_baseline=mark != NOTHING,
        )
        write_audit(
            connection,
            at=at,
            actor=actor,
            role=actor_role,
            action="schedule.publish",
            object=f"plan:{plan_id}",
            scope_path=Scope(plan.unit).path,
            old={"state": plan.state, "superseded": list(superseded)},
            new={
                "state": "published",
                "week": plan.week,
                "baselines": counts.baselines,
                "changes": counts.changes,
                "gate": {"simulation": gate.job_id, "passed": gate.passed, "misses": gate.misses_n},
                "overruled": None if gate.passed else overrule.strip(),
            },
            reason=reason or None,
            request_id=request_id,
        )
        return Published(plan_id, plan.unit, plan.week, counts, superseded)

    return store.db.retry(work)


def _refusal(plan: Plan, gate: GateState) -> str:
    if gate.job_id is None:
        return (
            f"Plan {plan.plan_id} was not simulated as it stands, so nobody knows what service it "
            f"gives. Simulate it (`wfm plan simulate --unit {plan.unit} --week {plan.week} --plan "
            f"{plan.plan_id}`), or overrule the gate with a reason."
        )
    worst = " ".join(gate.misses[:MOST_TOLD])
    return (
        f"Plan {plan.plan_id} does not pass the gate: {gate.misses_n} days and quarter-hours fall "
        f"short in simulation {gate.job_id}. {worst} Solve what it misses, or overrule the gate "
        "with a reason."
    )


def _shifts(
    connection: Connection,
    plan: Plan,
    problem: Mapping[str, Any],
    solution: Mapping[str, Any],
    superseded: tuple[int, ...],
) -> tuple[NewShift, ...]:
    """The plan's shifts, and the removal of those that only a plan it replaces had put there."""
    zone = read_organisation(connection, Scope(plan.unit)).zone(plan.unit)
    activities = {activity.code for activity in activity_codes(connection)}
    first, end = _days_of(problem)
    current = read_shifts(connection, Scope(plan.unit), first, end)
    in_force = {(shift.agent_id, shift.shift_on): shift.segments for shift in current}
    shifts = planned_shifts(problem, solution, zone, activities, in_force)
    known = {agent["id"] for agent in problem["agents"]}
    gone = tuple(
        NewShift(shift.agent_id, shift.shift_on, ())
        for shift in current
        if shift.agent_id not in known and shift.plan_id in superseded
    )
    return shifts + gone


def _days_of(problem: Mapping[str, Any]) -> tuple[date, date]:
    first = date.fromisoformat(problem["first_day"])
    return first, first + timedelta(days=problem["days"])
