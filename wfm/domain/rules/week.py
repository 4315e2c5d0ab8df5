"""All labour rules over one person's week: what is broken, and how near the limits are."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from wfm.domain.contracts import Contract
from wfm.domain.language import Said, joined, say, to_say
from wfm.domain.rules.availability import check_availability
from wfm.domain.rules.break_windows import check_breaks
from wfm.domain.rules.consecutive_days import check_consecutive_days
from wfm.domain.rules.days_per_week import check_days_per_week
from wfm.domain.rules.duty import DAY, Duty, Violation
from wfm.domain.rules.rest import check_rest
from wfm.domain.rules.weekly_hours import check_weekly_hours

DAYS = 7
_DAY = re.compile(r"\bday (-?\d+)(?! in a row)")
_OF_WEEK = ("days_per_week", "week_paid")
# Sentences of a plan of many weeks, as they are told of one.
WHOLE_WEEK = {
    "week {week} has {days} days, allowed {low} to {high}": to_say(
        "the week has {days} days, allowed {low} to {high}"
    ),
    "week {week} pays {paid}, allowed {low} to {high}": to_say(
        "the week pays {paid}, allowed {low} to {high}"
    ),
}


@dataclass(frozen=True)
class PersonWeek:
    """One person's duties of a week by the wall clock, and by elapsed time with those around it.

    `duties` count minutes from each local midnight; `elapsed` from Monday's midnight in real time,
    so that a night in which the clock changes is as long as it is. It holds the last duty before
    the week and the first after it as well.
    """

    duties: tuple[Duty, ...]
    elapsed: tuple[Duty, ...]
    contract: Contract
    away: frozenset[int] = frozenset()  # days off granted
    opening: Mapping[int, tuple[int, int] | None] | None = None
    run_before: int = 0
    run_after: int = 0


def check_week(week: PersonWeek) -> tuple[Violation, ...]:
    """What one person's week breaks, in order of the rules; days off count as worked and paid."""
    contract, found = week.contract, list[Violation]()
    window = contract.window
    for duty in week.duties:
        opening = (0, 2 * 1440) if week.opening is None else week.opening.get(duty.day)
        found += check_availability(duty, week.away, window, opening)
        found += check_breaks(duty, owed_breaks(contract, duty.end - duty.start))
        if duty.end - duty.start not in contract.shift_minutes:
            allowed = joined(", ", [say("{n:g} h", n=n / 60) for n in contract.shift_minutes])
            found.append(
                Violation(
                    "shift_length", duty.day,
                    say("a shift of {hours:g} h, allowed {allowed}",
                        hours=(duty.end - duty.start) / 60, allowed=allowed),
                )
            )  # fmt: skip
    off = min(len(week.away), contract.days[1])
    low, high = contract.days
    found += check_days_per_week(week.duties, 1, (max(0, low - off), high - off))
    least, most = contract.weekly_minutes
    hours = (
        least * max(0, low - off) // max(1, low),
        -(-most * (high - off) // max(1, high)),
    )
    found += check_weekly_hours(week.duties, 1, hours)
    found += check_consecutive_days(
        week.duties, contract.max_consecutive_days, days=DAYS, run_before=week.run_before,
        run_after=week.run_after,
    )  # fmt: skip
    found += check_rest(week.elapsed, contract.rest_minutes)
    return tuple(found)


def owed_breaks(contract: Contract, length: int) -> tuple:  # type: ignore[type-arg]
    """The breaks owed in a shift of `length` minutes; one that would begin after it is not."""
    return tuple(
        rule for rule in contract.breaks if rule.earliest <= min(rule.latest, length - rule.minutes)
    )


def shortest_rest(elapsed: Sequence[Duty]) -> int | None:
    """Minutes of the shortest time between two duties, None with fewer than two."""
    ordered = sorted(elapsed, key=lambda duty: duty.begins)
    return min((b.begins - a.ends for a, b in itertools.pairwise(ordered)), default=None)


def told(violation: Violation, monday: date) -> str:
    """A violation as a sentence with its weekday: "Wed 2 Dec: 7.5 h rest before Thu 3 Dec ..."."""

    def named(day: int) -> str:
        return say("{day:%a} {day.day} {day:%b}", day=monday + timedelta(days=day))

    sentence = violation.sentence
    if isinstance(sentence, Said):
        message = WHOLE_WEEK.get(sentence.message, sentence.message)
        values = {
            name: named(value.values["n"])
            if isinstance(value, Said) and value.message == DAY[:]
            else value
            for name, value in sentence.values.items()
        }
        words = say(message, **values)
    else:  # of a stored document
        words = _DAY.sub(lambda found: named(int(found[1])), sentence)
        if violation.code in _OF_WEEK:
            words = words.replace("week 1", "the week", 1)
    if violation.code in _OF_WEEK:
        return words
    return joined(": ", (named(violation.day), words))
