"""`wfm schedule`: problems and solutions as files: solve, verify, explain."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from scheduling.explain import BLOCKERS, Uncovered, explain
from scheduling.problem_file import problem_of, read_problem
from scheduling.process import solve_apart
from scheduling.relaxations import LIFTS
from scheduling.solution import read_solution, solution_text
from scheduling.units import solve_units
from scheduling.verify import verify
from wfm.cli.watch import Watch
from wfm.domain.errors import BadInput, WfmError

schedule = typer.Typer(help="Schedules as files: solve, verify, explain.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="One JSON document")]
ProblemFile = Annotated[Path, typer.Argument(metavar="PROBLEM.json", help="Problem to read")]
SolutionFile = Annotated[Path, typer.Argument(metavar="SOLUTION.json", help="Solution to read")]


@schedule.command("solve")
def solve_file(
    problem: ProblemFile,
    out: Annotated[Path, typer.Option("--out", help="Solution to write")],
    time_limit: Annotated[float | None, typer.Option(min=0.5, help="Seconds")] = None,
    seed: Annotated[int, typer.Option(help="Same seed and passes, same schedule")] = 1,
    passes: Annotated[int | None, typer.Option(min=1, help="Passes over all agents")] = None,
    as_json: Json = False,
) -> None:
    """Build the best schedule for a problem, with a bound on what is possible."""
    text = _read(problem)
    read_problem(text, problem.name)
    limit = 60.0 if time_limit is None and passes is None else time_limit
    with Watch("Schedule", quiet=as_json) as watch:
        found = solve_apart(
            text, time_limit_s=limit, seed=seed, passes=passes, progress=watch.progress
        )
    out.write_text(solution_text(found), encoding="utf-8")
    report = {
        "out": str(out), "objective": found.objective, "bound": found.bound,
        "gap_of_requirement_pct": found.gap_of_requirement_pct, "seconds": found.seconds,
        "status": found.status, "passes": found.passes, "seed": found.seed,
        "bound_kind": found.bound_kind,
        "soft": asdict(found.soft),
        "diagnoses": [d.sentence for d in found.diagnoses],
    }  # fmt: skip
    if as_json:
        typer.echo(json.dumps(report))
        return
    console = Console(highlight=False)
    console.print(
        f"{len(found.shifts):,} shifts: cost {found.objective:,.1f}, bound {found.bound:,.1f}, "
        f"gap {found.gap_of_requirement_pct:.3f} % of the requirement, {found.seconds:.1f} s "
        f"({found.status}). Written to {out}."
    )
    if found.soft.total:
        console.print(f"Beside cover: {found.soft.total:,.1f} for wishes, fairness and changes.")
    for diagnosis in found.diagnoses:
        console.print(f"! {diagnosis.sentence}.", markup=False)


@schedule.command("solve-all")
def solve_files(
    problems: Annotated[list[Path], typer.Argument(metavar="PROBLEM.json...", help="To read")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the solutions")],
    time_limit: Annotated[float | None, typer.Option(min=0.5, help="Seconds of each")] = None,
    seed: Annotated[int, typer.Option(help="Same seed and passes, same schedules")] = 1,
    passes: Annotated[int | None, typer.Option(min=1, help="Passes over all agents")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Problems at a time")] = 2,
    as_json: Json = False,
) -> None:
    """Build schedules for several sites or weeks side by side; exit 1 if one cannot be had."""
    texts = {path.stem: _read(path) for path in problems}
    if len(texts) < len(problems):
        raise BadInput("Two problems have the same file name, so their solutions would too.")
    limit = 60.0 if time_limit is None and passes is None else time_limit
    out.mkdir(parents=True, exist_ok=True)
    report: list[dict[str, Any]] = []
    failed = False
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        units = solve_units(texts, pool, time_limit_s=limit, seed=seed, passes=passes)
        for name, found in units:
            if isinstance(found, WfmError):
                failed = True
                report.append({"problem": name, "error": str(found)})
                continue
            target = out / f"{name}.json"
            target.write_text(solution_text(found), encoding="utf-8")
            report.append(
                {"problem": name, "out": str(target), "objective": found.objective,
                 "bound": found.bound, "gap_of_requirement_pct": found.gap_of_requirement_pct,
                 "status": found.status}
            )  # fmt: skip
    report.sort(key=lambda row: str(row["problem"]))
    if as_json:
        typer.echo(json.dumps(report))
    else:
        console = Console(highlight=False)
        for row in report:
            told = row.get("error") or (
                f"cost {row['objective']:,.1f}, bound {row['bound']:,.1f}, "
                f"gap {row['gap_of_requirement_pct']:.3f} %, written to {row['out']}"
            )
            console.print(f"{row['problem']}: {told}", markup=False)
    if failed:
        raise typer.Exit(1)


@schedule.command("verify")
def verify_file(problem: ProblemFile, solution: SolutionFile, as_json: Json = False) -> None:
    """Check a schedule against its problem, independently of what made it; exit 1 if broken."""
    found = verify(_json(problem), _json(solution))
    report = {
        "violations": len(found.broken),
        "first_violations": [[b.agent, b.code, b.sentence] for b in found.broken[:20]],
        "required_slots": found.required_slots,
        "understaffed_slots": found.understaffed_slots,
        "overstaffed_slots": found.overstaffed_slots,
        "cost": found.cost,
        "bound": found.bound,
        "gap_of_requirement_pct": found.gap_of_requirement_pct,
        "soft": dict(found.soft),
    }
    if as_json:
        typer.echo(json.dumps(report))
    else:
        console = Console(highlight=False)
        console.print(
            f"{len(found.broken)} rules broken; cost {found.cost:,.1f}: "
            f"{found.understaffed_slots:,} of {found.required_slots:,} agent-slots missing, "
            f"{found.overstaffed_slots:,} too many."
        )
        if any(found.soft.values()):
            parts = ", ".join(f"{name} {value:,.1f}" for name, value in found.soft.items() if value)
            console.print(f"Beside cover: {parts}.")
        for broken in found.broken[:20]:
            console.print(f"! {broken.agent} {broken.code}: {broken.sentence}", markup=False)
    if found.broken:
        raise typer.Exit(1)


@schedule.command("explain")
def explain_file(problem: ProblemFile, solution: SolutionFile, as_json: Json = False) -> None:
    """Uncovered intervals, and what keeps each agent from them."""
    data = _json(problem)
    found = explain(data, _json(solution), read_solution(_read(solution), solution.name))
    first = problem_of(data).first_day
    if as_json:
        typer.echo(json.dumps([uncovered_json(item, first) for item in found]))
        return
    show_uncovered(Console(highlight=False), found, first)


def show_uncovered(
    console: Console, found: tuple[Uncovered, ...], first_day: date, most: int = 15
) -> None:
    """The largest uncovered stretches as a table."""
    if not found:
        console.print("Every interval is covered.")
        return
    table = Table("day", "time", "queue", "missing", "agent-hours", "why the others cannot",
                  "what lifting one rule would save")  # fmt: skip
    for item in found[:most]:
        why = ", ".join(f"{n} {BLOCKERS[code]}" for code, n in item.blockers[:4])
        table.add_row(
            f"{first_day + timedelta(days=item.day):%a %d %b}",
            f"{_time(item.first_slot)}-{_time(item.end_slot)}",
            item.queue, f"up to {item.most_missing}", f"{item.agent_slots / 4:g}", why,
            "; ".join(f"{LIFTS[r.code]} for {r.agent}: {r.saves:g}" for r in item.relaxations[:2]),
        )  # fmt: skip
    console.print(table)
    if len(found) > most:
        console.print(f"... and {len(found) - most} smaller ones; --json shows all.")


def uncovered_json(item: Uncovered, first_day: date) -> dict[str, Any]:
    """An uncovered stretch as a JSON object."""
    return {
        "queue": item.queue,
        "day": str(first_day + timedelta(days=item.day)),
        "from": _time(item.first_slot),
        "to": _time(item.end_slot),
        "agent_slots": item.agent_slots,
        "most_missing": item.most_missing,
        "price": item.price,
        "relaxations": [
            {
                "code": r.code,
                "text": LIFTS[r.code],
                "agent": r.agent,
                "week": r.week,
                "saves": r.saves,
            }
            for r in item.relaxations
        ],
        "blockers": [
            {"code": code, "agents": n, "text": BLOCKERS[code]} for code, n in item.blockers
        ],
    }


def _time(slot: int) -> str:
    return f"{slot // 4:02d}:{slot % 4 * 15:02d}"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path} is not a UTF-8 text file.") from None


def _json(path: Path) -> Any:
    try:
        return json.loads(_read(path))
    except json.JSONDecodeError as error:
        raise BadInput(f"{path} is not JSON: {error}.") from None


def register(app: typer.Typer) -> None:
    """The command `wfm schedule` put on the app."""
    app.add_typer(schedule, name="schedule")
