"""Bent paths and methods never open more than the plain path does."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from small_centre import ORIGIN, Centre

from wfm.domain.roles import Role

TRICKS = (
    "//centre", "/centre/", "/Centre", "/CENTRE", "/centre.", "/./centre", "/%2e/centre",
    "/me/../centre", "/%63entre%00", "/centre;x=1", "/centre%20", "/\\centre", "/assets/../centre",
    "/assets/%2e%2e/centre", "/_dash-component-suites/../centre", "//assets//centre",
    "/login/../centre", "/health/live/../../centre",
)  # fmt: skip


@pytest.mark.parametrize("path", TRICKS)
def test_a_bent_path_opens_nothing(centre: Centre, path: str) -> None:
    # The path goes in as a server receives it: the client would tidy `//` away.
    raw = {"PATH_INFO": unquote(path)}
    agent = centre.client(Role.AGENT).get("/", environ_overrides=raw)
    anonymous = centre.client().get("/", environ_overrides=raw)
    assert agent.status_code in (400, 403, 404)
    assert anonymous.status_code in (302, 400, 401, 404)
    assert "_dash-config" not in agent.text + anonymous.text


@pytest.mark.parametrize(
    "path",
    [
        "/_dash-component-suites/dash/../../etc/passwd",
        "/_dash-component-suites/nothing/here.js",
        "/_dash-component-suites/dash/nothing.js",
        "/_dash-component-suites/os/x.js",
        "/assets/../app.py",
        "/assets/%2e%2e/app.py",
        "/assets/nothing.css",
    ],
)
def test_a_bad_file_is_not_found(centre: Centre, path: str) -> None:
    assert centre.client(Role.AGENT).get(path).status_code == 404


def test_method_overrides_and_other_methods_do_nothing(centre: Centre) -> None:
    client = centre.client(Role.AGENT)
    for method in ("PUT", "DELETE", "PATCH", "TRACE"):
        answer = client.open("/centre", method=method, headers={"Origin": ORIGIN})
        assert answer.status_code in (403, 404, 405)
    override = {"X-HTTP-Method-Override": "GET", "Origin": ORIGIN}
    assert client.post("/centre", headers=override).status_code in (403, 405)
    assert client.head("/centre").status_code == 403
    assert client.head("/me").status_code == 200
    assert client.get("/_dash-update-component").status_code == 405
    assert client.get("/logout").status_code == 404
    assert client.get("/me").status_code == 200


def test_two_scopes_in_one_address_are_one_and_the_same_everywhere(centre: Centre) -> None:
    client = centre.client(Role.SUPERVISOR)
    assert client.get("/team?scope=dublin/d1&scope=lyon").status_code == 200
    assert client.get("/team?scope=lyon&scope=dublin/d1").status_code == 404
