"""The right side of the forecast page: how well forecasts did, corrections, calendar, versions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from dashboards.pages.forecast_data import Forecasts
from dashboards.parts import html
from dashboards.parts.drawer import opener
from dashboards.parts.numbers import DASH, plain
from dashboards.parts.panel import panel
from dashboards.parts.status import icon
from dashboards.parts.table import Cell, Col, Line, Sheet, figure_cell, table
from wfm.domain.forecast_records import (
    DAY,
    EVENT,
    MUTE,
    OVERRIDE,
    ForecastRecord,
    days_told,
    told,
)
from wfm.domain.forecast_scores import AddedValue, Score
from wfm.domain.language import joined, say, say_many, to_say
from wfm.queries.forecasts import Version

MOST_VERSIONS, MOST_UNUSUAL = 12, 8
REASONS = (  # as a forecast tells them
    to_say("far above usual"), to_say("far below usual"), to_say("left out by a user"),
)  # fmt: skip


def accuracy_sheet(given: Forecasts) -> Sheet:
    """The error of the last four weeks' forecasts by days ahead, beside last week again."""
    columns = (
        Col("lead", say("Days ahead"), text=True, phone=True),
        Col(
            "wape",
            say("Error"),
            "%",
            say("WAPE by quarter-hour: errors over all that came"),
            phone=True,
        ),
        Col(
            "naive",
            say("Last week again"),
            "%",
            say("the same error of repeating the last known week"),
            phone=True,
        ),
        Col(
            "skill",
            say("Error saved"),
            "%",
            say("of the naive forecast's error, on the same quarters"),
        ),
        Col("bias", say("Bias"), "%", say("forecast less what came, of what came")),
        Col(
            "inside",
            say("Inside the band"),
            "%",
            say("quarter-hours between P10 and P90; 80 aimed at"),
        ),
        Col("days", say("Days judged")),
    )
    lines = []
    for words, score in given.scores.by_lead.items():
        cells = (Cell(say(words[:]), words), *_score_cells(score))
        status = "" if score.skill is None else "good" if score.skill > 0 else "warn"
        lines.append(Line(cells, "", status))
    return Sheet(
        "accuracy",
        say("Accuracy against naive"),
        columns,
        tuple(lines),
        say("last 28 days, models alone, only what was made before"),
        say("No forecast made before its days is over yet"),
    )


def _score_cells(score: Score | None) -> tuple[Cell, ...]:
    if score is None:
        return tuple(Cell(DASH, None, reason=say("none of its days is over")) for _ in range(6))
    return (
        figure_cell(score.wape, 1),
        figure_cell(score.naive_wape, 1, soft=True),
        figure_cell(score.skill, 1, signed=True),
        figure_cell(score.bias, 1, signed=True),
        figure_cell(score.coverage, 0),
        figure_cell(score.days, 0, soft=True),
    )


def accuracy_panel(given: Forecasts) -> Any:
    """The table of accuracy."""
    sheet = accuracy_sheet(given)
    return panel(sheet.title, table(sheet), note=sheet.note)


def versions_sheet(given: Forecasts) -> Sheet:
    """Kept forecasts, those that count first, each with its inputs and how well it did."""
    columns = (
        Col("version", say("Version"), text=True, phone=True),
        Col("made", say("Made"), text=True, phone=True),
        Col("by", say("By"), text=True),
        Col(
            "wape",
            say("Error"),
            "%",
            say("WAPE by quarter-hour of its days that are over"),
            phone=True,
        ),
        Col("naive", say("Last week again"), "%", more=True),
        Col("skill", say("Error saved"), "%", more=True),
        Col("bias", say("Bias"), "%"),
        Col("inside", say("Inside the band"), "%", more=True),
        Col("judged", say("Days judged")),
        Col("days", say("Days"), text=True, more=True),
        Col("learned", say("Learned from"), text=True, more=True),
        Col("inputs", say("Inputs"), "", say("hash of everything it was learned from"), text=True),
        Col(
            "settings", say("Settings"), "", say("hash of its configuration"), text=True, more=True
        ),
        Col("method", say("Method and weights"), text=True, more=True),
    )
    lines = []
    for one in given.versions[:MOST_VERSIONS]:
        number = str(one.fc_version)
        if one.base_version is not None:
            number += f" = {one.base_version} + {len(one.overrides)}"
        inputs = one.inputs
        learned = (
            say("{inputs} to {inputs_2}", inputs=inputs["first_on"], inputs_2=inputs["last_on"])
            if inputs.get("first_on")
            else ""
        )
        digest = str(inputs.get("hash", ""))
        cells = (
            Cell(number, one.fc_version),
            Cell(given.local(one.created_at), one.created_at),
            Cell(given.author(one.author), one.author),
            *_score_cells(given.scores.by_version.get(one.fc_version)),
            Cell(
                say("{first_on} to {end_on}", first_on=one.first_on, end_on=one.end_on),
                one.first_on.isoformat(),
            ),
            Cell(learned or say("not kept"), learned),
            Cell(digest[:8] or DASH, digest, soft=True, reason=digest),
            Cell(one.config_hash[:8], one.config_hash),
            Cell(_method(one), one.method),
        )
        lines.append(Line(cells))
    return Sheet("versions", say("Versions"), columns, tuple(lines),
                 say("n = m + k: k overrides on the model's forecast m"),
                 say("No forecast touches these days"))  # fmt: skip


