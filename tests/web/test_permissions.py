"""The permission table as the guard reads it."""

from __future__ import annotations

import pytest

from wfm.domain.errors import BadInput, PermissionDenied, ScopeDenied
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.domain.users import check_standing, clean_login
from wfm.queries.access import authorise, default_scope
from wfm.queries.permissions import Reach, permission_table, reach_of
from wfm.web.guard import guarded
from wfm.web.pages import home_of, pages, parse_href


class Everything:
    """An organisation in which every scope but one exists."""

    def has(self, scope: Scope) -> bool:
        return scope.site != "nowhere"


def person(role: Role, path: str) -> Principal:
    return Principal("k", "ann", "Ann", role, Scope.parse(path), None, 1)


@pytest.mark.parametrize(
    ("cell", "reach"),
    [
        ("-", Reach.NONE),
        ("own", Reach.OWN),
        ("own team aggregate (n >= 5)", Reach.OWN_TEAM),
        ("team", Reach.TEAM),
        ("team within corridor", Reach.TEAM),
        ("team after publication", Reach.TEAM),
        ("site", Reach.SITE),
        ("site and below", Reach.SITE),
        ("all own sites", Reach.SITE),
        ("all", Reach.ALL),
        ("all sites and enterprise", Reach.ALL),
    ],
)
def test_each_cell_of_the_table_has_one_reach(cell: str, reach: Reach) -> None:
    assert reach_of(cell) is reach


def test_every_cell_that_ships_is_understood() -> None:
    table = permission_table()
    assert len(table.names()) == 36
    assert table.grant("team.read", Role.AGENT).reach is Reach.OWN_TEAM
    assert table.grant("agent.read", Role.ADMIN).reach is Reach.NONE
    assert table.grant("target.write", Role.SUPERVISOR).text == "team within corridor"


def test_a_role_without_the_permission_is_denied_whatever_the_scope() -> None:
    for scope in (Scope("dublin"), Scope("nowhere")):
        with pytest.raises(PermissionDenied) as denied:
            authorise(person(Role.AGENT, "dublin/t/a"), "audit.read", scope, Everything())
        assert str(denied.value) == (
            "The role Agent does not hold the permission audit.read. "
            "Ask an administrator if your work needs it."
        )


def test_foreign_and_unknown_read_the_same() -> None:
    lead = person(Role.SUPERVISOR, "dublin/t-07")
    said = set()
    for scope in (Scope("dublin", "t-08"), Scope("nowhere"), Scope("dublin"), Scope()):
        with pytest.raises(ScopeDenied) as denied:
            authorise(lead, "team.read", scope, Everything())
        said.add(str(denied.value))
    assert len(said) == 1


def test_a_lead_recorded_without_a_team_reads_nothing() -> None:
    with pytest.raises(ScopeDenied):
        authorise(person(Role.SUPERVISOR, "dublin"), "team.read", Scope("dublin"), Everything())


def test_everyone_has_a_place_to_stand() -> None:
    assert default_scope(person(Role.AGENT, "d/t/a"), "team.read") == Scope("d", "t")
    assert default_scope(person(Role.AGENT, "d/t/a"), "agent.read") == Scope("d", "t", "a")
    assert default_scope(person(Role.MANAGER, "d"), "team.read") == Scope("d")
    assert default_scope(person(Role.CONTROL_DESK, "*"), "team.read") == Scope()


def test_a_role_stands_on_its_own_level() -> None:
    check_standing(Role.SUPERVISOR, Scope("dublin", "t-07"))
    with pytest.raises(BadInput, match="The role Team lead stands on team, and the scope 'dublin'"):
        check_standing(Role.SUPERVISOR, Scope("dublin"))


def test_a_permission_or_argument_that_does_not_exist_fails_when_the_program_loads() -> None:
    with pytest.raises(LookupError, match=r"No permission 'team\.raed'"):
        guarded("team.raed")
    with pytest.raises(LookupError, match="has no argument name"):
        guarded("team.read", parse={"name": str})(lambda who, other: None)


def test_pages_hold_permissions_that_their_roles_have() -> None:
    table = permission_table()
    lacking = [
        (page.page_id, role)
        for page in pages()
        for role in page.roles
        if table.grant(page.permission, role).reach is Reach.NONE
    ]
    assert lacking == []
    assert [home_of(role) for role in Role] == ["/me", "/team", "/centre", "/desk", "/admin"]


def test_an_address_is_read_or_refused() -> None:
    address = parse_href("http://127.0.0.1:8050/team?scope=dublin/t-07&grain=week&scope=x")
    assert (address.page.page_id, address.scope) == ("team", Scope("dublin", "t-07"))
    assert address.query["grain"] == "week"
    for nonsense in (None, 3, [], "http://[", "/team?scope=a/b/c/d", "/me?scope=%00"):
        with pytest.raises(BadInput):
            parse_href(nonsense)
    with pytest.raises(ScopeDenied):
        parse_href("/nowhere")


@pytest.mark.parametrize("login", ["", "  ", "a b", "x" * 201, "a\x00b"])
def test_a_login_that_cannot_be_typed_is_refused(login: str) -> None:
    with pytest.raises(BadInput):
        clean_login(login)


def test_logins_do_not_mind_capitals() -> None:
    assert clean_login(" Ann.Lee@Example.org ") == "ann.lee@example.org"
