"""A manager moves people to other work on the page: filled in, estimated, recorded, looked at."""

from __future__ import annotations

from typing import Any

import pytest
from live_centre import PEOPLE, LiveCentre
from sqlalchemy import delete, select

from dashboards.build import room_of
from dashboards.forms import answer_form, parse_sent
from dashboards.parts.drawer import Drawer
from dashboards.sources import Sources
from wfm.domain.scope import Scope
from wfm.queries.remedies import read_remedies
from wfm.store import schema
from wfm.web.pages import parse_href

SITE = Scope("dublin")


@pytest.fixture
def sent(centre: LiveCentre, sources: Sources) -> Any:
    """A step of a form of the manager's page; what was recorded is taken back afterwards."""
    with centre.store.db.read() as connection:
        people = [dict(row) for row in connection.execute(select(schema.person)).mappings()]

    def send(form: str, step: str, **values: str) -> Drawer:
        room = room_of("manager")
        assert room is not None
        asked = parse_sent(room.forms)({"form": form, "step": step, "values": values, "n": 1})
        assert asked is not None
        return answer_form(PEOPLE["manager"], parse_href("/centre"), asked, room.forms, sources)

    yield send
    with centre.store.db.write() as connection:
        for table in (schema.remedy, schema.remedy_step, schema.person):
            connection.execute(delete(table))
        connection.execute(schema.person.insert(), people)


def facts_of(drawer: Drawer) -> dict[str, str]:
    rows = [row for part in drawer.body if part.className == "d-facts" for row in part.children]
    return {row.children[0].children: row.children[1].children for row in rows}


def typed(drawer: Drawer) -> dict[str, str]:
    assert drawer.form is not None
    return {**drawer.form.args, **{field.name: field.value for field in drawer.form.fields}}


def test_people_are_moved_with_the_effect_shown_first_and_looked_at_later(
    centre: LiveCentre, sent: Any
) -> None:
    opened = sent("reassign_skill", "open", scope="dublin", contact_type="tv_offer")
    values = typed(opened)
    assert "offer" in values["take"]
    assert values["take"] != values["leave"]
    people = [name for name in values if name.startswith("who-")]
    assert people
    agent = people[0].removeprefix("who-")
    asked = {**values, people[0]: "yes", "reason": "Too slow"}
    shown = sent("reassign_skill", "check", key="move-1", **asked)
    told = facts_of(shown)
    assert told["Staffing"].startswith("not known: 2026-W44 has no requirement")
    assert shown.form is not None
    assert shown.form.confirm
    assert agent in shown.form.args["agents"].split(";")
    assert read_remedies(centre.store, SITE, 0) == ()

    sent("reassign_skill", "confirm", **shown.form.args, key="move-1")
    again = sent("reassign_skill", "confirm", **shown.form.args, key="move-1")
    assert again.done.startswith("Done: they serve it from 30 Oct on.")
    (one,) = read_remedies(centre.store, SITE, 0)
    assert one.status == "assigned"
    looked = sent("skill_step", "open", scope=one.scope.path, remedy=str(one.remedy_id))
    assert facts_of(looked)["Why"] == "Too slow"
    taken = sent("skill_step", "confirm", scope=one.scope.path, remedy=str(one.remedy_id),
                 status="reverted", note="Billing is short", key="move-2")  # fmt: skip
    assert taken.done == "Recorded: taken back."


def test_other_queues_list_other_people_before_anything_is_checked(sent: Any) -> None:
    values = typed(sent("reassign_skill", "open", scope="dublin"))
    swapped = {**values, "take": values["leave"], "leave": values["take"], "reason": "Try"}
    again = sent("reassign_skill", "check", **swapped)
    assert again.form is not None
    assert not again.form.confirm
    assert again.form.args["listed"] == f"{values['take']}>{values['leave']}"


def test_what_is_missing_is_told_beside_its_field(sent: Any) -> None:
    values = typed(sent("reassign_skill", "open", scope="dublin"))
    plain = {n: v for n, v in values.items() if not n.startswith("who-")} | {"reason": "Try"}
    told = sent("reassign_skill", "check", **plain)
    assert told.form.trouble == "Nobody is chosen; choose at least one person."
    told = sent("reassign_skill", "check", **{**values, "take": values["leave"]})
    assert list(told.form.errors) == ["leave"]
    assert list(sent("reassign_skill", "check", **{**values, "first": "2026-10-01"}).form.errors)
