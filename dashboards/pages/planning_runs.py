"""The right side of the planning page: the run as it goes, and draft against draft."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from dashboards.pages.planning_data import LIVE, Column, Planning
from dashboards.pages.planning_gate import gate_acts
from dashboards.parts import html
from dashboards.parts.curve import Curve, bar, curve, numbers
from dashboards.parts.drawer import opener
from dashboards.parts.numbers import DASH, plain
from dashboards.parts.panel import panel
from dashboards.parts.states import empty
from dashboards.parts.status import icon
from dashboards.parts.table import Cell, Col, Line, Sheet, table
from wfm.domain.grid import zone_of
from wfm.domain.jobs import Job
from wfm.domain.language import say, to_say
from wfm.domain.plan_measures import WeekMeasures
from wfm.queries.planning import Run

WORDS = {
    "forecast": to_say("Forecast"),
    "require": to_say("Requirement"),
    "solve": to_say("Schedule"),
    "publish": to_say("Publication"),
    "simulate": to_say("Simulation"),
    "design": to_say("Design"),
}
STATE = {
    "queued": to_say("waits for a worker"),
    "running": to_say("running"),
    "done": to_say("done"),
    "failed": to_say("failed"),
    "cancelled": to_say("cancelled"),
}
Figure = Callable[[WeekMeasures], float | None]


def run_panel(given: Planning) -> Any:
    """The solver run of the week with its curves, and what can be started."""
    run = given.run
    starters = html.Div(_starters(given), className="acts wrap")
    if run is None:
        words = say("Start one: it works in its own process, and you may cancel at any moment.")
        body: list[Any] = [starters, empty(say("No run of this week yet"), words)]
        return panel(
            say("Solver, {name}, {week_words}", name=given.site.name, week_words=given.week_words),
            body,
        )
    job = run.job
    title = f"{say('Solving') if not job.has_ended else say('Run of')} {_run_name(given, run)}"
    people = (job.result or {}).get("agents")
    note = say(
        "{name}, {week_words}, seed {value}",
        name=given.site.name,
        week_words=given.week_words,
        value=job.parameters.get("seed") or 1,
    )
    if people:
        note = say("{plain} agents, {note}", plain=plain(people, 0), note=note)
    end: Any = None
    if not job.has_ended:
        words = say("Stopping, keeps best") if job.cancel_asked else say("Cancel, keep best")
        off = say("It stops at its next step") if job.cancel_asked else ""
        args = {"job": str(job.job_id), "unit": given.unit, "week": given.week}
        end = opener(words, "cancel", args, small=True, key="x", off=off)
    parts: list[Any] = [_progress(job), _numbers(run)]
    if run.points:
        points = [(p.t_s, p.objective, p.bound) for p in run.points]
        parts.append(
            curve(
                Curve(
                    points,
                    _elapsed(run),
                    _limit(job),
                    not job.has_ended,
                    given.live.measures.required if given.live.measures else None,
                    _against(given, run),
                ),
                given.ask.look.palette,
                name="planning-curve",
            )
        )
    if job.has_ended and job.message:
        shape = {"done": "good", "cancelled": "warn"}.get(job.state, "bad")
        parts.append(html.P([icon(shape), html.Span(job.message)], className="run-said"))
    parts.append(starters)
    return panel(title, parts, note=note, end=end)


def _starters(given: Planning) -> list[Any]:
    args = {"unit": given.unit, "week": given.week}
    role = given.ask.who.role
    without = "" if given.requirement else say("Work out the requirement first")
    return [
        opener(say("Forecast"), "forecast", args, small=True, key="f",
               title=say("Forecast {name} anew", name=given.site.name)),
        opener(say("Requirement"), "require", args, small=True, key="r",
               title=say("People needed each quarter-hour of {week}", week=given.week)),
        opener(say("Solve the week"), "solve", args, small=True, primary=True, key="s", off=without,
               title=say("A draft of {name} for {week}", name=given.site.name, week=given.week)),
    ] if role else []  # fmt: skip


def _run_name(given: Planning, run: Run) -> str:
    if run.plan_id is not None:
        return given.titles.get(run.plan_id, say("plan {plan_id}", plan_id=run.plan_id))
    label = str(run.job.parameters.get("label") or "").strip()
    return label or say("job {job_id}", job_id=run.job.job_id)


def _progress(job: Job) -> Any:
    elapsed = job.detail.get("elapsed_s")
    limit = _limit(job)
    stage = job.stage or say("Waiting for a worker")
    if job.has_ended:
        stage = STATE[job.state].capitalize()
    words = f"{plain(float(elapsed), 1)} s" if elapsed is not None else ""
    if words and limit is not None and not job.has_ended:
        words += say(" of {plain} s", plain=plain(limit, 0))
    percent = 100.0 if job.state in ("done", "cancelled") else job.percent
    share = "" if job.has_ended else say("{percent:.0f} %", percent=percent)
    passes = job.detail.get("pass")
    more = say(" pass {passes}", passes=passes) if passes else ""
    return html.Div(
        [
            html.Div(
                [html.Span([html.B(stage), html.Span(more, className="third")]),
                 html.Span([html.B(share), f"  {words}"])],
                className="run-line",
            ),
            bar(percent, stage),
        ]
    )  # fmt: skip


def _numbers(run: Run) -> Any:
    result = run.job.result or {}
    last = run.points[-1] if run.points else None
    cost = result.get("objective", last.objective if last else None)
    bound = result.get("bound", last.bound if last else None)
    gap = result.get("gap_of_requirement_pct", last.gap_pct if last else None)
    cells = [
        (plain(cost, 1), say("best cost{gain}", gain=_gain(run))),
        (plain(bound, 1), say("lower bound, proved")),
        (f"{plain(gap, 3)} %" if gap is not None else DASH, say("gap, of the requirement")),
    ]
    if run.violations_n is not None:
        cells.append((plain(run.violations_n, 0), say("hard violations")))
    else:
        cells.append((DASH, say("checked when it ends")))
    return numbers(cells)


def _gain(run: Run) -> str:
    """What the last five seconds brought, while it runs."""
    known = [p for p in run.points if p.objective is not None]
    if run.job.has_ended or len(known) < 2:
        return ""
    now = _elapsed(run)
    before = [p for p in known if p.t_s <= now - 5] or known[:1]
    gained = (before[-1].objective or 0.0) - (known[-1].objective or 0.0)
    return (
        say(", −{plain} in 5 s", plain=plain(gained, 1)) if gained > 0 else say(", no gain in 5 s")
    )


def _elapsed(run: Run) -> float:
    last = run.points[-1].t_s if run.points else 0.0
    if run.job.has_ended:
        return last
    told = run.job.detail.get("elapsed_s")
    return max(last, float(told) if isinstance(told, (int, float)) else 0.0)


def _limit(job: Job) -> float | None:
    given = job.parameters.get("time_limit_s")
    return float(given) if isinstance(given, (int, float)) else None


def _against(given: Planning, run: Run) -> tuple[str, float] | None:
    """Another draft's cost as a line to beat; what is in force without one."""
    others = [c for c in given.drafts if c.measures and c.key != str(run.plan_id)]
    found = min(others, key=lambda c: c.measures.cost if c.measures else 0.0, default=None)
    if found is not None and found.measures is not None:
        return found.title, found.measures.cost
    return None


