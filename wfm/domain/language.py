"""The reader's language: sentences as whole templates, figures and dates as the language has them.

The English sentence is the key of every catalogue, and what is read where no language is set. A
template keeps Python's own format marks, so that a translation is free in its word order and in
how it writes a day: "{day:%a} {n} {day:%b}" becomes "{day:%a}, {n}. {day:%b}".
"""

from __future__ import annotations

import gettext
import json
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, eq=False)
class Language:
    """One language: its catalogue, and how it writes figures, weekdays, months and dates.

    `dates` holds how a `year`, `month`, `dayMonth`, `dayMonthYear` and a `date` in figures are
    written, with the marks of `strftime`: "%-d. %b %Y".
    """

    code: str
    name: str
    catalogue: gettext.NullTranslations
    decimal: str
    group: str
    least_group: int  # figures before the last three from which thousands are parted
    days: tuple[str, ...]  # from Monday
    days_short: tuple[str, ...]
    months: tuple[str, ...]
    months_short: tuple[str, ...]
    dates: Mapping[str, str] = field(default_factory=dict)


CURRENT: ContextVar[Language | None] = ContextVar("language", default=None)


class Said(str):
    """A text in the current language that knows its template and values, to be said anew.

    `shape` is "small" or "capital" where the first letters of the template were changed.
    """

    __slots__ = ("many", "message", "n", "shape", "values")
    message: str
    many: str
    n: int
    values: Mapping[str, Any]
    shape: str

    @classmethod
    def of(
        cls, text: str, message: str, many: str, n: int, values: Mapping[str, Any], shape: str = ""
    ) -> Said:  # fmt: skip
        """A text with what it was made of."""
        said = cls(text)
        said.message, said.many, said.n, said.values, said.shape = message, many, n, values, shape
        return said

    def __add__(self, other: str) -> str:
        return joined("", (self, other))

    def __radd__(self, other: str) -> str:
        return joined("", (other, self))

    def lower(self) -> str:
        """The text inside a sentence: small, but German nouns keep their capital."""
        return self._shaped("small", self[:] if language_code() == "de" else self[:].lower())

    def capitalize(self) -> str:
        """The text at the beginning of a sentence."""
        rest = self[1:] if CURRENT.get() else self[1:].lower()
        return self._shaped("capital", self[:1].upper() + rest)

    def _shaped(self, shape: str, text: str) -> Said:
        return Said.of(text, self.message, self.many, self.n, self.values, shape)


def language() -> Language | None:
    """The reader's language, None for English."""
    return CURRENT.get()


def language_code() -> str:
    """The code of the reader's language: "de"; "en" where none is set."""
    current = CURRENT.get()
    return "en" if current is None else current.code


def speak(given: Language | None) -> None:
    """The language of this request set; None is English."""
    CURRENT.set(given)


@contextmanager
def speaking(given: Language | None) -> Iterator[None]:
    """A block in another language: `with speaking(None):` is in English."""
    token = CURRENT.set(given)
    try:
        yield
    finally:
        CURRENT.reset(token)


class ToSay(str):
    """A text of a table in the code: it is said when it enters a sentence or a page."""

    def __format__(self, spec: str) -> str:
        return format(say(self[:]), spec)

    def __str__(self) -> str:
        return str(say(self[:]))

    def lower(self) -> str:
        return say(self[:]).lower()

    def capitalize(self) -> str:
        return say(self[:]).capitalize()


def say(message: str, /, **values: Any) -> str:
    """A sentence in the reader's language: say("{n} of {m} agents", n=3, m=8)."""
    message = message[:] if isinstance(message, ToSay) else message
    current = CURRENT.get()
    if not values:
        return _said_as_it_is(message, current)
    template = message if current is None or not message else current.catalogue.gettext(message)
    return _said(template, current, message, "", 0, values)


def say_many(one: str, many: str, n: int, /, **values: Any) -> str:
    """A sentence about a number of things; the language has its own rule which form it takes.

    say_many("{n} day", "{n} days", 3) is "3 days"; n is among the values by itself.
    """
    current = CURRENT.get()
    if current is None:
        template = one if n == 1 else many
    else:
        template = current.catalogue.ngettext(one, many, n)
    return _said(template, current, one, many, n, {"n": n, **values})


def joined(between: str, parts: Iterable[str]) -> str:
    """Texts one after the other, each to be said anew: joined("; ", ("a", "b")) is "a; b"."""
    values = {f"p{at}": part for at, part in enumerate(parts)}
    return say(between.join(f"{{{name}}}" for name in values), **values)


