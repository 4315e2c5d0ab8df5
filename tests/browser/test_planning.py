"""The planning page in a browser: from forecast to publication and a change, by its own buttons."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date

import pytest
from live_centre import LiveCentre
from playwright.sync_api import Page
from visit import Signed

from wfm.domain.scope import Scope
from wfm.queries.planning import read_requirements
from wfm.queries.plans import read_plans
from wfm.queries.schedules import read_shift_history
from wfm.worker.jobs import work_once

WEEK = "2026-W45"
HREF = f"/planning?scope=dublin&week={WEEK}"
DRAWER = ".side-drawer"


@pytest.fixture
def worker(centre: LiveCentre) -> Iterator[None]:
    """A worker beside the server, until the test ends."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.1):
            work_once(centre.store, centre.clock, "browser-test", stop=stop)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join(20)


def send(page: Page, form: str, **fields: str) -> str:
    """A form of the page opened, filled and sent; its outcome."""
    page.click(f'.page:not([hidden]) .panel [data-open="{form}"]')
    page.wait_for_selector(f"{DRAWER} form")
    for name, value in fields.items():
        page.fill(f'{DRAWER} [name="{name}"]', value)
    page.click(f"{DRAWER} button[type=submit]")
    said = page.wait_for_selector(f"{DRAWER} .d-done", timeout=15_000)
    assert said is not None
    words = said.inner_text()
    page.keyboard.press("Escape")
    page.wait_for_selector(DRAWER, state="detached")
    return words


def job_done(page: Page, words: str) -> None:
    """Nothing, once the list of jobs says so; the page follows it by itself.

    The first solve of a checkout compiles its loops, and a busy machine takes long for that.
    """
    page.wait_for_selector(f'.page:not([hidden]) .job-list .said:has-text("{words}")',
                           timeout=240_000)  # fmt: skip


def have_required(page: Page, centre: LiveCentre) -> None:
    """Nothing; the week then has a requirement, asked for here unless a test before did so."""
    if ("dublin", WEEK) not in read_requirements(centre.store, Scope("dublin"), (WEEK,)):
        send(page, "forecast")
        job_done(page, "contacts in")
        send(page, "require")
        job_done(page, "agent-hours on queue")
    page.wait_for_selector('.page:not([hidden]) .panel [data-open="solve"]')


