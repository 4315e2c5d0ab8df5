"""Shifts changed after publication: checked by the labour rules, appended, audited, undoable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from wfm.actions.audit import write_audit
from wfm.actions.once import done_before, remember
from wfm.domain.activities import Segment
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput, InfeasibleSchedule, ScopeDenied, StaleWrite
from wfm.domain.grid import QUARTER_S, day_start, zone_of
from wfm.domain.language import joined, say, say_many
from wfm.domain.rules.week import told
from wfm.domain.schedules import NewShift, Shift
from wfm.domain.scope import Scope
from wfm.domain.shift_edits import KINDS, ShiftEdit, moved, new_shift, put_in, taken_out
from wfm.queries.roster_rules import RosterWeek, read_roster_week
from wfm.store.readers.organisation import read_organisation
from wfm.store.readers.schedules import read_shift_history
from wfm.store.schema import user
from wfm.store.store import Store
from wfm.store.writers.schedules import write_shifts

ACTION = "schedule.edit"
LATE_S = 86_400  # changes of shifts that begin sooner are late ones


@dataclass(frozen=True)
class EditCheck:
    """What a change would do: the shift before and after, and what it breaks that was whole.

    `seq` is the version it was made from (0: the day has none), `late` tells that the shift
    begins within 24 hours, `past` that it has begun.
    """

    before: tuple[Segment, ...]
    after: tuple[Segment, ...]
    seq: int
    broken: tuple[str, ...]
    known: tuple[str, ...]
    late: bool
    past: bool


@dataclass(frozen=True)
class Edited:
    """A change as recorded: the version it made, and what was overridden for it."""

    agent_id: str
    shift_on: date
    seq: int
    overridden: tuple[str, ...]
    again: bool = False


def check_edit(store: Store, clock: Clock, agent: Scope, on: date, edit: ShiftEdit) -> EditCheck:
    """What a change of an agent's shift would do, without making it."""
    with store.db.read() as connection:
        return _check(connection, epoch_s(clock.now()), agent, on, edit)


def edit_shift(
    store: Store,
    clock: Clock,
    agent: Scope,
    on: date,
    edit: ShiftEdit,
    *,
    seen_seq: int,
    actor: str,
    actor_role: str,
    reason: str,
    reason_code: str = "edit",
    override: bool = False,
    request_key: str | None = None,
    request_id: str | None = None,
) -> Edited:
    """The change recorded as the shift's next version; nothing earlier is touched.

    `seen_seq` is the version the author looked at: `StaleWrite` names the newer change. Rules
    that it breaks are `InfeasibleSchedule` unless overridden; the audit keeps what was. Undo goes
    back to the version before the newest as a new change. The same key again changes nothing.
    """
    if len(reason.strip()) < 3:
        raise BadInput(say("A change of a published shift needs a reason; say why."))
    at = epoch_s(clock.now())

    def work(connection: Connection) -> Edited:
        before = done_before(connection, request_key, ACTION)
        if before is not None:
            return Edited(
                before["agent"], date.fromisoformat(before["on"]), before["seq"],
                tuple(before["overridden"]), True,
            )  # fmt: skip
        history = _history(connection, agent, on)
        newest = history[-1].seq if history else 0
        if newest != seen_seq:
            raise StaleWrite(_quicker(connection, history, agent))
        found = _check(connection, at, agent, on, edit)
        if found.broken and not override:
            raise InfeasibleSchedule(
                say_many(
                    "The change breaks {n} rule: {rules}. Choose another time, or override it "
                    "with your name.",
                    "The change breaks {n} rules: {rules}. Choose another time, or override it "
                    "with your name.",
                    len(found.broken),
                    rules=joined("; ", found.broken),
                )
            )
        agent_id = str(agent.agent)
        write_shifts(
            connection,
            (NewShift(agent_id, on, found.after),),
            recorded_at=at,
            author=actor,
            reason_code=reason_code if edit.kind != "undo" else "undo",
            note=reason.strip(),
            published_at=history[0].published_at if history else None,
            after_baseline=True,
        )
        seq = _history(connection, agent, on)[-1].seq
        if seq == newest:
            raise BadInput(say("That is planned already; nothing would change."))
        write_audit(
            connection, at=at, actor=actor, role=actor_role, action=ACTION,
            object=f"shift:{agent_id}:{on.isoformat()}", scope_path=agent.path,
            old={"seq": newest, "segments": _told(found.before)},
            new={"seq": seq, "kind": edit.kind, "segments": _told(found.after),
                 "overridden": len(found.broken)},
            reason=reason.strip(), request_id=request_id,
        )  # fmt: skip
        done = {"agent": agent_id, "on": on.isoformat(), "seq": seq,
                "overridden": list(found.broken)}  # fmt: skip
        remember(connection, request_key, ACTION, done, at=at, by=actor)
        return Edited(agent_id, on, seq, found.broken)

    return store.db.retry(work)


