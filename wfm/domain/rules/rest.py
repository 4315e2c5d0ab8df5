"""Rest between one duty and the next."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from wfm.domain.language import say
from wfm.domain.rules.duty import Duty, Violation, hours_text, on_day

CODE = "rest_between_shifts"


def check_rest(duties: Sequence[Duty], minimum: int) -> tuple[Violation, ...]:
    """Pairs of duties with too little time between: 23:00 to 07:00 is 8 h of 11."""
    ordered = sorted(duties, key=lambda d: d.begins)
    return tuple(
        Violation(
            CODE,
            late.day,
            say(
                "{rest} rest before {day}, minimum {minimum}",
                rest=hours_text(late.begins - early.ends),
                day=on_day(late.day),
                minimum=hours_text(minimum),
            ),
        )
        for early, late in itertools.pairwise(ordered)
        if late.begins - early.ends < minimum
    )
