"""The control desk's sentence: which site is short now, by how many, until when, and why."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.frame import Ask
from dashboards.pages.desk_data import Place
from dashboards.parts.answer import Act, Answer
from dashboards.parts.numbers import kpi_with_unit, plain
from dashboards.parts.time_panel import Axis
from kpis.catalogue.load import CATALOGUE
from kpis.value import KpiValue
from wfm.domain.grid import QUARTER_S

PLURAL = ("long breaks", "changes after publication")
LEAST = 0.05  # agents below this are not worth a word


def desk_answer(
    ask: Ask,
    places: tuple[Place, ...],
    tiles: tuple[KpiValue, ...],
    axis: Axis,
    causes: Mapping[str, float],
) -> Answer:
    """The answer to "which site is short, when, and what fixes it before it hurts?"."""
    if ask.data_at is None:
        return Answer("none", "No data have arrived yet.", "Load contacts and agent states first.")
    known = [(p, p.short_status(p.net, p.value("required_agents"))) for p in places]
    short = [p for p, status in known if status in ("bad", "warn")]
    if short:
        return _short(ask, short[0], axis, causes)
    covered = [place for place, status in known if status == "good"]
    if covered:
        return _covered(ask, covered, axis)
    return _without_staffing(tiles)


def _short(ask: Ask, worst: Place, axis: Axis, causes: Mapping[str, float]) -> Answer:
    on, published = worst.value("avg_agents_on_queue"), worst.value("scheduled_agents")
    required = worst.value("required_agents")
    until = until_when(worst, axis)
    of = f" of {plain(published, 1)} scheduled" if published is not None else ""
    lead = (
        f"{worst.name} has {plain(on, 1)} on{of}; {plain(required, 1)} are required"
        f"{f' until {until}' if until else ', and the next quarter-hours are covered'}."
    )
    told = [
        f"{name} {'take' if name in PLURAL else 'takes'} {plain(size, 1)}"
        for name, size in sorted(_spoken(causes).items(), key=lambda item: -item[1])
        if size >= LEAST
    ]
    rest = (", ".join(told[:3]) + ".") if told else ""
    status = worst.short_status(worst.net, required)
    acts = () if worst.scope is None else (
        Act(f"Open {worst.name}", ask.scope_link(worst.scope), primary=True, key="o"),
    )  # fmt: skip
    return Answer(status, lead, rest[:1].upper() + rest[1:], acts)


def _spoken(causes: Mapping[str, float]) -> dict[str, float]:
    return {
        "changes after publication" if name == "changed after publication" else name: size
        for name, size in causes.items()
    }


def until_when(place: Place, axis: Axis) -> str:
    """The local time at which the current schedule meets the requirement again, empty if now."""
    if axis.now_at is None:
        return ""
    q_now = axis.now_at // QUARTER_S
    for row in place.quarters:
        if row.q <= q_now or row.required is None or row.scheduled is None:
            continue
        if row.scheduled >= row.required:
            return axis.clock(row.q * QUARTER_S) if row.q > q_now + 1 else ""
    ahead = [r for r in place.quarters if r.q > q_now and r.required is not None]
    return "the end of the day" if ahead else ""


def _covered(ask: Ask, places: list[Place], axis: Axis) -> Answer:
    tightest = min(places, key=lambda place: place.net if place.net is not None else 1e9)
    q_now = (axis.now_at or 0) // QUARTER_S
    first: tuple[int, Place, float] | None = None
    for place in places:
        for row in place.quarters:
            net = place.net_at(row.q)
            if row.q > q_now and net is not None and net < -LEAST:
                if first is None or row.q < first[0]:
                    first = (row.q, place, net)
                break
    kind = {"site": "site", "group": "skill group"}.get(tightest.level, "team")
    lead = f"Every {kind} covers its requirement; {tightest.name} is tightest with "
    lead += f"{plain(tightest.net, 1, signed=True)} agents."
    if tightest.net is not None and tightest.net < -LEAST:
        lead = f"No {kind} is short beyond its limits; {tightest.name} is "
        lead += f"{plain(-tightest.net, 1)} agents under its requirement."
    inside = _short_inside(places)
    if inside is not None:
        return _hidden(ask, lead, *inside)
    if first is None:
        return Answer("good", lead, "The schedule covers the rest of the day.")
    q, place, net = first
    rest = f"{place.name} will be {plain(-net, 1)} short from {axis.clock(q * QUARTER_S)}."
    acts = () if place.scope is None else (
        Act(f"Open {place.name}", ask.scope_link(place.scope), primary=True, key="o"),
    )  # fmt: skip
    return Answer("warn", lead, rest, acts)


def _short_inside(places: list[Place]) -> tuple[Place, Place] | None:
    """The place and its part that is furthest under its requirement, though the place is not."""
    found = [
        (part.net or 0.0, place, part)
        for place in places
        for part in place.parts
        if part.short_status(part.net, part.value("required_agents")) == "bad"
    ]
    if not found:
        return None
    _, place, part = min(found, key=lambda item: item[0])
    return place, part


def _hidden(ask: Ask, lead: str, place: Place, part: Place) -> Answer:
    """The answer when the whole is covered and a part of it is not."""
    rest = (
        f"But {part.name} has {plain(part.value('avg_agents_on_queue'), 1)} on of "
        f"{plain(part.value('required_agents'), 1)} required: {plain(-(part.net or 0.0), 1)} short."
    )
    acts = () if place.scope is None else (
        Act(f"Open {place.name}", ask.scope_link(place.scope), primary=True, key="o"),
    )  # fmt: skip
    return Answer("bad", lead, rest, acts)


def _without_staffing(tiles: tuple[KpiValue, ...]) -> Answer:
    """Without requirement or schedule the sentence rests on the service that was given."""
    service = next((v for v in tiles if v.kpi_id == "service_level"), None)
    reason = next((v.reason for v in tiles if v.kpi_id == "net_staffing" and v.reason), "")
    because = f"Staffing cannot be told: {reason}." if reason else ""
    if service is None or service.value is None:
        why = service.reason if service is not None else "no contacts in this period"
        return Answer("none", f"No service level to tell: {why}.", because)
    name = CATALOGUE["service_level"].short_name
    value = kpi_with_unit("service_level", service.value)
    if service.gap is None or not service.gap_is:
        return Answer(service.status, f"{name} is {value}.", because)
    gap = kpi_with_unit("service_level", abs(service.gap), gap=True)
    side = "over" if service.gap > 0 else "under"
    target = f"{gap} {side} its target" if abs(service.gap) > 0 else "at its target"
    return Answer(service.status, f"{name} is {value}, {target}.", because)
