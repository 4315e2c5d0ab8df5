"""Linear expressions over base measures: names, `+`, `-`, `*` and constants; nothing is executed.

Each measure may appear only to the first power, because a formula that is linear in additive
measures gives the same value for every way of splitting the cells.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from wfm.domain.errors import BadInput

_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[a-z][a-z0-9_]*)|(?P<sign>[-+*]))")


@dataclass(frozen=True)
class Linear:
    """A sum of measures, each times a coefficient: `answered_n + aband_n - aband_short_n`."""

    terms: tuple[tuple[str, Fraction], ...]
    constant: Fraction = Fraction(0)

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """Names of the measures, in the order written."""
        return tuple(name for name, _ in self.terms)

    def value(self, sums: Mapping[str, float | int]) -> float | int:
        """The expression at given sums; whole when every sum and coefficient is whole.

        `offered_n - aband_short_n` at 100 and 4 is 96.
        """
        total, terms = self._numbers
        for name, coefficient in terms:
            total += coefficient * sums[name]
        return total

    @cached_property
    def _numbers(self) -> tuple[float | int, tuple[tuple[str, float | int], ...]]:
        return _plain(self.constant), tuple((name, _plain(part)) for name, part in self.terms)


def parse_linear(text: str) -> Linear:
    """The linear expression a formula says; `BadInput` when it is not linear or not readable."""
    tokens = _tokens(text)
    terms: dict[str, Fraction] = {}
    constant = Fraction(0)
    position = 0
    sign = Fraction(1)
    if tokens and tokens[0] in ("+", "-"):
        sign = Fraction(-1 if tokens[0] == "-" else 1)
        position = 1
    while True:
        name, coefficient, position = _product(text, tokens, position)
        if name is None:
            constant += sign * coefficient
        else:
            terms[name] = terms.get(name, Fraction(0)) + sign * coefficient
        if position == len(tokens):
            break
        if tokens[position] not in ("+", "-"):
            raise BadInput(f"Formula {text!r}: expected + or - before {tokens[position]!r}.")
        sign = Fraction(-1 if tokens[position] == "-" else 1)
        position += 1
    return Linear(tuple(terms.items()), constant)


def parse_scale(text: str) -> Fraction:
    """The exact factor of a scale as written: `100`, `1/3600`, `30.4375/3600`."""
    top, _, bottom = text.partition("/")
    try:
        return Fraction(top) / Fraction(bottom or "1")
    except (ValueError, ZeroDivisionError):
        raise BadInput(f"Scale {text!r} is not a number or a fraction such as 1/3600.") from None


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    position = 0
    stripped = text.rstrip()
    while position < len(stripped):
        match = _TOKEN.match(stripped, position)
        if match is None:
            raise BadInput(
                f"Formula {text!r} has {stripped[position:].strip()[:1]!r}; only names of "
                "measures, numbers, + - and * are allowed."
            )
        tokens.append(match.group().strip())
        position = match.end()
    return tokens


def _product(text: str, tokens: list[str], position: int) -> tuple[str | None, Fraction, int]:
    name: str | None = None
    coefficient = Fraction(1)
    while True:
        if position >= len(tokens) or tokens[position] in ("+", "-", "*"):
            raise BadInput(f"Formula {text!r} lacks a measure or number at part {position + 1}.")
        token = tokens[position]
        if token[0].isdigit():
            coefficient *= Fraction(token)
        elif name is None:
            name = token
        else:
            raise BadInput(
                f"Formula {text!r} multiplies {name} by {token}: it must be linear, so that "
                "sums over cells add up. Store the product as a measure of its own."
            )
        position += 1
        if position == len(tokens) or tokens[position] != "*":
            return name, coefficient, position
        position += 1


def _plain(value: Fraction) -> float | int:
    return value.numerator if value.denominator == 1 else float(value)
