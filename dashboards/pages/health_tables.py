"""The tables of the data page: feeds, codes, sums, restated figures, rejected rows, deliveries."""

from __future__ import annotations

from datetime import date, datetime

from dashboards.forms import LONGEST
from dashboards.pages.health_data import COMPLETE, Health
from dashboards.parts.drawer import opener
from dashboards.parts.numbers import DASH, plain
from dashboards.parts.table import Cell, Col, Line, Sheet, kpi_cell
from kpis.catalogue.load import CATALOGUE
from wfm.domain.grid import zone_of
from wfm.domain.language import say, to_say
from wfm.queries.health_facts import Unmapped

CUT = to_say("It is too long to be mended here: correct it at its source and deliver it again")
STALE_S = 900
DAY_S = 86_400
LONGEST_LINE, MOST_SPANS = 60, 3


def sheets(page: Health) -> tuple[Sheet, ...]:
    """Every table of the page, those of rejected rows only for who may see them."""
    shared = (_gaps(page), _feeds(page), _unmapped(page), _sums(page), _restated(page))
    if not page.mends:
        return shared
    return (*shared, _reasons(page), _quarantine(page), _deliveries(page))


def site_name(page: Health, site_id: str | None) -> str:
    """The name of a site; "all sites" for what belongs to none."""
    if not site_id:
        return say("all sites")
    return next((s.name for s in page.ask.organisation.sites if s.org_id == site_id), site_id)


def code_of(found: Unmapped) -> str:
    """A state with its reason as people say it: aux "yoga"."""
    return f"{found.state} “{found.reason}”" if found.reason else found.state


def map_args(found: Unmapped) -> dict[str, str]:
    """What the form of a meaning is opened with."""
    return {"state": found.state, "code": found.reason, "since": found.first.isoformat()}


