"""The job `publish`: a draft plan put in force after the independent check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scheduling.verify import verify
from wfm.actions.plans import publish
from wfm.domain.clock import Clock
from wfm.domain.errors import BadInput
from wfm.domain.progress import Progress
from wfm.domain.scope import Scope
from wfm.store.readers.plans import read_plans
from wfm.store.store import Store


def run_publish(
    store: Store, clock: Clock, parameters: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """What was published: the plan `plan_id`, or the newest one of `unit` and `week`."""
    plan_id = parameters.get("plan_id")
    if plan_id is None:
        plan_id = _newest(store, parameters["unit"], parameters["week"])
    progress("Checking and publishing", 10.0, plan=plan_id)
    done = publish(
        store,
        clock,
        parameters["author"],
        int(plan_id),
        str(parameters.get("reason") or ""),
        scope=Scope(parameters["unit"]),
        check=broken_rules,
        actor_role=str(parameters.get("author_role") or "system"),
    )
    counts = done.counts
    message = (
        f"Plan {done.plan_id} of {done.unit} {done.week} was published already; nothing changed."
        if done.already
        else f"Plan {done.plan_id} of {done.unit} {done.week} is published: {counts.baselines:,} "
        f"new shifts, {counts.changes:,} changed, {counts.unchanged:,} as before."
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


def broken_rules(problem: Mapping[str, Any], solution: Mapping[str, Any]) -> tuple[str, ...]:
    """Rules that a plan breaks, as sentences, found by the independent verifier."""
    return tuple(
        f"{broken.agent} {broken.code}: {broken.sentence}".strip()
        for broken in verify(problem, solution).broken
    )


def _newest(store: Store, unit: str, week: str) -> int:
    with store.db.read() as connection:
        found = read_plans(connection, Scope(unit), unit, week, limit=1)
    if not found:
        raise BadInput(
            f"No plan for {unit} in {week}: run `wfm plan solve --unit {unit} --week {week}` first."
        )
    return found[0].plan_id
