"""A training's verdict as facts and sentences: those who took part beside comparable people."""

from __future__ import annotations

from dashboards.forms import FormAsk
from dashboards.parts.numbers import kpi_number, kpi_with_unit, plain
from kpis.catalogue.load import CATALOGUE
from kpis.training import Compared, Look, Training, Verdict, verdict_on
from wfm.domain.grid import day_start, local_day
from wfm.domain.language import joined, say
from wfm.domain.organisation import Organisation
from wfm.domain.scope import Scope
from wfm.queries.facts import open_facts
from wfm.queries.organisation import read_organisation

# Seconds that are saved at the cost of one of these are no gain, so they stand beside.
BESIDE = (
    "average_talk_time", "average_hold_time", "average_after_contact_work", "quality_score", "fcr",
    "adherence",
)  # fmt: skip
QUALITY = "quality_score"
Rows = list[tuple[str, str]]


def training_verdict(
    ask: FormAsk, site: Scope, kpi_id: str, training: Training, waits: str
) -> tuple[Rows, Rows]:
    """Facts and sentences about what a training changed in a figure of those who took part.

    `waits` is the sentence while no whole week has passed. The comparison is the whole site, as
    sums and means only.
    """
    people = read_organisation(ask.sources.store, site)
    zone = people.zone(str(site.site))
    today = local_day(ask.now, zone)
    if not training.looks(today):
        return [], [("none", waits)]
    tenures = _tenures(people, training, day_start(training.first, zone))
    found = verdict_on(
        open_facts(ask.sources.store), site, kpi_id, training, today, tenures, BESIDE
    )
    return _rows(training, found), [("none", words) for words in verdict_words(kpi_id, found)]


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
    rows: Rows = [(say("Took part"), told)]
    last = found.last
    if last is not None and last.found is not None:
        own = last.found
        pairs = [
            " → ".join(kpi_with_unit(last.kpi_id, side[place]) for side in (own.before, own.since))
            for place in (0, 1)
        ]
        rows.append((say("Those who took part, on average"), pairs[0]))
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

    "Handle time of those who took part fell by 36 s beside comparable colleagues (31 to 41 s)."
    Without an effect it says so and names no payback.
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
            "Too few to prove anything: {trained} took part and {others} are compared, so chance "
            "alone does as much once in {once} times.",
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
            "{figure} of those who took part fell by {size} beside comparable colleagues "
            "({low} to {high}).",
            **told,
        )
    return say(
        "{figure} of those who took part rose by {size} beside comparable colleagues ({low} to "
        "{high}).",
        **told,
    )
