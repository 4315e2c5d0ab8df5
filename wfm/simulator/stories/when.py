"""Days and hours of the stories, told from the instant at which the demo begins."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from wfm.simulator.centre import Site
from wfm.simulator.stories.script import Missing

HALF_HOUR = 30


def floor_today(site: Site, now: int) -> date:
    """The floor day that a site is in at an instant of UTC seconds.

    New York's floor day begins at 06:00: at 05:59 local it is still in yesterday's.
    """
    local = datetime.fromtimestamp(now, ZoneInfo(site.timezone))
    return (local - timedelta(minutes=site.day_from)).date()


def calendar_today(site: Site, now: int) -> date:
    """The date at a site at an instant of UTC seconds: what weeks are told back from.

    Weeks of figures end at midnight. Told from the floor day instead, a demo begun at 05:00 in New
    York has the first day of a campaign in the week before it.
    """
    return datetime.fromtimestamp(now, ZoneInfo(site.timezone)).date()


def days_back(site: Site, now: int, first: int, last: int) -> tuple[date, date]:
    """Floor days from `first` to `last` days before today, both included: (7, 1) is a week."""
    today = floor_today(site, now)
    return today - timedelta(days=first), today - timedelta(days=last)


def is_within(site: Site, now: int, day: date, first: int, last: int) -> bool:
    """Whether a floor day lies `first` to `last` days back; negative ones are ahead."""
    return last <= (floor_today(site, now) - day).days <= first


def short_blocks(
    missing: Missing, site: Site, now: int, told_site: bool
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Minutes of the local clock of the two blocks in which people are short.

    09:00-12:00 and 13:00-15:00. At the site of the story, when the demo begins earlier in the day,
    both are moved so that the half-hour of the beginning is the middle one of the first block, but
    not before the site opens: begun at 08:40 they are 07:00-10:00 and 11:00-13:00.
    """
    (first, first_end), (second, second_end) = (
        (60 * start, 60 * end) for start, end in (missing.first_block, missing.second_block)
    )
    local = datetime.fromtimestamp(now, ZoneInfo(site.timezone))
    minute = local.hour * 60 + local.minute
    if told_site and local.date() == floor_today(site, now) and minute < first:
        opens = (site.opening.minutes(local.weekday()) or (0, 1440))[0]
        middle = (first_end - first) // 2 // HALF_HOUR * HALF_HOUR
        start = max(minute // HALF_HOUR * HALF_HOUR - middle, opens, site.day_from)
        move = min(start - first, 0)
    else:
        move = 0
    return (first + move, first_end + move), (second + move, second_end + move)