def _method(one: Version) -> str:
    """The method with the weights that each queue's own past gave its models a week ahead."""
    told = []
    for row in one.summary.get("queues", ()):
        weights = list(row.get("weights") or [])
        if len(weights) > 1:
            shares = ", ".join(
                say("{name} {w:.0f} %", name=name, w=100 * w) for name, w in weights[1].items()
            )
            told.append(f"{row['queue']}: {shares}")
    return one.method + (say("; 2 to 7 days ahead {told}", told="; ".join(told)) if told else "")


def versions_panel(given: Forecasts) -> Any:
    """The table of versions."""
    sheet = versions_sheet(given)
    return panel(sheet.title, table(sheet), note=sheet.note)


def overrides_sheet(given: Forecasts) -> Sheet:
    """Overrides newest first, with what each added once its days are over."""
    columns = (
        Col("days", say("Days"), text=True, phone=True),
        Col("what", say("Override"), text=True, phone=True),
        Col("where", say("Where"), text=True),
        Col(
            "value",
            say("Error saved"),
            "pp",
            say("WAPE without it less WAPE with it, on its cells"),
            phone=True,
        ),
        Col("by", say("By"), text=True),
        Col("why", say("Why"), text=True),
        Col("state", "", text=True, phone=True),
    )
    lines = []
    for one in given.of_kind(OVERRIDE):
        value = given.scores.added_by_record.get(one.record_id)
        points = None if value is None else value.points
        reason = "" if points is not None else say("its days are not over, or nothing came")
        cell = figure_cell(points, 1, signed=True, reason=reason)
        lines.append(_record_line(given, one, cell))
    return Sheet(
        "overrides",
        say("Overrides"),
        columns,
        tuple(lines),
        added_words(given.scores.added),
        say("Nobody has corrected these forecasts"),
    )


def added_words(value: AddedValue | None) -> str:
    """What the overrides did to the error, in words."""
    if value is None or value.points is None:
        return say("their value shows once their days are over")
    told = {
        "plain": plain(value.wape_override, 1),
        "plain_2": plain(value.wape_model, 1),
        "plain_3": plain(abs(value.points), 1),
    }
    if value.points >= 0:
        return say_many(
            "{plain} % error with them, {plain_2} % without: "
            "they saved {plain_3} points on {n} day",
            "{plain} % error with them, {plain_2} % without: "
            "they saved {plain_3} points on {n} days",
            value.days,
            **told,
        )
    return say_many(
        "{plain} % error with them, {plain_2} % without: they cost {plain_3} points on {n} day",
        "{plain} % error with them, {plain_2} % without: they cost {plain_3} points on {n} days",
        value.days,
        **told,
    )


def _record_line(given: Forecasts, one: ForecastRecord, *figures: Cell) -> Line:
    gone = one.undone_at is not None
    who = f"{given.author(one.author)}, {given.local(one.recorded_at)}"
    state: Any = ""
    if gone and one.undone_at is not None:
        by = given.author(one.undone_by)
        state = html.Span(
            say("undone by {by}, {local}", by=by, local=given.local(one.undone_at)),
            className="third",
        )
    elif given.may_write:
        args = {"unit": given.site.org_id, "record": str(one.record_id)}
        name = say(
            "Undo {told}, {days_told}",
            told=told(one),
            days_told=days_told(one.first_on, one.end_on),
        )
        state = opener(say("Undo"), "undo-record", args, small=True, title=name)
    words = told(one)
    return Line(
        (
            Cell(days_told(one.first_on, one.end_on), str(one.first_on), soft=gone),
            Cell(words, words, soft=gone, node=html.S(words) if gone else None),
            Cell(given.queue_name(one.queue_id), one.queue_id, soft=True),
            *figures,
            Cell(who, one.author, soft=True),
            Cell(one.reason, one.reason, soft=True),
            Cell(say("undone") if gone else say("in force"), one.record_id, node=state),
        )
    )


def overrides_panel(given: Forecasts) -> Any:
    """The overrides and what they added together."""
    sheet = overrides_sheet(given)
    note: Any = sheet.note
    value = given.scores.added
    if value is not None and value.points is not None:
        note = html.Span([icon("good" if value.points >= 0 else "warn", size=9), " ", sheet.note])
    return panel(sheet.title, table(sheet), note=note)


