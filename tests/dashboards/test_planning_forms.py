"""The planning page's forms as a planner sends them: drafts, the gate, offers, the day's tools."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "worker"))

from test_plan_jobs import WEEK, build_site, job, require

from dashboards.build import ask_of, room_of
from dashboards.forms import answer_form, parse_sent
from dashboards.frame import Look, View
from dashboards.parts.drawer import Drawer
from dashboards.parts.table import Sheet
from dashboards.sources import Sources
from wfm.domain.clock import FixedClock
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.queries.jobs import read_jobs
from wfm.queries.offers import read_offers
from wfm.queries.plans import read_plan, read_plan_documents
from wfm.queries.policy import read_pins
from wfm.queries.schedules import read_shift_history, read_shifts
from wfm.store.store import Store, open_store
from wfm.web.pages import parse_href
from wfm.worker.planner import Planner

NY, MONDAY = Scope("ny"), date(2026, 3, 2)
CLOCK = FixedClock(datetime(2026, 2, 20, 9, 0, tzinfo=UTC))
DESK = Principal("u-d", "desk", "Dee", Role.CONTROL_DESK, Scope(), None, 1)
UNIT = {"unit": "ny", "week": WEEK}


class Office:
    """The site's store with the page in front of it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.sources = Sources(store, CLOCK, Planner(store))

    def send(self, form: str, step: str, *, asker: Principal = DESK, href: str = "/planning",
             **values: str) -> Drawer:  # fmt: skip
        """A step of a form; href is the page it stands on."""
        address = parse_href(href)
        room = room_of(address.page.page_id)
        assert room is not None
        asked = parse_sent(room.forms)({"form": form, "step": step, "values": values, "n": 1})
        assert asked is not None
        return answer_form(asker, address, asked, room.forms, self.sources)

    def view(self, plan: str = "live", on: date = MONDAY) -> View:
        """The page of the week."""
        address = parse_href(f"/planning?scope=ny&week={WEEK}&plan={plan}&on={on}&grain=week")
        room = room_of("planning")
        assert room is not None
        return room.view(ask_of(DESK, room, address, Look(), self.sources))

    def sheet(self, key: str, plan: str = "live", on: date = MONDAY) -> Sheet:
        """One table of the page."""
        return next(s for s in self.view(plan, on).sheets if s.key == key)

    def at_work(self, on: date) -> list[str]:
        """People with a shift in force on a day."""
        return sorted(s.agent_id for s in read_shifts(self.store, NY, on, on + timedelta(days=1)))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, store_url: Callable[..., str]) -> Office:
    folder = tmp_path_factory.mktemp("office")
    store = open_store(store_url(folder), folder / "data")
    build_site(store)
    require(store, heads=6)
    for seed in (1, 2):
        assert job(store, CLOCK, "solve", passes=1, seed=seed).state == "done"
    return Office(store)


def cover(office: Office, plan: str) -> list[object]:
    """What the coverage chart of a schedule is drawn from."""
    sheet = office.sheet("quarters", plan)
    return [cell.raw for line in sheet.lines for cell in line.cells]


def test_a_draft_is_changed_checked_and_undone_and_its_chart_follows(office: Office) -> None:
    before = cover(office, "1")
    _, solution = read_plan_documents(office.store, NY, 1)
    shift = next(s for s in solution["shifts"] if s["day"] == 0 and s["start"] != 28)
    args = {"plan": "1", "unit": "ny", "day": str(MONDAY), "agent": shift["agent"]}
    assert "In the draft" in str(office.send("draft_shift", "open", **args).body)
    form = office.send("draft_edit", "open", kind="move", **args).form
    assert form is not None
    assert [f.name for f in form.fields] == ["start"]
    told = office.send("draft_edit", "check", kind="move", start="28", seen="0", **args)
    assert told.form is not None
    assert told.form.confirm
    assert told.note == "Nothing is kept yet."
    assert cover(office, "1") == before
    done = office.send("draft_edit", "confirm", kind="move", start="28", seen="0", key="k1", **args)
    assert done.done == "The draft is changed; it can be undone."
    assert cover(office, "1") != before
    late = office.send("draft_edit", "confirm", kind="remove", seen="0", accept="yes", **args)
    assert late.conflict.startswith("Somebody else changed or published the draft")
    broken = office.send("draft_edit", "check", kind="remove", seen="1", **args)
    assert broken.form is not None
    assert [f.name for f in broken.form.fields] == ["accept"]
    assert "the week has 4 days, allowed 5 to 5" in str(broken.body)
    plain = {"plan": "1", "unit": "ny", "day": str(MONDAY)}
    undo = office.send("draft_edit", "open", kind="undo", **plain)
    assert undo.form is not None
    assert undo.form.confirm
    office.send("draft_edit", "confirm", kind="undo", seen="1", key="k2", **plain)
    assert cover(office, "1") == before
    wrong = office.send("draft_edit", "check", kind="move", start="90", seen="2", **args)
    assert wrong.form is not None
    assert "does not lie inside the opening" in wrong.form.trouble


