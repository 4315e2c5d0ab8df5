"""Rights taken away are gone at the very next request, on the cookie in use."""

from __future__ import annotations

from datetime import timedelta

from doors import body_of, callbacks, send
from small_centre import NOON, ORIGIN, Centre, href, login_of, sign_in
from sqlalchemy import select, update

from wfm.actions.sessions import ABSOLUTE_S, IDLE_S
from wfm.actions.users import set_role
from wfm.domain.clock import FixedClock
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.store.schema import person, session


def test_a_text_that_one_database_cannot_hold_is_refused_by_both(fresh: Centre) -> None:
    assert sign_in(fresh.server.test_client(), "a\0b").status_code == 400
    client = fresh.client(Role.CONTROL_DESK)
    assert client.get("/desk?scope=dublin%00").status_code == 400
    name, entry = next(iter(callbacks(fresh).items()))
    assert send(client, body_of(name, entry, href("/desk", "dublin\0"))).status_code == 400


def test_a_lowered_role_ends_the_session_and_the_new_one_has_the_new_rights(fresh: Centre) -> None:
    client = fresh.client(Role.MANAGER)
    assert client.get("/centre").status_code == 200
    set_role(
        fresh.store, FixedClock(NOON), login_of(Role.MANAGER), Role.SUPERVISOR,
        Scope.parse("dublin/d2"), actor="test", actor_role="admin", reason="moved",
    )  # fmt: skip
    assert client.get("/centre").status_code == 302
    assert sign_in(client, login_of(Role.MANAGER)).status_code == 302
    assert client.get("/centre").status_code == 403
    assert client.get("/team").status_code == 200
    assert client.get("/team?scope=dublin/d1").status_code == 404


def test_after_signing_out_the_old_cookie_leads_nowhere(fresh: Centre) -> None:
    client = fresh.client(Role.AGENT)
    cookie = client.get_cookie("wfm")
    assert cookie is not None
    assert client.post("/logout", headers={"Origin": ORIGIN}).status_code == 302
    client.set_cookie("wfm", cookie.value)
    assert client.get("/me").headers["Location"] == "/login?next=/me"
    name, entry = next(iter(callbacks(fresh).items()))
    assert send(client, body_of(name, entry, href("/me", None))).status_code == 401


def test_a_session_ends_after_an_idle_hour_and_after_twelve_hours(fresh: Centre) -> None:
    client = fresh.client(Role.AGENT)
    fresh.clock.instant = NOON + timedelta(seconds=IDLE_S - 1)
    assert client.get("/me").status_code == 200
    fresh.clock.instant += timedelta(seconds=IDLE_S)
    assert client.get("/me").status_code == 302

    sign_in(client, login_of(Role.AGENT))
    begun = fresh.clock.instant
    while (fresh.clock.instant - begun).total_seconds() < ABSOLUTE_S - 1800:
        fresh.clock.instant += timedelta(minutes=30)
        assert client.get("/me").status_code == (
            200 if (fresh.clock.instant - begun).total_seconds() < ABSOLUTE_S else 302
        )
    fresh.clock.instant = begun + timedelta(seconds=ABSOLUTE_S)
    assert client.get("/me").status_code == 302


def test_a_page_left_open_does_not_keep_one_signed_in(fresh: Centre) -> None:
    client = fresh.client(Role.AGENT)
    entry = callbacks(fresh)["who.children"]
    body = body_of("who.children", entry, href("/me", None))
    by_timer = {**body, "changedPropIds": ["tick.n_intervals"]}
    codes = []
    for _ in range(7):
        fresh.clock.instant += timedelta(minutes=10)
        codes.append(send(client, by_timer).status_code)
    assert codes == [200, 200, 200, 200, 200, 401, 401]

    sign_in(client, login_of(Role.AGENT))
    by_person = {**body, "changedPropIds": ["url.href"]}
    for _ in range(7):
        fresh.clock.instant += timedelta(minutes=10)
        assert send(client, by_person).status_code == 200


def test_the_table_of_sessions_holds_no_cookie(fresh: Centre) -> None:
    client = fresh.client(Role.AGENT)
    cookie = client.get_cookie("wfm")
    assert cookie is not None
    with fresh.store.db.read() as connection:
        rows = connection.execute(select(session)).all()
    assert len(rows) == 1
    assert cookie.value not in str(rows)
    assert len(cookie.value) == 43  # 32 random bytes


def test_a_session_row_bent_to_another_version_is_dead(fresh: Centre) -> None:
    client = fresh.client(Role.AGENT)
    with fresh.store.db.write() as connection:
        connection.execute(update(session).values(user_version=99))
    assert client.get("/me").status_code == 302


def test_an_agent_who_moved_stands_in_the_new_team(fresh: Centre) -> None:
    client = fresh.client(Role.AGENT)
    with fresh.store.db.write() as connection:
        since = int(NOON.timestamp()) - 60
        connection.execute(
            person.insert(),
            {"agent_id": "d1-a", "valid_from_at": since, "display_name": "Canary d1-a",
             "team_id": "l1", "role": "agent"},
        )  # fmt: skip
    assert client.get("/me?scope=lyon/l1/d1-a").status_code == 200
    assert client.get("/me?scope=dublin/d1/d1-a").status_code == 404
