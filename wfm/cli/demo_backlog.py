"""What of a demo's past is to be delivered, in which order, and how far that has come."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import Enum
from pathlib import Path

from wfm.domain.clock import instant_at
from wfm.domain.errors import BadInput

FILE = "history.json"
DAY = timedelta(days=1)
# Weeks of published schedules that are delivered beyond the current one, as far as there are any.
WEEKS_AHEAD = 4


class Kind(Enum):
    """What a piece tells of its days."""

    PLANS = "plans"  # schedules and forecasts alone: the days are still to come
    EVENTS = "events"  # those and everything that happened on its one day
    COUNTS = "counts"  # contacts and handle times by quarter-hour, of a week long past


@dataclass(frozen=True)
class Piece:
    """One delivery of the past: some local days, and what is told of them."""

    name: str
    days: tuple[date, ...]
    kind: Kind


@dataclass(frozen=True)
class Backlog:
    """All pieces in the order of their delivery; after the first `newest` the demo is usable.

    `newest_on` is the first day of those weeks.
    """

    pieces: tuple[Piece, ...]
    newest: int
    newest_on: date

    @property
    def first_on(self) -> date:
        """The oldest local day of which anything is told."""
        return min(piece.days[0] for piece in self.pieces)

    @property
    def end_on(self) -> date:
        """The day after the newest one with events."""
        return max(p.days[0] for p in self.pieces if p.kind is Kind.EVENTS) + DAY

    def whole_from(self, done: int) -> date:
        """The day from which on all is delivered, after so many pieces.

        A day is whole when the one before it is there too, whose night shifts reach into it.
        """
        found, oldest = self.end_on, self._first_with_events
        for piece in self.pieces[:done]:
            if piece.kind is Kind.EVENTS:
                day = piece.days[0]
                found = day if day == oldest else day + DAY
            elif piece.kind is Kind.COUNTS:
                found = piece.days[0]
        return found

    @property
    def _first_with_events(self) -> date:
        return min(p.days[0] for p in self.pieces if p.kind is Kind.EVENTS)


@dataclass(frozen=True)
class Progress:
    """How far the past has come: pieces delivered, rows of events in them, seconds it took."""

    standing: bool = False  # organisation, people, rules and accounts are there
    pieces: int = 0
    rows: int = 0
    seconds: float = 0.0
    over: bool = False  # nothing is left, or nobody wants the rest


def backlog_of(first_on: date, base_at: int, past: Sequence[date] = ()) -> Backlog:
    """The past of a centre whose life begins at an instant: the newest days come first.

    This week and the last one, then the schedules of the coming weeks, then day by day what was
    before, then the weeks from the Mondays `past`, of which only counts are told. Local days
    reach one beyond the UTC date: it is tomorrow already in the east.
    """
    today = instant_at(base_at).date()
    last = today + DAY
    monday = last - last.weekday() * DAY
    newest_from = max(first_on, min(monday, today - today.weekday() * DAY) - 7 * DAY)
    sunday = monday + 6 * DAY
    rest_of_week = tuple(last + n * DAY for n in range(1, (sunday - last).days + 1))
    newest = [Piece("rest-of-week", rest_of_week, Kind.PLANS)] if rest_of_week else []
    # With the day before, whose night shifts end in the first morning.
    newest += _days(last, max(first_on, newest_from - DAY))
    ahead = [
        Piece(f"week-{first}", _week(first), Kind.PLANS)
        for first in (monday + 7 * n * DAY for n in range(1, WEEKS_AHEAD + 1))
    ]
    before = _days(newest_from - 2 * DAY, first_on)
    counts = [Piece(f"counts-{first}", _week(first), Kind.COUNTS) for first in past]
    return Backlog((*newest, *ahead, *before, *counts), len(newest), newest_from)


def read_progress(folder: Path) -> Progress:
    """How far the past of the demo in a folder has come; nothing yet in a new one."""
    path = folder / FILE
    if not path.exists():
        return Progress()
    try:
        return Progress(**json.loads(path.read_text()))
    except (ValueError, TypeError) as error:
        raise BadInput(
            f"{path} cannot be read ({error}). Delete the folder to begin a new demo, or name "
            "another one with --data-dir."
        ) from error


def write_progress(folder: Path, progress: Progress) -> None:
    """The progress put in place whole: a crash leaves the old one, and one piece comes twice.

    That does no harm: the same piece has the same bytes, which are known when they come again.
    """
    fresh = folder / f"{FILE}.new"
    fresh.write_text(json.dumps(asdict(progress), indent=1) + "\n")
    fresh.replace(folder / FILE)


def _days(last: date, first: date) -> Sequence[Piece]:
    days = [last - n * DAY for n in range((last - first).days + 1)]
    return [Piece(f"day-{day}", (day,), Kind.EVENTS) for day in days]


def _week(monday: date) -> tuple[date, ...]:
    return tuple(monday + n * DAY for n in range(7))
