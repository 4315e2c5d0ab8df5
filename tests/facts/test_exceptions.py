"""Exceptions of people from filing to the figure, and rules put in force from a date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from wfm.actions.adherence_rules import set_rules
from wfm.actions.exceptions import approve_bulk, decide, submit, undo_bulk
from wfm.domain.adherence import NewException
from wfm.domain.clock import FixedClock, instant_at
from wfm.domain.errors import BadInput, PermissionDenied, ScopeDenied, StaleWrite
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.queries.exceptions import OutFilter, read_bulk, read_exceptions
from wfm.queries.timeline import read_timelines
from wfm.store.schema import audit, restatement

DAY = "2026-03-02"
ANN = Principal("u-ann", "ann", "Ann", Role.AGENT, Scope("dublin", "d1", "ann"), "ann", 1)
LEAD = Principal("u-lead", "lead", "Lead", Role.SUPERVISOR, Scope("dublin", "d1"), "ben", 1)
OTHER = Principal("u-other", "other", "Other", Role.SUPERVISOR, Scope("dublin", "d2"), None, 1)
MEASURES = "adh_in_s adh_out_s adh_neutral_s adh_excused_s adh_sched_s"


def worked(centre: Any) -> Any:
    """Ann and Ben planned 09:00-12:00; Ann away 10:00-10:20, Ben 10:05-10:15."""
    for agent, away, back in (("ann", "10:00", "10:20"), ("ben", "10:05", "10:15")):
        centre.shift(agent, DAY, [(f"{DAY} 09:00", f"{DAY} 12:00", "on_queue")])
        centre.states(
            (agent, f"{DAY} 09:00", f"{DAY} {away}", "available"),
            (agent, f"{DAY} {away}", f"{DAY} {back}", "aux", "break"),
            (agent, f"{DAY} {back}", f"{DAY} 12:00", "available"),
        )
    centre.build(f"{DAY} 13:00")
    return centre


def clock(centre: Any, text: str) -> FixedClock:
    return FixedClock(instant_at(centre.at(text)))


def away(centre: Any, start: str, end: str, agent: str = "ann") -> NewException:
    return NewException(agent, centre.at(f"{DAY} {start}"), centre.at(f"{DAY} {end}"), "system")


def sums(centre: Any, agent: str = "ann") -> dict[str, int]:
    found: dict[str, int] = centre.sums(MEASURES, DAY, "2026-03-03", Scope("dublin", "d1", agent))
    return found


def test_a_pending_exception_changes_no_number_and_an_approved_one_moves_out_to_neutral(
    centre: Any,
) -> None:
    worked(centre)
    now = clock(centre, f"{DAY} 13:00")
    before = sums(centre)
    filed = submit(centre.store, now, ANN, away(centre, "10:00", "10:15"), request_key="k1")
    centre.build(f"{DAY} 13:01")
    assert sums(centre) == before
    decide(centre.store, now, LEAD, filed.ids, "approved", "")
    centre.build(f"{DAY} 13:02")
    assert (before["adh_out_s"], before["adh_excused_s"]) == (1200, 0)
    assert sums(centre) == {
        "adh_in_s": 9600, "adh_out_s": 300, "adh_neutral_s": 900, "adh_excused_s": 900,
        "adh_sched_s": 10800,
    }  # fmt: skip


def test_what_waits_for_a_decision_is_explained_on_the_board_and_still_counts(
    centre: Any,
) -> None:
    worked(centre)
    at = clock(centre, f"{DAY} 10:10")
    submit(centre.store, at, ANN, away(centre, "10:00", "10:15"), request_key="k1")
    (ann,) = read_timelines(centre.store, Scope("dublin", "d1", "ann"), date.fromisoformat(DAY), at)
    assert ann.now is not None
    assert (ann.now.adherence, ann.now.impact) == ("explained", "negative")
    assert [(e.seconds, e.cause, e.pending) for e in ann.exceptions] == [(600, "", True)]


def test_a_closed_day_is_restated_when_an_exception_is_decided_later(centre: Any) -> None:
    worked(centre)
    centre.build("2026-03-08 12:00")
    late = clock(centre, "2026-03-08 13:00")
    submit(centre.store, late, LEAD, away(centre, "10:00", "10:20"), request_key="k", approve=True)
    centre.build("2026-03-08 14:00")
    with centre.store.db.read() as connection:
        days = connection.scalars(select(restatement.c.day)).all()
    assert days == [date.fromisoformat(DAY)]
    assert sums(centre)["adh_out_s"] == 0


def test_filed_twice_with_one_key_it_stays_one(centre: Any) -> None:
    worked(centre)
    now = clock(centre, f"{DAY} 13:00")
    new = away(centre, "10:00", "10:15")
    one = submit(centre.store, now, ANN, new, request_key="k1")
    two = submit(centre.store, now, ANN, new, request_key="k1")
    assert (one.ids, one.already) == (two.ids, not two.already)


@pytest.mark.parametrize(
    ("who", "agent", "error"),
    [(ANN, "ben", PermissionDenied), (OTHER, "ann", ScopeDenied), (LEAD, "nobody", ScopeDenied)],
)
def test_who_may_not_file_for_somebody_is_refused(
    centre: Any, who: Principal, agent: str, error: type[Exception]
) -> None:
    worked(centre)
    now = clock(centre, f"{DAY} 13:00")
    with pytest.raises(error):
        submit(centre.store, now, who, away(centre, "10:00", "10:15", agent), request_key="k")


def test_nobody_decides_on_their_own_exception(centre: Any) -> None:
    worked(centre)
    now = clock(centre, f"{DAY} 13:00")
    own = submit(centre.store, now, None, away(centre, "10:05", "10:15", "ben"), request_key="k")
    with pytest.raises(PermissionDenied, match="Nobody decides on an exception of their own"):
        decide(centre.store, now, LEAD, own.ids, "approved", "")


def test_a_denial_needs_a_reason_and_a_decided_one_is_not_denied_again(centre: Any) -> None:
    worked(centre)
    now = clock(centre, f"{DAY} 13:00")
    filed = submit(centre.store, now, ANN, away(centre, "10:00", "10:15"), request_key="k1")
    with pytest.raises(BadInput, match="needs a reason"):
        decide(centre.store, now, LEAD, filed.ids, "denied", " ")
    decide(centre.store, now, LEAD, filed.ids, "denied", "no outage that day")
    with pytest.raises(StaleWrite, match="is denied and cannot become withdrawn"):
        decide(centre.store, now, LEAD, filed.ids, "withdrawn", "again")
    (found,) = read_exceptions(centre.store, ENTERPRISE, 0, 2**40)
    assert [(d.status, d.decided_by, d.note) for d in found.decisions] == [
        ("denied", "u-lead", "no outage that day")
    ]


def test_a_bulk_exception_covers_what_the_preview_showed_and_can_be_taken_back(
    centre: Any,
) -> None:
    worked(centre)
    now = clock(centre, f"{DAY} 13:00")
    asked = OutFilter(
        Scope("dublin", "d1"), centre.at(f"{DAY} 10:00"), centre.at(f"{DAY} 10:10"), "on_queue"
    )
    preview = read_bulk(centre.facts(), centre.store, asked, Scope("dublin"))
    seen = (len(preview.pieces), preview.seconds)
    assert (seen, preview.agents) == ((2, 900), 2)
    with pytest.raises(StaleWrite, match="Look at the preview again"):
        approve_bulk(
            centre.store, now, None, asked, preview, (1, 600), "outage", "", request_key="b"
        )
    done = approve_bulk(
        centre.store, now, None, asked, preview, seen, "outage", "dialler down", request_key="b"
    )
    centre.build(f"{DAY} 13:01")
    assert (len(done.ids), sums(centre)["adh_excused_s"], sums(centre, "ben")["adh_excused_s"]) == (
        2, 600, 300,
    )  # fmt: skip
    (first, _) = read_exceptions(centre.store, Scope("dublin"), 0, 2**40)
    undo_bulk(centre.store, now, None, first.bulk_id or "", "was no outage")
    centre.build(f"{DAY} 13:02")
    assert (sums(centre)["adh_excused_s"], sums(centre)["adh_out_s"]) == (0, 1200)


def test_a_lead_excuses_the_team_in_bulk_but_never_themselves(centre: Any) -> None:
    worked(centre)
    now = clock(centre, f"{DAY} 13:00")
    asked = OutFilter(Scope("dublin", "d1"), centre.at(f"{DAY} 10:00"), centre.at(f"{DAY} 11:00"))
    preview = read_bulk(centre.facts(), centre.store, asked, LEAD.scope)
    seen = (len(preview.pieces), preview.seconds)
    done = approve_bulk(
        centre.store, now, LEAD, asked, preview, seen, "outage", "", request_key="b"
    )
    excused = read_exceptions(centre.store, ENTERPRISE, 0, 2**40)
    assert (len(done.ids), [e.agent_id for e in excused]) == (1, ["ann"])


def test_a_preset_holds_from_its_day_on_and_leaves_the_days_before(
    new_centre: Callable[[str], Any],
) -> None:
    centre = new_centre("presets")
    for day in (DAY, "2026-03-03"):
        centre.shift("ann", day, [(f"{day} 09:00", f"{day} 12:00", "meeting")])
        centre.states(("ann", f"{day} 09:00", f"{day} 12:00", "aux", "break"))
    now = clock(centre, f"{DAY} 13:00")
    set_rules(centre.store, now, None, Scope("dublin"), date(2026, 3, 3), "amazon", {}, "as agreed")
    centre.build("2026-03-04 13:00")
    inside = centre.sums("adh_in_s", DAY, "2026-03-05", by=("day",))
    assert sorted(inside) == [(date(2026, 3, 2), 0), (date(2026, 3, 3), 10800)]


def test_rules_never_reach_back_and_leads_may_not_set_them(centre: Any) -> None:
    now = clock(centre, "2026-03-03 13:00")
    with pytest.raises(BadInput, match="the earliest is 2026-03-03"):
        set_rules(centre.store, now, None, ENTERPRISE, date(2026, 3, 2), "strict", {}, "why not")
    with pytest.raises(PermissionDenied):
        set_rules(
            centre.store, now, LEAD, Scope("dublin"), date(2026, 4, 1), "strict", {}, "why not"
        )


def test_every_step_is_in_the_audit_log(centre: Any) -> None:
    worked(centre)
    now = clock(centre, f"{DAY} 13:00")
    filed = submit(centre.store, now, ANN, away(centre, "10:00", "10:15"), request_key="k1")
    decide(centre.store, now, LEAD, filed.ids, "approved", "")
    with centre.store.db.read() as connection:
        steps = connection.execute(
            select(audit.c.action, audit.c.actor, audit.c.scope_path).order_by(audit.c.seq)
        ).all()
        assert connection.scalar(select(func.count()).select_from(audit)) == 2
    assert [tuple(step) for step in steps] == [
        ("exception.submit", "u-ann", "dublin/d1/ann"),
        ("exception.decide", "u-lead", "dublin/d1/ann"),
    ]
