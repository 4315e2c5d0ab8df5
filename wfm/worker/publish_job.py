"""The job `publish`: a draft plan put in force after the independent check."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from scheduling.verify import verify
from wfm.actions.plans import publish
from wfm.domain.clock import Clock
from wfm.domain.draft_edits import DraftVerdict
from wfm.domain.errors import BadInput, GateRefused, JobCancelled
from wfm.domain.language import joined, say
from wfm.domain.progress import Progress
from wfm.domain.rules.duty import Violation
from wfm.domain.rules.week import told
from wfm.domain.scope import Scope
from wfm.queries.gate import gate_of
from wfm.store.readers.plans import read_plan, read_plans
from wfm.store.store import Store
from wfm.worker.jobs import run_job_here


def run_publish(
    store: Store, clock: Clock, parameters: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """What was published: the plan `plan_id`, or the newest one of `unit` and `week`.

    A draft that was not simulated as it stands is simulated first, as a job of its own, unless
    `overrule` has the reason to go ahead without.
    """
    plan_id = parameters.get("plan_id")
    if plan_id is None:
        plan_id = _newest(store, parameters["unit"], parameters["week"])
    overrule = str(parameters.get("overrule") or "")
    if not overrule.strip():
        _simulate(store, clock, parameters, int(plan_id), progress)
    progress(say("Checking and publishing"), 90.0, plan=plan_id)
    done = publish(
        store,
        clock,
        parameters["author"],
        int(plan_id),
        str(parameters.get("reason") or ""),
        scope=Scope(parameters["unit"]),
        check=broken_rules,
        actor_role=str(parameters.get("author_role") or "system"),
        overrule=overrule,
    )
    counts = done.counts
    message = (
        say(
            "Plan {n} of {unit} {week} was published already; nothing changed.",
            n=done.plan_id,
            unit=done.unit,
            week=done.week,
        )
        if done.already
        else say(
            "Plan {n} of {unit} {week} is published: {new:,} new shifts, {changed:,} changed, "
            "{same:,} as before.",
            n=done.plan_id,
            unit=done.unit,
            week=done.week,
            new=counts.baselines,
            changed=counts.changes,
            same=counts.unchanged,
        )
    )
    return {
        "message": message,
        "plan_id": done.plan_id,
        "unit": done.unit,
        "week": done.week,
        "new_shifts": counts.baselines,
        "changed": counts.changes,
        "unchanged": counts.unchanged,
        "superseded": list(done.superseded),
        "already_published": done.already,
    }


def _simulate(
    store: Store, clock: Clock, parameters: Mapping[str, Any], plan_id: int, progress: Progress
) -> None:
    """Nothing, once the draft has a simulation; what cannot be simulated needs a signature."""
    unit = str(parameters["unit"])
    with store.db.read() as connection:
        plan = read_plan(connection, Scope(unit), plan_id)
        known = gate_of(connection, Scope(unit), plan_id).job_id is not None
    if plan is None or plan.state != "draft" or known:
        return

    def tell(stage: str, percent: float, detail: Mapping[str, Any]) -> None:
        progress(say("Simulating: {stage}", stage=stage), 0.85 * percent)

    done = run_job_here(
        store, clock, "simulate", {"unit": unit, "week": plan.week, "plan_id": plan_id},
        author=str(parameters["author"]), scope_path=unit, watcher=tell,
    )  # fmt: skip
    if done.state == "cancelled":
        raise JobCancelled(say("Cancelled while the draft was simulated; nothing was published."))
    if done.state != "done":
        raise GateRefused(
            say(
                "Plan {plan_id} could not be simulated, so nobody knows what service it gives: "
                "{message} Mend that, or overrule the gate with a reason.",
                plan_id=plan_id,
                message=done.message,
            )
        )


def broken_rules(problem: Mapping[str, Any], solution: Mapping[str, Any]) -> tuple[str, ...]:
    """Rules that a plan breaks, as sentences, found by the independent verifier."""
    return tuple(
        joined(" ", [part for part in (broken.agent, f"{broken.code}:", broken.sentence) if part])
        for broken in verify(problem, solution).broken
    )


def draft_verdict(problem: Mapping[str, Any], solution: Mapping[str, Any]) -> DraftVerdict:
    """Broken rules, cost and cover of a draft as people change it, by the same verifier."""
    found = verify(problem, solution)
    # With rules broken a schedule may well cost less than any that keeps them.
    rules = [one for one in found.broken if one.agent or len(found.broken) == 1]
    monday = date.fromisoformat(problem["first_day"])
    said = tuple(
        joined(": ", (one.agent, told(Violation(one.code, one.day or 0, one.sentence), monday)))
        if one.agent
        else one.sentence
        for one in rules
    )
    return DraftVerdict(said, found.cost, found.understaffed_slots, found.required_slots)


def _newest(store: Store, unit: str, week: str) -> int:
    with store.db.read() as connection:
        found = read_plans(connection, Scope(unit), unit, week, limit=1)
    if not found:
        raise BadInput(
            say(
                "No plan for {unit} in {week}: run `wfm plan solve --unit {unit} --week "
                "{week}` first.",
                unit=unit,
                week=week,
            )
        )
    return found[0].plan_id
