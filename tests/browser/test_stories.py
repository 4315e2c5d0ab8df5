"""The four stories in their click budgets, from sign-in to the action done, by visible labels.

On a centre of the run's seed with sites, teams and agents permuted: the cause is on screen within
two clicks, its action is open by the third, and from the insight's own button by the first.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect
from told_centre import Told
from visit import Signed, Visit

from wfm.domain.scope import Scope
from wfm.queries.organisation import read_organisation
from wfm.queries.remedies import read_remedies

pytestmark = pytest.mark.browser
SHOWN = ".page:not([hidden]) "


class Walk:
    """A signed-in person's clicks, counted."""

    def __init__(self, visit: Visit) -> None:
        self.visit, self.page, self.clicks = visit, visit.open("/"), 0

    def click(self, what: Locator) -> None:
        """One more click on something that is to be seen."""
        expect(what.first).to_be_visible(timeout=20_000)
        what.first.click()
        self.clicks += 1

    @property
    def main(self) -> Locator:
        return self.page.locator(f"{SHOWN}main")

    @property
    def first_insight(self) -> Locator:
        return self.main.get_by_label("Insights").get_by_role("listitem").first

    @property
    def drawer(self) -> Locator:
        return self.page.locator(".side-drawer")

    def see(self, where: Locator, *words: str) -> None:
        """Words of the cause, all on screen."""
        for one in words:
            expect(where.first).to_contain_text(one, ignore_case=True, timeout=20_000)


def begin(signed: Signed, base: str, role: str) -> Walk:
    return Walk(signed(role, base=base))


def sent(page: Page, label: str) -> None:
    page.locator(".side-drawer").get_by_role("button", name=label).click()


def name_of(told: Told, scope: Scope) -> str:
    return read_organisation(told.store, scope).name_of(scope)


def test_an_agent_finds_the_late_lunches_and_asks_for_another_shift(
    signed: Signed, told: Told, told_base: str
) -> None:
    one = begin(signed, told_base, "agent")
    ranges = one.page.locator(SHOWN).get_by_role("group", name="Range")
    one.click(ranges.get_by_role("link", name="Quarter"))
    expect(ranges.get_by_role("link", name="Quarter")).to_have_attribute("aria-current", "true")
    one.see(one.main, "after lunch")
    one.click(one.main.get_by_role("button", name="Ask for another shift"))
    expect(one.drawer.get_by_label("What should change")).to_be_visible()
    assert one.clicks == 2
    assert one.visit.faults == []

    card = begin(signed, told_base, "agent")
    card.see(card.first_insight, "you came back 4 to 5 min after lunch ended")
    card.click(card.first_insight.get_by_role("button", name="Ask for a schedule change"))
    expect(card.drawer.get_by_label("What should change")).to_have_value("meal_longer")
    assert card.clicks == 1
    card.drawer.get_by_label("Reason").fill("My lunch ends when my queue begins")
    sent(card.page, "Show what it would do")
    card.see(card.drawer, "The same with this change", "Nothing is sent yet.")
    sent(card.page, "Send the request")
    card.see(card.drawer, "Sent. Your team lead sees it now.")
    (asked,) = read_remedies(told.store, told.late, 0)
    assert (asked.kind, asked.status) == ("schedule_change", "submitted")
    # Who decides sees the days it bears on, in the staffing of the week ahead.
    where = f"/requests?scope={told.late.site}"
    desk = signed("desk", base=told_base).open(where, wait=f"{SHOWN}.week-cover")
    expect(desk.locator(f"{SHOWN}.week-cover .chosen").first).to_contain_text("1 request")
    assert card.visit.faults == []


def test_a_lead_finds_the_slow_recruits_and_plans_a_coaching(
    signed: Signed, told: Told, told_base: str
) -> None:
    why = begin(signed, told_base, "lead")
    why.click(why.first_insight.get_by_role("button", name="Why"))
    why.see(why.drawer, "gap, 2 of 8 agents", "after-contact work")
    why.click(why.drawer.get_by_role("button", name="Coach "))
    expect(why.drawer.get_by_label("Look at it again on")).to_be_visible()
    assert why.clicks == 2

    card = begin(signed, told_base, "lead")
    card.click(card.first_insight.get_by_role("button", name="Coach "))
    expect(card.drawer.get_by_label("Why now")).to_be_visible()
    assert card.clicks == 1
    card.drawer.get_by_label("Why now").fill("After-contact work five times the team's")
    sent(card.page, "Plan the coaching")
    card.see(card.drawer, "Planned. Look at it again on")
    (planned,) = read_remedies(told.store, told.hires, 0)
    assert (planned.kind, planned.status) == ("coaching", "planned")
    assert [*why.visit.faults, *card.visit.faults] == []


def test_a_manager_finds_the_campaign_and_moves_people_to_it(
    signed: Signed, told: Told, told_base: str
) -> None:
    why = begin(signed, told_base, "manager")
    why.click(why.first_insight.get_by_role("button", name="Why"))
    why.see(why.drawer, "tv offer accounts for", "agents in their first 90 days account for")
    why.click(why.drawer.get_by_role("button", name="Move tv offer to settled agents"))
    expect(why.drawer.get_by_label("They serve")).to_be_visible()
    assert why.clicks == 2

    card = begin(signed, told_base, "manager")
    card.click(card.first_insight.get_by_role("button", name="Move tv offer to settled agents"))
    expect(card.drawer.get_by_label("They serve")).to_be_visible()
    assert card.clicks == 1
    assert card.drawer.get_by_role("checkbox", checked=True).count() >= 1
    card.drawer.get_by_label("Reason").fill("Offers are slow with new agents")
    sent(card.page, "Show what it would do")
    card.see(card.drawer, "Handle time of", "at last week's volumes", "Nothing is written yet.")
    sent(card.page, "Move them")
    card.see(card.drawer, "Done: they serve it from")
    (moved,) = read_remedies(told.store, told.campaign, 0)
    assert (moved.kind, moved.status) == ("skill_change", "assigned")
    assert [*why.visit.faults, *card.visit.faults] == []


def test_the_desk_finds_the_training_and_alerts_the_site(
    signed: Signed, told: Told, told_base: str
) -> None:
    site = name_of(told, told.short)
    by_hand = begin(signed, told_base, "desk")
    row = by_hand.main.get_by_role("table").get_by_role("link", name=site, exact=True)
    by_hand.click(row)
    by_hand.see(by_hand.main, f"{site} has", "after publication")
    by_hand.click(by_hand.main.get_by_role("button", name=f"Alert {site}"))
    expect(by_hand.drawer.get_by_label("Gap")).to_be_visible()
    assert by_hand.clicks == 2

    card = begin(signed, told_base, "desk")
    card.see(card.first_insight, site, "training added after publishing took")
    card.click(card.first_insight.get_by_role("button", name=f"Alert {site}"))
    expect(card.drawer.get_by_label("Cause")).to_have_value("training")
    assert card.clicks == 1
    assert card.drawer.get_by_label("Gap").input_value()
    card.drawer.get_by_label("What you ask the site to do").fill("Move two groups to 15:00")
    sent(card.page, f"Alert {site}")
    card.see(card.drawer, "Sent. The answer appears in the list of this page.")
    (raised,) = read_remedies(told.store, told.short, 0)
    assert (raised.kind, raised.status) == ("site_alert", "raised")
    assert [*by_hand.visit.faults, *card.visit.faults] == []
