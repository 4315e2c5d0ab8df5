"""Commands of the group kpi: the catalogue, values from the facts, values from given cells."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from kpis.catalogue.load import CATALOGUE, kpi_of
from kpis.definition import Bands, Kpi
from kpis.display import format_gap, format_target, format_value
from kpis.drill import DIMENSIONS, drills_of
from kpis.examples import evaluate_examples
from kpis.status import WORDS
from kpis.value import KpiValue
from wfm.cli.context import Context, open_context
from wfm.domain.clock import epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.grid import QUARTER_S, quarter_of
from wfm.domain.progress import no_progress
from wfm.domain.scope import Scope
from wfm.facts.measures import MEASURES

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table")]
GRAINS = {"interval": "q", "day": "day", "week": "week", "month": "month"}


def register(app: typer.Typer) -> None:
    """`wfm kpi list, show, query, evaluate` put on the app."""
    group = typer.Typer(help="The KPI catalogue, and values from the facts.", no_args_is_help=True)
    group.command("list")(list_kpis)
    group.command("show")(show)
    group.command("query")(query)
    group.command("evaluate")(evaluate)
    app.add_typer(group, name="kpi")


def list_kpis(
    tier: Annotated[int | None, typer.Option(help="Only KPIs of this tier (1, 2, 3)")] = None,
    role: Annotated[str | None, typer.Option(help="Only KPIs a role sees: A, S, M or C")] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="As a page of documentation")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """All KPIs of the catalogue: name, unit, default target; `show` tells the rest."""
    kpis = [
        kpi
        for kpi in CATALOGUE.values()
        if tier in (None, kpi.tier) and (role is None or role.upper() in kpi.roles)
    ]
    if as_json:
        _tell([_definition(kpi) for kpi in kpis])
        return
    if markdown:
        Console(soft_wrap=True).print(_markdown(kpis), markup=False, highlight=False)
        return
    table = Table(Column("KPI", no_wrap=True), "name", "unit", "target", "tier", title=_n(kpis))
    for kpi in kpis:
        table.add_row(kpi.id, kpi.name, kpi.unit, format_target(kpi, kpi.bands), str(kpi.tier))
    Console().print(table)


def show(
    kpi_id: Annotated[str, typer.Argument(metavar="ID", help="Id of a KPI, such as adherence")],
    as_json: AsJson = False,
) -> None:
    """One KPI in full: formula, unit, limits with their source, measures and how parts merge."""
    kpi = kpi_of(kpi_id)
    if as_json:
        _tell(_definition(kpi))
        return
    console = Console(highlight=False)
    console.print(f"{kpi.id}: {kpi.name} ({kpi.unit}), {kpi.group}", markup=False)
    for label, text in _sheet(kpi):
        if text:
            console.print(f"  {label:<16}{text}", markup=False)
    for name in kpi.measures:
        measure = MEASURES[name]
        held = measure.table or "nothing feeds it yet"
        console.print(f"  {name} ({measure.feed}, {held}): {measure.definition}", markup=False)


def query(
    kpi: Annotated[list[str], typer.Option("--kpi", help="KPI id; repeat for more")],
    first: Annotated[str, typer.Option("--from", help="First local day, or an instant")],
    end: Annotated[str, typer.Option("--to", help="Local day or instant after the last")],
    scope: Annotated[str, typer.Option(help="site/team/agent; empty for everything")] = "",
    by: Annotated[list[str] | None, typer.Option(help="Dimension; repeat for more")] = None,
    grain: Annotated[str | None, typer.Option(help="interval, day, week or month")] = None,
    queue: Annotated[list[str] | None, typer.Option(help="Only these queues")] = None,
    contact_type: Annotated[list[str] | None, typer.Option(help="Only these types")] = None,
    known_at: Annotated[
        str | None, typer.Option(help="Targets as they were known at this instant")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Values with numerator, denominator, target, colour and reasons; the end is not included."""
    from kpis.query import kpi_values
    from wfm.queries.facts import open_facts
    from wfm.queries.organisation import read_organisation
    from wfm.queries.targets import read_targets

    where = Scope.parse(scope)
    days, quarters = _period(first, end)
    context = open_context()
    if not read_organisation(context.store, where).has(where):
        raise BadInput(
            f"No scope {scope!r} is known. Write site/team/agent with the ids of org.csv."
        )
    _bring_up(context, days[1])
    values = kpi_values(
        open_facts(context.store),
        where,
        _split(kpi),
        *days,
        targets=read_targets(
            context.store, where, None if known_at is None else epoch_s(_instant(known_at))
        ),
        by=_dimensions(by, grain),
        q_from=quarters[0],
        q_to=quarters[1],
        queues=tuple(queue or ()),
        contact_types=tuple(contact_type or ()),
    )
    if as_json:
        _tell([_value(value) for value in values])
    else:
        _show_values(_wide(), values)


