"""Forms: labelled fields, what is wrong beside its field, one button that writes.

    Form(
        "target",                                       # name of the FormRoom that answers it
        (
            Field("value", "Target", "number", "95", unit="%", least=80, most=100, step=0.5),
            Field("from", "In force from", "date", "2026-12-01"),
            Field("reason", "Reason", "note", required=True, hint="Kept in the audit log"),
        ),
        submit="Show who is affected",
        args={"kpi": "adherence", "scope": "dublin"},   # sent along, not shown
    )

Kinds: text, number, range (a slider with its value beside it), date, time, note (several lines),
select (with `choices`), check. What is typed arrives as text, by field name, together with `args`
and `key`; nothing of it is trusted. A form that is `live` is checked again whenever a value is
changed, and keeps the focus; it writes nothing.
`key` names this one opening of the form: sent twice, it writes once.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dashboards.parts import html
from dashboards.parts.status import icon
from wfm.domain.language import say


@dataclass(frozen=True)
class Field:
    """One field: its name as it is sent, its label, kind, value and limits."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    choices: Sequence[tuple[str, str]] = ()  # (value, words) of a select
    hint: str = ""
    unit: str = ""
    required: bool = False
    least: float | str | None = None
    most: float | str | None = None
    step: float | None = None
    half: bool = False  # shares its line with the next half field


@dataclass(frozen=True)
class Form:
    """A form: its name, fields, and what is sent along; `confirm` makes its button final.

    A form that is not `confirm` asks the server to check and to show the consequences first.
    """

    name: str
    fields: tuple[Field, ...]
    submit: str
    args: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""
    confirm: bool = False
    danger: bool = False
    key: str = ""
    live: bool = False

    def told(self, errors: Mapping[str, str], trouble: str = "") -> Form:
        """The form with what is wrong beside its fields, or above its button."""
        return replace(self, errors=errors, trouble=trouble)


def new_key() -> str:
    """A name for one opening of a form, which no other has."""
    return uuid.uuid4().hex


def form(given: Form) -> Any:
    """The form as plain HTML; the browser sends it and shows the answer in its place."""
    key = given.key or new_key()
    hidden = {**given.args, "key": key}
    body: list[Any] = []
    pair: list[Any] = []
    for one in given.fields:
        drawn = _field(one, given.errors.get(one.name, ""), key)
        if one.half:
            pair.append(drawn)
            if len(pair) == 2:
                body.append(html.Div(pair, className="f-pair"))
                pair = []
            continue
        body.append(drawn)
    body += pair
    trouble = given.trouble or (
        say("Nothing was written. Correct what is marked.") if given.errors else ""
    )
    if trouble:
        words = [icon("bad"), html.Span(trouble)]
        body.append(html.P(words, className="f-trouble", role="alert"))
    css = "btn primary" + (" danger" if given.danger else "")
    body.append(
        html.Div(
            [
                html.Button(given.submit, className=css, type="submit"),
                html.Button(
                    say("Close") if given.live else say("Cancel"),
                    className="btn",
                    type="button",
                    **{"data-act": "close-drawer"},
                ),
            ],
            className="f-acts",
        )
    )
    return html.Form(
        body,
        className="form",
        noValidate="novalidate",
        # A live form stays the one it was, so that nobody loses the slider in hand.
        key=key if given.live else f"{key}-{uuid.uuid4().hex[:6]}",
        **{
            **({"data-live": "yes"} if given.live else {}),
            "data-form": given.name,
            "data-step": "confirm" if given.confirm else "check",
            "data-hidden": json.dumps(hidden, sort_keys=True),
        },
    )


def _field(one: Field, error: str, key: str) -> Any:
    name = f"f-{key[:8]}-{one.name}"
    described = [f"{name}-hint"] if one.hint else []
    if error:
        described.append(f"{name}-error")
    label = html.Label([one.label, _unit(one)], htmlFor=name, className="f-label")
    control = _control(one, name, " ".join(described), bool(error))
    if one.kind == "check":
        parts: list[Any] = [html.Div([control, label], className="f-check")]
    else:
        parts = [label, control]
    if one.hint:
        parts.append(html.Span(one.hint, className="f-hint", id=f"{name}-hint"))
    if error:
        told = [icon("bad", size=9), html.Span(error)]
        parts.append(html.Span(told, className="f-error", id=f"{name}-error"))
    return html.Div(parts, className="f-field" + (" is-bad" if error else ""))


def _unit(one: Field) -> Any:
    if one.kind == "range":
        return html.Output(f"{one.value}{' ' if one.unit else ''}{one.unit}", className="f-value",
                           **{"data-unit": one.unit})  # fmt: skip
    return html.Span(f" {one.unit}", className="third") if one.unit else ""


def _control(one: Field, name: str, described: str, bad: bool) -> Any:
    told = {"aria-invalid": "true"} if bad else {}
    if described:
        told["aria-describedby"] = described
    if one.kind == "select":
        options = [
            html.Option(words, value=value, **({"selected": True} if value == one.value else {}))
            for value, words in one.choices
        ]
        return html.Select(options, id=name, name=one.name, className="f-input", **told)
    if one.kind == "note":
        return html.Textarea(
            one.value, id=name, name=one.name, rows=2, className="f-input",
            maxLength=int(one.most) if one.most else 500, required=one.required, **told,
        )  # fmt: skip
    # Native inputs are made by the browser from this: no component draws them plainly.
    wanted = {
        "id": name,
        "name": one.name,
        "type": "checkbox" if one.kind == "check" else one.kind,
        "value": "yes" if one.kind == "check" else one.value,
        "checked": one.kind == "check" and one.value == "yes",
        "required": one.required,
        "min": one.least,
        "max": one.most,
        "step": one.step,
        "inputmode": "decimal" if one.kind == "number" else None,
        **told,
    }
    shown = {word: value for word, value in wanted.items() if value not in (None, False)}
    return html.Span(className="f-slot", **{"data-input": json.dumps(shown, sort_keys=True)})
