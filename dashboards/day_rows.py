"""Days as rows of the timeline: what was planned and done, in the letters of the parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from dashboards.parts.timeline import Bar, Mark, TimelineRow
from wfm.domain.activities import BUSY_STATES, Segment
from wfm.domain.language import key_of, say, to_say
from wfm.queries.timeline import ActualSpell, AdherenceException, AgentTimeline

# The letter of a category of planned time, and of a group of states.
PLANNED = {
    "on_queue": "C", "break": "b", "meal": "M", "meeting": "T", "training": "T", "coaching": "T",
    "project": "T", "system": "T",
}  # fmt: skip
STATE_GROUP = {
    "break": "b", "meal": "M", "meeting": "T", "training": "T", "coaching": "T", "project": "T",
    "other_aux": "T",
}  # fmt: skip
STATE_WORD = {
    "talk": to_say("Contact"),
    "hold": to_say("On hold"),
    "acw": to_say("After contact"),
    "available": to_say("Available"),
    "alerting": to_say("Ringing"),
    "dialing": to_say("Dialling"),
    "offline": to_say("Signed out"),
    "unknown": to_say("No signal"),
}
GROUP_WORD = {
    "on_queue": to_say("on queue"),
    "break": to_say("break"),
    "meal": to_say("meal"),
    "meeting": to_say("meeting"),
    "training": to_say("training"),
    "coaching": to_say("coaching"),
    "project": to_say("project"),
    "other_aux": to_say("not ready"),
    "logged_out": to_say("signed out"),
    "unknown": to_say("no signal"),
}
PLAN_WORD = {"on_queue": to_say("contacts"), "": to_say("nothing")}


def planned_kind(category: str) -> str:
    """The letter of planned time: C for on queue, - for leave and sickness."""
    return PLANNED.get(category, "-")


def actual_kind(state: str, group: str) -> str:
    """The letter of a state: C for a contact, W for after-contact work, b for a break."""
    if state == "acw":
        return "W"
    if state in BUSY_STATES or state == "alerting":
        return "C"
    if state == "available":
        return "A"
    return STATE_GROUP.get(group, "T")


def state_word(state: str, group: str, reason: str) -> str:
    """What an agent does, in a word: "Contact", "Break", "Not ready (task)"."""
    if state in STATE_WORD:
        return STATE_WORD[state]
    words = GROUP_WORD.get(group, group).capitalize()
    if reason and reason.replace("_", " ") != key_of(words).casefold():
        return f"{words} ({say(reason.replace('_', ' '))})"
    return words


def plan_word(activity: str, categories: Mapping[str, str]) -> str:
    """What was planned, in a word: "contacts", "break", "team meeting"."""
    category = categories.get(activity, activity)
    return PLAN_WORD.get(category, say(activity.replace("_", " ")))


def lasted(seconds: int) -> str:
    """A length of time to read: "2 min 33 s", "48 s", "1 h 05 min"."""
    if seconds >= 3600:
        return say(
            "{seconds} h {seconds_2:02d} min",
            seconds=seconds // 3600,
            seconds_2=seconds % 3600 // 60,
        )
    if seconds >= 60:
        return say("{seconds} min {seconds_2:02d} s", seconds=seconds // 60, seconds_2=seconds % 60)
    return f"{seconds} s"


def row_of(day: AgentTimeline, categories: Mapping[str, str]) -> TimelineRow:
    """One agent's day as the timeline draws it; only time out that counts is outlined."""
    marks = tuple(
        Mark(e.start_at, e.end_at, _sentence(e, categories)) for e in day.exceptions if not e.cause
    )
    return TimelineRow(day.display_name, _plan(day.planned, categories), _actual(day.actual), marks)


def _sentence(e: AdherenceException, categories: Mapping[str, str]) -> str:
    done = GROUP_WORD.get(e.state_group, e.state_group)
    return say(
        "{lasted} {done}, planned {plan_word}",
        lasted=lasted(e.seconds),
        done=done,
        plan_word=plan_word(e.activity, categories),
    )


def _plan(segments: tuple[Segment, ...], categories: Mapping[str, str]) -> tuple[Bar, ...]:
    bars = (
        Bar(s.start_at, s.end_at, planned_kind(categories.get(s.activity, s.activity)))
        for s in segments
    )
    return _joined(bars)


def _actual(spells: tuple[ActualSpell, ...]) -> tuple[Bar, ...]:
    return _joined(Bar(s.start_at, s.end_at, actual_kind(s.state, s.state_group)) for s in spells)


def _joined(bars: Iterable[Bar]) -> tuple[Bar, ...]:
    found: list[Bar] = []
    for bar in bars:
        if found and found[-1].end_at == bar.start_at and found[-1].kind == bar.kind:
            found[-1] = replace(found[-1], end_at=bar.end_at)
        else:
            found.append(bar)
    return tuple(found)
