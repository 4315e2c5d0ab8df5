"""Control desk and manager in a real browser: clean, linked, narrow and wide, and alive."""

from __future__ import annotations

from datetime import timedelta

import pytest
from live_centre import LiveCentre
from playwright.sync_api import expect
from visit import Signed

pytestmark = pytest.mark.browser
PAGES = {"desk": "/desk", "manager": "/centre"}


def test_tiles_and_rows_are_dense_and_nothing_is_cut(signed: Signed) -> None:
    page = signed("manager").open("/centre?grain=today")
    heights = page.evaluate(
        "[...document.querySelectorAll('main .tile')].map(n => n.getBoundingClientRect().height)"
    )
    assert len(heights) == 6
    assert max(heights) <= 96
    rows = page.evaluate(
        "[...document.querySelectorAll('table.grid tbody tr')]"
        ".map(n => Math.round(n.getBoundingClientRect().height))"
    )
    assert set(rows) <= {28, 29}
    cut = page.evaluate(
        "[...document.querySelectorAll('.tile .value, table.grid td.num, .tile .gap')]"
        ".filter(n => n.scrollWidth > n.clientWidth + 1).map(n => n.textContent)"
    )
    assert cut == []


def test_a_site_is_opened_from_its_row_and_left_by_breadcrumb_and_back(signed: Signed) -> None:
    visit = signed("desk")
    page = visit.open("/desk?grain=today")
    crumbs = page.locator(".page:not([hidden]) .crumbs li")
    page.get_by_role("table").get_by_role("link", name="Dublin", exact=True).click()
    expect(crumbs).to_have_count(2)
    assert page.url.endswith("/desk?scope=dublin&grain=today")
    page.get_by_role("table").get_by_role("link", name="Dublin voice 3").first.click()
    expect(crumbs).to_have_count(3)
    page.get_by_role("navigation", name="Scope").get_by_role("link", name="All sites").click()
    expect(crumbs).to_have_count(1)
    page.go_back()
    expect(crumbs).to_have_count(3)
    page.go_back()
    expect(crumbs).to_have_count(2)
    assert page.url.endswith("/desk?scope=dublin&grain=today")
    assert visit.faults == []


def test_graphic_and_table_are_one_key_apart_and_agree(signed: Signed) -> None:
    visit = signed("manager")
    page = visit.open("/centre?grain=today&kpi=average_handle_time")
    before = page.locator(".page:not([hidden]) .tile .value").all_inner_texts()
    page.keyboard.press("v")
    page.wait_for_url("**view=table*")
    page.wait_for_selector(".page:not([hidden]) .body.single table")
    assert page.locator(".page:not([hidden]) .tile .value").all_inner_texts() == before
    assert page.locator(".page:not([hidden]) .js-plotly-plot").count() == 0
    total = page.locator("table.grid tr.total").first.inner_text().split()
    assert before[1].removesuffix("s") in total


def test_the_proof_of_a_figure_opens_by_key_and_closes_by_escape(signed: Signed) -> None:
    page = signed("manager").open("/centre?grain=today")
    page.locator(".tile", has_text="Handle time").get_by_role("link").first.focus()
    page.keyboard.press("i")
    card = page.locator(".proof[open] .card")
    card.wait_for()
    text = card.inner_text()
    for word in ("Formula", "Value", "÷", "Rows"):
        assert word in text
    page.keyboard.press("Escape")
    assert page.locator(".proof[open]").count() == 0


def test_a_tile_is_explained_by_key_and_escape_gives_the_focus_back(signed: Signed) -> None:
    visit = signed("manager", 390)
    page = visit.open("/centre?grain=today")
    page.locator(".page:not([hidden]) .tile", has_text="Occupancy").locator(".why-btn").focus()
    page.keyboard.press("e")
    drawer = page.locator(".side-drawer")
    drawer.locator("h2", has_text="Why occupancy").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    rows = drawer.locator("table.steps").first.locator("td.n").all_inner_texts()
    first, *parts, last = [
        float(r.split("\u00a0")[0].split(" ")[0].replace("−", "-")) for r in rows
    ]
    assert first + sum(parts) == pytest.approx(last, abs=1e-6)
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    assert page.evaluate("document.activeElement.className") == "why-btn"
    assert visit.faults == []


