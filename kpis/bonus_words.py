"""A bonus in the words people are shown: plain, with what is needed from here, never a chance."""

from __future__ import annotations

from datetime import date

from kpis.bonus import Outlook, Projection, State, chance_word
from kpis.bonus_reading import BonusView
from wfm.domain.language import say, say_many, to_say

WORD: dict[State, str] = {
    "earned": to_say("earned"),
    "missed": to_say("missed"),
    "secured": to_say("secured"),
    "on_track": to_say("on track"),
    "at_risk": to_say("at risk"),
    "out_of_reach": to_say("out of reach"),
    "no_data": to_say("no data"),
    "too_early": to_say("too early"),
}
STATUS: dict[State, str] = {
    "earned": "good",
    "secured": "good",
    "on_track": "good",
    "at_risk": "warn",
    "out_of_reach": "bad",
    "missed": "bad",
    "no_data": "none",
    "too_early": "none",
}
PERIOD_WORD = {"month": to_say("this month"), "quarter": to_say("this quarter")}


def bonus_sentence(view: BonusView) -> str:
    """Where the bonus stands and what it takes, in one or two sentences.

    "You are at 93.5 %. You need 97.7 % from here: at most 11 min missed per shift on your 22
    remaining shifts."
    """
    projection = view.projection
    if projection is None:
        return say("No target is set for this bonus, so it cannot be told where you stand.")
    return state_sentence(
        view.state, projection, view.outlook, view.sums.shifts_left,
        PERIOD_WORD.get(view.scheme.period, say("this period")), view.scheme.least_hours,
        view.sums.base_s,
    )  # fmt: skip


def state_sentence(
    state: State,
    projection: Projection,
    outlook: Outlook | None,
    shifts_left: int,
    period: str,
    least_hours: float = 30.0,
    base_s: float = 0.0,
) -> str:
    """The sentence of one state, from its projection."""
    line = _line(projection.target)
    now = (
        ""
        if projection.rate_now is None
        else say("You are at {percent}.", percent=_percent(projection.rate_now))
    )
    if state == "earned":
        return say(
            "Earned: {percent}, at or above the line of {line}.",
            percent=_percent(projection.rate_now),
            line=line,
        )
    if state == "missed":
        return say(
            "Missed: {percent}, below the line of {line}.{lower}",
            percent=_percent(projection.rate_now),
            line=line,
            lower=_lower(outlook),
        )
    if state == "secured":
        return say("Secured. Even missing tomorrow keeps you above {line}.", line=line)
    if state == "out_of_reach":
        best = _percent(projection.best)
        return say(
            "{line} can no longer be reached {period} (best possible {best}).{lower}",
            line=line,
            period=period,
            best=best,
            lower=_lower(outlook),
        )
    if state == "on_track":
        return say(
            "{now} You can miss about {minutes} a shift and still earn the bonus.",
            now=now,
            minutes=_minutes(projection),
        )
    if state == "at_risk":
        return say_many(
            "{now} You need {percent} from here: at most {minutes} missed per "
            "shift on your {n} remaining shift.",
            "{now} You need {percent} from here: at most {minutes} missed per "
            "shift on your {n} remaining shifts.",
            shifts_left,
            now=now,
            percent=_percent(projection.needed),
            minutes=_minutes(projection),
        )
    if state == "too_early":
        return (
            say(
                "Too early to tell: {base_s:.0f} of the first {least_hours:.0f} hours. {needs}",
                base_s=base_s / 3600,
                least_hours=least_hours,
                needs=_needs(projection),
            )
        ).strip()
    return say("Nothing is counted yet. {needs}", needs=_needs(projection)).strip()


def help_sentence(view: BonusView) -> str:
    """What one recurring loss is worth; empty where none is known.

    "Without the after-lunch minutes you would stand at 95.60 % instead of 94.75 % - above the
    95.0 % line."
    """
    helped, projection = view.help, view.projection
    if helped is None or projection is None:
        return ""
    text = say(
        "Without the minutes {moment} you would stand at {rate_without:.2f} % "
        "instead of {rate_now:.2f} %",
        moment=view.moment,
        rate_without=100 * helped.rate_without,
        rate_now=100 * helped.rate_now,
    )
    if helped.crosses:
        return say(
            "{text}, above the {percent} line.", text=text, percent=_percent(projection.target)
        )
    if helped.without.state != helped.now.state:
        return say(
            "{text}: {word} instead of {word_2}.",
            text=text,
            word=WORD[helped.without.state],
            word_2=WORD[helped.now.state],
        )
    return f"{text}."


def change_sentence(rate: float, before: float, since: date, excused_s: float) -> str:
    """How the rate moved since a day and why; empty when it did not move.

    "+0.4 pp since Mon 23 Nov: 25 min excused."
    """
    points = 100 * (rate - before)
    if abs(points) < 0.05:
        return ""
    sign = "+" if points > 0 else "\u2212"
    day = say("{day:%a} {day.day} {day:%b}", day=since)
    why = say(": {excused_s:.0f} min excused", excused_s=excused_s / 60) if excused_s >= 30 else ""
    return say(
        "{sign}{points:.1f} pp since {day}{why}.", sign=sign, points=abs(points), day=day, why=why
    )


def chance_text(view: BonusView) -> str:
    """The chance of the whole bonus as low, even or high; empty once it is settled."""
    if view.outlook is None or view.state in ("earned", "missed", "secured", "out_of_reach"):
        return ""
    if view.state in ("no_data", "too_early"):
        return ""
    return chance_word(view.outlook.of_factor(view.scheme.whole.factor).p)


def _needs(projection: Projection) -> str:
    if projection.needed is None or projection.budget_per_shift_s is None:
        return ""
    if projection.needed > 1:
        return say("The line of {line} is out of reach already.", line=_line(projection.target))
    return say(
        "You need {percent} from here: {minutes} a shift may be missed.",
        percent=_percent(projection.needed),
        minutes=_minutes(projection),
    )


def _lower(outlook: Outlook | None) -> str:
    """The best tier that is still there, as a second sentence."""
    if outlook is None:
        return ""
    found = outlook.reachable
    if found is None:
        return ""
    line = _line(found.projection.target)
    if found.projection.state in ("earned", "secured"):
        return say(" The {line} tier is earned.", line=line)
    return say(" The {line} tier can.", line=line)


def _minutes(projection: Projection) -> str:
    budget = projection.budget_per_shift_s or 0.0
    return say("{budget:.0f} min", budget=budget / 60)


def _percent(rate: float | None) -> str:
    return "" if rate is None else say("{rate:.1f} %", rate=100 * rate)


def _line(rate: float) -> str:
    """A threshold without needless decimals: 95 %, 93.75 %."""
    decimals = len(f"{100 * rate:.2f}".rstrip("0").partition(".")[2])
    return say(f"{{rate:.{decimals}f}} %", rate=100 * rate)
