"""The answer to the page's question, as one computed sentence above everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboards.parts import html
from dashboards.parts.drawer import opener
from dashboards.parts.status import icon
from wfm.domain.language import say


@dataclass(frozen=True)
class Act:
    """A button of the answer: a link to the evidence, or the form it opens, with its key."""

    label: str
    href: str
    primary: bool = False
    key: str = ""
    form: str = ""  # opens this form of the page's drawer instead
    args: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """Status, the lead clause with value, gap and cause, what follows, and at most two acts."""

    status: str
    lead: str
    rest: str = ""
    acts: tuple[Act, ...] = ()

    @property
    def sentence(self) -> str:
        """The whole sentence, as read aloud and printed."""
        return f"{self.lead} {self.rest}".strip()


def answer(given: Answer) -> Any:
    """The strip under the header."""
    body: list[Any] = [
        icon(given.status),
        html.H1([html.B(given.lead), f" {given.rest}" if given.rest else ""]),
    ]
    if given.acts:
        body.append(html.Div([_button(act) for act in given.acts[:2]], className="acts"))
    return html.Section(body, className="answer", **{"aria-label": say("Answer")})


def _button(act: Act) -> Any:
    if act.form:
        return opener(act.label, act.form, act.args, primary=act.primary, key=act.key)
    label: list[Any] = [act.label]
    keyed = {}
    if act.key:
        label.append(html.Kbd(act.key))
        keyed = {"data-key": act.key}
    css = f"btn{' primary' if act.primary else ''}"
    return html.A(label, href=act.href, className=css, **keyed)
