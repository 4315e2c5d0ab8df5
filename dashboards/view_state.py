"""What a page shows, as its address says it: lossless both ways, so links and Back agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from wfm.domain.errors import BadInput
from wfm.domain.language import say
from wfm.domain.periods import Period, period_of, step_period, week_of
from wfm.domain.scope import ENTERPRISE, Scope

GRAINS = ("now", "today", "day", "week", "weeks", "month", "quarter", "custom")
COMPARISONS = ("plan", "previous", "target", "none")
VIEWS = ("graphic", "table")
CELLS = ("5", "15")
STATUSES = ("open", "decided", "all")
DIMENSIONS = (
    "site", "team", "agent", "tenure", "queue", "group", "contact_type", "channel", "activity",
    "reason", "weekday", "slot", "day",
)  # fmt: skip
LONGEST_DAYS = 800


@dataclass(frozen=True)
class ViewState:
    """Scope, period, comparison, graphic or table, and the figure broken down.

    `week`, `plan` and `on` are the week, the draft ("live": what is in force) and the day that the
    planning page looks at, whatever its period; `cell` is the minutes of a cell of the floor,
    `status` and `kind` filter what the requests page and the audit log list, `beside` holds the
    numbers of the scenarios set beside the year's plan: `3-5`. `past` turns the list of remedies to
    all there ever were: "all", or a number for those before that one.
    Empty fields are the page's own default: `/centre?grain=week&day=2026-10-12&view=table` has
    grain week, that day, table, and everything else as the page likes it.
    """

    scope: Scope | None = None
    grain: str = ""
    day: date | None = None
    first: date | None = None
    end: date | None = None
    compare: str = ""
    view: str = ""
    kpi: str = ""
    by: str = ""
    sort: str = ""
    week: str = ""
    plan: str = ""
    on: date | None = None
    cell: str = ""
    status: str = ""
    kind: str = ""
    beside: str = ""
    past: str = ""

    def query(self) -> str:
        """The query text of a link, without what is empty: `?scope=dublin&grain=week`."""
        fields = {
            "scope": "" if self.scope is None else (self.scope.path or "*"),
            "grain": self.grain,
            "day": _text(self.day),
            "from": _text(self.first),
            "to": _text(self.end),
            "cmp": self.compare,
            "view": self.view,
            "kpi": self.kpi,
            "by": self.by,
            "sort": self.sort,
            "week": self.week,
            "plan": self.plan,
            "on": _text(self.on),
            "cell": self.cell,
            "status": self.status,
            "kind": self.kind,
            "beside": self.beside,
            "past": self.past,
        }
        shown = {name: value for name, value in fields.items() if value}
        return "?" + urlencode(shown, safe="/*:,") if shown else ""

    def link(self, path: str) -> str:
        """The address of a page in this state."""
        return path + self.query()

    def but(self, **changes: object) -> ViewState:
        """This state with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def period(self, default_grain: str, today: date) -> Period:
        """The local days shown, today if nothing else is asked."""
        if self.first is not None and self.end is not None:
            return Period(self.first, self.end)
        grain = self.grain or default_grain
        if grain == "custom":
            raise BadInput(
                say("A custom period needs from= and to=, like from=2026-10-01&to=2026-10-08.")
            )
        return period_of("today" if grain == "now" else grain, self.day or today)

    def stepped(self, default_grain: str, today: date, steps: int) -> ViewState:
        """The same view one period earlier (-1) or later (1)."""
        if self.first is not None and self.end is not None:
            width = self.end - self.first
            return self.but(first=self.first + steps * width, end=self.end + steps * width)
        grain = self.grain or default_grain
        plain = "day" if grain in ("now", "today") else grain
        moved = step_period(plain, self.day or today, steps)
        if period_of(plain, moved) == period_of(plain, today):
            return self.but(day=None, grain="" if grain == "now" else self.grain)
        return self.but(day=moved, grain="day" if plain == "day" else self.grain)


