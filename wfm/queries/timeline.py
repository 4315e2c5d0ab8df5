"""A day as planned and as it goes: spells, exceptions, and what each agent does now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from wfm.domain.activities import Segment
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.live import impact_of, live_state
from wfm.domain.organisation import Person
from wfm.domain.schedules import Shift
from wfm.domain.scope import Scope
from wfm.facts.judged import CAUSES, PENDING
from wfm.facts.rules import FactRules
from wfm.queries.judged_day import JudgedDay, read_judged_day
from wfm.store.store import Store

WAITS = CAUSES[PENDING]


@dataclass(frozen=True, slots=True)
class ActualSpell:
    """What an agent did from `start_at` up to `end_at`."""

    start_at: int
    end_at: int
    state: str
    reason: str
    state_group: str


@dataclass(frozen=True)
class AdherenceException:
    """Time out of adherence; `cause` says why it is excused, empty when it counts.

    `pending` tells that somebody explained it and nobody has decided yet: it counts till then.
    """

    start_at: int
    end_at: int
    activity: str
    state_group: str
    reason: str
    seconds: int
    cause: str
    pending: bool = False


@dataclass(frozen=True)
class AgentNow:
    """What an agent does at this moment, and whether it is what the schedule says.

    `adherence` is in, out, explained, unscheduled, ignored or unknown, and holds since
    `adherence_since_at`. `impact` on the queue: negative (should be on queue and is not),
    positive (should be off and is on), neutral, or unknown.
    """

    state: str
    reason: str
    state_group: str
    since_at: int
    activity: str | None
    adherence: str
    adherence_since_at: int
    impact: str


@dataclass(frozen=True)
class AgentTimeline:
    """One agent's day: the plan as it stands and as first published, and what happened."""

    agent_id: str
    display_name: str
    team_id: str
    site_id: str
    zone: str
    planned: tuple[Segment, ...]
    baseline: tuple[Segment, ...]
    actual: tuple[ActualSpell, ...]
    exceptions: tuple[AdherenceException, ...]
    now: AgentNow | None


def read_timelines(
    store: Store, scope: Scope, day: date, clock: Clock, rules: FactRules | None = None
) -> tuple[AgentTimeline, ...]:
    """The day of every agent in a scope, by name, with events up to this moment.

    Read from the events themselves by the engine that makes the facts, so a new event shows at
    once. `now` is None on other days than the running one.
    """
    as_of_at = epoch_s(clock.now())
    with store.db.read() as connection:
        judged = read_judged_day(connection, store, scope, day, as_of_at, rules)
    names = _Names(judged)
    return tuple(_of_person(judged, names, person) for person in judged.people(scope))


def _of_person(judged: JudgedDay, names: _Names, person: Person) -> AgentTimeline:
    """The day of one of them, made when somebody first asks for it."""
    found = judged.made.get(person.agent_id)
    if not isinstance(found, AgentTimeline):
        number = judged.numbers.get(person.agent_id, -1)
        zone, lo, hi = judged.bounds.get(number, ("UTC", 0, 0))
        now_at = judged.as_of_at if lo <= judged.as_of_at < hi else None
        found = judged.made[person.agent_id] = _timeline(
            person, judged.org.site_of(person.team_id), zone, names.rows(judged.pieces(number)),
            now_at, judged.shifts.get(person.agent_id, ()),
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class Piece:
    """A piece of a day: what was done in it, what was planned, and how that was judged."""

    start_at: int
    end_at: int
    state: str
    reason: str
    state_group: str
    activity: str | None
    category: str
    verdict: str
    cause: str


class _Names:
    """Pieces with the words their numbers stand for."""

    def __init__(self, judged: JudgedDay) -> None:
        self._activities, self._reasons = judged.ids["activity"], judged.ids["reason"]
        self._category = {a.code: a.category for a in judged.activities}

    def rows(self, frame: pl.DataFrame) -> list[Piece]:
        columns = "t0", "t1", "state", "reason", "state_group", "act", "verdict", "cause"
        return [
            Piece(
                t0, t1, state or "unknown", self._reasons.get(reason, ""), group,
                activity := self._activities.get(act), self._category.get(activity or "", ""),
                verdict, cause,
            )
            for t0, t1, state, reason, group, act, verdict, cause in frame.select(
                columns
            ).iter_rows()
        ]  # fmt: skip


def _timeline(
    person: Person, site: str, zone: str, pieces: list[Piece], now_at: int | None,
    versions: Sequence[Shift],
) -> AgentTimeline:  # fmt: skip
    return AgentTimeline(
        person.agent_id, person.display_name, person.team_id, site, zone,
        segments_of(versions[-1:]), segments_of(versions[:1]),
        tuple(spells_of(pieces)), tuple(exceptions_of(pieces)),
        None if now_at is None else _now(pieces, now_at),
    )  # fmt: skip


def segments_of(versions: Sequence[Shift]) -> tuple[Segment, ...]:
    """The segments of the first of some versions of a shift, none where there is none."""
    return versions[0].segments if versions else ()


def spells_of(pieces: Iterable[Piece]) -> Iterable[ActualSpell]:
    """What was done in pieces of an agent's day, in order; signed out and not known are none."""
    for piece in _joined(pieces, ("state", "reason", "state_group")):
        if piece.state not in ("offline", "unknown"):
            yield ActualSpell(
                piece.start_at, piece.end_at, piece.state, piece.reason, piece.state_group
            )


def exceptions_of(pieces: Iterable[Piece]) -> Iterable[AdherenceException]:
    """What of the pieces is out of adherence, or would be without its cause."""
    keys = ("activity", "state_group", "reason", "verdict", "cause")
    for piece in _joined(pieces, keys):
        if piece.verdict == "out" or (piece.verdict == "neutral" and piece.cause):
            yield AdherenceException(
                piece.start_at, piece.end_at, piece.activity or "", piece.state_group,
                piece.reason, piece.end_at - piece.start_at,
                "" if piece.cause == WAITS else piece.cause, piece.cause == WAITS,
            )  # fmt: skip


def _joined(pieces: Iterable[Piece], keys: tuple[str, ...]) -> list[Piece]:
    """Touching pieces that agree in some fields, as one."""
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if (
            last is not None
            and last.end_at == piece.start_at
            and all(getattr(last, key) == getattr(piece, key) for key in keys)
        ):
            found[-1] = replace(last, end_at=piece.end_at)
        else:
            found.append(piece)
    return found


def _now(pieces: list[Piece], now_at: int) -> AgentNow | None:
    current = next((p for p in reversed(pieces) if p.start_at < now_at <= p.end_at), None)
    if current is None:
        return None
    states = _joined(pieces, ("state", "reason"))
    shown = [replace(p, verdict=live_state(p.verdict, p.cause)) for p in pieces]
    verdicts = _joined(shown, ("verdict",))
    since = next(p for p in reversed(states) if p.start_at < now_at <= p.end_at)
    judged = next(p for p in reversed(verdicts) if p.start_at < now_at <= p.end_at)
    return AgentNow(
        current.state, current.reason, current.state_group, since.start_at, current.activity,
        live_state(current.verdict, current.cause), judged.start_at, _impact(current),
    )  # fmt: skip


def _impact(piece: Piece) -> str:
    return impact_of(piece.verdict, piece.category if piece.activity else None, piece.state_group)