def calendar_sheet(given: Forecasts) -> Sheet:
    """Events from files and from the page, and days left out or kept by planners or by rule."""
    columns = (
        Col("days", say("Days"), text=True, phone=True),
        Col("what", say("What"), text=True, phone=True),
        Col("where", say("Where"), text=True),
        Col("known", say("Known since"), text=True, more=True),
        Col("by", say("By"), text=True),
        Col("why", say("Why"), text=True),
        Col("state", "", text=True, phone=True),
    )
    lines = []
    for one in (*given.of_kind(EVENT), *given.of_kind(DAY)):
        known = one.terms.get("known_at") or one.recorded_at
        lines.append(_record_line(given, one, Cell(given.local(int(known)), int(known), soft=True)))
    lines += [_mute_line(given, one) for one in given.of_kind(MUTE)]
    muted = {one.terms["event_id"] for one in given.of_kind(MUTE) if one.undone_at is None}
    for entry in given.calendar:
        effect = say("effect learned") if entry.effect_pct is None else f"{entry.effect_pct:+g} %"
        words = f"{entry.name or entry.kind.replace('_', ' ')}: {effect}"
        known_words = given.local(entry.known_at) if entry.known_at else say("always")
        last = entry.last_on
        days = say("{day.day} {day:%b}", day=entry.first_on)
        days += "" if last == entry.first_on else say(" to {day.day} {day:%b}", day=last)
        cells = (
            Cell(days, entry.first_on.isoformat()), Cell(words, entry.event_id),
            Cell(given.queue_name(entry.queue_id), entry.queue_id, soft=True),
            Cell(known_words, entry.known_at, soft=True), Cell(say("file"), "file", soft=True),
            Cell("", ""), _mute_cell(given, entry.event_id, words, entry.event_id in muted),
        )  # fmt: skip
        lines.append(Line(cells))
    lines += _unusual_lines(given)
    return Sheet("calendar", say("Calendar and days left out"), columns, tuple(lines),
                 say("taken into the next forecast"),
                 say("No event, no unusual day, nothing left out"))  # fmt: skip


def _mute_cell(given: Forecasts, event_id: str, words: str, muted: bool) -> Cell:
    """Whether an event of a file counts, and the way to let it not count."""
    if muted:
        return Cell(say("does not count"), "muted", soft=True)
    act: Any = ""
    if given.may_write:
        args = {"unit": given.site.org_id, "event": event_id, "name": words.split(":")[0]}
        act = opener(
            say("Mute"),
            "mute-event",
            args,
            small=True,
            title=say("Let {words} not count", words=words),
        )
    return Cell("counts", "counts", node=act)


def _mute_line(given: Forecasts, one: ForecastRecord) -> Line:
    return _record_line(
        given, one, Cell(given.local(one.recorded_at), one.recorded_at, soft=True)
    )  # fmt: skip


def _unusual_lines(given: Forecasts) -> list[Line]:
    """Days that the newest forecast found unusual, what was usual, and the way to overrule it."""
    if given.newest is None:
        return []
    found: dict[tuple[str, str], list[tuple[str, Mapping[str, Any]]]] = {}
    for queue_id, rows in (given.newest.inputs.get("unusual") or {}).items():
        for row in rows:
            found.setdefault((row["first_on"], row["last_on"]), []).append((str(queue_id), row))
    lines = []
    for (first, last), rows in sorted(found.items(), reverse=True)[:MOST_UNUSUAL]:
        queue_id, row = rows[0]
        a, b = date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1)
        names = given.queue_name(queue_id)
        names += say(" and {n} more", n=len(rows) - 1) if len(rows) > 1 else ""
        left = say("left out") if row["left_out"] else say("learned from")
        words = joined(", ", (say(row["reason"]), left))
        usual = ""
        if row["contacts"] is not None and row["usual"] is not None:
            usual = say(
                "{plain} where {plain_2} are usual",
                plain=plain(row["contacts"], 0),
                plain_2=plain(row["usual"], 0),
            )
        act: Any = ""
        if given.may_write and row["left_out"] and row["contacts"] is not None:
            args = {"unit": given.site.org_id, "on": first, "verdict": "keep",
                    "last": "" if first == last else last}  # fmt: skip
            if len(rows) == 1:
                args["queue"] = queue_id
            title = say("Learn from {days_told} after all", days_told=days_told(a, b))
            act = opener(say("Keep it"), "leave-out", args, small=True, title=title)
        lines.append(
            Line(
                (
                    Cell(days_told(a, b), first), Cell(words, words),
                    Cell(names, names, soft=True), Cell("", None),
                    Cell(say("found"), "found", soft=True), Cell(usual, usual, soft=True),
                    Cell(left, left, node=act),
                )
            )
        )  # fmt: skip
    return lines


def calendar_panel(given: Forecasts) -> Any:
    """The calendar."""
    sheet = calendar_sheet(given)
    return panel(sheet.title, table(sheet), note=sheet.note)
