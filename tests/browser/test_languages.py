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


# A chart of dates with the settings that the page gave one of its own.
DATES = """() => {
  const own = document.querySelector(".page:not([hidden]) .js-plotly-plot");
  const place = document.createElement("div");
  place.style.width = "600px";
  document.body.append(place);
  const days = ["2026-10-12", "2026-11-12", "2026-12-12"];
  return window.Plotly.newPlot(place, [{ x: days, y: [1200.5, 1201, 1201.5] }],
    { separators: own.layout.separators, xaxis: { type: "date" }, width: 600, height: 200 },
    { locale: own._context.locale, locales: own._context.locales }).then(() => {
      const told = [...place.querySelectorAll(".xtick text, .ytick text")].map(
        (one) => one.textContent);
      place.remove();
      return told;
    });
}"""


@pytest.mark.browser
def test_charts_write_figures_and_dates_in_german(browser: Browser, base: str) -> None:
    shown = ".page:not([hidden]) "
    context = browser.new_context(locale="de-DE", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{base}/login")
    page.get_by_role("button", name="Leitstand").click()
    page.wait_for_selector(f"{shown}.tile .value", timeout=30_000)
    # Chosen by hand: the account may hold the language that another test chose last.
    page.keyboard.press("?")
    page.locator(f"{shown}.tongues button", has_text="Deutsch").click()
    page.wait_for_selector("html[lang=de]")
    page.wait_for_selector("#desk-lanes .js-plotly-plot .cartesianlayer", timeout=30_000)
    lines = page.locator("#desk-lanes .nsewdrag").first
    lines.hover(position={"x": 200, "y": 10})
    page.wait_for_selector("#desk-lanes .hoverlayer text")
    told = page.locator("#desk-lanes .hoverlayer text").all_text_contents()
    assert any("," in text for text in told), told
    assert not any("." in text for text in told), told
    ticks = page.evaluate(DATES)
    assert [tick for tick in ticks if "Dez" in tick or "Okt" in tick], ticks
    assert "1.200,5" in ticks, ticks
    page.keyboard.press("?")
    page.locator(f"{shown}.tongues button", has_text="English").click()
    page.wait_for_selector("html[lang=en]")
    context.close()
