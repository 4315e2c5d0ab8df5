"""Generated callback requests, fixed seed: never a 500, never a traceback, never data."""

from __future__ import annotations

import json
import logging
import random
from typing import Any

import pytest
from doors import body_of, callbacks
from small_centre import ORIGIN, Centre, href

from wfm.domain.roles import Role

BODIES = 500
ATOMS: list[Any] = [
    None, True, 0, -1, 1e308, 10**400, "", "url", "href", "who.children", "..", "\x00", "é" * 50,
    "{}", '{"a":["ALL"]}', "url.href", [], {}, [[]], {"id": "url"}, {"property": "href"},
]  # fmt: skip


def bend(value: Any, chance: random.Random) -> Any:
    """A value with something in it replaced, dropped, doubled or nested."""
    if chance.random() < 0.25:
        return chance.choice(ATOMS)
    if isinstance(value, dict):
        bent = {k: bend(v, chance) for k, v in value.items() if chance.random() > 0.1}
        if chance.random() < 0.2:
            bent[chance.choice(["id", "value", "output", "x"])] = chance.choice(ATOMS)
        return bent
    if isinstance(value, list):
        bent_list = [bend(v, chance) for v in value if chance.random() > 0.1]
        return bent_list * chance.choice([1, 1, 1, 2])
    return value


def garble(text: str, chance: random.Random) -> bytes:
    raw = bytearray(text.encode())
    for _ in range(chance.choice([0, 0, 0, 1, 5])):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    return bytes(raw)


def test_no_generated_body_breaks_the_server(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(20261012)
    client = centre.client(Role.SUPERVISOR)
    entries = list(callbacks(centre).items())
    seen: dict[int, int] = {}
    caplog.set_level(logging.ERROR)
    for _ in range(BODIES):
        name, entry = chance.choice(entries)
        body = bend(body_of(name, entry, href("/team", "lyon")), chance)
        answer = client.post(
            "/_dash-update-component",
            data=garble(json.dumps(body), chance),
            content_type="application/json",
            headers={"Origin": ORIGIN},
        )
        seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
        assert "Traceback" not in answer.text
        assert "lyon" not in answer.text
    assert set(seen) <= {400, 404}
    assert caplog.records == []
