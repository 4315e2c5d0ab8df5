"""Everything that was asked for, planned or published in a scope: open first, the oldest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dashboards.frame import Ask
from dashboards.pages.remedies_data import (
    STATUS,
    STEP_FORM,
    about_words,
    alert_end,
    looked_at,
    names_of,
)
from kpis.request_figures import RequestFigures, request_figures
from wfm.domain.adherence import RecordedException
from wfm.domain.grid import day_start, zone_of
from wfm.domain.language import say, to_say
from wfm.domain.principal import Principal
from wfm.domain.remedies import KINDS, Remedy, parse_wish
from wfm.domain.scope import Scope
from wfm.queries.exceptions import read_exceptions
from wfm.queries.permissions import Reach, permission_table
from wfm.queries.plans import Plan, read_plans
from wfm.queries.remedies import read_remedies

PUBLICATION, EXCEPTION = "publication", "exception"
WORDS = {
    **{name: kind.words for name, kind in KINDS.items()},
    EXCEPTION: to_say("Time explained"), PUBLICATION: to_say("Publication"),
}  # fmt: skip
DECIDING = ("decide_request", "decide_exception", "answer_alert")
MOST_PLANS = 200


@dataclass(frozen=True)
class Entry:
    """One thing asked for or done: what, for whom, since when, and what has become of it.

    `acts` are forms and words of buttons; `args` is what they send.
    """

    kind: str
    name: str
    about: str
    reason: str
    at: int
    status: str
    is_open: bool
    changed_at: int
    author: str
    note: str = ""
    acts: tuple[tuple[str, str], ...] = ()
    args: Mapping[str, str] | None = None
    due_at: int | None = None

    @property
    def waits_for_me(self) -> bool:
        """Whether the person who looks is one who decides it."""
        return self.is_open and any(form in DECIDING for form, _ in self.acts)


@dataclass(frozen=True)
class Requests:
    """All entries of a scope, those open of any age and those closed in the period; figures."""

    ask: Ask
    entries: tuple[Entry, ...]
    figures: RequestFigures

    @property
    def shown(self) -> tuple[Entry, ...]:
        """Entries of the filter in force."""
        status, kind = self.ask.state.status or "open", self.ask.state.kind
        return tuple(
            one for one in self.entries
            if (status == "all" or one.is_open == (status == "open"))
            and (not kind or one.kind == kind)
        )  # fmt: skip

    @property
    def mine(self) -> tuple[Entry, ...]:
        """What waits for the person who looks, the oldest first."""
        return tuple(one for one in self.entries if one.waits_for_me)


def read_requests(ask: Ask) -> Requests:
    """The entries of the page's scope and period."""
    store = ask.sources.store
    start, end = (day_start(day, ask.zone) for day in (ask.period.first, ask.period.end))
    remedies = read_remedies(store, ask.scope, 0)
    names = names_of(ask, remedies)
    found = [_of_remedy(ask, one, names.get(one.scope, "")) for one in remedies]
    found += _of_exceptions(ask, read_exceptions(store, ask.scope, start, end))
    if ask.scope.team is None and holds(ask.who, "schedule.publish"):
        plans = read_plans(store, ask.scope, limit=MOST_PLANS)
        found += [_of_plan(ask, plan) for plan in plans if plan.published_at is not None]
    known = [one for one in found if one.is_open or start <= one.changed_at < end]
    known.sort(key=_order)
    authors = _authors(ask, known)
    named = tuple(replace(one, author=authors.get(one.author, one.author)) for one in known)
    return Requests(ask, named, request_figures(remedies, start, end))


def _order(one: Entry) -> tuple[bool, float, int]:
    """Open ones first, by when they are due, then the oldest; the others newest first."""
    if not one.is_open:
        return True, 0.0, -one.changed_at
    return False, float("inf") if one.due_at is None else float(one.due_at), one.at


def holds(who: Principal, permission: str) -> bool:
    """Whether somebody's role has a permission at all; where, the guard asks again."""
    return permission_table().grant(permission, who.role).reach is not Reach.NONE


def _of_remedy(ask: Ask, one: Remedy, name: str) -> Entry:
    who = ask.who
    needed = dict.fromkeys(KINDS[one.kind].steps.get(one.status, {}).values())
    own = who.agent_id is not None and who.agent_id == one.scope.agent
    acts = tuple(
        STEP_FORM[p] for p in needed
        if holds(who, p) and not (p.endswith(".decide") and own)
    ) or _effect_of(who, one)  # fmt: skip
    last = one.steps[-1]
    return Entry(
        one.kind, name, about_words(one), one.reason, one.at, STATUS[one.status], one.is_open,
        last.at, last.author, last.note, acts,
        {"scope": one.scope.path, "remedy": str(one.remedy_id)}, _due_of(one, ask.zone),
    )  # fmt: skip


