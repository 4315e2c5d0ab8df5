"""What planners say of a forecast: overrides, days left out, events, scenarios, capacity plans,
how a new queue starts, and events from files that are not to count.

A record is never changed: it is taken back by another one. Each kind has its terms, checked here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from wfm.domain.errors import BadInput
from wfm.domain.language import say

OVERRIDE, DAY, EVENT, SCENARIO, CAPACITY = "override", "day", "event", "scenario", "capacity"
START, MUTE = "start", "mute"
KINDS = (OVERRIDE, DAY, EVENT, SCENARIO, CAPACITY, START, MUTE)
HOW = {"percent": "percent", "add": "add", "set": "set"}
MEASURES = {"contacts": "contacts", "aht": "handle time"}
VERDICTS = {"exclude": "left out", "keep": "kept"}
LONGEST_DAYS = 400
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class NewRecord:
    """A record as somebody wants it: days `first_on` up to, not including, `end_on`."""

    kind: str
    unit: str
    queue_id: str  # "" for every queue of the site
    first_on: date | None
    end_on: date | None
    terms: Mapping[str, Any]
    reason: str


@dataclass(frozen=True)
class ForecastRecord:
    """A record as kept, with who took it back and when, if anybody did."""

    record_id: int
    kind: str
    unit: str
    queue_id: str
    first_on: date | None
    end_on: date | None
    terms: Mapping[str, Any]
    reason: str
    author: str
    recorded_at: int
    undone_at: int | None = None
    undone_by: str = ""

    def covers(self, day: date) -> bool:
        """Whether a day lies inside the record's days."""
        return (
            self.first_on is not None
            and self.end_on is not None
            and self.first_on <= day < self.end_on
        )

    def in_force(self, at: int) -> bool:
        """Whether it had been recorded and not taken back at an instant."""
        return self.recorded_at <= at and (self.undone_at is None or self.undone_at > at)


def check_record(new: NewRecord) -> NewRecord:
    """The record with its terms cleaned; `BadInput` names what cannot be."""
    if new.kind not in KINDS:
        raise BadInput(
            say(
                "No record of kind {kind!r}; one of {known}.", kind=new.kind, known=", ".join(KINDS)
            )
        )
    if len(new.reason.strip()) < 3:
        raise BadInput(say("Say why; the record keeps it with your name."))
    if new.kind in (OVERRIDE, DAY, EVENT):
        if new.first_on is None or new.end_on is None or new.end_on <= new.first_on:
            raise BadInput(say("Give a first and a last day, the last not before the first."))
        if (new.end_on - new.first_on).days > LONGEST_DAYS:
            raise BadInput(
                say("A record covers at most {longest_days} days.", longest_days=LONGEST_DAYS)
            )
    terms = _CHECKS[new.kind](new.terms)
    if new.kind == START and (not new.queue_id or new.queue_id == terms["sister"]):
        raise BadInput(say("Say which queue is new, and give another one as its sister."))
    return NewRecord(
        new.kind, new.unit, new.queue_id, new.first_on, new.end_on, terms, new.reason.strip()
    )


