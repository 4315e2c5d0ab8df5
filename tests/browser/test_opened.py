"""What a reader opened stays open, with the focus, while the page behind it is drawn anew."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from visit import Signed

pytestmark = pytest.mark.browser
SHOWN = ".page:not([hidden]) "


def drawn_anew(page: Page, width: int) -> None:
    """Nothing, once a width that asks for another page has replaced every part of this one."""
    page.evaluate(f"document.querySelectorAll('{SHOWN}*').forEach(n => n.dataset.kept = 'yes')")
    page.set_viewport_size({"width": width, "height": 900})
    expect(page.locator(f"{SHOWN}[data-kept]")).to_have_count(0, timeout=20_000)
    page.wait_for_selector(f"{SHOWN}main .tile .value")


def test_the_menu_stays_open_with_the_focus_in_it(signed: Signed) -> None:
    visit = signed("desk", 760)
    page = visit.open("/desk?grain=today")
    page.get_by_role("button", name="Menu").click()
    page.keyboard.press("?")
    page.keyboard.press("Tab")
    at = page.evaluate("document.activeElement.innerText")
    drawn_anew(page, 1440)
    expect(page.locator(f"{SHOWN}.tongues button", has_text="Français")).to_be_visible()
    assert page.evaluate("document.activeElement.innerText") == at == "Excel"
    page.keyboard.press("Escape")
    expect(page.locator("details[open]")).to_have_count(0)
    drawn_anew(page, 760)
    expect(page.locator("details[open]")).to_have_count(0)
    assert visit.faults == []


def test_the_proof_of_one_figure_stays_open_and_no_other(signed: Signed) -> None:
    visit = signed("manager", 760)
    page = visit.open("/centre?grain=today")
    page.locator(f"{SHOWN}.tile[data-kpi=occupancy] summary").click()
    drawn_anew(page, 1440)
    opened = page.locator(f"{SHOWN}details[open]")
    expect(opened).to_have_count(1)
    expect(page.locator(f"{SHOWN}.tile[data-kpi=occupancy] details[open] .card")).to_be_visible()
    assert visit.faults == []


def test_what_was_chosen_in_a_menu_closes_it(signed: Signed) -> None:
    visit = signed("manager")
    page = visit.open("/centre?grain=today")
    page.locator(f"{SHOWN}details.pop summary.box").click()
    menu = page.locator(f"{SHOWN}details.pop[open]")
    expect(menu).to_have_count(1)
    menu.get_by_role("link").last.click()
    page.wait_for_url("**cmp=*")
    expect(page.locator(f"{SHOWN}details[open]")).to_have_count(0)
    expect(page.locator(f"{SHOWN}details.pop summary.box")).to_contain_text(
        "vs period before", timeout=20_000
    )
    expect(page.locator(f"{SHOWN}details[open]")).to_have_count(0)
    assert visit.faults == []
