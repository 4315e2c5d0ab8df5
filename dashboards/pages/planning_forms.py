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
from wfm.domain.language import say
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
        raise BadInput(say("The week of the form is none; open it again.")) from None


def _place(ask: FormAsk) -> tuple[str, str]:
    """The site's name and the days of the week, for titles."""
    period = week_of_form(ask)
    name = read_organisation(ask.sources.store, ask.scope).name_of(ask.scope)
    last = period.end - timedelta(days=1)
    return name, say("{day.day} {day:%b} to {day_2.day} {day_2:%b}", day=period.first, day_2=last)


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
    fields = (Field("reason", say("Reason"), "note", ask.value("reason"),
                    hint=say("What is new: a campaign, a closed day, more history")),)  # fmt: skip
    return Drawer(
        say("Forecast {name}", name=name),
        say(
            "All queues by quarter-hour, at least 14 days from today, to the end "
            "of {days}. It becomes a new version; the old ones stay.",
            days=days,
        ),
        form=Form(
            "forecast",
            fields,
            say("Forecast"),
            _args(ask),
            ask.errors,
            ask.trouble,
            True,
            key=ask.key,
        ),
    )


def send_forecast(ask: FormAsk) -> Drawer:
    """The forecast asked for as a job."""
    week_of_form(ask)
    job_id = _ask(ask, "forecast", {}, ask.value("reason"))
    name, _ = _place(ask)
    return Drawer(
        say("Forecast {name}", name=name),
        done=say("Job {job_id} is asked for; the page follows it.", job_id=job_id),
    )


def show_require(ask: FormAsk) -> Drawer:
    """The question before a requirement."""
    name, days = _place(ask)
    return Drawer(
        say("Requirement of {name}, {days}", name=name, days=days),
        say(
            "People each quarter-hour needs on the queues for their service level, "
            "from the newest forecast of the week."
        ),
        form=Form(
            "require",
            (),
            say("Work it out"),
            _args(ask),
            ask.errors,
            ask.trouble,
            True,
            key=ask.key,
        ),
    )


def send_require(ask: FormAsk) -> Drawer:
    """The requirement asked for as a job."""
    week_of_form(ask)
    job_id = _ask(ask, "require", {})
    name, days = _place(ask)
    return Drawer(
        say("Requirement of {name}, {days}", name=name, days=days),
        done=say("Job {job_id} is asked for; the page follows it.", job_id=job_id),
    )


# --- solver runs ----------------------------------------------------------------------------------


def show_solve(ask: FormAsk) -> Drawer:
    """The settings of a run: its name, how long, which seed, how many are expected away."""
    name, days = _place(ask)
    count = len(read_plans(ask.sources.store, ask.scope, unit=ask.value("unit"),
                           week=ask.value("week"), limit=400))  # fmt: skip
    fields = (
        Field(
            "label",
            say("Name of the draft"),
            "text",
            ask.value("label") or say("Draft {chr}", chr=chr(65 + count % 26)),
            required=True,
        ),
        Field(
            "limit",
            say("Time limit"),
            "number",
            ask.value("limit", str(DEFAULT_LIMIT)),
            unit="s",
            least=1,
            most=LONGEST_LIMIT,
            step=1,
            half=True,
        ),
        Field(
            "seed",
            say("Seed"),
            "number",
            ask.value("seed", "1"),
            least=1,
            most=999_999,
            step=1,
            half=True,
            hint=say("Another seed, another search"),
        ),
        Field(
            "absence",
            say("Expected away, unplanned"),
            "number",
            ask.value("absence", "0"),
            unit="%",
            least=0,
            most=50,
            step=0.5,
            hint=say("Raises the requirement; breaks are planned and not counted here"),
        ),
        Field(
            "keep",
            say("Start from the published week and change little"),
            "check",
            ask.value("keep"),
            hint=say("Pins, training and hand-made shifts stay"),
        ),
        Field(
            "freeze",
            say("Nothing changes before"),
            "date",
            ask.value("freeze"),
            hint=say("Only with the published week; empty: every day may change"),
        ),
    )
    return Drawer(
        say("Solve {name}, {days}", name=name, days=days),
        say(
            "Runs in its own process and ends in a draft; what is published stays "
            "untouched. Cancel keeps the best so far."
        ),
        form=Form(
            "solve",
            fields,
            say("Start the run"),
            _args(ask),
            ask.errors,
            ask.trouble,
            True,
            key=ask.key,
        ),
    )


def send_solve(ask: FormAsk) -> Drawer:
    """The run asked for as a job, its settings checked."""
    week_of_form(ask)
    errors: dict[str, str] = {}
    found: dict[str, float] = {}
    limits = {"limit": (say("Time limit"), 1, LONGEST_LIMIT), "seed": (say("Seed"), 1, 999_999),
              "absence": (say("Expected away"), 0, 50)}  # fmt: skip
    for name, (label, least, most) in limits.items():
        try:
            found[name] = ask.number(name, label)
            if not least <= found[name] <= most:
                errors[name] = say(
                    "{label} is {value}; choose {least} to {most}.",
                    label=label,
                    value=ask.value(name),
                    least=least,
                    most=most,
                )
        except FieldError as wrong:
            errors |= wrong.errors
    if found.get("seed", 0) != int(found.get("seed", 0)):
        errors["seed"] = say("A seed is a whole number.")
    label = ask.value("label")
    if not 1 <= len(label) <= 40:
        errors["label"] = say("Give the draft a name of at most 40 letters.")
    if errors:
        raise FieldError(errors)
    freeze = ask.value("freeze")
    if freeze:
        try:
            date.fromisoformat(freeze)
        except ValueError:
            raise FieldError({"freeze": say("{freeze!r} is no day.", freeze=freeze[:20])}) from None
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
    return Drawer(
        say("Solve {name}, {days}", name=name, days=days),
        done=say("{label} is on its way as job {job_id}.", label=label, job_id=job_id),
    )


