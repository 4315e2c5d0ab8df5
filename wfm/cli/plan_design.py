"""`wfm plan design`: what shifts and contracts would serve the coming weeks, and at what cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

Run = Callable[[str, dict[str, Any], bool], Mapping[str, Any]]


def design_command(run: Run) -> Callable[..., None]:
    """The command over the function that runs a job here and gives its result."""

    def design(
        unit: Annotated[str, typer.Option("--unit", help="Site")],
        week: Annotated[str, typer.Option("--week", help="First week; else the next one")] = "",
        weeks: Annotated[int, typer.Option(min=1, max=26, help="How many weeks")] = 13,
        wage: Annotated[float, typer.Option(min=0.01, help="Cost of a paid hour")] = 20.0,
        missing: Annotated[float, typer.Option(min=0.01, help="Cost of a missing hour")] = 60.0,
        kinds: Annotated[int, typer.Option(min=1, help="Different shifts of the third")] = 8,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON document")] = False,
    ) -> None:
        """Compare today's people with the cheapest mix of contracts, shift lengths and starts."""
        parameters = {"unit": unit, "week": week or None, "weeks": weeks, "wage": wage,
                      "missing": missing, "kinds": kinds}  # fmt: skip
        result = run("design", parameters, as_json)
        if not as_json:
            _show(result)

    return design


def _show(result: Mapping[str, Any]) -> None:
    console = Console(highlight=False)
    table = Table("", "people", "cost a week", "wages", "missing h", "idle h", "shifts")
    for one in result.get("designs", ()):
        people = ", ".join(f"{n} {name}" for name, n in one["heads"].items() if n)
        table.add_row(
            one["name"], people, f"{one['cost']:,.0f}", f"{one['wages']:,.0f}",
            f"{one['missing_hours']:,.0f}", f"{one['idle_hours']:,.0f}", str(one["kinds"]),
        )  # fmt: skip
    console.print(table)
    for use in (result.get("designs") or [{}])[-1].get("uses", ())[:12]:
        hours, minutes = divmod(use["start"] * 15, 60)
        console.print(
            f"{use['contract']}: {hours:02d}:{minutes:02d} for {use['length'] / 4:g} h, "
            f"{use['per_week']:g} a week", markup=False,
        )  # fmt: skip
