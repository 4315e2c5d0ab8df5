"""`wfm explain`: a figure taken apart, against its target, the period before or another period."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

from kpis.explain.explain import VERSUS, Asked, Explanation, explain
from kpis.explain.levels import Level
from kpis.explain.naming import WORDS, namer_of
from kpis.explain.sentences import amount, decimals_for, value_text
from wfm.cli.context import open_context
from wfm.domain.clock import epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.organisation import Organisation
from wfm.domain.periods import Period
from wfm.domain.scope import Scope


def register(app: typer.Typer) -> None:
    """`wfm explain` put on the app."""
    app.command("explain")(explain_figure)


def explain_figure(
    kpi: Annotated[str, typer.Option("--kpi", help="KPI id, such as average_handle_time")],
    first: Annotated[str, typer.Option("--from", help="First local day")],
    end: Annotated[str, typer.Option("--to", help="Local day after the last")],
    scope: Annotated[str, typer.Option(help="site/team/agent; empty for everything")] = "",
    versus: Annotated[
        str, typer.Option(help="target, previous, or FROM/TO; several with commas")
    ] = "previous",
    queue: Annotated[list[str] | None, typer.Option(help="Only these queues")] = None,
    contact_type: Annotated[list[str] | None, typer.Option(help="Only these types")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document instead of tables")
    ] = False,
) -> None:
    """Why a figure is what it is: exact parts by dimension, ranked, and what to do next."""
    from wfm.queries.facts import open_facts
    from wfm.queries.organisation import read_organisation
    from wfm.queries.targets import read_targets

    where, period = Scope.parse(scope), _period(first, end)
    context = open_context()
    organisation = read_organisation(context.store, where)
    if not organisation.has(where):
        raise BadInput(
            f"No scope {scope!r} is known. Write site/team/agent with the ids of org.csv."
        )
    facts, book = open_facts(context.store), read_targets(context.store, where)
    name = namer_of(organisation, epoch_s(context.clock.now()))
    found = [
        explain(
            facts,
            Asked(
                kpi, where, period, held, queues=tuple(queue or ()),
                contact_types=tuple(contact_type or ()),
                where=_where(organisation, where),
            ),
            book,
            name,
        )
        for held in _versus(versus)
    ]  # fmt: skip
    if as_json:
        document = [explanation_document(one) for one in found]
        text = json.dumps(document[0] if len(document) == 1 else document, ensure_ascii=False,
                          indent=1)  # fmt: skip
        Console(soft_wrap=True, highlight=False, markup=False, emoji=False).file.write(text + "\n")
        return
    for one in found:
        _show(one)


def explanation_document(found: Explanation) -> Mapping[str, Any]:
    """An explanation as a document of plain values; each level with its residual."""
    step = found.step
    return {
        "kpi_id": found.kpi.id,
        "scope": found.scope.path,
        "unit": found.kpi.unit,
        "value": found.value.value,
        "numerator": found.value.numerator,
        "denominator": found.value.denominator,
        "status": found.value.status,
        "against": found.against,
        "base": found.base,
        "delta": found.delta,
        "sentences": list(found.sentences),
        "dimensions": [
            {"power": d.power, "surprise": d.surprise, "elements": list(d.chosen),
             **_level_document(d.level)}
            for d in found.dimensions
        ],
        "drill": [_level_document(level) for level in found.levels],
        "components": None if found.components is None else _level_document(found.components),
        "factors": None if found.factors is None else _level_document(found.factors),
        "next_action": None if step is None else {
            "action": step.action, "label": step.label, "prefill": dict(step.prefill),
        },
        "without": dict(found.without),
        "reason": found.reason,
    }  # fmt: skip


def _level_document(level: Level) -> dict[str, Any]:
    return {
        "dimension": level.dimension,
        "inside": level.inside,
        "weight": level.weight,
        "before": level.before,
        "after": level.after,
        "delta": level.delta,
        "parts": [
            {"key": b.key, "name": b.name, "size": b.size, "rate": b.rate, "mix": b.mix,
             "before": b.before, "after": b.after, "base_before": b.base0, "base_after": b.base1}
            for b in level.ranked
        ],
        "residual": level.delta - sum(bar.size for bar in level.bars),
    }  # fmt: skip


def _show(found: Explanation) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for sentence in found.sentences:
        console.print(sentence, markup=False)
    levels = [*found.levels, *(x for x in (found.components, found.factors) if x is not None)]
    for level in levels:
        console.print(_table(found, level.shortened()))
    if found.step is not None:
        console.print(f"Next: {found.step.label} ({found.step.action})", markup=False)


def _table(found: Explanation, level: Level) -> Table:
    kpi, decimals = found.kpi, decimals_for(found.kpi, level)
    first, shown, last = level.printed(decimals)
    word = WORDS.get(level.dimension, level.dimension)
    title = f"{kpi.short_name} by {word}" + (f", within {level.inside}" if level.inside else "")
    table = Table(Column(word), *(Column(n, justify="right") for n in
                  ("part", "before", "after")), title=title)  # fmt: skip
    table.add_row("before", value_text(kpi, first, decimals), "", "", style="dim")
    # Factors have units of their own: their values would read as the figure's.
    own = level.dimension != "factor"
    for bar, size in zip(level.bars, shown, strict=True):
        values = ["" if v is None or not own else value_text(kpi, v, decimals)
                  for v in (bar.before, bar.after)]  # fmt: skip
        table.add_row(bar.name, amount(kpi, size, decimals), *values)
    table.add_row("after", value_text(kpi, last, decimals), "", "", style="dim")
    return table


def _versus(text: str) -> list[str | Period]:
    found: list[str | Period] = []
    for part in (word.strip() for word in text.split(",")):
        if part in VERSUS:
            found.append(part)
        elif "/" in part:
            found.append(_period(*part.split("/", 1)))
        else:
            raise BadInput(f"--versus {part!r} is none of target, previous, FROM/TO.")
    return found


def _period(first: str, end: str) -> Period:
    try:
        low, high = date.fromisoformat(first), date.fromisoformat(end)
    except ValueError:
        raise BadInput(f"{first!r} to {end!r} are no days; write them like 2026-10-12.") from None
    if high <= low:
        raise BadInput(f"The period {first} to {end} is empty; --to is not included.")
    return Period(low, high)


def _where(organisation: Organisation, scope: Scope) -> str:
    return organisation.name_of(scope) if scope.site is not None else "all sites"
