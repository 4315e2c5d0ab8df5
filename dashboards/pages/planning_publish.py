"""The form that publishes a plan: who is affected, the signature, and the outcome."""

from __future__ import annotations

from dashboards.forms import FormAsk, FormRoom
from dashboards.pages.planning_forms import (
    args_of,
    number_asked,
    place_asked,
    unit_scope,
    week_of_form,
)
from dashboards.pages.planning_gate import gate_fields, gate_signature, gate_told
from dashboards.parts.drawer import Drawer, facts, sentences
from dashboards.parts.form import Field, Form
from dashboards.parts.numbers import plain
from wfm.actions.plans import publish
from wfm.domain.language import say
from wfm.domain.plan_measures import NOTICE_S
from wfm.domain.scope import Scope
from wfm.queries.plans import Plan, read_plan, read_plan_documents
from wfm.queries.schedules import week_mark

DAY_S = 86_400


def show_publish(ask: FormAsk) -> Drawer:
    """Who is affected by a publication and how late they hear of it, before its reason is asked."""
    plan = read_plan(ask.sources.store, ask.scope, number_asked(ask, "plan"))
    name, days = place_asked(ask)
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
        Form("publish", fields, say("Publish"), {**args_of(ask, "plan"), "seen": seen}, ask.errors,
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
    plan_id = number_asked(ask, "plan")
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
    name, days = place_asked(ask)
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


FORMS = (FormRoom("publish", "schedule.publish", unit_scope, show_publish, send_publish),)
