"""A served centre and a real browser; nothing here reaches beyond this machine."""

from __future__ import annotations

import re
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
from wfm.worker.insight_look import Looks

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
    Looks(found.store, found.clock).step()
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


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> dict[tuple[str, str], BrowserContext]:
    """A browser's memory for each server and role: what it has loaded once is not loaded again."""
    return {}


@pytest.fixture
def signed(
    browser: Browser, base: str, contexts: dict[tuple[str, str], BrowserContext]
) -> Iterator[Signed]:
    """A visit of a role, in a width and scheme; console errors and foreign hosts are faults."""
    visits: list[Visit] = []

    def visit(role: str, width: int = 1440, scheme: str = "light", base: str = base) -> Visit:
        context = contexts.get((base, role)) or browser.new_context()
        contexts[base, role] = context
        sign_in(context, base, ROLES[role])
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = Visit(page, base)
        visits.append(found)
        page.on("console", lambda m: note_console(found, m.type, m.text))
        page.on("pageerror", lambda error: found.faults.append(f"error {error}"))
        page.on("request", lambda r: note_host(found, r.url))
        return found

    yield visit
    for one in visits:
        if one.page.url.startswith(one.base):
            one.page.evaluate("localStorage.clear()")
        one.page.close()


def sign_in(context: BrowserContext, base: str, words: str) -> None:
    """Nothing; a session is opened by the button of the sign-in page that says these words."""
    context.clear_cookies()
    shown = context.request.get(f"{base}/login").text()
    forms = re.findall(r'name="login" value="([^"]+)".*?<b>([^<]+)</b>', shown, re.DOTALL)
    login = {label: login for login, label in forms}[words]
    answer = context.request.post(
        f"{base}/login/demo", form={"login": login, "next": "/"},
        headers={"Origin": base}, max_redirects=0,
    )  # fmt: skip
    assert answer.status == 302
