"""Signed-in people who read their pages as browsers do: a refresh now and then, and a drill."""

from __future__ import annotations

import gzip
import json
import random
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, RemoteDisconnected
from urllib.parse import urlencode

CALLBACKS = 8  # in each window of 30 s
WINDOW_S = 30.0
DRILL_S = 20.0
LINK = re.compile(r'"href":\s*"(/[a-z]+\?[^"]+)"')


@dataclass(frozen=True)
class Answer:
    """One answered callback: what was asked, its milliseconds, bytes on the wire, and its code."""

    kind: str  # first, refresh or drill
    page: str
    ms: float
    size: int
    code: int


@dataclass
class Reader:
    """One person at one server: their session, the view they look at, and what they have seen."""

    port: int
    login: str
    page: str
    seed: int
    answers: list[Answer] = field(default_factory=list)

    def sign_in(self) -> None:
        """The session opened by the demo's one-click sign-in, and the page's name known."""
        self._wire = HTTPConnection("127.0.0.1", self.port, timeout=60)
        self._random = random.Random(self.seed)
        self._view, self._seen, self._links, self._ticks = self.page, None, list[str](), 0
        form = urlencode({"login": self.login, "next": "/"})
        code, _, cookies = self._send("POST", "/login/demo", form,
                                      "application/x-www-form-urlencoded")  # fmt: skip
        if code != 302 or not cookies:
            raise ConnectionError(f"{self.login} could not sign in: {code}.")
        self._cookie = cookies.split(";")[0]
        self._name = {"/me": "agent", "/team": "team", "/centre": "manager"}.get(
            self.page, self.page.strip("/")
        )

    def look(self, kind: str) -> Answer:
        """The answer of one callback, noted: the first view, a refresh, or a link of the page."""
        if kind == "drill":
            self._view = self._random.choice(self._links) if self._links else self.page
        if kind != "refresh":
            self._seen = None
        self._ticks += 1
        began = time.perf_counter()
        try:
            code, text, _ = self._send("POST", "/_dash-update-component", self._body(),
                                       "application/json")  # fmt: skip
        except (OSError, HTTPException):
            self._wire.close()
            code, text = 0, b""
        ms = 1000 * (time.perf_counter() - began)
        if code == 200:
            self._learn(text)
        if kind == "drill":
            self._view, own = self.page, self._view
            self._seen = None if own != self.page else self._seen
        answer = Answer(kind, self.page, ms, self._size, code)
        self.answers.append(answer)
        return answer

    def stay(self, until: float) -> None:
        """Refreshes and drills at this person's own times until an instant of the machine."""
        rest = WINDOW_S / CALLBACKS
        tick = time.monotonic() + self._random.uniform(0, rest)
        drill = time.monotonic() + self._random.uniform(0, DRILL_S)
        while min(tick, drill) < until:
            time.sleep(max(0.0, min(tick, drill) - time.monotonic()))
            if tick <= drill:
                self.look("refresh")
                tick += rest
            else:
                self.look("drill")
                drill += DRILL_S

    def _body(self) -> str:
        name = self._name
        outputs = [
            {"id": f"page-{name}", "property": "children"},
            {"id": f"seen-{name}", "property": "data"},
        ]
        return json.dumps({
            "output": f"..page-{name}.children...seen-{name}.data..",
            "outputs": outputs,
            "inputs": [
                {"id": f"view-{name}", "property": "data", "value": self._view},
                {"id": f"tick-{name}", "property": "n_intervals", "value": self._ticks},
            ],
            "state": [
                {"id": "look", "property": "data", "value": "light"},
                {"id": f"seen-{name}", "property": "data", "value": self._seen},
            ],
            "changedPropIds": [f"tick-{name}.n_intervals"],
        })  # fmt: skip

    def _learn(self, text: bytes) -> None:
        words = _plain(text).decode()
        response = json.loads(words).get("response", {})
        seen = response.get(f"seen-{self._name}", {}).get("data")
        self._seen = seen if seen is not None else self._seen
        # Dash writes a slash in JSON by its number.
        found = LINK.findall(words.replace("\\u002f", "/"))
        links = [one for one in found if one.startswith(f"{self.page}?")]
        self._links = links or self._links

    def _send(self, method: str, path: str, body: str, kind: str) -> tuple[int, bytes, str]:
        headers = {
            "Content-Type": kind, "Origin": f"http://127.0.0.1:{self.port}",
            "Accept-Encoding": "gzip", "Cookie": getattr(self, "_cookie", ""),
        }  # fmt: skip
        try:
            self._wire.request(method, path, body, headers)
            answer = self._wire.getresponse()
        except (RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # The server shut a connection that had rested; a browser asks again on a new one.
            self._wire.close()
            self._wire.request(method, path, body, headers)
            answer = self._wire.getresponse()
        text = answer.read()
        self._size = len(text)
        return answer.status, text, answer.headers.get("Set-Cookie", "")


def _plain(text: bytes) -> bytes:
    return gzip.decompress(text) if text[:2] == b"\x1f\x8b" else text


def crowd(readers: Sequence[Reader], seconds: float) -> None:
    """Everybody signed in, one first view each, then all at once for so many seconds."""
    for reader in readers:
        reader.sign_in()
        reader.look("first")
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=r.stay, args=(until,), daemon=True) for r in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
