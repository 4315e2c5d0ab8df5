"""Which KPIs a page and a role begin with, and which a role may see at all."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from kpis.catalogue.load import CATALOGUE, kpi_of
from kpis.definition import Kpi
from wfm.domain.errors import BadInput, PermissionDenied
from wfm.domain.roles import LABEL, LETTER, Role


@dataclass(frozen=True)
class PageTiles:
    """A page with its question, its tiles and its refresh period (None: no timer)."""

    page: str
    path: str
    roles: tuple[Role, ...]
    question: str
    period: str
    refresh_s: int | None
    kpi_ids: tuple[str, ...]


def _read(name: str) -> list[dict[str, str]]:
    text = (resources.files("kpis") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _ids(text: str) -> tuple[str, ...]:
    ids = tuple(part for part in text.split(";") if part)
    unknown = [kpi_id for kpi_id in ids if kpi_id not in CATALOGUE]
    if unknown:
        raise BadInput(f"Dashboards name KPIs that do not exist: {', '.join(unknown)}.")
    return ids


PAGES: Mapping[str, PageTiles] = MappingProxyType(
    {
        row["page"]: PageTiles(
            row["page"], row["path"], tuple(Role(role) for role in row["role"].split(";")),
            row["question"], row["period"],
            int(row["refresh_s"]) if row["refresh_s"] else None, _ids(row["kpis"]),
        )
        for row in _read("dashboards.csv")
    }
)  # fmt: skip
DEFAULTS: Mapping[Role, tuple[str, ...]] = MappingProxyType(
    {Role(row["role"]): _ids(row["kpis"]) for row in _read("defaults.csv")}
)


def visible_kpis(role: Role) -> tuple[Kpi, ...]:
    """The KPIs a role may see, in the order of the catalogue: an agent 46, a manager 245."""
    letter = LETTER.get(role)
    return tuple(kpi for kpi in CATALOGUE.values() if letter in kpi.roles)


def require_visible(kpi_ids: Iterable[str], role: Role) -> None:
    """Nothing, or `PermissionDenied` naming the first KPI that a role may not see."""
    letter = LETTER.get(role)
    for kpi_id in kpi_ids:
        if letter not in kpi_of(kpi_id).roles:
            raise PermissionDenied(
                f"{kpi_of(kpi_id).name} is not shown to the role {LABEL[role]}. "
                "Ask for one of the KPIs of `wfm kpi list --role`."
            )