def listed(words: Sequence[str]) -> str:
    """Words as a sentence lists them: "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return words[0] if words else ""
    return say("{words} and {last}", words=joined(", ", words[:-1]), last=words[-1])


def to_say(message: str) -> str:
    """A text marked for the catalogues, where no reader is known yet: tables in the code."""
    return ToSay(message)


def key_of(text: str) -> str:
    """The English template that a text came from: the same in every language."""
    return text.message if isinstance(text, Said) else text[:]


def shown(text: Any) -> Any:
    """A text as the reader sees it: one that is still to be said is said now."""
    return say(text[:]) if isinstance(text, ToSay) else text


def again(text: Said) -> str:
    """A text said before, in the language of now."""
    values = {name: again(v) if isinstance(v, Said) else v for name, v in text.values.items()}
    if text.many:
        return _as(text.shape, say_many(text.message, text.many, text.n, **values))
    return _as(text.shape, say(text.message, **values))


def _as(shape: object, text: str) -> str:
    if shape == "capital":
        return text.capitalize()
    return text.lower() if shape == "small" else text


def told(value: Any) -> Any:
    """Plain values to be stored, of any language: a text said becomes its template and values."""
    if isinstance(value, ToSay):
        value = say(value[:])
    if isinstance(value, Said):
        kept = {name: told(one) for name, one in value.values.items()}
        known: dict[str, Any] = {"say": value.message, "with": kept}
        if value.shape:
            known["as"] = value.shape
        return {**known, "many": value.many, "n": value.n} if value.many else known
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, date):
        return {"on": value.isoformat()}
    if isinstance(value, Mapping):
        return {name: told(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [told(one) for one in value]
    return value


def retold(value: Any) -> Any:
    """What `told` stored, said in the reader's language."""
    if isinstance(value, Mapping):
        if "say" in value and "with" in value:
            kept = {name: retold(one) for name, one in value["with"].items()}
            if value.get("many"):
                kept.pop("n", None)
                return _as(
                    value.get("as"), say_many(value["say"], value["many"], value["n"], **kept)
                )
            return _as(value.get("as"), say(value["say"], **kept))
        if set(value) == {"at"} and isinstance(value["at"], str):
            return datetime.fromisoformat(value["at"])
        if set(value) == {"on"} and isinstance(value["on"], str):
            return date.fromisoformat(value["on"])
        return {name: retold(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [retold(one) for one in value]
    return value


def kept(text: str) -> str:
    """A sentence as a column of text keeps it: in no language, to be read by `reread`."""
    return json.dumps(told(text), default=str) if isinstance(text, (Said, ToSay)) else text


def reread(text: str) -> str:
    """What `kept` stored, in the reader's language; any other text as it is."""
    return str(retold(json.loads(text))) if text.startswith('{"say": ') else text


def figure(value: float, spec: str) -> str:
    """A number as the language writes it: figure(1234.5, ",.1f") is "1.234,5" in German."""
    text = format(value, spec)
    current = CURRENT.get()
    return text if current is None else _local_figure(text, current)


def day_text(value: date, spec: str) -> str:
    """A day by a pattern, its names in the language: day_text(day, "%a") is "Mo" in German."""
    current = CURRENT.get()
    return format(value, spec) if current is None else _local_day(value, spec, current)


def typed_number(text: str) -> float:
    """A number as people type it, by the language they read: "1.234,5" in German is 1234.5.

    `ValueError` when it is none. A single comma or point that cannot part thousands is a decimal
    mark in every language.
    """
    current = CURRENT.get()
    plain = text.strip().replace("\u2212", "-")
    for gap in ("\u202f", "\u00a0", " ", "'"):
        plain = plain.replace(gap, "")
    if current is None:
        return float(plain.replace(",", "."))
    if current.decimal in plain:
        plain = plain.replace(current.group, "").replace(current.decimal, ".")
    elif _grouped(plain, current.group):
        plain = plain.replace(current.group, "")
    return float(plain)


def _grouped(text: str, group: str) -> bool:
    """Whether every mark of thousands stands before three figures: "1.234", not "1.5"."""
    first, *others = text.lstrip("+-").split(group)
    return bool(others) and 1 <= len(first) <= 3 and all(len(o) == 3 for o in others)


def _said(
    template: str, current: Language | None, message: str, many: str, n: int,
    values: dict[str, Any],
) -> Said:  # fmt: skip
    if current is None:
        text = template.format(**values)
    else:
        text = _LocalFormatter(current).vformat(template, (), values)
    return Said.of(text, message, many, n, values)


@lru_cache(maxsize=8192)
def _said_as_it_is(message: str, current: Language | None) -> Said:
    """A text without values: the same object each time, since a page says its words often."""
    template = message if current is None or not message else current.catalogue.gettext(message)
    return Said.of(template, message, "", 0, {})


class _LocalFormatter(string.Formatter):
    """Python's formatting, with figures and names of days as the language writes them."""

    def __init__(self, current: Language) -> None:
        self.language = current

    def format_field(self, value: Any, format_spec: str) -> Any:
        if isinstance(value, date) and "%" in format_spec:
            return _local_day(value, format_spec, self.language)
        text = format(value, format_spec)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return _local_figure(text, self.language)
        return text


def _local_figure(text: str, current: Language) -> str:
    whole, point, rest = text.partition(".")
    if "e" in text and not point:
        return text
    head, *groups = whole.split(",")
    if groups and (len(groups) > 1 or len(head.strip(" +-\u2212")) >= current.least_group):
        whole = current.group.join((head, *groups))
    else:
        whole = "".join((head, *groups))
    return f"{whole}{current.decimal}{rest}" if point else whole


def _local_day(value: date, spec: str, current: Language) -> str:
    names: Sequence[tuple[str, str]] = (
        ("%a", current.days_short[value.weekday()]),
        ("%A", current.days[value.weekday()]),
        ("%b", current.months_short[value.month - 1]),
        ("%B", current.months[value.month - 1]),
    )
    for mark_, name in names:
        spec = spec.replace(mark_, name.replace("%", "%%"))
    return format(value, spec)
