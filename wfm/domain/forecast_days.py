"""A forecast day taken apart: what a usual day brings, its weekday, season, holiday, event.

The parts are whole thousandths of a contact, so that they sum to the day's total to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date

from wfm.domain.language import figure, say, to_say

PARTS = ("level", "weekday", "season", "holiday", "event", "override")
WORDS = {
    "level": to_say("a usual open day"),
    "weekday": to_say("the weekday"),
    "season": to_say("season and trend"),
    "holiday": to_say("holiday or closing"),
    "event": to_say("events"),
    "override": to_say("overrides"),
}
DAYS = (
    to_say("Mondays"),
    to_say("Tuesdays"),
    to_say("Wednesdays"),
    to_say("Thursdays"),
    to_say("Fridays"),
    to_say("Saturdays"),
    to_say("Sundays"),
)


@dataclass(frozen=True)
class DayParts:
    """One day of one queue or of several, in thousandths of a contact; `names` of what bends it."""

    level: int = 0
    weekday: int = 0
    season: int = 0
    holiday: int = 0
    event: int = 0
    override: int = 0
    names: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """The day's contacts: the sum of the parts."""
        return sum(self.values())

    def values(self) -> tuple[int, ...]:
        """The parts in their order."""
        return tuple(getattr(self, name) for name in PARTS)

    def __add__(self, other: DayParts) -> DayParts:
        sums = {name: getattr(self, name) + getattr(other, name) for name in PARTS}
        return DayParts(**sums, names=tuple(dict.fromkeys((*self.names, *other.names))))


def summed(parts: Iterable[DayParts]) -> DayParts:
    """Several queues' days as one."""
    total = DayParts()
    for one in parts:
        total = total + one
    return total


def shown_contacts(parts: DayParts) -> tuple[int, ...]:
    """The parts in whole contacts that sum to the day's total in whole contacts.

    Parts of 100.4, 20.4 and 10.4 contacts are 101, 20 and 10: 131.2 is shown as 131.
    """
    exact = parts.values()
    whole = [value // 1000 for value in exact]
    total = (2 * sum(exact) + 1000) // 2000
    left = sorted(range(len(exact)), key=lambda at: (-(exact[at] % 1000), at))
    for at in left[: max(0, total - sum(whole))]:
        whole[at] += 1
    return tuple(whole)


def day_sentence(day: date, parts: DayParts) -> str:
    """The day in one sentence.

    "Mon 12 Oct: 4,210 contacts: a usual open day 3,800, Mondays +420, season and trend -110,
    events (TV spot) +100."
    """
    shown = dict(zip(PARTS, shown_contacts(parts), strict=True))
    said = [say("{words} {n:,}", words=WORDS["level"], n=shown["level"])]
    for name in PARTS[1:]:
        if not shown[name]:
            continue
        words = DAYS[day.weekday()] if name == "weekday" else WORDS[name]
        if name in ("holiday", "event") and parts.names:
            words = f"{words} ({', '.join(parts.names[:3])})"
        said.append(f"{words} {_signed(shown[name])}")
    total = sum(shown.values())
    return say(
        "{day:%a} {day.day} {day:%b}: {total:,} contacts: {parts}.",
        day=day, total=total, parts=_joined(said),
    )  # fmt: skip


def _joined(said: Sequence[str]) -> str:
    return ", ".join(said)


def _signed(value: int) -> str:
    return figure(value, "+,").replace("-", "\N{MINUS SIGN}")


def parts_document(parts: DayParts) -> dict[str, object]:
    """The parts as JSON keeps them."""
    return {f.name: getattr(parts, f.name) for f in fields(parts) if getattr(parts, f.name)}


def parts_of(document: dict[str, object]) -> DayParts:
    """The parts as they were kept."""
    kept = {name: int(str(document.get(name, 0))) for name in PARTS}
    names = document.get("names") or ()
    told = tuple(str(name) for name in names) if isinstance(names, (list, tuple)) else ()
    return DayParts(**kept, names=told)
