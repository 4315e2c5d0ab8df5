"""The planning page's sentence: what the week in force leaves open, and what the draft would do."""

from __future__ import annotations

from dashboards.pages.planning_data import LIVE, Planning
from dashboards.parts.answer import Act, Answer
from dashboards.parts.numbers import plain
from wfm.domain.language import say

GOOD, NEAR = 95.0, 90.0  # percent covered, as the catalogue's limits for coverage have it


def planning_answer(given: Planning) -> Answer:
    """The sentence with the acts that follow from it."""
    live, shown = given.live.measures, given.shown
    site, week = given.site.name, say("week of {day.day} {day:%b}", day=given.period.first)
    acts = _acts(given)
    if given.requirement is None:
        if given.site.forecast is None:
            return Answer(
                "none",
                say("{site} has no forecast for the {week}.", site=site, week=week),
                say("Forecast it, then work out the requirement."),
                acts,
            )
        return Answer(
            "none",
            say("{site} has no requirement for the {week}.", site=site, week=week),
            say("Work it out, then solve the week."),
            acts,
        )
    if live is None:
        lead = say("Nothing is published for {site}, {week}.", site=site, week=week)
        if shown.key == LIVE or shown.measures is None:
            return Answer("warn", lead, say("Solve it to get a draft."), acts)
        m = shown.measures
        rest = say(
            "{title} covers {plain} % of {plain_2} required quarter-hours{worst}.",
            title=shown.title,
            plain=plain(m.coverage_pct, 1),
            plain_2=plain(m.required, 0),
            worst=_worst(given),
        )
        return Answer("warn", lead, rest, acts)
    covered = live.coverage_pct or 0.0
    status = "good" if covered >= GOOD else "warn" if covered >= NEAR else "bad"
    lead = say(
        "{site}'s published {week} leaves {plain} of {plain_2} quarter-hours uncovered.",
        site=site,
        week=week,
        plain=plain(live.short, 0),
        plain_2=plain(live.required, 0),
    )
    if shown.key == LIVE or shown.measures is None:
        return Answer(status, lead, f"{_where(given)}", acts)
    draft = shown.measures
    paid = draft.paid_hours - live.paid_hours
    hours = (
        say("for the same paid hours")
        if abs(paid) < 1
        else say("for {n} paid hours more", n=plain(abs(paid), 0))
        if paid > 0
        else say("for {n} paid hours less", n=plain(abs(paid), 0))
    )
    rest = say(
        "{title} leaves {plain} {hours}{worst}.",
        title=shown.title,
        plain=plain(draft.short, 0),
        hours=hours,
        worst=_worst(given),
    )
    return Answer(status, lead, rest, acts)


def _where(given: Planning) -> str:
    measures = given.live.measures
    if measures is None or not measures.short:
        return ""
    most, q = measures.worst
    day = next(d for d in measures.days if d.worst[0] == most)
    return say(
        "Most is missing on {day:%A} at {clock}: {most} agents.",
        day=day.day,
        clock=given.clock(q),
        most=most,
    )


def _worst(given: Planning) -> str:
    """Where the shown draft stays short most."""
    measures = given.shown.measures
    if measures is None or not measures.short:
        return ""
    most, q = measures.worst
    day = next(d for d in measures.days if d.worst[0] == most)
    return say(
        "; {most} short on {day:%a} at {clock}", most=most, day=day.day, clock=given.clock(q)
    )


def _acts(given: Planning) -> tuple[Act, ...]:
    place = {"unit": given.unit, "week": given.week}
    shown = given.shown
    if shown.plan is not None:
        args = {**place, "plan": str(shown.plan.plan_id)}
        other = next((c for c in given.columns if c is not shown), None)
        acts = [Act(say("Publish {title}", title=shown.title), "", True, form="publish", args=args)]
        if other is not None:
            link = given.ask.link(plan=other.key, week=given.week)
            acts.insert(0, Act(say("Show {title}", title=other.title), link))
        if shown.plan.violations_n:
            acts.pop()
        return tuple(acts)
    if given.requirement is None:
        form = "require" if given.site.forecast else "forecast"
        word = say("Work out requirement") if given.site.forecast else say("Forecast")
        return (Act(word, "", True, form=form, args=place),)
    return (Act(say("Solve the week"), "", True, form="solve", args=place),)
