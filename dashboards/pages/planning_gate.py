"""The gate before publication: what a simulation says of a draft, and who signs its misses."""

from __future__ import annotations

from typing import Any

from dashboards.forms import FieldError, FormAsk, FormRoom, Values
from dashboards.parts import html
from dashboards.parts.drawer import Drawer, opener, sentences
from dashboards.parts.form import Field, Form
from dashboards.parts.numbers import plain
from wfm.actions.jobs import ask_job
from wfm.domain.errors import BadInput
from wfm.domain.language import say
from wfm.domain.scope import Scope
from wfm.queries.gate import read_gate
from wfm.queries.plans import read_plan

SHOWN = 4


def gate_acts(given: Any, plan_id: int) -> list[Any]:
    """Simulate a draft; and, when it falls short, solve it again with what was missed."""
    args = {"plan": str(plan_id), "unit": given.unit, "week": given.week}
    found = read_gate(given.ask.sources.store, Scope(given.unit), plan_id)
    acts = [
        opener(
            say("Simulate it") if found.job_id is None else say("Simulate again"),
            "simulate",
            args,
            title=say("Service level with forecast uncertainty and absence, day by day"),
        )
    ]
    if found.job_id is not None and not found.passed:
        acts.append(
            opener(say("Solve the misses"), "repair", args,
                   title=say("Solves again with one agent more where the simulation falls short"))
        )  # fmt: skip
    return acts


def gate_told(ask: FormAsk, plan_id: int) -> Any:
    """The verdict of the newest simulation as sentences."""
    found = read_gate(ask.sources.store, ask.scope, plan_id)
    if found.job_id is None:
        return sentences(
            [
                (
                    "warn",
                    say("Not simulated as it stands: nobody knows its service level by quarter."),
                )
            ]
        )
    if found.passed:
        return sentences(
            [("good", say("The gate is passed (simulation, job {job_id}).", job_id=found.job_id))]
        )
    lines = [
        (
            "bad",
            say(
                "{plain} days and quarter-hours fall short (simulation, job {job_id}), the worst:",
                plain=plain(found.misses_n, 0),
                job_id=found.job_id,
            ),
        )
    ]
    lines += [("dot", words) for words in found.misses[:SHOWN]]
    return html.Div(sentences(lines))


def gate_fields(ask: FormAsk, plan_id: int) -> tuple[Field, ...]:
    """The signature that a draft needs which was not simulated, or falls short."""
    words = _to_sign(ask, plan_id)
    return (Field("sign", words, "check", ask.value("sign")),) if words else ()


def gate_signature(ask: FormAsk, plan_id: int, reason: str) -> str:
    """Why a publication goes ahead whatever its simulation says: "" when the gate is passed."""
    words = _to_sign(ask, plan_id)
    if not words:
        return ""
    if ask.value("sign") != "yes":
        raise FieldError(
            {"sign": say("Sign it, or simulate the draft and solve what falls short.")}
        )
    return f"{words}: {reason}"


def _to_sign(ask: FormAsk, plan_id: int) -> str:
    words = read_gate(ask.sources.store, ask.scope, plan_id).to_answer_for
    return say("I answer for it: {words}", words=words) if words else ""


def _plan_id(ask: FormAsk) -> int:
    text = ask.value("plan")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadInput(say("The form is not complete; open it again."))
    return int(text)


def _asked(ask: FormAsk, kind: str, more: dict[str, object]) -> int:
    plan = read_plan(ask.sources.store, ask.scope, _plan_id(ask))
    return ask_job(
        ask.sources.store, ask.sources.clock, kind,
        {"unit": plan.unit, "week": plan.week, **more}, actor=ask.who.user_key,
        actor_role=ask.who.role.value, scope=ask.scope, request_key=ask.key,
    )  # fmt: skip


def show_simulate(ask: FormAsk) -> Drawer:
    """The question before a simulation."""
    kept = {name: ask.value(name) for name in ("plan", "unit", "week")}
    return Drawer(
        say("Simulate the draft"),
        say(
            "200 weeks are drawn from the forecast with its error and from past "
            "absence, contact by contact. It changes nothing."
        ),
        form=Form(
            "simulate", (), say("Simulate it"), kept, ask.errors, ask.trouble, True, key=ask.key
        ),
    )


def send_simulate(ask: FormAsk) -> Drawer:
    """The simulation asked for as a job."""
    job_id = _asked(ask, "simulate", {"plan_id": _plan_id(ask)})
    return Drawer(
        say("Simulate the draft"),
        done=say("Job {job_id} is asked for; the page follows it.", job_id=job_id),
    )


def show_repair(ask: FormAsk) -> Drawer:
    """The question before a draft is solved again with what it missed."""
    kept = {name: ask.value(name) for name in ("plan", "unit", "week")}
    return Drawer(
        say("Solve the misses"),
        say(
            "The draft is simulated once more; where it falls short one agent more "
            "is required, and the week is solved again into a new draft."
        ),
        form=Form(
            "repair", (), say("Solve it again"), kept, ask.errors, ask.trouble, True, key=ask.key
        ),
    )


def send_repair(ask: FormAsk) -> Drawer:
    """The repair asked for as a run of the solver."""
    plan = read_plan(ask.sources.store, ask.scope, _plan_id(ask))
    label = say(
        "{value}, repaired", value=plan.label or say("Plan {plan_id}", plan_id=plan.plan_id)
    )[:40]
    job_id = _asked(ask, "solve", {"repair": plan.plan_id, "label": label})
    return Drawer(
        say("Solve the misses"),
        done=say("{label} is on its way as job {job_id}.", label=label, job_id=job_id),
    )


def _unit_scope(values: Values) -> Scope:
    return Scope(values.get("unit") or None)


FORMS = (
    FormRoom("simulate", "schedule.solve", _unit_scope, show_simulate, send_simulate),
    FormRoom("repair", "schedule.solve", _unit_scope, show_repair, send_repair),
)