def evaluate(
    source: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Columns of the examples")],
    as_json: AsJson = False,
) -> None:
    """Values of KPIs over cells of base measures, one row an example; needs no database."""
    try:
        lines = source.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    except OSError as error:
        raise BadInput(f"{source} cannot be read: {error.strerror}. Check the path.") from None
    answers = evaluate_examples(lines)
    if as_json:
        _tell([dataclasses.asdict(answer) for answer in answers])
        return
    table = Table("example", "KPI", "value")
    for answer in answers:
        table.add_row(
            answer.example_id, answer.kpi_id, format_value(kpi_of(answer.kpi_id), answer.value)
        )
    Console().print(table)


def _n(kpis: list[Kpi]) -> str:
    return "1 KPI" if len(kpis) == 1 else f"{len(kpis)} KPIs"


def _split(ids: Iterable[str]) -> list[str]:
    return [part.strip() for text in ids for part in text.split(",") if part.strip()]


def _dimensions(by: list[str] | None, grain: str | None) -> tuple[str, ...]:
    asked = _split(by or [])
    if grain is not None:
        if grain not in GRAINS:
            raise BadInput(f"Grain {grain!r} is unknown; one of {', '.join(GRAINS)}.")
        asked.append(GRAINS[grain])
    unknown = [name for name in asked if name not in DIMENSIONS]
    if unknown:
        raise BadInput(f"Dimension {unknown[0]!r} is unknown; one of {', '.join(DIMENSIONS)}.")
    return tuple(dict.fromkeys(asked))


def _period(first: str, end: str) -> tuple[tuple[date, date], tuple[int | None, int | None]]:
    """Local days and, for instants, the quarters; days one wider, as zones differ by site."""
    low, high = _when(first), _when(end)
    quarters: tuple[int | None, int | None] = (None, None)
    if isinstance(low, datetime) != isinstance(high, datetime):
        raise BadInput(f"--from {first} and --to {end} must both be days, or both instants.")
    if isinstance(low, datetime) and isinstance(high, datetime):
        quarters = quarter_of(epoch_s(low)), quarter_of(epoch_s(high) + QUARTER_S - 1)
        days = date.fromordinal(low.toordinal() - 1), date.fromordinal(high.toordinal() + 2)
    else:
        days = low, high
    if high <= low:
        raise BadInput(f"The period {first} to {end} is empty; --to is not included.")
    return days, quarters


def _when(text: str) -> date:
    return date.fromisoformat(text) if _is_day(text) else _instant(text)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is no day (2026-10-12) and no instant with an offset.") from None
    if instant.tzinfo is None:
        raise BadInput(f"The instant {text!r} lacks an offset: write 2026-10-12T08:00+02:00.")
    return instant


def _tell(document: object) -> None:
    Console(soft_wrap=True, highlight=False, markup=False, emoji=False).file.write(
        json.dumps(document, ensure_ascii=False, indent=1, default=str) + "\n"
    )


