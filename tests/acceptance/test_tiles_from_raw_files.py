"""Tiles of the role pages, as the browser gets them, against the raw files of a drawn centre."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from plain_adherence import adherence
from plain_facts import Asked, RawFiles
from raw_centre import RawCentre, open_raw_centre

from app import create_server
from wfm.queries.users import demo_users
from wfm.store.store import Store

ORIGIN = "http://127.0.0.1:8050"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, seed: int) -> RawCentre:
    return open_raw_centre(tmp_path_factory.mktemp("raw"), seed)


@pytest.fixture(scope="module")
def server(centre: RawCentre) -> Flask:
    return create_server(centre.settings, clock=centre.clock)


@pytest.fixture(scope="module")
def raw(centre: RawCentre) -> RawFiles:
    return RawFiles(centre.files, centre.now_at)


def tiles(server: Flask, login: str, page: str, address: str) -> dict[str, float | None]:
    """KPI ids and figures of a page's tiles, as they stand in the answer to its callback."""
    client = signed_in(server, login)
    body = {
        "output": f"..page-{page}.children...seen-{page}.data..",
        "outputs": [
            {"id": f"page-{page}", "property": "children"},
            {"id": f"seen-{page}", "property": "data"},
        ],
        "inputs": [
            {"id": f"view-{page}", "property": "data", "value": f"{ORIGIN}{address}"},
            {"id": f"tick-{page}", "property": "n_intervals", "value": 0},
        ],
        "state": [
            {"id": "look", "property": "data", "value": "light"},
            {"id": f"seen-{page}", "property": "data", "value": None},
        ],
        "changedPropIds": [f"view-{page}.data"],
    }
    answer = client.post("/_dash-update-component", json=body, headers={"Origin": ORIGIN})
    assert answer.status_code == 200, answer.text
    return dict(shown(answer.get_json()["response"][f"page-{page}"]["children"]))


def signed_in(server: Flask, login: str) -> FlaskClient:
    client = server.test_client()
    answer = client.post("/login/demo", data={"login": login}, headers={"Origin": ORIGIN})
    assert answer.status_code == 302, answer.text
    return client


def shown(node: Any) -> Iterator[tuple[str, float | None]]:
    """The tiles among components with their parts, and elements [tag, attributes, inside ...]."""
    if isinstance(node, list):
        for child in node:
            yield from shown(child)
    elif isinstance(node, dict) and "props" in node:
        yield from shown([node["props"].get("children"), node["props"].get("tree")])
    elif isinstance(node, dict) and node.get("data-kpi"):
        text = node["data-value"]
        yield node["data-kpi"], float(text) if text else None


def scope_of(store: Store, login: str) -> dict[str, str | None]:
    scope = next(user.scope for user in demo_users(store) if user.login == login)
    return {"site": scope.site, "team": scope.team, "agent": scope.agent}


def local_day(now_at: int, zone: str) -> date:
    return datetime.fromtimestamp(now_at, ZoneInfo(zone)).date()


def same(seed: int, got: dict[str, float | None], wanted: dict[str, float]) -> None:
    """Nothing; fails with the seed where a tile shows another figure than the raw files give."""
    assert len(wanted) >= 3, f"seed {seed}: only {sorted(wanted)} could be worked out"
    told = {kpi: got.get(kpi) for kpi in wanted}
    assert told == pytest.approx(wanted, rel=1e-9), f"seed {seed}"


def period(centre: RawCentre, raw: RawFiles, login: str, grain: str) -> Asked:
    """The scope of an account over the local days of today or of this week."""
    scope = scope_of(centre.store, login)
    zone = raw.zones[scope["site"] or next(iter(raw.zones))]
    today = local_day(centre.now_at, zone)
    first = today - timedelta(days=today.weekday()) if grain == "week" else today
    end = first + timedelta(days=7 if grain == "week" else 1)
    return Asked(first, end, **scope)


@pytest.mark.parametrize("grain", ["week", "today"])
def test_the_manager_sees_what_the_files_of_the_site_say(
    centre: RawCentre, server: Flask, raw: RawFiles, grain: str
) -> None:
    asked = period(centre, raw, "manager", grain)
    got = tiles(server, "manager", "manager", f"/centre?grain={grain}")
    figures = raw.queue_figures(asked) | raw.handled_figures(asked) | raw.time_figures(asked)
    figures["adherence"] = adherence(raw, asked)
    names = ("service_level", "average_handle_time", "occupancy", "adherence")
    same(centre.seed, got, {name: figures[name] for name in names})


def test_the_control_desk_sees_today_of_all_sites(
    centre: RawCentre, server: Flask, raw: RawFiles
) -> None:
    asked = period(centre, raw, "desk", "today")
    got = tiles(server, "desk", "desk", "/desk?grain=today")
    figures = raw.queue_figures(asked)
    wanted = {name: figures[name] for name in ("service_level", "abandonment_rate_net")}
    wanted["actual_vs_scheduled"] = raw.actual_vs_scheduled(asked)
    same(centre.seed, got, wanted)


def test_the_control_desk_sees_the_last_half_hour(
    centre: RawCentre, server: Flask, raw: RawFiles
) -> None:
    end = centre.now_at // 900 * 900
    asked = Asked(instants=(end - 1800, end))
    got = tiles(server, "desk", "desk", "/desk")
    figures = raw.queue_figures(asked)
    wanted = {name: figures[name] for name in ("service_level", "abandonment_rate_net")}
    wanted["actual_vs_scheduled"] = raw.actual_vs_scheduled(asked)
    same(centre.seed, got, wanted)


@pytest.mark.parametrize("grain", ["week", "today"])
def test_an_agent_sees_what_the_files_say_of_them(
    centre: RawCentre, server: Flask, raw: RawFiles, grain: str
) -> None:
    asked = period(centre, raw, "agent", grain)
    got = tiles(server, "agent", "agent", f"/me?grain={grain}")
    figures = raw.handled_figures(asked) | raw.time_figures(asked)
    figures["adherence"] = adherence(raw, asked)
    names = ("conformance", "adherence", "average_handle_time", "average_after_contact_work",
             "contacts_per_hour")  # fmt: skip
    same(centre.seed, got, {name: figures[name] for name in names})


@pytest.mark.parametrize("grain", ["week", "today"])
def test_a_team_lead_sees_what_the_files_say_of_the_team(
    centre: RawCentre, server: Flask, raw: RawFiles, grain: str
) -> None:
    asked = period(centre, raw, "lead", grain)
    got = tiles(server, "lead", "team", f"/team?grain={grain}")
    figures = raw.handled_figures(asked) | raw.time_figures(asked)
    figures["adherence"] = adherence(raw, asked)
    names = ("contacts_per_hour", "adherence", "average_handle_time", "average_after_contact_work",
             "occupancy")  # fmt: skip
    same(centre.seed, got, {name: figures[name] for name in names})
