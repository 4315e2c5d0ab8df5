"""`wfm target`: targets and corridors listed, set and previewed, as the targets page does."""

from __future__ import annotations

import dataclasses
import json
import secrets
from datetime import date
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from kpis.catalogue.load import CATALOGUE, kpi_of
from kpis.dashboards import DEFAULTS
from kpis.display import format_goal
from kpis.target_preview import Preview, Proposal, preview_target
from kpis.targets import bands_of, provenance, resolve, shape_of
from wfm.actions.corridors import CorridorEdit, set_corridor
from wfm.actions.targets import TargetEdit, local_today, set_target, undo_target
from wfm.cli.context import Context, open_context
from wfm.domain.clock import epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.domain.target_rules import limits_of
from wfm.domain.users import User
from wfm.queries.bonus import read_ahead, read_schemes, schemes_on
from wfm.queries.facts import open_facts
from wfm.queries.organisation import read_organisation
from wfm.queries.targets import read_targets
from wfm.queries.users import read_users

target = typer.Typer(help="Targets: list, set, preview, undo; corridors.", no_args_is_help=True)
ScopeOption = Annotated[str, typer.Option("--scope", help="site/team/agent; * is all sites")]
KpiOption = Annotated[str, typer.Option("--kpi", help="KPI id")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document")]
Login = Annotated[
    str, typer.Option("--as", help="Act with the rights of this account; else as operator")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; the record keeps it")]
Value = Annotated[float | None, typer.Option("--value", help="The one value")]
Low = Annotated[float | None, typer.Option("--low", help="Low end of a range")]
High = Annotated[float | None, typer.Option("--high", help="High end of a range")]
Amber = Annotated[float | None, typer.Option("--amber", help="How far beyond it is amber; 0: none")]
From = Annotated[str, typer.Option("--from", help="First day; default today at the site")]
To = Annotated[str, typer.Option("--to", help="Day on which it ends; default: never")]
ContactType = Annotated[str, typer.Option("--contact-type", help="Only for this contact type")]
Queue = Annotated[str, typer.Option("--queue", help="Only for this queue")]


def register(app: typer.Typer) -> None:
    """The command `wfm target` put on the app."""
    app.add_typer(target, name="target")


@target.command("list")
def list_targets(
    scope: ScopeOption = "*",
    kpi: Annotated[list[str] | None, typer.Option("--kpi", help="Only these KPIs")] = None,
    on: Annotated[str, typer.Option("--on", help="Day; default today")] = "",
    as_json: AsJson = False,
) -> None:
    """The target in force of each KPI for a scope, with who set it and whether it is inherited."""
    context = open_context()
    where = _known(context, scope)
    day = date.fromisoformat(on) if on else local_today(context.store, context.clock, where)
    book = read_targets(context.store, where)
    ids = list(kpi or dict.fromkeys((*(t.kpi_id for t in book.targets), *DEFAULTS[Role.MANAGER])))
    rows = []
    for kpi_id in ids:
        definition = kpi_of(kpi_id)
        row = resolve(book, kpi_id, day, where)
        bands = bands_of(definition, row)
        if bands.empty:
            continue
        rows.append(
            {
                "kpi_id": kpi_id,
                "target": format_goal(definition, bands),
                "green_lo": bands.green_lo,
                "green_hi": bands.green_hi,
                "amber_lo": bands.amber_lo,
                "amber_hi": bands.amber_hi,
                "target_id": None if row is None else row.target_id,
                "level": None if row is None else row.level,
                "source": provenance(book, definition, row, where),
            }
        )
    if as_json:
        typer.echo(json.dumps(rows, default=str))
        return
    table = Table("KPI", "target", "set by", title=f"{where.path or 'all sites'} on {day}")
    for found in rows:
        table.add_row(
            CATALOGUE[str(found["kpi_id"])].short_name, str(found["target"]), str(found["source"])
        )
    Console().print(table)


@target.command("set")
def set_one(
    kpi: KpiOption,
    scope: ScopeOption,
    reason: Reason,
    value: Value = None,
    low: Low = None,
    high: High = None,
    amber: Amber = None,
    first: From = "",
    end: To = "",
    contact_type: ContactType = "",
    queue: Queue = "",
    linked: Annotated[
        bool, typer.Option("--linked", help="Inherit again from that day on")
    ] = False,
    restate: Annotated[bool, typer.Option("--restate", help="Allow a day before today")] = False,
    login: Login = "",
    as_json: AsJson = False,
) -> None:
    """Set a target from a day on; the rows before it stay in the record."""
    context = open_context()
    edit = _edit(
        context, kpi, scope, reason, value, low, high, amber, first, end, contact_type, queue,
        linked,
    )  # fmt: skip
    definition = kpi_of(kpi)
    preview = _preview(context, edit)
    told = dataclasses.replace(edit, told=dict(preview.told)) if preview else edit
    written = set_target(
        context.store, context.clock, _person(context, login), told, shape_of(definition),
        bonus=_has_bonus(context, kpi), restate=restate,
    )  # fmt: skip
    if as_json:
        typer.echo(json.dumps({**dataclasses.asdict(written), "told": sorted(told.told)}))
        return
    again = " It was written by the same request before." if written.already else ""
    late = " It restates days that are past." if written.restated else ""
    typer.echo(
        f"Target {written.target_id} holds for {edit.scope.path or 'all sites'} from "
        f"{edit.effective_from}.{late}{again}"
    )
    if told.told:
        typer.echo(f"{len(told.told)} people are told that their bonus moves.")


@target.command("preview")
def preview_one(
    kpi: KpiOption,
    scope: ScopeOption,
    value: Value = None,
    low: Low = None,
    high: High = None,
    amber: Amber = None,
    as_json: AsJson = False,
) -> None:
    """Who would turn red, amber or green over the last 28 days, before anything is set."""
    context = open_context()
    edit = _edit(context, kpi, scope, "preview", value, low, high, amber)
    preview = _preview(context, edit)
    limits = limits_of(
        read_targets(context.store, edit.scope), shape_of(kpi_of(kpi)), edit.scope,
        edit.effective_from,
    )  # fmt: skip
    if as_json:
        document = dataclasses.asdict(preview)
        document["corridor"] = limits.sentence if limits else None
        typer.echo(json.dumps(document, default=str))
        return
    console = Console(highlight=False)
    for line in preview.sentences:
        console.print(line, markup=False)
    if limits is not None:
        console.print(limits.sentence, markup=False)


@target.command("undo")
def undo(
    target_id: Annotated[int, typer.Argument(help="Number of the row")],
    scope: ScopeOption,
    reason: Reason,
    login: Login = "",
) -> None:
    """Give back what held before one row, as a new row."""
    context = open_context()
    where = _known(context, scope)
    rows = {t.target_id: t for t in read_targets(context.store, where).targets}
    if target_id not in rows:
        raise BadInput(f"No target {target_id} is set here; `wfm target history` shows them.")
    kpi_id = rows[target_id].kpi_id
    written = undo_target(
        context.store, context.clock, _person(context, login), where, target_id,
        shape_of(kpi_of(kpi_id)), reason=reason, request_key=secrets.token_hex(16),
        bonus=_has_bonus(context, kpi_id),
    )  # fmt: skip
    typer.echo(f"Row {written.target_id} gives back what held before row {target_id}.")


@target.command("history")
def history(kpi: KpiOption, scope: ScopeOption = "*", as_json: AsJson = False) -> None:
    """Every row ever recorded for a KPI in a scope, above it and inside it, newest first."""
    book = read_targets(open_context().store, Scope.parse(scope))
    rows = sorted(book.of_kpi(kpi_of(kpi).id), key=lambda t: -t.target_id)
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(t) for t in rows], default=str))
        return
    table = Table("row", "for", "type or queue", "target", "from", "to", "by", "reason")
    for t in rows:
        ends = [f"{v:g}" for v in (t.value_lo, t.value_hi) if v is not None]
        table.add_row(
            str(t.target_id), book.name_of(t.level, t.key), t.contact_type or t.queue_id,
            " to ".join(ends) if t.kind == "own" else "inherits", str(t.effective_from),
            str(t.effective_to or ""), t.author, t.reason,
        )  # fmt: skip
    Console().print(table)


