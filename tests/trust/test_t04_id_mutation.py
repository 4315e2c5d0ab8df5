"""Every id, input and state of every callback, bent in every way: 400 or 404, and no data."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from doors import body_of, callbacks, send
from small_centre import Centre, href

from wfm.domain.roles import Role

BAD_VALUES: list[Any] = [
    [], {}, {"scope": "lyon"}, True, -1, 10**400, "x" * 5000, "https://[", "http://x/%zz",
    "/team?scope=a/b/c/d", "/team?scope=\x00", "http://127.0.0.1:8050/nowhere",
    "/team?" + "a&" * 60,
]  # fmt: skip
BAD_ITEMS: list[Any] = [None, [], "x", {}, {"id": "other", "property": "href"}, 7]


def bodies(name: str, entry: Any) -> list[dict[str, Any]]:
    good = body_of(name, entry, href("/team", None))
    bent = []
    for part in ("inputs", "state"):
        for at, dependency in enumerate(good[part]):
            for item in BAD_ITEMS:
                body = copy.deepcopy(good)
                body[part][at] = item
                bent.append(body)
            for key, value in (("id", "other"), ("id", {"a": 1}), ("property", "children")):
                body = copy.deepcopy(good)
                body[part][at][key] = value
                bent.append(body)
            if isinstance(dependency, dict) and dependency["property"] == "href":
                for value in [*BAD_VALUES, None]:
                    body = copy.deepcopy(good)
                    body[part][at]["value"] = value
                    bent.append(body)
        body = copy.deepcopy(good)
        body[part] = [*good[part], {"id": "url", "property": "href", "value": "/team"}]
        bent.append(body)
        if good[part]:
            bent.append({**copy.deepcopy(good), part: good[part][1:]})
            bent.append({k: v for k, v in good.items() if k != part})
    bent += [
        {**good, "output": "nothing.children"},
        {**good, "output": ["who.children"]},
        {**good, "outputs": {"id": "other", "property": "children"}},
        {**good, "outputs": [[[]]]},
        {**good, "changedPropIds": ["nothing.here"]},
        {**good, "changedPropIds": "url.href"},
        {**good, "more": 1},
    ]
    return bent


def test_bent_requests_are_refused_without_data(centre: Centre) -> None:
    client = centre.client(Role.SUPERVISOR)
    served = []
    for name, entry in callbacks(centre).items():
        for body in bodies(name, entry):
            answer = send(client, body)
            if answer.status_code not in (400, 404) or "Canary" in answer.text:
                served.append((answer.status_code, json.dumps(body)[:200]))
    assert served == []


@pytest.mark.parametrize(
    ("raw", "content_type", "code"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b'{"output": NaN}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"1" * 5000, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b" " * ((1 << 20) + 1), "application/json", 413),
    ],
)
def test_what_is_no_callback_request_is_refused(
    centre: Centre, raw: bytes, content_type: str, code: int
) -> None:
    answer = centre.client(Role.SUPERVISOR).post(
        "/_dash-update-component",
        data=raw,
        content_type=content_type,
        headers={"Origin": "http://127.0.0.1:8050"},
    )
    assert answer.status_code == code
