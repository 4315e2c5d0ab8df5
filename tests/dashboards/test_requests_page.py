"""Requests: what waits for whom, what was decided, filtered and decided in place, by role."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from live_centre import NOW, ONE, PEOPLE, TODAY, LiveCentre
from sqlalchemy import delete

from dashboards.build import ask_of, room_of
from dashboards.export import table_builder
from dashboards.forms import answer_form, parse_sent
from dashboards.frame import Look, View
from dashboards.parts.drawer import Drawer
from dashboards.sources import Sources
from kpis.request_figures import request_figures
from wfm.actions.exceptions import submit
from wfm.actions.remedies import open_remedy
from wfm.domain.adherence import NewException
from wfm.domain.clock import epoch_s
from wfm.domain.remedies import NewRemedy, Remedy, Step
from wfm.domain.scope import Scope
from wfm.store import schema
from wfm.web.pages import parse_href

See = Callable[..., View]
WISH = {"what": "meal_longer", "minutes": "5", "first": str(TODAY + timedelta(days=1)),
        "end": str(TODAY + timedelta(days=9))}  # fmt: skip


@pytest.fixture
def asked(centre: LiveCentre) -> Iterator[None]:
    """A request of an agent, an exception they explained, and an alert to their site."""
    store, clock, key = centre.store, centre.clock, uuid4().hex
    open_remedy(store, clock, PEOPLE["agent"],
                NewRemedy("schedule_change", ONE, "adherence", WISH, "Late back"),
                request_key=f"{key}1")  # fmt: skip
    about = {"cause": "training", "gap": "3 of 11", "until": "15:00"}
    open_remedy(store, clock, PEOPLE["desk"],
                NewRemedy("site_alert", Scope("dublin"), "net_staffing", about, "Move it"),
                request_key=f"{key}2")  # fmt: skip
    at = epoch_s(NOW) - 3600
    new = NewException("A-0173", at, at + 600, "system_outage", "Phone was dead")
    submit(store, clock, PEOPLE["agent"], new, request_key=f"{key}3")
    yield
    tables = (schema.remedy, schema.remedy_step, schema.adherence_decision,
              schema.adherence_exception)  # fmt: skip
    with store.db.write() as connection:
        for table in tables:
            connection.execute(delete(table))


@pytest.fixture
def see(sources: Sources) -> See:
    def seen(who: str, query: str = "") -> View:
        room = room_of("requests")
        assert room is not None
        address = parse_href("/requests" + query)
        return room.view(ask_of(PEOPLE[who], room, address, Look(), sources))

    return seen


def rows(view: View) -> list[tuple[str, str]]:
    return [(line.cells[1].text, line.cells[6].text) for line in view.sheets[0].lines]


def buttons(view: View) -> list[str]:
    return [node.children for line in view.sheets[0].lines for node in line.cells[-1].node]


@pytest.mark.usefixtures("asked")
def test_each_role_sees_its_own_scope_with_the_buttons_it_may_press(see: See) -> None:
    request, alert = ("Change of shifts", "waits for a decision"), ("Alert", "not answered")
    explained = ("Time explained", "waits for a decision")
    assert sorted(rows(see("manager"))) == sorted([request, alert, explained])
    assert sorted(buttons(see("manager"))) == ["Answer", "Decide", "Decide", "Withdraw"]
    assert see("manager").answer.lead.startswith("3 wait for your decision, the oldest for")
    assert sorted(rows(see("agent"))) == sorted([request, explained])
    assert buttons(see("agent")) == ["Cancel"]
    assert see("agent").answer.lead == "Nothing waits for your decision."
    assert rows(see("team")) == []  # another team
    assert sorted(buttons(see("desk"))) == ["Answer", "Decide", "Decide", "Withdraw"]


@pytest.mark.usefixtures("asked")
def test_an_explanation_is_decided_in_place_and_moves_to_the_decided(
    see: See, sources: Sources
) -> None:
    room = room_of("requests")
    assert room is not None
    entry = next(
        line for line in see("manager").sheets[0].lines if line.cells[1].text == "Time explained"
    )
    (button,) = entry.cells[-1].node
    values = parse_args(button)

    def send(step: str, **more: str) -> Drawer:
        body = {"form": "decide_exception", "step": step, "values": {**values, **more}, "n": 1}
        sent = parse_sent(room.forms)(body)
        assert sent is not None
        return answer_form(PEOPLE["manager"], parse_href("/requests"), sent, room.forms, sources)

    assert send("open").form is not None
    refused = send("confirm", status="denied", note="", key="e1")
    assert refused.form is not None
    assert "needs a reason" in refused.form.trouble
    assert send("confirm", status="approved", note="", key="e2").done == "Recorded: approved."
    assert ("Time explained", "approved") in rows(see("manager", "?status=decided"))
    assert "Time explained" not in [kind for kind, _ in rows(see("manager"))]


def parse_args(button: object) -> dict[str, str]:
    found: dict[str, str] = json.loads(button.to_plotly_json()["props"]["data-args"])  # type: ignore[attr-defined]
    return found


@pytest.mark.usefixtures("asked")
def test_the_list_is_filtered_by_kind(see: See) -> None:
    assert [kind for kind, _ in rows(see("desk", "?kind=site_alert"))] == ["Alert"]
    assert rows(see("desk", "?status=decided&kind=site_alert")) == []


def test_decision_time_is_the_sum_over_the_count_and_a_cancelled_request_was_not_decided() -> None:
    def one(kind: str, at: int, *steps: Step) -> Remedy:
        first = Step("submitted", "ada", at)
        return Remedy(1, kind, ONE, "", {}, "", None, "ada", at, (first, *steps))

    found = request_figures(
        [
            one("schedule_change", 0, Step("approved", "lea", 7200)),
            one("schedule_change", 0, Step("denied", "lea", 21_600)),
            one("schedule_change", 0, Step("cancelled", "ada", 10)),
            one("schedule_change", 500),
            one("site_alert", 0, Step("acknowledged", "mia", 5)),
        ],
        0, 86_400,
    )  # fmt: skip
    assert (found.hours, found.approved_pct, found.open_n, found.oldest_at) == (4.0, 50.0, 1, 500)
    assert request_figures([], 0, 86_400).hours is None


@pytest.mark.usefixtures("asked")
def test_what_is_due_first_stands_first_and_the_export_says_until_when(
    see: See, sources: Sources
) -> None:
    due = [(line.cells[1].text, line.cells[5].text, line.cells[5].status)
           for line in see("manager").sheets[0].lines]  # fmt: skip
    assert due == [
        ("Alert", "29 Oct 15:00", "bad"), ("Change of shifts", "30 Oct 00:00", ""),
        ("Time explained", "", ""),
    ]  # fmt: skip
    build = table_builder(sources)
    made = build(PEOPLE["manager"], "requests", Scope("dublin"), {"kind": "schedule_change"})
    assert made is not None
    assert made.columns[:6] == ["For", "What", "About", "Why", "Since", "Due"]
    ((*_, due_at, status, _, _, _, _),) = made.rows
    assert (due_at, status) == ("2026-10-30T00:00+00:00", "waits for a decision")
