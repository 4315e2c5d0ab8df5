"""Whether coachings in one figure worked together: the verdict beside comparable people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from dashboards.forms import FormAsk
from dashboards.pages.remedies_data import day_words
from dashboards.pages.training_verdict import Rows, training_verdict
from kpis.training import BEFORE_WEEKS, Training
from wfm.domain.grid import day_start, local_day
from wfm.domain.language import say
from wfm.domain.remedies import Remedy
from wfm.domain.scope import Scope
from wfm.queries.organisation import read_organisation
from wfm.queries.remedies import read_remedies

TOGETHER_DAYS = 14  # coachings in one figure so near to each other are one training
GIVEN_UP = ("denied", "cancelled", "withdrawn", "reverted")


def training_effect(ask: FormAsk, one: Remedy) -> tuple[Rows, Rows]:
    """Facts and sentences about all coachings of one figure near this one; nothing for one alone.

    Those of the reader's own scope count; the comparison is the whole site, as sums and means only.
    """
    site = Scope(one.scope.site)
    zone = read_organisation(ask.sources.store, one.scope).zone(str(one.scope.site))
    day = local_day(one.at, zone)
    since = day_start(day - timedelta(weeks=BEFORE_WEEKS, days=TOGETHER_DAYS), zone)
    acted = [r for r in read_remedies(ask.sources.store, site, since) if r.status not in GIVEN_UP]
    days = {r.remedy_id: local_day(r.at, zone) for r in acted}
    mine = [
        r for r in acted
        if r.kind == one.kind and r.kpi_id == one.kpi_id and ask.who.scope.holds(r.scope)
        and abs((days[r.remedy_id] - day).days) <= TOGETHER_DAYS
    ]  # fmt: skip
    training = _training(mine, acted, days)
    if len(training.agents) < 2:
        return [], []
    waits = say(
        "{n} people were coached in it; a whole week after, on {day}, a verdict can be told.",
        n=len(training.agents), day=day_words(training.last + timedelta(weeks=1, days=1)),
    )  # fmt: skip
    return training_verdict(ask, site, one.kpi_id, training, waits)


def acted_on(remedies: Sequence[Remedy]) -> frozenset[str]:
    """People on whom something was done: those of a remedy for one, those named in one for many."""
    return frozenset(agent for one in remedies for agent in _people_of(one))


def _training(
    mine: Sequence[Remedy], acted: Sequence[Remedy], days: Mapping[int, date]
) -> Training:  # fmt: skip
    agents = frozenset(str(r.scope.agent) for r in mine if r.scope.agent)
    own = {r.remedy_id for r in mine}
    others = acted_on([r for r in acted if r.remedy_id not in own])
    hours = [_hours(r) for r in mine]
    known = [h for h in hours if h is not None]
    first = min((days[r.remedy_id] for r in mine), default=date.min)
    last = max((days[r.remedy_id] for r in mine), default=date.min)
    return Training(
        agents, first, last, sum(known) if len(known) == len(hours) else None,
        others & agents, others - agents,
    )  # fmt: skip


def _people_of(one: Remedy) -> list[str]:
    if one.scope.agent is not None:
        return [one.scope.agent]
    return [a for a in one.about.get("agents", "").split(";") if a]


def _hours(one: Remedy) -> float | None:
    try:
        return float(one.about.get("hours", "").replace(",", "."))
    except ValueError:
        return None
