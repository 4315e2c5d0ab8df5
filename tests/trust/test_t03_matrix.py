"""Who × where × door → code, for every callback, page, export and route that the server has."""

from __future__ import annotations

import pytest
from doors import (
    ASKED,
    LYON,
    PAGE_ROLES,
    UNKNOWN,
    asks_for_a_page,
    body_of,
    callbacks,
    expected,
    send,
)
from small_centre import ORIGIN, Centre, href, login_of, sign_in

from wfm.actions.users import set_disabled
from wfm.domain.clock import SystemClock
from wfm.domain.roles import Role
from wfm.queries.access import NOT_FOUND


@pytest.mark.parametrize("role", Role)
def test_pages_answer_by_role_and_scope(centre: Centre, role: Role) -> None:
    client = centre.client(role)
    got = {
        (path, scope): client.get(f"{path}?scope={scope}").status_code
        for path in PAGE_ROLES
        for scope in ASKED
    }
    assert got == {
        (path, scope): expected(role, path, scope) for path in PAGE_ROLES for scope in ASKED
    }


@pytest.mark.parametrize("role", Role)
def test_callbacks_answer_by_role_and_scope(centre: Centre, role: Role) -> None:
    client = centre.client(role)
    wrong = []
    for name, entry in callbacks(centre).items():
        if not asks_for_a_page(entry) or name.startswith("..echo"):
            continue
        for path in PAGE_ROLES:
            for scope in ASKED:
                answer = send(client, body_of(name, entry, href(path, scope)))
                code = 200 if answer.status_code == 204 else answer.status_code
                if code != expected(role, path, scope):
                    wrong.append((name, path, scope, code, expected(role, path, scope)))
    assert wrong == []


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_exports_answer_by_role_and_scope(centre: Centre, role: Role, kind: str) -> None:
    client = centre.client(role)
    names = {"/me": "agent", "/team": "team", "/centre": "manager", "/desk": "desk"}
    got = {
        (path, scope): client.get(f"/export/{name}.{kind}?scope={scope}").status_code
        for path, name in names.items()
        for scope in ASKED
    }
    assert got == {(path, scope): expected(role, path, scope) for path in names for scope in ASKED}


def test_a_permission_of_its_own_is_asked_with_the_scope(centre: Centre) -> None:
    name = "..echo.children...found.children.."
    entry = callbacks(centre)[name]
    got = {
        (role.value, scope): send(
            centre.client(role), body_of(name, entry, href("/team", scope))
        ).status_code
        for role in Role
        for scope in ("dublin/d1", "dublin/d1/d1-a", "dublin/d2", "lyon", "nowhere")
    }
    codes = {
        role.value: [
            got[role.value, s]
            for s in ("dublin/d1", "dublin/d1/d1-a", "dublin/d2", "lyon", "nowhere")
        ]
        for role in Role
    }
    assert codes == {
        "agent": [200, 404, 404, 404, 404],  # the own team's total only
        "supervisor": [200, 200, 404, 404, 404],
        "manager": [200, 200, 200, 404, 404],
        "control_desk": [200, 200, 200, 200, 404],
        "admin": [403, 403, 403, 403, 403],
    }


def test_anonymous_requests_get_the_sign_in_page_or_401_at_every_route(centre: Centre) -> None:
    client = centre.client()
    public = {
        "/login",
        "/login/demo",
        "/language",
        "/health/live",
        "/health/ready",
        "/_favicon.ico",
    }
    for rule in centre.server.url_map.iter_rules():
        path = rule.rule.replace("<path:path>", "team").replace("<page_id>", "team")
        path = path.replace("<any(csv,xlsx):kind>", "csv")
        if path in public or path.startswith(("/assets/", "/_dash-component-suites/")):
            continue
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            answer = client.open(path, method=method, headers={"Origin": ORIGIN})
            data = path.startswith(("/_dash", "/export", "/api")) or method == "POST"
            assert answer.status_code == (401 if data else 302), (method, path)
            assert "Canary" not in answer.text


def test_anonymous_callbacks_get_401(centre: Centre) -> None:
    client = centre.client()
    codes = {
        name: send(client, body_of(name, entry, href("/me", None))).status_code
        for name, entry in callbacks(centre).items()
    }
    assert set(codes.values()) == {401}


@pytest.mark.parametrize("role", Role)
def test_a_disabled_account_is_out_at_the_next_request(fresh: Centre, role: Role) -> None:
    client = fresh.client(role)
    set_disabled(fresh.store, SystemClock(), login_of(role), True, actor="t", actor_role="admin")
    name, entry = next(iter(callbacks(fresh).items()))
    assert send(client, body_of(name, entry, href("/me", None))).status_code == 401
    assert client.get("/me").status_code == 302
    assert client.get("/export/agent.csv").status_code == 401
    assert sign_in(fresh.client(), login_of(role)).status_code == 401


def test_foreign_and_unknown_scopes_answer_the_same_bytes(centre: Centre) -> None:
    client = centre.client(Role.MANAGER)
    pages = {client.get(f"/centre?scope={scope}").data for scope in (*LYON, *UNKNOWN, "*")}
    assert len(pages) == 1
    assert NOT_FOUND.encode() in pages.pop()
    name = "who.children"
    entry = callbacks(centre)[name]
    answers = {
        send(client, body_of(name, entry, href("/centre", scope))).data
        for scope in (*LYON, *UNKNOWN, "*")
    }
    assert len(answers) == 1
    exports = {client.get(f"/export/manager.csv?scope={s}").data for s in (*LYON, *UNKNOWN)}
    assert len(exports) == 1


def test_without_a_scope_everyone_stands_on_their_own(centre: Centre) -> None:
    entry = callbacks(centre)["who.children"]
    homes = {Role.AGENT: "/me", Role.SUPERVISOR: "/team", Role.MANAGER: "/centre"}
    got = {
        role.value: send(
            centre.client(role), body_of("who.children", entry, href(path, None))
        ).json["response"]["who"]["children"]
        for role, path in {**homes, Role.CONTROL_DESK: "/desk"}.items()
    }
    assert got == {
        "agent": "agent of dublin/d1/d1-a",
        "supervisor": "team of dublin/d1",
        "manager": "manager of dublin",
        "control_desk": "desk of *",
    }
