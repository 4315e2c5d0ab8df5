"""Which feed a base measure needs, and the plain words for why a KPI has no value."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Set
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from types import MappingProxyType

from wfm.domain.language import listed, say, to_say
from wfm.facts.measures import MEASURES

# A measure whose presence proves that a feed arrived in a scope and period.
PROBES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "contacts": ("offered_n", "handled_n"),
        "agent states": ("login_s",),
        "schedule": ("sched_s",),
        "forecast": ("fc_contacts_n",),
        "requirement": ("req_s",),
        "hold times": ("hold_s",),
        "after-contact work": ("acw_s",),
        "contact offers": ("routed_n",),
    }
)
# The feeds that `needs.csv` names, for the catalogues.
NAMED = (
    to_say("after-contact work"),
    to_say("agent states"),
    to_say("contact offers"),
    to_say("contacts"),
    to_say("cost"),
    to_say("customer keys"),
    to_say("deferred contacts"),
    to_say("forecast"),
    to_say("hold times"),
    to_say("outbound dialler"),
    to_say("overtime"),
    to_say("requirement"),
    to_say("schedule"),
    to_say("voluntary time off"),
)
# Feeds of the registry in the words people use; what `needs.csv` does not name more closely.
FEED_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "acd": to_say("contacts"),
        "wfm": to_say("schedule"),
        "hr": to_say("people records"),
        "survey": to_say("customer surveys"),
        "qm": to_say("quality evaluations"),
        "crm": to_say("customer and case records"),
        "ivr": to_say("self-service sessions"),
        "finance": to_say("costs"),
        "system": to_say("requests and alerts"),
    }
)
# What a denominator counts, for "no ... in this period" and "below 30 ...".
_NOUNS: tuple[tuple[str, str], ...] = (
    ("handled_*", to_say("contacts")),
    ("handle_*", to_say("contacts")),
    ("wait_*", to_say("contacts")),
    ("answered_n", to_say("answered contacts")),
    ("offered_n", to_say("contacts")),
    ("aband_*", to_say("abandoned contacts")),
    ("fc_contacts_n", to_say("forecast contacts")),
    ("fc_*cells_n", to_say("forecast intervals")),
    ("cells*_n", to_say("open intervals")),
    ("held_n", to_say("held contacts")),
    ("transfer_n", to_say("transfers")),
    ("routed_n", to_say("offers")),
    ("shifts_n", to_say("shifts")),
    ("late_n", to_say("late shifts")),
    ("breaks_n", to_say("breaks")),
    ("survey_n", to_say("surveys")),
    ("nps_n", to_say("surveys")),
    ("eval_*", to_say("evaluations")),
    ("case_*", to_say("cases")),
    ("rq_n", to_say("requests")),
    ("to_n", to_say("time-off requests")),
    ("*_pd", to_say("agent-days")),
    ("adh_sched_s", to_say("scheduled time")),
    ("open_sched_s", to_say("scheduled on-queue time")),
    ("open_act_s", to_say("on-queue time")),
    ("busy_s", to_say("on-queue time")),
    ("login_s", to_say("signed-in time")),
    ("paid_s", to_say("paid time")),
    ("contracted_s", to_say("contracted time")),
    ("worked_s", to_say("worked time")),
    ("req*_s", to_say("required time")),
    ("act_work_s", to_say("workload")),
    ("talk_s", to_say("handle time")),
    ("feed_*", to_say("expected intervals")),
    ("inv_n", to_say("checks")),
)


def _read_needs() -> tuple[tuple[str, tuple[str, ...]], ...]:
    text = (resources.files("kpis") / "needs.csv").read_text(encoding="utf-8")
    return tuple(
        (row["measure"], tuple(row["feeds"].split(";")))
        for row in csv.DictReader(text.splitlines())
    )


_NEEDS = _read_needs()


@cache
def feeds_of(measure: str) -> tuple[str, ...]:
    """The feeds a measure needs: `adh_in_s` needs agent states and a schedule."""
    for pattern, feeds in _NEEDS:
        if fnmatchcase(measure, pattern):
            return feeds
    return (FEED_WORDS.get(MEASURES[measure].feed, MEASURES[measure].feed),)


def needed_feeds(measures: Iterable[str]) -> tuple[str, ...]:
    """The feeds that some measures come from, each once."""
    return tuple(dict.fromkeys(feed for measure in measures for feed in feeds_of(measure)))


def missing_feeds(measures: Iterable[str], present: Set[str]) -> tuple[str, ...]:
    """Feeds that unknown measures lack, without those that did arrive.

    Adherence with states but no schedule lacks "schedule" alone.
    """
    needed = needed_feeds(measures)
    first = list(PROBES)
    return tuple(
        sorted(
            (feed for feed in needed if feed not in present),
            key=lambda feed: first.index(feed) if feed in first else len(first),
        )
    )


def needs_sentence(feeds: Iterable[str]) -> str:
    """ "needs feed: agent states and schedule"; empty when nothing is missing."""
    names = [say(feed[:]) for feed in feeds]
    if not names:
        return ""
    return say("needs feed: {body}", body=listed(names))


def noun_of(measures: Iterable[str]) -> str:
    """What a denominator counts, in plain words; "data" when there is no better word."""
    return next((noun for measure in measures if (noun := _noun(measure))), to_say("data"))


@cache
def _noun(measure: str) -> str:
    return next((noun for pattern, noun in _NOUNS if fnmatchcase(measure, pattern)), "")


def below_base_sentence(minimum: float, measures: Iterable[str]) -> str:
    """ "below 30 contacts: no colour"; seconds are said in hours from one hour on."""
    names = tuple(measures)
    noun = noun_of(names)
    if names and names[0].endswith("_s"):
        amount = (
            say("{minimum:g} h of", minimum=minimum / 3600)
            if minimum >= 3600
            else say("{minimum:g} s of", minimum=minimum)
        )
        return say("below {amount} {noun}: no colour", amount=amount, noun=noun)
    return say("below {minimum:g} {noun}: no colour", minimum=minimum, noun=noun)
