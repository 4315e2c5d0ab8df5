"""`wfm plan all`: forecast, requirement and schedule of several sites and weeks at once."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from wfm.cli.context import open_context
from wfm.cli.executor import executor_of
from wfm.domain.errors import BadInput
from wfm.domain.scope import ENTERPRISE
from wfm.queries.organisation import read_organisation
from wfm.worker.plan_units import STEPS, Done, UnitWork, plan_units


def plan_all(
    week: Annotated[list[str], typer.Option("--week", help="Week, like 2026-W42; may be repeated")],
    unit: Annotated[
        list[str] | None, typer.Option("--unit", help="Site; may be repeated, else every site")
    ] = None,
    step: Annotated[
        list[str] | None, typer.Option("--step", help="forecast, require or solve; else all three")
    ] = None,
    time_limit: Annotated[float | None, typer.Option(min=0.5, help="Seconds of a solve")] = None,
    seed: Annotated[int, typer.Option(help="Same seed and passes, same schedules")] = 1,
    passes: Annotated[int | None, typer.Option(min=1, help="Passes over all agents")] = None,
    absence: Annotated[
        float, typer.Option(min=0.0, max=80.0, help="Percent expected to be away unplanned")
    ] = 0.0,
    jobs: Annotated[int, typer.Option(min=1, help="Sites at a time on this machine")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document")] = False,
) -> None:
    """Plan several sites and weeks: sites side by side, the weeks of each one after another.

    A week keeps the rest of the draft before it. WFM_EXECUTOR names a cluster; else processes of
    this machine do the work. Exit 1 when a step failed; the other sites are planned all the same.
    """
    context = open_context()
    sites = [one.org_id for one in read_organisation(context.store, ENTERPRISE).sites]
    wrong = [one for one in unit or () if one not in sites]
    if wrong:
        raise BadInput(f"No site is called {wrong[0]!r}; there are {', '.join(sites)}.")
    steps = tuple(one for one in STEPS if not step or one in step)
    unknown = [one for one in step or () if one not in STEPS]
    if unknown:
        raise BadInput(f"No step is called {unknown[0]!r}; there are {', '.join(STEPS)}.")
    asked = {"solve": {"time_limit_s": time_limit, "seed": seed, "passes": passes,
                       "absence": absence / 100}}  # fmt: skip
    weeks = tuple(sorted(dict.fromkeys(week)))
    works = [
        UnitWork(context.settings.url, str(context.settings.data_dir.absolute()),
                 context.clock.now(), site, weeks, steps, asked)
        for site in dict.fromkeys(unit or sites)
    ]  # fmt: skip
    told: list[Done] = []
    with executor_of(context.settings.executor, jobs) as executor:
        for done in plan_units(executor, works):
            told += done
            if not as_json:
                _tell(done)
    told.sort(key=lambda one: (one.unit, one.week, STEPS.index(one.step)))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in told], default=str))
    else:
        _show(told)
    if not all(one.done for one in told):
        raise typer.Exit(1)


def _tell(done: tuple[Done, ...]) -> None:
    console = Console(stderr=True, highlight=False)
    last = done[-1]
    console.print(f"{last.unit}: {'ready' if last.done else last.message}", markup=False)


def _show(told: list[Done]) -> None:
    table = Table("site", "week", "step", "job", "", "what came of it")
    for one in told:
        table.add_row(one.unit, one.week, one.step, str(one.job_id or "-"),
                      "done" if one.done else "FAILED", one.message)  # fmt: skip
    Console(highlight=False).print(table)
