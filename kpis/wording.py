"""A KPI's formula in words: every base measure by its name in the reader's language."""

from __future__ import annotations

import re

from kpis.definition import WINDOWS, Kpi
from wfm.domain.language import joined, listed, say
from wfm.facts.measures import MEASURES

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def definition_lines(kpi: Kpi) -> list[tuple[str, str]]:
    """Label and text of what a KPI divides by what, and what to mind when reading it.

    Occupancy is "busy time" over "busy time + available time". A KPI that is no quotient has one
    line, "Measure".
    """
    lines = [(say("Measure"), _whole(kpi))]
    if (kpi.denominator and kpi.kind != "quantile") or kpi.kind in WINDOWS:
        below = WINDOWS.get(kpi.kind) or in_words(kpi.denominator)
        above = in_words(kpi.numerator)
        if kpi.kind == "compare":
            above = joined(" − ", (above, below))
        lines = [(say("Numerator"), above), (say("Denominator"), below)]
    return [*lines, (say("To mind"), kpi.note)] if kpi.note else lines


def in_words(expression: str) -> str:
    """A formula over measures with their names for their ids: "talk time + hold time"."""
    text, _, of = expression.partition("[")
    words = _NAME.sub(lambda found: f"{{{found.group()}}}", text)
    for sign, spaced in (("+", " + "), ("-", " − "), ("/", " ÷ ")):
        words = words.replace(sign, spaced)
    said = say(words, **{name: _label(name) for name in _NAME.findall(text)})
    if of.startswith("prev"):
        return say("{measure} of the period before", measure=said)
    return say("{measure} of all channels", measure=said) if of else said


def _whole(kpi: Kpi) -> str:
    if kpi.kind == "quantile":
        return say(
            "quantile {at} of the {distribution}",
            at=float(kpi.denominator),
            distribution=in_words(kpi.numerator),
        )
    if kpi.kind == "moments":
        return say(
            "standard deviation over mean, from {sums}",
            sums=listed([in_words(part) for part in kpi.numerator.split(",")]),
        )
    return in_words(kpi.numerator)


def _label(name: str) -> str:
    return say("days of the window") if name == "window_days" else say(MEASURES[name].label)
