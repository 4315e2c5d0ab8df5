"""Forms of the planning page: forecast, requirement, solver run, cancel."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from dashboards.forms import FieldError, FormAsk, FormRoom, Values
from dashboards.parts.drawer import Drawer, facts
from dashboards.parts.form import Field, Form
from wfm.actions.jobs import ask_job, cancel_job
from wfm.domain.errors import BadInput
from wfm.domain.grid import zone_of
from wfm.domain.language import say
from wfm.domain.periods import Period, week_of
from wfm.domain.scope import Scope
from wfm.queries.jobs import read_job
from wfm.queries.organisation import read_organisation
from wfm.queries.plans import read_plans

DEFAULT_LIMIT, LONGEST_LIMIT = 30, 900


def unit_scope(values: Values) -> Scope:
    """The site a form is about."""
    return Scope(values.get("unit") or None)


def week_of_form(ask: FormAsk) -> Period:
    """The week a form is about; `BadInput` when it is none."""
    try:
        return week_of(ask.value("week"))
    except ValueError:
        raise BadInput(say("The week of the form is none; open it again.")) from None


def place_asked(ask: FormAsk) -> tuple[str, str]:
    """The site's name and the days of the week, for titles."""
    period = week_of_form(ask)
    name = read_organisation(ask.sources.store, ask.scope).name_of(ask.scope)
    last = period.end - timedelta(days=1)
    return name, say("{day.day} {day:%b} to {day_2.day} {day_2:%b}", day=period.first, day_2=last)


def args_of(ask: FormAsk, *names: str) -> dict[str, str]:
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
    name, days = place_asked(ask)
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
            args_of(ask),
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
    name, _ = place_asked(ask)
    return Drawer(
        say("Forecast {name}", name=name),
        done=say("Job {job_id} is asked for; the page follows it.", job_id=job_id),
    )


def show_require(ask: FormAsk) -> Drawer:
    """The question before a requirement."""
    name, days = place_asked(ask)
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
            args_of(ask),
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
    name, days = place_asked(ask)
    return Drawer(
        say("Requirement of {name}, {days}", name=name, days=days),
        done=say("Job {job_id} is asked for; the page follows it.", job_id=job_id),
    )


# --- solver runs ----------------------------------------------------------------------------------


def show_solve(ask: FormAsk) -> Drawer:
    """The settings of a run: its name, how long, which seed, how many are expected away."""
    name, days = place_asked(ask)
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
            args_of(ask),
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
    name, days = place_asked(ask)
    return Drawer(
        say("Solve {name}, {days}", name=name, days=days),
        done=say("{label} is on its way as job {job_id}.", label=label, job_id=job_id),
    )


def show_cancel(ask: FormAsk) -> Drawer:
    """The question before a job is stopped."""
    job = read_job(ask.sources.store, ask.scope, number_asked(ask, "job"))
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
            args_of(ask, "job"),
            ask.errors,
            ask.trouble,
            True,
            key=ask.key,
        ),
    )


def send_cancel(ask: FormAsk) -> Drawer:
    """The wish to stop, recorded."""
    job_id = number_asked(ask, "job")
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


def number_asked(ask: FormAsk, name: str) -> int:
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
)
