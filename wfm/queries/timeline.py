"""A day as planned and as it goes: spells, exceptions, and what each agent does now."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

import polars as pl
from sqlalchemy import Connection

from wfm.domain.activities import Segment
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.live import impact_of, live_state
from wfm.domain.organisation import Organisation, Person
from wfm.domain.schedules import Shift
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.facts.adherence import judge
from wfm.facts.casework import day_case
from wfm.facts.inputs import DayInputs, read_inputs
from wfm.facts.judged import CAUSES, PENDING
from wfm.facts.rules import FactRules
from wfm.facts.spell_tables import judged_frame
from wfm.store.kept import kept_value, newest_mark
from wfm.store.readers.schedules import read_shift_history, week_mark
from wfm.store.store import Store

WAITS = CAUSES[PENDING]
KEPT_DAYS = 12  # of all sites: what is looked at now, not each day that somebody ever opened
STANDS_S = 15  # a day without a new event is judged again after so many seconds


@dataclass(frozen=True)
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
        if rules is not None:
            site = _judged(connection, store, scope.site, day, as_of_at, rules)
        else:
            # All people of a site are judged together, for each of them who asks.
            mark = (newest_mark(connection), as_of_at // STANDS_S)
            site = kept_value(
                connection, "timelines", (scope.site, day), mark,
                lambda: _judged(connection, store, scope.site, day, as_of_at, FactRules()),
                most=KEPT_DAYS,
            )  # fmt: skip
    return tuple(site.timeline(person) for person in site.people(scope))


@dataclass(frozen=True)
class _Judged:
    """A day of a site's people: who they are, when their day is, and the pieces in order.

    What it was made of is left behind: the events of a site are many times as large.
    """

    as_of_at: int
    org: Organisation
    everybody: tuple[Person, ...]  # of all sites, by name
    numbers: Mapping[str, int]
    bounds: Mapping[int, tuple[str, int, int]]  # zone, begin and end of the day by number
    shifts: Mapping[str, Sequence[Shift]]  # the versions of each person's shift of the day
    names: _Names
    rows: pl.DataFrame  # in order of agent and time
    made: dict[str, AgentTimeline] = field(default_factory=dict)

    def people(self, scope: Scope) -> list[Person]:
        """The people of the day inside a scope, by name."""
        inside = [
            p for p in self.everybody
            if scope.team in (None, p.team_id) and scope.agent in (None, p.agent_id)
        ]  # fmt: skip
        return [p for p in inside if scope.holds(self.org.scope_of(p))]

    def timeline(self, person: Person) -> AgentTimeline:
        """The day of one of them, made when somebody first asks for it."""
        found = self.made.get(person.agent_id)
        if found is None:
            found = self.made[person.agent_id] = self._made(person)
        return found

    def _made(self, person: Person) -> AgentTimeline:
        number = self.numbers.get(person.agent_id, -1)
        zone, lo, hi = self.bounds.get(number, ("UTC", 0, 0))
        begin, length = self._spans.get(number, (0, 0))
        pieces = self.names.rows(self.rows.slice(begin, length))
        now_at = self.as_of_at if lo <= self.as_of_at < hi else None
        shifts = self.shifts.get(person.agent_id, ())
        return _timeline(person, self.org.site_of(person.team_id), zone, pieces, now_at, shifts)

    @cached_property
    def _spans(self) -> dict[int, tuple[int, int]]:
        """Where the pieces of each agent begin, and how many they are."""
        found, begin = dict[int, tuple[int, int]](), 0
        counted = self.rows.group_by("agent", maintain_order=True).len()
        for agent, length in counted.iter_rows():
            found[agent] = (begin, length)
            begin += length
        return found


@dataclass(frozen=True)
class _Plans:
    """The shifts around a day of a site, with what was made of them; plans change seldom."""

    shifts: tuple[Shift, ...]
    layers: dict[Hashable, dict[str, pl.DataFrame]] = field(default_factory=dict)


def _plans_of(connection: Connection, site: str | None, day: date) -> _Plans:
    first, end = day - timedelta(days=1), day + timedelta(days=2)
    return kept_value(
        connection, "plans around", (site, day), week_mark(connection, ENTERPRISE, first, end),
        lambda: _Plans(read_shift_history(connection, Scope(site), first, end)), most=KEPT_DAYS,
    )  # fmt: skip


def _judged(
    connection: Connection, store: Store, site: str | None, day: date, as_of_at: int,
    rules: FactRules,
) -> _Judged:  # fmt: skip
    """The whole site of a team or agent, since its feed tells who is signed out."""
    plans = _plans_of(connection, site, day)
    inputs = read_inputs(
        connection, store.files, day, as_of_at, rules, ("agent_state",), site, plans.shifts
    )
    # What is made of shifts names people by number and looks at the kinds of activities.
    on = (len(inputs.keys["agent"]), inputs.activities)
    layers = plans.layers.setdefault(on, {})
    inputs = replace(inputs, with_pending=True, plans=layers)
    case = day_case(inputs)
    pieces = judged_frame(inputs, case, judge(case.case))
    mine = pieces.filter((pl.col("day") == day) | (pl.col("shift_day") == day))
    rows = inputs.agents.select("agent", "zone", "from_at", "to_at").iter_rows()
    bounds = {agent: (zone, lo, hi) for agent, zone, lo, hi in rows}
    last = max((hi for _, _, hi in bounds.values()), default=as_of_at)
    people = inputs.org.agents(min(as_of_at, last) - 1, ENTERPRISE)
    shifts: dict[str, list[Shift]] = {}
    for shift in sorted(inputs.shifts, key=lambda shift: shift.seq):
        if shift.shift_on == day:
            shifts.setdefault(shift.agent_id, []).append(shift)
    return _Judged(
        as_of_at, inputs.org, people, inputs.keys["agent"], bounds, shifts, _Names(inputs),
        mine.sort("agent", "t0"),
    )  # fmt: skip


@dataclass(frozen=True)
class _Piece:
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

    def __init__(self, inputs: DayInputs) -> None:
        self._activities = inputs.ids["activity"]
        self._reasons = inputs.ids["reason"]
        keys = inputs.keys["activity"]
        self._category = {keys.get(a.code): a.category for a in inputs.activities}

    def rows(self, frame: pl.DataFrame) -> list[_Piece]:
        columns = "t0", "t1", "state", "reason", "state_group", "act", "verdict", "cause"
        return [
            _Piece(
                t0, t1, state or "unknown", self._reasons.get(reason, ""), group,
                self._activities.get(act), self._category.get(act, ""), verdict, cause,
            )
            for t0, t1, state, reason, group, act, verdict, cause in frame.select(
                columns
            ).iter_rows()
        ]  # fmt: skip


def _timeline(
    person: Person, site: str, zone: str, pieces: list[_Piece], now_at: int | None,
    versions: Sequence[Shift],
) -> AgentTimeline:  # fmt: skip
    return AgentTimeline(
        person.agent_id, person.display_name, person.team_id, site, zone,
        _segments(versions[-1:]), _segments(versions[:1]),
        tuple(
            ActualSpell(p.start_at, p.end_at, p.state, p.reason, p.state_group)
            for p in _joined(pieces, ("state", "reason", "state_group"))
            if p.state not in ("offline", "unknown")
        ),
        tuple(_exceptions(pieces)),
        None if now_at is None else _now(pieces, now_at),
    )  # fmt: skip


def _segments(versions: Sequence[Shift]) -> tuple[Segment, ...]:
    return versions[0].segments if versions else ()


def _exceptions(pieces: Iterable[_Piece]) -> Iterable[AdherenceException]:
    keys = ("activity", "state_group", "reason", "verdict", "cause")
    for piece in _joined(pieces, keys):
        if piece.verdict == "out" or (piece.verdict == "neutral" and piece.cause):
            yield AdherenceException(
                piece.start_at, piece.end_at, piece.activity or "", piece.state_group,
                piece.reason, piece.end_at - piece.start_at,
                "" if piece.cause == WAITS else piece.cause, piece.cause == WAITS,
            )  # fmt: skip


def _joined(pieces: Iterable[_Piece], keys: tuple[str, ...]) -> list[_Piece]:
    """Touching pieces that agree in some fields, as one."""
    found: list[_Piece] = []
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


def _now(pieces: list[_Piece], now_at: int) -> AgentNow | None:
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


def _impact(piece: _Piece) -> str:
    return impact_of(piece.verdict, piece.category if piece.activity else None, piece.state_group)
