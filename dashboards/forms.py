"""Forms of a page behind one guarded callback: opened, checked, confirmed, written.

A page lists its forms: `PageRoom("targets", SPEC, view, forms=(TARGET_FORM,))` with

    TARGET_FORM = FormRoom("target", "target.write", scope_of("scope"), show, send)

- `scope(values)` names the place the form is about; the guard authorises `permission` there first.
- `show(ask)` is the drawer when it is opened, and again, with what was typed, after an error.
- `send(ask)` is the drawer after the button: consequences with a form that is `confirm`, or, when
  `ask.confirmed`, the outcome with `done`. It calls one action of `wfm.actions` with `ask.key`.
- An error of ours (`BadInput`, `InfeasibleSchedule`, ...) raised in `send` is shown in the form; a
  `FieldError` beside its field; a `StaleWrite` as a conflict. Refusals of rights stay refusals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from dashboards.parts.drawer import Drawer
from dashboards.parts.form import new_key
from dashboards.sources import Sources
from dashboards.view_state import ViewState, parse_view
from wfm.domain.errors import BadInput, PermissionDenied, ScopeDenied, StaleWrite, WfmError
from wfm.domain.language import say, typed_number
from wfm.domain.principal import Principal
from wfm.domain.scope import Scope
from wfm.web.guard import Address
from wfm.web.pages import Page

MOST_FIELDS, LONGEST = 60, 2000
Values = Mapping[str, str]


class FieldError(BadInput):
    """Fields that cannot be used, each with its sentence; nothing was written."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True)
class Sent:
    """What the browser sends: a form opened (`open`) or its button pressed (`check`, `confirm`)."""

    form: str
    step: str
    values: Values


@dataclass(frozen=True)
class FormAsk:
    """One opening or sending of a form: who, for which authorised scope, with which values."""

    who: Principal
    page: Page
    state: ViewState
    scope: Scope
    sources: Sources
    values: Values
    confirmed: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""

    @cached_property
    def now(self) -> int:
        """The product's now, the same for the whole answer."""
        return self.sources.now()

    @cached_property
    def key(self) -> str:
        """The idempotency key of this opening; sent twice, an action writes once."""
        return self.values.get("key") or new_key()

    def value(self, name: str, default: str = "") -> str:
        """What was sent under a name, without the spaces around it."""
        return self.values.get(name, default).strip()

    def number(self, name: str, label: str) -> float:
        """A number that was typed, comma or point; `FieldError` with its label otherwise."""
        text = self.value(name)
        try:
            found = typed_number(text)
        except ValueError:
            raise FieldError(
                {name: say("{label} {text!r} is no number.", label=label, text=text[:20])}
            ) from None
        if found != found or abs(found) == float("inf"):
            raise FieldError(
                {name: say("{label} {text!r} is no number.", label=label, text=text[:20])}
            )
        return found

    def reason(self, name: str = "reason", least: int = 3) -> str:
        """The reason given, or a `FieldError`: whatever is written needs one."""
        text = self.value(name)
        if len(text) < least:
            raise FieldError({name: say("Say why; the record keeps it with your name.")})
        return text


@dataclass(frozen=True)
class FormRoom:
    """A form of a page: its name, its permission ("": the page's own), how it is shown and sent."""

    name: str
    permission: str
    scope: Callable[[Values], Scope]
    show: Callable[[FormAsk], Drawer]
    send: Callable[[FormAsk], Drawer]


def scope_of(name: str) -> Callable[[Values], Scope]:
    """A scope function: the path in a value, `dublin/t-07`."""
    return lambda values: Scope.parse(values.get(name, ""))


def parse_sent(forms: Sequence[FormRoom]) -> Callable[[object], Sent | None]:
    """A parser of what the browser sends for one of these forms; None when nothing was asked."""
    known = {one.name for one in forms}

    def parse(value: object) -> Sent | None:
        if value is None:
            return None
        if not isinstance(value, dict) or not set(value) <= {"form", "step", "values", "n"}:
            raise BadInput(say("The form cannot be read; open it again."))
        name, step, values = value.get("form"), value.get("step"), value.get("values")
        if name not in known or step not in ("open", "check", "confirm"):
            raise BadInput(say("The form is not known here; load the page again."))
        if not isinstance(values, dict) or len(values) > MOST_FIELDS:
            raise BadInput(say("The form has too many fields; open it again."))
        for key, text in values.items():
            if not (isinstance(key, str) and isinstance(text, str)):
                raise BadInput(say("A field of the form is no text; open it again."))
            if len(key) > 80 or len(text) > LONGEST or "\0" in text:
                raise BadInput(say("A field of the form is too long; shorten it."))
        return Sent(str(name), str(step), dict(values))

    return parse


def form_of(forms: Sequence[FormRoom], sent: Sent) -> FormRoom:
    """The form that was asked for."""
    return next(one for one in forms if one.name == sent.form)


def asked_form(forms: Sequence[FormRoom]) -> Callable[[Mapping[str, Any]], str | Page]:
    """A permission function: that of the form asked for, else of the page itself.

    A form without a permission of its own only reads: whoever may open the page may open it.
    """

    def permission(values: Mapping[str, Any]) -> str | Page:
        sent, view = values["sent"], values["view"]
        return view.page if sent is None else form_of(forms, sent).permission or view.page

    names = sorted({one.permission for one in forms if one.permission})
    permission.label = say("page of view, or of the form: {names}", names=" ".join(names))  # type: ignore[attr-defined]
    return permission


def asked_place(forms: Sequence[FormRoom]) -> Callable[[Mapping[str, Any]], Scope | None]:
    """A scope function: the place the form is about, else that of the page."""

    def scope(values: Mapping[str, Any]) -> Scope | None:
        sent, view = values["sent"], values["view"]
        if sent is None:
            found: Scope | None = view.scope
            return found
        try:
            return form_of(forms, sent).scope(sent.values)
        except BadInput:
            raise ScopeDenied(say("There is nothing here that you may see.")) from None

    return scope


def answer_form(
    who: Principal, view: Address, sent: Sent, forms: Sequence[FormRoom], sources: Sources
) -> Drawer:
    """The drawer after one step; rights were checked before."""
    room = form_of(forms, sent)
    ask = FormAsk(
        who, view.page, parse_view(view.query), room.scope(sent.values), sources, sent.values,
        sent.step == "confirm",
    )  # fmt: skip
    if sent.step == "open":
        return room.show(ask)
    try:
        return room.send(ask)
    except (ScopeDenied, PermissionDenied):
        raise
    except FieldError as wrong:
        return room.show(replace(ask, confirmed=False, errors=wrong.errors))
    except StaleWrite as quicker:
        again = room.show(replace(ask, confirmed=False))
        return replace(again, conflict=str(quicker))
    except WfmError as error:
        return room.show(replace(ask, confirmed=False, trouble=str(error)))
