"""A plan's problem with one agent more wherever its simulation falls short (STF-17)."""

from __future__ import annotations

from scheduling.simulation.gate import extra_requirement, with_extra
from wfm.domain.clock import Clock
from wfm.domain.errors import BadInput
from wfm.domain.language import say
from wfm.domain.progress import Progress
from wfm.domain.scope import Scope
from wfm.queries.organisation import read_organisation
from wfm.queries.plans import read_plan, read_plan_documents
from wfm.store.store import Store
from wfm.worker.simulate_job import simulate_week
from wfm.worker.week_problem import WeekProblem

REPLICATIONS = 50  # enough to tell where it falls short; the gate itself is asked anew


def raised_problem(
    store: Store, clock: Clock, unit: str, week: str, plan_id: int, progress: Progress
) -> WeekProblem:
    """The problem of a plan, raised by what its simulation missed; refused when it passes."""
    scope = Scope(unit)
    plan = read_plan(store, scope, plan_id)
    found = simulate_week(
        store, clock, scope, week, progress, draft=plan_id, replications=REPLICATIONS
    )
    if found.gate.passed:
        raise BadInput(
            say("Plan {plan_id} passes the gate; there is nothing to repair.", plan_id=plan_id)
        )
    groups = {q.queue_id: q.skill_group for q in read_organisation(store, scope).queues}
    extra = extra_requirement(found.found, found.gate, groups)
    document, _ = read_plan_documents(store, scope, plan_id)
    known = {at: n for at, n in extra.items() if at[0] in document["requirement"]}
    if not known:
        raise BadInput(
            say(
                "What plan {plan_id} misses cannot be told by quarter-hour; raise the expected "
                "absence and solve again.",
                plan_id=plan_id,
            )
        )
    note = (
        f"{sum(known.values())} agent-quarter-hours more than required where plan {plan_id} misses."
    )
    return WeekProblem(with_extra(document, known), (note,), plan.rq_version or 0)
