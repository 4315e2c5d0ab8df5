"""The agent's page in words: on target or not, at which moment most is lost, and what is next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from dashboards.pages.agent_data import NEVER, MyDay, Worked
from dashboards.parts.answer import Answer
from dashboards.parts.numbers import kpi_with_unit, plain
from dashboards.parts.timeline import TimeAxis
from kpis.patterns import MomentLoss
from wfm.domain.activities import Segment
from wfm.domain.grid import zone_of
from wfm.queries.timeline import AdherenceException

PLANNED = {
    "on_queue": "contacts", "break": "break", "meal": "meal", "meeting": "meeting",
    "training": "training", "coaching": "coaching", "project": "project", "leave": "leave",
    "sick": "sick", "": "nothing",
}  # fmt: skip
DONE = {
    "on_queue": "on contacts", "break": "on break", "meal": "at a meal", "meeting": "in a meeting",
    "coaching": "in coaching", "training": "in training", "project": "on a project",
    "other_aux": "not ready", "logged_out": "signed out", "unknown": "in an unknown state",
}  # fmt: skip
CAUSES = {
    "exception": "excused", "call_overrun": "excused: a contact ran over",
    "displaced_break": "excused: the break moved with a contact",
    "schedule_correction": "excused: the schedule was corrected",
}  # fmt: skip


def agent_answer(mine: MyDay) -> Answer:
    """The answer to "am I on target, and what would change it?"."""
    value = mine.adherence
    if value.value is None:
        if mine.ask.data_at is None:
            return Answer("none", "No data have arrived yet.", "Load agent states and schedules.")
        rest = _missing(mine) if not mine.in_period else ""
        return Answer("none", f"Adherence is not known: {value.reason}.", rest)
    lead = f"Adherence {kpi_with_unit('adherence', value.value)}"
    if value.target is None or value.gap is None:
        return Answer(value.status, f"{lead}. {value.reason.capitalize()}.", _most_lost(mine))
    goal = kpi_with_unit("adherence", value.target.bands.green_lo)
    size = kpi_with_unit("adherence", abs(value.gap), gap=True)
    side = "over" if value.gap_is == "better" else "under"
    near = f"at {goal}" if size.startswith("0.0") else f"{size} {side} {goal}"
    return Answer(value.status, f"{lead}, {near}.", _most_lost(mine))


def _missing(mine: MyDay) -> str:
    if not mine.ask.live:
        return "No shift of this period has known states."
    ahead = next((c for c in mine.coming if c.now is not None), None)
    if ahead is None or ahead.now is None:
        return "No shift of this period has begun, and none is published ahead."
    zone = mine.ask.zone
    return (
        f"No shift of this period has begun; the next one is {day_name(ahead.shift_on)}, "
        f"{clock(ahead.now.start_at, zone)} to {clock(ahead.now.end_at, zone)}."
    )


def _most_lost(mine: MyDay) -> str:
    """Where most is lost: "After lunch: 90 min on 20 of 22 days, 80 % of the time lost."."""
    worked = mine.pattern
    losses = mine.losses(worked)
    if not losses:
        return "Nothing was lost." if worked else ""
    worst = losses[0]
    total = sum(loss.seconds for loss in losses)
    share = plain(100 * worst.seconds / total, 0)
    mostly = f", mostly {reason}" if (reason := _mostly(mine, worked, worst)) else ""
    last = "" if worked is mine.in_period else "the last "
    days = "day" if worst.shifts_n == 1 else "days"
    text = (
        f"Most is lost {worst.moment}{_of_shift(worst)}{mostly}: {minutes(worst.seconds)} on "
        f"{worst.shifts_hit} of {last}{worst.shifts_n} {days}, "
        f"{share} % of the time lost."
    )
    other = mine.returning(losses)
    if worst.moment == NEVER and other is not None:
        hit = f"{minutes(other.seconds)} on {other.shifts_hit}"
        return f"{text[:-1]}; of the rest most {other.moment}: {hit}."
    without = _without(mine, worst) if not last else ""
    return f"{text} {without}".strip()


def _of_shift(loss: MomentLoss) -> str:
    if loss.moment == NEVER:
        return " breaks and meals"
    return " of the shift" if loss.moment in ("at the start", "at the end") else ""


def _mostly(mine: MyDay, worked: Sequence[Worked], worst: MomentLoss) -> str:
    """What an agent did at no fixed moment, where one thing makes most of it."""
    if worst.moment != NEVER:
        return ""
    by_reason: dict[str, int] = {}
    for one in worked:
        for spell in one.lapses:
            if mine.moment(one, spell) == NEVER:
                done = spell.reason or DONE.get(spell.state_group, spell.state_group)
                by_reason[done] = by_reason.get(done, 0) + spell.seconds
    reason, most = max(by_reason.items(), key=lambda item: item[1], default=("", 0))
    return reason.replace("_", " ") if 2 * most > worst.seconds else ""


def _without(mine: MyDay, worst: MomentLoss) -> str:
    """What adherence would be without the loss at the worst moment: "Without it, 95.6 %."."""
    value = mine.adherence
    if value.numerator is None or not value.denominator:
        return ""
    better = min(100.0, 100 * (value.numerator + worst.seconds) / value.denominator)
    return f"Without it, {kpi_with_unit('adherence', better)}."


def next_words(mine: MyDay) -> str:
    """What comes next today: "next: break 14:30 to 14:45, in 25 min"."""
    now, zone = mine.ask.now, mine.ask.zone
    planned = mine.timeline.planned if mine.timeline is not None else ()
    if not mine.running or not planned or now >= planned[-1].end_at:
        return _next_shift(mine)
    if now < planned[0].start_at:
        wait = minutes(planned[0].start_at - now)
        return f"begins {clock(planned[0].start_at, zone)}, in {wait}"
    ahead = next((s for s in planned if s.start_at > now), None)
    if ahead is None:
        end = planned[-1].end_at
        return f"next: end {clock(end, zone)}, in {minutes(end - now)}"
    return (
        f"next: {activity_word(ahead, mine)} {clock(ahead.start_at, zone)} to "
        f"{clock(ahead.end_at, zone)}, in {minutes(ahead.start_at - now)}"
    )


def _next_shift(mine: MyDay) -> str:
    ahead = next((c for c in mine.coming if c.now is not None), None)
    if not mine.running or ahead is None or ahead.now is None:
        return "" if not mine.running else "no shift is published ahead"
    start = clock(ahead.now.start_at, mine.ask.zone)
    return f"next: {day_name(ahead.shift_on)} {start}"


def activity_word(segment: Segment, mine: MyDay) -> str:
    """A planned piece in a word: "break", "meal", "contacts"."""
    category = mine.categories.get(segment.activity, segment.activity)
    return PLANNED.get(category, segment.activity.replace("_", " "))


def exception_words(given: AdherenceException, mine: MyDay) -> tuple[str, str]:
    """What was planned and what was done: ("contacts", "on break")."""
    category = mine.categories.get(given.activity, given.activity)
    planned = PLANNED.get(category, given.activity.replace("_", " "))
    done = DONE.get(given.state_group, given.state_group.replace("_", " "))
    if given.state_group == "other_aux" and given.reason:
        done = f"{done}: {given.reason.replace('_', ' ')}"
    return planned, done


def minutes(seconds: float) -> str:
    """A stretch of time as people say it: 45 s, 4 min 40 s, 90 min, 5 h 20 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 600:
        rest = whole % 60
        return f"{whole // 60} min" + (f" {rest} s" if rest else "")
    if whole < 7200:
        return f"{round(whole / 60)} min"
    hours, rest = divmod(round(whole / 60), 60)
    return f"{hours} h" + (f" {rest} min" if rest else "")


def clock(at: int, zone: str) -> str:
    """An instant as a clock at the site shows it."""
    return TimeAxis(0, 1, zone).clock(at)


def day_name(day: date) -> str:
    """A day as the page writes it: "Thu 9 Oct"."""
    return f"{day:%a} {day.day} {day:%b}"


def minute_of(at: int, day: date, zone: str) -> float:
    """Minutes of the site's clock since a day began: 13:04 is 784, 01:00 of the next day 1,500."""
    local = datetime.fromtimestamp(at, zone_of(zone))
    return (local.date() - day).days * 1440 + local.hour * 60 + local.minute + local.second / 60


def at_minute(minute: float, day: date, zone: str) -> int:
    """The instant at which the site's clock shows a minute of a day."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone_of(zone))
    return int((midnight + timedelta(minutes=minute)).timestamp())
