"""What the forms and lists of remedies show: names, words, and the estimate of a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from dashboards.forms import FormAsk
from dashboards.frame import Ask
from kpis.patterns import moment_of
from kpis.query import kpi_values
from kpis.remedy_effect import COVERS, adherence_after
from wfm.domain.grid import local_day, zone_of
from wfm.domain.language import say, shown, to_say
from wfm.domain.remedies import KINDS, WISHES, Remedy, ShiftWish, parse_wish
from wfm.domain.scope import Scope
from wfm.queries.activities import activities_known
from wfm.queries.facts import open_facts
from wfm.queries.lapses import OutSpell, read_lapses
from wfm.queries.organisation import read_organisation
from wfm.queries.schedules import read_shifts
from wfm.queries.targets import read_targets

LOOK_BACK_DAYS = 28
STATUS = {
    "submitted": to_say("waits for a decision"),
    "approved": to_say("approved"),
    "denied": to_say("denied"),
    "cancelled": to_say("cancelled"),
    "planned": to_say("planned"),
    "done": to_say("done"),
    "raised": to_say("not answered"),
    "acknowledged": to_say("acknowledged"),
    "withdrawn": to_say("withdrawn"),
    "closed": to_say("closed"),
    "assigned": to_say("in force"),
    "kept": to_say("looked at, kept"),
    "reverted": to_say("taken back"),
}
# The form by which each permission takes a remedy further, and its button.
STEP_FORM = {
    "request.decide": ("decide_request", to_say("Decide")),
    "request.create": ("cancel_request", to_say("Cancel")),
    "coaching.write": ("coach_step", to_say("Close")),
    "alert.answer": ("answer_alert", to_say("Answer")),
    "alert.send": ("withdraw_alert", to_say("Withdraw")),
    "skill.assign": ("skill_step", to_say("Effect")),
}
# Where nothing is left to decide, the same forms show what it has brought.
LOOKED_AT = (("schedule_change", "approved"), ("coaching", "done"), ("site_alert", "closed"))
CAUSES = {
    "training": to_say("Training or meeting put in after publication"),
    "sick": to_say("Sickness"),
    "late": to_say("Late or missing people"),
    "overrun": to_say("Long contacts and overrun breaks"),
    "volume": to_say("More contacts than forecast"),
    "other": to_say("Something else"),
}


@dataclass(frozen=True)
class Estimate:
    """Adherence as it was, and as it would have been with the change; `shifts` looked at."""

    before: float | None
    after: float | None
    lapses: int
    shifts: int


def estimate(ask: FormAsk, agent: Scope, wish: ShiftWish) -> Estimate:
    """What the change would have done to the agent's adherence of the last four weeks."""
    store = ask.sources.store
    zone = read_organisation(store, agent).zone(str(agent.site))
    today = local_day(ask.now, zone)
    first = today - timedelta(days=LOOK_BACK_DAYS)
    facts = open_facts(store)
    found = kpi_values(
        facts, agent, ("adherence",), first, today, targets=read_targets(store, agent)
    )[0]
    lapses, shifts = lapses_at(store, agent, first, today, COVERS.get(wish.what))
    seconds = [one.seconds for one in lapses]
    after = adherence_after(found.value, found.denominator, seconds, wish.minutes)
    return Estimate(found.value, after if lapses else None, len(lapses), shifts)


def lapses_at(
    store: Any, agent: Scope, first: date, end: date, moment: str | None
) -> tuple[list[OutSpell], int]:
    """Spells out of adherence at one moment of the shift, and of how many shifts."""
    by_day = {shift.shift_on: shift for shift in read_shifts(store, agent, first, end)}
    categories = {a.code: a.category for a in activities_known(store)}
    found = [
        one
        for one in read_lapses(open_facts(store), agent, first, end)
        if one.shift_on in by_day
        and moment_of(one, by_day[one.shift_on].segments, categories) == moment
    ]
    return found, len(by_day)


def wish_words(wish: ShiftWish) -> str:
    """A wish in a line: "Longer meal, +5 min, 30 Nov to 27 Dec"."""
    days = say(
        "{day_words} to {day_words_2}",
        day_words=day_words(wish.first),
        day_words_2=day_words(wish.end - timedelta(days=1)),
    )
    return say(
        "{wishes}, {minutes:+d} min, {days}",
        wishes=WISHES[wish.what],
        minutes=wish.minutes,
        days=days,
    )


def about_words(one: Remedy) -> str:
    """What a remedy is about, in a line."""
    if one.kind == "schedule_change":
        return wish_words(parse_wish(one.about))
    if one.kind == "site_alert":
        cause = CAUSES.get(one.about.get("cause", ""), one.about.get("cause", ""))
        parts = [cause, one.about.get("gap", "")]
        if one.about.get("until"):
            parts.append(say("until {about}", about=one.about["until"]))
        return ", ".join(shown(part) for part in parts if part)
    if one.kind == "skill_change":
        first = date.fromisoformat(one.about["first"])
        return say(
            "{value}, from {day_words}",
            value=one.about.get("words", ""),
            day_words=day_words(first),
        )
    return one.about.get("topic", "")


def alert_end(one: Remedy, zone: str) -> int | None:
    """When the gap of an alert was to end, by the clock of the site; None where nobody said."""
    try:
        clock = time.fromisoformat(one.about.get("until", ""))
    except ValueError:
        return None
    return int(datetime.combine(local_day(one.at, zone), clock, zone_of(zone)).timestamp())


def looked_at(one: Remedy) -> list[tuple[str, str]]:
    """Forms and words of the buttons that show what a finished remedy has brought."""
    if (one.kind, one.status) not in LOOKED_AT:
        return []
    kind = KINDS[one.kind]
    needed = dict.fromkeys(p for steps in kind.steps.values() for p in steps.values())
    return [(STEP_FORM[p][0], say("Effect")) for p in needed]


def day_words(day: date) -> str:
    """A day as people write it: 30 Nov."""
    return say("{day.day} {day:%b}", day=day)


def time_words(at: int, zone: str) -> str:
    """An instant by a zone's clock: 30 Nov 14:05."""
    when = datetime.fromtimestamp(at, zone_of(zone))
    return say("{at.day} {at:%b} {at:%H:%M}", at=when)


def names_of(ask: Ask, remedies: tuple[Remedy, ...]) -> Mapping[Scope, str]:
    """The name of the place or person of each remedy."""
    known = ask.organisation
    return {one.scope: known.name_of(one.scope) for one in remedies if known.has(one.scope)}
