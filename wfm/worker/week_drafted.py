"""The shifts of a draft that the week after it is solved from."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from wfm.actions.plan_shifts import planned_shifts
from wfm.domain.errors import BadInput
from wfm.domain.language import say
from wfm.domain.schedules import Shift
from wfm.domain.scope import Scope
from wfm.store.readers.plans import read_plan_documents
from wfm.store.readers.rules import activity_codes


def with_draft(
    connection: Connection,
    unit: str,
    zone: str,
    plan_id: int,
    published: tuple[Shift, ...],
    end: date,
) -> tuple[Shift, ...]:
    """Published shifts before a day, those of a draft's people and days replaced by the draft's.

    A draft that does not lie before the day, or is none of the unit's, is refused.
    """
    documents = read_plan_documents(connection, Scope(unit), plan_id)
    if documents is None:
        raise BadInput(
            say(
                "Plan {plan_id} is no draft of {unit}; `wfm plan list` shows them.",
                plan_id=plan_id,
                unit=unit,
            )
        )
    problem, solution = documents
    activities = {activity.code for activity in activity_codes(connection)}
    drafted = planned_shifts(problem, solution, zone, activities)
    late = [shift.shift_on for shift in drafted if shift.shift_on >= end]
    if late:
        raise BadInput(
            say(
                "Plan {plan_id} has shifts on {value}; a week can follow only a draft of the "
                "weeks before {end}.",
                plan_id=plan_id,
                value=min(late).isoformat(),
                end=end.isoformat(),
            )
        )
    replaced = {(shift.agent_id, shift.shift_on) for shift in drafted}
    kept = [shift for shift in published if (shift.agent_id, shift.shift_on) not in replaced]
    made = [
        Shift(shift.agent_id, shift.shift_on, 1, 0, 0, "", "", shift.segments, plan_id)
        for shift in drafted
        if shift.segments
    ]
    return tuple(sorted((*kept, *made), key=lambda shift: (shift.agent_id, shift.shift_on)))
