"""The targets page and the bonus: who turns red is shown first, and each day says what it takes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from late_lunches import NOW, build_team
from plotly.utils import PlotlyJSONEncoder

from dashboards.build import ask_of, room_of
from dashboards.forms import Sent, answer_form
from dashboards.frame import Look, View
from dashboards.pages.targets import ROOM
from dashboards.parts.course import CourseDay, course_sentence
from dashboards.parts.drawer import Drawer
from dashboards.shell import whole_page
from dashboards.sources import Sources
from wfm.actions.bonus import set_scheme
from wfm.domain.bonus import Scheme, Tier
from wfm.domain.clock import FixedClock
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.queries.bonus import read_standings, read_statements
from wfm.web.guard import parse_href
from wfm.worker.bonus_job import close, run_bonus

LEAD = Principal("lea", "lea", "Lea", Role.SUPERVISOR, Scope("dublin", "d1"), None, 1)
ADA = Principal("ada", "ada", "Ada", Role.AGENT, Scope("dublin", "d1", "ada"), "ada", 1)
MANAGER = Principal("mia", "mia", "Mia", Role.MANAGER, Scope("dublin"), None, 1)
ADA_PATH = "dublin/d1/ada"


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """The late lunches, with a bonus on adherence for the site: 99.5 % is its line."""
    store, clock = build_team(tmp_path_factory.mktemp("targets"))
    scheme = Scheme(
        0, "adherence", "Adherence bonus", "site", "dublin", "adherence", "month",
        (Tier(-1, 0.5), Tier(0, 1)), "target", date(2026, 9, 1),
    )  # fmt: skip
    set_scheme(store, clock, None, scheme, reason="yearly", request_key="s")
    return Sources(store, clock)


def page(sources: Sources, who: Principal, href: str) -> View:
    address = parse_href(href)
    room = room_of(address.page.page_id)
    assert room is not None
    ask = ask_of(who, room, address, Look(), sources)
    view = room.view(ask)
    json.dumps(whole_page(ask, view), cls=PlotlyJSONEncoder)
    return view


def texts(view: View, key: str) -> list[list[str]]:
    sheet = next(one for one in view.sheets if one.key == key)
    return [[cell.text for cell in line.cells] for line in sheet.lines]


def step(sources: Sources, who: Principal, step_: str, **values: str) -> Drawer:
    sent = Sent("target", step_, values)
    return answer_form(who, parse_href("/targets"), sent, ROOM.forms, sources)


def words(drawer: Drawer) -> str:
    return json.dumps([*drawer.body, drawer.done], cls=PlotlyJSONEncoder, ensure_ascii=False)


def test_the_page_says_what_is_red_who_set_it_and_what_a_calm_total_hides(
    sources: Sources,
) -> None:
    view = page(sources, MANAGER, "/targets?grain=month&kpi=adherence")
    rows = {row[0]: row for row in texts(view, "figures")}
    assert rows["Adherence"][7] == ("99.5 %, set for Site Dublin by import on 2026-01-01")
    assert rows["Adherence"][8] == ""
    team = {row[0]: row for row in texts(page(sources, LEAD, "/targets"), "figures")}
    assert team["Adherence"][8] == "1 of 5 agents red"
    below = {row[0]: row for row in texts(view, "places")}
    assert below["Team D1"][3] == "from Site Dublin"
    assert below["Dublin"][3] == "own"
    assert texts(view, "history")[0][1:3] == ["Site Dublin", "99.5 %"]


def test_a_lead_sees_the_own_team_only(sources: Sources) -> None:
    view = page(sources, LEAD, "/targets?kpi=adherence")
    names = [row[0] for row in texts(view, "places")]
    assert names[:3] == ["All sites", "Dublin", "Team D1"]
    assert set(names[3:]) == {"Ada", "Ben", "Cid", "Dot", "Eve"}


def test_the_preview_names_who_changes_colour_before_anything_is_written(
    sources: Sources,
) -> None:
    given = {"kpi": "adherence", "scope": "dublin/d1", "low": "98.5", "amber": "0.2",
             "from": "2026-10-12", "reason": "quarter plan", "seen": "0", "key": "k1"}  # fmt: skip
    opened = step(sources, LEAD, "open", kpi="adherence", scope="dublin/d1")
    assert opened.form is not None
    assert opened.form.args["seen"] == "0"
    shown = step(sources, LEAD, "check", **given)
    assert shown.form is not None
    assert shown.form.confirm
    text = words(shown)
    assert "Of 5 agents 1 changes colour: 1 red to green." in text
    assert "Ada: 99.0" in text
    assert len(texts(page(sources, LEAD, "/targets?kpi=adherence"), "history")) == 1
    refused = step(sources, LEAD, "check", **{**given, "low": "97"})
    assert refused.form is not None
    assert refused.form.trouble.startswith("Outside your corridor. Allowed here: 97.5 to 101.5 %")
    missing = step(sources, LEAD, "check", **{**given, "low": "many"})
    assert missing.form is not None
    assert missing.form.errors == {"low": "The target 'many' is no number."}


def test_each_day_says_what_the_bonus_takes_and_what_would_help(sources: Sources) -> None:
    view = page(sources, ADA, "/me?grain=month")
    text = json.dumps(view.body, cls=PlotlyJSONEncoder, ensure_ascii=False)
    assert "Bonus, October 2026" in text
    assert (
        "You are at 99.0 %. You need 99.8 % from here: at most 1 min missed per shift on your 14 "
        "remaining shifts."
    ) in text
    assert (
        "Without the minutes after lunch you would stand at 99.80 % instead of 99.00 %, above "
        "the 99.5 % line."
    ) in text
    rows = texts(view, "bonus")
    assert [row[3] for row in rows] == ["0.5", "1"]
    assert [row[8] for row in rows] == ["on track", "at risk"]


def test_a_bonus_is_for_the_agent_and_the_own_lead_only(sources: Sources) -> None:
    lead = page(sources, LEAD, f"/me?scope={ADA_PATH}&grain=month")
    assert len(texts(lead, "bonus")) == 2
    boss = replace(LEAD, role=Role.MANAGER, scope=Scope("dublin"))
    assert texts(page(sources, boss, f"/me?scope={ADA_PATH}"), "bonus") == []


def test_a_month_that_ended_is_closed_once_and_standings_are_noted_each_night(
    sources: Sources,
) -> None:
    clock = FixedClock(NOW)
    done, period = close(sources.store, clock, None, "adherence", date(2026, 9, 15), "month over")
    assert (done.statements, period.first) == (6, date(2026, 9, 1))
    again, _ = close(sources.store, clock, None, "adherence", date(2026, 9, 15), "month over")
    assert (again.statements, again.differences, again.unchanged) == (0, 0, 6)
    ((statement, _),) = read_statements(sources.store, Scope("dublin", "d1", "ada"))
    assert (statement.state, statement.factor) == ("missed", 0.5)
    told = run_bonus(sources.store, clock, {}, lambda stage, percent, **more: None)
    assert told["standings"] == 6
    (standing,) = read_standings(sources.store, Scope("dublin", "d1", "ada"), date(2026, 10, 1))
    assert (standing.as_of_on, standing.state) == (date(2026, 10, 11), "at_risk")
    late = FixedClock(datetime(2026, 10, 12, 14, tzinfo=UTC))
    with pytest.raises(Exception, match="has not ended"):
        close(sources.store, late, None, "adherence", date(2026, 10, 3), "too soon")


def test_a_course_tells_on_which_day_its_target_stepped() -> None:
    days = [CourseDay(date(2026, 10, n), 95.0 + n, 95.0 if n < 3 else 96.0) for n in (1, 2, 3)]
    assert course_sentence("adherence", days, "Adherence") == (
        "Adherence, 3 days: 96.0\u00a0% to 98.0\u00a0%; target changed on 3 Oct from 95.0\u00a0% "
        "to 96.0\u00a0%"
    )
