"""The drawer that explains a tile: as the tile has it, exact, and for nobody but the page's own."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from live_centre import PEOPLE, Answered

from dashboards.build import room_of
from dashboards.explain import FORM, figure_args
from dashboards.forms import FormAsk, Sent, asked_form
from dashboards.insights import NOTHING, insights_strip
from dashboards.sources import Sources
from dashboards.view_state import parse_view
from kpis.explain.finding import Bar, Check, Finding, Level, Step, to_document
from wfm.domain.errors import PermissionDenied
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.store.writers.insights import FoundRow, Look, replace_insights
from wfm.web.guard import Address
from wfm.web.pages import authorise_page, parse_href

FINDING = Finding(
    "change", "average_handle_time", Scope("dublin"), (Role.MANAGER,), "Handle time rose 66 s.",
    ("Within tv offer: 75 s.",),
    (Level("contact_type", 354.0, 420.0, (Bar("a", "billing", 9.76), Bar("b", "offer", 56.24))),),
    Step("reassign_skill", "Move tv offer", {"scope": "dublin"}),
    (Check("base", True, "1,300 contacts"),), (("Rows", "12 cells"),), 4.0, "bad", 0,
)  # fmt: skip


def texts(node: Any) -> list[str]:
    """Every text of a tree of parts, in order."""
    if isinstance(node, str):
        return [node]
    if isinstance(node, list | tuple):
        return [text for one in node for text in texts(one)]
    return texts(getattr(node, "children", None) or [])


def ask_drawer(sources: Sources, href: str, values: dict[str, str]) -> Any:
    """The drawer of a page at an address, as its own role opens it."""
    address = parse_href(href)
    room = room_of(address.page.page_id)
    assert room is not None
    ask = FormAsk(
        PEOPLE[room.page_id], address.page, parse_view(address.query), Scope.parse(values["scope"]),
        sources, values,
    )  # fmt: skip
    return next(form for form in room.forms if form.name == FORM).show(ask)


@pytest.mark.parametrize(
    ("page", "href", "kpi"),
    [
        ("manager", "/centre?grain=today", "average_handle_time"),
        ("team", "/team?grain=today", "contacts_per_hour"),
        ("desk", "/desk?grain=today", "service_level"),
        ("agent", "/me?grain=today", "adherence"),
    ],
)
def test_the_drawer_explains_the_figure_that_the_tile_shows(
    answered: Answered, sources: Sources, page: str, href: str, kpi: str
) -> None:
    ask, view = answered(href)
    tile = next(t for t in view.tiles if t.kpi_id == kpi)
    assert tile.why == figure_args(kpi, ask.scope)
    drawer = ask_drawer(sources, href, dict(tile.why))
    told = " ".join(texts(list(drawer.body)))
    assert drawer.wide
    assert tile.value in told.replace(",", "\u202f")
    for words in ("How it is known", "Formula", "against its target"):
        assert words in told


def test_a_figure_of_another_role_is_refused(sources: Sources) -> None:
    with pytest.raises(PermissionDenied, match="Cost per contact is not shown to the role Agent"):
        ask_drawer(sources, "/me", {"kpi": "cost_per_contact", "scope": "dublin/T-04/A-0173"})


def test_whoever_may_not_open_the_page_gets_nothing_explained_there() -> None:
    room = room_of("manager")
    address = parse_href("/centre?scope=dublin/T-04")
    assert room is not None
    sent = Sent(FORM, "open", figure_args("contacts_per_hour", Scope("dublin", "T-04")))
    wanted = asked_form(room.forms)({"sent": sent, "view": Address(address.page, {}, None)})
    assert wanted == address.page
    with pytest.raises(PermissionDenied):
        authorise_page(PEOPLE["agent"], address.page, Scope("dublin", "T-04"), Nowhere())


class Nowhere:
    """An organisation that has every place."""

    def has(self, scope: Scope) -> bool:
        return True


def test_the_strip_says_what_was_found_and_opens_it(answered: Answered, sources: Sources) -> None:
    ask, _ = answered("/centre")
    assert texts(insights_strip(ask, ("explain",))) == []
    try:
        _write(sources, [FoundRow(FINDING.scope, ["manager"], 4.0, to_document(FINDING))])
        ask = replace(ask, seen=None)  # as the next request asks
        strip = insights_strip(ask, ("explain",))
        assert texts(strip) == ["Handle time rose 66 s.", " Within tv offer: 75 s.", "Why"]
        buttons = _buttons(strip)
        drawer = ask_drawer(sources, "/centre", json.loads(buttons[0]))
        told = texts(list(drawer.body))
        assert told[:2] == ["Handle time rose 66 s.", "Within tv offer: 75 s."]
        for words in ("+10 s", "+56 s", "All checks hold", "1,300 contacts", "12 cells"):
            assert words in told
        other = replace(ask, who=replace(ask.who, role=Role.CONTROL_DESK))
        assert texts(insights_strip(other, ("explain",))) == [NOTHING]
    finally:
        _write(sources, [])
    gone = ask_drawer(sources, "/centre", json.loads(buttons[0]))
    assert gone.title == "Not there any more"


def _write(sources: Sources, rows: list[FoundRow]) -> None:
    look = Look("settled", 0, 0, "")
    sources.store.db.retry(lambda connection: replace_insights(connection, look, rows))


def _buttons(node: Any) -> list[str]:
    """What each button of a tree sends, as JSON."""
    if isinstance(node, list | tuple):
        return [found for one in node for found in _buttons(one)]
    own = getattr(node, "data-args", None)
    return [own] if own else _buttons(getattr(node, "children", None) or [])
