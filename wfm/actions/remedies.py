"""Remedies opened and taken further: authorised, audited, once, and never edited.

Approving a request for other shifts writes the shifts in the same transaction, each as the newest
version of its day; the baseline of the publication stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from wfm.actions.audit import write_audit
from wfm.actions.once import done_before, remember
from wfm.actions.skill_moves import move_back, move_people
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import (
    BadInput,
    InfeasibleSchedule,
    PermissionDenied,
    ScopeDenied,
    StaleWrite,
)
from wfm.domain.language import joined, say, say_many
from wfm.domain.principal import Principal
from wfm.domain.remedies import KINDS, NewRemedy, Remedy, ShiftWish, Step, parse_wish, wished
from wfm.domain.rules.week import told
from wfm.domain.schedules import NewShift, Shift
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.domain.status_words import status_word
from wfm.queries.access import NOT_FOUND, authorise
from wfm.queries.roster_rules import RosterWeek, read_roster_week
from wfm.store.readers.organisation import read_organisation
from wfm.store.readers.remedies import read_remedies, remedy_by_id
from wfm.store.store import Store
from wfm.store.writers.remedies import write_remedy, write_step
from wfm.store.writers.schedules import write_shifts

OPEN_ACTION, STEP_ACTION = "remedy.open", "remedy.step"
LEAST_REASON = 3
REVIEWED = ("week_paid",)  # rules that a lead weighs; all others hold whoever decides


@dataclass(frozen=True)
class WishCheck:
    """What a wished change does: the shifts in force and as they would be, newly broken rules.

    `broken` rules cannot be overridden; `review` ones (paid hours of a week) are what an approval
    accepts. `unfit` counts shifts ahead that have no meal inside to change; they stay as they are.
    """

    before: tuple[Shift, ...]
    shifts: tuple[NewShift, ...]
    broken: tuple[str, ...]
    review: tuple[str, ...]
    unfit: int

    def by_publication(self) -> dict[int, tuple[NewShift, ...]]:
        """The new shifts by the instant at which their day was published."""
        found: dict[int, list[NewShift]] = {}
        for old, new in zip(self.before, self.shifts, strict=True):
            found.setdefault(old.published_at, []).append(new)
        return {at: tuple(shifts) for at, shifts in found.items()}


@dataclass(frozen=True)
class Taken:
    """A step as recorded: the remedy, what it became, and the shifts that changed with it."""

    remedy_id: int
    status: str
    shifts: int = 0
    again: bool = False


def check_wish(store: Store, clock: Clock, agent: Scope, wish: ShiftWish) -> WishCheck:
    """What a wished change would do to the published shifts ahead, without making it."""
    with store.db.read() as connection:
        return _check(connection, epoch_s(clock.now()), agent, wish)


def open_remedy(
    store: Store, clock: Clock, who: Principal, new: NewRemedy, *, request_key: str
) -> Taken:
    """The remedy recorded with its first step; the same key again changes nothing.

    An agent asks for themselves only. A request needs published shifts ahead that it can change; an
    alert is refused while one of the same site and cause is open. People moved to other work have
    their new skills from the day named, in the same transaction.
    """
    kind = KINDS.get(new.kind)
    if kind is None:
        raise BadInput(
            say(
                "No remedy {kind!r} is known; one of {known}.",
                kind=new.kind,
                known=", ".join(KINDS),
            )
        )
    if len(new.reason.strip()) < LEAST_REASON:
        raise BadInput(say("Say why; the record keeps it with your name."))
    at = epoch_s(clock.now())

    def work(connection: Connection) -> Taken:
        authorise(who, kind.opens, new.scope, read_organisation(connection, ENTERPRISE))
        before = done_before(connection, request_key, OPEN_ACTION)
        if before is not None:
            return Taken(before["remedy"], before["status"], again=True)
        _can_open(connection, at, new)
        made = move_people(connection, at, new) if new.kind == "skill_change" else new
        step = Step(kind.first, who.user_key, at)
        number = write_remedy(connection, made, step)
        _audit(connection, who, at, OPEN_ACTION, number, made.scope,
               {"kind": made.kind, "status": kind.first, **made.about}, made.reason)  # fmt: skip
        done = {"remedy": number, "status": kind.first}
        remember(connection, request_key, OPEN_ACTION, done, at=at, by=who.user_key)
        return Taken(number, kind.first)

    return store.db.retry(work)


def take_step(
    store: Store, clock: Clock, who: Principal, scope: Scope, remedy_id: int, status: str,
    note: str, *, request_key: str,
) -> Taken:  # fmt: skip
    """The remedy taken to its next status; nobody decides on a request of their own.

    Approval checks the rules again, against the shifts of this moment: what newly breaks is an
    `InfeasibleSchedule` that names it, and nothing is written. A status that is no longer possible
    is a `StaleWrite`.
    """
    at = epoch_s(clock.now())

    def work(connection: Connection) -> Taken:
        before = done_before(connection, request_key, STEP_ACTION)
        if before is not None:
            return Taken(before["remedy"], before["status"], before["shifts"], True)
        one = remedy_by_id(connection, scope, remedy_id)
        if one is None:
            raise ScopeDenied(NOT_FOUND)
        allowed = KINDS[one.kind].steps.get(one.status, {})
        permission = allowed.get(status)
        if permission is None:
            raise StaleWrite(
                say(
                    "This is {now} and cannot become {wanted} any more; load the page again.",
                    now=status_word(one.status),
                    wanted=status_word(status),
                )
            )
        authorise(who, permission, one.scope, read_organisation(connection, ENTERPRISE))
        if permission.endswith(".decide") and who.agent_id == one.scope.agent:
            raise PermissionDenied(
                say("Nobody decides on a request of their own; ask another lead.")
            )
        if status in ("denied", "withdrawn", "reverted") and len(note.strip()) < LEAST_REASON:
            raise BadInput(
                say(
                    "What is {status} needs a reason: say in a few words why.",
                    status=status_word(status),
                )
            )
        shifts, accepted = 0, tuple[str, ...]()
        if status == "approved":
            shifts, accepted = _apply(connection, at, who, one)
        if status == "reverted":
            move_back(connection, at, one)
        write_step(connection, remedy_id, Step(status, who.user_key, at, note.strip()))
        _audit(connection, who, at, STEP_ACTION, remedy_id, one.scope,
               {"kind": one.kind, "status": status, "shifts": shifts,
                "accepted": list(accepted)},
               note.strip() or None, old={"status": one.status})  # fmt: skip
        done = {"remedy": remedy_id, "status": status, "shifts": shifts}
        remember(connection, request_key, STEP_ACTION, done, at=at, by=who.user_key)
        return Taken(remedy_id, status, shifts)

    return store.db.retry(work)


def _can_open(connection: Connection, at: int, new: NewRemedy) -> None:
    if new.kind == "schedule_change":
        if new.scope.agent is None:
            raise BadInput(say("A change of shifts is asked for by one agent."))
        _check(connection, at, new.scope, parse_wish(new.about))
    if new.kind == "coaching" and new.scope.agent is None:
        raise BadInput(say("A coaching is planned with one agent; open it from their row."))
    if new.kind == "site_alert":
        if new.scope.team is not None or new.scope.site is None:
            raise BadInput(say("An alert goes to a whole site; choose one."))
        for other in read_remedies(connection, new.scope, 0):
            same = other.about.get("cause") == new.about.get("cause")
            if other.kind == "site_alert" and other.is_open and same:
                raise StaleWrite(
                    say(
                        "The site was alerted to this already and the alert is {status}; wait for "
                        "its answer, or withdraw it first.",
                        status=status_word(other.status),
                    )
                )


def _check(connection: Connection, now: int, agent: Scope, wish: ShiftWish) -> WishCheck:
    old: list[Shift] = []
    shifts: list[NewShift] = []
    broken: list[str] = []
    review: list[str] = []
    unfit = 0
    for roster in _weeks(connection, agent, wish):
        agent_id = str(agent.agent)
        if agent_id not in roster.people:
            continue
        meals = frozenset(a.code for a in roster.activities.values() if a.category == "meal")
        before = roster.in_force(agent_id)
        after = dict(before)
        for day, segments in sorted(before.items()):
            if not (wish.first <= day < wish.end) or not segments or segments[0].start_at <= now:
                continue
            changed = wished(segments, wish, meals)
            if changed is None:
                unfit += 1
                continue
            after[day] = changed
            old.append(roster.shifts[agent_id][day])
            shifts.append(NewShift(agent_id, day, changed))
        monday, whole = roster.period.first, roster.violations(agent_id, before)
        was = {told(v, monday) for v in whole}
        weighed = {v.code for v in whole} & set(REVIEWED)  # outside its limit already
        for violation in roster.violations(agent_id, after):
            words = told(violation, monday)
            if violation.code in REVIEWED:
                if violation.code not in weighed:
                    review.append(
                        say("week of {day.day} {day:%b}: {words}", day=monday, words=words)
                    )
            elif words not in was:
                broken.append(words)
    if not shifts:
        last = wish.end - timedelta(days=1)
        raise BadInput(
            say(
                "No published shift from {first} to {last} has a meal that this could change; "
                "choose days that are published.",
                first=wish.first,
                last=last,
            )
            if unfit
            else say(
                "No published shift from {first} to {last} lies ahead that this could change; "
                "choose days that are published.",
                first=wish.first,
                last=last,
            )
        )
    return WishCheck(tuple(old), tuple(shifts), tuple(broken), tuple(review), unfit)


def _weeks(connection: Connection, agent: Scope, wish: ShiftWish) -> tuple[RosterWeek, ...]:
    day, weeks = wish.first, []
    while day < wish.end + timedelta(days=6):
        year, number, _ = day.isocalendar()
        weeks.append(f"{year}-W{number:02d}")
        day += timedelta(days=7)
    return tuple(read_roster_week(connection, agent, week) for week in weeks)


def _apply(
    connection: Connection, at: int, who: Principal, one: Remedy
) -> tuple[int, tuple[str, ...]]:
    """How many shifts changed, and the rules that the approval accepted."""
    found = _check(connection, at, one.scope, parse_wish(one.about))
    if found.broken:
        raise InfeasibleSchedule(
            say_many(
                "The change would break {n} rule: {rules}. Deny it with that reason, or agree on "
                "another change.",
                "The change would break {n} rules: {rules}. Deny it with that reason, or agree on "
                "another change.",
                len(found.broken),
                rules=joined("; ", found.broken[:6]),
            )
        )
    changed = 0
    for published_at, shifts in found.by_publication().items():
        changed += write_shifts(
            connection, shifts, recorded_at=at, author=who.user_key, reason_code="request",
            note=one.reason, published_at=published_at, after_baseline=True,
        ).changes  # fmt: skip
    return changed, found.review


def _audit(
    connection: Connection, who: Principal, at: int, action: str, number: int, scope: Scope,
    new: Mapping[str, object], reason: str | None, old: Mapping[str, object] | None = None,
) -> None:  # fmt: skip
    write_audit(
        connection, at=at, actor=who.user_key, role=who.role.value, action=action,
        object=f"remedy:{number}", scope_path=scope.path, old=old, new=dict(new), reason=reason,
    )  # fmt: skip
