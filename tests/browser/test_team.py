"""The team lead in a real browser: clean, aligned, drilled into, and alive."""

from __future__ import annotations

from datetime import timedelta

import pytest
from live_centre import LiveCentre
from playwright.sync_api import expect
from visit import Signed

pytestmark = pytest.mark.browser
SHOWN = ".page:not([hidden]) "


def test_each_row_of_the_board_lies_on_one_line_with_its_day(signed: Signed) -> None:
    page = signed("lead").open("/team")
    rows, days = (
        page.evaluate(
            "q => [...document.querySelectorAll(q)].map(n => n.getBoundingClientRect().top)",
            SHOWN + selector,
        )
        for selector in (".board tbody tr", ".days .next li")
    )
    assert len(rows) == len(days) >= 8
    assert max(abs(a - b) for a, b in zip(rows, days, strict=True)) <= 2
    cut = page.evaluate(
        "[...document.querySelectorAll('.board .scroll, .gap .scroll')]"
        ".filter(n => n.scrollWidth > n.clientWidth).length"
    )
    assert cut == 0


def test_a_phone_shows_agent_state_and_time_out(signed: Signed) -> None:
    page = signed("lead", 390).open("/team")
    heads = page.locator(SHOWN + ".board thead th:visible").all_inner_texts()
    assert heads == ["Agent, tenure", "State and should be", "Out"]


def test_a_tile_and_a_row_are_drilled_into_and_back_returns(signed: Signed) -> None:
    visit = signed("lead")
    page = visit.open("/team")
    page.locator(SHOWN + ".tile", has_text="Adherence").get_by_role("link").first.click()
    page.wait_for_url("**kpi=adherence&by=agent*")
    expect(page.locator(SHOWN + ".gap .note")).to_contain_text("Adherence against")
    page.locator(SHOWN + ".board").get_by_role("link", name="Sorin Dalbury").click()
    page.wait_for_url("**/me?scope=dublin/T-06/A-0192*")
    page.wait_for_selector(SHOWN + "main .tile .value")
    page.locator(SHOWN + ".crumbs").get_by_role("link", name="Dublin voice 3").click()
    page.wait_for_url("**/team?scope=dublin/T-06*")
    page.wait_for_selector(SHOWN + ".board")
    page.go_back()
    page.go_back()
    page.wait_for_url("**/team?*")
    expect(page.locator(SHOWN + ".gap .note")).to_contain_text("Adherence against")
    assert visit.faults == []


def test_a_new_state_of_an_agent_shows_without_a_reload(signed: Signed, centre: LiveCentre) -> None:
    visit = signed("lead")
    page = visit.open("/team")
    page.evaluate("window.loaded = 'once'")
    page.evaluate("document.querySelector('.page:not([hidden]) .tile').dataset.kept = 'yes'")
    board = page.locator(SHOWN + ".board tbody")
    states, flag = board.inner_text(), visit.shown(".tl-nowflag")
    centre.deliver(centre.clock.now(), centre.clock.now() + timedelta(minutes=25))
    expect(page.locator(SHOWN + ".tl-nowflag")).not_to_have_text(flag, timeout=30_000)
    assert board.inner_text() != states
    assert page.evaluate("window.loaded") == "once"
    assert (
        page.evaluate("document.querySelector('.page:not([hidden]) .tile').dataset.kept") == "yes"
    )
    assert visit.faults == []