def test_a_week_is_forecast_solved_published_and_changed_from_the_page(
    signed: Signed, centre: LiveCentre, worker: None
) -> None:
    visit = signed("desk")
    page = visit.open(HREF, wait=".page:not([hidden]) .run-numbers, .page:not([hidden]) .state")
    assert "is asked for" in send(page, "forecast")
    job_done(page, "contacts in")
    # Esc gave the focus back to the button that opened the drawer, through the page drawn anew.
    assert page.evaluate("document.activeElement.dataset.open") == "forecast"
    send(page, "require")
    job_done(page, "agent-hours on queue")
    page.wait_for_selector('.page:not([hidden]) .panel [data-open="solve"]')
    # What if a tenth more came: the slider in hand stays, the answer follows it.
    page.click('.page:not([hidden]) .panel [data-open="whatif"]')
    page.wait_for_selector(f"{DRAWER} form[data-live]")
    assert "one fewer" in page.inner_text(DRAWER)
    level = page.locator(f"{DRAWER} .run-numbers b").first
    before = float(level.inner_text().split()[0])
    page.locator(f'{DRAWER} [name="volume"]').focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "before => parseFloat(document.querySelector('.side-drawer .run-numbers b').textContent)"
        " < before", arg=before,
    )  # fmt: skip
    assert page.locator(f"{DRAWER} .f-value").nth(1).inner_text() == "110 %"
    assert page.evaluate("document.activeElement.name") == "volume"
    page.keyboard.press("Escape")
    page.click('.page:not([hidden]) .panel [data-open="solve"]')
    page.wait_for_selector(f"{DRAWER} form")
    page.fill(f'{DRAWER} [name="limit"]', "5000")
    page.click(f"{DRAWER} button[type=submit]")
    wrong = page.wait_for_selector(f"{DRAWER} .f-error")
    assert wrong is not None
    assert wrong.inner_text() == "Time limit is 5000; choose 1 to 900."
    page.fill(f'{DRAWER} [name="limit"]', "1")
    page.fill(f'{DRAWER} [name="label"]', "Mornings")
    page.click(f"{DRAWER} button[type=submit]")
    page.wait_for_selector(f"{DRAWER} .d-done")
    page.keyboard.press("Escape")
    job_done(page, "Draft plan")
    assert [p.label for p in read_plans(centre.store, Scope("dublin"), week=WEEK)] == ["Mornings"]
    page.wait_for_selector('.page:not([hidden]) .answer [data-open="publish"]')
    page.reload()
    page.wait_for_selector('.page:not([hidden]) .answer [data-open="publish"]')
    # The whole curve is there after a reload.
    assert "best cost" in visit.shown(".run-numbers")
    assert page.locator(".page:not([hidden]) #planning-curve").count() == 1
    page.click('.page:not([hidden]) .answer [data-open="publish"]')
    page.wait_for_selector(f"{DRAWER} form")
    page.click(f"{DRAWER} button[type=submit]")
    page.wait_for_selector(f"{DRAWER} .f-error")
    assert "Say why" in page.inner_text(f"{DRAWER} .f-error")
    page.fill(f'{DRAWER} [name="reason"]', "First plan of the week")
    page.click(f"{DRAWER} button[type=submit]")
    # It was not simulated: somebody has to sign for that.
    page.wait_for_selector(f'{DRAWER} .f-error:has-text("Sign it")')
    page.check(f'{DRAWER} [name="sign"]')
    page.click(f"{DRAWER} button[type=submit]")
    page.wait_for_selector(f"{DRAWER} .d-done")
    assert "Published:" in page.inner_text(f"{DRAWER} .d-done")
    page.keyboard.press("Escape")
    assert read_plans(centre.store, Scope("dublin"), week=WEEK)[0].state == "published"

    visit.open(f"{HREF}&plan=live&on=2026-11-04", wait="button.row-open")
    page.locator("button.row-open").nth(1).click()
    page.wait_for_selector(f"{DRAWER} .d-history")
    page.click(f"{DRAWER} [data-args*='\"put\"']")
    page.wait_for_selector(f"{DRAWER} form[data-step=check]")
    page.select_option(f'{DRAWER} [name="start"]', index=2)
    page.select_option(f'{DRAWER} [name="end"]', index=4)
    page.fill(f'{DRAWER} [name="reason"]', "Product training")
    page.click(f"{DRAWER} button[type=submit]")
    page.wait_for_selector(f"{DRAWER} form[data-step=confirm]")
    assert "Nothing is written yet" in page.inner_text(DRAWER)
    page.click(f"{DRAWER} button[type=submit]")
    page.wait_for_selector(f"{DRAWER} .d-done")
    assert "Recorded as version" in page.inner_text(f"{DRAWER} .d-done")
    page.wait_for_selector('.page:not([hidden]) td:has-text("Product training")')
    first, end = date(2026, 11, 4), date(2026, 11, 5)
    history = read_shift_history(centre.store, Scope("dublin"), first, end)
    made = [shift for shift in history if shift.note == "Product training"]
    assert [s.segments[1].activity for s in made] == ["training"]
    assert visit.faults == []


def test_a_run_is_cancelled_within_two_seconds_and_keeps_its_best(
    signed: Signed, centre: LiveCentre, worker: None
) -> None:
    visit = signed("desk")
    page = visit.open(HREF, wait=".page:not([hidden]) .run-numbers, .page:not([hidden]) .state")
    have_required(page, centre)
    assert "on its way" in send(page, "solve", limit="900", label="Cut off")
    page.wait_for_selector('.page:not([hidden]) .run-line:has-text("Improving")',
                           timeout=240_000)  # fmt: skip
    page.click('.page:not([hidden]) [data-open="cancel"]')
    page.wait_for_selector(f"{DRAWER} form")
    page.click(f"{DRAWER} button[type=submit]")
    page.wait_for_selector(f"{DRAWER} .d-done", timeout=2_000)
    page.keyboard.press("Escape")
    job_done(page, "Cancelled; the best schedule so far is draft plan")
    assert "Cut off" in [p.label for p in read_plans(centre.store, Scope("dublin"), week=WEEK)]
    assert visit.faults == []


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark")])
def test_the_page_fits_every_width(signed: Signed, width: int, scheme: str) -> None:
    visit = signed("desk", width, scheme)
    page = visit.open("/planning")
    over = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert (over, visit.faults) == (0, [])
