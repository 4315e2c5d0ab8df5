"""Forms of the planning page: forecast, requirement, solver run, cancel, publication."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from dashboards.forms import FieldError, FormAsk, FormRoom, Values
from dashboards.pages.planning_gate import gate_fields, gate_signature, gate_told
from dashboards.parts.drawer import Drawer, facts, sentences
from dashboards.parts.form import Field, Form
from dashboards.parts.numbers import plain
from wfm.actions.jobs import ask_job, cancel_job
from wfm.actions.plans import publish
from wfm.domain.errors import BadInput
from wfm.domain.grid import zone_of
from wfm.domain.periods import Period, week_of
from wfm.domain.plan_measures import NOTICE_S
from wfm.domain.scope import Scope
from wfm.queries.jobs import read_job
from wfm.queries.organisation import read_organisation
from wfm.queries.plans import Plan, read_plan, read_plan_documents, read_plans
from wfm.queries.schedules import week_mark

DEFAULT_LIMIT, LONGEST_LIMIT = 30, 900
DAY_S = 86_400


def unit_scope(values: Values) -> Scope:
    """The site a form is about."""
    return Scope(values.get("unit") or None)


def week_of_form(ask: FormAsk) -> Period:
    """The week a form is about; `BadInput` when it is none."""
    try:
        return week_of(ask.value("week"))
    except ValueError:
        raise BadInput("The week of the form is none; open it again.") from None


def _place(ask: FormAsk) -> tuple[str, str]:
    """The site's name and the days of the week, for titles."""
    period = week_of_form(ask)
    name = read_organisation(ask.sources.store, ask.scope).name_of(ask.scope)
    last = period.end - timedelta(days=1)
    return name, f"{period.first.day} {period.first:%b} to {last.day} {last:%b}"


def _args(ask: FormAsk, *names: str) -> dict[str, str]:
    return {name: ask.value(name) for name in ("unit", "week", *names)}


def _ask(ask: FormAsk, kind: str, more: dict[str, object], reason: str = "") -> int:
    return ask_job(
        ask.sources.store,
        ask.sources.clock,
        kind,
        {"unit": ask.value("unit"), "week": ask.value("week"), **more},
        actor=ask.who.user_key,
        actor_role=ask.who.role.value,
        scope=ask.scope,
        reason=reason,
        request_key=ask.key,
    )


# --- forecast and requirement ---------------------------------------------------------------------


def show_forecast(ask: FormAsk) -> Drawer:
    """The question before a forecast."""
    name, days = _place(ask)
    fields = (Field("reason", "Reason", "note", ask.value("reason"),
                    hint="What is new: a campaign, a closed day, more history"),)  # fmt: skip
    return Drawer(
        f"Forecast {name}",
        f"All queues by quarter-hour, at least 14 days from today, to the end of {days}. "
        "It becomes a new version; the old ones stay.",
        form=Form("forecast", fields, "Forecast", _args(ask), ask.errors, ask.trouble, True,
                  key=ask.key),
    )  # fmt: skip


def send_forecast(ask: FormAsk) -> Drawer:
    """The forecast asked for as a job."""
    week_of_form(ask)
    job_id = _ask(ask, "forecast", {}, ask.value("reason"))
    name, _ = _place(ask)
    return Drawer(f"Forecast {name}", done=f"Job {job_id} is asked for; the page follows it.")


def show_require(ask: FormAsk) -> Drawer:
    """The question before a requirement."""
    name, days = _place(ask)
    return Drawer(
        f"Requirement of {name}, {days}",
        "People each quarter-hour needs on the queues for their service level, from the newest "
        "forecast of the week.",
        form=Form("require", (), "Work it out", _args(ask), ask.errors, ask.trouble, True,
                  key=ask.key),
    )  # fmt: skip


def send_require(ask: FormAsk) -> Drawer:
    """The requirement asked for as a job."""
    week_of_form(ask)
    job_id = _ask(ask, "require", {})
    name, days = _place(ask)
    return Drawer(
        f"Requirement of {name}, {days}", done=f"Job {job_id} is asked for; the page follows it."
    )


# --- solver runs ----------------------------------------------------------------------------------


