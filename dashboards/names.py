"""Keys of a breakdown as people read them, and where a click on one leads."""

from __future__ import annotations

from datetime import date

from dashboards.frame import Ask
from kpis.explain.naming import WEEKDAYS, group_name
from kpis.value import KeyPart
from wfm.domain.errors import BadInput
from wfm.domain.language import say, to_say
from wfm.domain.scope import Scope

DIMENSION_WORD = {
    "site": to_say("Site"),
    "team": to_say("Team"),
    "agent": to_say("Agent"),
    "tenure": to_say("Tenure"),
    "queue": to_say("Queue"),
    "group": to_say("Skill group"),
    "contact_type": to_say("Contact type"),
    "channel": to_say("Channel"),
    "activity": to_say("Planned activity"),
    "reason": to_say("Reason"),
    "weekday": to_say("Weekday"),
    "slot": to_say("Time"),
    "day": to_say("Day"),
}
# Bands of tenure by the days they begin from.
TENURE = {
    0: to_say("under 30 days"),
    30: to_say("30 to 89 days"),
    90: to_say("90 to 179 days"),
    180: to_say("180 to 364 days"),
    365: to_say("a year and more"),
}
# Codes that many centres use; others are shown as they are.
ACTIVITIES = (
    to_say("break"), to_say("meal"), to_say("meeting"), to_say("training"), to_say("coaching"),
    to_say("project"), to_say("leave"), to_say("sick"), to_say("system"), to_say("personal"),
    to_say("task"), to_say("on queue"), to_say("contacts"),
)  # fmt: skip


def name_of(ask: Ask, dimension: str, key: KeyPart) -> str:
    """A key in words: team t-12 is "Team T-12", weekday 1 Monday, slot 41 is 10:15."""
    if dimension == "activity":
        return say("nothing planned") if key is None else say(str(key).replace("_", " "))
    if key is None:
        return say(
            "no {dimension} recorded", dimension=DIMENSION_WORD.get(dimension, dimension).lower()
        )
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
    if dimension == "group":
        return group_name(ask.organisation, str(key))
    if dimension == "tenure":
        return TENURE.get(int(str(key)), str(key))
    if dimension in ("reason", "contact_type", "channel"):
        return say(str(key).replace("_", " "))
    if dimension == "weekday":
        return WEEKDAYS[int(str(key)) - 1]
    if dimension == "slot":
        return f"{int(str(key)) // 4:02d}:{int(str(key)) % 4 * 15:02d}"
    if isinstance(key, date):
        return say("{day:%a} {day.day} {day:%b}", day=key)
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
