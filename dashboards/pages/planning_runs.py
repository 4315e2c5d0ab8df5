"""The run of the planning page as it goes, its numbers, and the jobs of the week."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dashboards.pages.planning_data import Planning
from dashboards.parts import html
from dashboards.parts.curve import Curve, bar, curve, numbers
from dashboards.parts.drawer import opener
from dashboards.parts.numbers import DASH, plain
from dashboards.parts.panel import panel
from dashboards.parts.states import empty
from dashboards.parts.status import icon
from wfm.domain.grid import zone_of
from wfm.domain.jobs import Job
from wfm.domain.language import say, to_say
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
