"""A served centre and a real browser; nothing here reaches beyond this machine."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from werkzeug.serving import make_server

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "dashboards"))
sys.path.insert(0, str(Path(__file__).parents[1] / "insights"))

from live_centre import LiveCentre, open_live_centre
from told_centre import Told, drawn, tell
from visit import Signed, Visit, note_console, note_host

from app import create_server
from wfm.actions.users import add_user
from wfm.domain.clock import Clock
from wfm.settings import Settings
from wfm.worker.insight_look import look_around

CHROMIUM = "/usr/bin/chromium"
ROLES = {
    "agent": "Agent", "lead": "Team lead", "manager": "Manager", "desk": "Control desk",
    "admin": "Administrator",
}  # fmt: skip


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory) -> LiveCentre:
    return open_live_centre(tmp_path_factory.mktemp("browser"))


@contextmanager
def served(data_dir: Path, clock: Clock) -> Iterator[str]:
    """The product on a port of its own over a data folder, while it is asked."""
    holder = make_server("127.0.0.1", 0, lambda *_: [b""], threaded=True)
    port = holder.server_port
    settings = Settings(_env_file=None, data_dir=data_dir, port=port, demo=True)  # type: ignore[call-arg]
    holder.app = create_server(settings, clock=clock)
    thread = threading.Thread(target=holder.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}"
    holder.shutdown()
    thread.join(5)


@pytest.fixture(scope="session")
def base(centre: LiveCentre) -> Iterator[str]:
    with served(centre.folder / "data", centre.clock) as address:
        yield address


@pytest.fixture(scope="session")
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A centre with the four stories on the run's seed, all parts permuted, looked over once."""
    seed = drawn(request.config.option.centre_seed)
    print(f"\nthe stories are told on seed {seed}")  # noqa: T201
    found = tell(tmp_path_factory.mktemp("stories"), (), seed)
    for account in found.accounts:
        add_user(found.store, found.clock, account, actor="test", actor_role="admin")
    look_around(found.store, found.clock)
    return found


@pytest.fixture(scope="session")
def told_base(told: Told) -> Iterator[str]:
    with served(told.store.files.root, told.clock) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def signed(browser: Browser, base: str) -> Iterator[Signed]:
    """A visit of a role, in a width and scheme; console errors and foreign hosts are faults."""
    contexts: list[BrowserContext] = []

    def visit(role: str, width: int = 1440, scheme: str = "light", base: str = base) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = context.new_page()
        found = Visit(page, base)
        page.on("console", lambda m: note_console(found, m.type, m.text))
        page.on("pageerror", lambda error: found.faults.append(f"error {error}"))
        page.on("request", lambda r: note_host(found, r.url))
        page.goto(f"{base}/login")
        page.get_by_role("button", name=ROLES[role]).first.click()
        page.wait_for_load_state()
        return found

    yield visit
    for context in contexts:
        context.close()
