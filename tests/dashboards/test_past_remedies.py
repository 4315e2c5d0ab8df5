"""An alert of long ago is found again from the desk, with what it has brought."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from live_centre import PEOPLE, Answered, LiveCentre
from sqlalchemy import delete

from dashboards.build import room_of
from dashboards.forms import answer_form, parse_sent
from dashboards.parts.table import Sheet
from dashboards.sources import Sources
from wfm.actions.remedies import open_remedy, take_step
from wfm.domain.errors import BadInput
from wfm.domain.remedies import NewRemedy
from wfm.domain.scope import Scope
from wfm.queries.remedies import read_past_remedies
from wfm.store import schema
from wfm.web.pages import parse_href

SITE = Scope("dublin")
COACHED = Scope("dublin", "T-06", "A-0189")


@pytest.fixture
def long_ago(centre: LiveCentre) -> Iterator[list[int]]:
    """An alert of 80 days ago that was closed, 260 coachings 70 days ago, and an alert of today."""
    now, clock = centre.clock.instant, centre.clock
    try:
        clock.instant = now - timedelta(days=80)
        numbers = [alerted(centre, "training")]
        for step in ("acknowledged", "closed"):
            taken(centre, "manager", SITE, numbers[0], step)
        clock.instant = now - timedelta(days=70)
        for n in range(260):
            new = NewRemedy("coaching", COACHED, "adherence", {"topic": f"Calls {n}"}, "Back late")
            number = opened(centre, "team", new)
            taken(centre, "team", COACHED, number, "cancelled")
    finally:
        clock.instant = now
    numbers.append(alerted(centre, "sick"))
    yield numbers
    with centre.store.db.write() as connection:
        for table in (schema.remedy, schema.remedy_step):
            connection.execute(delete(table))


def alerted(centre: LiveCentre, cause: str) -> int:
    about = {"cause": cause, "gap": "3 of 11"}
    return opened(centre, "desk", NewRemedy("site_alert", SITE, "net_staffing", about, "Move it"))


def opened(centre: LiveCentre, who: str, new: NewRemedy) -> int:
    key = uuid4().hex
    return open_remedy(centre.store, centre.clock, PEOPLE[who], new, request_key=key).remedy_id


def taken(centre: LiveCentre, who: str, scope: Scope, number: int, status: str) -> None:
    take_step(centre.store, centre.clock, PEOPLE[who], scope, number, status, "It is over",
              request_key=uuid4().hex)  # fmt: skip


def listed(answered: Answered, href: str) -> Sheet:
    return next(s for s in answered(href)[1].sheets if s.key == "remedies")


def links(sheet: Sheet) -> dict[str, str]:
    return {one.children: one.href for one in sheet.more.children}


def texts(sheet: Sheet) -> list[str]:
    return [line.cells[2].text for line in sheet.lines]


def test_an_alert_of_any_age_opens_from_the_desk_with_what_it_has_brought(
    answered: Answered, sources: Sources, long_ago: list[int]
) -> None:
    now = listed(answered, "/desk")
    assert texts(now) == ["Sickness, 3 of 11"]
    assert now.note == "1 open, of 1 in six weeks"
    assert links(now) == {"Show earlier": "/desk?past=all"}

    newest = listed(answered, "/desk?past=all")
    assert len(newest.lines) == 250
    assert texts(newest)[0] == "Sickness, 3 of 11"
    assert newest.note == "250, newest first, opened 20 Aug to 29 Oct"
    assert list(links(newest)) == [
        "All kinds", "Change of shifts", "Alert", "Move to other work", "Show earlier",
        "Only six weeks",
    ]  # fmt: skip
    rest = listed(answered, links(newest)["Show earlier"])
    assert (len(rest.lines), texts(rest)[-1]) == (12, "Training or meeting put in after "
                                                       "publication, 3 of 11")  # fmt: skip
    assert links(rest)["Back to the newest"] == "/desk?past=all"

    alerts = listed(answered, links(newest)["Alert"])
    assert [line.cells[4].raw for line in alerts.lines] == [
        "2026-10-29T15:20+00:00", "2026-08-10T16:20+01:00",
    ]  # fmt: skip
    (button,) = alerts.lines[1].cells[-1].node
    assert button.children == "Effect"
    told = open_form(sources, json.loads(button.to_plotly_json()["props"]["data-args"]))
    assert told["Now"] == "closed"
    assert told["Answered after"] == "0 min"


def test_nothing_stands_before_an_entry_of_another_scope(
    centre: LiveCentre, long_ago: list[int]
) -> None:
    first, last = long_ago
    found = read_past_remedies(centre.store, SITE, 5, last, "site_alert")
    assert [one.remedy_id for one in found] == [first]
    assert read_past_remedies(centre.store, Scope("lyon"), 5, last) == ()
    assert read_past_remedies(centre.store, Scope("dublin", "T-04"), 5, last) == ()
    assert read_past_remedies(centre.store, SITE, 5, 999_999) == ()


def test_a_list_before_nothing_that_is_a_number_is_refused(answered: Answered) -> None:
    with pytest.raises(BadInput) as caught:
        answered("/desk?past=yesterday")
    assert str(caught.value) == "past='yesterday' is neither all nor the number of an entry."


def open_form(sources: Sources, args: dict[str, str]) -> dict[str, str]:
    room = room_of("desk")
    assert room is not None
    sent: Any = parse_sent(room.forms)(
        {"form": "withdraw_alert", "step": "open", "values": args, "n": 1}
    )
    drawer = answer_form(PEOPLE["desk"], parse_href("/desk"), sent, room.forms, sources)
    rows = [row for part in drawer.body if part.className == "d-facts" for row in part.children]
    return {row.children[0].children: row.children[1].children for row in rows}
