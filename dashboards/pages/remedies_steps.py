"""The forms by which a remedy goes on: a request decided, an alert answered, a move looked at."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from dashboards.forms import FieldError, FormAsk, FormRoom, scope_of
from dashboards.pages.alert_effect import alert_effect
from dashboards.pages.coach_effect import coach_effect
from dashboards.pages.reassign_effect import move_effect
from dashboards.pages.remedies_data import STATUS, about_words, estimate
from dashboards.pages.request_effect import change_effect
from dashboards.parts.drawer import Drawer, facts, sentences
from dashboards.parts.form import Field, Form
from dashboards.parts.numbers import kpi_with_unit
from wfm.actions.remedies import check_wish, take_step
from wfm.domain.errors import BadInput, ScopeDenied, WfmError
from wfm.domain.language import say, say_many, to_say
from wfm.domain.remedies import KINDS, Remedy, parse_wish
from wfm.queries.access import NOT_FOUND
from wfm.queries.organisation import read_organisation
from wfm.queries.remedies import read_remedy

CHOICES = {
    "approved": to_say("Approve"),
    "denied": to_say("Deny"),
    "cancelled": to_say("Cancel it"),
    "done": to_say("It is done"),
    "acknowledged": to_say("We are on it"),
    "closed": to_say("The gap is closed"),
    "withdrawn": to_say("Withdraw it"),
    "kept": to_say("Keep it"),
    "reverted": to_say("Take it back"),
}
TITLES = {
    "decide_request": to_say("Decide on a request"),
    "cancel_request": to_say("Your request"),
    "coach_step": to_say("Coaching"),
    "answer_alert": to_say("Answer an alert"),
    "withdraw_alert": to_say("Your alert"),
    "skill_step": to_say("People at other work"),
}


# What each remedy has brought, from the step on from which it can be told.
EFFECTS = {
    ("schedule_change", "approved"): change_effect,
    **{("skill_change", status): move_effect for status in ("assigned", "kept", "reverted")},
    **{("coaching", status): coach_effect for status in ("planned", "done")},
    **{("site_alert", status): alert_effect for status in ("raised", "acknowledged", "closed")},
}


def _show(permission: str, name: str, ask: FormAsk) -> Drawer:
    one = _remedy(ask)
    names = read_organisation(ask.sources.store, one.scope)
    rows = [
        (say("For"), names.name_of(one.scope)),
        (say("What"), about_words(one)),
        (say("Why"), one.reason),
    ]
    if one.about.get("evidence"):
        rows.append((say("Evidence"), one.about["evidence"]))
    if one.steps[-1].note:
        rows.append((say("Last said"), one.steps[-1].note))
    rows.append((say("Now"), STATUS[one.status]))
    lines: list[tuple[str, str]] = []
    brought: list[tuple[str, str]] = []
    if one.kind == "schedule_change" and one.is_open:
        found, lines = _change(ask, one)
        rows += found
    elif (one.kind, one.status) in EFFECTS:
        brought, lines = EFFECTS[one.kind, one.status](ask, one)
    allowed = KINDS[one.kind].steps.get(one.status, {})
    choices = tuple((s, CHOICES[s]) for s, needed in allowed.items() if needed == permission)
    # What it has brought is said first; what says so stands below.
    body = (
        facts(rows),
        *([sentences(lines)] if lines else []),
        *([facts(brought)] if brought else []),
    )
    if not choices:
        return Drawer(say("What it has brought"), say("Nothing is left to decide here."), body)
    fields = (
        Field("status", say("Decision"), "select", ask.value("status", choices[0][0]), choices),
        Field("note", say("Note"), "note", ask.value("note"), hint=say("A refusal needs one.")),
    )
    return Drawer(
        TITLES[name],
        "",
        body,
        Form(
            name,
            fields,
            say("Record it"),
            {"scope": one.scope.path, "remedy": str(one.remedy_id)},
            confirm=True,
            key=ask.values.get("key", ""),
        ).told(ask.errors, ask.trouble),
    )


def _send(name: str, ask: FormAsk) -> Drawer:
    status = ask.value("status")
    if status not in CHOICES:
        raise FieldError({"status": say("Choose one.")})
    done = take_step(
        ask.sources.store, ask.sources.clock, ask.who, ask.scope, _number(ask), status,
        ask.value("note"), request_key=ask.key,
    )  # fmt: skip
    said = say("Recorded: {status}.", status=STATUS[done.status])
    if done.shifts:
        said += say_many(
            " {n} shift is changed in the schedule; the first plan is kept.",
            " {n} shifts are changed in the schedule; the first plan is kept.",
            done.shifts,
        )
    return Drawer(TITLES[name], done=said)


def _change(ask: FormAsk, one: Remedy) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What an asked-for change does now, and the rules that speak for or against it."""
    wish = parse_wish(one.about)
    told = estimate(ask, one.scope, wish)
    rows = []
    if told.before is not None:
        rows.append((say("Adherence, last four weeks"), kpi_with_unit("adherence", told.before)))
    if told.after is not None:
        rows.append((say("The same with the change"), kpi_with_unit("adherence", told.after)))
    try:
        found = check_wish(ask.sources.store, ask.sources.clock, one.scope, wish)
    except WfmError as error:
        return rows, [("bad", str(error))]
    rows.append((say("Shifts that change"), str(len(found.shifts))))
    lines = [("bad", words) for words in found.broken] + [("warn", w) for w in found.review]
    return rows, lines[:8] or [("good", say("No labour rule is broken."))]


def _remedy(ask: FormAsk) -> Remedy:
    one = read_remedy(ask.sources.store, ask.scope, _number(ask))
    if one is None:
        raise ScopeDenied(NOT_FOUND)
    return one


def _number(ask: FormAsk) -> int:
    text = ask.value("remedy")
    if not text.isdigit():
        raise BadInput(say("It is not named; open the form again."))
    return int(text)


def _room(name: str, permission: str) -> FormRoom:
    show: Callable[[FormAsk], Drawer] = partial(_show, permission, name)
    return FormRoom(name, permission, scope_of("scope"), show, partial(_send, name))


DECIDE = _room("decide_request", "request.decide")
CANCEL = _room("cancel_request", "request.create")
COACHED = _room("coach_step", "coaching.write")
ANSWER = _room("answer_alert", "alert.answer")
WITHDRAW = _room("withdraw_alert", "alert.send")
SKILL_STEP = _room("skill_step", "skill.assign")
