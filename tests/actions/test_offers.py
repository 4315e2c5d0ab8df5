"""An offer from the gap to the changed shift: fair order, answers, rules, the ledger."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "worker"))

from test_plan_jobs import build_site

from wfm.actions.audit import verify_audit
from wfm.actions.offers import Answered, answer_offer, send_offer, withdraw_offer
from wfm.domain.activities import Segment
from wfm.domain.clock import FixedClock, epoch_s
from wfm.domain.contracts import standard_contract
from wfm.domain.errors import (
    BadInput,
    InfeasibleSchedule,
    PermissionDenied,
    ScopeDenied,
    StaleWrite,
)
from wfm.domain.offers import NewOffer, in_order, offered, to_ask
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.schedules import NewShift
from wfm.domain.scope import Scope
from wfm.queries.offers import read_offers
from wfm.queries.schedules import read_shift_history, read_shifts
from wfm.store.store import Store, open_store
from wfm.store.writers.schedules import write_shifts

MONDAY = date(2026, 3, 2)
NOW = FixedClock(datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
DESK = Principal("u-d", "desk", "Dee", Role.CONTROL_DESK, Scope(), None, 1)
PEOPLE = ("a00", "a01", "a02", "a03", "a04", "a05")


def at(hour: int, day: int = 0) -> int:
    """An hour of the clock in New York, UTC - 5, of a day of the week."""
    return epoch_s(datetime(2026, 3, 2 + day, hour + 5, tzinfo=UTC))


def agent(name: str) -> tuple[Principal, Scope]:
    scope = Scope("ny", "t1", name)
    return Principal(f"u-{name}", name, name, Role.AGENT, scope, name, 1), scope


def answer(store: Store, name: str, offer_id: int, accept: bool, **more: str) -> Answered:
    who, scope = agent(name)
    return answer_offer(store, NOW, who, scope, offer_id, accept=accept, **more)


@pytest.fixture
def store(tmp_path: Path, store_url: Callable[..., str]) -> Store:
    """Six people from 08:00 to 16:00 on Monday; the others of the site are free."""
    made = open_store(store_url(tmp_path), tmp_path / "data")
    build_site(made)
    shifts = [NewShift(a, MONDAY, (Segment(at(8), at(16), "on_queue"),)) for a in PEOPLE]
    with made.db.write() as connection:
        write_shifts(connection, shifts, recorded_at=1, author="u-d", reason_code="publish")
    return made


LATE = NewOffer("ny", MONDAY, "overtime", at(16), at(18), 2)


def test_overtime_goes_to_the_first_in_line_and_changes_the_shift(store: Store) -> None:
    sent = send_offer(store, NOW, DESK, LATE, [*PEOPLE, "a11"], "Late peak", request_key="o-1")
    assert set(sent.people) == set(PEOPLE)  # a11 has no shift to lengthen
    assert sent.asked == sent.people[:4]  # two for each seat
    assert send_offer(store, NOW, DESK, LATE, PEOPLE, "Late peak", request_key="o-1").again
    one, two, three, _, five, _ = sent.people
    with pytest.raises(ScopeDenied):
        answer(store, five, sent.offer_id, True)  # not asked yet
    assert read_offers(store, Scope("ny", "t1", five), MONDAY, MONDAY + timedelta(days=1)) == ()
    assert answer(store, one, sent.offer_id, False).next == (five,)
    assert answer(store, two, sent.offer_id, True, request_key="t-1").answer == "accepted"
    assert answer(store, two, sent.offer_id, True, request_key="t-1").again
    with pytest.raises(BadInput, match="You accepted it already"):
        answer(store, two, sent.offer_id, False)
    answer(store, five, sent.offer_id, True)
    with pytest.raises(StaleWrite, match="no seat is left"):
        answer(store, three, sent.offer_id, True)
    history = read_shift_history(store, Scope("ny", "t1", two), MONDAY, MONDAY + timedelta(days=1))
    assert [(s.seq, s.reason_code, s.end_at) for s in history] == [
        (1, "publish", at(16)), (2, "overtime", at(18)),
    ]  # fmt: skip
    (seen,) = read_offers(store, Scope("ny"), MONDAY, MONDAY + timedelta(days=1))
    assert (seen.taken, seen.state(at(12)), [a.answer for a in seen.asks]) == (
        2, "taken", ["declined", "accepted", "", "", "accepted", ""],
    )  # fmt: skip
    # An agent sees their own line of it, nobody else's.
    (own,) = read_offers(store, Scope("ny", "t1", two), MONDAY, MONDAY + timedelta(days=1))
    assert [a.agent_id for a in own.asks] == [two]
    # Who took one comes after those who took none.
    tuesday = MONDAY + timedelta(days=1)
    shifts = [NewShift(a, tuesday, (Segment(at(8, 1), at(16, 1), "on_queue"),)) for a in PEOPLE]
    with store.db.write() as connection:
        write_shifts(connection, shifts, recorded_at=1, author="u-d", reason_code="publish")
    more = NewOffer("ny", tuesday, "overtime", at(16, 1), at(18, 1), 1)
    assert set(send_offer(store, NOW, DESK, more, PEOPLE, "Again").people[-2:]) == {two, five}
    assert verify_audit(store).fault == ""


def test_an_open_shift_and_an_early_end_keep_the_baseline(store: Store) -> None:
    shift = NewOffer("ny", MONDAY, "open_shift", at(9), at(18), 1)
    sent = send_offer(store, NOW, DESK, shift, ["a06", "a00"], "Two are sick")
    assert sent.people == ("a06",)
    answer(store, "a06", sent.offer_id, True)
    (got,) = read_shifts(store, Scope("ny", "t1", "a06"), MONDAY, MONDAY + timedelta(days=1))
    assert (got.start_at, got.end_at - got.start_at) == (at(9), 510 * 60)
    assert [s.activity for s in got.segments][1::2] == ["break", "meal", "break"]
    early = NewOffer("ny", MONDAY, "leave_early", at(14), at(17), 1)
    sent = send_offer(store, NOW, DESK, early, PEOPLE, "Quiet afternoon")
    first = sent.asked[0]
    answer(store, first, sent.offer_id, True)
    layers = {
        layer: read_shifts(store, Scope("ny", "t1", first), MONDAY, MONDAY + timedelta(days=1),
                           layer)[0].end_at
        for layer in ("baseline", "current")
    }  # fmt: skip
    assert layers == {"baseline": at(16), "current": at(14)}


def test_rules_are_looked_at_again_when_an_offer_is_taken(store: Store) -> None:
    sent = send_offer(store, NOW, DESK, LATE, PEOPLE, "Late peak")
    name = sent.asked[0]
    early = NewShift(name, MONDAY + timedelta(days=1), (Segment(at(4, 1), at(12, 1), "on_queue"),))
    with store.db.write() as connection:
        write_shifts(connection, [early], recorded_at=2, author="u-d", reason_code="edit")
    with pytest.raises(InfeasibleSchedule, match="10 h rest"):
        answer(store, name, sent.offer_id, True)
    (seen,) = read_offers(store, Scope("ny"), MONDAY, MONDAY + timedelta(days=1))
    assert seen.taken == 0


def test_what_is_late_withdrawn_or_not_ones_own_cannot_be_taken(store: Store) -> None:
    sent = send_offer(store, NOW, DESK, LATE, PEOPLE, "Late peak")
    name = sent.asked[0]
    stranger, _ = agent(sent.asked[1])
    _, scope = agent(name)
    with pytest.raises(ScopeDenied):
        answer_offer(store, NOW, stranger, scope, sent.offer_id, accept=True)
    evening = FixedClock(datetime(2026, 3, 2, 20, 50, tzinfo=UTC))  # 15:50, ten minutes before
    who, scope = agent(name)
    with pytest.raises(BadInput, match="The offer is closed"):
        answer_offer(store, evening, who, scope, sent.offer_id, accept=True)
    with pytest.raises(BadInput, match="closes a quarter-hour before"):
        send_offer(store, evening, DESK, LATE, PEOPLE, "Too late")
    withdraw_offer(store, NOW, DESK, "ny", sent.offer_id, "Not needed")
    with pytest.raises(BadInput, match="The offer is withdrawn"):
        answer(store, name, sent.offer_id, True)
    lead = Principal("u-l", "lead", "Lea", Role.SUPERVISOR, Scope("ny", "t1"), None, 1)
    with pytest.raises(PermissionDenied):
        send_offer(store, NOW, lead, LATE, PEOPLE, "Not mine to send")


def test_the_order_is_the_ledger_then_the_seed_and_declines_make_room() -> None:
    asks = in_order(["c", "a", "b"], {"a": 1}, seed=5)
    assert asks[-1].agent_id == "a"
    assert in_order(["b", "c", "a"], {"a": 1}, seed=5) == asks
    assert {in_order(["b", "c"], {}, seed=n)[0].agent_id for n in range(9)} == {"b", "c"}
    assert to_ask(asks, 1) == tuple(a.agent_id for a in asks[:2])
    assert to_ask(asks, 0) == ()


def test_what_an_offer_makes_of_a_shift() -> None:
    contract = standard_contract(40)
    day = (Segment(at(8), at(12), "on_queue"), Segment(at(12), at(16), "on_queue", "q"))
    assert offered("overtime", day, contract, at(17), at(18)) is None
    before = offered("overtime", day, contract, at(6), at(8))
    assert before is not None
    assert before[0].start_at == at(6)
    cut = offered("leave_early", day, contract, at(11), at(17))
    assert cut == (Segment(at(8), at(11), "on_queue"),)
    assert offered("leave_early", day, contract, at(11), at(15)) is None  # works on after it
    assert offered("leave_early", day, contract, at(7), at(17)) is None
    assert offered("open_shift", day, contract, at(8), at(18)) is None
    assert offered("open_shift", (), contract, at(8), at(9)) is None
