"""The first answer is asked for while the scripts are on their way, and once only."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Request, Route, expect
from visit import Signed

pytestmark = pytest.mark.browser
SHOWN = ".page:not([hidden])"
CALLBACK = "_dash-update-component"


def test_a_page_asks_for_its_first_answer_before_its_scripts_are_there(signed: Signed) -> None:
    visit = signed("agent")
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/_dash-" in request.url:
            asked.append(request.url.removeprefix(visit.base).split("?")[0])

    visit.page.on("request", note)
    visit.open("/me?grain=today")
    named = [url for url in asked if "component-suites" not in url]
    assert sorted(named) == ["/_dash-dependencies", "/_dash-layout", f"/{CALLBACK}"]
    # The renderer asks for a layout first and for figures last.
    assert asked.index(f"/{CALLBACK}") < asked.index("/_dash-layout")
    assert visit.faults == []


def test_another_look_than_the_first_is_asked_of_the_server(signed: Signed) -> None:
    visit = signed("manager")
    sent: list[str] = []

    def note(request: Request) -> None:
        if CALLBACK in request.url:
            body = json.loads(request.post_data or "{}")
            sent.append(next(i["value"] for i in body["inputs"] if i["property"] == "data"))

    visit.page.on("request", note)
    page = visit.open("/centre?grain=week")
    page.locator(f"{SHOWN} .top a", has_text="Month").first.click()
    expect(page.locator(f"{SHOWN} .seg [aria-current]").first).to_have_text("Month")
    page.go_back()
    expect(page.locator(f"{SHOWN} .seg [aria-current]").first).to_have_text("Week")
    assert [one.split("grain=")[1][:5] for one in sent] == ["week", "month", "week"]
    assert visit.faults == []


def test_a_page_waits_for_an_answer_before_it_asks_again(signed: Signed) -> None:
    page = signed("desk").open("/planning?scope=dublin", wait=f"{SHOWN} main")
    held: list[Route] = []
    page.route(f"**/{CALLBACK}*", lambda route: held.append(route))
    page.wait_for_timeout(7000)  # the page is asked for anew every two seconds
    assert len(held) == 1
    held[0].continue_()
    page.wait_for_timeout(5000)
    assert len(held) == 2
    page.unroute(f"**/{CALLBACK}*")
