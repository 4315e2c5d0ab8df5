"""Who may set which target, how far, from when; and that nothing is ever lost or written twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from kpis.catalogue.load import CATALOGUE
from kpis.targets import resolve, shape_of
from wfm.actions.audit import verify_audit
from wfm.actions.bonus import Result, close_period, set_scheme, signature_holds
from wfm.actions.corridors import CorridorEdit, set_corridor
from wfm.actions.targets import TargetEdit, Written, set_target, undo_target
from wfm.domain.bonus import Modifier, Scheme, Tier
from wfm.domain.clock import FixedClock
from wfm.domain.errors import BadInput, PermissionDenied, ScopeDenied, StaleWrite
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.ingest.load import load_files
from wfm.queries.bonus import read_schemes, read_statements, schemes_on
from wfm.queries.targets import read_notices, read_targets
from wfm.store import schema
from wfm.store.store import Store, open_store

CLOCK = FixedClock(datetime(2026, 11, 24, 12, tzinfo=UTC))
TODAY = date(2026, 11, 24)
SHAPE = shape_of(CATALOGUE["adherence"])
SITE, TEAM, AGENT = Scope("dublin"), Scope("dublin", "d1"), Scope("dublin", "d1", "a1")
LEAD = Principal("lead", "lead", "Lea", Role.SUPERVISOR, TEAM, None, 1)
MANAGER = Principal("mia", "mia", "Mia", Role.MANAGER, SITE, None, 1)
DESK = Principal("dee", "dee", "Dee", Role.CONTROL_DESK, Scope(), None, 1)


@pytest.fixture
def store(tmp_path: Path, store_url: Callable[..., str]) -> Store:
    """Two sites, teams d1 and d2 in Dublin, one agent; adherence 95 % for all sites."""
    store = open_store(store_url(tmp_path), tmp_path)
    units = [("all", "enterprise", None), ("dublin", "site", "all"), ("lyon", "site", "all"),
             ("d1", "team", "dublin"), ("d2", "team", "dublin")]  # fmt: skip
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
              "team_id": "d1", "role": "agent"}],
        )  # fmt: skip
        connection.execute(
            insert(schema.target),
            [{"kpi_id": "adherence", "level": "enterprise", "key": "*", "contact_type": "",
              "value_lo": 95.0, "amber_width": 2.0, "effective_from": date(2026, 1, 1),
              "recorded_at": 1, "author": "import", "reason": "", "source": "import"}],
        )  # fmt: skip
    return store


def edit(scope: Scope, value: float | None, **more: Any) -> TargetEdit:
    given: dict[str, Any] = {
        "kpi_id": "adherence", "scope": scope, "value_lo": value, "value_hi": None,
        "amber_width": 2.0, "effective_from": TODAY, "reason": "quarter plan", "seen_id": 0,
        "request_key": f"{scope.path}-{value}-{more.get('seen_id', 0)}",
    }  # fmt: skip
    return TargetEdit(**{**given, **more})


def put(store: Store, who: Principal | None, given: TargetEdit, **more: Any) -> Written:
    return set_target(store, CLOCK, who, given, SHAPE, **more)


def in_force(store: Store, scope: Scope, day: date = TODAY) -> float | None:
    found = resolve(read_targets(store, scope), "adherence", day, scope)
    return None if found is None else found.value_lo


def test_a_target_set_holds_for_the_team_and_its_agents_and_is_audited(store: Store) -> None:
    written = put(store, LEAD, edit(TEAM, 96.0))
    assert (written.restated, written.already) == (False, False)
    assert [in_force(store, s) for s in (SITE, TEAM, AGENT)] == [95.0, 96.0, 96.0]
    with store.db.read() as connection:
        line = connection.execute(select(schema.audit)).one()
    assert (line.action, line.object, line.scope_path, line.actor) == (
        "target.write", "target:adherence:2", "dublin/d1", "lead",
    )  # fmt: skip
    assert verify_audit(store).bad_seq is None


def test_outside_the_corridor_the_error_says_the_room_and_who_may_widen_it(store: Store) -> None:
    with pytest.raises(BadInput) as caught:
        put(store, LEAD, edit(TEAM, 97.5))
    assert str(caught.value) == (
        "Outside your corridor. Allowed here: 93 to 97 %, the usual corridor; "
        "the site's manager may widen it. Amber at most 2 wide."
    )
    assert in_force(store, TEAM) == 95.0


def test_a_manager_widens_the_corridor_of_the_own_site_only(store: Store) -> None:
    wide = CorridorEdit("adherence", SITE, 3.0, "points", TODAY, "busy season", "c1")
    assert set_corridor(store, CLOCK, MANAGER, wide) == set_corridor(store, CLOCK, MANAGER, wide)
    put(store, LEAD, edit(TEAM, 97.5))
    with pytest.raises(ScopeDenied):
        set_corridor(store, CLOCK, MANAGER, replace(wide, scope=Scope("lyon"), request_key="c2"))
    with pytest.raises(PermissionDenied):
        set_corridor(store, CLOCK, LEAD, replace(wide, scope=TEAM, request_key="c3"))


@pytest.mark.parametrize(
    ("who", "scope", "error"),
    [
        (LEAD, Scope("dublin", "d2"), ScopeDenied),
        (LEAD, SITE, ScopeDenied),
        (MANAGER, Scope("lyon"), ScopeDenied),
        (MANAGER, Scope(), ScopeDenied),
        (replace(LEAD, role=Role.AGENT, scope=AGENT), AGENT, PermissionDenied),
        (replace(DESK, role=Role.ADMIN), SITE, PermissionDenied),
    ],
)
def test_nobody_sets_targets_beyond_their_reach(
    store: Store, who: Principal, scope: Scope, error: type[Exception]
) -> None:
    with pytest.raises(error):
        put(store, who, edit(scope, 95.0))


def test_the_desk_sets_sites_but_no_single_agents_bonus_target(store: Store) -> None:
    put(store, DESK, edit(SITE, 94.0), bonus=True)
    with pytest.raises(PermissionDenied, match="bonus targets of single agents"):
        put(store, DESK, edit(AGENT, 94.0), bonus=True)
    put(store, DESK, edit(AGENT, 94.0))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"reason": " "}, "needs a reason"),
        ({"value_lo": None}, "needs a value"),
        ({"amber_width": -1.0}, "cannot be below 0"),
        ({"value_lo": float("nan")}, "must be a number"),
        ({"value_hi": 99.0}, "has one target, not a range"),
        ({"effective_to": date(2026, 11, 1)}, "before it begins"),
        ({"effective_from": date(2026, 11, 23)}, "only the control desk may restate the past"),
    ],
)
def test_a_value_that_cannot_be_is_named(store: Store, more: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        put(store, MANAGER, edit(SITE, 94.0, **more))


def test_the_desk_restates_the_past_and_every_figure_says_so(store: Store) -> None:
    late = edit(SITE, 94.0, effective_from=date(2026, 11, 1))
    assert put(store, DESK, late).restated
    row = resolve(read_targets(store, SITE), "adherence", date(2026, 11, 2), SITE)
    assert row is not None
    assert row.restated_on == TODAY
    with pytest.raises(BadInput, match="Give --restate"):
        put(store, None, edit(TEAM, 94.0, effective_from=date(2026, 11, 1)))


def test_two_people_at_once_the_second_sees_both_values(store: Store) -> None:
    first = put(store, MANAGER, edit(TEAM, 96.0))
    with pytest.raises(StaleWrite) as caught:
        put(store, LEAD, edit(TEAM, 94.0))
    assert str(caught.value) == (
        "This target was changed while you looked: 96 from 2026-11-24 stands there now; yours "
        "was 94 from 2026-11-24. Nothing was written; look again and decide."
    )
    put(store, LEAD, edit(TEAM, 94.0, seen_id=first.target_id))
    assert in_force(store, TEAM) == 94.0


def test_the_same_request_sent_twice_writes_once(store: Store) -> None:
    first = put(store, LEAD, edit(TEAM, 96.0))
    again = put(store, LEAD, edit(TEAM, 96.0))
    assert (again.target_id, again.already) == (first.target_id, True)
    assert len(read_targets(store, SITE).of_kpi("adherence")) == 2


def test_an_undo_is_a_new_row_that_gives_back_what_held(store: Store) -> None:
    first = put(store, MANAGER, edit(TEAM, 96.0))
    second = put(store, MANAGER, edit(TEAM, 97.0, seen_id=first.target_id))

    def undo(target_id: int, key: str) -> Written:
        return undo_target(
            store, CLOCK, MANAGER, TEAM, target_id, SHAPE, reason="too much", request_key=key
        )

    undo(second.target_id, "u1")
    assert in_force(store, TEAM) == 96.0
    book = read_targets(store, TEAM)
    assert [t.value_lo for t in book.of_kpi("adherence")] == [95.0, 96.0, 97.0, 96.0]
    with pytest.raises(ScopeDenied):
        undo_target(store, CLOCK, MANAGER, SITE, second.target_id, SHAPE, reason="xxx",
                    request_key="u2")  # fmt: skip


def test_a_place_linked_again_inherits_from_that_day_on(store: Store) -> None:
    first = put(store, MANAGER, edit(TEAM, 96.0))
    later = date(2026, 12, 1)
    put(store, MANAGER, edit(TEAM, None, seen_id=first.target_id, linked=True,
                             effective_from=later))  # fmt: skip
    assert (in_force(store, TEAM), in_force(store, TEAM, later)) == (96.0, 95.0)


def test_people_whose_bonus_moves_are_told(store: Store) -> None:
    put(store, LEAD, edit(TEAM, 96.0, told={"a1": "The target becomes 96 %."}))
    (notice,) = read_notices(store, AGENT, 0)
    assert notice.words == "The target becomes 96 %."
    assert read_notices(store, Scope("lyon"), 0) == ()


SCHEME = Scheme(
    0, "adherence", "Adherence bonus", "site", "dublin", "adherence", "quarter",
    (Tier(-2, 0.5), Tier(0, 1)), "target", date(2026, 7, 1),
    modifiers=(Modifier("noshow_n", 2, 0),),
)  # fmt: skip


def test_a_scheme_is_a_version_that_holds_from_a_day_on(store: Store) -> None:
    def put_scheme(scheme: Scheme, key: str, who: Principal | None = MANAGER) -> int:
        return set_scheme(store, CLOCK, who, scheme, reason="yearly", request_key=key)

    put_scheme(SCHEME, "s1")
    second = put_scheme(replace(SCHEME, tiers=(Tier(0, 1),), effective_from=TODAY), "s2")
    assert put_scheme(replace(SCHEME, tiers=(Tier(0, 1),), effective_from=TODAY), "s2") == second
    found = read_schemes(store, AGENT)
    assert [s.tiers for s in found] == [SCHEME.tiers, (Tier(0, 1),)]
    assert [s.scheme_id for s in schemes_on(found, AGENT, date(2026, 8, 1))] == [1]
    assert [s.scheme_id for s in schemes_on(found, AGENT, TODAY)] == [2]
    assert schemes_on(found, Scope("lyon"), TODAY) == ()
    with pytest.raises(ScopeDenied):
        put_scheme(replace(SCHEME, key="lyon"), "s3")
    with pytest.raises(PermissionDenied):
        put_scheme(SCHEME, "s4", LEAD)
    with pytest.raises(BadInput, match="must rise"):
        put_scheme(replace(SCHEME, tiers=(Tier(0, 1), Tier(-2, 0.5))), "s5")


def test_a_closed_result_stays_and_a_restatement_makes_a_difference_line(store: Store) -> None:
    set_scheme(store, CLOCK, MANAGER, SCHEME, reason="yearly", request_key="s1")
    scheme = read_schemes(store, SITE)[0]
    first, end = date(2026, 7, 1), date(2026, 10, 1)

    def close(good_s: float, state: str, factor: float, rules: str) -> tuple[int, int, int]:
        document = {"base_s": 1000.0, "good_s": good_s, "rate": good_s / 1000, "rules": [rules]}
        result = Result("a1", "d1", state, factor, document)
        done = close_period(
            store, CLOCK, MANAGER, scheme, first, end, [result], reason="quarter is over"
        )
        return done.statements, done.differences, done.unchanged

    assert close(940.0, "missed", 0.5, "r1") == (1, 0, 0)
    assert close(940.0, "missed", 0.5, "r2") == (0, 0, 1)  # rebuilt, the same result
    assert close(955.0, "earned", 1.0, "r2") == (0, 1, 0)
    ((statement, (difference,)),) = read_statements(store, AGENT)
    assert (statement.state, statement.factor, statement.document["good_s"]) == ("missed", 0.5, 940)
    assert (difference.state, difference.factor, difference.cause) == (
        "earned", 1.0, "quarter is over",
    )  # fmt: skip
    assert signature_holds(statement)
    assert not signature_holds(replace(statement, document={**statement.document, "good_s": 1}))
    with pytest.raises(BadInput, match="closed up to 2026-10-01"):
        set_scheme(store, CLOCK, MANAGER, SCHEME, reason="yearly", request_key="s9")


def test_targets_of_a_queue_and_corridors_come_from_files(store: Store, tmp_path: Path) -> None:
    texts = {
        "queues.csv": "queue_id,valid_from,name,channel,sl_threshold_s,short_abandon_s,site_id\n"
        "billing,2026-01-01T00:00:00Z,Billing,voice,20,5,dublin\n",
        "targets.csv": "kpi_id,level,key,queue_id,value_lo,amber_width,effective_from\n"
        "service_level,site,dublin,billing,90,0,2026-01-01\n",
        "corridors.csv": "kpi_id,level,key,width,basis,effective_from\n"
        "adherence,site,dublin,3,points,2026-01-01\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    for _ in range(2):  # the same files again change nothing
        for name in texts:
            (report,) = load_files(store, CLOCK, "csv", [tmp_path / name])
            assert (report.quarantined, report.rejected) == (0, None), report
    book = read_targets(store, TEAM)
    (row,) = book.of_kpi("service_level")
    assert (row.queue_id, row.amber_width) == ("billing", 0.0)
    assert len(book.corridors) == 1
    put(store, LEAD, edit(TEAM, 97.5))
