"""What a changed shift has brought since: the person's adherence, and the moment it was about."""

from __future__ import annotations

from datetime import date

from dashboards.forms import FormAsk
from dashboards.pages.remedies_data import lapses_at
from dashboards.parts.numbers import DASH, kpi_with_unit
from kpis.before_after import PersonChange, person_change, windows_of
from kpis.remedy_effect import COVERS
from wfm.domain.grid import local_day
from wfm.domain.language import say
from wfm.domain.remedies import Remedy, parse_wish
from wfm.domain.scope import Scope
from wfm.queries.access import within
from wfm.queries.facts import open_facts
from wfm.queries.organisation import read_organisation
from wfm.queries.permissions import permission_table

ADHERENCE = "adherence"
LEAST_PEERS = 5  # below this a mean could be told to be one colleague's
Rows = list[tuple[str, str]]


def change_effect(ask: FormAsk, one: Remedy) -> tuple[Rows, Rows]:
    """Facts and a sentence about an approved change of shifts, the same weekdays before and since.

    Late after lunch on 20 of 22 shifts, and on 1 of 10 since; adherence beside the colleagues'.
    """
    store, wish = ask.sources.store, parse_wish(one.about)
    zone = read_organisation(store, one.scope).zone(str(one.scope.site))
    windows = windows_of(wish.first, min(local_day(ask.now, zone), wish.end))
    if windows is None:
        return [], [
            (
                "none",
                say("Its first day, {first}, is not over; look again after it.", first=wish.first),
            )
        ]
    rows: Rows = [
        (
            say("Compared"),
            say("{days} days since, the same weekdays before", days=windows.since.days),
        )
    ]
    moment = COVERS.get(wish.what)
    if moment is not None:
        hit = [_hits(ask, one.scope, moment, p.first, p.end)
               for p in (windows.before, windows.since)]  # fmt: skip
        rows.append((say("Late {moment}", moment=moment), " → ".join(hit)))
    team = Scope(one.scope.site, one.scope.team)
    found = person_change(
        open_facts(store), team, ADHERENCE, windows, str(one.scope.agent),
        wider=Scope(one.scope.site),
    )  # fmt: skip
    if found is None:
        return rows, [("none", say("Adherence is not known on both sides; look again later."))]
    own = found.changed
    rows.append((say("Adherence"), _pair(own.before, own.since)))
    if not _may_compare(ask, team, found):
        return rows, []
    rows.append((say("Colleagues"), _pair(own.others_before, own.others_since)))
    if found.drift is not None:
        moved = kpi_with_unit(ADHERENCE, found.drift, gap=True)
        rows.append((say("Who stood as far off changed by themselves"), moved))
    return rows, [("none", _verdict(found))]


def _hits(ask: FormAsk, agent: Scope, moment: str, first: date, end: date) -> str:
    lapses, shifts = lapses_at(ask.sources.store, agent, first, end, moment)
    days = len({lapse.shift_on for lapse in lapses})
    return say("{days} of {shifts} shifts", days=days, shifts=shifts)


def _may_compare(ask: FormAsk, team: Scope, found: PersonChange) -> bool:
    grant = permission_table().grant("team.read", ask.who.role)
    return found.of >= LEAST_PEERS and within(ask.who, grant.reach, team)


def _verdict(found: PersonChange) -> str:
    net = found.changed.net
    if net is None:
        return say("No colleagues to hold it against, so nothing is proven.")
    size = kpi_with_unit(ADHERENCE, abs(net), gap=True).lstrip("+")
    told = {"size": size, "alike": found.alike, "of": found.of}
    text = (
        say(
            "Beside the colleagues' adherence fell by {size}; {alike} of {of} of them changed as "
            "much without a new shift.",
            **told,
        )
        if net < 0
        else say(
            "Beside the colleagues' adherence rose by {size}; {alike} of {of} of them changed as "
            "much without a new shift.",
            **told,
        )
    )
    return (
        say("{told} One person is no proof.", told=text)
        if found.alike == 0
        else say("{told} No proven effect.", told=text)
    )


def _pair(*sides: float | None) -> str:
    return " → ".join(DASH if v is None else kpi_with_unit(ADHERENCE, v) for v in sides)
