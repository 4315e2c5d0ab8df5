"""Every door of a running server, found at run time, and who may pass where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask.testing import FlaskClient
from small_centre import ORIGIN, Centre

from wfm.domain.roles import Role
from wfm.web.pages import page_of

AGENT, LEAD, MANAGER, DESK, ADMIN = Role
OWN_DUBLIN = (
    "dublin", "dublin/d1", "dublin/d2", "dublin/d1/d1-a", "dublin/d1/d1-b", "dublin/d2/d2-a",
)  # fmt: skip
LYON = ("lyon", "lyon/l1", "lyon/l1/l1-a")
UNKNOWN = ("nowhere", "dublin/nowhere", "dublin/d1/nobody", "lyon/d1", "dublin/d2/d1-a")
ASKED = ("*", *OWN_DUBLIN, *LYON, *UNKNOWN)
# Written out by hand from the permission table, so that the table's reading is tested too.
MAY_READ = {
    AGENT: {"dublin/d1/d1-a"},
    LEAD: {"dublin/d1", "dublin/d1/d1-a", "dublin/d1/d1-b"},
    MANAGER: set(OWN_DUBLIN),
    DESK: {"*", *OWN_DUBLIN, *LYON},
    ADMIN: {"*", *OWN_DUBLIN, *LYON},
}
PAGE_ROLES = {"/me": {AGENT}, "/team": {LEAD}, "/centre": {MANAGER}, "/desk": {DESK}}
PAGE_ROLES |= {"/targets": {LEAD, MANAGER, DESK}, "/planning": {MANAGER, DESK}}
PAGE_ROLES["/forecast"] = {MANAGER, DESK}
PAGE_ROLES["/requests"] = {AGENT, LEAD, MANAGER, DESK}
PAGE_ROLES["/admin"] = {ADMIN}
PAGE_ROLES["/data"] = {MANAGER, DESK, ADMIN}


def expected(role: Role, path: str, scope: str) -> int:
    """200, 403 or 404 of a page, by role and scope asked for."""
    drill = (role, path) == (LEAD, "/me") and scope.count("/") == 2
    if role not in PAGE_ROLES[path] and not drill:
        return 403
    return 200 if scope in MAY_READ[role] else 404


def callbacks(centre: Centre) -> Mapping[str, Mapping[str, Any]]:
    """Every callback that runs on the server."""
    return {
        name: entry
        for name, entry in centre.server.extensions["wfm"].callback_map.items()
        if entry.get("callback") is not None
    }


def asks_for_a_page(entry: Mapping[str, Any]) -> bool:
    return any(_is_address(d) for d in [*entry["inputs"], *entry["state"]])


def _is_address(dependency: Mapping[str, Any]) -> bool:
    """The browser's address, or the copy of it that one page of the dashboards gets."""
    return dependency["property"] == "href" or str(dependency["id"]).startswith("view-")


def pages_of(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Paths of the pages that a callback serves: that of its own copy of the address, or all."""
    named = [str(d["id"]) for d in [*entry["inputs"], *entry["state"]]]
    own = [name[5:] for name in named if name.startswith("view-")]
    return tuple(page.path for name in own if (page := page_of(name))) or tuple(PAGE_ROLES)


def body_of(name: str, entry: Mapping[str, Any], href: object) -> dict[str, Any]:
    """The request that a browser would send for a callback, on a page."""
    outputs = entry["output"] if isinstance(entry["output"], (list, tuple)) else [entry["output"]]
    sent = [{"id": o.component_id, "property": o.component_property.split("@")[0]} for o in outputs]
    body: dict[str, Any] = {
        "output": name,
        "inputs": [_sample(d, href) for d in entry["inputs"]],
        "state": [_sample(d, href) for d in entry["state"]],
        "changedPropIds": [],
    }
    if not entry.get("no_output"):
        body["outputs"] = sent if isinstance(entry["output"], (list, tuple)) else sent[0]
    return body


def _sample(dependency: Mapping[str, Any], href: object) -> Any:
    name, prop = dependency["id"], dependency["property"]
    if name.startswith("{"):
        pattern = json.loads(name)
        if any(value in (["ALL"], ["ALLSMALLER"]) for value in pattern.values()):
            return []
        name = {k: "x" if v == ["MATCH"] else v for k, v in pattern.items()}
    value: object = href if _is_address(dependency) else None
    if prop == "n_intervals":
        value = 1
    elif name == "look":
        value = "light"
    elif prop == "value":
        value = "word"
    return {"id": name, "property": prop, "value": value}


def send(client: FlaskClient, body: object, origin: str | None = ORIGIN) -> Any:
    headers = {"Origin": origin} if origin else {}
    return client.post("/_dash-update-component", json=body, headers=headers)
