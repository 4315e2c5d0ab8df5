"""On a Monday before anything has happened, a page begins with the week that has figures."""

from __future__ import annotations

from datetime import UTC, date, datetime

from live_centre import PEOPLE, LiveCentre, MovingClock

from dashboards.build import ask_of, room_of
from dashboards.frame import Ask, Look
from dashboards.shell import whole_page
from dashboards.sources import Sources
from wfm.web.pages import parse_href

MONDAY = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
SAID = "There are no figures of this week yet; last week is shown."


def ask(page: str, href: str, centre: LiveCentre, at: datetime = MONDAY, who: str = "") -> Ask:
    room = room_of(page)
    assert room is not None
    sources = Sources(centre.store, MovingClock(at))
    return ask_of(PEOPLE[who or page], room, parse_href(href), Look(), sources)


def page_text(one: Ask) -> str:
    room = room_of(one.page.page_id)
    assert room is not None
    return str(whole_page(one, room.view(one)))


def test_a_week_without_a_figure_gives_way_to_the_one_before(centre: LiveCentre) -> None:
    for page, href in (("manager", "/centre"), ("agent", "/me")):
        shown = ask(page, href, centre)
        assert (shown.period.first, shown.live) == (date(2026, 10, 26), False)
        told = page_text(shown)
        assert SAID in told
        # The arrow leads to the running week itself, and the way back to the week before last.
        assert f"href='{href}?grain=week'" in told
        assert f"href='{href}?grain=week&day=2026-10-19'" in told


def test_a_month_of_targets_without_a_figure_gives_way_to_the_one_before(
    centre: LiveCentre,
) -> None:
    for who in ("manager", "team", "desk"):
        shown = ask("targets", "/targets", centre, who=who)
        assert (shown.period.first, shown.grain) == (date(2026, 10, 1), "month")
        assert "There are no figures of this month yet; last month is shown." in page_text(shown)
    asked = ask("targets", "/targets?grain=month", centre, who="manager")
    assert asked.period.first == date(2026, 11, 1)


def test_a_week_that_is_asked_for_or_has_figures_stands(centre: LiveCentre) -> None:
    asked = ask("manager", "/centre?grain=week", centre)
    begun = ask("manager", "/centre", centre, datetime(2026, 10, 29, 15, 20, tzinfo=UTC))
    assert [one.period.first for one in (asked, begun)] == [date(2026, 11, 2), date(2026, 10, 26)]
    assert SAID not in page_text(asked)
    later = ask("manager", "/centre", centre, datetime(2026, 11, 16, 4, 0, tzinfo=UTC))
    assert later.period.first == date(2026, 11, 16)  # the week before has no figure either
