"""The languages that a reader may choose, each with its catalogue; read once, at its first use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations
from importlib.resources import files
from io import BytesIO
from types import MappingProxyType

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from wfm.domain.language import Language

ENGLISH = "en"
# Each by its own name, as the menu shows it.
LANGUAGES: Mapping[str, str] = MappingProxyType(
    {ENGLISH: "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
)
COOKIE = "wfm-language"
# Unicode's least figures before the last three, which Babel does not give: 1234 but 12.345.
LEAST_GROUP = {"es": 2}
# Unicode's skeleton of each way to write a date, and the marks of `strftime` for its letters.
DATES = {"year": "y", "month": "yMMM", "dayMonth": "MMMd", "dayMonthYear": "yMMMd", "date": "yMd"}
LETTERS = re.compile("y+|M+|d+")
MARKS = {"y": "%Y", "MMM": "%b", "MM": "%m", "M": "%-m", "dd": "%d", "d": "%-d"}


@cache
def language_of(code: str) -> Language | None:
    """The language of a code, None for English; a `LookupError` for one that is not kept."""
    if code == ENGLISH:
        return None
    packed = BytesIO()
    write_mo(packed, catalogue_of(code))
    packed.seek(0)
    return described(code, LANGUAGES[code], GNUTranslations(packed))


def catalogue_of(code: str) -> Catalog:
    """The messages of a language as its file `languages/<code>.po` holds them."""
    if code not in LANGUAGES:
        raise LookupError(f"No language {code!r}; one of {', '.join(LANGUAGES)}.")
    text = files("wfm").joinpath("web", "languages", f"{code}.po").read_bytes()
    return read_po(BytesIO(text), locale=code)


def described(code: str, name: str, catalogue: GNUTranslations) -> Language:
    """A language with the marks and names that Unicode's tables give for its code."""
    locale = Locale.parse(code)
    symbols = locale.number_symbols["latn"]
    days, months = locale.days["stand-alone"], locale.months["stand-alone"]
    return Language(
        code=code,
        name=name,
        catalogue=catalogue,
        decimal=symbols["decimal"],
        group=symbols["group"],
        least_group=LEAST_GROUP.get(locale.language, 1),
        days=tuple(days["wide"][n] for n in range(7)),
        days_short=tuple(days["abbreviated"][n] for n in range(7)),
        months=tuple(months["wide"][n] for n in range(1, 13)),
        months_short=tuple(months["abbreviated"][n] for n in range(1, 13)),
        dates={
            name: LETTERS.sub(
                lambda found: MARKS[found[0]], locale.datetime_skeletons[skeleton].pattern
            )
            for name, skeleton in DATES.items()
        },
    )


def chosen_code(cookie: str | None, accepted: list[str], default: str) -> str:
    """The code in force: the reader's choice, else the browser's, else the installation's.

    chosen_code(None, ["de-AT", "en"], "en") is "de".
    """
    if cookie in LANGUAGES:
        return str(cookie)
    for one in accepted:
        short = one.split("-")[0].lower()
        if short in LANGUAGES:
            return short
    return default if default in LANGUAGES else ENGLISH