def test_somebody_free_is_given_a_shift_of_the_draft_and_two_change_places(office: Office) -> None:
    plain = {"plan": "2", "unit": "ny", "day": str(MONDAY)}
    form = office.send("draft_edit", "open", kind="add", **plain).form
    assert form is not None
    who = form.fields[0].value
    kept = {"kind": "add", "who": who, "start": "32", "length": "34", "seen": "0", **plain}
    assert "6 days" in str(office.send("draft_edit", "check", **kept).body)
    refused = office.send("draft_edit", "confirm", **kept)
    assert refused.form is not None
    assert "Choose another, or keep it for now" in refused.form.trouble
    done = office.send("draft_edit", "confirm", accept="yes", key="k3", **kept)
    assert "cannot be published before" in done.done
    _, solution = read_plan_documents(office.store, NY, 2)
    day = {s["agent"]: s for s in solution["shifts"] if s["day"] == 0}
    other = next(a for a in sorted(day) if day[a]["start"] != 32)
    swap = {"kind": "swap", "agent": who, "other": other, "seen": "1", **plain}
    office.send("draft_edit", "confirm", accept="yes", key="k4", **swap)
    _, solution = read_plan_documents(office.store, NY, 2)
    after = {s["agent"]: s["start"] for s in solution["shifts"] if s["day"] == 0}
    assert (after[who], after[other]) == (day[other]["start"], 32)
    history = office.send("draft_shift", "open", agent=who, **plain)
    assert "Swap with somebody" in str(history.body)


def test_publication_asks_for_a_signature_and_keeps_who_answered_for_what(office: Office) -> None:
    args = {"plan": "1", **UNIT}
    asked = office.send("publish", "open", **args)
    assert asked.form is not None
    assert [f.name for f in asked.form.fields] == ["sign", "reason"]
    refused = office.send("publish", "confirm", reason="Agreed", **args)
    assert refused.form is not None
    assert list(refused.form.errors) == ["sign"]
    done = office.send("publish", "confirm", reason="Agreed", sign="yes", key="k5", **args)
    assert done.done.startswith("Published: 60 shifts as the baseline")
    assert read_plan(office.store, NY, 1).state == "published"
    # Simulate and Solve the misses are asked for as jobs of the draft.
    office.send("simulate", "confirm", key="k6", plan="2", **UNIT)
    office.send("repair", "confirm", key="k7", plan="2", **UNIT)
    jobs = read_jobs(office.store, NY, limit=2)
    assert [(j.kind, j.parameters.get("plan_id"), j.parameters.get("repair")) for j in jobs] == [
        ("solve", None, 2), ("simulate", 2, None),
    ]  # fmt: skip


def test_two_swap_their_published_shifts_and_a_day_is_pinned(office: Office) -> None:
    on = MONDAY + timedelta(days=1)
    day = {s.agent_id: s for s in read_shifts(office.store, NY, on, on + timedelta(days=1))}
    one = min(day)
    two = next(a for a in sorted(day) if day[a].start_at != day[one].start_at)
    args = {"unit": "ny", "day": str(on), "one": one, "two": two, "reason": "Child care"}
    assert office.send("swap", "check", **{**args, "two": one}).form.errors == {  # type: ignore[union-attr]
        "two": "A swap is between two people; choose somebody else."
    }
    told = office.send("swap", "check", **args)
    assert told.note == "Nothing is written yet."
    done = office.send("swap", "confirm", override="yes", key="k8", **args)
    assert done.done.startswith("2 shifts changed")
    now = {s.agent_id: s for s in read_shifts(office.store, NY, on, on + timedelta(days=1))}
    assert now[one].segments == day[two].segments
    pin = {"unit": "ny", "day": str(on), "agent": f"ny/t1/{one}", "reason": "Promised"}
    assert office.send("pin", "open", **pin).title == "Pin Tuesday 3 March"
    office.send("pin", "confirm", key="k9", **pin)
    assert read_pins(office.store, NY, on, on + timedelta(days=1)) == {(one, on)}
    assert office.send("pin", "open", **pin).title == "Release Tuesday 3 March"


