"""The job `design`: which shifts, and how many of which contract, would serve the coming weeks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from scheduling.design import ContractOption, Design, Question, design_apart
from scheduling.problem import Break
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.contracts import Contract, standard_contract
from wfm.domain.errors import BadInput, MissingFacts
from wfm.domain.grid import day_start, local_day
from wfm.domain.language import say
from wfm.domain.opening import parse_opening
from wfm.domain.progress import Progress
from wfm.domain.scope import Scope
from wfm.store.readers.contracts import read_contracts
from wfm.store.readers.organisation import read_organisation
from wfm.store.readers.plans import read_requirement
from wfm.store.readers.policy import read_policy
from wfm.store.store import Store
from wfm.worker.contract_rules import SLOT, contract_json
from wfm.worker.week_problem import week_need, week_of_text, week_opening

WEEKS, MOST_WEEKS = 13, 26
WAGE, MISSING = 20.0, 60.0  # convention: an hour nobody is there costs three hours of wages
MANY_WEEKS = 4  # above so many, starts are looked at by the hour
FEW_KINDS = 8
MOST_HEADS = 3  # times the people there are now


def run_design(
    store: Store, clock: Clock, parameters: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """What serves `unit` from `week` on for `weeks` weeks: as now, at best, and with few shifts.

    `wage` and `missing` are costs of an hour, `kinds` how many different shifts the third may have.
    """
    unit = str(parameters["unit"])
    wage = _price(parameters, "wage", WAGE)
    missing = _price(parameters, "missing", MISSING)
    kinds = int(parameters.get("kinds") or FEW_KINDS)
    weeks = int(parameters.get("weeks") or WEEKS)
    if not 1 <= weeks <= MOST_WEEKS or kinds < 1:
        raise BadInput(
            say(
                "{weeks} weeks with {kinds} shifts; give 1 to {most_weeks} weeks, 1 shift.",
                weeks=weeks,
                kinds=kinds,
                most_weeks=MOST_WEEKS,
            )
        )
    progress(say("Reading requirements"), 0.0)
    with store.db.read() as connection:
        read = _Reading(connection, store, clock, unit, parameters.get("week"), weeks, wage)
    every = 4 if len(read.needs) > MANY_WEEKS else 2
    made = [
        Question(read.needs, read.opening, options, missing, every, limit)
        for options, limit in (
            (read.options(fixed=True), None), (read.options(fixed=False), None),
            (read.options(fixed=False), kinds),
        )
    ]  # fmt: skip
    progress(say("Comparing mixes of contracts and shifts"), 20.0)
    found = design_apart(made)
    names = ("as now", "best mix", f"best mix with {kinds} shifts")
    designs = [
        {"name": name, **_json(design)}
        for name, design in zip(names, found, strict=True)
        if design is not None
    ]
    return {
        "message": _said(unit, found, read),
        "unit": unit,
        "weeks": list(read.weeks),
        "missing_weeks": list(read.without),
        "wage": wage,
        "missing": missing,
        "required_hours": round(sum(sum(map(sum, n)) for n in read.needs) / 4 / len(read.needs), 1),
        "designs": designs,
        "notes": list(read.notes),
    }


class _Reading:
    """Requirement of the weeks, and the people and contracts there are."""

    def __init__(
        self, connection: Connection, store: Store, clock: Clock, unit: str, week: str | None,
        weeks: int, wage: float,
    ) -> None:  # fmt: skip
        scope = Scope(unit)
        organisation = read_organisation(connection, scope)
        zone = organisation.zone(unit)
        today = local_day(epoch_s(clock.now()), zone)
        monday = today - timedelta(days=today.weekday()) + timedelta(days=7)
        first = week_of_text(week).first if week else monday
        known, without, needs = [], [], []
        for n in range(weeks):
            name = f"{first + timedelta(weeks=n):%G-W%V}"
            requirement = read_requirement(connection, scope, store.files, unit, name)
            if requirement is None:
                without.append(name)
                continue
            need = week_need(requirement, week_of_text(name), zone, 0.0)
            rows = [[sum(col) for col in zip(*day, strict=True)]
                    for day in zip(*need.values(), strict=True)]  # fmt: skip
            needs.append(tuple(tuple(row) for row in rows))
            known.append(name)
        if not needs:
            raise MissingFacts(
                say(
                    "No requirement for {unit} in {week} or the {weeks} weeks after it: run "
                    "`wfm plan require --unit {unit} --week {week}` first.",
                    unit=unit,
                    week=without[0],
                    weeks=weeks - 1,
                )
            )
        self.weeks, self.without, self.needs = known, without, tuple(needs)
        self.opening = tuple(week_opening(parse_opening(organisation.unit(unit).opening_hours),
                                          first))  # fmt: skip
        contracts = read_contracts(connection, scope, first)
        at = day_start(first, zone) + 12 * 3600
        self.heads: Counter[str] = Counter()
        self.contracts: dict[str, Contract] = {}
        for person in organisation.agents(at, scope):
            contract = contracts.get(person.contract_id or "") or standard_contract(
                person.weekly_hours
            )
            self.heads[contract.contract_id] += 1
            self.contracts[contract.contract_id] = contract
        terms = read_policy(connection, scope).document["contracts"]
        self.wages = {
            name: 4 * float(terms.get(name, {}).get("wage_slot") or 0.0) or wage
            for name in self.contracts
        }
        self.notes = []
        if without:
            self.notes.append(f"{len(without)} weeks have no requirement and are left out.")
        if len(need) > 1:
            self.notes.append(f"{len(need)} groups are counted together, as if all served all.")

    def options(self, *, fixed: bool) -> tuple[ContractOption, ...]:
        """The contracts in use, with the people there are, or as many as are wanted."""
        everybody = sum(self.heads.values())
        found = []
        for name, contract in sorted(self.contracts.items()):
            rules = contract_json(contract)
            lengths = tuple(rules["shift_lengths"])
            heads = self.heads[name]
            found.append(
                ContractOption(
                    name,
                    (rules["days_per_week"][0], rules["days_per_week"][1]),
                    (rules["paid_slots_per_week"][0], rules["paid_slots_per_week"][1]),
                    lengths,
                    {n: _breaks(rules["breaks"][str(n)]) for n in lengths},
                    self.wages[name],
                    (heads, heads) if fixed else (0, MOST_HEADS * everybody),
                    (contract.window[0] // SLOT, contract.window[1] // SLOT),
                )
            )
        return tuple(found)


def _breaks(items: list[Mapping[str, Any]]) -> tuple[Break, ...]:
    return tuple(Break(b["kind"], b["slots"], b["paid"], b["earliest"], b["latest"]) for b in items)


def _price(parameters: Mapping[str, Any], name: str, default: float) -> float:
    value = parameters.get(name)
    price = default if value is None else float(value)
    if not 0 < price < 10_000:
        raise BadInput(
            say(
                "{name} is {price:g} an hour; give more than 0 and less than 10,000.",
                name=name,
                price=price,
            )
        )
    return price


def _json(design: Design) -> dict[str, Any]:
    return {**asdict(design), "cost": round(design.cost, 2),
            "uses": [asdict(use) for use in design.uses[:40]]}  # fmt: skip


def _said(unit: str, found: list[Design | None], read: _Reading) -> str:
    now, best = found[0], found[1]
    if now is None or best is None:
        return say(
            "{unit}: no number of people keeps every contract's minimum in the opening hours.",
            unit=unit,
        )
    mix = ", ".join(f"{n} {name}" for name, n in best.heads.items() if n)
    return say(
        "{unit}, {n} weeks: today's people cost {cost:,.0f} a week with {missing:,.0f} h missing; "
        "{mix} would cost {best_cost:,.0f} with {best_missing:,.0f} h missing.",
        unit=unit,
        n=len(read.needs),
        cost=now.cost,
        missing=now.missing_hours,
        mix=mix,
        best_cost=best.cost,
        best_missing=best.missing_hours,
    )
