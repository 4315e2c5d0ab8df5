"""A form is opened, corrected beside its fields, told of conflicts, and written once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboards.forms import FieldError, FormAsk, FormRoom, answer_form, parse_sent, scope_of
from dashboards.parts.drawer import Drawer, drawer, opener
from dashboards.parts.form import Field, Form
from dashboards.sources import Sources
from wfm.domain.clock import FixedClock
from wfm.domain.errors import BadInput, ScopeDenied, StaleWrite
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.web.pages import parse_href

WHO = Principal("u-d", "desk", "Rafi D.", Role.CONTROL_DESK, Scope(), None, 1)
SOURCES = Sources(None, FixedClock(datetime(2026, 10, 12, tzinfo=UTC)))


def show(ask: FormAsk) -> Drawer:
    fields = (Field("value", "Target", "number", ask.value("value", "95"), least=80, most=100),)
    return Drawer(
        "Target", form=Form("target", fields, "Check", {"scope": ask.scope.path}, ask.errors,
                            ask.trouble, ask.confirmed, key=ask.key)
    )  # fmt: skip


def send(ask: FormAsk) -> Drawer:
    if ask.value("value") == "quick":
        raise StaleWrite("Ana M. was quicker: 96 since 09:00.")
    if ask.value("value") == "foreign":
        raise ScopeDenied("nothing here")
    if ask.value("value") == "closed":
        raise BadInput("The year is closed.")
    if not 80 <= ask.number("value", "Target") <= 100:
        raise FieldError({"value": "Choose 80 to 100."})
    return Drawer("Target", done="Written.") if ask.confirmed else show(ask)


FORMS = (FormRoom("target", "target.write", scope_of("scope"), show, send),)


def asked(step: str, **values: str) -> Drawer:
    sent = parse_sent(FORMS)({"form": "target", "step": step, "values": values, "n": 1})
    assert sent is not None
    return answer_form(WHO, parse_href("/desk"), sent, FORMS, SOURCES)


def test_an_opened_form_has_a_key_of_its_own_and_keeps_it_when_it_is_corrected() -> None:
    first, second = asked("open", scope="dublin").form, asked("open", scope="dublin").form
    assert first is not None
    assert second is not None
    assert len(first.key) == 32
    assert first.key != second.key
    again = asked("check", scope="dublin", value="70", key=first.key).form
    assert again is not None
    assert (again.key, again.args, dict(again.errors)) == (
        first.key, {"scope": "dublin"}, {"value": "Choose 80 to 100."},
    )  # fmt: skip
    assert again.fields[0].value == "70"


@pytest.mark.parametrize(
    ("value", "errors", "trouble", "conflict"),
    [
        ("many", {"value": "Target 'many' is no number."}, "", ""),
        ("nan", {"value": "Target 'nan' is no number."}, "", ""),
        ("closed", {}, "The year is closed.", ""),
        ("quick", {}, "", "Ana M. was quicker: 96 since 09:00."),
    ],
)
def test_what_is_wrong_is_told_in_the_form_and_nothing_is_confirmed(
    value: str, errors: Mapping[str, str], trouble: str, conflict: str
) -> None:
    found = asked("confirm", scope="dublin", value=value)
    assert found.form is not None
    assert (dict(found.form.errors), found.form.trouble) == (errors, trouble)
    assert (found.conflict, found.done, found.form.confirm) == (conflict, "", False)


def test_a_refusal_of_rights_is_never_turned_into_a_sentence_of_the_form() -> None:
    with pytest.raises(ScopeDenied):
        asked("confirm", scope="lyon", value="foreign")


def test_a_confirmed_form_ends_with_its_outcome_and_marks_the_page_as_changed() -> None:
    found = asked("confirm", scope="dublin", value="96,5")
    assert (found.done, found.form) == ("Written.", None)
    assert drawer(found).to_plotly_json()["props"]["data-done"] == "yes"


@pytest.mark.parametrize(
    "sent",
    [
        3,
        {"form": "other", "step": "open", "values": {}},
        {"form": "target", "step": "jump", "values": {}},
        {"form": "target", "step": "open", "values": {"a": 1}},
        {"form": "target", "step": "open", "values": {"a": "x" * 2001}},
        {"form": "target", "step": "open", "values": {str(i): "" for i in range(61)}},
        {"form": "target", "step": "open", "values": {}, "more": 1},
    ],
)
def test_what_no_form_of_the_page_sends_is_refused(sent: object) -> None:
    with pytest.raises(BadInput):
        parse_sent(FORMS)(sent)


def test_a_greyed_button_says_why_and_opens_nothing() -> None:
    props = opener("Publish", "publish", off="3 rules are broken").to_plotly_json()["props"]
    assert (props["title"], props["aria-disabled"]) == ("3 rules are broken", "true")
    assert "data-open" not in props


def test_the_script_of_the_drawer_sends_what_the_parser_reads() -> None:
    script = Path("dashboards/assets/drawer.js")
    text = (Path(__file__).parents[2] / script).read_text()
    assert "{ form: form, step: step, values: values, n: count }" in text
