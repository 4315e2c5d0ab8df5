"""Drafts side by side: what each would give, and what speaks for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from dashboards.pages.planning_data import LIVE, Column, Planning
from dashboards.pages.planning_gate import gate_acts
from dashboards.parts import html
from dashboards.parts.drawer import opener
from dashboards.parts.numbers import DASH, plain
from dashboards.parts.panel import panel
from dashboards.parts.status import icon
from dashboards.parts.table import Cell, Col, Line, Sheet, table
from wfm.domain.grid import zone_of
from wfm.domain.language import Said, again, say, to_say
from wfm.domain.plan_measures import WeekMeasures

Figure = Callable[[WeekMeasures], float | None]


MEASURES: tuple[tuple[str, str, int, bool, str, Figure], ...] = (
    ("cost", to_say("Cost, 1.0 short + 0.4 over"), 1, False, "", lambda m: m.cost),
    (
        "short",
        to_say("Short quarter-hours"),
        0,
        False,
        to_say("agents missing, summed over quarter-hours"),
        lambda m: m.short,
    ),
    (
        "over",
        to_say("Over quarter-hours"),
        0,
        False,
        to_say("agents too many, summed over quarter-hours"),
        lambda m: m.over,
    ),
    (
        "coverage",
        to_say("Coverage %"),
        1,
        True,
        to_say("requirement that is covered"),
        lambda m: m.coverage_pct,
    ),
    ("worst", to_say("Worst quarter-hour, agents short"), 0, False, "", lambda m: m.worst[0]),
    (
        "sl",
        to_say("Service level forecast %"),
        1,
        True,
        to_say("Erlang A on the forecast, each quarter-hour weighted by its contacts"),
        lambda m: m.service_level,
    ),
    (
        "under",
        to_say("Days under the service target"),
        0,
        False,
        "",
        lambda m: m.service_days_under,
    ),
    ("paid", to_say("Paid h"), 1, False, "", lambda m: m.paid_hours),
    (
        "overtime",
        to_say("Overtime h"),
        1,
        False,
        to_say("paid beyond the contract's week"),
        lambda m: m.overtime_hours,
    ),
    (
        "wages",
        to_say("Wages"),
        0,
        False,
        to_say("by the wages of the site's policy"),
        lambda m: m.wages,
    ),
    (
        "uneven",
        to_say("Spread of unpopular shifts"),
        2,
        False,
        to_say("standard deviation over people, the 13 weeks before and this one"),
        lambda m: m.uneven,
    ),
    (
        "changed",
        to_say("Shifts changed by publishing"),
        0,
        False,
        to_say("shifts that differ from what is in force"),
        lambda m: len(m.changes),
    ),
    (
        "late",
        to_say("of them under 14 days of notice"),
        0,
        False,
        to_say("they begin within 14 days"),
        None,
    ),
    (
        "broken",
        to_say("Hard violations"),
        0,
        False,
        to_say("labour rules broken"),
        lambda m: m.violations_n,
    ),
)  # type: ignore[assignment]


NEUTRAL = ("paid",)


CHANGING = ("changed", "late")  # what a draft would bring about


def compare_sheet(given: Planning) -> Sheet:
    """Measures down, schedules across; the last column holds the shown draft against what is
    in force. A measure that cannot be told for any of them is left out."""
    shown = given.shown if given.shown.key != LIVE else None
    columns = [Col("measure", say("Measure"), text=True, phone=True)]
    for one in given.columns:
        columns.append(Col(one.key, one.title, phone=one is given.shown))
    if shown is not None:
        columns.append(
            Col("gap", say("{short} against live", short=_short(shown.title)), phone=True)
        )
    lines = []
    now = given.ask.now
    for key, words, decimals, more_is_better, _, read in MEASURES:
        values = [_value(c, key, read, now, given) for c in given.columns]
        if all(value is None for value in values):
            continue
        cells = [Cell(words, key)]
        for column, value in zip(given.columns, values, strict=True):
            text = plain(value, decimals)
            node = html.B(text) if column is given.shown else None
            cells.append(Cell(text, value, soft=column is not given.shown, node=node))
        if shown is not None:
            at = given.columns.index(shown)
            cells.append(_gap_cell(key, values[0], values[at], decimals, more_is_better))
        lines.append(Line(tuple(cells)))
    note = _basis(given)
    return Sheet(
        "drafts",
        say("Compare drafts"),
        tuple(columns),
        tuple(lines),
        note,
        say("Neither a draft nor a published week with a requirement to compare"),
    )


def _value(
    column: Column, key: str, read: Figure | None, now: int, given: Planning
) -> float | None:
    measures = column.measures
    if measures is None:
        return None
    if column.key == LIVE and key in CHANGING:
        return None
    if key == "late":
        return measures.late(now)
    if key == "broken" and column.plan is not None:
        return column.plan.violations_n
    return None if read is None else read(measures)


def _gap_cell(
    key: str, live: float | None, draft: float | None, decimals: int, more_is_better: bool
) -> Cell:
    if key in CHANGING and draft is not None:
        live = 0.0
    if live is None or draft is None:
        return Cell(DASH, None)
    gap = draft - live
    if round(gap, decimals) == 0:
        return Cell("same", 0.0, soft=True)
    text = plain(gap, decimals, signed=True)
    if key in NEUTRAL:
        return Cell(text, gap)
    better = (gap > 0) == more_is_better
    mark = icon("good" if better else "warn", size=9)
    css = "gap-mark" + ("" if better else " warn")
    return Cell(text, gap, node=html.Span([mark, html.Span(text)], className=css))


def _short(title: str) -> str:
    return title.removeprefix("Draft ") if title.startswith("Draft ") else title


def _basis(given: Planning) -> str:
    if given.requirement is None:
        return ""
    at = datetime.fromtimestamp(given.requirement.created_at, zone_of(given.site.zone))
    words = say(
        "against requirement {rq_version} of {at.day} {at:%b %H:%M}",
        rq_version=given.requirement.rq_version,
        at=at,
    )
    notes = {c.measures.service_note for c in given.columns if c.measures} - {""}
    return words + (
        say("; no service level: {value}", value=_said(sorted(notes)[0])) if notes else ""
    )


def _said(note: str) -> str:
    """A note in the language of who reads it, whoever had the week measured first."""
    return again(note) if isinstance(note, Said) else note


def compare_panel(given: Planning) -> Any:
    """The table of drafts, and what can be done with the one shown."""
    sheet = compare_sheet(given)
    body: list[Any] = [table(sheet)]
    acts = publish_acts(given)
    if acts:
        body.append(html.Div(acts, className="acts wrap"))
    return panel(sheet.title, body, note=sheet.note)


def publish_acts(given: Planning) -> list[Any]:
    """Publish the draft that is shown, when there is one."""
    shown = given.shown
    if shown.plan is None:
        return []
    off = ""
    if shown.plan.violations_n:
        off = say(
            "{violations_n} rules are broken; solve again", violations_n=shown.plan.violations_n
        )
    args = {"plan": str(shown.plan.plan_id), "unit": given.unit, "week": given.week}
    return [
        opener(
            say("Publish {title}", title=shown.title),
            "publish",
            args,
            primary=True,
            key="p",
            off=off,
        ),
        *gate_acts(given, shown.plan.plan_id),
    ]