def test_the_scheme_is_toggled_and_remembered(signed: Signed) -> None:
    visit = signed("desk")
    page = visit.open("/desk?grain=today")
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate("document.documentElement.dataset.scheme") == "dark"
    page.reload()
    page.wait_for_selector(".page:not([hidden]) main .tile .value")
    assert page.evaluate("document.documentElement.dataset.scheme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(36, 36, 36)"


def test_a_foreign_scope_and_an_unknown_one_look_the_same(signed: Signed) -> None:
    visit = signed("manager")
    texts = []
    for scope in ("phoenix", "atlantis"):
        answer = visit.page.goto(f"{visit.base}/centre?scope={scope}")
        assert answer is not None
        assert answer.status == 404
        texts.append(visit.page.inner_text("body"))
    assert texts[0] == texts[1]
    assert "phoenix" not in texts[0].lower()


def test_a_link_pushed_to_a_foreign_scope_shows_no_figure(signed: Signed) -> None:
    visit = signed("manager")
    page = visit.open("/centre")
    page.evaluate(
        "history.pushState({}, '', '/centre?scope=phoenix');"
        "dispatchEvent(new PopStateEvent('popstate', {state: {}}))"
    )
    page.wait_for_selector(".refusal:visible")
    assert page.locator(".tile:visible").count() == 0


def test_new_events_show_without_a_reload_and_nothing_flickers(
    signed: Signed, centre: LiveCentre
) -> None:
    visit = signed("desk")
    page = visit.open("/desk?grain=today&scope=dublin")
    page.wait_for_selector(".js-plotly-plot .main-svg")
    page.evaluate("document.querySelector('.page:not([hidden]) .tile').dataset.kept = 'yes'")
    page.evaluate("document.querySelector('.js-plotly-plot').dataset.kept = 'yes'")
    page.locator(".page:not([hidden]) .proof summary").first.click()
    page.evaluate("window.loaded = 'once'")
    before = visit.shown(".lane-names:has-text('so far') span")
    now = centre.clock.now()
    centre.deliver(now, now + timedelta(minutes=45))
    told = page.locator(".page:not([hidden]) .lane-names span", has_text="so far")
    expect(told).not_to_have_text(before, timeout=20_000)
    assert page.evaluate("window.loaded") == "once"
    kept = page.evaluate("document.querySelector('.page:not([hidden]) .tile').dataset.kept")
    assert kept == "yes"
    assert page.evaluate("document.querySelector('.js-plotly-plot').dataset.kept") == "yes"
    assert page.locator(".page:not([hidden]) .proof[open]").count() == 1
    assert visit.faults == []


def test_a_tick_without_news_is_almost_empty(signed: Signed) -> None:
    visit = signed("desk")
    page = visit.open("/desk?grain=today")
    with page.expect_response("**/_dash-update-component*", timeout=15_000) as answer:
        pass
    assert len(answer.value.body()) < 200


def test_signing_out_stops_the_refresh_at_the_next_tick(signed: Signed) -> None:
    visit = signed("desk")
    page = visit.open("/desk")
    page.evaluate(
        "fetch('/logout', {method: 'POST', credentials: 'same-origin', redirect: 'manual'})"
    )
    page.wait_for_url("**/login**", timeout=15_000)


def test_a_server_that_fails_is_said_and_figures_stay(signed: Signed) -> None:
    visit = signed("desk")
    page = visit.open("/desk?grain=today")
    before = visit.shown(".tile .value")
    page.route("**/_dash-update-component*", lambda route: route.fulfill(status=503, body="{}"))
    expect(page.locator(".banner.is-lost")).to_be_visible(timeout=15_000)
    assert visit.shown(".tile .value") == before
    page.unroute("**/_dash-update-component*")
    expect(page.locator(".banner.is-lost")).to_be_hidden(timeout=15_000)


def test_a_printed_page_says_what_it_is_and_leaves_the_controls_out(signed: Signed) -> None:
    page = signed("manager").open("/centre?grain=today")
    page.emulate_media(media="print")
    head = page.locator(".page:not([hidden]) .print-head")
    expect(head).to_be_visible()
    for word in ("Dublin", "Thu 29 Oct", "data to", "Europe/Dublin"):
        assert word in head.inner_text()
    expect(page.locator(".page:not([hidden]) .top")).to_be_hidden()


def test_the_first_key_skips_to_the_content(signed: Signed) -> None:
    page = signed("manager").open("/centre?grain=today")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert ring == "solid"
