"""Several shifts changed at once, all of them or none: a swap, training for a team, today's breaks.

Each becomes the next version of its shift, checked by the labour rules with all changes in place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from wfm.actions.audit import write_audit
from wfm.actions.once import done_before, remember
from wfm.domain.activities import Segment
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput, InfeasibleSchedule, ScopeDenied, StaleWrite
from wfm.domain.language import joined, say, say_many
from wfm.domain.rules.week import told
from wfm.domain.schedules import NewShift, Shift
from wfm.domain.scope import Scope
from wfm.queries.roster_rules import RosterWeek, read_roster_week
from wfm.store.readers.organisation import read_organisation
from wfm.store.readers.schedules import read_shift_history
from wfm.store.store import Store
from wfm.store.writers.schedules import WriteCounts, write_shifts

ACTION = "schedule.batch"


@dataclass(frozen=True)
class ShiftChange:
    """A shift as it shall be, made from the version `seen_seq` (0: the day had none).

    None is whatever is the newest: the change was made from it in this very transaction.
    """

    agent: Scope
    on: date
    segments: tuple[Segment, ...]
    seen_seq: int | None


@dataclass(frozen=True)
class BatchCheck:
    """What a batch would break that was whole, person by person in sentences."""

    broken: tuple[str, ...]


@dataclass(frozen=True)
class BatchDone:
    """Shifts changed, and the rules that were overridden for it."""

    changed: int
    overridden: tuple[str, ...]
    again: bool = False


def swap_changes(one: Shift, two: Shift, scopes: Mapping[str, Scope]) -> tuple[ShiftChange, ...]:
    """The changes that give each of two people the other's shift, on its own day."""
    if one.agent_id == two.agent_id:
        raise BadInput(say("A swap is between two people; choose somebody else."))
    if one.shift_on == two.shift_on:
        return (
            ShiftChange(scopes[one.agent_id], one.shift_on, two.segments, one.seq),
            ShiftChange(scopes[two.agent_id], two.shift_on, one.segments, two.seq),
        )
    raise BadInput(
        say("Swap shifts of one day; for two days give the shift and the day off by hand.")
    )


def check_changes(store: Store, changes: Sequence[ShiftChange]) -> BatchCheck:
    """What the changes would break, without making them."""
    with store.db.read() as connection:
        return BatchCheck(broken_by(connection, changes))


def change_shifts(
    store: Store,
    clock: Clock,
    scope: Scope,
    changes: Sequence[ShiftChange],
    *,
    actor: str,
    actor_role: str,
    reason: str,
    reason_code: str = "edit",
    override: bool = False,
    request_key: str | None = None,
) -> BatchDone:
    """The changes recorded in one transaction; `scope` is what the actor may change.

    `StaleWrite` when any of the shifts has changed since, `InfeasibleSchedule` when a rule is
    broken and nobody answers for it; then nothing is written. Each can be undone as an edit can.
    """
    if len(reason.strip()) < 3:
        raise BadInput(say("A change of published shifts needs a reason; say why."))
    if not changes:
        raise BadInput(say("There is nothing to change."))
    if any(not scope.holds(change.agent) for change in changes):
        raise ScopeDenied(say("There is nothing here that you may see."))
    at = epoch_s(clock.now())

    def work(connection: Connection) -> BatchDone:
        before = done_before(connection, request_key, ACTION)
        if before is not None:
            return BatchDone(before["changed"], tuple(before["overridden"]), True)
        broken = broken_by(connection, changes)
        if broken and not override:
            raise InfeasibleSchedule(
                say_many(
                    "The changes break {n} rule: {rules}. Choose others, or override it with your "
                    "name.",
                    "The changes break {n} rules: {rules}. Choose others, or override it with "
                    "your name.",
                    len(broken),
                    rules=joined("; ", broken[:5]),
                )
            )
        counts = write_changes(
            connection, changes, broken, at=at, actor=actor, actor_role=actor_role,
            reason=reason.strip(), reason_code=reason_code,
        )  # fmt: skip
        done = {"changed": counts.changes + counts.baselines, "overridden": list(broken)}
        remember(connection, request_key, ACTION, done, at=at, by=actor)
        return BatchDone(counts.changes + counts.baselines, broken)

    return store.db.retry(work)


def write_changes(
    connection: Connection,
    changes: Sequence[ShiftChange],
    overridden: Sequence[str],
    *,
    at: int,
    actor: str,
    actor_role: str,
    reason: str,
    reason_code: str,
) -> WriteCounts:
    """What became of the changes, each the next version of its shift with a line in the audit.

    For actions that change shifts in their own transaction; `StaleWrite` as `change_shifts` has it.
    """
    published = _newest(connection, changes)
    counts = write_shifts(
        connection,
        [NewShift(str(c.agent.agent), c.on, c.segments) for c in changes],
        recorded_at=at, author=actor, reason_code=reason_code, note=reason,
        published_at=published, after_baseline=True,
    )  # fmt: skip
    for change in changes:
        write_audit(
            connection, at=at, actor=actor, role=actor_role, action=ACTION,
            object=f"shift:{change.agent.agent}:{change.on.isoformat()}",
            scope_path=change.agent.path, old={"seq": change.seen_seq},
            new={"segments": [[s.start_at, s.end_at, s.activity] for s in change.segments],
                 "of": len(changes), "overridden": len(overridden)},
            reason=reason,
        )  # fmt: skip
    return counts


def _newest(connection: Connection, changes: Sequence[ShiftChange]) -> int | None:
    """When the shifts were first published; `StaleWrite` when one of them is newer than seen."""
    first: int | None = None
    organisation = read_organisation(connection, Scope())
    for change in changes:
        if not organisation.has(change.agent):
            raise ScopeDenied(say("There is nothing here that you may see."))
        history = read_shift_history(
            connection, change.agent, change.on, change.on + timedelta(days=1)
        )
        newest = history[-1].seq if history else 0
        if change.seen_seq is not None and newest != change.seen_seq:
            name = organisation.name_of(change.agent)
            raise StaleWrite(
                say(
                    "The shift of {name} on {on} changed since you looked at it; nothing was "
                    "written. Look again.",
                    name=name,
                    on=change.on,
                )
            )
        if history and first is None:
            first = history[0].published_at
    return first


def broken_by(connection: Connection, changes: Sequence[ShiftChange]) -> tuple[str, ...]:
    """Rules that were whole and would be broken, person by person in sentences."""
    weeks: dict[tuple[str, str], RosterWeek] = {}
    after: dict[tuple[str, str, str], dict[date, tuple[Segment, ...]]] = {}
    for change in changes:
        year, number, _ = change.on.isocalendar()
        key = (str(change.agent.site), f"{year}-W{number:02d}")
        if key not in weeks:
            weeks[key] = read_roster_week(connection, Scope(key[0]), key[1])
        after.setdefault((*key, str(change.agent.agent)), {})[change.on] = change.segments
    found: list[str] = []
    for (site, week, agent), days in after.items():
        roster = weeks[site, week]
        if agent not in roster.people:
            raise BadInput(
                say(
                    "{agent} is not employed at {site} in {week}.",
                    agent=agent,
                    site=site,
                    week=week,
                )
            )
        live = roster.in_force(agent)
        was = Counter(told(v, roster.period.first) for v in roster.violations(agent, live))
        now = Counter(
            told(v, roster.period.first) for v in roster.violations(agent, {**live, **days})
        )
        name = roster.people[agent].display_name
        found += [f"{name}, {words}" for words in (now - was).elements()]
    return tuple(found)
