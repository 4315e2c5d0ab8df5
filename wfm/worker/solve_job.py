"""The job `solve`: a site's week scheduled, checked, and kept as a draft plan."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from scheduling.explain import BLOCKERS, Uncovered, explain
from scheduling.process import solve_apart
from scheduling.relaxations import LIFTS
from scheduling.solution import Solution, solution_text
from scheduling.verify import Verification, verify
from scheduling.verify_soft import changed_shifts
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput, JobCancelled
from wfm.domain.language import say
from wfm.domain.progress import Progress
from wfm.store.store import Store
from wfm.store.writers.job_points import replace_points
from wfm.store.writers.jobs import check_fence
from wfm.store.writers.plans import add_draft
from wfm.worker.repair import raised_problem
from wfm.worker.run_curve import RunCurve, points_of
from wfm.worker.week_problem import Keep, WeekProblem, week_of_text, week_problem

DEFAULT_LIMIT_S = 30.0


def run_solve(
    store: Store, clock: Clock, parameters: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """The draft plan of `unit` and `week`: cost, bound, gap, broken rules, what stays uncovered.

    Also `time_limit_s`, `seed`, `passes`, `absence`, and `label`, the draft's name. `keep` starts
    from the published week and makes few changes, none before `freeze_until`. `follows` is the
    number of a draft of the week before, which rest is counted from. With `repair`, the
    number of a plan, its problem is solved again with one agent more wherever its simulation
    falls short. Cancelled, the best so far is kept as draft. The curve of the run is kept with the
    job while it goes on.
    """
    unit, week = parameters["unit"], parameters["week"]
    progress(say("Reading people and requirement"), 0.0)
    repair = parameters.get("repair")
    if repair is not None:
        problem = raised_problem(store, clock, unit, week, int(repair), progress)
    else:
        with store.db.read() as connection:
            problem = week_problem(
                connection, store.files, unit, week, float(parameters.get("absence") or 0.0),
                _keep(parameters), parameters.get("follows"),
            )  # fmt: skip
    text = json.dumps(problem.document)
    limit = parameters.get("time_limit_s")
    passes = parameters.get("passes")
    solution = solve_apart(
        text,
        time_limit_s=DEFAULT_LIMIT_S if limit is None and passes is None else limit,
        seed=int(parameters.get("seed") or 1),
        passes=passes,
        progress=RunCurve(store, parameters.get("job_id"), parameters.get("fence"), progress),
    )
    answer = json.loads(solution_text(solution))
    checked = verify(problem.document, answer)

    def keep(connection: Connection) -> int:
        check_fence(connection, parameters.get("job_id"), parameters.get("fence"))
        if parameters.get("job_id") is not None:
            replace_points(connection, parameters["job_id"], points_of(solution.events))
        return add_draft(
            connection,
            unit=unit,
            week=week,
            created_at=epoch_s(clock.now()),
            author=parameters["author"],
            job_id=parameters.get("job_id"),
            problem=text,
            solution=json.dumps(answer),
            objective=solution.objective,
            bound=solution.bound,
            gap_pct=solution.gap_of_requirement_pct,
            violations_n=len(checked.broken),
            label=str(parameters.get("label") or "").strip(),
            rq_version=problem.rq_version,
        )

    plan_id = store.db.retry(keep)
    result = _result(plan_id, problem, solution, checked)
    if solution.status == "cancelled":
        raise JobCancelled(
            say("Cancelled; the best schedule so far is draft plan {plan_id}.", plan_id=plan_id)
        )
    uncovered = explain(problem.document, answer, solution)
    result["uncovered_n"] = len(uncovered)
    result["uncovered"] = [_uncovered(item, week) for item in uncovered[:20]]
    return result


def _keep(parameters: Mapping[str, Any]) -> Keep | None:
    if not parameters.get("keep"):
        return None
    until = parameters.get("freeze_until")
    try:
        return Keep(None if not until else date.fromisoformat(str(until)))
    except ValueError:
        raise BadInput(say("{until!r} is no day; write it like 2026-10-14.", until=until)) from None


def _changes(problem: WeekProblem, solution: Solution) -> dict[str, int]:
    """Published shifts that the draft adds, takes away, moves, or whose breaks it moves."""
    if not problem.document.get("published"):
        return {}
    shifts = [asdict(shift) for shift in solution.shifts]
    return dict(changed_shifts(problem.document, shifts))


def _result(
    plan_id: int, problem: WeekProblem, solution: Solution, checked: Verification
) -> dict[str, Any]:
    required = checked.required_slots
    covered = 100 * (1 - checked.understaffed_slots / required) if required else 100.0
    changes = _changes(problem, solution)
    said = ""
    if changes:
        said = say(
            " Of the published shifts {moved} move, {breaks} only their breaks; {added} are added, "
            "{removed} taken away.",
            **{name: changes[name] for name in ("moved", "breaks", "added", "removed")},
        )
    return {
        "message": say(
            "Draft plan {n}: {shifts:,} shifts, cost {cost:,.1f}, bound {bound:,.1f}, gap "
            "{gap:.3f} % of the requirement, cover {covered:.2f} %, {broken} broken rules.{more}",
            n=plan_id,
            shifts=len(solution.shifts),
            cost=solution.objective,
            bound=solution.bound,
            gap=solution.gap_of_requirement_pct,
            covered=covered,
            broken=len(checked.broken),
            more=said,
        ),
        "changes": changes or None,
        "soft": asdict(solution.soft),
        "plan_id": plan_id,
        "rq_version": problem.rq_version,
        "agents": len(problem.document["agents"]),
        "shifts": len(solution.shifts),
        "objective": solution.objective,
        "bound": solution.bound,
        "bound_kind": solution.bound_kind,
        "gap_of_requirement_pct": solution.gap_of_requirement_pct,
        "required_slots": required,
        "understaffed_slots": checked.understaffed_slots,
        "overstaffed_slots": checked.overstaffed_slots,
        "cover_pct": round(covered, 3),
        "violations": [asdict(broken) for broken in checked.broken[:20]],
        "violations_n": len(checked.broken),
        "seconds": solution.seconds,
        "status": solution.status,
        "passes": solution.passes,
        "seed": solution.seed,
        "notes": list(problem.notes),
        "diagnoses": [d.sentence for d in solution.diagnoses],
    }


def _uncovered(item: Uncovered, week: str) -> Mapping[str, Any]:
    day = week_of_text(week).first + timedelta(days=item.day)
    return {
        "group": item.queue,
        "day": str(day),
        "from": _time(item.first_slot),
        "to": _time(item.end_slot),
        "agent_hours": item.agent_slots / 4,
        "most_missing": item.most_missing,
        "price": item.price,
        "why": [{"agents": n, "code": code, "text": BLOCKERS[code]} for code, n in item.blockers],
        "lifting": [
            {"agent": r.agent, "code": r.code, "text": LIFTS[r.code], "saves": r.saves}
            for r in item.relaxations
        ],
    }


def _time(slot: int) -> str:
    return f"{slot // 4:02d}:{slot % 4 * 15:02d}"
