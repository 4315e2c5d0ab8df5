"""A bonus in the words people are shown: plain, with what is needed from here, never a chance."""

from __future__ import annotations

from datetime import date

from kpis.bonus import Outlook, Projection, State, chance_word
from kpis.bonus_reading import BonusView

WORD: dict[State, str] = {
    "earned": "earned",
    "missed": "missed",
    "secured": "secured",
    "on_track": "on track",
    "at_risk": "at risk",
    "out_of_reach": "out of reach",
    "no_data": "no data",
    "too_early": "too early",
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
PERIOD_WORD = {"month": "this month", "quarter": "this quarter"}


def bonus_sentence(view: BonusView) -> str:
    """Where the bonus stands and what it takes, in one or two sentences.

    "You are at 93.5 %. You need 97.7 % from here: at most 11 min missed per shift on your 22
    remaining shifts."
    """
    projection = view.projection
    if projection is None:
        return "No target is set for this bonus, so it cannot be told where you stand."
    return state_sentence(
        view.state, projection, view.outlook, view.sums.shifts_left,
        PERIOD_WORD.get(view.scheme.period, "this period"), view.scheme.least_hours,
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
    now = "" if projection.rate_now is None else f"You are at {_percent(projection.rate_now)}."
    if state == "earned":
        return f"Earned: {_percent(projection.rate_now)}, at or above the line of {line}."
    if state == "missed":
        return (
            f"Missed: {_percent(projection.rate_now)}, below the line of {line}.{_lower(outlook)}"
        )
    if state == "secured":
        return f"Secured. Even missing tomorrow keeps you above {line}."
    if state == "out_of_reach":
        best = _percent(projection.best)
        return f"{line} can no longer be reached {period} (best possible {best}).{_lower(outlook)}"
    if state == "on_track":
        return f"{now} You can miss about {_minutes(projection)} a shift and still earn the bonus."
    shifts = "shift" if shifts_left == 1 else "shifts"
    if state == "at_risk":
        return (
            f"{now} You need {_percent(projection.needed)} from here: at most "
            f"{_minutes(projection)} missed per shift on your {shifts_left} remaining {shifts}."
        )
    if state == "too_early":
        return (
            f"Too early to tell: {base_s / 3600:.0f} of the first {least_hours:.0f} hours. "
            f"{_needs(projection)}"
        ).strip()
    return f"Nothing is counted yet. {_needs(projection)}".strip()


def help_sentence(view: BonusView) -> str:
    """What one recurring loss is worth; empty where none is known.

    "Without the after-lunch minutes you would stand at 95.60 % instead of 94.75 % - above the
    95.0 % line."
    """
    helped, projection = view.help, view.projection
    if helped is None or projection is None:
        return ""
    text = (
        f"Without the minutes {view.moment} you would stand at "
        f"{100 * helped.rate_without:.2f} % instead of {100 * helped.rate_now:.2f} %"
    )
    if helped.crosses:
        return f"{text}, above the {_percent(projection.target)} line."
    if helped.without.state != helped.now.state:
        return f"{text}: {WORD[helped.without.state]} instead of {WORD[helped.now.state]}."
    return f"{text}."


def change_sentence(rate: float, before: float, since: date, excused_s: float) -> str:
    """How the rate moved since a day and why; empty when it did not move.

    "+0.4 pp since Mon 23 Nov: 25 min excused."
    """
    points = 100 * (rate - before)
    if abs(points) < 0.05:
        return ""
    sign = "+" if points > 0 else "\u2212"
    day = f"{since:%a} {since.day} {since:%b}"
    why = f": {excused_s / 60:.0f} min excused" if excused_s >= 30 else ""
    return f"{sign}{abs(points):.1f} pp since {day}{why}."


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
        return f"The line of {_line(projection.target)} is out of reach already."
    return (
        f"You need {_percent(projection.needed)} from here: "
        f"{_minutes(projection)} a shift may be missed."
    )


def _lower(outlook: Outlook | None) -> str:
    """The best tier that is still there, as a second sentence."""
    if outlook is None:
        return ""
    found = outlook.reachable
    if found is None:
        return ""
    verb = "is earned" if found.projection.state in ("earned", "secured") else "can"
    return f" The {_line(found.projection.target)} tier {verb}."


def _minutes(projection: Projection) -> str:
    budget = projection.budget_per_shift_s or 0.0
    return f"{budget / 60:.0f} min"


def _percent(rate: float | None) -> str:
    return "" if rate is None else f"{100 * rate:.1f} %"


def _line(rate: float) -> str:
    """A threshold without needless decimals: 95 %, 93.75 %."""
    return f"{100 * rate:.2f}".rstrip("0").rstrip(".") + " %"
