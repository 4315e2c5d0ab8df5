"""What a planner asks of a published day: where training fits, which breaks to move, whom to ask.

Everything is answered without writing; the changes go through `change_shifts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scheduling.offers import Offer, size_offers
from scheduling.placement import (
    Moved,
    Pause,
    Person,
    Placed,
    move_breaks,
    place_each,
    place_together,
)  # fmt: skip
from wfm.actions.shift_batch import ShiftChange
from wfm.domain.activities import Activity, Segment
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.grid import QUARTER_S
from wfm.domain.language import say
from wfm.domain.offers import NewOffer
from wfm.domain.rules.week import owed_breaks
from wfm.domain.scope import Scope
from wfm.domain.shift_edits import put_in, taken_out
from wfm.domain.wall_clock import slot_start
from wfm.queries.offers import why_not
from wfm.queries.planning import week_name
from wfm.queries.roster_rules import RosterWeek
from wfm.store.store import Store
from wfm.worker.net_staffing import NetWeek, net_week

NOTICE_S = 900  # a break or an activity is moved a quarter-hour ahead at least


@dataclass(frozen=True)
class Placement:
    """Where an activity would lie for each person, and who has no room for it."""

    placed: tuple[Placed, ...]
    without: tuple[str, ...]
    changes: tuple[ShiftChange, ...]
    first_q: int


@dataclass(frozen=True)
class BreakMoves:
    """Breaks of a day that would move, and the shifts as they would be."""

    moved: tuple[Moved, ...]
    changes: tuple[ShiftChange, ...]
    first_q: int
    short: int  # agent-quarters short today as it stands


@dataclass(frozen=True)
class SizedOffer:
    """An offer with the people whom the labour rules would allow to take it."""

    offer: Offer
    first_at: int
    end_at: int
    eligible: tuple[str, ...]


def place_activity(
    store: Store, clock: Clock, unit: str, week: str, agents: Sequence[str], activity: str,
    minutes: int, *, days: Sequence[date] = (), together: bool = False,
    between: tuple[int, int] = (0, 96),
) -> Placement:  # fmt: skip
    """The least harmful time for an activity of each of the agents in a week in force.

    `days` narrows it to some days, `between` to slots of the local day; `together` finds one
    time for all of them.
    """
    if minutes <= 0 or minutes % 15:
        raise BadInput(
            say("{minutes} min is no length; give whole quarter-hours, like 60.", minutes=minutes)
        )
    with store.db.read() as connection:
        net = net_week(connection, store.files, unit, week)
    roster, length = net.roster, minutes // 15
    known = roster.activities.get(activity)
    if known is None:
        raise BadInput(
            say(
                "No activity {activity!r} is known; activity_codes.csv has them.", activity=activity
            )
        )
    soonest = epoch_s(clock.now()) + NOTICE_S
    people, strangers = [], []
    for agent in agents:
        if agent not in roster.people:
            strangers.append(agent)
            continue
        free = [
            (max(a, low), min(b, high))
            for on, segments in roster.in_force(agent).items()
            if not days or on in days
            for low, high in [_window(net, on, between, soonest)]
            for a, b in _on_queue(net, segments)
        ]
        people.append(
            Person(agent, net.groups.get(agent, ()), tuple(s for s in free if s[0] < s[1]))
        )
    if strangers:
        raise BadInput(
            say(
                "{names} do not work at {unit} in {week}.",
                names=", ".join(strangers),
                unit=unit,
                week=week,
            )
        )
    if together:
        placed = place_together(net.net, people, length)
        without = () if placed or not people else tuple(p.agent for p in people)
    else:
        placed, without = place_each(net.net, people, length)
    changes = tuple(_put(net, known, item, length) for item in placed)
    return Placement(placed, without, changes, net.first_q)


def today_breaks(store: Store, clock: Clock, unit: str, on: date) -> BreakMoves:
    """Breaks still to come on a day that would close gaps elsewhere inside their windows."""
    with store.db.read() as connection:
        net = net_week(connection, store.files, unit, week_name(on))
    now_q = -(-(epoch_s(clock.now()) + NOTICE_S) // QUARTER_S) - net.first_q
    pauses: list[Pause] = []
    for agent in sorted(net.roster.people):
        segments = net.roster.in_force(agent).get(on, ())
        if segments:
            pauses += _pauses(net, agent, segments, now_q)
    moved = move_breaks(net.net, pauses)
    changes = []
    for agent in sorted({item.agent for item in moved}):
        shift = net.roster.shifts[agent][on]
        segments = shift.segments
        own = [item for item in moved if item.agent == agent]
        kinds = {}
        for item in own:
            at = (net.first_q + item.before) * QUARTER_S
            kinds[item] = next(s for s in segments if s.start_at == at)
            segments = taken_out(segments, at)
        for item in own:
            at = (net.first_q + item.after) * QUARTER_S
            rest = kinds[item]
            activity = net.roster.activities[rest.activity]
            segments = put_in(segments, activity, at, at + rest.seconds)
        changes.append(ShiftChange(_scope(net, agent), on, segments, shift.seq))
    day = net.day(on)
    return BreakMoves(moved, tuple(changes), net.first_q, sum(net.short[day]))


def day_offers(
    store: Store, clock: Clock, unit: str, on: date, roster: RosterWeek | None = None
) -> tuple[SizedOffer, ...]:
    """Open shifts, overtime and early leaving that a day's gap asks for, with who may take them.

    `roster` is the day's week where it was read before.
    """
    with store.db.read() as connection:
        net = net_week(connection, store.files, unit, week_name(on), roster=roster)
    day = net.day(on)
    shortest = min(
        (n // 15 for c in net.roster.contracts.values() for n in c.shift_minutes), default=16
    )
    soonest = epoch_s(clock.now()) + NOTICE_S
    found = []
    for offer in size_offers(net.short[day], net.over[day], shortest_shift=shortest):
        first_at = (net.first_q + day.start + offer.first) * QUARTER_S
        end_at = (net.first_q + day.start + offer.end) * QUARTER_S
        if first_at < soonest:
            continue
        about = NewOffer(unit, on, offer.kind, first_at, end_at, offer.seats)
        people = [a for a in sorted(net.roster.people)
                  if net.groups.get(a) and not why_not(net.roster, a, about)]  # fmt: skip
        found.append(SizedOffer(offer, first_at, end_at, tuple(people)))
    return tuple(found)


def _window(net: NetWeek, on: date, between: tuple[int, int], soonest: int) -> tuple[int, int]:
    low, high = (slot_start(on, slot, net.roster.zone) // QUARTER_S for slot in between)
    return max(low, -(-soonest // QUARTER_S)) - net.first_q, high - net.first_q


def _on_queue(net: NetWeek, segments: Sequence[Segment]) -> list[tuple[int, int]]:
    return [
        (-(-s.start_at // QUARTER_S) - net.first_q, s.end_at // QUARTER_S - net.first_q)
        for s in segments
        if net.roster.category(s.activity) == "on_queue"
    ]


def _put(net: NetWeek, activity: Activity, item: Placed, length: int) -> ShiftChange:
    start = (net.first_q + item.quarter) * QUARTER_S
    on, shift = next(
        (on, shift)
        for on, shift in net.roster.shifts[item.agent].items()
        if shift.segments and shift.start_at <= start < shift.end_at
    )
    segments = put_in(shift.segments, activity, start, start + length * QUARTER_S)
    return ShiftChange(_scope(net, item.agent), on, segments, shift.seq)


def _pauses(net: NetWeek, agent: str, segments: Sequence[Segment], now_q: int) -> list[Pause]:
    """The breaks of a shift that its contract knows, each with its window from now on."""
    roster, contract = net.roster, net.roster.contracts[agent]
    rests = [s for s in segments if roster.category(s.activity) in ("break", "meal")]
    begin = segments[0].start_at
    owed = owed_breaks(contract, (segments[-1].end_at - begin) // 60)
    if [(r.kind, r.minutes) for r in owed] != [(s.activity, s.seconds // 60) for s in rests]:
        return []
    if any(at % QUARTER_S for s in segments for at in (s.start_at, s.end_at)):
        return []
    shut = tuple(
        (s.start_at // QUARTER_S - net.first_q, s.end_at // QUARTER_S - net.first_q)
        for s in segments
        if s not in rests and roster.category(s.activity) != "on_queue"
    )
    found = []
    start = begin // QUARTER_S - net.first_q
    for rest, rule in zip(rests, owed, strict=True):
        quarter = rest.start_at // QUARTER_S - net.first_q
        if quarter < now_q:
            continue
        low = max(now_q, start + -(-rule.earliest // 15))
        found.append(
            Pause(
                agent, net.groups.get(agent, ()), rule.kind, quarter, rule.minutes // 15,
                (low, start + rule.latest // 15), shut,
            )
        )  # fmt: skip
    return found


def _scope(net: NetWeek, agent: str) -> Scope:
    return net.organisation.scope_of(net.roster.people[agent])