def test_training_is_placed_and_breaks_are_moved_from_the_page(office: Office) -> None:
    on = MONDAY + timedelta(days=2)
    args = {"unit": "ny", "day": str(on), "team": "t1", "activity": "training", "minutes": "60",
            "when": "day", "reason": "New product"}  # fmt: skip
    wrong = office.send("place", "check", **{**args, "minutes": "50"})
    assert wrong.form is not None
    assert list(wrong.form.errors) == ["minutes"]
    people = office.at_work(on)
    done = office.send("place", "confirm", key="k10", **args)
    assert done.done.startswith(f"{len(people)} shifts changed")
    again = office.send("breaks", "check", unit="ny", day=str(on), reason="Gap at noon")
    assert again.done or again.note == "Nothing is written yet."


def test_an_offer_is_sent_answered_on_the_agents_page_and_changes_the_shift(
    office: Office,
) -> None:
    found: tuple[Any, date] | None = None
    for on in (MONDAY + timedelta(days=n) for n in range(7)):
        for one in Planner(office.store).offers(NY, "ny", on, CLOCK):
            if one.eligible:
                found = found or (one, on)
    assert found is not None
    one, on = found
    args = {"unit": "ny", "day": str(on), "kind": one.offer.kind, "first": str(one.first_at),
            "end": str(one.end_at)}  # fmt: skip
    opened = office.send("offer", "open", **args)
    assert opened.form is not None
    assert [f.name for f in opened.form.fields] == ["seats", "reason"]
    wrong = office.send("offer", "confirm", seats="99", reason="Peak", **args)
    assert wrong.form is not None
    assert list(wrong.form.errors) == ["seats"]
    office.send("offer", "confirm", seats="1", reason="Two are sick", key="k11", **args)
    (sent,) = read_offers(office.store, NY, on, on + timedelta(days=1))
    asked = next(a.agent_id for a in sent.asks if a.asked_at is not None)
    who = Principal("u-x", "x", "X", Role.AGENT, Scope("ny", "t1", asked), asked, 1)
    mine = {"asker": who, "href": "/me", "scope": who.scope.path, "offer": str(sent.offer_id)}
    drawer = office.send("answer_offer", "open", **mine)  # type: ignore[arg-type]
    assert "Two are sick" in str(drawer.body)
    done = office.send("answer_offer", "confirm", answer="accepted", key="k12", **mine)  # type: ignore[arg-type]
    assert done.done == "It is yours; your schedule has changed."
    history = read_shift_history(office.store, who.scope, on, on + timedelta(days=1))
    assert history[-1].reason_code == {"leave_early": "vto"}.get(one.offer.kind, one.offer.kind)
    line = office.sheet("sent-offers", on=on).lines[0]
    assert [c.text for c in line.cells][2:6] == [
        "1 of 1", f"{min(2, len(sent.asks))} of {len(sent.asks)}", "0", "All seats taken",
    ]  # fmt: skip
    people = office.send("offer_people", "open", unit="ny", offer=str(sent.offer_id))
    assert "accepted" in str(people.body)
    back = office.send("offer_people", "confirm", unit="ny", offer=str(sent.offer_id),
                       reason="Enough")  # fmt: skip
    assert back.done == "1 took it and keep it; nobody else can."


def test_an_agent_says_what_suits_and_the_planner_sees_how_far_it_is_kept(office: Office) -> None:
    who = Principal("u-a", "a", "A", Role.AGENT, Scope("ny", "t1", "a03"), "a03", 1)
    mine: dict[str, Any] = {"asker": who, "href": "/me", "scope": who.scope.path}
    form = office.send("wishes", "open", **mine).form
    assert form is not None
    assert len(form.fields) == 10
    four = {f"d{n}": "yes" for n in range(4)}
    wrong = office.send("wishes", "confirm", **four, **mine)
    assert wrong.form is not None
    assert list(wrong.form.errors) == ["d3"]
    wrong = office.send("wishes", "confirm", **{"from": "40", "to": "36"}, **mine)
    assert wrong.form is not None
    assert list(wrong.form.errors) == ["to"]
    said = {"d5": "yes", "from": "32", "to": "40", "matters": "much"}
    done = office.send("wishes", "confirm", key="k13", **said, **mine)
    assert done.done == "Saved: Sat off; begin 08:00 to 10:00."
    again = office.send("wishes", "open", **mine).form
    assert again is not None
    assert [f.value for f in again.fields[5:]] == ["yes", "", "32", "40", "much"]
    (line,) = office.sheet("wishes").lines
    assert [c.text for c in line.cells][:2] == ["Agent 03", "Sat off; begin 08:00 to 10:00"]
    shifts = [s for s in read_shifts(office.store, NY, MONDAY, MONDAY + timedelta(days=7))
              if s.agent_id == "a03"]  # fmt: skip
    assert line.cells[2].text.endswith(f" of {len(shifts) + 1}")
