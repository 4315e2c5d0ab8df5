"""Completeness as pictures: feeds by day of the period, and one day by quarter-hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from dashboards.pages.health_data import COMPLETE, Health
from dashboards.pages.health_tables import day_name, site_name
from dashboards.parts import html
from dashboards.parts.heat import HeatRow, heat
from dashboards.parts.panel import panel
from dashboards.parts.states import empty
from wfm.domain.grid import QUARTERS_A_DAY
from wfm.domain.language import say, to_say
from wfm.queries.health_facts import FeedDay

LEGEND = (
    ("box-cell", to_say("complete")),
    ("box-warn", to_say("in part")),
    ("box-bad", to_say("silent")),
)
MOST_ROWS, MOST_LABELS = 24, 10


def feed_panels(page: Health) -> list[Any]:
    """The period by day, when it is longer than one, and its shown day by quarter-hour."""
    day = day_name(page.day)
    own = [one for one in page.days if one.day == page.day]
    shown = html.Div([heat(_by_quarter(page, own)), _hours()])
    quarters = panel(
        say("Feeds by quarter-hour"),
        shown if own else empty(say("No feed was expected on {day}", day=day)),
        note=say("{day}, local time of each site", day=day),
        legend_of=LEGEND,
    )
    if page.ask.period.days == 1 or not page.days:
        return [quarters]
    days = html.Div([heat(_by_day(page)), _days(page)])
    return [
        panel(say("Feeds by day"), days, note=say("choose a day below"), legend_of=LEGEND),
        quarters,
    ]


def _by_quarter(page: Health, own: Sequence[FeedDay]) -> list[HeatRow]:
    rows = []
    for one in sorted(own, key=lambda d: (d.share, d.site_id, d.feed))[:MOST_ROWS]:
        name = f"{site_name(page, one.site_id)}, {say(one.feed)}"
        silent = sum(received == 0 for _, received in one.quarters.values())
        words = say(
            "{name}: {share:.1f} % complete, {silent} quarters silent",
            name=name,
            share=one.share,
            silent=silent,
        )
        statuses = [
            _status(*one.quarters[slot]) if slot in one.quarters else ""
            for slot in range(QUARTERS_A_DAY)
        ]
        rows.append(HeatRow(name, statuses, say("{share:.1f} %", share=one.share), words))
    return rows


def _by_day(page: Health) -> list[HeatRow]:
    found: dict[tuple[str, str], dict[int, FeedDay]] = {}
    for one in page.days:
        place = (one.day - page.ask.period.first).days
        found.setdefault((one.site_id, one.feed), {})[place] = one
    rows = []
    for (site_id, feed), days in found.items():
        expected = sum(one.expected for one in days.values())
        share = 100 * sum(one.received for one in days.values()) / expected
        name = f"{site_name(page, site_id)}, {say(feed)}"
        short = sum(one.share < COMPLETE for one in days.values())
        statuses = [
            _status(days[at].expected, days[at].received) if at in days else ""
            for at in range(page.ask.period.days)
        ]
        words = say(
            "{name}: {share:.1f} % complete, {short} of {n} days short",
            name=name,
            share=share,
            short=short,
            n=len(days),
        )
        rows.append((share, HeatRow(name, statuses, say("{share:.1f} %", share=share), words)))
    return [row for _, row in sorted(rows, key=lambda pair: (pair[0], pair[1].name))][:MOST_ROWS]


def _status(expected: int, received: int) -> str:
    if received == 0:
        return "bad"
    return "good" if 100 * received >= COMPLETE * expected else "warn"


def _hours() -> Any:
    labels = [
        html.Span(f"{hour:02d}", style={"left": f"{hour / 24 * 100:.2f}%"})
        for hour in range(3, 24, 3)
    ]
    return html.Div(labels, className="axis-labels", **{"aria-hidden": "true"})


def _days(page: Health) -> Any:
    """A link for each day that fits, which shows it by quarter-hour."""
    period, ask = page.ask.period, page.ask
    every = -(-period.days // MOST_LABELS)
    links = []
    for at in range(0, period.days, every):
        day = period.first + timedelta(days=at)
        words = (
            say("{day:%a} {day.day}", day=day)
            if period.days <= 7 and not ask.look.narrow
            else f"{day.day}"
        )
        here = {"aria-current": "date"} if day == page.day else {}
        link = html.A(words, href=ask.link(on=day), title=day_name(day), **here)
        links.append(html.Span(link, style={"left": f"{(at + 0.5) / period.days * 100:.2f}%"}))
    return html.Nav(links, className="axis-labels", **{"aria-label": say("Days of the period")})
