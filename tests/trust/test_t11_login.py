"""Signing in: the session is new, the cookie is closed, tries are slowed, no door leads away."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_centre import ORIGIN, Centre, login_of, open_centre, sign_in

from wfm.domain.roles import Role
from wfm.web.login import safe_next


def test_the_cookie_on_loopback_is_closed_to_scripts_and_other_sites(centre: Centre) -> None:
    header = sign_in(centre.client(), login_of(Role.AGENT)).headers["Set-Cookie"]
    assert header.startswith("wfm=")
    assert header.endswith("; HttpOnly; Path=/; SameSite=Lax")


def test_the_cookie_under_tls_is_bound_to_the_host(tmp_path: Path) -> None:
    centre = open_centre(tmp_path, public_origin="https://wfm.example.org")
    client = centre.server.test_client()
    answer = client.post(
        "/login",
        data={"login": login_of(Role.AGENT), "password": "four unrelated words"},
        headers={"Origin": "https://wfm.example.org"},
    )
    header = answer.headers["Set-Cookie"]
    assert header.startswith("__Host-wfm=")
    assert header.endswith("; Secure; HttpOnly; Path=/; SameSite=Lax")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_each_sign_in_makes_a_new_session(centre: Centre) -> None:
    client = centre.client()
    client.set_cookie("wfm", "x" * 43)  # planted by somebody else
    first = sign_in(client, login_of(Role.AGENT)).headers["Set-Cookie"]
    second = sign_in(client, login_of(Role.AGENT)).headers["Set-Cookie"]
    assert "x" * 43 not in first
    assert first != second


def test_a_wrong_password_and_an_unknown_login_read_the_same(fresh: Centre) -> None:
    wrong = sign_in(fresh.client(), login_of(Role.AGENT), "not the password")
    unknown = sign_in(fresh.client(), "nobody", "not the password")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.text.replace(login_of(Role.AGENT), "nobody") == unknown.text
    assert "Login or password is not right" in wrong.text


def test_five_failures_make_an_account_wait_longer_and_longer(fresh: Centre) -> None:
    client = fresh.client()
    login = login_of(Role.AGENT)
    assert {sign_in(client, login, "wrong words").status_code for _ in range(5)} == {401}
    waits = []
    for _ in range(8):
        refused = sign_in(client, login)
        assert refused.status_code == 429
        wait = int(refused.headers["Retry-After"])
        waits.append(wait)
        fresh.clock.instant += timedelta(seconds=wait)
        assert sign_in(client, login, "wrong words").status_code == 401
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert sign_in(client, login_of(Role.MANAGER)).status_code == 302  # nobody else waits
    fresh.clock.instant += timedelta(seconds=60)
    assert sign_in(client, login).status_code == 302
    assert sign_in(client, login).status_code == 302


def test_fifty_failures_make_an_address_wait(fresh: Centre) -> None:
    client = fresh.client()
    for number in range(50):
        assert sign_in(client, f"nobody-{number}", "x").status_code == 401
    assert sign_in(client, login_of(Role.AGENT)).status_code == 429
    elsewhere = client.post(
        "/login",
        data={"login": login_of(Role.AGENT), "password": "four unrelated words"},
        headers={"Origin": ORIGIN},
        environ_base={"REMOTE_ADDR": "127.0.0.9"},
    )
    assert elsewhere.status_code == 302


@pytest.mark.parametrize(
    ("target", "to"),
    [
        ("/team?scope=dublin/d1", "/team?scope=dublin/d1"),
        ("https://x", "/"),
        ("//x", "/"),
        ("/\\x", "/"),
        ("/\t/x", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_next_stays_at_home(centre: Centre, target: str, to: str) -> None:
    answer = sign_in(centre.client(), login_of(Role.AGENT), next=target)
    assert (answer.status_code, answer.headers["Location"]) == (302, to)


@given(st.text(alphabet="/\\:.@ \t\r\nax%?#"))
def test_no_next_ever_names_another_host(target: str) -> None:
    to = safe_next(target)
    assert to == "/" or (to == target and to[0] == "/" and to[1:2] not in ("/", "\\"))


def test_the_page_asked_for_is_remembered_through_signing_in(centre: Centre) -> None:
    client = centre.client()
    asked = client.get("/team?scope=dublin/d1/d1-b&grain=week")
    assert asked.headers["Location"] == "/login?next=/team%3Fscope%3Ddublin/d1/d1-b%26grain%3Dweek"
    assert (
        'name="next" value="/team?scope=dublin/d1/d1-b&amp;grain=week"'
        in client.get(asked.headers["Location"]).text
    )


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Origin": ORIGIN}, 302),
        ({"Origin": "http://localhost:8050"}, 302),
        ({"Origin": "http://[::1]:8050"}, 302),
        ({"Sec-Fetch-Site": "same-origin"}, 302),
        ({"Origin": "http://127.0.0.1:8051"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({}, 403),
    ],
)
def test_a_form_of_another_site_is_refused(
    centre: Centre, headers: dict[str, str], code: int
) -> None:
    data = {"login": login_of(Role.AGENT), "password": "four unrelated words"}
    assert centre.client().post("/login", data=data, headers=headers).status_code == code
    signed_in = centre.client(Role.AGENT)
    assert signed_in.post("/logout", headers=headers).status_code == code


def test_the_demo_offers_one_click_for_each_role_and_only_demo_accounts(tmp_path: Path) -> None:
    centre = open_centre(tmp_path, demo=True)
    client = centre.server.test_client()
    page = client.get("/login").text
    for role, question in (("agent", "Am I on target"), ("supervisor", "Who needs me now")):
        assert f'value="{login_of(Role(role))}"' in page
        assert question in page
    answer = client.post(
        "/login/demo", data={"login": login_of(Role.SUPERVISOR)}, headers={"Origin": ORIGIN}
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.get("/").headers["Location"] == "/team"
    assert client.get("/team").status_code == 200
    # No password leads into a demo account, not even an empty one or its marker.
    for password in ("", "!", "four unrelated words"):
        assert (
            sign_in(centre.server.test_client(), login_of(Role.AGENT), password).status_code == 401
        )


def test_one_click_does_not_exist_outside_the_demo(centre: Centre) -> None:
    answer = centre.client().post(
        "/login/demo", data={"login": login_of(Role.AGENT)}, headers={"Origin": ORIGIN}
    )
    assert answer.status_code == 404
    assert "/login/demo" not in centre.client().get("/login").text


def test_a_chosen_language_follows_the_account_into_another_browser(fresh: Centre) -> None:
    first, other = fresh.client(), fresh.client()
    sign_in(first, login_of(Role.AGENT))
    chosen = first.post("/language", data={"language": "de"}, headers={"Origin": ORIGIN})
    assert chosen.status_code == 302
    sign_in(other, login_of(Role.AGENT))
    assert "Hier gibt es nichts" in other.get("/nowhere").text
    sign_in(other, login_of(Role.MANAGER))
    assert "There is nothing here" in other.get("/nowhere").text
