"""Every callback and route is enumerated, and a planted unguarded one stops the start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dash
import pytest
from dash import Input, Output
from flask import Flask
from small_centre import Centre, open_centre, small_pages

from wfm.web.audit_start import list_entries
from wfm.web.config import UnguardedEntry
from wfm.web.guard import guarded


def unguarded(server: Flask, store: Any, clock: Any) -> dash.Dash:
    app = small_pages(server, store, clock)

    @app.callback(Output("open", "children"), Input("name", "value"))
    def open_to_all(name: str) -> str:
        return name

    return app


def guard_above(server: Flask, store: Any, clock: Any) -> dash.Dash:
    app = small_pages(server, store, clock)

    @guarded("team.read")
    @app.callback(Output("above", "children"), Input("name", "value"))
    def looks_guarded(who: object, name: str) -> str:
        return name

    return app


def open_route(server: Flask, store: Any, clock: Any) -> dash.Dash:
    server.add_url_rule("/backdoor", "backdoor", lambda: "data")
    return small_pages(server, store, clock)


def callback_api(server: Flask, store: Any, clock: Any) -> dash.Dash:
    app = small_pages(server, store, clock)

    @dash.callback(Output("api", "children"), Input("name", "value"), api_endpoint="/numbers")
    @guarded("team.read")
    def numbers(who: object, name: str) -> str:
        return name

    return app


def test_the_small_centre_has_nothing_unguarded(centre: Centre) -> None:
    parts = centre.server.extensions["wfm"]
    open_ones = [e for e in list_entries(parts.callback_map, centre.server) if not e.permission]
    assert open_ones == []


@pytest.mark.parametrize(
    ("plant", "named"),
    [
        (unguarded, "callback open.children"),
        (guard_above, "callback above.children"),
        (open_route, "route GET /backdoor"),
        (callback_api, "callback API path /numbers"),
    ],
)
def test_a_planted_hole_is_named_and_nothing_starts(tmp_path: Path, plant: Any, named: str) -> None:
    try:
        with pytest.raises(UnguardedEntry, match=f"1 unguarded: {named}\\. Put @guarded"):
            open_centre(tmp_path, dashboards=plant)
    finally:
        dash._callback.GLOBAL_API_PATHS.clear()


def test_a_copied_mark_is_no_guard(tmp_path: Path) -> None:
    def plant(server: Flask, store: Any, clock: Any) -> dash.Dash:
        app = small_pages(server, store, clock)

        @guarded("team.read")
        def safe(who: object, name: str) -> str:
            return name

        def bare(name: str) -> str:
            return name

        bare.__dict__.update(safe.__dict__)
        app.callback(Output("copied", "children"), Input("name", "value"))(bare)
        return app

    with pytest.raises(UnguardedEntry, match=r"copied\.children"):
        open_centre(tmp_path, dashboards=plant)


def test_the_dash_tool_server_stays_off_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASH_MCP_ENABLED", "true")
    rules = {rule.rule for rule in open_centre(tmp_path).server.url_map.iter_rules()}
    assert not [rule for rule in rules if "mcp" in rule]


def test_a_layout_without_callbacks_still_needs_a_session(centre: Centre) -> None:
    assert centre.client().get("/_dash-layout").status_code == 401
