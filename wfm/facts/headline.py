"""The figure a preset shows first: vendors' formulas over the same seconds."""

from __future__ import annotations

from wfm.domain.adherence import AdherenceRules


def headline(
    rules: AdherenceRules,
    scheduled: int,
    inside: int,
    out: int,
    neutral: int,
    excused: int,
    outside: int,
) -> float | None:
    """The headline in percent of summed seconds; None when nothing was scheduled.

    480 min scheduled, 10 out, 450 in, 20 excused: 97.83 as adherence (450 / 460), 97.92 as Verint's
    authorised time (470 / 480). With `both_sides`, work outside the shift counts as exception and
    as schedule: 50 in and 10 outside of 60 is 71.43.
    """
    beyond = outside if rules.outside_mode == "both_sides" else 0
    base = scheduled - neutral
    if rules.headline == "exception_free" or beyond:
        part, whole = max(0, base - out), base + beyond
    elif rules.headline == "authorised":
        part, whole = inside + excused, base + excused
    elif rules.headline == "adherence_scheduled":
        part, whole = inside, scheduled
    else:
        part, whole = inside, base
    return 100 * part / whole if whole else None
