"""People moved to other work and back: who may, from when, and what is kept of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from wfm.actions.audit import verify_audit
from wfm.actions.remedies import Taken, open_remedy, take_step
from wfm.domain.clock import FixedClock, epoch_s
from wfm.domain.errors import BadInput, PermissionDenied, ScopeDenied, StaleWrite
from wfm.domain.principal import Principal
from wfm.domain.remedies import NewRemedy
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.domain.skills import moved, parse_move
from wfm.queries.organisation import read_organisation
from wfm.queries.remedies import read_remedies
from wfm.store import schema
from wfm.store.store import Store, open_store

CLOCK = FixedClock(datetime(2026, 11, 27, 12, tzinfo=UTC))
LATER = FixedClock(datetime(2026, 12, 10, 12, tzinfo=UTC))
SITE = Scope("dublin")
MANAGER = Principal("mia", "mia", "Mia", Role.MANAGER, SITE, None, 1)
ELSEWHERE = Principal("max", "max", "Max", Role.MANAGER, Scope("lyon"), None, 1)
LEAD = Principal("lea", "lea", "Lea", Role.SUPERVISOR, Scope("dublin", "d1"), None, 1)
MOVE = {"agents": "a1;b1", "leave": "billing", "take": "offers", "first": "2026-12-01"}


@pytest.fixture
def store(tmp_path: Path, store_url: Callable[..., str]) -> Store:
    """Dublin with two teams and Lyon with one; three queues; Bo has no skills recorded."""
    store = open_store(store_url(tmp_path), tmp_path)
    units = [("all", "enterprise", None), ("dublin", "site", "all"), ("lyon", "site", "all"),
             ("d1", "team", "dublin"), ("d2", "team", "dublin"),
             ("l1", "team", "lyon")]  # fmt: skip
    people = [("a1", "Ada", "d1", "billing:80;support:60"), ("b1", "Ben", "d2", "billing:70"),
              ("a2", "Bo", "d1", None), ("c1", "Cai", "l1", "billing:90")]  # fmt: skip
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
            [
                {"agent_id": a, "valid_from_at": 1577836800, "display_name": name, "team_id": team,
                 "role": "agent", "skills": skills, "weekly_hours": 40}
                for a, name, team, skills in people
            ],
        )  # fmt: skip
        connection.execute(
            insert(schema.queue),
            [
                {"queue_id": q, "valid_from_at": 0, "name": q.title(), "channel": "voice",
                 "skill_group": q, "sl_threshold_s": 20, "short_abandon_s": 5,
                 "sl_definition": "offered", "site_id": site}
                for q, site in (("billing", None), ("support", "dublin"), ("offers", "dublin"),
                                ("lyon-only", "lyon"))
            ],
        )  # fmt: skip
    return store


def move(store: Store, who: Principal = MANAGER, key: str = "k", **about: str) -> Taken:
    new = NewRemedy("skill_change", SITE, "average_handle_time", MOVE | about, "New on offers",
                    date(2026, 12, 15))  # fmt: skip
    return open_remedy(store, CLOCK, who, new, request_key=key)


def skills(store: Store, agent: str, on: date) -> tuple[tuple[str, int], ...]:
    person = read_organisation(store, Scope()).person_at(
        agent, epoch_s(datetime(on.year, on.month, on.day, 12, tzinfo=UTC))
    )
    assert person is not None
    return person.skills


def test_people_serve_another_queue_from_a_day_on_and_not_before(store: Store) -> None:
    assert move(store) == Taken(1, "assigned")
    assert skills(store, "a1", date(2026, 11, 30)) == (("billing", 80), ("support", 60))
    assert skills(store, "a1", date(2026, 12, 1)) == (("support", 60), ("offers", 80))
    assert skills(store, "b1", date(2026, 12, 1)) == (("offers", 70),)
    (kept,) = read_remedies(store, SITE, 0)
    assert (kept.scope, kept.status, kept.is_open) == (SITE, "assigned", True)
    assert json.loads(kept.about["before"]) == {"a1": "billing:80;support:60", "b1": "billing:70"}
    with store.db.read() as connection:
        line = connection.execute(select(schema.audit)).one()
    assert (line.action, line.actor) == ("remedy.open", "mia")
    assert json.loads(line.new)["agents"] == "a1;b1"
    assert verify_audit(store).bad_seq is None


def test_both_queues_may_be_kept_and_one_person_is_a_matter_of_their_own(store: Store) -> None:
    move(store, agents="b1", keeps="yes")
    assert skills(store, "b1", date(2026, 12, 2)) == (("billing", 70), ("offers", 70))
    assert read_remedies(store, SITE, 0)[0].scope == Scope("dublin", "d2", "b1")


@pytest.mark.parametrize("clock", [CLOCK, LATER], ids=["before it began", "after"])
def test_a_move_is_taken_back_with_a_reason(store: Store, clock: FixedClock) -> None:
    move(store)
    with pytest.raises(BadInput, match="What is reverted needs a reason"):
        take_step(store, clock, MANAGER, SITE, 1, "reverted", "", request_key="r0")
    done = take_step(store, clock, MANAGER, SITE, 1, "reverted", "Billing is short",
                     request_key="r")  # fmt: skip
    assert done.status == "reverted"
    assert skills(store, "a1", date(2026, 12, 20)) == (("billing", 80), ("support", 60))
    during = skills(store, "a1", date(2026, 12, 5))
    assert during == ((("billing", 80), ("support", 60)) if clock is CLOCK else
                      (("support", 60), ("offers", 80)))  # fmt: skip


def test_skills_that_others_changed_since_are_not_overwritten(store: Store) -> None:
    move(store)
    move(store, key="k2", agents="b1", leave="offers", take="support", first="2026-12-03")
    with pytest.raises(StaleWrite, match="The skills of Ben were changed again since"):
        take_step(store, LATER, MANAGER, SITE, 1, "reverted", "Billing is short", request_key="r")
    assert skills(store, "a1", date(2026, 12, 20)) == (("support", 60), ("offers", 80))


def test_a_move_that_was_looked_at_is_kept_and_closed(store: Store) -> None:
    move(store)
    take_step(store, LATER, MANAGER, SITE, 1, "kept", "37 s less", request_key="r")
    assert not read_remedies(store, SITE, 0)[0].is_open
    with pytest.raises(StaleWrite, match="This is kept and cannot become reverted any more"):
        take_step(store, LATER, MANAGER, SITE, 1, "reverted", "Too late", request_key="r2")


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"agents": ""}, "Nobody is chosen; choose at least one person."),
        ({"agents": "a2"}, "Bo has no skills recorded and may serve every queue already"),
        ({"agents": "b1", "leave": "support"}, "Ben does not serve the queue to leave; leave them"),
        ({"agents": "a1", "take": "support", "keeps": "yes"}, "Ada serves both queues already"),
        ({"agents": "c1"}, "Nobody 'c1' works here; choose people of the list."),
        ({"take": "lyon-only"}, "No queue 'lyon-only' is known at this site"),
        ({"take": "billing"}, "Choose two different queues"),
        ({"first": "2026-11-26"}, "2026-11-26 is past; choose today or a later day."),
        ({"first": "soon"}, "The first day is a date like 2026-12-01."),
    ],
)
def test_a_move_that_cannot_be_is_told_and_nothing_is_written(
    store: Store, about: dict[str, str], said: str
) -> None:
    with pytest.raises(BadInput) as caught:
        move(store, **about)
    assert said in str(caught.value)
    assert read_remedies(store, Scope(), 0) == ()
    assert skills(store, "b1", date(2026, 12, 2)) == (("billing", 70),)


@pytest.mark.parametrize(
    ("who", "error"), [(ELSEWHERE, ScopeDenied), (LEAD, PermissionDenied)], ids=["site", "lead"]
)
def test_only_who_assigns_skills_there_moves_people(
    store: Store, who: Principal, error: type[Exception]
) -> None:
    with pytest.raises(error):
        move(store, who)
    assert skills(store, "a1", date(2026, 12, 2)) == (("billing", 80), ("support", 60))


def test_the_same_move_is_written_once(store: Store) -> None:
    move(store)
    assert move(store) == Taken(1, "assigned", again=True)
    with store.db.read() as connection:
        rows = connection.execute(select(schema.person).where(schema.person.c.agent_id == "a1"))
        assert len(rows.all()) == 2


def test_a_skill_at_level_nought_is_taken_up_at_the_level_of_the_queue_left() -> None:
    one = parse_move(MOVE | {"agents": "a1"})
    assert moved((("offers", 0), ("billing", 80)), one, "Ada") == (("offers", 80),)
