"""What the planning page looks at: sites and weeks, the drafts of one of them, and its runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from dashboards.frame import Ask
from wfm.domain.errors import WfmError
from wfm.domain.grid import zone_of
from wfm.domain.jobs import Job
from wfm.domain.language import say
from wfm.domain.periods import Period, week_of
from wfm.domain.plan_measures import WeekCover, WeekMeasures
from wfm.domain.scope import Scope
from wfm.queries.planning import (
    CalendarMark,
    RequirementState,
    Run,
    UnitForecast,
    read_forecasts,
    read_marks,
    read_offered,
    read_plan_jobs,
    read_requirements,
    read_runs,
    week_name,
)
from wfm.queries.plans import Plan, read_plans

LIVE = "live"
MOST_DRAFTS = 3  # columns of the comparison beside what is in force
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class SiteWeeks:
    """A site with its forecast and the cover of what is in force, week by week."""

    unit: str
    name: str
    zone: str
    forecast: UnitForecast | None
    weeks: Mapping[str, WeekCover | None]


@dataclass(frozen=True)
class Column:
    """One schedule of the week looked at: what is in force, or a draft, with its measures."""

    key: str
    title: str
    plan: Plan | None
    measures: WeekMeasures | None


@dataclass(frozen=True)
class Planning:
    """Everything the page shows of one question."""

    ask: Ask
    weeks: tuple[str, ...]
    week: str
    unit: str
    sites: tuple[SiteWeeks, ...]
    columns: tuple[Column, ...]
    runs: tuple[Run, ...]
    jobs: tuple[Job, ...]
    marks: tuple[CalendarMark, ...]
    actual: Mapping[date, float]
    last_year: Mapping[date, float]
    requirements: Mapping[tuple[str, str], RequirementState]
    titles: Mapping[int, str]

    @cached_property
    def period(self) -> Period:
        """Monday to Sunday of the week looked at."""
        return week_of(self.week)

    @property
    def site(self) -> SiteWeeks:
        """The site whose week is looked at."""
        return next(site for site in self.sites if site.unit == self.unit)

    @property
    def live(self) -> Column:
        """What is in force."""
        return self.columns[0]

    @property
    def drafts(self) -> tuple[Column, ...]:
        """The drafts of the week, newest first."""
        return self.columns[1:]

    @cached_property
    def shown(self) -> Column:
        """The schedule that week panel, rules and timeline show: the one asked for, else the
        newest draft, else what is in force."""
        wanted = self.ask.state.plan
        found = next((c for c in self.columns if c.key == wanted), None)
        if found is not None:
            return found
        return self.drafts[0] if self.drafts else self.live

    @property
    def run(self) -> Run | None:
        """The run to show: one that has not ended, else the newest."""
        going = next((run for run in self.runs if not run.job.has_ended), None)
        return going or (self.runs[0] if self.runs else None)

    @property
    def requirement(self) -> RequirementState | None:
        """The newest requirement of the week looked at."""
        return self.requirements.get((self.unit, self.week))

    def clock(self, q: int) -> str:
        """The local time of a quarter at the site looked at: "10:00"."""
        return f"{datetime.fromtimestamp(q * 900, zone_of(self.site.zone)):%H:%M}"

    @property
    def week_words(self) -> str:
        """The week as a title has it: "26 Oct to 1 Nov"."""
        last = self.period.end - timedelta(days=1)
        return say(
            "{day.day} {day:%b} to {day_2.day} {day_2:%b}", day=self.period.first, day_2=last
        )


def read_planning(ask: Ask) -> Planning | None:
    """The page's data; None when the scope has no site."""
    store, scope = ask.sources.store, Scope(ask.scope.site)
    sites = [s for s in ask.organisation.sites if scope.site in (None, s.org_id)]
    if not sites:
        return None
    weeks = _weeks(ask.period)
    forecasts = {f.unit: f for f in read_forecasts(store, scope, ask.period.first, ask.period.end)}
    jobs = read_plan_jobs(store, scope)
    plans = read_plans(store, scope, limit=400)
    week, unit = _looked_at(ask, weeks, [s.org_id for s in sites], jobs, plans)
    planner = ask.sources.planner
    measured = tuple(
        SiteWeeks(
            site.org_id,
            site.name,
            ask.organisation.zone(site.org_id),
            forecasts.get(site.org_id),
            planner.covers(scope, site.org_id, weeks),
        )
        for site in sites
    )
    if not unit:
        unit = _most_short(measured, week)
    if week not in weeks:
        weeks = (*weeks, week)
    actual, last_year = read_offered(ask.facts, scope, ask.period.first, ask.period.end)
    own = [p for p in plans if (p.unit, p.week) == (unit, week)]
    titles = draft_titles(own)
    return Planning(
        ask,
        weeks,
        week,
        unit,
        measured,
        _columns(ask, scope, unit, week, own, titles),
        read_runs(store, scope, unit, week),
        jobs,
        _all_marks(ask, scope, measured),
        actual,
        last_year,
        read_requirements(store, scope, weeks),
        titles,
    )


