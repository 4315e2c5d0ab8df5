"""What an alert has brought: its answer, the site's staffing since, what the training was worth."""

from __future__ import annotations

from datetime import datetime

from dashboards.forms import FormAsk
from dashboards.pages.remedies_data import alert_end
from dashboards.pages.scheduled_training import scheduled_training
from dashboards.parts.numbers import DASH, kpi_with_unit, plain
from kpis.before_after import Changed, site_change
from wfm.domain.grid import QUARTER_S, local_day, zone_of
from wfm.domain.language import say, to_say
from wfm.domain.remedies import Remedy
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.queries.facts import open_facts
from wfm.queries.organisation import read_organisation

BEFORE_Q, SINCE_Q = 2, 8  # the half-hour before the alert, two hours at most after it
MOST_MINUTES, MOST_HOURS = 180, 72  # up to which a span is told in minutes, in hours
KPIS = (
    ("net_staffing", to_say("On hand less required")),
    ("service_level", to_say("Service level")),
)
Rows = list[tuple[str, str]]


def alert_effect(ask: FormAsk, one: Remedy) -> tuple[Rows, Rows]:
    """Facts and sentences: the staffing before and since, and the training of these hours, judged.

    Ten under in the half-hour before, two under since; the other sites stand beside it.
    """
    own, trained = _staffing(ask, one), scheduled_training(ask, one)
    return own[0] + trained[0], own[1] + trained[1]


def _staffing(ask: FormAsk, one: Remedy) -> tuple[Rows, Rows]:
    answered = next((step for step in one.steps if step.status == "acknowledged"), None)
    rows: Rows = []
    if answered is None:
        rows.append((say("Not answered for"), _minutes(ask.now - one.at)))
    else:
        rows.append((say("Answered after"), _minutes(answered.at - one.at)))
    zone = read_organisation(ask.sources.store, one.scope).zone(str(one.scope.site))
    day = local_day(one.at, zone)
    raised = one.at // QUARTER_S
    end = min(raised + 1 + SINCE_Q, ask.now // QUARTER_S)
    until = alert_end(one, zone)
    end = end if until is None else min(end, until // QUARTER_S)
    if end <= raised + 1:
        return rows, [("none", say("The next quarter-hour is not over yet; look again after it."))]
    site = Scope(one.scope.site)
    # The quarter of the alert itself belongs to neither side.
    spans = (raised - BEFORE_Q, raised), (raised + 1, end)
    facts, lines = open_facts(ask.sources.store), []
    rows.append((say("Compared"), " with ".join(_span(zone, *span) for span in spans)))
    # Only who may read every site is told of the others.
    beside = ENTERPRISE if ask.who.scope == ENTERPRISE else None
    for kpi_id, words in KPIS:
        own = site_change(facts, site, kpi_id, day, *spans, beside=beside)
        rows.append((words, _pair(kpi_id, own.before, own.since)))
        if own.others_before is not None and own.others_since is not None:
            rows.append((say("{words}, other sites", words=words),
                         _pair(kpi_id, own.others_before, own.others_since)))  # fmt: skip
        if kpi_id == "net_staffing":
            lines.append(("none", _verdict(own)))
    return rows, lines


def _verdict(own: Changed) -> str:
    if own.before is None or own.since is None:
        return say("Staffing is not known on both sides; nothing can be said.")
    change = own.since - own.before
    n = plain(abs(change), 1)
    told = (
        say("{n} agents fewer than before", n=n)
        if change < 0
        else say("{n} agents more than before", n=n)
    )
    if own.others_before is None or own.others_since is None:
        return say("{told}. One site is no proof.", told=told)
    net = change - (own.others_since - own.others_before)
    n = plain(abs(net), 1)
    told += (
        say(", {n} fewer beside the other sites", n=n)
        if net < 0
        else say(", {n} more beside the other sites", n=n)
    )
    return say("{told}. One site is no proof.", told=told)


def _minutes(seconds: int) -> str:
    minutes = max(0, seconds) // 60
    if minutes < MOST_MINUTES:
        return say("{value} min", value=minutes)
    if minutes < MOST_HOURS * 60:
        return say("{value} h", value=minutes // 60)
    return say("{n} days", n=minutes // 1440)


def _span(zone: str, q_from: int, q_to: int) -> str:
    start, end = (datetime.fromtimestamp(q * QUARTER_S, zone_of(zone)) for q in (q_from, q_to))
    return say("{at:%H:%M} to {at_2:%H:%M}", at=start, at_2=end)


def _pair(kpi_id: str, *sides: float | None) -> str:
    return " → ".join(DASH if v is None else kpi_with_unit(kpi_id, v) for v in sides)
