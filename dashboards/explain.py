"""The drawer that explains: a figure taken apart, or a finding with its checks and its proof."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dashboards.forms import FormAsk, FormRoom, scope_of
from dashboards.frame import Ask, Look, Spec
from dashboards.parts import html
from dashboards.parts.drawer import Drawer, facts, opener, sentences
from dashboards.parts.steps import steps
from kpis.catalogue.load import CATALOGUE, kpi_of
from kpis.dashboards import require_visible
from kpis.definition import Kpi
from kpis.explain.explain import Asked, Explanation, explain
from kpis.explain.finding import Finding, Step, from_document
from kpis.explain.levels import Level
from kpis.explain.naming import WORDS, namer_of
from kpis.explain.sentences import amount, decimals_for, value_text
from kpis.wording import definition_lines
from wfm.domain.errors import BadInput
from wfm.domain.grid import QUARTER_S
from wfm.domain.language import say, to_say
from wfm.domain.scope import Scope
from wfm.queries.insights import MOST, read_insights

FORM = "explain"
MORE_DIMENSIONS = 4
VERSUS = {"target": to_say("against its target"), "previous": to_say("against the period before")}
NOW_QUARTERS = 2
GONE = to_say("This is no longer found: the figures have changed since. Close this and look again.")


def explain_form(spec: Spec, forms: Iterable[str] = (), *, waits: bool = True) -> FormRoom:
    """The drawer of a page: `spec` is the page's, `forms` the actions that its drawer can open.

    A page that `waits` for the minute is explained by the facts it shows. Who may open the page at
    a place may have it explained there, and nobody else: an agent who may know the team's sums must
    not get them by colleague.
    """
    known = frozenset(forms)
    return FormRoom(
        FORM, "", scope_of("scope"), lambda ask: _show(ask, spec, known, waits), _nothing_to_send
    )


def figure_args(kpi_id: str, scope: Scope, versus: str = "") -> dict[str, str]:
    """What a button sends that explains a figure of a place."""
    return {"kpi": kpi_id, "scope": scope.path, "versus": versus}


def finding_args(found: Finding, scope: Scope) -> dict[str, str]:
    """What a button sends that opens a finding; `scope` is that of the page."""
    return {"finding": mark_of(found), "scope": scope.path}


def mark_of(found: Finding) -> str:
    """A finding told apart from the others of its role: kind, figure and place."""
    return f"{found.kind}:{found.kpi_id}:{found.scope.path}"


def _show(ask: FormAsk, spec: Spec, forms: frozenset[str], waits: bool) -> Drawer:
    """The drawer of a finding or of a figure."""
    if ask.value("finding"):
        return _finding_drawer(ask, forms)
    kpi = kpi_of(ask.value("kpi"))
    require_visible([kpi.id], ask.who.role)
    page = Ask(ask.who, ask.page, spec, ask.state, ask.scope, ask.sources, Look(), waits=waits)
    page = page.of_figures()
    versus = ask.value("versus") or page.compare
    versus = versus if versus in VERSUS else "previous"
    found = _explained(page, kpi, versus)
    if found.reason and versus == "target" and not ask.value("versus"):
        before = _explained(page, kpi, "previous")
        if not before.reason:
            versus, found = "previous", before
    return _figure_drawer(page, found, versus, forms)


def step_button(step: Step | None, forms: Iterable[str], *, small: bool = False) -> Any:
    """The next action as a button that opens its form filled in; None without such a form."""
    if step is None or step.action not in forms:
        return None
    return opener(step.label, step.action, step.prefill, primary=True, small=small)


def _explained(page: Ask, kpi: Kpi, versus: str) -> Explanation:
    """The figure as its tile has it, in the same period."""
    asked = _asked(page, kpi.id, versus)
    return explain(page.facts, asked, page.targets, namer_of(page.organisation, page.now))


def _asked(page: Ask, kpi_id: str, versus: str) -> Asked:
    where = page.organisation.name_of(page.scope)
    lacks = page.not_compared if versus == "previous" else ""
    if page.grain == "now":
        data = page.data_at if page.data_at is not None else page.now
        q_to = min(page.now, data) // QUARTER_S
        day = page.period
        return Asked(
            kpi_id, page.scope, day, versus, q_to - NOW_QUARTERS, q_to, where=where, lacks=lacks
        )
    cut = page.before.get("q_to") if versus == "previous" else None
    return Asked(kpi_id, page.scope, page.period, versus, where=where, before_to=cut, lacks=lacks)


def _figure_drawer(page: Ask, found: Explanation, versus: str, forms: frozenset[str]) -> Drawer:
    kpi = found.kpi
    lead, *more = found.sentences
    body: list[Any] = [html.P(lead, className="x-lead")]
    body += [html.P(words, className="x-more") for words in more]
    body.append(_versus(page, kpi, versus))
    action = step_button(found.step, forms)
    if action is not None:
        body.append(html.Div(action, className="f-acts"))
    elif found.step is not None:
        body.append(html.P(say("Next: {label}.", label=found.step.label), className="x-next"))
    harm = _harm(kpi, found)
    body += [_level(kpi, level, harm) for level in found.levels]
    body += [_level(kpi, x, harm) for x in (found.components, found.factors) if x is not None]
    others = [d.level for d in found.dimensions[1 : 1 + MORE_DIMENSIONS]]
    if others:
        body.append(html.H3(say("Other ways to cut it")))
        body += [_folded(kpi, level, harm) for level in others]
    body.append(html.H3(say("How it is known")))
    body.append(facts(_figure_proof(found)))
    return Drawer(say("Why {short}", short=kpi.short_name.lower()), "", tuple(body), wide=True)


def _versus(page: Ask, kpi: Kpi, versus: str) -> Any:
    """The two comparisons as buttons, the one in force marked."""
    buttons = []
    for name, words in VERSUS.items():
        if name == versus:
            buttons.append(html.Span(words, className="x-here", **{"aria-current": "true"}))
        else:
            args = figure_args(kpi.id, page.scope, name)
            buttons.append(opener(words, FORM, args, small=True))
    return html.Div(buttons, className="x-versus")


def _figure_proof(found: Explanation) -> list[tuple[str, str]]:
    kpi, value = found.kpi, found.value
    rows = [*definition_lines(kpi), (say("Formula"), kpi.formula)]
    rows.append((say("Held against"), found.against))
    if value.numerator is not None and value.denominator:
        rows.append(
            (
                say("Sums"),
                say(
                    "{numerator:,.0f} ÷ {denominator:,.0f}",
                    numerator=value.numerator,
                    denominator=value.denominator,
                ),
            )
        )
    rows.append((say("Rows"), say("{cells_n:,} cells", cells_n=value.cells_n)))
    for dimension, why in found.without.items():
        if dimension in ("agent", "queue", "team", "contact_type"):
            rows.append((say("Not by {words}", words=WORDS[dimension]), why))
    return rows


def _finding_drawer(ask: FormAsk, forms: frozenset[str]) -> Drawer:
    wanted = ask.value("finding")
    told = read_insights(ask.sources.store, ask.scope, ask.who.role, 4 * MOST).found
    found = next((f for f in map(from_document, told) if mark_of(f) == wanted), None)
    if found is None:
        return Drawer(say("Not there any more"), "", (html.P(GONE),))
    kpi = CATALOGUE[found.kpi_id]
    body: list[Any] = [html.P(found.sentence, className="x-lead")]
    body += [html.P(words, className="x-more") for words in found.more]
    action = step_button(found.step, forms)
    if action is not None:
        body.append(html.Div(action, className="f-acts"))
    elif found.step is not None:
        body.append(html.P(say("Next: {label}.", label=found.step.label), className="x-next"))
    body += [_level(kpi, level, _harm_of(level)) for level in found.levels]
    words = (
        say("All checks hold")
        if found.is_cause
        else say("Not every check holds: associated, not proven")
    )
    body.append(html.H3(words))
    body.append(sentences([("good" if c.held else "warn", c.words) for c in found.checks]))
    body.append(html.H3(say("How it is known")))
    body.append(facts(list(found.proof)))
    return Drawer(say("Why"), "", tuple(body), wide=True)


def _level(kpi: Kpi, level: Level, harm: int) -> Any:
    decimals, words = _words(kpi, level)
    return html.Div(
        [html.H3(_title(level)), steps(level, decimals, words, harm=harm)], className="x-level"
    )


def _folded(kpi: Kpi, level: Level, harm: int) -> Any:
    decimals, words = _words(kpi, level)
    top = level.ranked[0]
    summary = f"{WORDS.get(level.dimension, level.dimension).capitalize()}: {top.name} "
    return html.Details(
        [
            html.Summary(summary + words(top.size, True)),
            steps(level, decimals, words, harm=harm),
        ],
        className="x-fold",
    )


# Levels whose bars are not in the figure's own unit.
UNITS_OF = {"moment": to_say("min"), "reason": to_say("agents")}


def _words(kpi: Kpi, level: Level) -> tuple[int, Any]:
    """Decimals and how a size is written: in the figure's unit, or that of the level."""
    own = UNITS_OF.get(level.dimension)
    if own is not None:
        return 1, lambda size, signed: f"{_signed(size, signed)} {own}"
    if level.dimension == "component" and level.inside and kpi.unit != "s":
        # One agent's contact, in seconds, below a figure of the team.
        return 0, lambda size, signed: f"{_signed(size, signed, 0)} s"
    decimals = decimals_for(kpi, level)

    def words(size: float, signed: bool) -> str:
        return amount(kpi, size, decimals) if signed else value_text(kpi, size, decimals)

    return decimals, words


def _signed(size: float, signed: bool, decimals: int = 1) -> str:
    text = f"{abs(size):,.{decimals}f}"
    if not text.strip("0.,"):
        return text
    return f"−{text}" if size < 0 else f"+{text}" if signed else text


def _title(level: Level) -> str:
    word = WORDS.get(level.dimension, level.dimension)
    return (
        say("{inside}, by {word}", inside=level.inside, word=word)
        if level.inside
        else say("By {word}", word=word)
    )


def _harm(kpi: Kpi, found: Explanation) -> int:
    """Which direction is worse: by the figure's own, for a range away from its middle."""
    if kpi.better == "higher":
        return -1
    if kpi.better == "lower":
        return 1
    return 1 if (found.delta or 0.0) > 0 else -1


def _harm_of(level: Level) -> int:
    return 1 if level.delta > 0 else -1


def _nothing_to_send(ask: FormAsk) -> Drawer:
    raise BadInput(say("An explanation has nothing to send; close it and choose an action."))
