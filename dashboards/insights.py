"""The strip of insights under a page's answer: what deserves attention, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dashboards.explain import FORM, finding_args, step_button
from dashboards.frame import LASTING, Ask
from dashboards.parts import html
from dashboards.parts.drawer import opener
from dashboards.parts.status import icon
from kpis.explain.finding import Finding, from_document
from wfm.domain.language import language_code, say, to_say
from wfm.queries.insights import Insights, read_insights

SHOWN = 3
NOTHING = to_say("Nothing else stands out: habits, people, changes and staffing were looked at.")


def insights_strip(ask: Ask, forms: Iterable[str]) -> Any:
    """The first findings of the role inside the scope; nothing where nobody has looked yet."""
    store, role = ask.sources.store, ask.who.role
    told = ask.held(
        ("insights", role), lambda: read_insights(store, ask.scope, role, SHOWN), minutes=LASTING
    )
    if told.looked_at is None:
        return html.Div(className="insights", hidden=True)
    known = tuple(forms)
    found = [from_document(one) for one in told.found]
    if not found:
        body: Any = html.P(NOTHING, className="none")
    else:
        body = html.Ol([_item(ask, one, known) for one in found])
    return html.Section(body, className="insights", **{"aria-label": say("Insights")})


def insights_sign(ask: Ask) -> object:
    """What the strip depends on: what it says, not when it was looked for."""

    def read() -> object:
        return _said(read_insights(ask.sources.store, ask.scope, ask.who.role, SHOWN))

    asked = ("insights", ask.scope, ask.who.role, language_code())
    return ask.pulse.once(asked, ask.pulse.insights_mark, read)


def _said(told: Insights) -> list[object]:
    found = [from_document(one) for one in told.found]
    return [told.looked_at is None, [[one.sentence, *one.more[:1]] for one in found]]


def _item(ask: Ask, one: Finding, forms: tuple[str, ...]) -> Any:
    why = opener(say("Why"), FORM, finding_args(one, ask.scope), small=True, key="e",
                 title=say("Explain this (e)"))  # fmt: skip
    acts = [why] if FORM in forms else []
    button = step_button(one.step, forms, small=True)
    if button is not None:
        acts.append(button)
    words: list[Any] = [html.B(one.sentence)]
    if one.more:
        words.append(html.Span(f" {one.more[0]}", className="more"))
    return html.Li([icon(one.status), html.P(words), html.Div(acts, className="acts")])
