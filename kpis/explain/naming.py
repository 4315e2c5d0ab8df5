"""Segments of an explanation in the words people use for them."""

from __future__ import annotations

from collections.abc import Callable

from kpis.explain.rate_mix import OTHERS
from kpis.explain.segments import NEW, NEW_DAYS, SETTLED, UNKNOWN
from wfm.domain.errors import BadInput
from wfm.domain.organisation import Organisation

Namer = Callable[[str, str], str]
WORDS = {
    "site": "site", "team": "team", "agent": "agent", "queue": "queue", "group": "skill group",
    "contact_type": "contact type", "channel": "channel", "weekday": "weekday", "hour": "hour",
    "tenure": "tenure", "component": "component", "factor": "factor", "reason": "reason",
    "moment": "moment of the shift",
}  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TENURES = {
    NEW: f"agents in their first {NEW_DAYS} days",
    SETTLED: f"agents with {NEW_DAYS} days and more",
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
            return f"no {WORDS.get(dimension, dimension)} recorded"
        if dimension in ("site", "team"):
            return _unit(organisation, key)
        if dimension == "agent":
            person = organisation.person_at(key, at)
            return key if person is None else person.display_name
        if dimension == "queue":
            queue = organisation.queue_at(key, at)
            return key if queue is None else queue.name
        return plain_name(dimension, key)

    return name


def plain_name(dimension: str, key: str) -> str:
    """A name that needs no organisation: weekdays, hours, tenure, and codes with spaces."""
    if dimension == "weekday":
        return WEEKDAYS[int(key) - 1]
    if dimension == "hour":
        return f"{key}:00"
    if dimension == "tenure":
        return TENURES.get(key, key)
    return key.replace("_", " ")


def plural(word: str) -> str:
    """A dimension's word for more than one: queues, people of every tenure."""
    return word if word == "tenure" else f"{word}s"


def _unit(organisation: Organisation, key: str) -> str:
    try:
        return organisation.unit(key).name
    except BadInput:
        return key
