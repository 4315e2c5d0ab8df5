"""The team's sentence: who is missed now and since when, else who makes the gap."""

from __future__ import annotations

from datetime import datetime

from dashboards.day_rows import actual_kind, plan_word, planned_kind, state_word
from dashboards.frame import Ask
from dashboards.names import name_of, scope_below
from dashboards.pages.team_data import Member, Team
from dashboards.parts.answer import Act, Answer
from dashboards.parts.apart import apart
from dashboards.parts.numbers import SPACE, gap_unit, kpi_number, kpi_with_unit, plain
from dashboards.view_state import ViewState
from wfm.domain.grid import zone_of
from wfm.domain.language import say, say_many
from wfm.domain.scope import Scope
from wfm.web.pages import page_of

RECRUIT_DAYS = 90


def clock(ask: Ask, at: int) -> str:
    """An instant in the team's zone: 11:35."""
    return f"{datetime.fromtimestamp(at, zone_of(ask.zone)):%H:%M}"


def stopwatch(seconds: int) -> str:
    """A length of time as a board shows it: 07:10, or 1:02:10."""
    hours, rest = divmod(seconds, 3600)
    short = f"{rest // 60:02d}:{rest % 60:02d}"
    return f"{hours}:{short}" if hours else short


def agent_link(ask: Ask, scope: Scope | None) -> str:
    """The address of one agent's day, for the period that is shown; empty without a scope."""
    page = page_of("agent")
    if scope is None or page is None:
        return ""
    state = ask.state
    kept = ViewState(scope, state.grain, state.day, state.first, state.end)
    return kept.link(page.path)


def state_of(team: Team, member: Member) -> tuple[str, str, str]:
    """What an agent does, what it should be, and the letter: ("Break", "contacts", "b").

    The second is empty when both agree. Who is not at work is told why: "Starts 11:00".
    """
    day = member.day
    now = day.now if day is not None else None
    if day is None:
        return "–", "", ""
    if now is not None and member.at_work:
        word = state_word(now.state, now.state_group, "")
        letter = _letter(now.state, now.state_group)
        if now.adherence == "out":
            return word, plan_word(now.activity or "", team.categories), letter
        return (say("{word}, not planned", word=word) if now.activity is None else word), "", letter
    if now is not None and now.activity is not None:
        return plan_word(now.activity, team.categories).capitalize(), "", "-"
    ahead = [s for s in day.planned if s.start_at > (member.now_at or 0)]
    if ahead:
        first = ahead[0]
        kind = planned_kind(team.categories.get(first.activity, first.activity))
        word = (
            say("Starts")
            if kind != "-"
            else plan_word(first.activity, team.categories).capitalize()
        )
        return f"{word} {clock(team.ask, first.start_at)}", "", ""
    if day.planned:
        return say("Finished {clock}", clock=clock(team.ask, day.planned[-1].end_at)), "", ""
    return say("Not planned today"), "", ""


def _letter(state: str, group: str) -> str:
    return "-" if group in ("logged_out", "unknown") else actual_kind(state, group)


def spare_words(team: Team, member: Member) -> str:
    """What the queue can spare: "−1 of 2.4 spare on billing until 14:30", or how short it is.

    Empty where it is not known.
    """
    spare = member.spare
    if spare is None:
        return ""
    group = name_of(team.ask, "group", spare.group)
    until = clock(team.ask, spare.until_at)
    if spare.short:
        short = plain(spare.short, 1)
        return say("{group} is {n} short until {until}", group=group, n=short, until=until)
    share = plain(-spare.share, 0 if spare.share == 1 else 1)
    return say(
        "{share} of {n} spare on {group} until {until}",
        share=share, n=plain(spare.spare, 1), group=group, until=until,
    )  # fmt: skip


def spare_figure(member: Member) -> str:
    """The same as it stands behind the impact, as short as a column is: "of 2.4", "0.4 short".

    Of who counts in parts in several groups only a shortage is told there.
    """
    spare = member.spare
    if spare is None:
        return ""
    if spare.short:
        return say("{n} short", n=plain(spare.short, 1))
    return say("of {n}", n=plain(spare.spare, 1)) if spare.share == 1 else ""


def team_answer(team: Team) -> Answer:
    """The answer to "who needs me now, and why?"."""
    ask = team.ask
    if ask.data_at is None:
        return Answer(
            "none", say("No data have arrived yet."), say("Load contacts and agent states first.")
        )
    gap = gap_sentence(team)
    hurting = [m for m in team.out if m.hurts]
    if hurting:
        acts = _open(ask, hurting[0].scope, hurting[0].name)
        return Answer("bad", _missed(team, hurting), gap.sentence, acts)
    if gap.status in ("bad", "warn") or not team.live:
        return gap
    if team.out:
        first = team.out[0]
        return Answer(
            "warn",
            say("{is_out}; no queue misses it.", is_out=_is_out(team, first)),
            gap.sentence,
            _open(ask, first.scope, first.name),
        )
    working = sum(m.at_work for m in team.members)
    if not working:
        starts = sorted(m.day.planned[0].start_at for m in team.members if m.day and m.day.planned)
        later = [at for at in starts if at > ask.now]
        until = (
            say("the first starts at {clock}", clock=clock(ask, later[0]))
            if later
            else say("nobody starts later")
        )
        return Answer(
            "none", say("Nobody of the team is at work now; {until}.", until=until), gap.sentence
        )
    return Answer(
        "good",
        say("All {working} at work are where the schedule has them.", working=working),
        gap.sentence,
    )