def check_record_terms(kind: str, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The terms of a kind, cleaned and with what they leave out."""
    return _CHECKS[kind](terms)


def _override(terms: Mapping[str, Any]) -> dict[str, Any]:
    measure, how = str(terms.get("measure", "contacts")), str(terms.get("how", ""))
    if measure not in MEASURES:
        raise BadInput(
            say("An override is of contacts or aht, not of {measure!r}.", measure=measure)
        )
    if how not in HOW:
        raise BadInput(
            say("An override is a percent, an amount to add or a total to set: {how!r}.", how=how)
        )
    value = _number(terms, "value", "The value")
    if how == "percent" and not -100 <= value <= 1000:
        raise BadInput(say("{value:g} % is out of reach; give -100 to 1000.", value=value))
    if how == "set" and value < 0:
        raise BadInput(say("A total of {value:g} cannot be; give 0 or more.", value=value))
    if measure == "aht" and how == "set" and value > 86_400:
        raise BadInput(say("A handle time of {value:g} s is longer than a day.", value=value))
    first, last = terms.get("from_min"), terms.get("to_min")
    span: dict[str, Any] = {"from_min": None, "to_min": None}
    if first is not None or last is not None:
        a, b = int(first or 0), int(last if last is not None else 1440)
        if not 0 <= a < b <= 1440 or a % 15 or b % 15:
            raise BadInput(
                say("Give the hours by quarters, the end after the beginning: 10:00-12:30.")
            )
        span = {"from_min": a, "to_min": b}
    return {"measure": measure, "how": how, "value": value, **span,
            "on_version": terms.get("on_version")}  # fmt: skip


def _day(terms: Mapping[str, Any]) -> dict[str, Any]:
    verdict = str(terms.get("verdict", ""))
    if verdict not in VERDICTS:
        raise BadInput(
            say("A day is left out (exclude) or kept (keep), not {verdict!r}.", verdict=verdict)
        )
    return {"verdict": verdict}


def _event(terms: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(terms.get("kind", "")).strip().lower().replace(" ", "_")
    name = str(terms.get("name", "")).strip()
    if not 1 <= len(kind) <= 40 or not 1 <= len(name) <= 80:
        raise BadInput(say("Give the event a kind of at most 40 letters and a name of at most 80."))
    effect = str(terms.get("effect", ""))
    found: dict[str, Any] = {"kind": kind, "name": name, "effect": effect,
                             "known_at": terms.get("known_at")}  # fmt: skip
    if effect == "stated":
        found["percent"] = _number(terms, "percent", "The effect")
        if not -100 <= found["percent"] <= 1000:
            raise BadInput(
                say(
                    "An effect of {found:g} % is out of reach; -100 to 1000.",
                    found=found["percent"],
                )
            )
    elif effect == "like":
        found["like"] = str(terms.get("like", ""))
        if found["like"] not in WEEKDAYS:
            raise BadInput(
                say("Say which weekday it is like: Mon, Tue, Wed, Thu, Fri, Sat or Sun.")
            )
    elif effect not in ("learned", "closed"):
        raise BadInput(
            say("The effect is stated, learned, like another day, or the day is closed.")
        )
    if terms.get("size") is not None:
        found["size"] = _number(terms, "size", "The size")
    return found


def _scenario(terms: Mapping[str, Any]) -> dict[str, Any]:
    name = str(terms.get("name", "")).strip()
    if not 1 <= len(name) <= 60:
        raise BadInput(say("Give the scenario a name of at most 60 letters."))
    found: dict[str, Any] = {"name": name}
    for key, words, low, high in (
        ("volume_pct", "Volume", -90, 500),
        ("aht_pct", "Handle time", -90, 500),
        ("shrinkage_pct", "Shrinkage", 0, 80),
    ):
        if key == "shrinkage_pct" and terms.get(key) is None:
            found[key] = None
            continue
        value = _number({key: terms.get(key, 0)}, key, words)
        if not low <= value <= high:
            raise BadInput(
                say(
                    "{words} {value:g} % is out of reach; give {low} to {high}.",
                    words=words,
                    value=value,
                    low=low,
                    high=high,
                )
            )
        found[key] = value
    events = []
    for one in terms.get("events") or ():
        first, end = str(one.get("first_on", "")), str(one.get("end_on", ""))
        if not (_is_date(first) and _is_date(end) and first < end):
            raise BadInput(say("An event of a scenario needs a first and a last day."))
        percent = _number(one, "percent", "Its effect")
        if not -100 <= percent <= 1000:
            raise BadInput(
                say("An effect of {percent:g} % is out of reach; -100 to 1000.", percent=percent)
            )
        events.append({"first_on": first, "end_on": end, "percent": percent})
    found["events"] = events
    return found


def _capacity(terms: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, words, low, high, default in (
        ("occupancy_pct", "Occupancy", 1, 100, None),
        ("shrinkage_pct", "Shrinkage", 0, 90, None),
        ("paid_hours_week", "Paid hours a week", 1, 80, 40.0),
        ("attrition_pct_month", "Attrition a month", 0, 90, 2.0),
        ("heads", "People at the start", 0, 1_000_000, None),
        ("cost_per_hour", "Cost of a paid hour", 0, 1_000_000, 0.0),
        ("lead_weeks", "Weeks from hiring decision to start", 0, 52, 0.0),
        ("growth_pct", "Growth a year", -90, 500, None),
    ):
        if terms.get(key) is None:
            found[key] = default
            continue
        value = _number(terms, key, words)
        if not low <= value <= high:
            raise BadInput(
                say(
                    "{words} {value:g} is out of reach; give {low} to {high}.",
                    words=words,
                    value=value,
                    low=low,
                    high=high,
                )
            )
        found[key] = value
    ramp = [_number({"r": r}, "r", "A step of the ramp") for r in terms.get("ramp") or (0, 50, 80)]
    if not all(0 <= step <= 100 for step in ramp) or len(ramp) > 24:
        raise BadInput(say("The ramp is percent by month, at most 24 of them: 0, 50, 80."))
    found["ramp"] = ramp
    classes = []
    for one in terms.get("classes") or ():
        on, heads = str(one.get("start_on", "")), _number(one, "heads", "People of a class")
        if not _is_date(on) or not 0 < heads <= 100_000:
            raise BadInput(say("A hiring class has a first day and people: 2026-03-02 12."))
        classes.append({"start_on": on, "heads": heads})
    found["classes"] = sorted(classes, key=lambda c: str(c["start_on"]))
    return found


def _start(terms: Mapping[str, Any]) -> dict[str, Any]:
    sister = str(terms.get("sister") or "")
    level = terms.get("level_week")
    if level is not None:
        level = _number(terms, "level_week", "The contacts a week")
        if not 0 < level <= 10_000_000:
            raise BadInput(
                say("{level:g} contacts a week cannot be; give more than 0.", level=level)
            )
    if not sister and level is None:
        raise BadInput(say("Give a sister queue, the contacts a week, or both."))
    return {"sister": sister, "level_week": level}


def _mute(terms: Mapping[str, Any]) -> dict[str, Any]:
    event_id = str(terms.get("event_id") or "")
    if not event_id:
        raise BadInput(say("Say which event from a file is not to count."))
    return {"event_id": event_id, "name": str(terms.get("name") or event_id)}


_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    OVERRIDE: _override, DAY: _day, EVENT: _event, SCENARIO: _scenario, CAPACITY: _capacity,
    START: _start, MUTE: _mute,
}  # fmt: skip


def _number(terms: Mapping[str, Any], key: str, words: str) -> float:
    try:
        value = float(terms[key])
    except (KeyError, TypeError, ValueError):
        raise BadInput(
            say("{words} is no number: {terms!r}.", words=words, terms=terms.get(key))
        ) from None
    if not math.isfinite(value):
        raise BadInput(say("{words} is no number: {terms!r}.", words=words, terms=terms.get(key)))
    return value


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def told(record: ForecastRecord) -> str:
    """What a record says, without its days: "+10 %, 10:00-12:00"; "exclude"; "TV spot: +20 %"."""
    terms = record.terms
    if record.kind == OVERRIDE:
        words = {
            "percent": f"{_signed(terms['value'])} %",
            "add": _signed(terms["value"]) + (" s" if terms["measure"] == "aht" else ""),
            "set": f"= {terms['value']:,g}" + (" s" if terms["measure"] == "aht" else ""),
        }[terms["how"]]
        if terms["measure"] == "aht":
            words = f"handle time {words}"
        if terms["from_min"] is not None:
            words += f", {clock(terms['from_min'])}-{clock(terms['to_min'])}"
        return words
    if record.kind == DAY:
        return VERDICTS[terms["verdict"]]
    if record.kind == EVENT:
        effect = {
            "stated": f"{_signed(terms.get('percent', 0))} %",
            "like": f"like {terms.get('like')}",
            "learned": "effect learned",
            "closed": "closed",
        }[terms["effect"]]
        return f"{terms['name']}: {effect}"
    if record.kind == START:
        level = "" if terms["level_week"] is None else f"{terms['level_week']:,g} a week"
        return " at ".join(
            part for part in (terms["sister"] and f"like {terms['sister']}", level) if part
        )
    if record.kind == MUTE:
        return f"{terms['name']} does not count"
    return str(terms.get("name", record.kind))


def clock(minutes: int) -> str:
    """Minutes after midnight as a clock shows them: 630 is "10:30"."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def days_told(first: date | None, end: date | None) -> str:
    """Days as people write them: "3 Mar" or "3 Mar to 5 Mar"."""
    if first is None or end is None:
        return ""
    last = end - timedelta(days=1)
    one = say("{day.day} {day:%b}", day=first)
    return one if first == last else one + say(" to {day.day} {day:%b}", day=last)


def _signed(value: float) -> str:
    return f"{value:+,g}".replace("-", "\N{MINUS SIGN}")
