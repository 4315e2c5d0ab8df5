"""The pages in another language: nothing is forgotten, and figures and days are written its way."""

from __future__ import annotations

import gettext
import re
import string
from collections.abc import Iterator
from typing import Any

import pytest
from dash.development.base_component import Component
from live_centre import PEOPLE, LiveCentre
from sqlalchemy import select

from dashboards.build import ask_of, room_of
from dashboards.frame import Ask, Look
from dashboards.localise import localised
from dashboards.pages.admin_tables import audit
from dashboards.shell import whole_page
from dashboards.sources import Sources
from wfm.domain.language import Language, kept, reread, say, speaking, to_say
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.queries.audit import AuditLine
from wfm.queries.permissions import permission_table
from wfm.queries.users import read_users
from wfm.store.schema import audit_reason
from wfm.web.languages import language_of
from wfm.web.pages import parse_href
from wfm.worker.forecaster import Forecaster
from wfm.worker.planner import Planner

PAGES = ("/me", "/team", "/centre", "/desk", "/planning", "/forecast", "/requests", "/targets",
         "/data", "/admin")  # fmt: skip
READERS = {
    **PEOPLE, "admin": Principal("u-x", "root", "Kim A.", Role.ADMIN, Scope(), None, 1),
}  # fmt: skip
# No words: measures of a formula, permissions and file names, ids, zones, and units of the SI.
CODES = re.compile(
    r"[\w-]+(?:[_.:][\w-]+)+|\b[a-z]+_[nsa]\b|\S*\{.*\}|“.*?”|\bimport\b|\baux\b|"
    r"\b(?:UTC|Muster|WAPE|P10|P90|min|s|h)\b|\d{4}-W\d\d|\]: ratio .*"
)
HOLIDAYS = ("Veterans Day", "October Bank Holiday", "Diwali", "Halloween", "All Saints' Day")
# Shown to people: the text between the tags and what a screen reader or a pointer is told.
TOLD = ("title", "alt", "placeholder", "aria-label", "label", "data-title")


class Accented(gettext.NullTranslations):
    """A language in which every letter of a message is accented, and no letter of a value."""

    LETTERS = str.maketrans(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "àƀćďéƒĝĥíĵķļɱñóþǫŕšťúṽŵẋýžÀƁĆĎÉƑĜĤÍĴĶĻṀÑÓÞǪŔŠŤÚṼŴẊÝŽ",
    )

    def gettext(self, message: str) -> str:
        out = ""
        for text, name, spec, how in string.Formatter().parse(message):
            out += text.translate(self.LETTERS)
            if name is not None:
                out += "{" + name + (f"!{how}" if how else "") + (f":{spec}" if spec else "") + "}"
        return out

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.gettext(one if n == 1 else many)


DAYS, MONTHS = ("ðÿ",) * 7, ("ṁø",) * 12
PSEUDO = Language("en-XA", "Accented", Accented(), ".", ",", 1, DAYS, DAYS, MONTHS, MONTHS)


def texts(node: Any) -> Iterator[str]:
    """Every text of a page that a person can read or hear."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, (list, tuple)):
        for child in node:
            yield from texts(child)
    elif isinstance(node, Component):
        props = node.to_plotly_json()["props"]
        if node._type in ("Kbd", "Code", "Pre") or getattr(node, "lang", None):
            return
        for name, value in props.items():
            if name == "children":
                yield from texts(value)
            elif name in TOLD and isinstance(value, str):
                yield value
            elif name == "figure":
                layout = value.get("layout", {})
                yield from (one.get("text", "") for one in layout.get("annotations", ()))
                yield from (t.get("name", "") for t in value.get("data", ()) if t.get("name"))
            elif name == "options" and isinstance(value, list):
                yield from (str(one.get("label", "")) for one in value)


def plain_words(text: str, names: set[str], codes: set[str]) -> list[str]:
    """Words in plain letters that are no name of the data, in a text that is no code of it."""
    if text.strip() in codes:
        return []
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text)
    return re.findall(r"[A-Za-z]{2,}", CODES.sub(" ", text))


@pytest.mark.parametrize("href", [*PAGES, *(f"{page}?view=table" for page in PAGES)])
def test_no_text_of_a_page_is_forgotten(href: str, centre: LiveCentre) -> None:
    store, clock = centre.store, centre.clock
    sources = Sources(store, clock, Planner(store), Forecaster(store))
    with speaking(PSEUDO):
        ask, tree = drawn(href, sources)
    names, codes = names_of(ask), codes_of(ask)
    left = sorted({text for text in texts(tree) if plain_words(text, names, codes)})
    assert not left, "not through the catalogue:\n" + "\n".join(left)


def drawn(href: str, sources: Sources) -> tuple[Ask, Any]:
    """A page as it is sent to the person whose page it is."""
    address = parse_href(href)
    room = room_of(address.page.page_id)
    assert room is not None
    ask = ask_of(READERS.get(room.page_id, READERS["desk"]), room, address, Look(), sources)
    return ask, localised(whole_page(ask, room.view(ask), [form.name for form in room.forms]))


def names_of(ask: Ask) -> set[str]:
    """Proper names: of people, places, queues, zones, holidays and events."""
    organisation = ask.organisation
    found = {ask.who.display_name, "CSV", "demo-acd"} | set(HOLIDAYS)
    for unit in organisation.units:
        found |= {unit.name, unit.org_id, unit.timezone or unit.name}
    found |= {person.display_name for person in organisation.people}
    found |= {user.display_name for user in read_users(ask.sources.store, Scope())}
    return found | {name for q in organisation.queues for name in (q.name, q.skill_group)}


def codes_of(ask: Ask) -> set[str]:
    """Whole texts of the data that no language changes: logins, sources, conditions of rights."""
    found = {grant.text for row in permission_table().rows.values() for grant in row.values()}
    found |= {user.login for user in read_users(ask.sources.store, Scope())}
    found |= {user.scope.path for user in read_users(ask.sources.store, Scope())}
    with ask.sources.store.db.read() as connection:  # what people typed as a reason
        found |= set(connection.scalars(select(audit_reason.c.reason)))
    return found | {"test", "import", "export", "user", "adherence", "aux “4711”"}


def test_a_word_that_opens_a_kept_sentence_is_said_in_the_language_of_who_reads_it() -> None:
    with speaking(None):
        main = to_say("sickness")
        stored = kept(
            say("{main} is {share:.0f} % of the {missing:.1f} missing", main=main.capitalize(),
                share=80, missing=2.5)
        )  # fmt: skip
        assert reread(stored) == "Sickness is 80 % of the 2.5 missing"
    with speaking(language_of("es")):
        assert reread(stored) == "Enfermedad: el 80 % de los 2,5 que faltan"


def test_the_log_names_sign_ins_in_the_readers_language(centre: LiveCentre) -> None:
    with speaking(PSEUDO):
        ask, _ = drawn("/admin", Sources(centre.store, centre.clock))
        lines = [
            AuditLine(1, 0, "unknown", "", action, "user:unknown", "", None, None, None)
            for action in ("login", "login.failure", "export")
        ]
        rows = [[cell.text for cell in line.cells[1:3]] for line in audit(ask, lines, {}).lines]
    assert rows == [
        [word.translate(Accented.LETTERS) for word in ("unknown", action)]
        for action in ("sign-in", "failed sign-in", "export")
    ]