def show_solve(ask: FormAsk) -> Drawer:
    """The settings of a run: its name, how long, which seed, how many are expected away."""
    name, days = _place(ask)
    count = len(read_plans(ask.sources.store, ask.scope, unit=ask.value("unit"),
                           week=ask.value("week"), limit=400))  # fmt: skip
    fields = (
        Field("label", "Name of the draft", "text",
              ask.value("label") or f"Draft {chr(65 + count % 26)}", required=True),
        Field("limit", "Time limit", "number", ask.value("limit", str(DEFAULT_LIMIT)), unit="s",
              least=1, most=LONGEST_LIMIT, step=1, half=True),
        Field("seed", "Seed", "number", ask.value("seed", "1"), least=1, most=999_999, step=1,
              half=True, hint="Another seed, another search"),
        Field("absence", "Expected away, unplanned", "number", ask.value("absence", "0"),
              unit="%", least=0, most=50, step=0.5,
              hint="Raises the requirement; breaks are planned and not counted here"),
        Field("keep", "Start from the published week and change little", "check",
              ask.value("keep"), hint="Pins, training and hand-made shifts stay"),
        Field("freeze", "Nothing changes before", "date", ask.value("freeze"),
              hint="Only with the published week; empty: every day may change"),
    )  # fmt: skip
    return Drawer(
        f"Solve {name}, {days}",
        "Runs in its own process and ends in a draft; what is published stays untouched. "
        "Cancel keeps the best so far.",
        form=Form("solve", fields, "Start the run", _args(ask), ask.errors, ask.trouble, True,
                  key=ask.key),
    )  # fmt: skip


def send_solve(ask: FormAsk) -> Drawer:
    """The run asked for as a job, its settings checked."""
    week_of_form(ask)
    errors: dict[str, str] = {}
    found: dict[str, float] = {}
    limits = {"limit": ("Time limit", 1, LONGEST_LIMIT), "seed": ("Seed", 1, 999_999),
              "absence": ("Expected away", 0, 50)}  # fmt: skip
    for name, (label, least, most) in limits.items():
        try:
            found[name] = ask.number(name, label)
            if not least <= found[name] <= most:
                errors[name] = f"{label} is {ask.value(name)}; choose {least} to {most}."
        except FieldError as wrong:
            errors |= wrong.errors
    if found.get("seed", 0) != int(found.get("seed", 0)):
        errors["seed"] = "A seed is a whole number."
    label = ask.value("label")
    if not 1 <= len(label) <= 40:
        errors["label"] = "Give the draft a name of at most 40 letters."
    if errors:
        raise FieldError(errors)
    freeze = ask.value("freeze")
    if freeze:
        try:
            date.fromisoformat(freeze)
        except ValueError:
            raise FieldError({"freeze": f"{freeze[:20]!r} is no day."}) from None
    job_id = _ask(
        ask,
        "solve",
        {
            "keep": ask.value("keep") == "yes",
            "freeze_until": freeze or None,
            "label": label,
            "time_limit_s": found["limit"],
            "seed": int(found["seed"]),
            "absence": found["absence"] / 100,
        },
    )
    name, days = _place(ask)
    return Drawer(f"Solve {name}, {days}", done=f"{label} is on its way as job {job_id}.")


def show_cancel(ask: FormAsk) -> Drawer:
    """The question before a job is stopped."""
    job = read_job(ask.sources.store, ask.scope, _number(ask, "job"))
    kept = "The best schedule so far becomes a draft." if job.kind == "solve" else ""
    body = facts([("Job", f"{job.job_id}, {job.kind}"), ("Now", job.stage or job.state)])
    return Drawer(
        "Cancel the run",
        kept,
        (body,),
        Form("cancel", (), "Cancel it, keep the best", _args(ask, "job"), ask.errors, ask.trouble,
             True, key=ask.key),
    )  # fmt: skip


def send_cancel(ask: FormAsk) -> Drawer:
    """The wish to stop, recorded."""
    job_id = _number(ask, "job")
    state = cancel_job(
        ask.sources.store, ask.sources.clock, job_id, actor=ask.who.user_key,
        actor_role=ask.who.role.value, scope=ask.scope,
    )  # fmt: skip
    said = {
        "running": "It was asked to stop; the best schedule so far is kept as a draft.",
        "cancelled": "It is cancelled.",
    }.get(state, f"It had ended before: {state}.")
    return Drawer("Cancel the run", done=f"Job {job_id}: {said}")


# --- publication ----------------------------------------------------------------------------------


