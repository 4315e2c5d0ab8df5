"""A small centre with two sites, its accounts, and clients signed in as them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dash
from dash import Input, Output, State, dcc, html
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from app import create_server
from wfm.actions.users import NewUser, add_user
from wfm.domain.clock import FixedClock
from wfm.domain.errors import BadInput
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.settings import Settings
from wfm.store.schema import org_unit, person
from wfm.store.store import Store, open_store
from wfm.web.exports import Table
from wfm.web.guard import Address, asked_page, asked_scope, guarded, parse_href

ORIGIN = "http://127.0.0.1:8050"
PASSWORD = "four unrelated words"
NOON = datetime(2026, 10, 12, 12, 0, tzinfo=UTC)
PEOPLE = {
    "dublin": {"d1": ("d1-a", "d1-b"), "d2": ("d2-a",)},
    "lyon": {"l1": ("l1-a",)},
}
USERS = {
    Role.AGENT: "dublin/d1/d1-a",
    Role.SUPERVISOR: "dublin/d1",
    Role.MANAGER: "dublin",
    Role.CONTROL_DESK: "*",
    Role.ADMIN: "*",
}


class MovingClock:
    """A clock that the test moves."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant


@dataclass
class Centre:
    """A running server on a store of its own."""

    server: Flask
    store: Store
    settings: Settings
    clock: MovingClock

    def client(self, role: Role | None = None) -> FlaskClient:
        """A client, signed in as the account of a role."""
        client = self.server.test_client()
        if role is not None:
            answer = sign_in(client, login_of(role))
            assert answer.status_code == 302, answer.text
        return client


def login_of(role: Role) -> str:
    return f"{role.value}-1"


def sign_in(client: FlaskClient, login: str, password: str = PASSWORD, **form: str) -> Any:
    return client.post(
        "/login",
        data={"login": login, "password": password, **form},
        headers={"Origin": ORIGIN},
    )


def fill(store: Store) -> None:
    """The organisation of PEOPLE."""
    since = date(2020, 1, 1)
    units = [
        {"org_id": "all", "org_level": "enterprise", "parent_id": None, "timezone": None},
        *(
            {"org_id": site, "org_level": "site", "parent_id": "all", "timezone": "Europe/Dublin"}
            for site in PEOPLE
        ),
        *(
            {"org_id": team, "org_level": "team", "parent_id": site, "timezone": None}
            for site, teams in PEOPLE.items()
            for team in teams
        ),
    ]
    agents = [
        {
            "agent_id": agent, "valid_from_at": 1577836800, "display_name": f"Canary {agent}",
            "team_id": team, "role": "agent",
        }
        for teams in PEOPLE.values()
        for team, members in teams.items()
        for agent in members
    ]  # fmt: skip
    with store.db.write() as connection:
        connection.execute(
            insert(org_unit),
            [{**u, "name": f"Unit {u['org_id']}", "valid_from": since} for u in units],
        )
        connection.execute(insert(person), agents)


def add_users(store: Store, *, demo: bool = False) -> None:
    """One account of each role."""
    for role, path in USERS.items():
        new = NewUser(
            login_of(role), f"Person {role.value}", role, Scope.parse(path),
            password=None if demo else PASSWORD, demo=demo,
        )  # fmt: skip
        add_user(store, FixedClock(NOON), new, actor="test", actor_role="")


def open_centre(
    folder: Path,
    *,
    dashboards: Callable[[Flask, Store, Any], Any] | None = None,
    build_table: Any = None,
    demo: bool = False,
    **settings: Any,
) -> Centre:
    """A centre in a folder; without `dashboards` it has the small pages below."""
    chosen = fill_folder(folder, demo=demo, **settings)
    store = open_store(chosen.url, chosen.data_dir)
    clock = MovingClock(NOON)
    server = create_server(
        chosen,
        clock=FixedClock(NOON),
        identity_clock=clock,
        dashboards=dashboards or small_pages,
        build_table=build_table or small_table,
    )
    return Centre(server, store, chosen, clock)


def fill_folder(folder: Path, *, demo: bool = False, **settings: Any) -> Settings:
    """The settings of a centre in a folder, its organisation and accounts made the first time."""
    chosen = Settings(_env_file=None, data_dir=folder, demo=demo, **settings)  # type: ignore[call-arg]
    if not (folder / "filled").exists():
        store = open_store(chosen.url, chosen.data_dir)
        fill(store)
        add_users(store, demo=demo)
        store.db.close()
        (folder / "filled").touch()
    return chosen


def small_pages(server: Flask, store: Store, clock: Any) -> dash.Dash:
    """Two guarded callbacks in the shape the dashboards have."""
    app = dash.Dash(
        "small", server=server, enable_mcp=False, assets_folder="none", update_title="",
        suppress_callback_exceptions=True,
    )  # fmt: skip
    app.layout = html.Div(
        [
            dcc.Location(id="url"),
            dcc.Interval(id="tick"),
            html.Div(id="who"),
            dcc.Input(id="name"),
            html.Div(id="echo"),
            html.Div(id="found"),
        ]
    )

    @app.callback(Output("who", "children"), Input("url", "href"), Input("tick", "n_intervals"))
    @guarded(asked_page("href"), parse={"href": parse_href}, scope=asked_scope("href"))
    def who_am_i(who: Principal, href: Address, ticks: int | None) -> str:
        return f"{href.page.page_id} of {href.scope_for(who).path or '*'}"

    @app.callback(
        [Output("echo", "children"), Output("found", "children")],
        Input("name", "value"),
        State("url", "href"),
        prevent_initial_call=True,
    )
    @guarded("team.read", parse={"name": one_word, "href": parse_href}, scope=asked_scope("href"))
    def echo(who: Principal, name: str, href: Address) -> tuple[str, str]:
        return name, who.login

    return app


def one_word(value: object) -> str:
    if not isinstance(value, str) or not value.isidentifier():
        raise BadInput("One word, please.")
    return value


def small_table(who: Principal, page_id: str, scope: Scope, query: Any) -> Table:
    return Table(
        ("agent", "gap"),
        (("=cmd|' /C calc'!A0", -5), ("+1", 2.5), ("plain", None)),
        (("Scope", scope.path or "*"),),
    )


def href(path: str, scope: str | None) -> str:
    return f"{ORIGIN}{path}" + ("" if scope is None else f"?scope={scope}")