def _due_of(one: Remedy, zone: str) -> int | None:
    """The first of the days that a request changes, the day of a look at a coaching, the end of a
    gap: until then it has to be decided, looked at, answered.
    """
    if one.kind == "schedule_change":
        return day_start(parse_wish(one.about).first, zone)
    if one.due_on is not None:
        return day_start(one.due_on + timedelta(days=1), zone)
    return alert_end(one, zone) if one.kind == "site_alert" else None


def _effect_of(who: Principal, one: Remedy) -> tuple[tuple[str, str], ...]:
    """The one button that shows what a finished remedy has brought, for who may decide on it."""
    permission = {form: p for p, (form, _) in STEP_FORM.items()}
    return tuple(act for act in looked_at(one) if holds(who, permission[act[0]]))[:1]


def _of_exceptions(ask: Ask, found: Sequence[RecordedException]) -> list[Entry]:
    """An entry for each that somebody filed; those approved together are one."""
    together: dict[str, list[RecordedException]] = {}
    for one in found:
        together.setdefault(one.bulk_id or str(one.exception_id), []).append(one)
    return [
        _of_exception(ask, same[0]) if len(same) == 1 else _of_bulk(ask, same)
        for same in together.values()
    ]


def _of_bulk(ask: Ask, same: Sequence[RecordedException]) -> Entry:
    first = same[0]
    people, minutes = len({one.agent_id for one in same}), sum(one.seconds for one in same) / 60
    last = first.decisions[-1] if first.decisions else None
    return Entry(
        EXCEPTION,
        say("{people} people", people=people),
        say(
            "{reason_code}, {n} spells, {minutes:.0f} min together",
            reason_code=say(first.reason_code.replace("_", " ")),
            n=len(same),
            minutes=minutes,
        ),
        first.note,
        first.recorded_at,
        first.status,
        first.status == "pending",
        first.recorded_at if last is None else last.decided_at,
        first.recorded_by if last is None else last.decided_by,
        "" if last is None else last.note,
    )


def _of_exception(ask: Ask, one: RecordedException) -> Entry:
    person = ask.organisation.person_at(one.agent_id, one.start_at)
    scope = Scope() if person is None else ask.organisation.scope_of(person)
    start, end = (
        datetime.fromtimestamp(at, zone_of(ask.zone)) for at in (one.start_at, one.end_at)
    )
    last = one.decisions[-1] if one.decisions else None
    pending = one.status == "pending"
    own = ask.who.agent_id == one.agent_id
    acts = (("decide_exception", say("Decide")),) if (
        pending and not own and holds(ask.who, "exception.decide")
    ) else ()  # fmt: skip
    return Entry(
        EXCEPTION,
        one.agent_id if person is None else person.display_name,
        say(
            "{reason_code}, {at.day} {at:%b} {at:%H:%M} to {at_2:%H:%M}",
            reason_code=say(one.reason_code.replace("_", " ")),
            at=start,
            at_2=end,
        ),
        one.note,
        one.recorded_at,
        say("waits for a decision") if pending else one.status,
        pending,
        one.recorded_at if last is None else last.decided_at,
        one.recorded_by if last is None else last.decided_by,
        "" if last is None else last.note,
        acts,
        {
            "scope": scope.path,
            "exception": str(one.exception_id),
            "from": str(one.start_at),
            "to": str(one.end_at),
        },
    )


def _of_plan(ask: Ask, plan: Plan) -> Entry:
    at = plan.published_at or plan.created_at
    broken = (
        say(", {violations_n} rules signed for", violations_n=plan.violations_n)
        if plan.violations_n
        else ""
    )
    return Entry(
        PUBLICATION,
        ask.organisation.name_of(Scope(plan.unit)),
        say("Schedule of {week}{broken}", week=plan.week, broken=broken),
        plan.label,
        plan.created_at,
        say("published") if plan.state == "published" else say("published, replaced since"),
        False,
        at,
        plan.published_by or plan.author,
    )


def _authors(ask: Ask, entries: list[Entry]) -> Mapping[str, str]:
    if ask.sources.planner is None:
        return {}
    found: Mapping[str, str] = ask.sources.planner.authors(sorted({e.author for e in entries}))
    return found
