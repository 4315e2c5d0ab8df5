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
from wfm.domain.language import say, to_say

PLURAL = (to_say("long breaks"), to_say("changes after publication"))
LEAST = 0.05  # agents below this are not worth a word


# By level: every place covers its requirement, and no place is short beyond its limits.
CALM = {
    "site": (
        to_say("Every site covers its requirement; {name} is tightest with {plain} agents."),
        to_say(
            "No site is short beyond its limits; {name} is {plain} agents under its requirement."
        ),
    ),
    "group": (
        to_say("Every skill group covers its requirement; {name} is tightest with {plain} agents."),
        to_say(
            "No skill group is short beyond its limits; "
            "{name} is {plain} agents under its requirement."
        ),
    ),
    "team": (
        to_say("Every team covers its requirement; {name} is tightest with {plain} agents."),
        to_say(
            "No team is short beyond its limits; {name} is {plain} agents under its requirement."
        ),
    ),
}


def desk_answer(
    ask: Ask,
    places: tuple[Place, ...],
    tiles: tuple[KpiValue, ...],
    axis: Axis,
    causes: Mapping[str, float],
) -> Answer:
    """The answer to "which site is short, when, and what fixes it before it hurts?"."""
    if ask.data_at is None:
        return Answer(
            "none", say("No data have arrived yet."), say("Load contacts and agent states first.")
        )
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
    of = say(" of {plain} scheduled", plain=plain(published, 1)) if published is not None else ""
    lead = say(
        "{name} has {plain} on{of}; {plain_2} are required{value}.",
        name=worst.name,
        plain=plain(on, 1),
        of=of,
        plain_2=plain(required, 1),
        value=say(" until {until}", until=until)
        if until
        else say(", and the next quarter-hours are covered"),
    )
    told = [
        say("{name} take {size}", name=say(name[:]), size=plain(size, 1))
        if name in PLURAL
        else say("{name} takes {size}", name=say(name[:]), size=plain(size, 1))
        for name, size in sorted(_spoken(causes).items(), key=lambda item: -item[1])
        if size >= LEAST
    ]
    rest = (", ".join(told[:3]) + ".") if told else ""
    status = worst.short_status(worst.net, required)
    acts = (
        ()
        if worst.scope is None
        else (
            Act(
                say("Open {name}", name=worst.name),
                ask.scope_link(worst.scope),
                primary=True,
                key="o",
            ),
        )
    )
    return Answer(status, lead, rest[:1].upper() + rest[1:], acts)


def _spoken(causes: Mapping[str, float]) -> dict[str, float]:
    return {
        PLURAL[1] if name == "changed after publication" else name: size
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
    return say("the end of the day") if ahead else ""


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
    covered, near = CALM.get(tightest.level, CALM["team"])
    lead = say(covered[:], name=tightest.name, plain=plain(tightest.net, 1, signed=True))
    if tightest.net is not None and tightest.net < -LEAST:
        lead = say(near[:], name=tightest.name, plain=plain(-tightest.net, 1))
    inside = _short_inside(places)
    if inside is not None:
        return _hidden(ask, lead, *inside)
    if first is None:
        return Answer("good", lead, say("The schedule covers the rest of the day."))
    q, place, net = first
    rest = say(
        "{name} will be {plain} short from {clock}.",
        name=place.name,
        plain=plain(-net, 1),
        clock=axis.clock(q * QUARTER_S),
    )
    return Answer("warn", lead, rest, _opening(ask, place))


def _opening(ask: Ask, place: Place) -> tuple[Act, ...]:
    """The act that leads to a place, none where it is no scope of its own."""
    if place.scope is None:
        return ()
    link = ask.scope_link(place.scope)
    return (Act(say("Open {name}", name=place.name), link, primary=True, key="o"),)


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
    rest = say(
        "But {name} has {plain} on of {plain_2} required: {plain_3} short.",
        name=part.name,
        plain=plain(part.value("avg_agents_on_queue"), 1),
        plain_2=plain(part.value("required_agents"), 1),
        plain_3=plain(-(part.net or 0.0), 1),
    )
    return Answer("bad", lead, rest, _opening(ask, place))


def _without_staffing(tiles: tuple[KpiValue, ...]) -> Answer:
    """Without requirement or schedule the sentence rests on the service that was given."""
    service = next((v for v in tiles if v.kpi_id == "service_level"), None)
    reason = next((v.reason for v in tiles if v.kpi_id == "net_staffing" and v.reason), "")
    because = say("Staffing cannot be told: {reason}.", reason=reason) if reason else ""
    if service is None or service.value is None:
        why = service.reason if service is not None else say("no contacts in this period")
        return Answer("none", say("No service level to tell: {why}.", why=why), because)
    name = CATALOGUE["service_level"].short_name
    value = kpi_with_unit("service_level", service.value)
    if service.gap is None or not service.gap_is:
        return Answer(service.status, say("{name} is {value}.", name=name, value=value), because)
    gap = kpi_with_unit("service_level", abs(service.gap), gap=True)
    told = {"name": name, "value": value, "gap": gap}
    lead = (
        say("{name} is {value}, {gap} over its target.", **told)
        if service.gap > 0
        else say("{name} is {value}, {gap} under its target.", **told)
        if service.gap < 0
        else say("{name} is {value}, at its target.", name=name, value=value)
    )
    return Answer(service.status, lead, because)
