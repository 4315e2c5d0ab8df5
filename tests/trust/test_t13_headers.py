"""Every answer carries the headers of TRU-9, whatever it is, and no more is cached than files."""

from __future__ import annotations

import pytest
from small_centre import ORIGIN, Centre

from wfm.domain.roles import Role

PATHS = ("/", "/login", "/me", "/team", "/nowhere", "/_dash-layout", "/export/agent.csv",
         "/health/live", "/_favicon.ico", "/assets/none.css")  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("role", [None, Role.AGENT])
def test_every_answer_has_the_headers(centre: Centre, path: str, role: Role | None) -> None:
    headers = centre.client(role).get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    scripts = policy.pop("script-src").split(" ")
    assert policy == {
        "default-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    assert scripts[0] == "'self'"
    assert len(scripts) >= 2
    assert all(script.startswith("'sha256-") for script in scripts[1:])
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers  # no TLS on loopback
    if path != "/_favicon.ico":
        assert headers["Cache-Control"] == "no-store"
        assert "Cookie" in headers["Vary"]


def test_an_answer_to_a_callback_is_not_cached_either(centre: Centre) -> None:
    answer = centre.client(Role.AGENT).post(
        "/_dash-update-component", json={}, headers={"Origin": ORIGIN}
    )
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")


def test_large_forms_are_refused(centre: Centre) -> None:
    answer = centre.client().post(
        "/login", data={"login": "x" * (1 << 21)}, headers={"Origin": ORIGIN}
    )
    assert answer.status_code == 413


def test_health_tells_life_from_readiness(centre: Centre) -> None:
    client = centre.client()
    assert client.get("/health/live").json == {"status": "live"}
    assert client.get("/health/ready").json == {"status": "ready"}


def test_long_answers_are_compressed(centre: Centre) -> None:
    answer = centre.client(Role.AGENT).get("/me", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
