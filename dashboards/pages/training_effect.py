"""Whether coachings in one figure worked together: the verdict beside comparable people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from dashboards.forms import FormAsk
from dashboards.parts.numbers import kpi_number, kpi_with_unit, plain
from kpis.catalogue.load import CATALOGUE
from kpis.training import BEFORE_WEEKS, Compared, Look, Training, Verdict, verdict_on
from wfm.domain.grid import day_start, local_day
from wfm.domain.language import joined, say
from wfm.domain.organisation import Organisation
from wfm.domain.remedies import Remedy
from wfm.domain.scope import Scope
from wfm.queries.facts import open_facts
from wfm.queries.organisation import read_organisation
from wfm.queries.remedies import read_remedies

TOGETHER_DAYS = 14  # coachings in one figure so near to each other are one training
# Seconds that are saved at the cost of one of these are no gain, so they stand beside.
BESIDE = (
    "average_talk_time", "average_hold_time", "average_after_contact_work", "quality_score", "fcr",
    "adherence",
)  # fmt: skip
QUALITY = "quality_score"
GIVEN_UP = ("denied", "cancelled", "withdrawn", "reverted")
Rows = list[tuple[str, str]]


def training_effect(ask: FormAsk, one: Remedy) -> tuple[Rows, Rows]:
    """Facts and sentences about all coachings of one figure near this one; nothing for one alone.

    Those of the reader's own scope count; the comparison is the whole site, as sums and means only.
    """
    site = Scope(one.scope.site)
    organisation = read_organisation(ask.sources.store, one.scope)
    zone = organisation.zone(str(one.scope.site))
    day, today = local_day(one.at, zone), local_day(ask.now, zone)
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
    if not training.looks(today):
        first = training.last + timedelta(weeks=1, days=1)
        told = say(
            "{n} people were coached in it; a whole week after, on {day}, a verdict can be told.",
            n=len(training.agents), day=first,
        )  # fmt: skip
        return [], [("none", told)]
    people = read_organisation(ask.sources.store, site)
    tenures = _tenures(people, training, day_start(training.first, zone))
    facts = open_facts(ask.sources.store)
    found = verdict_on(facts, site, one.kpi_id, training, today, tenures, BESIDE)
    return _rows(training, found), [("none", words) for words in verdict_words(one.kpi_id, found)]


def _training(
    mine: Sequence[Remedy], acted: Sequence[Remedy], days: Mapping[int, date]
) -> Training:  # fmt: skip
    agents = frozenset(str(r.scope.agent) for r in mine if r.scope.agent)
    own = {r.remedy_id for r in mine}
    others = {a for r in acted if r.remedy_id not in own for a in _people_of(r)}
    hours = [_hours(r) for r in mine]
    known = [h for h in hours if h is not None]
    first = min((days[r.remedy_id] for r in mine), default=date.min)
    last = max((days[r.remedy_id] for r in mine), default=date.min)
    return Training(
        agents, first, last, sum(known) if len(known) == len(hours) else None,
        frozenset(others & agents), frozenset(others - agents),
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


def _tenures(people: Organisation, training: Training, at: int) -> dict[str, int]:
    found = {}
    for person in people.agents(at, Scope()):
        if person.hire_on is not None:
            found[person.agent_id] = (training.first - person.hire_on).days
    return found


def _rows(training: Training, found: Verdict) -> Rows:
    told = say("{n} people", n=len(training.agents))
    if training.hours is not None:
        told = joined(", ", (told, say("{hours:.1f} h", hours=training.hours)))
    rows: Rows = [(say("Coached in it"), told)]
    last = found.last
    if last is not None and last.found is not None:
        own = last.found
        pairs = [
            " → ".join(kpi_with_unit(last.kpi_id, side[place]) for side in (own.before, own.since))
            for place in (0, 1)
        ]
        rows.append((say("The coached, on average"), pairs[0]))
        rows.append((say("{n} comparable colleagues", n=own.effect.control_n), pairs[1]))
        if own.drift is not None:
            moved = kpi_with_unit(last.kpi_id, own.drift, gap=True, signed=True)
            rows.append((say("Back to the middle by themselves, taken out"), moved))
    for look in found.looks:
        weeks = (
            say("Effect after 1 week")
            if look.weeks == 1
            else say("Effect after {n} weeks", n=look.weeks)
        )
        rows.append((weeks, _size(look)))
    # Seconds saved without a known quality are half a verdict, so that it lacks is said.
    lacks = QUALITY if last is not None and CATALOGUE[last.kpi_id].unit == "s" else ""
    rows += [
        (CATALOGUE[look.kpi_id].short_name, _size(look))
        for look in found.beside
        if look.found is not None or look.kpi_id == lacks
    ]
    return rows


def _size(look: Look) -> str:
    if look.found is None:
        return say("not known: {reason}", reason=look.reason)
    effect = look.found.effect
    size = kpi_with_unit(look.kpi_id, effect.size, gap=True, signed=True)
    bounds = [kpi_number(look.kpi_id, end, signed=True) for end in (effect.low, effect.high)]
    told = say("{size} ({low} to {high})", size=size, low=bounds[0], high=bounds[1])
    return told if effect.proven else say("{told}, not proven", told=told)


def verdict_words(kpi_id: str, found: Verdict) -> list[str]:
    """The verdict in sentences: the effect with its interval, payback, what it cost elsewhere.

    "Handle time of the coached fell by 36 s beside comparable colleagues (31 to 41 s)." Without it
    says so and names no payback.
    """
    last = found.last
    if last is None or last.found is None:
        return [say("No verdict: {reason}.", reason=last.reason if last else "")]
    own, kpi = last.found, CATALOGUE[kpi_id]
    told = [_effect_words(kpi_id, own)]
    if own.weak:
        told.append(say("The comparison is weak: {reasons}.", reasons=joined("; ", own.weak)))
    if found.paid is not None and found.paid.weeks is not None:
        told.append(
            say(
                "It took {cost:.1f} h and saves {saved:.1f} h a week: paid back after {weeks:.1f} "
                "weeks.",
                cost=found.paid.cost_h, saved=found.paid.saved_h_per_week, weeks=found.paid.weeks,
            )
        )  # fmt: skip
    elif kpi.unit == "s":
        told.append(say("Payback is not proven."))
    for look in found.beside:
        if look.found is not None and look.found.effect.proven and _worse(look):
            told.append(
                say(
                    "{figure} got worse meanwhile ({size}), so it is no gain as it stands.",
                    figure=CATALOGUE[look.kpi_id].short_name,
                    size=kpi_with_unit(look.kpi_id, look.found.effect.size, gap=True, signed=True),
                )
            )
    return told


def _worse(look: Look) -> bool:
    better = CATALOGUE[look.kpi_id].better
    assert look.found is not None
    return (better == "higher" and look.found.effect.size < 0) or (
        better == "lower" and look.found.effect.size > 0
    )


def _effect_words(kpi_id: str, own: Compared) -> str:
    effect = own.effect
    if effect.too_few:
        return say(
            "Too few to prove anything: {trained} coached and {others} compared, so chance alone "
            "does as much once in {once} times.",
            trained=effect.treated_n, others=effect.control_n, once=plain(1 / effect.least_p, 0),
        )  # fmt: skip
    if not effect.proven:
        return say("No proven effect: what is left beside comparable colleagues may be chance.")
    ends = sorted(abs(end) for end in (effect.low, effect.high))
    told = {
        "figure": CATALOGUE[kpi_id].short_name,
        "size": kpi_with_unit(kpi_id, abs(effect.size), gap=True),
        "low": kpi_number(kpi_id, ends[0]), "high": kpi_with_unit(kpi_id, ends[1], gap=True),
    }  # fmt: skip
    if effect.size < 0:
        return say(
            "{figure} of the coached fell by {size} beside comparable colleagues ({low} to "
            "{high}).",
            **told,
        )
    return say(
        "{figure} of the coached rose by {size} beside comparable colleagues ({low} to {high}).",
        **told,
    )
