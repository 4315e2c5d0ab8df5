"""Bonus schemes and what they come to: the rules as data, and results frozen at a period's end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from wfm.domain.errors import BadInput
from wfm.domain.language import say
from wfm.domain.periods import Period, period_of

PERIODS = ("month", "quarter")
SOURCES = ("target", "tiers")
# Convention: below 30 hours of base a projection says more of chance than of the person.
LEAST_HOURS = 30.0


@dataclass(frozen=True)
class Tier:
    """A step of a scheme: from `threshold` on, `factor` of the bonus is paid.

    Where the scheme follows the target, `threshold` counts from it: -2 is two points below.
    """

    threshold: float
    factor: float


@dataclass(frozen=True)
class Modifier:
    """What halves or cancels a bonus: from `at_least` of a measure on, it is multiplied.

    Measure noshow_n, at least 2, factor 0: two shifts missed without notice cancel it.
    """

    measure: str
    at_least: float
    factor: float


@dataclass(frozen=True)
class Scheme:
    """One version of a bonus scheme of a unit; the newest recorded one that holds is in force.

    `target_source` target: thresholds count from the target in force, so the scheme moves with it;
    tiers: thresholds are values. `left_out` names activity categories that leave the base beside
    those that adherence ignores anyway.
    """

    scheme_id: int
    scheme_key: str
    name: str
    level: str
    key: str
    kpi_id: str
    period: str
    tiers: tuple[Tier, ...]
    target_source: str
    effective_from: date
    effective_to: date | None = None
    recorded_at: int = 0
    author: str = ""
    reason: str = ""
    least_hours: float = LEAST_HOURS
    modifiers: tuple[Modifier, ...] = ()
    left_out: tuple[str, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Whether the version is in force on a day."""
        return self.effective_from <= day and (self.effective_to is None or day < self.effective_to)

    def period_at(self, day: date) -> Period:
        """The bonus period that holds a day."""
        return period_of(self.period, day)

    @property
    def whole(self) -> Tier:
        """The tier that pays the whole bonus: the first with factor 1, else the highest."""
        return next((t for t in self.tiers if t.factor >= 1), self.tiers[-1])

    def terms(self) -> dict[str, Any]:
        """The rules as a record keeps them."""
        return {
            "tiers": [[t.threshold, t.factor] for t in self.tiers],
            "target_source": self.target_source,
            "least_hours": self.least_hours,
            "modifiers": [[m.measure, m.at_least, m.factor] for m in self.modifiers],
            "left_out": list(self.left_out),
        }


def terms_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a scheme from its record, as `Scheme` takes them."""
    return {
        "tiers": tuple(Tier(float(t), float(f)) for t, f in given["tiers"]),
        "target_source": str(given["target_source"]),
        "least_hours": float(given["least_hours"]),
        "modifiers": tuple(Modifier(str(m), float(n), float(f)) for m, n, f in given["modifiers"]),
        "left_out": tuple(str(name) for name in given["left_out"]),
    }


def check_scheme(scheme: Scheme) -> None:
    """Nothing, or `BadInput` with the first rule that a scheme breaks."""
    if scheme.period not in PERIODS:
        raise BadInput(
            say(
                "The period {period!r} is not known; one of {known}.",
                period=scheme.period,
                known=", ".join(PERIODS),
            )
        )
    if scheme.target_source not in SOURCES:
        raise BadInput(
            say(
                "The target source {target_source!r} is not known; one of {known}.",
                target_source=scheme.target_source,
                known=", ".join(SOURCES),
            )
        )
    if not scheme.scheme_key.replace("-", "").replace("_", "").isalnum():
        raise BadInput(
            say(
                "The key {scheme_key!r} must be letters, figures, - and _ only.",
                scheme_key=scheme.scheme_key,
            )
        )
    if not scheme.tiers:
        raise BadInput(say("A scheme needs at least one tier, such as 95:1."))
    steps = [(t.threshold, t.factor) for t in scheme.tiers]
    rising = all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(steps))
    if not rising or steps[0][1] <= 0:
        told = ", ".join(f"{t:g}:{f:g}" for t, f in steps)
        raise BadInput(
            say("The tiers {told} must rise in threshold and in factor, from above 0.", told=told)
        )
    if any(m.factor < 0 or m.factor >= 1 or m.at_least <= 0 for m in scheme.modifiers):
        raise BadInput(say("A modifier multiplies by 0 to under 1, from a count above 0 on."))
    if scheme.effective_to is not None and scheme.effective_to <= scheme.effective_from:
        raise BadInput(say("A scheme must end after it begins."))


@dataclass(frozen=True)
class Ahead:
    """Base seconds still planned by day, the shifts they make, and what of it is estimated.

    From `estimated_from` on no shift is published: those days are as the four weeks before.
    """

    by_day: Mapping[date, float]
    shifts: int
    estimated_from: date | None = None

    @property
    def seconds(self) -> float:
        """All base seconds still to come."""
        return sum(self.by_day.values())


@dataclass(frozen=True)
class Standing:
    """Where an agent stood at the end of a day, as it was shown then. Seconds are of the base."""

    scheme_key: str
    agent_id: str
    first_on: date
    as_of_on: date
    recorded_at: int
    base_s: float
    good_s: float
    left_s: float
    excused_s: float
    target: float | None
    state: str


@dataclass(frozen=True)
class Statement:
    """A result frozen at the close of a period; `document` holds inputs, formula and result."""

    statement_id: int
    scheme_key: str
    scheme_id: int
    agent_id: str
    team_id: str
    first_on: date
    end_on: date
    closed_at: int
    author: str
    state: str
    factor: float
    document: Mapping[str, Any]
    signature: str


@dataclass(frozen=True)
class Difference:
    """What a later restatement changes in a statement, which itself stays as it is."""

    difference_id: int
    statement_id: int
    recorded_at: int
    author: str
    cause: str
    state: str
    factor: float
    document: Mapping[str, Any]
    signature: str
