"""Every page and state in a real browser: axe finds nothing, with every rule of it enabled.

Each page is also free of console errors, requests to other hosts and sideways scrolling. In
the suite each state is seen in one scheme, by turns, and axe reads it in one width; with
`--every-look -s` in all three widths of both schemes, and the nodes checked are printed.
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
SHOWN = ".page:not([hidden])"
WIDTHS = (1440, 768, 390)
# Without --every-look each state is seen in three widths of one scheme, and axe reads the last.
LOOKS = tuple(
    tuple((scheme, width) for width in widths)
    for scheme, widths in (("light", (390, 768, 1440)), ("dark", (1440, 768, 390)))
)
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


def scan(visit: Visit, state: str) -> list[str]:
    """What axe finds in the state on screen, every rule of it enabled."""
    page = visit.page
    result = page.evaluate(
        "axe.run(document).then(r => ({"
        "bad: r.violations.map(v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 200)]),"
        "nodes: r.passes.concat(r.violations).reduce((sum, rule) => sum + rule.nodes.length, 0)}))"
    )
    checked[state] = result["nodes"]
    return [f"{state}: {found}" for found in result["bad"]]


def settle(page: Page, wanted: str) -> None:
    """Nothing, once an expression is true; the page's own policy forbids the browser's waiting."""
    for _ in range(50):
        if page.evaluate(wanted):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{page.url}: not so after five seconds: {wanted}")


def scan_looks(visit: Visit, state: str, every: bool) -> list[str]:
    """What axe finds in each look of a state; no look may scroll sideways.

    The page adapts without being loaded again.
    """
    page, found = visit.page, []
    looks = product(("light", "dark"), WIDTHS) if every else LOOKS[len(checked) % 2]
    for scheme, width in looks:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.dataset.scheme") != scheme:
            page.evaluate(f"document.querySelector('{SHOWN} [data-act=scheme]').click()")
            settle(page, f"document.documentElement.dataset.scheme === '{scheme}'")
        settle(page, f"document.documentElement.scrollWidth <= {width}")
        if every or (scheme, width) == LOOKS[len(checked) % 2][-1]:
            # Colours fade from one scheme to the other; axe reads what is painted.
            page.wait_for_timeout(250)
            found += scan(visit, f"{state} {scheme} {width}")
            if not every:
                break
    return found


@pytest.fixture(scope="module")
def every(request: pytest.FixtureRequest) -> Iterator[bool]:
    """Whether each scheme is looked at in each width; the nodes checked are told at the end."""
    yield bool(request.config.getoption("--every-look"))
    print(f"\naxe checked {sum(checked.values())} nodes in {len(checked)} states")  # noqa: T201


@pytest.mark.parametrize("page_id", SEEN_BY)
def test_axe_finds_nothing_on_a_page_its_table_and_what_it_opens(
    signed: Signed, page_id: str, every: bool
) -> None:
    visit = signed(SEEN_BY[page_id])
    path, found = room_of(page_id).path, []
    for query in ("", "?view=table"):
        page = visit.open(path + query, wait=f"{SHOWN} main .answer")
        page.evaluate(AXE)
        # Menus, proofs and details at once.
        page.evaluate(f"document.querySelectorAll('{SHOWN} details').forEach(d => d.open = true)")
        found += scan(visit, f"{path}{query} opened")
        page.evaluate(f"document.querySelectorAll('{SHOWN} details').forEach(d => d.open = false)")
        found += scan_looks(visit, path + query, every)
    assert found == []
    assert visit.faults == []
    assert sum(n for state, n in checked.items() if state.startswith(path)) > 1000


@pytest.mark.parametrize("page_id", SEEN_BY)
def test_axe_finds_nothing_in_the_forms_of_a_page(
    signed: Signed, page_id: str, every: bool
) -> None:
    visit = signed(SEEN_BY[page_id])
    path, found = room_of(page_id).path, []
    page = visit.open(path, wait=f"{SHOWN} main .answer")
    page.evaluate(AXE)
    openers = page.evaluate(
        f"[...new Set([...document.querySelectorAll('{SHOWN} [data-open]')]"
        ".map(b => b.dataset.open))]"
    )
    for name in openers:
        page.evaluate(f"document.querySelector('{SHOWN} [data-open=\"{name}\"]').click()")
        page.wait_for_selector(".side-drawer")
        found += scan_looks(visit, f"{path} form {name}", every)
        page.keyboard.press("Escape")
    assert found == []
    assert visit.faults == []


def test_axe_finds_nothing_where_there_is_nothing_to_see(signed: Signed, every: bool) -> None:
    visit = signed("manager")
    found = []
    for path in ("/centre?scope=nowhere", "/nowhere", "/login", "/centre?grain=day&day=2020-01-01"):
        visit.page.goto(visit.base + path)
        visit.page.wait_for_load_state("networkidle")
        visit.page.evaluate(AXE)
        found += scan(visit, path)
    assert found == []
