"""What people would like of their weeks: free weekdays, a time to begin, how much it matters.

A wish is never a rule: breaking it has a price that is weighed against cover.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wfm.domain.errors import BadInput
from wfm.domain.language import say

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# Convention: a day against a wish costs as much as two, or six, quarter-hours that lack a person.
PRICES = {"some": 2.0, "much": 6.0}
SLOTS = 96


@dataclass(frozen=True)
class Wish:
    """One person's wishes: weekdays off (0 is Monday), first and last slot to begin, how much.

    `start` (32, 40) is a begin from 08:00 to 10:00; None has no preference.
    """

    off: tuple[int, ...] = ()
    start: tuple[int, int] | None = None
    matters: str = "some"

    @property
    def is_empty(self) -> bool:
        """Whether nothing is wished for."""
        return not self.off and self.start is None


def wish_of(document: Mapping[str, Any]) -> Wish:
    """The wish of its JSON document; `BadInput` names what cannot be."""
    off = tuple(sorted({int(day) for day in document.get("off", ())}))
    matters = str(document.get("matters", "some"))
    given = document.get("start")
    if any(not 0 <= day <= 6 for day in off):
        raise BadInput(say("A weekday is one of Monday (0) to Sunday (6)."))
    if len(off) > 3:
        raise BadInput(say("{n} days off are wished for; choose three at most.", n=len(off)))
    if matters not in PRICES:
        raise BadInput(
            say(
                "How much it matters is {matters!r}; one of {known}.",
                matters=matters,
                known=", ".join(PRICES),
            )
        )
    start = None if given is None else (int(given[0]), int(given[1]))
    if start is not None and not 0 <= start[0] <= start[1] < SLOTS:
        raise BadInput(say("The latest begin lies before the earliest; choose a later one."))
    return Wish(off, start, matters)


def wish_document(wish: Wish) -> dict[str, Any]:
    """The wish as JSON."""
    start = None if wish.start is None else list(wish.start)
    return {"off": list(wish.off), "start": start, "matters": wish.matters}


def wish_words(wish: Wish) -> str:
    """The wish in words: "Sat, Sun off; begin 08:00 to 10:00"."""
    parts = []
    if wish.off:
        parts.append(f"{', '.join(DAYS[day] for day in wish.off)} off")
    if wish.start is not None:
        parts.append(f"begin {_clock(wish.start[0])} to {_clock(wish.start[1])}")
    return "; ".join(parts) or "no wish"


def wish_terms(wish: Wish) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """`preferences` of an agent of a scheduling problem, and the shift classes they speak of."""
    price = PRICES[wish.matters]
    preferences: list[dict[str, Any]] = []
    classes: dict[str, dict[str, Any]] = {}
    if wish.off:
        preferences.append({"cost": price, "weekdays": list(wish.off), "want": "off"})
    if wish.start is not None:
        name = f"begin {_clock(wish.start[0])}-{_clock(wish.start[1])}"
        classes[name] = {"start": list(wish.start)}
        preferences.append({"cost": price, "want": name})
    return preferences, classes


def granted(wish: Wish, worked: Mapping[int, int]) -> tuple[int, int]:
    """Days on which the wish is kept, and those it speaks of; `worked` is weekday to first slot.

    Off on Saturday and Sunday, beginning 08:00 to 10:00; works Mon 08:00 and Sat 07:00: of the two
    days off one is kept, of the two shifts one begins in time: (2, 4).
    """
    kept = sum(day not in worked for day in wish.off)
    asked = len(wish.off)
    if wish.start is not None:
        kept += sum(wish.start[0] <= slot <= wish.start[1] for slot in worked.values())
        asked += len(worked)
    return kept, asked


def _clock(slot: int) -> str:
    return f"{slot // 4:02d}:{slot % 4 * 15:02d}"
