"""What people say would suit them, and the schedule that weighs it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

sys.path.insert(0, str(Path(__file__).parents[1] / "worker"))

from test_plan_jobs import WEEK, build_site, job, require

from wfm.actions.wishes import record_wish
from wfm.domain.clock import FixedClock
from wfm.domain.errors import BadInput, ScopeDenied
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.domain.wishes import Wish, granted, wish_of, wish_words
from wfm.queries.plans import read_plan_documents
from wfm.queries.wishes import read_wishes
from wfm.store.schema import audit
from wfm.store.store import Store, open_store

CLOCK = FixedClock(datetime(2026, 2, 20, 9, 0, tzinfo=UTC))
ONE = Scope("ny", "t1", "a00")
WHO = Principal("u-0", "a00", "Agent 00", Role.AGENT, ONE, "a00", 1)


@pytest.fixture
def store(tmp_path: Path, store_url: Callable[..., str]) -> Store:
    made = open_store(store_url(tmp_path), tmp_path / "data")
    build_site(made, people=6)
    require(made, heads=2)
    return made


def test_a_wish_is_kept_weighed_by_the_solver_and_taken_back(store: Store) -> None:
    wish = Wish((1, 2), (36, 40), "much")
    assert record_wish(store, CLOCK, WHO, ONE, wish, request_key="w-1")
    assert not record_wish(store, CLOCK, WHO, ONE, wish, request_key="w-1")
    assert not record_wish(store, CLOCK, WHO, ONE, wish)  # nothing new
    assert read_wishes(store, Scope("ny"))["a00"].wish == wish
    assert wish_words(wish) == "Tue, Wed off; begin 09:00 to 10:00"
    solved = job(store, CLOCK, "solve", passes=3)
    assert solved.state == "done", solved.message
    problem, solution = read_plan_documents(store, Scope("ny"), 1)
    mine = next(a for a in problem["agents"] if a["id"] == "a00")
    assert mine["preferences"] == [
        {"cost": 6.0, "weekdays": [1, 2], "want": "off"},
        {"cost": 6.0, "want": "begin 09:00-10:00"},
    ]
    assert problem["shift_classes"]["begin 09:00-10:00"] == {"start": [36, 40]}
    own = {s["day"]: s["start"] for s in solution["shifts"] if s["agent"] == "a00"}
    # Six people are plenty for a need of two: nothing stands against the wish.
    assert (granted(wish, own), solution["soft"]["preferences"]) == ((7, 7), 0)
    assert record_wish(store, CLOCK, WHO, ONE, Wish())
    assert read_wishes(store, ONE) == {}
    with store.db.read() as connection:
        lines = connection.scalars(
            select(audit.c.new).where(audit.c.action == "wish.record").order_by(audit.c.seq)
        ).all()
    assert [json.loads(line or "")["off"] for line in lines] == [[1, 2], []]
    assert job(store, CLOCK, "solve", passes=1, week=WEEK).state == "done"


def test_only_oneself_may_say_it_and_only_what_can_be(store: Store) -> None:
    other = Scope("ny", "t1", "a01")
    with pytest.raises(ScopeDenied):
        record_wish(store, CLOCK, WHO, other, Wish((5,)))
    for document, words in (
        ({"off": [1, 2, 3, 4]}, "4 days off are wished for; choose three at most."),
        ({"off": [7]}, "A weekday is one of Monday"),
        ({"start": [40, 36]}, "The latest begin lies before the earliest"),
        ({"matters": "badly"}, "one of some, much"),
    ):
        with pytest.raises(BadInput, match=words):
            wish_of(document)


def test_what_is_granted_counts_days_off_and_begins() -> None:
    wish = Wish((5, 6), (32, 40))
    assert granted(wish, {0: 32, 5: 28}) == (2, 4)
    assert granted(Wish(), {0: 32}) == (0, 0)
