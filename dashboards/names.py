"""Keys of a breakdown as people read them, and where a click on one leads."""

from __future__ import annotations

from datetime import date

from dashboards.frame import Ask
from kpis.value import KeyPart
from wfm.domain.errors import BadInput
from wfm.domain.scope import Scope

DIMENSION_WORD = {
    "site": "Site", "team": "Team", "agent": "Agent", "tenure": "Tenure", "queue": "Queue",
    "group": "Skill group", "contact_type": "Contact type", "channel": "Channel",
    "activity": "Planned activity", "reason": "Reason", "weekday": "Weekday", "slot": "Time",
    "day": "Day",
}  # fmt: skip
# Bands of tenure by the days they begin from.
TENURE = {
    0: "under 30 days", 30: "30 to 89 days", 90: "90 to 179 days", 180: "180 to 364 days",
    365: "a year and more",
}  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def name_of(ask: Ask, dimension: str, key: KeyPart) -> str:
    """A key in words: team t-12 is "Team T-12", weekday 1 Monday, slot 41 is 10:15."""
    if dimension == "activity":
        return "nothing planned" if key is None else str(key).replace("_", " ")
    if key is None:
        return f"no {DIMENSION_WORD.get(dimension, dimension).lower()} recorded"
    if dimension in ("site", "team"):
        try:
            return ask.organisation.unit(str(key)).name
        except BadInput:
            return str(key)
    if dimension == "agent":
        person = ask.organisation.person_at(str(key), ask.now)
        return person.display_name if person is not None else str(key)
    if dimension == "queue":
        queue = ask.organisation.queue_at(str(key), ask.now)
        return queue.name if queue is not None else str(key)
    if dimension == "tenure":
        return TENURE.get(int(str(key)), str(key))
    if dimension == "reason":
        return str(key).replace("_", " ")
    if dimension == "weekday":
        return WEEKDAYS[int(str(key)) - 1]
    if dimension == "slot":
        return f"{int(str(key)) // 4:02d}:{int(str(key)) % 4 * 15:02d}"
    if isinstance(key, date):
        return f"{key:%a} {key.day} {key:%b}"
    return str(key)


def scope_below(ask: Ask, dimension: str, key: KeyPart) -> Scope | None:
    """The scope that a key of the organisation names, None for other dimensions."""
    if key is None:
        return None
    try:
        if dimension == "site":
            return Scope(str(key))
        if dimension == "team":
            return Scope(ask.organisation.site_of(str(key)), str(key))
        if dimension == "agent":
            person = ask.organisation.person_at(str(key), ask.now)
            return None if person is None else ask.organisation.scope_of(person)
    except BadInput:
        return None
    return None
