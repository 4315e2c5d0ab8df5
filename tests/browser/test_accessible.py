"""Every page and state in a real browser: axe finds nothing, with every rule of it enabled.

Each page is also free of console errors, requests to other hosts and sideways scrolling. In
the suite each state is read in one width and scheme, by turns; with `--every-look -s` in all three
widths of both schemes, and the nodes checked are printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Page
from visit import Signed, Visit

from dashboards.pages import ROOMS
from wfm.domain.roles import Role
from wfm.web.pages import Page as Room
from wfm.web.pages import page_of, pages_for

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
# What was found and how many nodes were read, without a selector made up for each node.
COUNTS = """axe.addReporter("counts", (rules, options, done) => done({
    bad: rules.filter(r => r.violations.length).map(r => [
        r.id, r.violations.length, r.violations[0].node.source.slice(0, 200)]),
    nodes: rules.reduce((n, r) => n + r.passes.length + r.violations.length, 0)}))"""
SHOWN = ".page:not([hidden])"
WIDTHS, SCHEMES = (390, 1440, 768), ("light", "dark")
LOOKS = tuple(product(WIDTHS, SCHEMES))
LOGINS = {
    "agent": Role.AGENT, "lead": Role.SUPERVISOR, "manager": Role.MANAGER,
    "desk": Role.CONTROL_DESK, "admin": Role.ADMIN,
}  # fmt: skip
BUILT = {room.page_id: room for room in ROOMS}
# Each page once, as the first role that has it sees it; a role's own page is its first.
SEEN_BY = {
    room.page_id: login
    for login, role in reversed(LOGINS.items())
    for room in reversed(pages_for(role))
    if room.page_id in BUILT
}
checked: dict[str, int] = {}


def room_of(page_id: str) -> Room:
    found = page_of(page_id)
    assert found is not None
    return found


def scan(visit: Visit, state: str, inside: str = "html") -> list[str]:
    """What axe finds in the state on screen or a part of it, every rule of it enabled."""
    result = visit.page.evaluate(f"axe.run('{inside}', {{reporter: 'counts'}})")
    checked[state] = result["nodes"]
    return [f"{state}: {found}" for found in result["bad"]]


def settle(page: Page, wanted: str) -> None:
    """Nothing, once an expression is true; the page's own policy forbids the browser's waiting."""
    for _ in range(100):
        if page.evaluate(wanted):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{page.url}: not so after five seconds: {wanted}")


def scan_looks(visit: Visit, state: str, every: bool, inside: str = "html") -> list[str]:
    """What axe finds in a state as it is, or in each look of it; no look may scroll sideways.

    The page adapts without being loaded again.
    """
    page, found = visit.page, []
    now = (page.evaluate("innerWidth"), page.evaluate("document.documentElement.dataset.scheme"))
    for width, scheme in LOOKS if every else (now,):
        if (width, scheme) != now:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.dataset.scheme") != scheme:
                page.evaluate(f"document.querySelector('{SHOWN} [data-act=scheme]').click()")
                settle(page, f"document.documentElement.dataset.scheme === '{scheme}'")
            # Colours fade from one scheme to the other; axe reads what is painted.
            page.wait_for_timeout(250)
            settle(page, "!document.getAnimations().some((one) => one instanceof CSSTransition)")
            now = (width, scheme)
        settle(page, f"document.documentElement.scrollWidth <= {width}")
        found += scan(visit, f"{state} {scheme} {width}", inside)
    return found


def scan_opened(visit: Visit, state: str, every: bool) -> list[str]:
    """The same with all menus, proofs and details open."""
    opened = f"document.querySelectorAll('{SHOWN} details').forEach(d => d.open = %s)"
    visit.page.evaluate(opened % "true")
    found = scan(visit, f"{state} opened") if every else scan_looks(visit, f"{state} opened", False)
    visit.page.evaluate(opened % "false")
    return found


@pytest.fixture(scope="module")
def every(request: pytest.FixtureRequest) -> Iterator[bool]:
    """Whether each scheme is looked at in each width; the nodes checked are told at the end."""
    yield bool(request.config.getoption("--every-look"))
    print(f"\naxe checked {sum(checked.values())} nodes in {len(checked)} states")  # noqa: T201


@pytest.mark.parametrize("page_id", SEEN_BY)
def test_axe_finds_nothing_on_a_page_in_its_forms_and_its_table(
    signed: Signed, page_id: str, every: bool
) -> None:
    width, scheme = LOOKS[list(SEEN_BY).index(page_id) % len(LOOKS)]
    visit = signed(SEEN_BY[page_id], width, scheme)
    path = room_of(page_id).path
    page = visit.open(path, wait=f"{SHOWN} main .answer")
    page.evaluate(AXE)
    page.evaluate(COUNTS)
    found = scan_looks(visit, path, every)
    if every:
        found += scan_opened(visit, path, every)
    openers = page.evaluate(
        f"[...new Set([...document.querySelectorAll('{SHOWN} [data-open]')]"
        ".map(b => b.dataset.open))]"
    )
    for name in openers:
        page.evaluate(f"document.querySelector('{SHOWN} [data-open=\"{name}\"]').click()")
        page.wait_for_selector(".side-drawer")
        # What lies behind the form was read before it.
        inside = "html" if every else ".side-drawer"
        found += scan_looks(visit, f"{path} form {name}", every, inside)
        page.keyboard.press("Escape")
        page.wait_for_selector(".side-drawer", state="detached")
    page.keyboard.press("v")
    page.wait_for_selector(f"{SHOWN} .body.single")
    found += scan_opened(visit, f"{path}?view=table", every)
    if every:
        found += scan_looks(visit, f"{path}?view=table", every)
    assert found == []
    assert visit.faults == []
    assert sum(n for state, n in checked.items() if state.startswith(path)) > 500


def test_axe_finds_nothing_where_there_is_nothing_to_see(signed: Signed, every: bool) -> None:
    visit = signed("manager")
    found = []
    for path in ("/centre?scope=nowhere", "/nowhere", "/login", "/centre?grain=day&day=2020-01-01"):
        visit.page.goto(visit.base + path)
        visit.page.wait_for_load_state("networkidle")
        visit.page.evaluate(AXE)
        visit.page.evaluate(COUNTS)
        found += scan(visit, path)
    assert found == []
