"""The planning page's sentence: what the week in force leaves open, and what the draft would do."""

from __future__ import annotations

from dashboards.pages.planning_data import LIVE, Planning
from dashboards.parts.answer import Act, Answer
from dashboards.parts.numbers import plain

GOOD, NEAR = 95.0, 90.0  # percent covered, as the catalogue's limits for coverage have it


def planning_answer(given: Planning) -> Answer:
    """The sentence with the acts that follow from it."""
    live, shown = given.live.measures, given.shown
    site, week = given.site.name, f"week of {given.period.first.day} {given.period.first:%b}"
    acts = _acts(given)
    if given.requirement is None:
        if given.site.forecast is None:
            return Answer("none", f"{site} has no forecast for the {week}.",
                          "Forecast it, then work out the requirement.", acts)  # fmt: skip
        return Answer("none", f"{site} has no requirement for the {week}.",
                      "Work it out, then solve the week.", acts)  # fmt: skip
    if live is None:
        lead = f"Nothing is published for {site}, {week}."
        if shown.key == LIVE or shown.measures is None:
            return Answer("warn", lead, "Solve it to get a draft.", acts)
        m = shown.measures
        rest = (
            f"{shown.title} covers {plain(m.coverage_pct, 1)} % of {plain(m.required, 0)} "
            f"required quarter-hours{_worst(given)}."
        )
        return Answer("warn", lead, rest, acts)
    covered = live.coverage_pct or 0.0
    status = "good" if covered >= GOOD else "warn" if covered >= NEAR else "bad"
    lead = (
        f"{site}'s published {week} leaves {plain(live.short, 0)} of {plain(live.required, 0)} "
        f"quarter-hours uncovered."
    )
    if shown.key == LIVE or shown.measures is None:
        return Answer(status, lead, f"{_where(given)}", acts)
    draft = shown.measures
    paid = draft.paid_hours - live.paid_hours
    hours = (
        "for the same paid hours"
        if abs(paid) < 1
        else f"for {plain(abs(paid), 0)} paid hours {'more' if paid > 0 else 'less'}"
    )
    rest = f"{shown.title} leaves {plain(draft.short, 0)} {hours}{_worst(given)}."
    return Answer(status, lead, rest, acts)


def _where(given: Planning) -> str:
    measures = given.live.measures
    if measures is None or not measures.short:
        return ""
    most, q = measures.worst
    day = next(d for d in measures.days if d.worst[0] == most)
    return f"Most is missing on {day.day:%A} at {given.clock(q)}: {most} agents."


def _worst(given: Planning) -> str:
    """Where the shown draft stays short most."""
    measures = given.shown.measures
    if measures is None or not measures.short:
        return ""
    most, q = measures.worst
    day = next(d for d in measures.days if d.worst[0] == most)
    return f"; {most} short on {day.day:%a} at {given.clock(q)}"


def _acts(given: Planning) -> tuple[Act, ...]:
    place = {"unit": given.unit, "week": given.week}
    shown = given.shown
    if shown.plan is not None:
        args = {**place, "plan": str(shown.plan.plan_id)}
        other = next((c for c in given.columns if c is not shown), None)
        acts = [Act(f"Publish {shown.title}", "", True, form="publish", args=args)]
        if other is not None:
            link = given.ask.link(plan=other.key, week=given.week)
            acts.insert(0, Act(f"Show {other.title}", link))
        if shown.plan.violations_n:
            acts.pop()
        return tuple(acts)
    if given.requirement is None:
        form = "require" if given.site.forecast else "forecast"
        word = "Work out requirement" if given.site.forecast else "Forecast"
        return (Act(word, "", True, form=form, args=place),)
    return (Act("Solve the week", "", True, form="solve", args=place),)
