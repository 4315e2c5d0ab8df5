"""`wfm bonus`: schemes set and listed, a person's projection shown, periods closed."""

from __future__ import annotations

import dataclasses
import json
import secrets
from datetime import date
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from kpis.bonus_reading import BonusView, check_bonus_kpi, read_bonus
from kpis.bonus_words import WORD, bonus_sentence, chance_text
from wfm.actions.bonus import place_of, set_scheme, signature_holds
from wfm.actions.targets import local_today
from wfm.cli.context import Context, open_context
from wfm.domain.bonus import LEAST_HOURS, Ahead, Modifier, Scheme, Tier
from wfm.domain.clock import epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.scope import Scope
from wfm.queries.bonus import (
    agent_scopes,
    protected_target,
    read_ahead,
    read_schemes,
    read_standings,
    read_statements,
    schemes_on,
)
from wfm.queries.organisation import read_organisation
from wfm.worker.bonus_job import Reading, close

bonus = typer.Typer(help="Bonus schemes, projections and statements.", no_args_is_help=True)
ScopeOption = Annotated[str, typer.Option("--scope", help="site/team/agent; * is all sites")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document")]


def register(app: typer.Typer) -> None:
    """The command `wfm bonus` put on the app."""
    app.add_typer(bonus, name="bonus")


@bonus.command("list")
def list_schemes(scope: ScopeOption = "*", as_json: AsJson = False) -> None:
    """Every version of every scheme, oldest first."""
    found = read_schemes(open_context().store, Scope.parse(scope))
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(s) for s in found], default=str))
        return
    table = Table("key", "name", "for", "KPI", "period", "tiers", "from", "to", "by")
    for s in found:
        tiers = " ".join(f"{t.threshold:g}:{t.factor:g}" for t in s.tiers)
        basis = "of the target" if s.target_source == "target" else ""
        table.add_row(
            s.scheme_key, s.name, f"{s.level} {s.key}", s.kpi_id, s.period, f"{tiers} {basis}",
            str(s.effective_from), str(s.effective_to or ""), s.author,
        )  # fmt: skip
    Console().print(table if found else "No bonus scheme is set; `wfm bonus set` makes one.")


@bonus.command("set")
def set_one(
    key: Annotated[str, typer.Argument(help="Short name of the scheme; stays the same")],
    reason: Annotated[str, typer.Option("--reason", help="Why; the record keeps it")],
    name: Annotated[str, typer.Option("--name", help="Name as people see it")] = "",
    scope: ScopeOption = "*",
    kpi: Annotated[str, typer.Option("--kpi", help="KPI it hangs on")] = "adherence",
    period: Annotated[str, typer.Option("--period", help="month or quarter")] = "quarter",
    tier: Annotated[
        list[str] | None,
        typer.Option("--tier", help="threshold:factor; -2:0.5 is two points below the target"),
    ] = None,
    absolute: Annotated[
        bool, typer.Option("--absolute", help="Thresholds are values, not set from the target")
    ] = False,
    modifier: Annotated[
        list[str] | None,
        typer.Option("--modifier", help="measure:count:factor, such as noshow_n:2:0"),
    ] = None,
    least_hours: Annotated[
        float, typer.Option("--least-hours", min=0.0, help="Below: too early to tell")
    ] = LEAST_HOURS,
    first: Annotated[str, typer.Option("--from", help="First day; default: of this period")] = "",
    as_json: AsJson = False,
) -> None:
    """Set a new version of a scheme; closed periods keep the version they had."""
    context = open_context()
    check_bonus_kpi(kpi)
    where = Scope.parse(scope)
    level, place = place_of(where)
    tiers = tuple(sorted((_tier(t) for t in tier or ["0:1"]), key=lambda t: t.threshold))
    scheme = Scheme(
        0, key, name or key, level, place, kpi, period, tiers, "tiers" if absolute else "target",
        date.min, least_hours=least_hours, modifiers=tuple(_modifier(m) for m in modifier or ()),
    )  # fmt: skip
    today = local_today(context.store, context.clock, where)
    day = date.fromisoformat(first) if first else scheme.period_at(today).first
    scheme = dataclasses.replace(scheme, effective_from=day)
    number = set_scheme(
        context.store, context.clock, None, scheme, reason=reason,
        request_key=secrets.token_hex(16),
    )  # fmt: skip
    if as_json:
        typer.echo(json.dumps({"scheme_id": number, "effective_from": day}, default=str))
        return
    typer.echo(f"Version {number} of the bonus {key} holds from {day}.")


