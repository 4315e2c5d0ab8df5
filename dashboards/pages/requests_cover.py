"""The staffing beside the requests: a week ahead, and the days that open requests bear on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from dashboards.frame import Ask
from dashboards.pages.agent_words import clock, day_name
from dashboards.parts.panel import panel
from dashboards.parts.week_cover import DayBars, week_cover
from wfm.domain.grid import QUARTER_S, day_start
from wfm.domain.language import say, say_many
from wfm.domain.remedies import Remedy, parse_wish
from wfm.domain.scope import Scope
from wfm.queries.access import within
from wfm.queries.intraday import Quarter, read_staffing
from wfm.queries.permissions import permission_table
from wfm.queries.remedies import read_remedies

DAYS, BAD_FROM = 7, 3
REQUEST = "schedule_change"


def cover_panel(ask: Ask) -> list[Any]:
    """A panel of the site's next seven days; nothing for several sites, or who may not know it.

    Agents over and short of the requirement by skill group, never set off against each other; a
    day on which an open request bears is marked.
    """
    site = Scope(ask.scope.site)
    grant = permission_table().grant("request.decide", ask.who.role)
    if site.site is None or not within(ask.who, grant.reach, ask.scope):
        return []
    first, end = ask.today, ask.today + timedelta(days=DAYS)
    edges = [day_start(first + timedelta(days=n), ask.zone) // QUARTER_S for n in range(DAYS + 1)]
    found = read_staffing(
        ask.facts, site, first - timedelta(days=1), end + timedelta(days=1),
        q_from=edges[0], q_to=edges[-1], by=("group",),
    )  # fmt: skip
    known = [
        row for rows in found.values() for row in rows
        if row.required is not None and row.scheduled is not None
    ]  # fmt: skip
    if not known:
        return []
    waiting = [one for one in read_remedies(ask.sources.store, ask.scope, 0)
               if one.kind == REQUEST and one.is_open]  # fmt: skip
    days = []
    for n in range(DAYS):
        day = first + timedelta(days=n)
        rows = [row for row in known if edges[n] <= row.q < edges[n + 1]]
        days.append(_day(ask, day, rows, sum(_bears(one, day) for one in waiting)))
    return [panel(say("Staffing of the next seven days"), [week_cover(days, BAD_FROM)],
                  note=say("scheduled against required; marked: a request waits"))]  # fmt: skip


def _bears(one: Remedy, day: date) -> bool:
    wish = parse_wish(one.about)
    return wish.first <= day < wish.end


def _day(ask: Ask, day: date, rows: list[Quarter], asked: int) -> DayBars:
    name = day_name(day)
    if asked:
        name = say_many("{day}: {n} request", "{day}: {n} requests", asked, day=name)
    if not rows:
        return DayBars(name, (), (), "", "", say("nothing is planned"), chosen=asked > 0)
    begin, last = min(row.q for row in rows), max(row.q for row in rows)
    over, short = ([0.0] * (last - begin + 1) for _ in range(2))
    for row in rows:
        net = (row.scheduled or 0.0) - (row.required or 0.0)
        side = over if net > 0 else short
        side[row.q - begin] += abs(net)
    most = max(short)
    worst = say("covered") if round(most) == 0 else say(
        "{n} short {at}", n=round(most),
        at=clock((begin + short.index(most)) * QUARTER_S, ask.zone),
    )  # fmt: skip
    return DayBars(
        name, tuple(round(n) for n in over), tuple(round(n) for n in short),
        clock(begin * QUARTER_S, ask.zone), clock((last + 1) * QUARTER_S, ask.zone), worst,
        round(most) >= BAD_FROM, chosen=asked > 0,
    )  # fmt: skip
