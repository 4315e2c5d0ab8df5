"""What the newest simulation of a draft says about publishing it (the gate)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from wfm.domain.scope import Scope
from wfm.store.readers.jobs import read_jobs
from wfm.store.readers.plans import draft_seq
from wfm.store.store import Store

LOOKED_AT = 200  # newest simulations of a site among which the plan's is looked for


@dataclass(frozen=True)
class GateState:
    """The verdict on a draft as it stands: `job_id` None when it was not simulated since changed.

    `misses` are the worst in sentences, `misses_n` counts all.
    """

    job_id: int | None
    passed: bool = False
    misses_n: int = 0
    misses: tuple[str, ...] = ()

    @property
    def to_answer_for(self) -> str:
        """What somebody who publishes it all the same answers for; "" when the gate is passed."""
        if self.job_id is None:
            return "it was not simulated as it stands"
        if self.passed:
            return ""
        return f"{self.misses_n} exceptions of simulation {self.job_id}"


def gate_of(connection: Connection, scope: Scope, plan_id: int) -> GateState:
    """The verdict of the newest simulation of a plan as it is now, changes by hand included."""
    seq = draft_seq(connection, scope, plan_id)
    for job in read_jobs(connection, scope, kind="simulate", state="done", limit=LOOKED_AT):
        result = dict(job.result or {})
        if job.parameters.get("plan_id") == plan_id and result.get("draft_seq", 0) == seq:
            gate = result.get("gate", {})
            return GateState(
                job.job_id, bool(gate.get("passed")), int(gate.get("misses_n", 0)),
                tuple(miss["sentence"] for miss in gate.get("misses", ())),
            )  # fmt: skip
    return GateState(None)


def read_gate(store: Store, scope: Scope, plan_id: int) -> GateState:
    """The verdict of the newest simulation of a plan as it is now."""
    with store.db.read() as connection:
        return gate_of(connection, scope, plan_id)
