"""The drawer beside the evidence: a form, its consequences, and the outcome; not a modal.

`opener("Publish C", "publish", {"plan": "17"})` is the button that opens it: the server answers
with the `Drawer` of that form (see `dashboards/forms.py`). Esc or Cancel closes it and gives the
focus back to the button. While it is open the page stays readable and goes on refreshing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboards.parts import html
from dashboards.parts.form import Form, form
from dashboards.parts.status import icon
from wfm.domain.language import say


@dataclass(frozen=True)
class Drawer:
    """What the drawer shows: title, a line about it, the facts, and a form or an outcome.

    `done` is the outcome as one sentence: the page behind asks for its figures anew.
    `conflict` says who was quicker (409): nothing was written.
    """

    title: str
    note: str = ""
    body: tuple[Any, ...] = ()
    form: Form | None = None
    done: str = ""
    conflict: str = ""
    wide: bool = False

    def with_form(self, given: Form) -> Drawer:
        """The same drawer around another state of its form."""
        return replace(self, form=given)


def drawer(given: Drawer) -> Any:
    """The drawer as the browser shows it; None of it is in the page's own tree."""
    parts: list[Any] = [
        html.Div(
            [
                html.H2(given.title, tabIndex=-1, id="drawer-title", **{"data-focus": "title"}),
                html.Button(
                    say("Close"),
                    className="btn small",
                    type="button",
                    title=say("Close (Esc)"),
                    **{"data-act": "close-drawer"},
                ),
            ],
            className="d-head",
        )
    ]
    if given.note:
        parts.append(html.P(given.note, className="d-note"))
    if given.conflict:
        told = [icon("warn"), html.Span(given.conflict)]
        parts.append(html.P(told, className="d-conflict", role="alert", **{"data-code": "409"}))
    parts += given.body
    if given.form is not None:
        parts.append(form(given.form))
    if given.done:
        parts.append(html.P([icon("good"), html.Span(given.done)], className="d-done",
                            role="status"))  # fmt: skip
        parts.append(
            html.Div(
                html.Button(say("Close"), className="btn primary", type="button",
                            **{"data-act": "close-drawer"}),
                className="f-acts",
            )
        )  # fmt: skip
    more = {"data-done": "yes"} if given.done else {}
    return html.Div(
        parts,
        className="side-drawer" + (" wide" if given.wide else ""),
        role="dialog",
        **{"aria-labelledby": "drawer-title", **more},
    )


def opener(
    words: Any,
    form_name: str,
    args: Mapping[str, str] | None = None,
    *,
    primary: bool = False,
    small: bool = False,
    key: str = "",
    title: str = "",
    off: str = "",
    css: str = "",
) -> Any:
    """A button that opens a form; `off` greys it and says why it cannot be pressed."""
    names = css or ("btn" + (" primary" if primary else "") + (" small" if small else ""))
    more: dict[str, Any] = {"title": off or title} if off or title else {}
    if off:
        return html.Button(words, className=f"{names} disabled", type="button",
                           **{"aria-disabled": "true", **more})  # fmt: skip
    if key:
        more["data-key"] = key
    sent = json.dumps(dict(args or {}), sort_keys=True)
    return html.Button(
        words, className=names, type="button",
        **{"data-open": form_name, "data-args": sent, **more},
    )  # fmt: skip


def facts(rows: Sequence[tuple[str, Any]]) -> Any:
    """Facts of a decision: a name left, its value right, one row each."""
    return html.Dl(
        [html.Div([html.Dt(name), html.Dd(value)]) for name, value in rows], className="d-facts"
    )


def sentences(lines: Sequence[tuple[str, str]]) -> Any:
    """Sentences each with its status: ("bad", "7.5 h rest before day 3, minimum 11 h")."""
    return html.Ul(
        [html.Li([icon(status), html.Span(words)]) for status, words in lines], className="d-lines"
    )
