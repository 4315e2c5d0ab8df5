"""Actions, events and restatements stand beside the figures of their day, within one's scope."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote
from uuid import uuid4

import pytest
from live_centre import NOW, PEOPLE, TODAY, Answered, LiveCentre
from plotly.utils import PlotlyJSONEncoder
from sqlalchemy import delete

from dashboards.build import ask_of, room_of
from dashboards.frame import Ask, Look
from dashboards.pages.happenings import acted_in, happenings, restated_notes, step_notes
from dashboards.pages.targets import ROOM as TARGETS
from dashboards.pages.team import ROOM as TEAM_PAGE
from dashboards.parts.course import CourseDay, course
from dashboards.parts.day_notes import DayNote
from dashboards.parts.multiples import Multiple, multiples
from dashboards.parts.sparkline import Trend
from dashboards.sources import Sources
from kpis.value import Restated
from wfm.actions.remedies import open_remedy
from wfm.domain.clock import epoch_s
from wfm.domain.principal import Principal
from wfm.domain.remedies import NewRemedy
from wfm.domain.scope import Scope
from wfm.store import schema
from wfm.web.pages import parse_href

SITE, TEAM = Scope("dublin"), Scope("dublin", "T-06")
ADA = Scope("dublin", "T-06", "A-0189")
LEAD = PEOPLE["team"]
OTHER_LEAD = replace(LEAD, user_key="u-l2", login="lead2", scope=Scope("dublin", "T-07"))
SPAN = (TODAY - timedelta(days=7), TODAY + timedelta(days=1))


@pytest.fixture
def done(centre: LiveCentre) -> Iterator[None]:
    """A coaching of one of team T-06 and an alert to its site, both of today."""
    about, now = {"cause": "sick", "gap": "3 of 11"}, centre.clock.instant
    for who, new in (
        ("team", NewRemedy("coaching", ADA, "adherence", {"topic": "Wrap-up"}, "Long")),
        ("desk", NewRemedy("site_alert", SITE, "net_staffing", about, "Call people")),
    ):
        open_remedy(centre.store, centre.clock, PEOPLE[who], new, request_key=uuid4().hex)
        centre.clock.instant += timedelta(seconds=1)
    centre.clock.instant = now
    yield
    with centre.store.db.write() as connection:
        for table in (schema.remedy, schema.remedy_step):
            connection.execute(delete(table))


def ask(centre: LiveCentre, who: Principal, href: str) -> Ask:
    address = parse_href(href)
    room = room_of(address.page.page_id)
    assert room is not None
    return ask_of(who, room, address, Look(), Sources(centre.store, centre.clock))


def test_each_sees_the_actions_of_the_own_scope(centre: LiveCentre, done: None) -> None:
    def seen(who: Principal) -> list[tuple[str, str]]:
        found = happenings(ask(centre, who, "/targets"), *SPAN)
        return [(note.kind, note.words) for note in found if note.day == TODAY]

    name = ask(centre, LEAD, "/targets").organisation.name_of(ADA)
    assert seen(LEAD) == [("action", f"Coaching, {name}, Wrap-up (planned)")]
    assert seen(PEOPLE["manager"]) == [
        ("action", f"Coaching, {name}, Wrap-up (planned)"),
        ("action", "Alert, Sickness, 3 of 11 (not answered)"),
    ]
    assert seen(OTHER_LEAD) == []


def test_a_figure_that_changed_after_its_day_was_closed_says_what_it_was(
    centre: LiveCentre,
) -> None:
    one = ask(centre, LEAD, "/targets")
    values = one.series(("adherence",), "day", first=SPAN[0], end=SPAN[1])["adherence"]
    at = epoch_s(NOW) + 2 * 86_400
    changed = [replace(v, restated=Restated(at, 91.25)) for v in values if v.at("day") == TODAY]
    assert list(restated_notes(one, values)) == []
    (note,) = restated_notes(one, changed)
    assert (note.day, note.kind) == (TODAY, "restated")
    assert note.words == "changed 2 days later, was 91.2\u00a0%"


def test_the_course_marks_the_days_and_tells_the_newest_below() -> None:
    days = [CourseDay(TODAY - timedelta(days=n), 95.0 + n, 95.0) for n in range(9, -1, -1)]
    notes = [DayNote(one.day, "action", f"Coaching {at}") for at, one in enumerate(days)]
    notes.append(DayNote(TODAY, "restated", "Figures changed 1 day later"))
    outside = DayNote(TODAY + timedelta(days=1), "event", "Holiday")
    box = course("adherence", days, "Adherence", [*notes, outside])
    images, listed = box.children[:-1], box.children[-1]
    assert images[0].alt.endswith(
        "; 11 notes: 29 Oct: Figures changed 1 day later; 29 Oct: Coaching 9; 28 Oct: Coaching 8; "
        "27 Oct: Coaching 7; 26 Oct: Coaching 6; 25 Oct: Coaching 5"
    )
    first, *_, last = listed.children
    assert [part.children for part in first.children[1:2]] == ["29 Oct"]
    assert (len(listed.children), last.children) == (7, "and 5 more")
    assert len(course("adherence", days, "Adherence").children) == len(images)


def test_a_course_of_one_day_is_a_dot() -> None:
    def dots(*values: float | None) -> int:
        days = [CourseDay(TODAY - timedelta(days=n), v, 95.0) for n, v in enumerate(values)]
        image = course("adherence", days, "Adherence").children[0]
        return unquote(image.src).count("<circle")

    assert [dots(None, 96.0, None), dots(96.0, 97.0), dots(None)] == [1, 0, 0]


def test_alerts_stand_on_the_charts_of_the_targets_page_and_of_the_desk(
    centre: LiveCentre, answered: Answered, done: None
) -> None:
    one = ask(centre, PEOPLE["manager"], "/targets?grain=week&kpi=adherence")
    view = TARGETS.view(one)
    assert "Alert, Sickness, 3 of 11 (not answered)" in json.dumps(view.body, cls=PlotlyJSONEncoder)
    _, view = answered("/desk?scope=dublin")
    text = json.dumps(view.body, cls=PlotlyJSONEncoder)
    # Under the pointer and in the sentence of each: the lanes of staffing, the contacts.
    assert text.count("29 Oct 15:20: Alert, Sickness, 3 of 11 (not answered)") == 4


def test_what_was_done_about_a_figure_is_marked_on_its_small_charts(
    centre: LiveCentre, done: None
) -> None:
    one = ask(centre, LEAD, "/team?grain=week&kpi=adherence")
    view = TEAM_PAGE.view(one)
    told = "29 Oct: Coaching, Wrap-up (planned)"
    name = one.organisation.name_of(ADA)
    (tile,) = [tile for tile in view.tiles if tile.kpi_id == "adherence"]
    assert tile.trend is not None
    ((at, words),) = tile.trend.notes
    assert (at, words) == (
        len(tile.trend.values) - 1,
        f"29 Oct: Coaching, {name}, Wrap-up (planned)",
    )
    assert [t.kpi_id for t in view.tiles if t.trend is not None and t.trend.notes] == ["adherence"]
    assert told in json.dumps(view.body, cls=PlotlyJSONEncoder)


def test_marks_of_a_trend_go_with_its_steps_and_keep_charts_of_one_scale_alike() -> None:
    trend = Trend([None, 90.0, 91.0, 92.0], notes=[(0, "a"), (2, "b")])
    assert list(trend.recent(2).notes) == [(0, "b")]
    assert list(trend.recent(9).notes) == [(1, "b")]
    assert trend.recent(9).sentence().endswith("; b")
    plain = Trend([90.0, 92.0], low=80.0, high=100.0)
    noted = replace(plain, notes=[(0, "b")])
    lines = [
        unquote(image.src).partition('d="M')[2].partition('"')[0]
        for box in multiples([Multiple("A", noted, "92"), Multiple("B", plain, "92")]).children
        for image in box.children[1].children[:1]
    ]
    assert lines[0] == lines[1] != ""


def test_what_was_done_on_a_day_off_stands_on_the_last_step_before_it(
    centre: LiveCentre, done: None
) -> None:
    one = ask(centre, LEAD, "/team?grain=week")
    (coaching,) = acted_in(one, *SPAN)
    days = [None, TODAY - timedelta(days=3), TODAY - timedelta(days=1)]
    told = "29 Oct: Coaching, Wrap-up (planned)"
    assert step_notes(days, [coaching], ADA) == ((2, told),)
    assert step_notes([*days, TODAY], [coaching], ADA) == ((3, told),)
    assert step_notes([TODAY + timedelta(days=1)], [coaching], ADA) == ()
