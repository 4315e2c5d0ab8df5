"""What the forecast page looks at: one site's days, versions, records and how well they did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from dashboards.frame import Ask
from dashboards.pages.happenings import marks_of
from wfm.domain.forecast_days import DayParts
from wfm.domain.forecast_records import DAY, EVENT, MUTE, OVERRIDE, ForecastRecord
from wfm.domain.forecast_scores import Scores
from wfm.domain.grid import zone_of
from wfm.domain.language import say
from wfm.domain.organisation import OrgUnit
from wfm.domain.scope import Scope
from wfm.queries.access import within
from wfm.queries.forecasts import (
    CalendarEntry,
    QueueDay,
    Version,
    by_day,
    read_calendar,
    read_queue_days,
    read_records,
    read_versions,
)
from wfm.queries.permissions import permission_table
from wfm.queries.planning import CalendarMark, read_marks, read_offered

AROUND = timedelta(days=400)  # records shown reach so far around the period


@dataclass(frozen=True)
class Forecasts:
    """Everything the page shows of one question."""

    ask: Ask
    sites: tuple[OrgUnit, ...]
    site: OrgUnit
    zone: str
    versions: tuple[Version, ...]
    queue_days: tuple[QueueDay, ...]
    actual: Mapping[date, float]
    last_year: Mapping[date, float]
    records: tuple[ForecastRecord, ...]
    calendar: tuple[CalendarEntry, ...]
    marks: tuple[CalendarMark, ...]
    scores: Scores
    authors: Mapping[str, str]

    @cached_property
    def days(self) -> Mapping[date, DayParts]:
        """Each day's parts over all queues."""
        return by_day(self.queue_days)

    @cached_property
    def newest(self) -> Version | None:
        """The forecast that counts now."""
        return self.versions[0] if self.versions else None

    @cached_property
    def bands(self) -> Mapping[date, tuple[float, float]]:
        """P10 and P90 of each day's total, of the version that tells the day."""
        by_number = {one.fc_version: one for one in self.versions}
        told: dict[date, int] = {}
        for one in self.queue_days:
            told[one.day] = max(told.get(one.day, 0), one.fc_version)
        found = {}
        for day, number in told.items():
            version = by_number.get(number)
            for row in version.summary.get("days", ()) if version else ():
                if row["on"] == day.isoformat() and row.get("p10") is not None:
                    found[day] = (float(row["p10"]), float(row["p90"]))
        return found

    @cached_property
    def on(self) -> date | None:
        """The day taken apart: the one asked for, else the coming one with the largest bend."""
        wanted = self.ask.state.on
        if wanted is not None and wanted in self.days:
            return wanted
        ahead = [day for day in self.days if day >= self.ask.today] or list(self.days)
        return max(ahead, key=lambda day: (bend(self.days[day]), -day.toordinal()), default=None)

    @property
    def may_write(self) -> bool:
        """Whether this person may correct this site's forecast; the action decides again."""
        grant = permission_table().grant("forecast.run", self.ask.who.role)
        return within(self.ask.who, grant.reach, Scope(self.site.org_id))

    def of_kind(self, kind: str) -> tuple[ForecastRecord, ...]:
        """Records of a kind, newest first, those taken back last."""
        mine = [one for one in self.records if one.kind == kind]
        return tuple(sorted(mine, key=lambda r: (r.undone_at is not None, -r.record_id)))

    def author(self, key: str) -> str:
        """A user's name; other authors as they are."""
        return self.authors.get(key, key)

    def local(self, at: int) -> str:
        """A moment at the site: "24 Nov 16:20"."""
        when = datetime.fromtimestamp(at, zone_of(self.zone))
        return say("{at.day} {at:%b %H:%M}", at=when)

    def queue_name(self, queue_id: str) -> str:
        """What a queue is called; "all queues" for none."""
        if not queue_id:
            return say("all queues")
        found = next((q for q in self.ask.organisation.queues if q.queue_id == queue_id), None)
        return found.name if found is not None else queue_id


def bend(parts: DayParts) -> int:
    """How far holiday, event and overrides bend a day, then its season."""
    return abs(parts.holiday) + abs(parts.event) + abs(parts.override) + abs(parts.season) // 10


def read_page(ask: Ask) -> Forecasts | None:
    """The page's data; None when the scope has no site."""
    sites = tuple(s for s in ask.organisation.sites if ask.scope.site in (None, s.org_id))
    if not sites:
        return None
    store = ask.sources.store
    site = sites[0]
    scope, first, end = Scope(site.org_id), ask.period.first, ask.period.end
    versions = read_versions(store, scope, site.org_id, first, end)
    actual, last_year = read_offered(ask.facts, scope, first, end)
    records = tuple(
        one
        for one in read_records(store, scope, site.org_id, (OVERRIDE, DAY, EVENT, MUTE))
        if one.first_on is None or abs(one.first_on - first) < AROUND
    )
    forecaster = ask.sources.forecaster
    more = () if forecaster is None else forecaster.told_days(scope, site.org_id, first, end)
    keys = {v.author for v in versions} | {r.author for r in records}
    keys |= {r.undone_by for r in records}
    planner = ask.sources.planner
    return Forecasts(
        ask,
        tuple(s for s in ask.organisation.sites if ask.root.site in (None, s.org_id)),
        site,
        ask.organisation.zone(site.org_id),
        versions,
        read_queue_days(store, scope, site.org_id, first, end, more),
        actual,
        last_year,
        records,
        read_calendar(store, scope, site.org_id, first, end),
        _marks(ask, scope, site),
        Scores() if forecaster is None else forecaster.scores(scope, site.org_id, ask.today),
        planner.authors(tuple(sorted(keys))) if planner is not None else {},
    )


def _marks(ask: Ask, scope: Scope, site: OrgUnit) -> tuple[CalendarMark, ...]:
    """Events, clock changes, national holidays, and what planners entered, in order of time."""
    first, end = ask.period.first, ask.period.end
    found = [*read_marks(ask.sources.store, scope, first, end), *marks_of(ask, site, first, end)]
    return tuple(sorted(found, key=lambda mark: (mark.first_on, mark.words)))
