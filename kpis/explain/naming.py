"""Segments of an explanation in the words people use for them."""

from __future__ import annotations

from collections.abc import Callable

from kpis.explain.rate_mix import OTHERS
from kpis.explain.segments import NEW, SETTLED, UNKNOWN
from wfm.domain.errors import BadInput
from wfm.domain.language import say, to_say
from wfm.domain.organisation import Organisation

Namer = Callable[[str, str], str]
WORDS = {
    "site": to_say("site"),
    "team": to_say("team"),
    "agent": to_say("agent"),
    "queue": to_say("queue"),
    "group": to_say("skill group"),
    "contact_type": to_say("contact type"),
    "channel": to_say("channel"),
    "weekday": to_say("weekday"),
    "hour": to_say("hour"),
    "tenure": to_say("tenure"),
    "component": to_say("component"),
    "factor": to_say("factor"),
    "reason": to_say("reason"),
    "moment": to_say("moment of the shift"),
}
PLURALS = {
    "site": to_say("sites"),
    "team": to_say("teams"),
    "agent": to_say("agents"),
    "queue": to_say("queues"),
    "group": to_say("skill groups"),
    "contact_type": to_say("contact types"),
    "channel": to_say("channels"),
    "weekday": to_say("weekdays"),
    "hour": to_say("hours"),
    "tenure": to_say("tenure"),
    "component": to_say("components"),
    "factor": to_say("factors"),
    "reason": to_say("reasons"),
    "moment": to_say("moment of the shifts"),
}
WEEKDAYS = (
    to_say("Monday"),
    to_say("Tuesday"),
    to_say("Wednesday"),
    to_say("Thursday"),
    to_say("Friday"),
    to_say("Saturday"),
    to_say("Sunday"),
)
TENURES = {
    NEW: to_say("agents in their first 90 days"),
    SETTLED: to_say("agents with 90 days and more"),
}


def namer_of(organisation: Organisation, at: int) -> Namer:
    """A function from dimension and key to a name, as the organisation stands at an instant.

    ("team", "t-12") is "Team T-12", ("weekday", "1") Monday, ("hour", "09") 09:00, ("tenure",
    "new") "agents in their first 90 days".
    """

    def name(dimension: str, key: str) -> str:
        if key == OTHERS:
            return OTHERS
        if key == UNKNOWN:
            return say("no {dimension} recorded", dimension=WORDS.get(dimension, dimension))
        if dimension in ("site", "team"):
            return _unit(organisation, key)
        if dimension == "agent":
            person = organisation.person_at(key, at)
            return key if person is None else person.display_name
        if dimension == "queue":
            queue = organisation.queue_at(key, at)
            return key if queue is None else queue.name
        if dimension == "group":
            return group_name(organisation, key)
        return plain_name(dimension, key)

    return name


def group_name(organisation: Organisation, key: str) -> str:
    """A skill group, which has an id alone, in words: dublin-voice of Dublin is "Dublin voice"."""
    for site in organisation.sites:
        if key.startswith((f"{site.org_id}-", f"{site.org_id}_")):
            return f"{site.name} {_words(key[len(site.org_id) + 1 :])}"
    return _words(key)


def _words(code: str) -> str:
    return say(code.replace("_", " ").replace("-", " "))


def plain_name(dimension: str, key: str) -> str:
    """A name that needs no organisation: weekdays, hours, tenure, and codes with spaces."""
    if dimension == "weekday":
        return WEEKDAYS[int(key) - 1]
    if dimension == "hour":
        return f"{key}:00"
    if dimension == "tenure":
        return TENURES.get(key, key)
    return say(key.replace("_", " "))


def plural(dimension: str) -> str:
    """A dimension's word for more than one: queues, people of every tenure."""
    return say(PLURALS.get(dimension, f"{dimension}s")[:])


def _unit(organisation: Organisation, key: str) -> str:
    try:
        return organisation.unit(key).name
    except BadInput:
        return key
