"""A draft changed by hand, shift by shift: checked by the independent verifier, kept, undoable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from wfm.actions.audit import write_audit
from wfm.actions.once import done_before, remember
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.draft_edits import (
    DraftChange,
    DraftEdit,
    DraftLine,
    DraftVerdict,
    changes_of,
    edited,
    span,
    standing,
)  # fmt: skip
from wfm.domain.errors import BadInput, InfeasibleSchedule, ScopeDenied, StaleWrite
from wfm.domain.language import joined, say, say_many
from wfm.domain.scope import Scope
from wfm.domain.status_words import status_word
from wfm.store.readers.plans import (
    Plan,
    draft_seq,
    read_draft_lines,
    read_plan,
    read_plan_documents,
)  # fmt: skip
from wfm.store.store import Store
from wfm.store.writers.plans import add_draft_line

ACTION = "schedule.draft"
Verdict = Callable[[Mapping[str, Any], Mapping[str, Any]], DraftVerdict]


@dataclass(frozen=True)
class DraftCheck:
    """What a change of a draft would do: days before and after, rules newly broken, cover.

    `seq` is the number of changes it was made from; `left` rules stay broken as before.
    """

    changes: tuple[DraftChange, ...]
    seq: int
    broken: tuple[str, ...]
    left: int
    before: DraftVerdict
    after: DraftVerdict


@dataclass(frozen=True)
class DraftEdited:
    """A change as recorded: its number, and the rules that the draft breaks after it."""

    plan_id: int
    seq: int
    violations_n: int
    again: bool = False


def check_draft(
    store: Store, scope: Scope, plan_id: int, edit: DraftEdit, verdict: Verdict
) -> DraftCheck:
    """What a change of a draft would do, without making it."""
    with store.db.read() as connection:
        return _check(connection, scope, plan_id, edit, verdict)[0]


def edit_draft(
    store: Store,
    clock: Clock,
    scope: Scope,
    plan_id: int,
    edit: DraftEdit,
    *,
    seen: int,
    verdict: Verdict,
    actor: str,
    actor_role: str,
    accept: bool = False,
    request_key: str | None = None,
) -> DraftEdited:
    """The change recorded; the draft is then measured, simulated and published as changed.

    `seen` is the number of changes the author looked at: `StaleWrite` when there are more. Rules
    that it breaks are `InfeasibleSchedule` unless accepted for now; with any left the draft cannot
    be published. Undo takes back the last change that stands, whatever was broken before it. The
    same key again changes nothing.
    """
    at = epoch_s(clock.now())

    def known(connection: Connection) -> DraftEdited | None:
        before = done_before(connection, request_key, ACTION)
        if before is None:
            return None
        return DraftEdited(plan_id, before["seq"], before["violations"], True)

    # The verifier takes its time on a large site, so it is asked before the lock.
    with store.db.read() as connection:
        done = known(connection)
        if done is not None:
            return done
        found, plan, lines = _check(connection, scope, plan_id, edit, verdict)

    def work(connection: Connection) -> DraftEdited:
        done = known(connection)
        if done is not None:
            return done
        newest = draft_seq(connection, scope, plan_id)
        now = read_plan(connection, scope, plan_id)
        if newest != seen or newest != found.seq or now is None or now.state != "draft":
            raise StaleWrite(
                say(
                    "Somebody else changed or published the draft since you looked at it; nothing "
                    "was written. Look at it again."
                )
            )
        if found.broken and not accept and edit.kind != "undo":
            raise InfeasibleSchedule(
                say_many(
                    "The change breaks {n} rule: {rules}. Choose another, or keep it for now: the "
                    "draft cannot be published before it is mended.",
                    "The change breaks {n} rules: {rules}. Choose another, or keep it for now: "
                    "the draft cannot be published before it is mended.",
                    len(found.broken),
                    rules=joined("; ", found.broken[:5]),
                )
            )
        seq, n = found.seq + 1, len(found.after.broken)
        undoes = standing(lines)[-1].seq if edit.kind == "undo" else None
        add_draft_line(
            connection, plan_id, seq, edit.kind, found.changes, at=at, by=actor, undoes=undoes,
            objective=found.after.cost, gap_pct=_gap(plan, found.after), violations_n=n,
        )  # fmt: skip
        write_audit(
            connection, at=at, actor=actor, role=actor_role, action=ACTION,
            object=f"plan:{plan_id}", scope_path=Scope(plan.unit).path,
            old={"seq": found.seq, "shifts": _told(found.changes, after=False)},
            new={"seq": seq, "kind": edit.kind, "shifts": _told(found.changes, after=True),
                 "broken": n},
        )  # fmt: skip
        remember(connection, request_key, ACTION, {"seq": seq, "violations": n}, at=at, by=actor)
        return DraftEdited(plan_id, seq, n)

    return store.db.retry(work)


def _check(
    connection: Connection, scope: Scope, plan_id: int, edit: DraftEdit, verdict: Verdict
) -> tuple[DraftCheck, Plan, Sequence[DraftLine]]:
    plan = read_plan(connection, scope, plan_id)
    documents = read_plan_documents(connection, scope, plan_id)
    if plan is None or documents is None:
        raise ScopeDenied(say("There is nothing here that you may see."))
    if plan.state != "draft":
        raise BadInput(
            say(
                "Plan {plan_id} is {state}; change the shifts in force one by one instead.",
                plan_id=plan_id,
                state=status_word(plan.state),
            )
        )
    problem, solution = documents
    lines = read_draft_lines(connection, scope, plan_id)
    changes = changes_of(problem, solution, edit, lines)
    was, now = verdict(problem, solution), verdict(problem, edited(solution, changes))
    more = Counter(now.broken) - Counter(was.broken)
    left = len(now.broken) - more.total()
    seq = lines[-1].seq if lines else 0
    return DraftCheck(changes, seq, tuple(more.elements()), left, was, now), plan, lines


def _gap(plan: Plan, now: DraftVerdict) -> float | None:
    """The gap to the solver's bound after the change; None while a rule is broken."""
    if plan.bound is None or now.broken or not now.required:
        return None
    return round(100 * (now.cost - plan.bound) / now.required, 4)


def _told(changes: Sequence[DraftChange], *, after: bool) -> list[str]:
    return [f"{c.agent} day {c.day}: {span(c.after if after else c.before)}" for c in changes]
