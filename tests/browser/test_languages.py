"""The product in German, as a browser that asks for it gets it, and another language by hand."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

WIDTHS = (390, 768, 1360, 1440)
WIDER = "document.documentElement.scrollWidth - innerWidth"


@pytest.mark.browser
def test_a_browser_that_asks_for_german_gets_it_and_the_menu_changes_it(
    browser: Browser, base: str
) -> None:
    context = browser.new_context(locale="de-DE", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.goto(f"{base}/login")
    assert page.locator("html").get_attribute("lang") == "de"
    page.get_by_role("button", name="Leitstand").click()
    page.wait_for_selector(".page:not([hidden]) main .tile .value", timeout=30_000)
    assert page.locator("html").get_attribute("lang") == "de"
    shown = ".page:not([hidden]) "
    level = page.locator(f"{shown}.tile", has_text="Servicelevel").first
    assert "," in level.locator(".value").inner_text()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wider = page.evaluate(WIDER)
        for _ in range(50):  # charts follow the width a moment later
            if wider <= 0:
                break
            page.wait_for_timeout(100)
            wider = page.evaluate(WIDER)
        assert wider <= 0, f"{width} px: {wider} px too wide"
    page.set_viewport_size({"width": 1440, "height": 900})
    page.keyboard.press("?")
    page.locator(f"{shown}.tongues button", has_text="Français").click()
    page.wait_for_selector("html[lang=fr]")
    page.wait_for_selector(f"{shown}.tile .value", timeout=30_000)
    assert page.locator(f"{shown}.tile", has_text="Niveau de service").count() >= 1
    # The language stays with the account, which other tests sign in to as well.
    page.keyboard.press("?")
    page.locator(f"{shown}.tongues button", has_text="English").click()
    page.wait_for_selector("html[lang=en]")
    assert faults == []
    context.close()