def draft_titles(plans: list[Plan]) -> dict[int, str]:
    """What drafts of one site and week are called: their label, or a letter in their order."""
    ordered = sorted(plans, key=lambda plan: plan.plan_id)
    return {
        plan.plan_id: plan.label or say("Draft {letters}", letters=LETTERS[at % 26])
        for at, plan in enumerate(ordered)
    }


def _weeks(period: Period) -> tuple[str, ...]:
    monday = period.first - timedelta(days=period.first.weekday())
    names = []
    while monday < period.end:
        names.append(week_name(monday))
        monday += timedelta(weeks=1)
    return tuple(names)


def _looked_at(
    ask: Ask, weeks: tuple[str, ...], units: list[str], jobs: tuple[Job, ...],
    plans: tuple[Plan, ...],
) -> tuple[str, str]:  # fmt: skip
    """The week and site to look at; the site is "" when measures have to decide."""
    unit = ask.scope.site or (units[0] if len(units) == 1 else "")
    if ask.state.week:
        if not unit and ask.state.plan.isdigit():
            unit = next((p.unit for p in plans if str(p.plan_id) == ask.state.plan), "")
        if not unit:
            inside = [p.unit for p in plans if p.week == ask.state.week and p.state == "draft"]
            unit = inside[0] if inside else ""
        return ask.state.week, unit
    for job in jobs:
        place, week = str(job.parameters.get("unit")), str(job.parameters.get("week"))
        going = job.kind == "solve" and not job.has_ended and week in weeks
        if going and unit in ("", place):
            return week, place
    coming = week_name(ask.today + timedelta(days=7))
    for plan in plans:
        if plan.state == "draft" and plan.week in weeks and unit in ("", plan.unit):
            return plan.week, plan.unit
    return (coming if coming in weeks else weeks[0]), unit


def _most_short(sites: tuple[SiteWeeks, ...], week: str) -> str:
    def short(site: SiteWeeks) -> int:
        found = site.weeks.get(week)
        return found.short if found is not None else -1

    return max(sites, key=short).unit


def _columns(
    ask: Ask, scope: Scope, unit: str, week: str, plans: list[Plan], titles: Mapping[int, str]
) -> tuple[Column, ...]:
    published = [p for p in plans if p.state in ("published", "superseded")]
    word = say("Published v{n}", n=len(published)) if published else say("Published")
    columns = [Column(LIVE, word, None, _measured(ask, scope, unit, week, None))]
    drafts = [p for p in plans if p.state == "draft"]
    wanted = [p for p in drafts if str(p.plan_id) == ask.state.plan]
    chosen = [*wanted, *(p for p in drafts if p not in wanted)][:MOST_DRAFTS]
    for plan in sorted(chosen, key=lambda p: -p.plan_id):
        try:
            measures = _measured(ask, scope, unit, week, plan.plan_id)
        except WfmError:
            measures = None
        columns.append(Column(str(plan.plan_id), titles[plan.plan_id], plan, measures))
    return tuple(columns)


def _measured(
    ask: Ask, scope: Scope, unit: str, week: str, plan_id: int | None
) -> WeekMeasures | None:
    """The measures of one schedule, with how evenly it spreads unpopular shifts."""
    planner = ask.sources.planner
    found: WeekMeasures | None = planner.measures(scope, unit, week, plan_id)
    if found is None:
        return None
    return replace(found, uneven=planner.spread(scope, unit, week, plan_id))


def _all_marks(ask: Ask, scope: Scope, sites: tuple[SiteWeeks, ...]) -> tuple[CalendarMark, ...]:
    """Calendar events, clock changes and national holidays; one holiday of several sites once."""
    first, end = ask.period.first, ask.period.end
    found = list(read_marks(ask.sources.store, scope, first, end))
    days: dict[tuple[date, str], list[str]] = {}
    for site in sites:
        for day, name in ask.sources.planner.holidays(site.zone, first, end):
            days.setdefault((day, name), []).append(site.name)
    for (day, name), places in days.items():
        where = "" if len(places) == len(sites) and len(sites) > 1 else f", {', '.join(places)}"
        found.append(CalendarMark(day, day, "holiday", name + where))
    return tuple(sorted(found, key=lambda mark: (mark.first_on, mark.words)))