def _missed(team: Team, hurting: list[Member]) -> str:
    lead = _is_out(team, hurting[0])
    if len(hurting) == 2:
        lead += say(
            "; {name} for {stopwatch} too",
            name=hurting[1].name,
            stopwatch=stopwatch(hurting[1].out_s or 0),
        )
    elif len(hurting) > 2:
        lead += say("; and {n} more", n=len(hurting) - 1)
    size = len(hurting)
    if size == 1 and (told := spare_words(team, hurting[0])):
        return say("{lead}; {spare}.", lead=lead, spare=told)
    return say_many(
        "{lead}; {plain} agent on the queue.",
        "{lead}; {plain} agents on the queue.",
        size,
        lead=lead,
        plain=plain(-float(size), 1),
    )


def _is_out(team: Team, member: Member) -> str:
    now = member.day.now if member.day is not None else None
    if now is None or member.out_s is None:
        return member.name
    does = state_word(now.state, now.state_group, now.reason)
    does = does[:1].lower() + does[1:]
    should = plan_word(now.activity or "", team.categories)
    since = clock(team.ask, now.adherence_since_at)
    return say(
        "{name} is out of adherence since {since}: {does}, planned {should}",
        name=member.name,
        since=since,
        does=does,
        should=should,
    )


def gap_sentence(team: Team) -> Answer:
    """The figure in focus, its gap, and how many agents make all of it."""
    centre, ask = team.centre, team.ask
    focus, kpi = centre.focus, centre.kpi
    if focus.value is None:
        return Answer(
            "none",
            say("{short} is not known: {reason}.", short=kpi.short_name, reason=focus.reason),
        )
    value = kpi_with_unit(kpi.id, focus.value)
    base, word = centre.base
    if base is None or word == "all":
        where = (ask.not_compared if word == "before" else "") or _where(focus.gap_is)
        return Answer(focus.status, f"{kpi.short_name} {value}, {where}.")
    gap = focus.value - base
    lead = f"{kpi.short_name} {value}, {apart(kpi.id, gap, before=word == 'before')}"
    pushes_wrong = gap > 0 if centre.pushes_up else gap < 0
    shares = [s for s in centre.parts[0] if s.adds is not None]
    if not pushes_wrong or not shares or not shares[0].adds:
        return Answer(focus.status, f"{lead}.")
    count, of = team.makers
    if count == of > 1:
        young = _young(team, count)
        lead += (
            say(": both agents add to it{young}.", young=young)
            if of == 2
            else say(": all {of} agents add to it{young}.", of=of, young=young)
        )
    else:
        lead += say_many(
            ": {n} of {of} agents is the whole gap{young}.",
            ": {n} of {of} agents are the whole gap{young}.",
            count,
            of=of,
            young=_young(team, count),
        )
    top = shares[0]
    name = centre.name(top.value)
    unit = gap_unit(kpi.unit)
    adds = f"{kpi_number(kpi.id, abs(top.adds or 0.0), extra=1)}{SPACE}{unit}".strip()
    rest = say("{name} alone adds {adds}.", name=name, adds=adds)
    acts = _open(ask, scope_below(ask, "agent", top.value.at("agent")), name)
    return Answer(focus.status, lead, rest, acts)


def _where(gap_is: str) -> str:
    return (
        say("inside its range")
        if gap_is == "inside"
        else say("without a target to hold it against")
    )


def _young(team: Team, count: int) -> str:
    """Whether all who make the gap are new, as the clause that says so."""
    by_id = {m.agent_id: m for m in team.members}
    ids = [str(s.value.at("agent")) for s in team.centre.parts[0][:count]]
    tenures = [by_id[i].tenure if i in by_id else None for i in ids]
    known = [t for t in tenures if t is not None]
    if len(known) < count or max(known) >= RECRUIT_DAYS:
        return ""
    days = max(known) // 10 * 10 + 10
    if count == 1:
        return say(", under {known} days' tenure", known=days)
    if count == 2:
        return say(", both under {known} days' tenure", known=days)
    return say(", all under {known} days' tenure", known=days)


def _open(ask: Ask, scope: Scope | None, name: str) -> tuple[Act, ...]:
    link = agent_link(ask, scope)
    return (Act(say("Open {name}", name=name), link, primary=True, key="o"),) if link else ()