def _check(connection: Connection, now: int, agent: Scope, on: date, edit: ShiftEdit) -> EditCheck:
    if edit.kind not in KINDS:
        raise BadInput(
            say(
                "No change {kind!r} is known; one of {known}.",
                kind=edit.kind,
                known=", ".join(KINDS),
            )
        )
    if agent.agent is None or not read_organisation(connection, Scope()).has(agent):
        raise ScopeDenied(say("There is nothing here that you may see."))
    year, number, _ = on.isocalendar()
    roster = read_roster_week(connection, agent, f"{year}-W{number:02d}")
    if agent.agent not in roster.people:
        raise BadInput(
            say(
                "{agent} is not employed at {site} in the week of {on}.",
                agent=agent.agent,
                site=agent.site,
                on=on,
            )
        )
    history = _history(connection, agent, on)
    before = history[-1].segments if history else ()
    after = _changed(roster, history, before, agent.agent, on, edit)
    week = roster.in_force(agent.agent)
    was = Counter(told(v, roster.period.first) for v in roster.violations(agent.agent, week))
    would = Counter(
        told(v, roster.period.first) for v in roster.violations(agent.agent, {**week, on: after})
    )
    starts = [s[0].start_at for s in (before, after) if s]
    first = min(starts, default=day_start(on, roster.zone))
    return EditCheck(
        before,
        after,
        history[-1].seq if history else 0,
        tuple((would - was).elements()),
        tuple((would & was).elements()),
        now <= first < now + LATE_S,
        first < now,
    )


def _changed(
    roster: RosterWeek,
    history: Sequence[Shift],
    before: tuple[Segment, ...],
    agent_id: str,
    on: date,
    edit: ShiftEdit,
) -> tuple[Segment, ...]:
    for at in (edit.start_at, edit.end_at):
        if at is not None and at % QUARTER_S:
            raise BadInput(say("Times are whole quarter-hours; choose :00, :15, :30 or :45."))
    if edit.kind == "undo":
        if len(history) < 2:
            raise BadInput(say("Nothing was changed since publication; there is nothing to undo."))
        return history[-2].segments
    if edit.kind == "remove":
        if not before:
            raise BadInput(say("There is no shift to remove on this day."))
        return ()
    if edit.start_at is None:
        raise BadInput(say("Choose a time."))
    zone = zone_of(roster.zone)
    if datetime.fromtimestamp(edit.start_at, zone).date() != on and edit.kind in ("move", "add"):
        raise BadInput(say("The shift of {on} has to begin on that day.", on=on))
    if edit.kind == "move":
        return moved(before, edit.start_at)
    if edit.kind == "take":
        return taken_out(before, edit.start_at)
    if edit.kind == "add":
        if before:
            raise BadInput(say("There is a shift on this day already; change or remove it."))
        contract = roster.contracts[agent_id]
        return new_shift(contract, edit.start_at, edit.length or contract.shift_minutes[0])
    activity = roster.activities.get(edit.activity)
    if activity is None:
        raise BadInput(
            say(
                "No activity {activity!r} is known; choose one of the list.", activity=edit.activity
            )
        )
    if edit.end_at is None:
        raise BadInput(say("Choose when the activity ends."))
    return put_in(before, activity, edit.start_at, edit.end_at)


def _history(connection: Connection, agent: Scope, on: date) -> tuple[Shift, ...]:
    return read_shift_history(connection, agent, on, date.fromordinal(on.toordinal() + 1))


def _quicker(connection: Connection, history: Sequence[Shift], agent: Scope) -> str:
    """The newer change in words: who made it, when, and what the shift is now."""
    if not history:
        return "The shift was taken back meanwhile; nothing was written. Open it again."
    last = history[-1]
    zone = zone_of(read_organisation(connection, Scope(agent.site)).zone(str(agent.site)))
    name = connection.scalar(
        select(user.c.display_name).where(user.c.user_key == last.author)
    ) or last.author  # fmt: skip
    when = datetime.fromtimestamp(last.recorded_at, zone)
    span = "no shift"
    if last.segments:
        begin = datetime.fromtimestamp(last.start_at, zone)
        end = datetime.fromtimestamp(last.end_at, zone)
        span = f"{begin:%H:%M} to {end:%H:%M}"
    why = f", \u201c{last.note}\u201d" if last.note else ""
    return (
        f"{name} was quicker: version {last.seq} of {when:%d %b %H:%M} makes it {span}{why}. "
        "Nothing was written; look at it and change it again if you still want to."
    )


def _told(segments: Sequence[Segment]) -> list[list[object]]:
    return [[s.start_at, s.end_at, s.activity] for s in segments]
