"""The form that moves people to other work: who, between which queues, and what it would do."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from dashboards.forms import FieldError, FormAsk, FormRoom, scope_of
from dashboards.pages.reassign_data import Candidate, SiteWork, first_day
from dashboards.parts.drawer import Drawer, facts, sentences
from dashboards.parts.form import Field, Form
from dashboards.parts.numbers import DASH, kpi_with_unit, plain
from kpis.moved_work import MovedWork
from wfm.actions.remedies import open_remedy
from wfm.domain.grid import zone_of
from wfm.domain.language import say, to_say
from wfm.domain.remedies import NewRemedy
from wfm.domain.skills import GroupEffect, SkillMove, parse_move

FORM, TITLE = "reassign_skill", to_say("Move people to other work")
AHT, CHECK_DAYS = "average_handle_time", 14
PERSON = "who-"
KEPT = ("leave", "take", "first", "keeps", "due", "reason")


def show(ask: FormAsk) -> Drawer:
    """Who is moved from which queue to which; filled in where an explanation led here."""
    given = SiteWork(ask)
    take = given.take_of(ask.value("contact_type"))
    leave = given.leave_of(take)
    queues = tuple((q.queue_id, q.name) for q in given.queues.values())
    order = given.candidates(leave, take)
    chosen = _chosen(ask) if ask.value("listed") == f"{leave}>{take}" else set(
        given.proposed(leave, take, order)
    )  # fmt: skip
    fields = [
        Field("take", say("They serve"), "select", take, queues, half=True),
        Field("leave", say("Instead of"), "select", leave, queues, half=True),
        Field("first", say("From"), "date", first_day(ask, given.today), half=True, required=True),
        Field("due", say("Look at the effect on"), "date",
              ask.value("due", str(given.today + timedelta(days=CHECK_DAYS + 1))), half=True,
              required=True),
        Field("keeps", say("They go on serving both"), "check", ask.value("keeps")),
        Field("reason", say("Reason"), "note", ask.value("reason"), required=True),
        *(_person(one, one.agent_id in chosen) for one in order),
    ]  # fmt: skip
    lines = [] if order else [("warn", _nobody(given, leave))]
    note = say(
        "Settled agents who serve that queue, those with the skill first. Nothing changes yet."
    )
    return Drawer(
        TITLE,
        note,
        (sentences(lines),) if lines else (),
        Form(
            FORM, tuple(fields), say("Show what it would do"),
            {"scope": ask.scope.path, "kpi": ask.value("kpi", AHT), "listed": f"{leave}>{take}"},
            key=ask.values.get("key", ""),
        ).told(ask.errors, ask.trouble),
    )  # fmt: skip


def send(ask: FormAsk) -> Drawer:
    """What the move would do to both queues; then the move as recorded."""
    if ask.confirmed:
        return _recorded(ask)
    given = SiteWork(ask)
    if ask.value("listed") != f"{ask.value('leave')}>{ask.value('take')}":
        if ask.value("leave") == ask.value("take"):
            raise FieldError({"leave": say("Choose another queue than the one they serve.")})
        return show(ask)  # other queues: other people
    about = {name: ask.value(name) for name in ("leave", "take", "first", "keeps")}
    about["agents"] = ";".join(sorted(_chosen(ask)))
    for name in ("first", "due"):
        _day(ask, name)
    if _day(ask, "first") < given.today:
        raise FieldError({"first": say("That day is past; choose today or a later one.")})
    reason, move = ask.reason(), parse_move(about)
    given.skills_after(move)
    told = given.estimate(move)
    effects, week = given.staffing(move)
    rows = [*_rows(given, move, told), *_staffing_rows(given, effects, week)]
    kept = {name: ask.value(name) for name in KEPT} | {
        "scope": ask.scope.path, "kpi": ask.value("kpi", AHT), "agents": about["agents"],
        "reason": reason,
    }  # fmt: skip
    return Drawer(
        TITLE,
        say("Nothing is written yet."),
        (facts(rows), sentences(_judgement(given, move, told, effects))),
        Form(FORM, (), say("Move them"), kept, confirm=True, key=ask.key),
    )


def _recorded(ask: FormAsk) -> Drawer:
    about = {name: ask.value(name) for name in ("leave", "take", "first", "keeps", "agents")}
    due, given, move = _day(ask, "due"), SiteWork(ask), parse_move(about)
    about["expected"] = _summary(given.estimate(move))
    about["words"] = _words(given, move)
    new = NewRemedy("skill_change", ask.scope, ask.value("kpi"), about, ask.reason(), due)
    open_remedy(ask.sources.store, ask.sources.clock, ask.who, new, request_key=ask.key)
    first = _day(ask, "first")
    return Drawer(
        TITLE,
        done=say(
            "Done: they serve it from {day.day} {day:%b} on. What it brought "
            "stands in the list of this page, to be looked at on {day_2.day} "
            "{day_2:%b}.",
            day=first,
            day_2=due,
        ),
    )


def _rows(given: SiteWork, move: SkillMove, told: MovedWork) -> list[tuple[str, Any]]:
    names = {p.agent_id: p.display_name for p in given.people}
    people = ", ".join(names.get(one, one) for one in move.agents)
    take, leave = given.queues[move.take].name, given.queues[move.leave].name
    share = say(" of {plain} h", plain=plain(told.of_hours, 1)) if told.of_hours else ""
    return [
        (say("People"), people),
        (
            say("They serve"),
            f"{take}, {say('beside') if move.keeps else say('instead of')} {leave}",
        ),
        (say("Their time on {leave}, last week", leave=leave), f"{plain(told.hours, 1)} h{share}"),
        (say("Contacts of {take} they would take", take=take), plain(told.contacts, 0)),
        (say("Handle time of {take}", take=take), _pair(told.aht)),
        (say("Handle time of the channel"), _pair(told.all_aht)),
    ]


def _staffing_rows(
    given: SiteWork, effects: tuple[GroupEffect, ...], week: str
) -> list[tuple[str, Any]]:
    if not effects:
        return [
            (
                say("Staffing"),
                say("not known: {week} has no requirement; work it out on Planning", week=week),
            )
        ]
    rows: list[tuple[str, Any]] = []
    for one in effects:
        name = _group_name(given, one.group)
        before, after = one.missing_h
        rows.append((say("{name}: agent-hours missing in {week}", name=name, week=week),
                     f"{plain(before, 1)} → {plain(after, 1)}"))  # fmt: skip
        if one.q is not None and None not in one.level:
            at = datetime.fromtimestamp(one.q * 900, zone_of(given.zone))
            rows.append((say("{name}: service level {at:%a %H:%M}, its busiest", name=name, at=at),
                         f"{_percent(one.level[0])} → {_percent(one.level[1])}"))  # fmt: skip
    return rows


def _judgement(
    given: SiteWork, move: SkillMove, told: MovedWork, effects: tuple[GroupEffect, ...]
) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    before, after = told.aht
    if before is None or after is None:
        lines.append(
            ("warn", say("Too few contacts of settled agents to tell what handle time does."))
        )
    elif after < before - 0.5:
        size = kpi_with_unit(AHT, before - after, gap=True).lstrip("+")
        lines.append(
            ("good", say("Its handle time falls by {size} at last week's volumes.", size=size))
        )
    else:
        lines.append(("warn", say("Handle time stays: new agents handle none of it more slowly.")))
    for one in effects:
        more = one.missing_h[1] - one.missing_h[0]
        if more > 0.05:
            name = _group_name(given, one.group)
            lines.append(
                (
                    "warn",
                    say("{name} lacks {plain} agent-hours more.", name=name, plain=plain(more, 1)),
                )
            )
    if effects and all(one.missing_h[1] <= one.missing_h[0] + 0.05 for one in effects):
        lines.append(("good", say("Neither group is short of more agents than before.")))
    return lines


def _group_name(given: SiteWork, group: str) -> str:
    names = [q.name for q in given.queues.values() if q.skill_group == group]
    return names[0] if len(names) == 1 else group


def _person(one: Candidate, chosen: bool) -> Field:
    pace = say("{plain} s a contact there", plain=plain(one.pace, 0)) if one.pace is not None else (
        say("has the skill") if one.has_skill else say("without the skill yet")
    )  # fmt: skip
    words = say(
        "{name}, {tenure} days, {plain} h last week, {pace}",
        name=one.name,
        tenure=one.tenure,
        plain=plain(one.hours, 1),
        pace=pace,
    )
    return Field(f"{PERSON}{one.agent_id}", words, "check", "yes" if chosen else "")


def _nobody(given: SiteWork, leave: str) -> str:
    name = given.queues[leave].name if leave in given.queues else say("that queue")
    return say(
        "No settled agent here is recorded as serving {name}; choose another queue to leave.",
        name=name,
    )


def _chosen(ask: FormAsk) -> set[str]:
    if ask.value("agents"):
        return set(ask.value("agents").split(";"))
    return {
        name.removeprefix(PERSON)
        for name, value in ask.values.items()
        if name.startswith(PERSON) and value == "yes"
    }


def _summary(told: MovedWork) -> str:
    return "" if None in told.aht else f"{_pair(told.aht)}"


def _words(given: SiteWork, move: SkillMove) -> str:
    names = [given.queues[q].name if q in given.queues else q for q in (move.leave, move.take)]
    people = say("1 person") if len(move.agents) == 1 else say("{n} people", n=len(move.agents))
    return f"{people}: {names[0]} → {names[1]}"


def _pair(sides: tuple[float | None, float | None]) -> str:
    return " → ".join(DASH if one is None else kpi_with_unit(AHT, one) for one in sides)


def _percent(level: float | None) -> str:
    return DASH if level is None else f"{plain(100 * level, 1)} %"


def _day(ask: FormAsk, name: str) -> date:
    try:
        return date.fromisoformat(ask.value(name))
    except ValueError:
        raise FieldError({name: say("Choose a day.")}) from None


REASSIGN = FormRoom(FORM, "skill.assign", scope_of("scope"), show, send)
