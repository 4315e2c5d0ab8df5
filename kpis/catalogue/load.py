"""The catalogue of KPIs, read once from the data files beside this one."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from importlib import resources
from types import MappingProxyType
from typing import Protocol, cast, get_args

from kpis.definition import KINDS, Bands, Better, Colour, Kind, Kpi
from kpis.expression import Linear, parse_linear, parse_scale
from wfm.domain.errors import BadInput
from wfm.domain.language import to_say
from wfm.facts.measures import MEASURES


class MeasureText(Protocol):
    """What a definition needs to know of a base measure."""

    @property
    def agg(self) -> str: ...
    @property
    def grain(self) -> str: ...


# Kinds whose measures must all add up, so that any partition of the cells gives one value.
ADDITIVE = ("ratio", "sum", "level", "level_days", "level_std", "sqrt_ratio", "moments", "share")
AGG_OF = {"quantile": "hist", "max": "max", "last": "last", "last_ratio": "last"}


def read_catalogue(measures: Mapping[str, MeasureText]) -> Mapping[str, Kpi]:
    """All KPIs by id, in the order of the files; `BadInput` on a definition that cannot add up."""
    folder = resources.files("kpis.catalogue")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name[:2].isdigit())
    found: dict[str, Kpi] = {}
    for name in names:
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        for kpi in parse_catalogue(lines, measures):
            if kpi.id in found:
                raise BadInput(f"KPI {kpi.id!r} is defined twice, the second time in {name}.")
            found[kpi.id] = kpi
    return MappingProxyType(found)


def parse_catalogue(lines: Iterable[str], measures: Mapping[str, MeasureText]) -> tuple[Kpi, ...]:
    """The KPIs of one CSV file, each checked against the base measures."""
    return tuple(_checked(_kpi(row), measures) for row in csv.DictReader(lines))


def _kpi(row: Mapping[str, str]) -> Kpi:
    kind, better, colour = row["kind"], row["better"], row["colour"]
    if kind not in KINDS or better not in get_args(Better) or colour not in get_args(Colour):
        raise BadInput(
            f"KPI {row['id']!r}: kind {kind!r}, better {better!r} or colour {colour!r} is unknown."
        )
    top, bottom, parts = _formula(row["id"], kind, row["numerator"], row["denominator"])
    used = [m for part in (top, bottom, *parts) if part is not None for m in part.measures]
    histogram = row["numerator"] if kind == "quantile" else None
    return Kpi(
        id=row["id"],
        group=row["group"],
        name=to_say(row["name"]),
        short_name=to_say(row["short_name"] or row["name"]),
        unit=row["unit"],
        better=cast(Better, better),
        kind=cast(Kind, kind),
        numerator=row["numerator"],
        denominator=row["denominator"],
        scale=parse_scale(row["scale"]),
        drill=row["drill"],
        feeds=tuple(row["feeds"].split()),
        roles=tuple(row["roles"].split()),
        tier=int(row["tier"]),
        bands=Bands(*(_number(row[c]) for c in ("green_lo", "green_hi", "amber_lo", "amber_hi"))),
        min_base=_number(row["min_base"]),
        colour=cast(Colour, colour),
        target_basis=to_say(row["target_basis"]),
        source=row["source"],
        note=to_say(row["note"]),
        measures=tuple(dict.fromkeys([histogram] if histogram else used)),
        top=top,
        bottom=bottom,
        parts=parts,
        quantile=parse_scale(row["denominator"]) if histogram else None,
        histogram=histogram,
    )


def _formula(
    kpi_id: str, kind: str, numerator: str, denominator: str
) -> tuple[Linear | None, Linear | None, tuple[Linear, ...]]:
    """Numerator, denominator and further parts, parsed as the kind reads them."""
    try:
        if kind == "quantile":
            return None, None, ()
        if kind == "moments":
            return None, None, tuple(parse_linear(part) for part in numerator.split(","))
        if kind == "derived":
            # The two sides are quotients with code of their own; the names are their measures.
            names = f"{numerator}/{denominator}".replace("window_days", "").split("/")
            return None, None, tuple(parse_linear(name) for name in names if name)
        if kind in ("share", "compare"):
            return parse_linear(numerator), None, ()
        return parse_linear(numerator), parse_linear(denominator) if denominator else None, ()
    except BadInput as error:
        raise BadInput(f"KPI {kpi_id!r}: {error}") from None


def _checked(kpi: Kpi, measures: Mapping[str, MeasureText]) -> Kpi:
    unknown = [name for name in kpi.measures if name not in measures]
    if unknown:
        raise BadInput(f"KPI {kpi.id!r} uses unknown measures {', '.join(unknown)}.")
    wanted = "sum" if kpi.kind in ADDITIVE else AGG_OF.get(kpi.kind)
    wrong = [m for m in kpi.measures if wanted is not None and measures[m].agg != wanted]
    if wrong:
        raise BadInput(
            f"KPI {kpi.id!r} of kind {kpi.kind} needs {wanted} measures; {wrong[0]} is "
            f"{measures[wrong[0]].agg} and does not add up."
        )
    without = [m for m in kpi.measures if not measures[m].grain.startswith("agent")]
    if "A" in kpi.roles and without:
        raise BadInput(
            f"KPI {kpi.id!r} is shown to agents, but {without[0]} has grain "
            f"{measures[without[0]].grain}: no agent could see a value of their own."
        )
    return kpi


def _number(text: str) -> float | None:
    return float(text) if text else None


CATALOGUE: Mapping[str, Kpi] = read_catalogue(MEASURES)


def kpi_of(kpi_id: str) -> Kpi:
    """The KPI of an id; `BadInput` naming near ids when there is none."""
    try:
        return CATALOGUE[kpi_id]
    except KeyError:
        near = get_close_matches(kpi_id, CATALOGUE, n=3, cutoff=0.5)
        hint = f"Did you mean {', '.join(near)}?" if near else "See `wfm kpi list`."
        raise BadInput(f"No KPI {kpi_id!r} in the catalogue. {hint}") from None