@bonus.command("show")
def show(
    scope: Annotated[str, typer.Argument(help="site/team/agent")],
    as_json: AsJson = False,
) -> None:
    """Where one agent's bonuses stand: rate, what is needed from here, what may be missed."""
    context = open_context()
    views = _views(context, Scope.parse(scope))
    if as_json:
        typer.echo(json.dumps([_json(view) for view in views], default=str))
        return
    if not views:
        typer.echo("No bonus scheme holds here today; `wfm bonus list` shows all.")
    for view in views:
        typer.echo(f"{view.scheme.name}, {view.period.first} to {view.period.end}: "
                   f"{WORD[view.state]}")  # fmt: skip
        typer.echo(f"  {bonus_sentence(view)}")


@bonus.command("close")
def close_one(
    key: Annotated[str, typer.Argument(help="Key of the scheme")],
    day: Annotated[str, typer.Option("--day", help="A day of the period to close")],
    reason: Annotated[str, typer.Option("--reason", help="Why; the record keeps it")],
    as_json: AsJson = False,
) -> None:
    """Freeze the results of a period that has ended; again, only differences are added."""
    context = open_context()
    done, period = close(context.store, context.clock, None, key, date.fromisoformat(day), reason)
    if as_json:
        typer.echo(json.dumps({**dataclasses.asdict(done), "first": period.first,
                               "end": period.end}, default=str))  # fmt: skip
        return
    typer.echo(
        f"{period.first} to {period.end}: {done.statements} statements, {done.differences} "
        f"differences, {done.unchanged} as before."
    )


@bonus.command("statements")
def statements(scope: ScopeOption = "*", as_json: AsJson = False) -> None:
    """Frozen results with their later differences, and whether each signature holds."""
    found = read_statements(open_context().store, Scope.parse(scope))
    if as_json:
        typer.echo(
            json.dumps(
                [
                    {
                        **dataclasses.asdict(s), "holds": signature_holds(s),
                        "differences": [dataclasses.asdict(d) for d in later],
                    }
                    for s, later in found
                ],
                default=str,
            )
        )  # fmt: skip
        return
    table = Table("agent", "period", "state", "factor", "rate", "signature", "differences")
    for s, later in found:
        rate = s.document["rate"]
        table.add_row(
            s.agent_id, f"{s.first_on} to {s.end_on}", s.state, f"{s.factor:g}",
            "" if rate is None else f"{100 * rate:.2f} %",
            "holds" if signature_holds(s) else "BROKEN",
            "; ".join(f"{d.state} {d.factor:g}: {d.cause}" for d in later),
        )  # fmt: skip
    Console().print(table)


def _views(context: Context, scope: Scope) -> list[BonusView]:
    store, now = context.store, epoch_s(context.clock.now())
    organisation = read_organisation(store, scope)
    person = organisation.person_at(scope.agent or "", now)
    if scope.agent is None or person is None or not organisation.has(scope):
        raise BadInput(f"{scope.path or '*'!r} is no agent; write site/team/agent.")
    today = local_today(store, context.clock, scope)
    reading, views = Reading.of(store), []
    for scheme in schemes_on(read_schemes(store, scope), scope, today):
        period = scheme.period_at(today)
        ahead = read_ahead(store, scope, now, period.end, scheme.left_out)
        kept = protected_target(read_standings(store, scope, period.first), scheme.scheme_key)
        own = ahead.get(scope.agent, Ahead({}, 0))
        views.append(
            read_bonus(
                reading.facts, reading.book, scheme, scope, today, own,
                scopes=agent_scopes(store, scope), protected=kept,
            )
        )  # fmt: skip
    return views


def _json(view: BonusView) -> dict[str, object]:
    projection = view.projection
    return {
        "scheme": view.scheme.scheme_key,
        "period": [view.period.first, view.period.end],
        "state": view.state,
        "sentence": bonus_sentence(view),
        "base_s": view.sums.base_s,
        "good_s": view.sums.good_s,
        "left_s": view.sums.left_s,
        "shifts_left": view.sums.shifts_left,
        "estimated_from": view.estimated_from,
        "target": view.target,
        "target_source": view.source,
        "projection": None if projection is None else dataclasses.asdict(projection),
        "chance": chance_text(view) or None,
        "tiers": [
            {"factor": t.factor, **dataclasses.asdict(t.projection)}
            for t in (view.outlook.tiers if view.outlook else ())
        ],
    }


def _tier(text: str) -> Tier:
    threshold, _, factor = text.partition(":")
    try:
        return Tier(float(threshold), float(factor))
    except ValueError:
        raise BadInput(f"The tier {text!r} cannot be read; write threshold:factor.") from None


def _modifier(text: str) -> Modifier:
    try:
        measure, count, factor = text.split(":")
        return Modifier(measure, float(count), float(factor))
    except ValueError:
        raise BadInput(
            f"The modifier {text!r} cannot be read; write measure:count:factor, "
            f"such as noshow_n:2:0."
        ) from None