def jobs_panel(given: Planning) -> list[Any]:
    """The last jobs of planning with their outcome, and the way to stop one."""
    lines = []
    for job in given.jobs[:5]:
        at = datetime.fromtimestamp(job.created_at, zone_of(given.site.zone))
        where = f"{job.parameters.get('unit', '')} {job.parameters.get('week', '')}".strip()
        words = job.message or job.stage or STATE[job.state]
        shape = {"done": "good", "failed": "bad", "cancelled": "warn"}.get(job.state, "dot")
        stop: Any = ""
        if not job.has_ended and job.kind != "solve":
            stop = opener(say("Cancel"), "cancel", {"job": str(job.job_id), "unit":
                          str(job.parameters.get("unit"))}, small=True)  # fmt: skip
        lines.append(
            html.Li(
                [
                    icon(shape),
                    html.Span(f"{at:%H:%M}", className="third"),
                    html.B(WORDS.get(job.kind, job.kind)),
                    html.Span(where, className="third nowrap"),
                    html.Span(words, className="said", title=words),
                    stop,
                ]
            )
        )
    if not lines:
        return []
    return [panel(say("Jobs"), html.Ul(lines, className="job-list"), note=say("newest first"))]


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
    return words + (say("; no service level: {value}", value=sorted(notes)[0]) if notes else "")


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
