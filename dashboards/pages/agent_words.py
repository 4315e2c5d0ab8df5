"""The agent's page in words: on target or not, at which moment most is lost, and what is next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from dashboards.pages.agent_data import NEVER, MyDay, Worked, returning
from dashboards.parts.answer import Answer
from dashboards.parts.numbers import kpi_with_unit, plain
from dashboards.parts.timeline import TimeAxis
from kpis.patterns import MomentLoss
from wfm.domain.activities import Segment
from wfm.domain.grid import zone_of
from wfm.domain.language import say, say_many, to_say
from wfm.queries.timeline import AdherenceException

PLANNED = {
    "on_queue": to_say("contacts"),
    "break": to_say("break"),
    "meal": to_say("meal"),
    "meeting": to_say("meeting"),
    "training": to_say("training"),
    "coaching": to_say("coaching"),
    "project": to_say("project"),
    "leave": to_say("leave"),
    "sick": to_say("sick"),
    "": to_say("nothing"),
}
DONE = {
    "on_queue": to_say("on contacts"),
    "break": to_say("on break"),
    "meal": to_say("at a meal"),
    "meeting": to_say("in a meeting"),
    "coaching": to_say("in coaching"),
    "training": to_say("in training"),
    "project": to_say("on a project"),
    "other_aux": to_say("not ready"),
    "logged_out": to_say("signed out"),
    "unknown": to_say("in an unknown state"),
}
CAUSES = {
    "exception": to_say("excused"),
    "call_overrun": to_say("excused: a contact ran over"),
    "displaced_break": to_say("excused: the break moved with a contact"),
    "schedule_correction": to_say("excused: the schedule was corrected"),
}


def agent_answer(mine: MyDay) -> Answer:
    """The answer to "am I on target, and what would change it?"."""
    value = mine.adherence
    if value.value is None:
        if mine.ask.data_at is None:
            return Answer(
                "none", say("No data have arrived yet."), say("Load agent states and schedules.")
            )
        rest = _missing(mine) if not mine.in_period else ""
        return Answer("none", say("Adherence is not known: {reason}.", reason=value.reason), rest)
    lead = say("Adherence {with_unit}", with_unit=kpi_with_unit("adherence", value.value))
    if value.target is None or value.gap is None:
        return Answer(value.status, f"{lead}. {value.reason.capitalize()}.", _most_lost(mine))
    goal = kpi_with_unit("adherence", value.target.bands.green_lo)
    size = kpi_with_unit("adherence", abs(value.gap), gap=True)
    if not any(figure in size for figure in "123456789"):
        near = say("at {goal}", goal=goal)
    elif value.gap_is == "better":
        near = say("{size} over {goal}", size=size, goal=goal)
    else:
        near = say("{size} under {goal}", size=size, goal=goal)
    return Answer(value.status, f"{lead}, {near}.", _most_lost(mine))


def _missing(mine: MyDay) -> str:
    if not mine.ask.live:
        return say("No shift of this period has known states.")
    ahead = next((c for c in mine.coming if c.now is not None), None)
    if ahead is None or ahead.now is None:
        return say("No shift of this period has begun, and none is published ahead.")
    zone = mine.ask.zone
    return say(
        "No shift of this period has begun; the next one is {day}, {clock} to {clock_2}.",
        day=day_name(ahead.shift_on),
        clock=clock(ahead.now.start_at, zone),
        clock_2=clock(ahead.now.end_at, zone),
    )


def _most_lost(mine: MyDay) -> str:
    """Where most is lost: "After lunch: 90 min on 20 of 22 days, 80 % of the time lost."."""
    worked = mine.pattern
    losses = mine.of_pattern
    if not losses:
        return say("Nothing was lost.") if worked else ""
    worst = losses[0]
    total = sum(loss.seconds for loss in losses)
    share = plain(100 * worst.seconds / total, 0)
    mostly = (
        say(", mostly {reason}", reason=reason) if (reason := _mostly(mine, worked, worst)) else ""
    )
    n = worst.shifts_n
    of_days = (
        say_many("of {n} day", "of {n} days", n)
        if worked is mine.in_period
        else say_many("of the last {n} day", "of the last {n} days", n)
    )
    text = say(
        "Most is lost {moment}{of_shift}{mostly}: {minutes} on {shifts_hit} {of_days}, "
        "{share} % of the time lost.",
        moment=worst.moment,
        of_shift=_of_shift(worst),
        mostly=mostly,
        minutes=minutes(worst.seconds),
        shifts_hit=worst.shifts_hit,
        of_days=of_days,
        share=share,
    )
    other = returning(losses)
    if worst.moment == NEVER and other is not None:
        hit = say(
            "{minutes} on {shifts_hit}", minutes=minutes(other.seconds), shifts_hit=other.shifts_hit
        )
        return say(
            "{text}; of the rest most {moment}: {hit}.",
            text=text[:-1],
            moment=other.moment,
            hit=hit,
        )
    without = _without(mine, worst) if worked is mine.in_period else ""
    return f"{text} {without}".strip()


def _of_shift(loss: MomentLoss) -> str:
    if loss.moment == NEVER:
        return say(" breaks and meals")
    return say(" of the shift") if loss.moment in ("at the start", "at the end") else ""


def _mostly(mine: MyDay, worked: Sequence[Worked], worst: MomentLoss) -> str:
    """What an agent did at no fixed moment, where one thing makes most of it."""
    if worst.moment != NEVER:
        return ""
    by_reason: dict[str, int] = {}
    for one in worked:
        for moment, spell in one.told:
            if moment == NEVER:
                done = spell.reason or DONE.get(spell.state_group, spell.state_group)
                by_reason[done] = by_reason.get(done, 0) + spell.seconds
    reason, most = max(by_reason.items(), key=lambda item: item[1], default=("", 0))
    return say(str(reason).replace("_", " ")) if 2 * most > worst.seconds else ""


def _without(mine: MyDay, worst: MomentLoss) -> str:
    """What adherence would be without the loss at the worst moment: "Without it, 95.6 %."."""
    value = mine.adherence
    if value.numerator is None or not value.denominator:
        return ""
    better = min(100.0, 100 * (value.numerator + worst.seconds) / value.denominator)
    return say("Without it, {with_unit}.", with_unit=kpi_with_unit("adherence", better))


def next_words(mine: MyDay) -> str:
    """What comes next today: "next: break 14:30 to 14:45, in 25 min"."""
    now, zone = mine.ask.now, mine.ask.zone
    planned = mine.timeline.planned if mine.timeline is not None else ()
    if not mine.running or not planned or now >= planned[-1].end_at:
        return _next_shift(mine)
    if now < planned[0].start_at:
        wait = minutes(planned[0].start_at - now)
        return say("begins {clock}, in {wait}", clock=clock(planned[0].start_at, zone), wait=wait)
    ahead = next((s for s in planned if s.start_at > now), None)
    if ahead is None:
        end = planned[-1].end_at
        return say(
            "next: end {clock}, in {minutes}", clock=clock(end, zone), minutes=minutes(end - now)
        )
    return say(
        "next: {activity_word} {clock} to {clock_2}, in {minutes}",
        activity_word=activity_word(ahead, mine),
        clock=clock(ahead.start_at, zone),
        clock_2=clock(ahead.end_at, zone),
        minutes=minutes(ahead.start_at - now),
    )


def _next_shift(mine: MyDay) -> str:
    ahead = next((c for c in mine.coming if c.now is not None), None)
    if not mine.running or ahead is None or ahead.now is None:
        return "" if not mine.running else say("no shift is published ahead")
    start = clock(ahead.now.start_at, mine.ask.zone)
    return say("next: {day} {start}", day=day_name(ahead.shift_on), start=start)


def activity_word(segment: Segment, mine: MyDay) -> str:
    """A planned piece in a word: "break", "meal", "contacts"."""
    category = mine.categories.get(segment.activity, segment.activity)
    return PLANNED.get(category, say(segment.activity.replace("_", " ")))


def exception_words(given: AdherenceException, mine: MyDay) -> tuple[str, str]:
    """What was planned and what was done: ("contacts", "on break")."""
    category = mine.categories.get(given.activity, given.activity)
    planned = PLANNED.get(category, say(given.activity.replace("_", " ")))
    done = DONE.get(given.state_group, say(given.state_group.replace("_", " ")))
    if given.state_group == "other_aux" and given.reason:
        done = f"{done}: {say(given.reason.replace('_', ' '))}"
    return planned, done


def minutes(seconds: float) -> str:
    """A stretch of time as people say it: 45 s, 4 min 40 s, 90 min, 5 h 20 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 600:
        rest = whole % 60
        return say("{whole} min", whole=whole // 60) + (f" {rest} s" if rest else "")
    if whole < 7200:
        return say("{whole} min", whole=round(whole / 60))
    hours, rest = divmod(round(whole / 60), 60)
    return f"{hours} h" + (say(" {rest} min", rest=rest) if rest else "")


def clock(at: int, zone: str) -> str:
    """An instant as a clock at the site shows it."""
    return TimeAxis(0, 1, zone).clock(at)


def day_name(day: date) -> str:
    """A day as the page writes it: "Thu 9 Oct"."""
    return say("{day:%a} {day.day} {day:%b}", day=day)


def minute_of(at: int, day: date, zone: str) -> float:
    """Minutes of the site's clock since a day began: 13:04 is 784, 01:00 of the next day 1,500."""
    local = datetime.fromtimestamp(at, zone_of(zone))
    return (local.date() - day).days * 1440 + local.hour * 60 + local.minute + local.second / 60


def at_minute(minute: float, day: date, zone: str) -> int:
    """The instant at which the site's clock shows a minute of a day."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone_of(zone))
    return int((midnight + timedelta(minutes=minute)).timestamp())
