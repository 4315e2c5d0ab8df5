"""A draft changed by hand in a browser, its chart behind it; misses solved, swaps and pins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page
from small_office import DRAFT, LIVE, MONDAY, open_office, served
from visit import Signed, Visit

from wfm.domain.draft_edits import standing
from wfm.domain.scope import Scope
from wfm.queries.jobs import read_jobs
from wfm.queries.plans import read_draft_lines
from wfm.queries.policy import read_pins
from wfm.queries.schedules import read_shift_history
from wfm.store.store import Store

NY, DRAWER = Scope("ny"), ".side-drawer"
CHART = ".page:not([hidden]) .week-cover"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, str]]:
    folder = tmp_path_factory.mktemp("office")
    store = open_office(folder)
    with served(folder) as base:
        yield store, base


@pytest.fixture
def desk(signed: Signed, office: tuple[Store, str]) -> Visit:
    return signed("desk", base=office[1])


def chart(page: Page) -> str:
    """The coverage chart as it is drawn."""
    return page.locator(CHART).first.inner_html()


def press(page: Page, wait: str) -> str:
    """The button of the drawer's form pressed; the words of what came then."""
    page.click(f"{DRAWER} button[type=submit]")
    said = page.wait_for_selector(f"{DRAWER} {wait}", timeout=30_000)
    assert said is not None
    return said.inner_text()


def close(page: Page) -> None:
    """The drawer closed by Esc."""
    page.keyboard.press("Escape")
    page.wait_for_selector(DRAWER, state="detached")


def changed(page: Page, before: str) -> str:
    """The chart once it is another than before; the page follows by itself."""
    for _ in range(150):
        now = chart(page)
        if now != before:
            return now
        page.wait_for_timeout(200)
    raise AssertionError("the coverage chart did not follow")


def test_a_shift_of_a_draft_is_moved_the_chart_follows_and_undo_brings_it_back(
    office: tuple[Store, str], desk: Visit
) -> None:
    page = desk.open(DRAFT, wait="button.row-open")
    # What its simulation told to fall short is solved again, as a job of its own.
    page.click('.page:not([hidden]) [data-open="repair"]')
    page.wait_for_selector(f"{DRAWER} form")
    assert "repaired is on its way" in press(page, ".d-done")
    assert read_jobs(office[0], NY, limit=1)[0].parameters["repair"] == 2
    close(page)
    before = chart(page)
    page.locator("button.row-open").last.click()
    page.wait_for_selector(f"{DRAWER} [data-args*='\"move\"']")
    page.click(f"{DRAWER} [data-args*='\"move\"']")
    page.wait_for_selector(f"{DRAWER} form[data-step=check]")
    page.select_option(f'{DRAWER} [name="start"]', "28")
    press(page, "form[data-step=confirm]")
    assert "Nothing is kept yet" in page.inner_text(DRAWER)
    assert "07:00 to 15:30" in page.inner_text(DRAWER)
    assert chart(page) == before
    assert press(page, ".d-done").startswith("The draft is changed")
    close(page)
    assert len(standing(read_draft_lines(office[0], NY, 2))) == 1
    moved = changed(page, before)
    page.click(".page:not([hidden]) .panel [data-args*='\"undo\"']")
    page.wait_for_selector(f"{DRAWER} form[data-step=confirm]")
    press(page, ".d-done")
    close(page)
    assert changed(page, moved) == before
    assert standing(read_draft_lines(office[0], NY, 2)) == ()
    assert desk.faults == []


def test_published_shifts_are_swapped_and_a_day_is_pinned(
    office: tuple[Store, str], desk: Visit
) -> None:
    page = desk.open(LIVE, wait="button.row-open")
    page.click('.page:not([hidden]) .panel [data-open="swap"]')
    page.wait_for_selector(f"{DRAWER} form")
    first = page.locator(f'{DRAWER} [name="one"]').input_value()
    page.fill(f'{DRAWER} [name="reason"]', "Child care")
    press(page, "form[data-step=confirm]")
    if page.locator(f'{DRAWER} [name="override"]').count():
        page.check(f'{DRAWER} [name="override"]')
    assert press(page, ".d-done").startswith("2 shifts changed")
    close(page)
    end = MONDAY + timedelta(days=1)
    history = read_shift_history(office[0], NY, MONDAY, end)
    assert [s.note for s in history if s.agent_id == first][-1] == "Child care"
    page.wait_for_selector('.page:not([hidden]) td:has-text("Child care")')
    page.locator("button.row-open").first.click()
    page.wait_for_selector(f'{DRAWER} [data-open="pin"]')
    page.click(f'{DRAWER} [data-open="pin"]')
    page.wait_for_selector(f"{DRAWER} form")
    page.fill(f'{DRAWER} [name="reason"]', "Promised")
    assert "stays as it is" in press(page, ".d-done")
    assert len(read_pins(office[0], NY, MONDAY, end)) == 1
    assert desk.faults == []
