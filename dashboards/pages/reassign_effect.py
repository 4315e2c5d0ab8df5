"""What moving people to other work has brought since: both queues before and after it."""

from __future__ import annotations

from dashboards.forms import FormAsk
from dashboards.parts.numbers import DASH, kpi_with_unit
from kpis.before_after import Changed, queue_change, windows_of
from wfm.domain.grid import local_day
from wfm.domain.language import say
from wfm.domain.remedies import Remedy
from wfm.domain.scope import Scope
from wfm.domain.skills import parse_move
from wfm.queries.facts import open_facts
from wfm.queries.organisation import read_organisation

AHT, LEVEL = "average_handle_time", "service_level"
Rows = list[tuple[str, str]]


def move_effect(ask: FormAsk, one: Remedy) -> tuple[Rows, Rows]:
    """Facts and sentences of a move: handle time and service level, the same weekdays before.

    The site's other queues of the channel stand beside it: what they changed too, the move did not
    do. One queue against others is no proof, and the sentence says so.
    """
    site, move = Scope(one.scope.site), parse_move(one.about)
    known = read_organisation(ask.sources.store, site)
    names = {q.queue_id: q for q in known.queues}
    rows: Rows = []
    if one.about.get("expected"):
        rows.append((say("Expected handle time"), one.about["expected"]))
    today = local_day(ask.now, known.zone(str(site.site)))
    windows = windows_of(move.first, today)
    if windows is None:
        return rows, [
            (
                "none",
                say("Its first day, {first}, is not over; look again after it.", first=move.first),
            )
        ]
    take = names.get(move.take)
    others = [
        q for q, queue in names.items()
        if take is not None and queue.channel == take.channel and q not in (move.take, move.leave)
    ]  # fmt: skip
    facts, lines = open_facts(ask.sources.store), []
    rows.append(
        (
            say("Compared"),
            say("{days} days since, the same weekdays before", days=windows.since.days),
        )
    )
    for queue_id in (move.take, move.leave):
        name = names[queue_id].name if queue_id in names else queue_id
        for kpi_id in (AHT, LEVEL):
            own = queue_change(facts, site, kpi_id, windows, (queue_id,), others)
            rows.append((f"{name}: {say('handle time') if kpi_id == AHT else say('service level')}",
                         _pair(kpi_id, own)))  # fmt: skip
            if queue_id == move.take and kpi_id == AHT:
                lines.append(_verdict(own))
    return rows, lines


def _verdict(own: Changed) -> tuple[str, str]:
    if own.before is None or own.since is None:
        return "warn", say("Its handle time is not known on both sides; nothing can be said yet.")
    change = own.since - own.before
    size = kpi_with_unit(AHT, abs(change), gap=True).lstrip("+")
    told = (
        say("Handle time fell by {size}", size=size)
        if change < 0
        else say("Handle time rose by {size}", size=size)
    )
    if own.net is None:
        return "none", say(
            "{told}; no other queue to hold it against, so this is no proof.", told=told
        )
    net = kpi_with_unit(AHT, abs(own.net), gap=True).lstrip("+")
    if own.net < 0:
        return "none", say(
            "{told}, {net} less than the other queues changed. One queue is no proof.",
            told=told,
            net=net,
        )
    return "none", say(
        "{told}, {net} more than the other queues changed. One queue is no proof.",
        told=told,
        net=net,
    )


def _pair(kpi_id: str, own: Changed) -> str:
    sides = (own.before, own.since)
    return " → ".join(DASH if value is None else kpi_with_unit(kpi_id, value) for value in sides)
