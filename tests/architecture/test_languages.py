"""The catalogues hold every text of the product, with the values that its sentence needs."""

from __future__ import annotations

import importlib.util
from datetime import date
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

from kpis.catalogue.load import CATALOGUE
from kpis.display import format_gap, format_target, format_value
from wfm.domain.language import again, retold, say, say_many, speaking, told, typed_number
from wfm.web.languages import LANGUAGES, chosen_code, language_of

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "languages"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    loader = SourceFileLoader("languages_script", str(SCRIPT))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_no_text_lacks_and_no_value_is_lost(script: ModuleType, code: str) -> None:
    wrong = script.faults(code)
    assert not wrong, "run scripts/languages update, then translate:\n" + "\n".join(wrong)


def test_german_writes_figures_and_days_its_own_way() -> None:
    day, adherence = date(2026, 10, 12), CATALOGUE["adherence"]
    with speaking(language_of("de")):
        assert say("{n:,.1f}", n=1234.5) == "1.234,5"
        assert format_value(adherence, 12.3) == "12,3 %"
        assert format_gap(adherence, -0.31) == "−0,3 Pp."
        assert format_target(CATALOGUE["average_handle_time"], None) == ""
        assert say("{day:%a} {day.day} {day:%b}", day=day) == "Mo 12. Okt"
        assert say_many("{n} event", "{n} events", 1) == "1 Ereignis"
        assert say_many("{n} event", "{n} events", 1200) == "1200 Ereignisse"


@pytest.mark.parametrize(
    ("code", "month", "day", "figures"),
    [
        ("de", "%b %Y", "%-d. %b %Y", "%-d.%-m.%Y"),
        ("fr", "%b %Y", "%-d %b %Y", "%d/%m/%Y"),
        ("es", "%b %Y", "%-d %b %Y", "%-d/%-m/%Y"),
    ],
)
def test_charts_write_dates_as_the_language_has_them(
    code: str, month: str, day: str, figures: str
) -> None:
    found = language_of(code)
    assert found is not None
    assert (found.dates["month"], found.dates["dayMonthYear"]) == (month, day)
    assert found.dates["date"] == figures


def test_spanish_parts_thousands_from_five_figures_on() -> None:
    with speaking(language_of("es")):
        assert (say("{n:,}", n=1234), say("{n:,}", n=12345)) == ("1234", "12.345")
    with speaking(language_of("fr")):
        assert say("{n:,.2f}", n=1234.5) == "1\u202f234,50"


@pytest.mark.parametrize(
    ("code", "text", "number"),
    [
        ("en", "1234.5", 1234.5),
        ("en", "12,5", 12.5),
        ("de", "1.234,5", 1234.5),
        ("de", "12,5", 12.5),
        ("de", "12.5", 12.5),
        ("de", "1.234", 1234),
        ("fr", "1 234,5", 1234.5),
        ("es", "−3,5", -3.5),
    ],
)
def test_a_number_is_read_as_it_is_typed(code: str, text: str, number: float) -> None:
    with speaking(language_of(code)):
        assert typed_number(text) == number


def test_a_sentence_is_stored_in_no_language_and_said_anew() -> None:
    size = say("{n:,.1f} %", n=12.3)
    sentence = say("{text}; {saved:.1f} h are saved.", text=size, saved=1.5)
    kept = told(sentence)
    assert retold(kept) == "12.3 %; 1.5 h are saved."
    with speaking(language_of("de")):
        assert retold(kept) == again(sentence) == "12,3 %; 1,5 h werden gespart."


@pytest.mark.parametrize(
    ("cookie", "accepted", "default", "code"),
    [
        (None, [], "en", "en"),
        (None, [], "fr", "fr"),
        (None, ["pt", "de-AT", "en"], "fr", "de"),
        ("es", ["de"], "fr", "es"),
        ("xx", ["nl"], "de", "de"),
    ],
)
def test_the_choice_goes_before_the_browser_and_the_browser_before_the_setting(
    cookie: str | None, accepted: list[str], default: str, code: str
) -> None:
    assert chosen_code(cookie, accepted, default) == code