def hours(seconds: int) -> str:
    """Seconds as hours and minutes: 5400 is "1 h 30 min"; from two days on as days."""
    if seconds >= 2 * DAY_S:
        return say("{n} days", n=seconds // DAY_S)
    h, m = divmod(round(seconds / 60), 60)
    return say("{h} h {m} min", h=h, m=m) if h else say("{m} min", m=m)


def day_name(day: date) -> str:
    """A day as people say it: 12 Oct."""
    return say("{day.day} {day:%b}", day=day)


def _gaps(page: Health) -> Sheet:
    """Every feed of every site and day, the least complete first; a day leads to its quarters."""
    columns = (
        Col("day", say("Day"), text=True, phone=True),
        Col("where", say("Feed"), text=True, phone=True),
        Col("share", say("Complete"), "%", phone=True),
        Col(
            "received",
            say("Came"),
            meaning=say("quarters of contacts; people scheduled by quarter"),
        ),
        Col("expected", say("Expected")),
        Col(
            "silent",
            say("Silent"),
            text=True,
            meaning=say("local time in which nothing came at all"),
        ),
    )
    lines = []
    for one in sorted(page.days, key=lambda d: (d.share, -d.day.toordinal(), d.site_id, d.feed)):
        where = f"{site_name(page, one.site_id)}, {say(one.feed)}"
        spans = [f"{_clock(a)}\u2013{_clock(b)}" for a, b in one.silent()]
        silent = ", ".join(spans[:MOST_SPANS]) + (
            say(" and {n} more", n=len(spans) - MOST_SPANS) if len(spans) > MOST_SPANS else ""
        )
        status = "bad" if one.share < COMPLETE else ""
        lines.append(
            Line(
                (
                    Cell(day_name(one.day), one.day.isoformat(), href=page.ask.link(on=one.day)),
                    Cell(where, where),
                    Cell(
                        say("{share:.1f}", share=one.share), round(one.share, 2), status, plain=True
                    ),
                    Cell(plain(one.received, 0), one.received),
                    Cell(plain(one.expected, 0), one.expected),
                    Cell(silent or DASH, ", ".join(spans), reason=", ".join(spans)),
                ),
                status=status,
            )
        )
    short = sum(line.status == "bad" for line in lines)
    note = say(
        "{short} of {n} feeds and days below {complete:.0f} %",
        short=short,
        n=len(lines),
        complete=COMPLETE,
    )
    return Sheet("gaps", say("Feeds by day, the least complete first"), columns, tuple(lines), note,
                 say("No feed was expected in this period"))  # fmt: skip


def _clock(slot: int) -> str:
    return f"{slot // 4:02d}:{slot % 4 * 15:02d}"


def _feeds(page: Health) -> Sheet:
    columns = (
        Col("feed", say("Feed"), text=True, phone=True),
        Col("source", say("Source"), text=True),
        Col("last", say("Latest event"), text=True, phone=True),
        Col("lag", say("Lag"), phone=True, meaning=say("from the latest event to now")),
        Col("rows", say("Rows")),
    )
    lines = []
    for feed in page.feeds:
        lag = feed.lag_s(page.ask.now)
        daily = feed.table == "measure_day"
        late = lag > STALE_S and not daily
        lines.append(
            Line(
                (
                    Cell(feed.name, feed.name),
                    Cell(feed.source_id, feed.source_id, soft=True),
                    Cell(_when(page, feed.last_at), feed.last_at),
                    Cell(hours(lag) if lag >= 60 else f"{lag} s", lag, "warn" if late else ""),
                    Cell(plain(feed.rows, 0), feed.rows),
                ),
                status="warn" if late else "",
            )
        )
    return Sheet("feeds", say("Feeds and their lag"), columns, tuple(lines), say("all sites"),
                 say("No feed has arrived yet"))  # fmt: skip


def _unmapped(page: Health) -> Sheet:
    columns = (
        Col("code", say("State and reason"), text=True, phone=True),
        Col("time", say("Time"), phone=True),
        Col("people", say("People")),
        Col("first", say("First"), text=True),
        Col("last", say("Last"), text=True),
        Col("act", "", text=True, phone=True),
    )
    lines = tuple(
        Line(
            (
                Cell(code_of(one), one.reason or one.state),
                Cell(hours(one.seconds), one.seconds),
                Cell(str(one.people), one.people),
                Cell(day_name(one.first), one.first.isoformat()),
                Cell(day_name(one.last), one.last.isoformat()),
                Cell(
                    "",
                    None,
                    node=opener(say("Map"), "map", map_args(one), small=True)
                    if page.maps
                    else None,
                ),
            ),
            status="warn",
        )
        for one in page.unmapped
    )
    return Sheet("unmapped", say("States without a meaning"), columns, lines, say("longest first"),
                 say("Every state and reason code has a meaning"))  # fmt: skip


def _sums(page: Health) -> Sheet:
    columns = (
        Col("day", say("Day"), text=True, phone=True),
        Col("time", say("From"), text=True),
        Col("where", say("Where"), text=True, phone=True),
        Col("rule", say("Must hold"), text=True, phone=True),
        Col("off", say("Off by")),
        Col("values", say("Values"), text=True, more=True),
    )
    lines = []
    for one in page.broken:
        slot = one.slot
        time = DASH if slot is None else _clock(slot)
        parts = [one.queue_id or one.team_id, site_name(page, one.site_id)]
        where = ", ".join(part for part in parts if part)
        lines.append(
            Line(
                (
                    Cell(day_name(one.day), one.day.isoformat()),
                    Cell(time, time),
                    Cell(where, where),
                    Cell(one.rule, one.rule, reason=one.values),
                    Cell(say("{difference:+,}", difference=one.difference), one.difference),
                    Cell(one.values, one.values),
                ),
                status="warn",
            )
        )
    more = page.broken_n - len(page.broken)
    note = (
        say("1 cell") if page.broken_n == 1 else say("{broken_n:,} cells", broken_n=page.broken_n)
    )
    note += say(", {more:,} of them not shown", more=more) if more else ""
    return Sheet("sums", say("Sums that do not agree"), columns, tuple(lines), note,
                 say("Every sum agrees in every cell"))  # fmt: skip


def _restated(page: Health) -> Sheet:
    columns = (
        Col("day", say("Day"), text=True, phone=True),
        Col("kpi", say("Figure"), text=True, phone=True),
        Col("was", say("Was"), phone=True),
        Col("now", say("Is"), phone=True),
        Col("at", say("Restated"), text=True),
        Col("cause", say("By"), text=True),
    )
    lines = tuple(
        Line(
            (
                Cell(day_name(one.day), one.day.isoformat()),
                Cell(CATALOGUE[one.new.kpi_id].short_name, one.new.kpi_id),
                kpi_cell(one.old, soft=True, plain=True),
                kpi_cell(one.new, plain=True),
                Cell(_when(page, one.at), one.at),
                Cell(one.cause, one.cause),
            )
        )
        for one in page.changed
    )
    return Sheet(
        "restated",
        say("Restated figures"),
        columns,
        lines,
        say("closed days that changed"),
        say("No closed day of this period changed"),
    )


def reason_words(code: str) -> str:
    """The reason for which a row was rejected: `too_few_fields` is "too few fields"."""
    return say(code.replace("_", " "))


def _reasons(page: Health) -> Sheet:
    columns = (
        Col("code", say("Reason"), text=True, phone=True),
        Col("rows", say("Rows"), phone=True),
        Col("act", "", text=True, phone=True),
    )
    lines = tuple(
        Line(
            (
                Cell(reason_words(one.code), one.code),
                Cell(plain(one.rows, 0), one.rows),
                Cell("", None, node=opener(say("Load again"), "replay", {"codes": one.code},
                                           small=True)),
            )
        )
        for one in page.waiting
    )  # fmt: skip
    return Sheet("reasons", say("Rejected rows by reason"), columns, lines, say("most first"),
                 say("No row waits"))  # fmt: skip


def _quarantine(page: Health) -> Sheet:
    columns = (
        Col("file", say("File and line"), text=True, phone=True),
        Col("reason", say("Reason"), text=True, phone=True),
        Col("raw", say("As received"), text=True),
        Col("act", "", text=True, phone=True),
    )
    lines = []
    for row in page.rows:
        place = f"{row.file_name}:{row.line}"
        why = f"{reason_words(row.code)}: {row.detail}"
        off = "" if row.whole and len(row.text) <= LONGEST else CUT
        repair = opener(say("Repair"), "repair", {"row": str(row.row_id)}, small=True, off=off)
        lines.append(
            Line(
                (
                    Cell(place, place, reason=_when(page, row.received_at)),
                    Cell(why, row.code, reason=why),
                    Cell(_short(row.text), row.text, reason=row.text[:500]),
                    Cell("", None, node=repair),
                )
            )
        )
    return Sheet("quarantine", say("Rejected rows"), columns, tuple(lines), say("oldest first"),
                 say("Nothing was rejected"))  # fmt: skip


def _deliveries(page: Health) -> Sheet:
    columns = (
        Col("file", say("File"), text=True, phone=True),
        Col("at", say("Received"), text=True, phone=True),
        Col("lines", say("Lines")),
        Col("loaded", say("Loaded"), phone=True),
        Col("twice", say("Known before")),
        Col("bad", say("Rejected"), phone=True),
        Col("ignored", say("Ignored")),
    )
    lines = tuple(
        Line(
            (
                Cell(one.file_name, one.file_name),
                Cell(_when(page, one.received_at), one.received_at),
                *(Cell(plain(n, 0), n) for n in (one.lines_in, one.loaded, one.duplicates)),
                Cell(
                    plain(one.quarantined, 0),
                    one.quarantined,
                    "warn" if one.quarantined else "",
                ),
                Cell(plain(one.ignored, 0), one.ignored),
            )
        )
        for one in page.deliveries
    )
    return Sheet("deliveries", say("Deliveries"), columns, lines, say("newest first"),
                 say("Nothing was delivered yet"))  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}…"


def _when(page: Health, at: int) -> str:
    local = datetime.fromtimestamp(at, zone_of(page.ask.zone))
    return say("{at.day} {at:%b %H:%M}", at=local)