@target.command("corridor")
def corridor(
    scope: ScopeOption,
    width: Annotated[float, typer.Option("--width", min=0.0, help="How far, in the basis")],
    reason: Reason,
    kpi: Annotated[str, typer.Option("--kpi", help="One KPI; default: every KPI")] = "",
    basis: Annotated[
        str, typer.Option("--basis", help="points (the KPI's unit) or share (percent)")
    ] = "points",
    first: From = "",
    login: Login = "",
) -> None:
    """Set how far team leads may move targets from those set above them."""
    context = open_context()
    where = _known(context, scope)
    day = date.fromisoformat(first) if first else local_today(context.store, context.clock, where)
    edit = CorridorEdit(
        kpi_of(kpi).id if kpi else "", where, width, basis, day, reason, secrets.token_hex(16)
    )
    number = set_corridor(context.store, context.clock, _person(context, login), edit)
    typer.echo(f"Corridor {number}: {width:g} {basis} from {day}.")


def _edit(
    context: Context, kpi: str, scope: str, reason: str, value: float | None, low: float | None,
    high: float | None, amber: float | None, first: str = "", end: str = "",
    contact_type: str = "", queue: str = "", linked: bool = False,
) -> TargetEdit:  # fmt: skip
    definition = kpi_of(kpi)
    where = _known(context, scope)
    if value is not None and (low is not None or high is not None):
        raise BadInput("Give --value, or --low and --high, not both.")
    if value is not None:
        low, high = (None, value) if definition.better == "lower" else (value, None)
    day = date.fromisoformat(first) if first else local_today(context.store, context.clock, where)
    return TargetEdit(
        definition.id, where, low, high, amber, day, reason,
        read_targets(context.store, where).newest(definition.id, where), secrets.token_hex(16),
        date.fromisoformat(end) if end else None, contact_type, queue, linked,
    )  # fmt: skip