def _sheet(kpi: Kpi) -> list[tuple[str, str]]:
    low = "" if kpi.min_base is None else f"{kpi.min_base:g}"
    return [
        ("formula", kpi.formula),
        ("better", kpi.better),
        ("merges by", kpi.roll_up),
        ("default target", format_target(kpi, kpi.bands) or "none: set one per site"),
        ("target from", kpi.target_basis),
        ("minimum base", low),
        ("drill", ", ".join(drills_of(kpi))),
        ("feeds", ", ".join(kpi.feeds)),
        ("seen by", ", ".join(kpi.roles)),
        ("source", kpi.source),
        ("note", kpi.note),
    ]


def _bands(bands: Bands) -> dict[str, float | None]:
    return dataclasses.asdict(bands)


def _definition(kpi: Kpi) -> dict[str, object]:
    return {
        "id": kpi.id,
        "group": kpi.group,
        "name": kpi.name,
        "short_name": kpi.short_name,
        "unit": kpi.unit,
        "better": kpi.better,
        "kind": kpi.kind,
        "numerator": kpi.numerator,
        "denominator": kpi.denominator,
        "scale": float(kpi.scale),
        "formula": kpi.formula,
        "roll_up": kpi.roll_up,
        "measures": list(kpi.measures),
        "drill": kpi.drill,
        "dimensions": list(drills_of(kpi)),
        "feeds": list(kpi.feeds),
        "roles": list(kpi.roles),
        "tier": kpi.tier,
        "target": format_target(kpi, kpi.bands) or None,
        **{name: value for name, value in _bands(kpi.bands).items() if name != "centre"},
        "min_base": kpi.min_base,
        "target_basis": kpi.target_basis,
        "source": kpi.source,
        "note": kpi.note,
    }


def _value(value: KpiValue) -> dict[str, object]:
    row = dataclasses.asdict(value)
    row["key"] = dict(value.key)
    if value.target is not None:
        row["target"] = {
            "text": value.target.text,
            "source": value.target.source,
            **_bands(value.target.bands),
        }
    return row


def _wide() -> Console:
    """A console; into a file or pipe 140 columns wide, so that nothing is cut."""
    console = Console()
    return console if console.is_terminal else Console(width=140)


def _show_values(console: Console, values: tuple[KpiValue, ...]) -> None:
    """The values as a table, and below it once each note: where a target is from, what lacks."""
    dimensions = list(dict.fromkeys(name for value in values for name, _ in value.key))
    table = Table("KPI", *dimensions, "value", "target", "gap", "status", "counted", "of")
    notes: dict[str, None] = {}
    for value in values:
        kpi = kpi_of(value.kpi_id)
        target = value.target
        shown = format_value(kpi, value.value, target.bands if target else None)
        given = dict(value.key)
        table.add_row(
            kpi.short_name,
            *(str(given.get(name, "")) for name in dimensions),
            f"{shown} ({value.label})" if value.label else shown,
            target.text if target else "",
            format_gap(kpi, value.gap),
            WORDS[value.status] if value.status != "none" else "",
            _count(value.numerator),
            _count(value.denominator),
        )
        for note in (value.reason, target.source if target else ""):
            if note:
                notes[f"{kpi.short_name}: {note}"] = None
    console.print(table)
    for note in notes:
        console.print(note, markup=False, highlight=False)


def _count(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.3f}"


def _markdown(kpis: list[Kpi]) -> str:
    """The catalogue as a page: one table a group, written from the data itself."""
    lines = ["# KPIs", ""]
    for group in dict.fromkeys(kpi.group for kpi in kpis):
        lines += ["", f"## {group}", "", "| id | name | unit | formula | default target |"]
        lines.append("|---|---|---|---|---|")
        lines += [
            f"| `{k.id}` | {k.name} | {k.unit} | `{k.formula}` | {format_target(k, k.bands)} |"
            for k in kpis
            if k.group == group
        ]
    return "\n".join(lines)


def _bring_up(context: Context, before: date) -> None:
    """Nothing, once the facts hold every event before a day: a figure of yesterday's facts lies."""
    from wfm.worker.facts_ready import bring_up, waiting_days

    waiting = waiting_days(context.store, before)
    if not waiting:
        return
    with Console(stderr=True).status(f"Bringing {waiting} days of facts up to date"):
        bring_up(context.store, context.clock, before, no_progress)
