"""The agent's day in a real browser: clean at every width, next activity told, and alive."""

from __future__ import annotations

from datetime import timedelta

import pytest
from live_centre import LiveCentre
from playwright.sync_api import expect
from visit import Signed

pytestmark = pytest.mark.browser
SHOWN = ".page:not([hidden])"


def test_tiles_carry_their_figure_for_machines(signed: Signed) -> None:
    page = signed("agent").open("/me?grain=today")
    found = page.evaluate(
        f"[...document.querySelectorAll('{SHOWN} .tile')]"
        ".map(n => [n.dataset.kpi, n.dataset.value, n.querySelector('.value').innerText])"
    )
    assert [kpi for kpi, _, _ in found] == [
        "adherence", "conformance", "average_handle_time", "average_after_contact_work",
        "contacts_per_hour", "quality_score",
    ]  # fmt: skip
    for _, value, text in found:
        if value:
            shown = float(text.split()[0].rstrip("%s/h").replace("\u202f", ""))
            assert abs(float(value) - shown) <= 0.5
        else:
            assert text == "–"


def test_on_a_phone_two_tiles_stand_beside_each_other_above_the_day(signed: Signed) -> None:
    page = signed("agent", 390).open("/me?grain=today")
    tops = page.evaluate(
        f"[...document.querySelectorAll('{SHOWN} .tile')]"
        ".map(n => Math.round(n.getBoundingClientRect().top))"
    )
    assert [tops.count(top) for top in sorted(set(tops))] == [2, 2, 2]
    note = page.locator(f"{SHOWN} .today .next")
    expect(note).to_contain_text("next: ")
    box = note.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390
    assert page.locator(f"{SHOWN} .tl-now").count() == 1


def test_a_lead_opens_the_day_of_one_agent_with_all_on_one_axis(signed: Signed) -> None:
    visit = signed("lead")
    page = visit.open("/me?scope=dublin/T-06/A-0190&grain=today", wait=f"{SHOWN} .moments")
    boxes = page.evaluate(
        f"['.tl-canvas', '.strip-plot', '.moments'].map(q => document.querySelector('{SHOWN} ' + q)"
        ".getBoundingClientRect()).map(b => [Math.round(b.left), Math.round(b.right)])"
    )
    assert boxes[0] == boxes[1] == boxes[2]
    assert page.evaluate(
        f"document.querySelector('{SHOWN} .tl-canvas').getBoundingClientRect().height"
    ) == pytest.approx(56)
    assert visit.faults == []


def test_new_states_show_without_a_reload(signed: Signed, centre: LiveCentre) -> None:
    visit = signed("agent")
    page = visit.open("/me?grain=today")
    page.evaluate("window.loaded = 'once'")
    flag = page.locator(f"{SHOWN} .today .tl-nowflag")
    picture = page.locator(f"{SHOWN} .today .tl-canvas img")
    before, drawn = flag.inner_text(), picture.get_attribute("src")
    now = centre.clock.now()
    centre.deliver(now, now + timedelta(minutes=7))
    expect(flag).not_to_have_text(before, timeout=40_000)
    assert picture.get_attribute("src") != drawn
    assert page.evaluate("window.loaded") == "once"
    assert visit.faults == []


def test_a_figure_is_exported_as_it_is_shown(signed: Signed) -> None:
    visit = signed("agent")
    page = visit.open("/me?grain=today&view=table")
    row = page.locator(f"{SHOWN} table.grid tr", has_text="Schedule adherence")
    shown = row.first.inner_text().split()[2]
    answer = page.request.get(f"{visit.base}/export/agent.csv?grain=today")
    assert answer.status == 200
    line = next(
        line for line in answer.text().splitlines() if line.strip('"').startswith("Schedule adh")
    )
    value = page.locator(f"{SHOWN} .tile[data-kpi=adherence]").get_attribute("data-value")
    assert value is not None
    assert value in line or shown in line
