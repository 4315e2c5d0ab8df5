"""Requests, coachings and alerts: who may open and decide them, and what an approval changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from wfm.actions.audit import verify_audit
from wfm.actions.remedies import Taken, check_wish, open_remedy, take_step
from wfm.domain.activities import DEFAULT_ACTIVITIES, Segment
from wfm.domain.clock import FixedClock, epoch_s
from wfm.domain.errors import (
    BadInput,
    InfeasibleSchedule,
    PermissionDenied,
    ScopeDenied,
    StaleWrite,
)
from wfm.domain.principal import Principal
from wfm.domain.remedies import NewRemedy, parse_wish, wished
from wfm.domain.roles import Role
from wfm.domain.schedules import NewShift
from wfm.domain.scope import Scope
from wfm.queries.remedies import read_remedies
from wfm.queries.schedules import read_shift_history
from wfm.store import schema
from wfm.store.store import Store, open_store
from wfm.store.writers.schedules import write_shifts

CLOCK = FixedClock(datetime(2026, 11, 27, 12, tzinfo=UTC))  # a Friday
MONDAY, END = date(2026, 11, 30), date(2026, 12, 5)
SITE, TEAM, AGENT = Scope("dublin"), Scope("dublin", "d1"), Scope("dublin", "d1", "a1")
ADA = Principal("ada", "ada", "Ada", Role.AGENT, AGENT, "a1", 1)
LEAD = Principal("lead", "lead", "Lea", Role.SUPERVISOR, TEAM, None, 1)
OTHER = Principal("lou", "lou", "Lou", Role.SUPERVISOR, Scope("dublin", "d2"), None, 1)
MANAGER = Principal("mia", "mia", "Mia", Role.MANAGER, SITE, None, 1)
DESK = Principal("dee", "dee", "Dee", Role.CONTROL_DESK, Scope(), None, 1)
LUNCH = {"what": "meal_longer", "minutes": "5", "first": str(MONDAY), "end": str(END)}


def day_of(on: date) -> tuple[Segment, ...]:
    """08:00 to 16:30 with lunch from 12:00 to 12:30, unpaid; Dublin is on UTC in winter."""

    def at(hour: float) -> int:
        return epoch_s(datetime(on.year, on.month, on.day, tzinfo=UTC)) + int(hour * 3600)

    return (
        Segment(at(8), at(12), "on_queue"),
        Segment(at(12), at(12.5), "meal", None, False),
        Segment(at(12.5), at(16.5), "on_queue"),
    )


@pytest.fixture
def store(tmp_path: Path, store_url: Callable[..., str]) -> Store:
    """A site with two teams and one agent, whose five shifts of next week are published."""
    store = open_store(store_url(tmp_path), tmp_path)
    units = [("all", "enterprise", None), ("dublin", "site", "all"), ("d1", "team", "dublin"),
             ("d2", "team", "dublin")]  # fmt: skip
    with store.db.write() as connection:
        connection.execute(
            insert(schema.org_unit),
            [
                {"org_id": o, "valid_from": date(2020, 1, 1), "org_level": level,
                 "parent_id": parent, "name": o.title(), "timezone": "Europe/Dublin"}
                for o, level, parent in units
            ],
        )  # fmt: skip
        connection.execute(
            insert(schema.person),
            [{"agent_id": "a1", "valid_from_at": 1577836800, "display_name": "Ada",
              "team_id": "d1", "role": "agent", "contract_id": "full"}],
        )  # fmt: skip
        connection.execute(
            insert(schema.contract),
            [{"contract_id": "full", "valid_from": date(2020, 1, 1), "weekly_hours_min": 39.6,
              "weekly_hours_max": 40, "days_min": 5, "days_max": 5, "shift_lengths_min": "510",
              "start_every_min": 15, "rest_min": 660, "max_consecutive_days": 6,
              "breaks": "meal:30:no:180-270", "latest_end": "17:00"}],
        )  # fmt: skip
        connection.execute(
            insert(schema.activity_code),
            [
                {"activity_code": a.code, "category": a.category, "paid": a.paid,
                 "adherence": a.adherence, "interruptible": a.interruptible, "planned": a.planned}
                for a in DEFAULT_ACTIVITIES
            ],
        )  # fmt: skip
        days = [MONDAY + timedelta(days=i) for i in range(5)]
        write_shifts(
            connection, [NewShift("a1", day, day_of(day)) for day in days],
            recorded_at=epoch_s(CLOCK.now()) - 86_400, author="dee", reason_code="publish",
        )  # fmt: skip
    return store


def asked(store: Store, who: Principal = ADA, key: str = "k1", **about: str) -> Taken:
    new = NewRemedy("schedule_change", AGENT, "adherence", LUNCH | about, "Back late after lunch")
    return open_remedy(store, CLOCK, who, new, request_key=key)


def decided(store: Store, who: Principal, status: str, note: str = "", key: str = "d1") -> Taken:
    return take_step(store, CLOCK, who, TEAM, 1, status, note, request_key=key)


def lunches(store: Store) -> list[str]:
    """Lunch of each day in force."""
    newest = {s.shift_on: s for s in read_shift_history(store, SITE, MONDAY, END)}
    return [
        f"{datetime.fromtimestamp(s.start_at, UTC):%H:%M}-"
        f"{datetime.fromtimestamp(s.end_at, UTC):%H:%M}"
        for shift in newest.values()
        for s in shift.segments
        if s.activity == "meal"
    ]


def test_a_lunch_five_minutes_longer_is_asked_for_approved_and_in_the_schedule(
    store: Store,
) -> None:
    assert asked(store) == Taken(1, "submitted")
    assert lunches(store) == ["12:00-12:30"] * 5
    assert decided(store, LEAD, "approved") == Taken(1, "approved", 5)
    assert lunches(store) == ["12:00-12:35"] * 5
    first = read_shift_history(store, SITE, MONDAY, MONDAY + timedelta(days=1))
    assert [(s.seq, s.reason_code, s.author, s.note) for s in first] == [
        (1, "publish", "dee", ""), (2, "request", "lead", "Back late after lunch"),
    ]  # fmt: skip
    assert first[1].published_at == first[0].published_at
    assert sum(s.seconds for s in first[1].segments if s.paid) == 7 * 3600 + 55 * 60
    only = read_remedies(store, TEAM, 0)[0]
    assert [(s.status, s.author) for s in only.steps] == [
        ("submitted", "ada"),
        ("approved", "lead"),
    ]
    assert verify_audit(store).bad_seq is None


def test_the_same_asking_and_the_same_decision_are_written_once(store: Store) -> None:
    assert asked(store) == Taken(1, "submitted")
    assert asked(store) == Taken(1, "submitted", again=True)
    decided(store, LEAD, "approved")
    assert decided(store, LEAD, "approved") == Taken(1, "approved", 5, True)
    assert len(read_shift_history(store, SITE, MONDAY, END)) == 10


def test_what_was_decided_cannot_be_decided_again(store: Store) -> None:
    asked(store)
    decided(store, LEAD, "denied", "Nobody else is on at 12:30")
    with pytest.raises(StaleWrite, match="This is denied and cannot become approved any more"):
        decided(store, LEAD, "approved", key="d2")
    assert lunches(store) == ["12:00-12:30"] * 5


def test_a_denial_needs_a_reason(store: Store) -> None:
    asked(store)
    with pytest.raises(BadInput, match="What is denied needs a reason"):
        decided(store, LEAD, "denied")


@pytest.mark.parametrize(
    ("who", "error"), [(OTHER, ScopeDenied), (ADA, PermissionDenied)], ids=["other team", "agent"]
)
def test_only_the_own_lead_decides(store: Store, who: Principal, error: type[Exception]) -> None:
    asked(store)
    with pytest.raises(error):
        decided(store, who, "approved")
    assert [s.status for s in read_remedies(store, TEAM, 0)[0].steps] == ["submitted"]


def test_an_agent_asks_for_nobody_else_and_a_lead_asks_for_nobody(store: Store) -> None:
    stranger = Principal("bo", "bo", "Bo", Role.AGENT, Scope("dublin", "d1", "a2"), "a2", 1)
    with pytest.raises(ScopeDenied):
        asked(store, stranger)
    with pytest.raises(PermissionDenied):
        asked(store, LEAD)
    assert read_remedies(store, SITE, 0) == ()


def test_an_approval_that_breaks_a_rule_names_it_and_writes_nothing(store: Store) -> None:
    asked(store, what="start_later", minutes="45")
    with pytest.raises(InfeasibleSchedule, match="would break 5 rules"):
        decided(store, LEAD, "approved")
    assert [s.status for s in read_remedies(store, TEAM, 0)[0].steps] == ["submitted"]
    assert len(read_shift_history(store, SITE, MONDAY, END)) == 5


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"minutes": "7"}, "7 minutes cannot be asked for: steps of 5, up to 60 either way."),
        ({"minutes": "five"}, "'five' is no number of minutes; write 5 or -10."),
        ({"what": "earlier"}, "No change 'earlier' is known"),
        ({"end": str(MONDAY)}, "is no span that can be asked for: 1 to 92 days."),
        ({"first": "2027-02-01", "end": "2027-02-06"}, "lies ahead that this could change"),
    ],
)
def test_a_wish_that_cannot_be_is_told(store: Store, about: dict[str, str], said: str) -> None:
    with pytest.raises(BadInput) as caught:
        asked(store, **about)
    assert said in str(caught.value)


def test_a_wish_is_checked_before_it_is_sent(store: Store) -> None:
    found = check_wish(store, CLOCK, AGENT, parse_wish(LUNCH | {"what": "meal_later"}))
    assert (len(found.shifts), found.broken, found.review, found.unfit) == (5, (), (), 0)
    assert read_remedies(store, SITE, 0) == ()


def test_fewer_paid_hours_are_for_the_lead_to_weigh_and_kept_with_the_approval(
    store: Store,
) -> None:
    short = check_wish(store, CLOCK, AGENT, parse_wish(LUNCH))
    assert (short.broken, short.review) == (
        (), ("week of 30 Nov: the week pays 39.58 h, allowed 39.6 h to 40 h",)
    )  # fmt: skip
    asked(store)
    assert decided(store, LEAD, "approved").shifts == 5
    with store.db.read() as connection:
        new = connection.execute(select(schema.audit.c.new).order_by(schema.audit.c.seq)).all()
    assert "week of 30 Nov: the week pays 39.58 h, allowed 39.6 h to 40 h" in new[-1][0]


def test_a_meal_is_never_pushed_into_what_lies_beside_it() -> None:
    wish = parse_wish(LUNCH | {"minutes": "60"})
    start = day_of(MONDAY)[0].start_at
    short = (
        Segment(start, start + 3600, "on_queue"),
        Segment(start + 3600, start + 5400, "meal", None, False),
        Segment(start + 5400, start + 7200, "training"),
    )
    with pytest.raises(BadInput, match="60 minutes do not fit"):
        wished(short, wish, frozenset({"meal"}))


def test_a_coaching_is_planned_and_done(store: Store) -> None:
    about = {"topic": "after-contact work", "evidence": "184 s beside 45 s in the team"}
    new = NewRemedy("coaching", AGENT, "average_after_contact_work", about, "Five times the team",
                    date(2026, 12, 18))  # fmt: skip
    assert open_remedy(store, CLOCK, LEAD, new, request_key="c") == Taken(1, "planned")
    assert decided(store, LEAD, "done", "We went through five contacts") == Taken(1, "done")
    with pytest.raises(PermissionDenied):
        open_remedy(store, CLOCK, ADA, new, request_key="c2")


def test_a_site_is_alerted_once_to_a_cause_and_answers(store: Store) -> None:
    about: dict[str, Any] = {"cause": "training", "gap": "−10 of 105", "until": "12:00"}
    new = NewRemedy("site_alert", SITE, "net_staffing", about, "Training after publication")
    assert open_remedy(store, CLOCK, DESK, new, request_key="a") == Taken(1, "raised")
    with pytest.raises(StaleWrite, match="alerted to this already and the alert is raised"):
        open_remedy(store, CLOCK, DESK, new, request_key="a2")
    answered = take_step(
        store, CLOCK, MANAGER, SITE, 1, "acknowledged", "Moving it to 15:00", request_key="b"
    )
    assert answered == Taken(1, "acknowledged")
    with pytest.raises(ScopeDenied):
        take_step(store, CLOCK, OTHER, Scope("dublin", "d2"), 1, "closed", "", request_key="z")
    assert read_remedies(store, SITE, 0)[0].steps[-1].note == "Moving it to 15:00"
