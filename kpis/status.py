"""Colour, gap and direction of a value against its limits; equality favours the person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from kpis.definition import Bands, Better
from wfm.domain.language import say, to_say

# A part of the organisation, one and several.
PLACE = {"site": to_say("site"), "team": to_say("team"), "agent": to_say("agent")}
PLACES = {"site": to_say("sites"), "team": to_say("teams"), "agent": to_say("agents")}
Status = Literal["good", "warn", "bad", "none"]
Side = Literal["better", "worse", "inside", ""]
TOLERANCE = 1e-9
WORDS: dict[str, str] = {
    "good": to_say("on target"),
    "warn": to_say("near target"),
    "bad": to_say("off target"),
    "none": to_say("no colour"),
}


@dataclass(frozen=True)
class Gap:
    """How far a value is from its target, signed, and which way that is."""

    amount: float | None = None
    side: Side = ""


def status_of(value: float | None, bands: Bands | None) -> Status:
    """Good inside the green limits, warn inside the amber ones, else bad; none without either.

    Limits 92 and 88: 92 is good, 88 is warn, 87.99 is bad. A value on a limit takes the better
    colour, also when a sum of fractions left it 1e-10 short.
    """
    if value is None or bands is None or bands.empty:
        return "none"
    if _inside(value, bands.green_lo, bands.green_hi):
        return "good"
    amber = (
        bands.green_lo if bands.amber_lo is None else bands.amber_lo,
        bands.green_hi if bands.amber_hi is None else bands.amber_hi,
    )
    return "warn" if _inside(value, *amber) else "bad"


def gap_of(value: float | None, bands: Bands | None, better: Better) -> Gap:
    """The signed distance to the target and whether it is better or worse.

    Adherence 94.7 % at a target of 95 %: -0.3, worse. Handle time 302 s in a range of 285 to
    315 s around 300: +2, inside. The direction comes from the KPI, never from the sign.
    """
    if value is None or bands is None or bands.empty:
        return Gap()
    if better == "higher" and bands.green_lo is not None:
        return Gap(value - bands.green_lo, _side(value >= bands.green_lo - _slack(bands.green_lo)))
    if better == "lower" and bands.green_hi is not None:
        return Gap(value - bands.green_hi, _side(value <= bands.green_hi + _slack(bands.green_hi)))
    inside = _inside(value, bands.green_lo, bands.green_hi)
    if bands.centre is not None:
        return Gap(value - bands.centre, "inside" if inside else "worse")
    if inside:
        return Gap(0.0, "inside")
    low, high = bands.green_lo, bands.green_hi
    edge = low if low is not None and value < low else high
    return Gap(None if edge is None else value - edge, "worse")


def red_sentence(children: Iterable[Status], kind: str) -> str:
    """How many parts are red: "1 of 4 sites red"; empty when none is.

    `children` are the statuses of the parts, those without a colour included in the count.
    """
    statuses = list(children)
    red = sum(status == "bad" for status in statuses)
    noun = PLACE.get(kind, kind) if len(statuses) == 1 else PLACES.get(kind, f"{kind}s")
    return say("{red} of {n} {noun} red", red=red, n=len(statuses), noun=noun) if red else ""


def _inside(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low - _slack(low)) and (
        high is None or value <= high + _slack(high)
    )


def _slack(limit: float) -> float:
    return TOLERANCE * max(1.0, abs(limit))


def _side(good: bool) -> Side:
    return "better" if good else "worse"