def _preview(context: Context, edit: TargetEdit) -> Preview:
    store, today = context.store, local_today(context.store, context.clock, edit.scope)
    now = epoch_s(context.clock.now())
    schemes = schemes_on(read_schemes(store, edit.scope), edit.scope, today)
    proposal = Proposal(
        edit.kpi_id,
        edit.value_lo,
        edit.value_hi,
        edit.amber_width,
        edit.effective_from,
        edit.contact_type,
        edit.queue_id,
        edit.linked,
    )
    return preview_target(
        open_facts(store), read_targets(store, edit.scope), proposal, edit.scope, today, schemes,
        lambda s: read_ahead(store, edit.scope, now, s.period_at(today).end, s.left_out),
    )  # fmt: skip


def _has_bonus(context: Context, kpi_id: str) -> bool:
    return any(s.kpi_id == kpi_id for s in read_schemes(context.store, Scope()))


def _known(context: Context, path: str) -> Scope:
    scope = Scope.parse(path)
    if not read_organisation(context.store, scope).has(scope):
        raise BadInput(
            f"No scope {path!r} is known. Write site/team/agent with the ids of org.csv."
        )
    return scope


def _person(context: Context, login: str) -> Principal | None:
    if not login:
        return None
    found: list[User] = [u for u in read_users(context.store, Scope()) if u.login == login]
    if not found or found[0].disabled:
        raise BadInput(f"No open account has the login {login!r}; `wfm user list` shows them.")
    user = found[0]
    return Principal(
        user.user_key, user.login, user.display_name, user.role, user.scope, user.agent_id,
        user.version,
    )  # fmt: skip
