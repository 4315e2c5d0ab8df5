"""Whether the training that took people off the queue was worth it, once weeks have passed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from dashboards.forms import FormAsk
from dashboards.pages.remedies_data import alert_end, day_words
from dashboards.pages.training_effect import GIVEN_UP, acted_on
from dashboards.pages.training_verdict import Rows, training_verdict
from kpis.training import BEFORE_WEEKS, Training
from wfm.domain.activities import Segment
from wfm.domain.grid import day_start, local_day
from wfm.domain.language import say
from wfm.domain.remedies import Remedy
from wfm.domain.schedules import Shift
from wfm.domain.scope import Scope
from wfm.queries.activities import activities_known
from wfm.queries.organisation import read_organisation
from wfm.queries.remedies import read_remedies
from wfm.queries.schedules import read_shifts

JUDGED = "average_handle_time"
MOVED_DAYS = 14  # within which a training that was moved is still the same one
Given = dict[str, tuple[date, int]]  # by person: the day of it, and seconds


def scheduled_training(ask: FormAsk, alert: Remedy) -> tuple[Rows, Rows]:
    """Facts and sentences about the training planned in the hours of an alert, as it was then.

    Where it was moved since, the day counts on which each person has it now. Nothing where fewer
    than two people had any.
    """
    store, site = ask.sources.store, Scope(alert.scope.site)
    zone = read_organisation(store, site).zone(str(site.site))
    codes = {a.code for a in activities_known(store) if a.category == "training"}
    day = local_day(alert.at, zone)
    until = alert_end(alert, zone) or day_start(day + timedelta(days=1), zone)
    then = read_shifts(
        store, site, day - timedelta(days=1), day + timedelta(days=1), known_at=alert.at
    )
    planned = {s.agent_id for s in then if _during(s, codes, alert.at, until)}
    now = read_shifts(store, site, day, day + timedelta(days=MOVED_DAYS + 1))
    given = given_to(planned, now, codes)
    if len(planned) < 2:
        return [], []
    if len(given) < 2:
        return [], [("none", say("The training of these hours was taken out of the schedule."))]
    training = _training(ask, site, given, zone)
    waits = say(
        "{n} people are trained; a whole week after, on {day}, a verdict can be told.",
        n=len(training.agents), day=day_words(training.last + timedelta(weeks=1, days=1)),
    )  # fmt: skip
    return training_verdict(ask, site, JUDGED, training, waits)


def given_to(people: Iterable[str], shifts: Sequence[Shift], codes: Iterable[str]) -> Given:
    """The first day with training of each of those people, and how many seconds it takes there.

    An hour moved from the 1st to the 3rd: the 3rd, 3,600.
    """
    wanted, known = set(people), set(codes)
    given: Given = {}
    for shift in sorted(shifts, key=lambda one: one.shift_on):
        seconds = sum(s.seconds for s in _trainings(shift, known))
        if seconds and shift.agent_id in wanted and shift.agent_id not in given:
            given[shift.agent_id] = (shift.shift_on, seconds)
    return given


def _training(ask: FormAsk, site: Scope, given: Given, zone: str) -> Training:
    agents, days = frozenset(given), [day for day, _ in given.values()]
    since = day_start(min(days) - timedelta(weeks=BEFORE_WEEKS), zone)
    acted = acted_on(
        [r for r in read_remedies(ask.sources.store, site, since) if r.status not in GIVEN_UP]
    )
    hours = sum(seconds for _, seconds in given.values()) / 3600
    return Training(agents, min(days), max(days), hours, acted & agents, acted - agents)


def _during(shift: Shift, codes: set[str], start: int, end: int) -> bool:
    return any(s.start_at < end and s.end_at > start for s in _trainings(shift, codes))


def _trainings(shift: Shift, codes: set[str]) -> list[Segment]:
    return [s for s in shift.segments if s.activity in codes]
