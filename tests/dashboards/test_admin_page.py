"""Administration: accounts changed on the page, rights explained, the log filtered and checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from live_centre import LiveCentre
from sqlalchemy import delete

from dashboards.build import ask_of, room_of
from dashboards.forms import answer_form, parse_sent
from dashboards.frame import Look, View
from dashboards.parts.drawer import Drawer
from dashboards.parts.table import Sheet
from dashboards.sources import Sources
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.queries.users import read_users
from wfm.store import schema
from wfm.web.pages import parse_href

ADMIN = Principal("u-x", "admin", "Malik B.", Role.ADMIN, Scope(), None, 1)
TOLD = (("WFM_PORT", "8050", "Port of the web server"), ("WFM_SECRET_KEY", "(set)", "A secret"))
Send = Callable[..., Drawer]


@pytest.fixture
def sources(centre: LiveCentre) -> Sources:
    return Sources(centre.store, centre.clock, settings=TOLD)


@pytest.fixture
def sent(sources: Sources) -> Send:
    def send(form: str, step: str, **values: str) -> Drawer:
        room = room_of("admin")
        assert room is not None
        asked = parse_sent(room.forms)({"form": form, "step": step, "values": values, "n": 1})
        assert asked is not None
        return answer_form(ADMIN, parse_href("/admin"), asked, room.forms, sources)

    return send


@pytest.fixture
def added(centre: LiveCentre, sent: Send) -> Iterator[str]:
    """An account made on the page; it is taken away afterwards."""
    done = sent("add_account", "confirm", login="Nia", name="Nia O.", role="supervisor",
                scope="dublin/T-06", password="a long password", key="add")  # fmt: skip
    assert done.done == "nia may sign in as team lead."
    yield "nia"
    with centre.store.db.write() as connection:
        connection.execute(delete(schema.user).where(schema.user.c.login == "nia"))


def sheets(sources: Sources, href: str = "/admin") -> dict[str, Sheet]:
    address = parse_href(href)
    room = room_of("admin")
    assert room is not None
    found: View = room.view(ask_of(ADMIN, room, address, Look(), sources))
    return {sheet.key: sheet for sheet in found.sheets}


def row(sheet: Sheet, name: str) -> list[Any]:
    return next([c.text for c in line.cells] for line in sheet.lines if line.cells[0].text == name)


def test_an_account_is_added_moved_and_shut_and_each_step_is_in_the_log(
    centre: LiveCentre, sources: Sources, sent: Send, added: str
) -> None:
    assert row(sheets(sources)["accounts"], added)[:5] == [
        "nia", "Nia O.", "Team lead", "dublin/T-06", "active",
    ]  # fmt: skip
    changed = sent("change_account", "confirm", login=added, role="manager", scope="dublin",
                   shut="yes", reason="Left the team", key="c")  # fmt: skip
    assert changed.done == "nia is manager of dublin and disabled."
    user = next(u for u in read_users(centre.store, Scope()) if u.login == added)
    assert (user.role, user.scope, user.disabled) == (Role.MANAGER, Scope("dublin"), True)
    log = sheets(sources, "/admin?kind=user")["audit"]
    mine = [
        line.cells[2].text for line in log.lines if line.cells[3].text == f"user:{user.user_key}"
    ]
    assert mine == ["user.disable", "user.role", "user.add"]
    assert all(line.cells[2].text.startswith("user.") for line in log.lines)
    assert "password" not in str(log.lines)
    assert sent("check_chain", "open").body


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"role": "manager", "scope": "dublin/T-06"}, "scope", "The role Manager stands on site"),
        ({"role": "queen", "scope": "dublin"}, "scope", "Choose one."),
        ({"role": "manager", "scope": "dublin", "password": "short"}, "password", "10 signs"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(
    sent: Send, values: dict[str, str], field: str, said: str
) -> None:
    base = {"login": "nia", "name": "Nia", "password": "a long password"}
    told = sent("add_account", "confirm", **(base | values), key="x")
    assert told.form is not None
    assert said in next(iter(told.form.errors.values()))
    assert all(one.value == "" for one in told.form.fields if one.name == "password")


def test_a_scope_that_does_not_exist_and_a_change_of_nothing_are_told(
    sent: Send, added: str
) -> None:
    nowhere = sent("change_account", "confirm", login=added, role="manager", scope="atlantis",
                   reason="Moves", key="n")  # fmt: skip
    assert nowhere.form is not None
    assert "'atlantis' names a site, team or agent that is not known" in nowhere.form.trouble
    same = sent("change_account", "confirm", login=added, role="supervisor", scope="dublin/T-06",
                reason="None", key="s")  # fmt: skip
    assert same.form is not None
    assert same.form.trouble == "Nothing differs from what is in force; change something first."


@pytest.mark.parametrize(
    ("permission", "scope", "said"),
    [
        ("team.read", "dublin/T-06", "Yes: nia may, there."),
        ("team.read", "dublin", "No: dublin lies outside, or does not exist."),
        ("skill.assign", "dublin/T-06", "No: the role team lead does not hold it."),
    ],
)
def test_rights_are_explained_by_the_guard_itself(
    sent: Send, added: str, permission: str, scope: str, said: str
) -> None:
    told = sent("explain_access", "check", login=added, permission=permission, scope=scope)
    assert told.body[0].children[0].children[1].children == said


def test_settings_in_force_and_the_rights_table_are_listed(sources: Sources) -> None:
    found = sheets(sources)
    assert row(found["settings"], "WFM_SECRET_KEY")[1] == "(set)"
    assert row(found["rights"], "skill.assign")[1:6] == ["–", "–", "site", "all sites", "–"]