def parse_view(query: Mapping[str, str]) -> ViewState:
    """The state of an address's parameters; unknown names are left out, nonsense is `BadInput`."""
    first, end = _date(query, "from"), _date(query, "to")
    if (first is None) != (end is None):
        raise BadInput(say("A period needs both from= and to=."))
    if first is not None and end is not None and not 0 < (end - first).days <= LONGEST_DAYS:
        raise BadInput(
            say(
                "The period must be 1 to {longest_days} days, and end after it begins.",
                longest_days=LONGEST_DAYS,
            )
        )
    scope = query.get("scope", "")
    return ViewState(
        scope=None if not scope else (ENTERPRISE if scope == "*" else Scope.parse(scope)),
        grain=_one_of(query, "grain", GRAINS),
        day=_date(query, "day"),
        first=first,
        end=end,
        compare=_one_of(query, "cmp", COMPARISONS),
        view=_one_of(query, "view", VIEWS),
        kpi=_word(query, "kpi"),
        by=_one_of(query, "by", DIMENSIONS),
        sort=_word(query, "sort"),
        week=_week(query),
        plan=_plan(query),
        on=_date(query, "on"),
        cell=_one_of(query, "cell", CELLS),
        status=_one_of(query, "status", STATUSES),
        kind=_word(query, "kind"),
        beside=_word(query, "beside"),
        past=_past(query),
    )


def period_label(grain: str, period: Period, today: date) -> str:
    """A period as the header names it: "Mon 12 Oct", "5 to 11 Oct", "October 2026", "Q4 2026"."""
    last = period.end - timedelta(days=1)
    if period.days == 1:
        return say("{day:%a} {day.day} {day:%b}", day=period.first) + _year(last, today)
    if grain == "month":
        return say("{day:%B}", day=period.first) + (_year(last, today) or f" {last.year}")
    if grain == "quarter":
        return f"Q{(period.first.month - 1) // 3 + 1} {period.first.year}"
    if period.first.month == last.month:
        return say("{day} to {day_2.day} {day_2:%b}", day=period.first.day, day_2=last) + _year(
            last, today
        )
    return say(
        "{day.day} {day:%b} to {day_2.day} {day_2:%b}", day=period.first, day_2=last
    ) + _year(last, today)


def _year(day: date, today: date) -> str:
    return "" if day.year == today.year else f" {day.year}"


def _text(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _date(query: Mapping[str, str], name: str) -> date | None:
    value = query.get(name, "")
    if not value:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise BadInput(
            say(
                "{name}={value!r} is no date; write it like 2026-10-12.",
                name=name,
                value=value[:20],
            )
        ) from None
    if not 1990 <= day.year <= 2100:
        raise BadInput(
            say("{name}={value!r} lies outside 1990 to 2100.", name=name, value=value[:20])
        )
    return day


def _one_of(query: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = query.get(name, "")
    if value and value not in allowed:
        raise BadInput(
            say(
                "{name}={value!r} is not known; one of {allowed}.",
                name=name,
                value=value[:20],
                allowed=", ".join(allowed),
            )
        )
    return value


def _week(query: Mapping[str, str]) -> str:
    value = query.get("week", "")
    if value:
        try:
            week_of(value)
        except ValueError:
            raise BadInput(
                say("week={value!r} is no week; write it like 2026-W42.", value=value[:20])
            ) from None
    return value


def _plan(query: Mapping[str, str]) -> str:
    value = query.get("plan", "")
    if value and value != "live" and not _is_number(value):
        raise BadInput(
            say("plan={value!r} is neither the number of a draft nor live.", value=value[:20])
        )
    return value


def _past(query: Mapping[str, str]) -> str:
    value = query.get("past", "")
    if value and value != "all" and not _is_number(value):
        raise BadInput(
            say("past={value!r} is neither all nor the number of an entry.", value=value[:20])
        )
    return value


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _word(query: Mapping[str, str], name: str) -> str:
    value = query.get(name, "")
    if len(value) > 80 or not all(sign.isalnum() or sign in "_-." for sign in value):
        raise BadInput(say("{name} is not a name.", name=name))
    return value