def show_publish(ask: FormAsk) -> Drawer:
    """Who is affected by a publication and how late they hear of it, before its reason is asked."""
    plan = read_plan(ask.sources.store, ask.scope, _number(ask, "plan"))
    name, days = _place(ask)
    title = f"Publish {plan.label or f'plan {plan.plan_id}'}, {name}, {days}"
    if plan.state != "draft":
        return Drawer(title, done=f"Plan {plan.plan_id} is {plan.state} already.")
    period = week_of_form(ask)
    seen = ask.value("seen") or week_mark(
        ask.sources.store, Scope(plan.unit), period.first, period.end
    )
    fields = (
        *gate_fields(ask, plan.plan_id),
        Field("reason", "Reason", "note", ask.value("reason"), required=True,
              hint="Kept with your name in the audit log and with each changed shift"),
    )  # fmt: skip
    return Drawer(
        title,
        "Agents see it at once, and adherence is measured against it.",
        (*_affected(ask, plan), gate_told(ask, plan.plan_id)),
        Form("publish", fields, "Publish", {**_args(ask, "plan"), "seen": seen}, ask.errors,
             ask.trouble, True, key=ask.key),
        wide=True,
    )  # fmt: skip


def _affected(ask: FormAsk, plan: Plan) -> list[object]:
    planner, now = ask.sources.planner, ask.now
    diff = planner.difference(ask.scope, plan.unit, plan.week, plan.plan_id)
    coming = [at for at in diff.starts if at >= now]
    late = sum(at < now + NOTICE_S for at in coming)
    day = sum(at < now + DAY_S for at in coming)
    past = len(diff.starts) - len(coming)
    rows: list[tuple[str, object]] = [
        ("Agents whose shifts change", plain(len(diff.people), 0)),
        ("Shifts new", plain(diff.new, 0)),
        ("Shifts changed", plain(diff.changed, 0)),
        ("Shifts taken away", plain(diff.removed, 0)),
        ("Begin within 14 days (late notice)", plain(late, 0)),
        ("Begin within 24 hours", plain(day, 0)),
    ]
    if past:
        rows.append(("Begun or past already", plain(past, 0)))
    before = planner.measures(ask.scope, plan.unit, plan.week)
    after = planner.measures(ask.scope, plan.unit, plan.week, plan.plan_id)
    if after is not None:
        was = f"{plain(before.short, 0)} → " if before is not None else ""
        rows.append(("Short quarter-hours", f"{was}{plain(after.short, 0)}"))
    documents = read_plan_documents(ask.sources.store, ask.scope, plan.plan_id)
    broken = planner.broken(*documents)
    lines = [("bad", words) for words in broken[:6]]
    if not broken:
        lines.append(("good", "No labour rule is broken (checked by the independent verifier)."))
    if diff.published:
        lines.append(
            ("dot", "The week is published: its baseline stays, the differences become changes.")
        )
    else:
        lines.append(("dot", "First publication of the week: it becomes the baseline for good."))
    if late:
        lines.append(("warn", f"{late} shifts change with less than 14 days of notice."))
    names = ", ".join(diff.people[:8]) + (" …" if len(diff.people) > 8 else "")
    if names:
        rows.append(("Who", names))
    return [facts(rows), sentences(lines)]


def send_publish(ask: FormAsk) -> Drawer:
    """The publication itself, in one transaction."""
    reason = ask.reason()
    plan_id = _number(ask, "plan")
    overrule = gate_signature(ask, plan_id, reason)
    done = publish(
        ask.sources.store,
        ask.sources.clock,
        ask.who.user_key,
        plan_id,
        reason,
        scope=ask.scope,
        check=ask.sources.planner.broken,
        actor_role=ask.who.role.value,
        seen=ask.value("seen") or None,
        overrule=overrule,
    )
    name, days = _place(ask)
    counts = done.counts
    said = (
        f"Plan {plan_id} was published before; nothing changed."
        if done.already
        else f"Published: {counts.baselines} shifts as the baseline, {counts.changes} changed, "
        f"{counts.unchanged} as before."
    )
    return Drawer(f"{name}, {days}", done=said)


def _number(ask: FormAsk, name: str) -> int:
    text = ask.value(name)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadInput("The form is not complete; open it again.")
    return int(text)


def local(at: int, zone: str) -> str:
    """A moment at the site: "Tue 24 Nov 16:20"."""
    when = datetime.fromtimestamp(at, zone_of(zone))
    return f"{when:%a} {when.day} {when:%b %H:%M}"


FORMS = (
    FormRoom("forecast", "forecast.run", unit_scope, show_forecast, send_forecast),
    FormRoom("require", "forecast.run", unit_scope, show_require, send_require),
    FormRoom("solve", "schedule.solve", unit_scope, show_solve, send_solve),
    FormRoom("cancel", "schedule.solve", unit_scope, show_cancel, send_cancel),
    FormRoom("publish", "schedule.publish", unit_scope, show_publish, send_publish),
)