def show_cancel(ask: FormAsk) -> Drawer:
    """The question before a job is stopped."""
    job = read_job(ask.sources.store, ask.scope, _number(ask, "job"))
    kept = say("The best schedule so far becomes a draft.") if job.kind == "solve" else ""
    body = facts([(say("Job"), f"{job.job_id}, {job.kind}"), (say("Now"), job.stage or job.state)])
    return Drawer(
        say("Cancel the run"),
        kept,
        (body,),
        Form(
            "cancel",
            (),
            say("Cancel it, keep the best"),
            _args(ask, "job"),
            ask.errors,
            ask.trouble,
            True,
            key=ask.key,
        ),
    )


def send_cancel(ask: FormAsk) -> Drawer:
    """The wish to stop, recorded."""
    job_id = _number(ask, "job")
    state = cancel_job(
        ask.sources.store, ask.sources.clock, job_id, actor=ask.who.user_key,
        actor_role=ask.who.role.value, scope=ask.scope,
    )  # fmt: skip
    said = {
        "running": say("It was asked to stop; the best schedule so far is kept as a draft."),
        "cancelled": say("It is cancelled."),
    }.get(state, say("It had ended before: {state}.", state=state))
    return Drawer(say("Cancel the run"), done=say("Job {job_id}: {said}", job_id=job_id, said=said))


# --- publication ----------------------------------------------------------------------------------


def show_publish(ask: FormAsk) -> Drawer:
    """Who is affected by a publication and how late they hear of it, before its reason is asked."""
    plan = read_plan(ask.sources.store, ask.scope, _number(ask, "plan"))
    name, days = _place(ask)
    title = say(
        "Publish {value}, {name}, {days}",
        value=plan.label or say("plan {plan_id}", plan_id=plan.plan_id),
        name=name,
        days=days,
    )
    if plan.state != "draft":
        return Drawer(
            title,
            done=say("Plan {plan_id} is {state} already.", plan_id=plan.plan_id, state=plan.state),
        )
    period = week_of_form(ask)
    seen = ask.value("seen") or week_mark(
        ask.sources.store, Scope(plan.unit), period.first, period.end
    )
    fields = (
        *gate_fields(ask, plan.plan_id),
        Field("reason", say("Reason"), "note", ask.value("reason"), required=True,
              hint=say("Kept with your name in the audit log and with each changed shift")),
    )  # fmt: skip
    return Drawer(
        title,
        say("Agents see it at once, and adherence is measured against it."),
        (*_affected(ask, plan), gate_told(ask, plan.plan_id)),
        Form("publish", fields, say("Publish"), {**_args(ask, "plan"), "seen": seen}, ask.errors,
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
        (say("Agents whose shifts change"), plain(len(diff.people), 0)),
        (say("Shifts new"), plain(diff.new, 0)),
        (say("Shifts changed"), plain(diff.changed, 0)),
        (say("Shifts taken away"), plain(diff.removed, 0)),
        (say("Begin within 14 days (late notice)"), plain(late, 0)),
        (say("Begin within 24 hours"), plain(day, 0)),
    ]
    if past:
        rows.append((say("Begun or past already"), plain(past, 0)))
    before = planner.measures(ask.scope, plan.unit, plan.week)
    after = planner.measures(ask.scope, plan.unit, plan.week, plan.plan_id)
    if after is not None:
        was = f"{plain(before.short, 0)} → " if before is not None else ""
        rows.append((say("Short quarter-hours"), f"{was}{plain(after.short, 0)}"))
    documents = read_plan_documents(ask.sources.store, ask.scope, plan.plan_id)
    broken = planner.broken(*documents)
    lines = [("bad", words) for words in broken[:6]]
    if not broken:
        lines.append(
            ("good", say("No labour rule is broken (checked by the independent verifier)."))
        )
    if diff.published:
        lines.append(
            (
                "dot",
                say("The week is published: its baseline stays, the differences become changes."),
            )
        )
    else:
        lines.append(
            ("dot", say("First publication of the week: it becomes the baseline for good."))
        )
    if late:
        lines.append(
            ("warn", say("{late} shifts change with less than 14 days of notice.", late=late))
        )
    names = ", ".join(diff.people[:8]) + (" …" if len(diff.people) > 8 else "")
    if names:
        rows.append((say("Who"), names))
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
        say("Plan {plan_id} was published before; nothing changed.", plan_id=plan_id)
        if done.already
        else say(
            "Published: {baselines} shifts as the baseline, {changes} changed, "
            "{unchanged} as before.",
            baselines=counts.baselines,
            changes=counts.changes,
            unchanged=counts.unchanged,
        )
    )
    return Drawer(f"{name}, {days}", done=said)


def _number(ask: FormAsk, name: str) -> int:
    text = ask.value(name)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadInput(say("The form is not complete; open it again."))
    return int(text)


def local(at: int, zone: str) -> str:
    """A moment at the site: "Tue 24 Nov 16:20"."""
    when = datetime.fromtimestamp(at, zone_of(zone))
    return say("{at:%a} {at.day} {at:%b %H:%M}", at=when)


FORMS = (
    FormRoom("forecast", "forecast.run", unit_scope, show_forecast, send_forecast),
    FormRoom("require", "forecast.run", unit_scope, show_require, send_require),
    FormRoom("solve", "schedule.solve", unit_scope, show_solve, send_solve),
    FormRoom("cancel", "schedule.solve", unit_scope, show_cancel, send_cancel),
    FormRoom("publish", "schedule.publish", unit_scope, show_publish, send_publish),
)
