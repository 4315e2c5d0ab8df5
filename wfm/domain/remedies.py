"""Remedies: what people do about a figure, each with its steps, its reason and who may take them.

A request for another shift, a coaching, an alert, people moved to other work. Every remedy
is a record that is only added to; what has become of it is its last step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from wfm.domain.activities import Segment
from wfm.domain.errors import BadInput
from wfm.domain.language import say, to_say
from wfm.domain.scope import Scope

GRAIN_S = 300  # a change is asked for in steps of five minutes
MOST_MINUTES = 60
MOST_DAYS = 92


@dataclass(frozen=True)
class Kind:
    """A kind of remedy: the permission that opens it, and the steps each status allows.

    `steps` gives for a status the next ones with the permission of each.
    """

    name: str
    words: str
    opens: str
    first: str
    steps: Mapping[str, Mapping[str, str]]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind(
                "schedule_change", to_say("Change of shifts"), "request.create", "submitted",
                {"submitted": {"approved": "request.decide", "denied": "request.decide",
                               "cancelled": "request.create"}},
            ),
            Kind(
                "coaching", to_say("Coaching"), "coaching.write", "planned",
                {"planned": {"done": "coaching.write", "cancelled": "coaching.write"}},
            ),
            Kind(
                "site_alert", to_say("Alert"), "alert.send", "raised",
                {"raised": {"acknowledged": "alert.answer", "withdrawn": "alert.send"},
                 "acknowledged": {"closed": "alert.answer", "withdrawn": "alert.send"}},
            ),
            Kind(
                "skill_change", to_say("Move to other work"), "skill.assign", "assigned",
                {"assigned": {"kept": "skill.assign", "reverted": "skill.assign"}},
            ),
        )
    }
)  # fmt: skip
OPEN = ("submitted", "planned", "raised", "acknowledged", "assigned")


@dataclass(frozen=True)
class Step:
    """One step of a remedy: what it became, by whom, when (UTC seconds), and why."""

    status: str
    author: str
    at: int
    note: str = ""


@dataclass(frozen=True)
class Remedy:
    """A remedy with its steps; `about` holds what its kind needs, as texts."""

    remedy_id: int
    kind: str
    scope: Scope
    kpi_id: str
    about: Mapping[str, str]
    reason: str
    due_on: date | None
    author: str
    at: int
    steps: tuple[Step, ...]

    @property
    def status(self) -> str:
        """What has become of it."""
        return self.steps[-1].status

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.status in OPEN


@dataclass(frozen=True)
class NewRemedy:
    """A remedy to be opened."""

    kind: str
    scope: Scope
    kpi_id: str
    about: Mapping[str, str]
    reason: str
    due_on: date | None = None


@dataclass(frozen=True)
class ShiftWish:
    """Another shape of an agent's shifts from a day up to, not including, another.

    `meal_longer` ends the meal later and `meal_later` moves it, both inside the same shift;
    `start_later` moves the whole shift. Negative minutes go the other way.
    """

    what: str
    minutes: int
    first: date
    end: date


WISHES = {
    "meal_longer": to_say("Longer meal, the rest of it unpaid"),
    "meal_later": to_say("Meal later in the shift"),
    "start_later": to_say("Shift begins later"),
}


def parse_wish(about: Mapping[str, str]) -> ShiftWish:
    """The wish of a request's texts; `BadInput` says which of them cannot be used."""
    what = about.get("what", "")
    if what not in WISHES:
        raise BadInput(
            say("No change {what!r} is known; one of {known}.", what=what, known=", ".join(WISHES))
        )
    text = about.get("minutes", "").replace("−", "-")
    try:
        minutes = int(text)
    except ValueError:
        raise BadInput(
            say("{text!r} is no number of minutes; write 5 or -10.", text=text)
        ) from None
    if minutes == 0 or minutes * 60 % GRAIN_S or abs(minutes) > MOST_MINUTES:
        raise BadInput(
            say(
                "{minutes} minutes cannot be asked for: steps of 5, up to {most_minutes} "
                "either way.",
                minutes=minutes,
                most_minutes=MOST_MINUTES,
            )
        )
    try:
        first, end = (date.fromisoformat(about.get(name, "")) for name in ("first", "end"))
    except ValueError:
        raise BadInput(say("The first and last day are dates like 2026-12-01.")) from None
    if not first < end or (end - first).days > MOST_DAYS:
        raise BadInput(
            say(
                "From {first} to {end} is no span that can be asked for: 1 to {most_days} days.",
                first=first,
                end=end,
                most_days=MOST_DAYS,
            )
        )
    return ShiftWish(what, minutes, first, end)


def wished(
    segments: Sequence[Segment], wish: ShiftWish, meals: frozenset[str]
) -> tuple[Segment, ...] | None:
    """The shift as wished; None when it has no meal to change.

    A meal from 12:00 to 12:30 made 5 minutes longer ends at 12:35, what follows begins then, and
    the shift ends as before. `meals` are the activity codes that count as a meal.
    """
    if not segments:
        return None
    by = wish.minutes * 60
    if wish.what == "start_later":
        return tuple(replace(s, start_at=s.start_at + by, end_at=s.end_at + by) for s in segments)
    at = next((i for i, s in enumerate(segments) if s.activity in meals), None)
    if at is None or at in (0, len(segments) - 1):
        return None
    before, meal, after = segments[at - 1], segments[at], segments[at + 1]
    start = meal.start_at + (by if wish.what == "meal_later" else 0)
    end = meal.end_at + by
    if not before.start_at < start < end < after.end_at:
        raise BadInput(
            say(
                "{minutes} minutes do not fit: the meal would run into what lies beside it.",
                minutes=wish.minutes,
            )
        )
    return (
        *segments[: at - 1],
        replace(before, end_at=start),
        replace(meal, start_at=start, end_at=end),
        replace(after, start_at=end),
        *segments[at + 2 :],
    )
