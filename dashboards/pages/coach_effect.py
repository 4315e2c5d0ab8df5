"""What a coaching changed so far: the person's figure since, beside that of the colleagues."""

from __future__ import annotations

from dashboards.forms import FormAsk
from dashboards.pages.training_effect import training_effect
from dashboards.parts.numbers import DASH, kpi_with_unit
from kpis.before_after import Changed, person_change, windows_of
from kpis.catalogue.load import CATALOGUE
from wfm.domain.grid import local_day
from wfm.domain.language import say
from wfm.domain.remedies import Remedy
from wfm.domain.scope import Scope
from wfm.queries.facts import open_facts
from wfm.queries.organisation import read_organisation

Rows = list[tuple[str, str]]


def coach_effect(ask: FormAsk, one: Remedy) -> tuple[Rows, Rows]:
    """Facts and a sentence about the figure that was coached, the same weekdays before and since.

    Nothing for a topic without a figure. The day of the coaching itself is left out. Where others
    were coached in it near that day, the verdict on all of them follows.
    """
    if one.kpi_id not in CATALOGUE or one.scope.agent is None:
        return [], []
    own, all_of_them = _alone(ask, one), training_effect(ask, one)
    return own[0] + all_of_them[0], own[1] + all_of_them[1]


def _alone(ask: FormAsk, one: Remedy) -> tuple[Rows, Rows]:
    zone = read_organisation(ask.sources.store, one.scope).zone(str(one.scope.site))
    first = local_day(one.at + 86_400, zone)
    windows = windows_of(first, local_day(ask.now, zone))
    if windows is None:
        return [], [("none", say("No whole day has passed since; look again later."))]
    site, facts = Scope(one.scope.site), open_facts(ask.sources.store)
    team = Scope(one.scope.site, one.scope.team)
    found = person_change(facts, team, one.kpi_id, windows, str(one.scope.agent), wider=site)
    name = CATALOGUE[one.kpi_id].short_name
    if found is None:
        return [], [
            ("none", say("{name} has too few contacts on one side to be compared.", name=name))
        ]
    own = found.changed
    rows = [
        (
            say("Compared"),
            say("{days} days since, the same weekdays before", days=windows.since.days),
        ),
        (name, _pair(one.kpi_id, own.before, own.since)),
        (say("Colleagues"), _pair(one.kpi_id, own.others_before, own.others_since)),
    ]
    if found.drift is not None:
        moved = kpi_with_unit(one.kpi_id, found.drift, gap=True)
        rows.append((say("Who stood as far off changed by themselves"), moved))
    return rows, [("none", _verdict(one.kpi_id, own, found.alike, found.of))]


def _verdict(kpi_id: str, own: Changed, alike: int, of: int) -> str:
    if own.net is None or not of:
        return say("No colleagues to hold it against, so nothing is proven.")
    size = kpi_with_unit(kpi_id, abs(own.net), gap=True).lstrip("+")
    told = {"figure": CATALOGUE[kpi_id].short_name, "size": size, "alike": alike, "of": of}
    text = (
        say(
            "{figure} fell by {size} beside the colleagues'; {alike} of {of} changed as much "
            "without it.",
            **told,
        )
        if own.net < 0
        else say(
            "{figure} rose by {size} beside the colleagues'; {alike} of {of} changed as much "
            "without it.",
            **told,
        )
    )
    return (
        say("{told} One person is no proof.", told=text)
        if alike == 0
        else say("{told} No proven effect.", told=text)
    )


def _pair(kpi_id: str, *sides: float | None) -> str:
    return " → ".join(DASH if value is None else kpi_with_unit(kpi_id, value) for value in sides)
