"""The registry of base measures: what every KPI is made of, and which fact table holds it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from wfm.domain.language import to_say

AGGREGATES = ("sum", "last", "hist", "max", "distinct")


@dataclass(frozen=True)
class Measure:
    """One additive measure: `wait_ans_s` is in seconds, summed, held by `queue_interval`.

    Stored whole numbers divided by `scale` are the natural unit: 1000 where a fraction is meant
    (forecasts, requirements). `table` is None while nothing in the product feeds the measure. The
    `label` is said in the reader's language: formulas in words are made of it.
    """

    name: str
    label: str
    unit: str
    agg: str
    grain: str
    feed: str
    definition: str
    table: str | None
    scale: int

    @property
    def counts_by_shift_day(self) -> bool:
        """Whether days and longer views book it to the day the shift starts (22:00-02:00: one)."""
        return self.table == "agent_day" or self.name.startswith("adh_")


def _load() -> Mapping[str, Measure]:
    text = files("wfm.facts").joinpath("measures.csv").read_text(encoding="utf-8")
    found: dict[str, Measure] = {}
    for row in csv.DictReader(text.splitlines()):
        measure = Measure(
            row["name"], to_say(row["label"]), row["unit"], row["agg"], row["grain"], row["feed"],
            row["definition"], row["table"] or None, int(row["scale"]),
        )  # fmt: skip
        if (
            measure.agg not in AGGREGATES
            or measure.name in found
            or not (measure.label and measure.definition)
        ):
            raise ValueError(f"measures.csv: bad or repeated measure {measure.name!r}")
        found[measure.name] = measure
    return MappingProxyType(found)


MEASURES: Mapping[str, Measure] = _load()


@cache
def measures_of(table: str, *aggs: str) -> tuple[str, ...]:
    """Names of the measures of a leaf table, in the registry's order, of some merge kinds."""
    return tuple(
        m.name for m in MEASURES.values() if m.table == table and (not aggs or m.agg in aggs)
    )
