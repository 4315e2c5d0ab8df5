"""The tables of the data page: feeds, codes, sums, restated figures, rejected rows, deliveries."""

from __future__ import annotations

from datetime import date, datetime

from dashboards.forms import LONGEST
from dashboards.pages.health_data import COMPLETE, Health
from dashboards.parts.drawer import opener
from dashboards.parts.numbers import DASH
from dashboards.parts.table import Cell, Col, Line, Sheet, kpi_cell
from kpis.catalogue.load import CATALOGUE
from wfm.domain.grid import zone_of
from wfm.queries.health_facts import Unmapped

CUT = "It is too long to be mended here: correct it at its source and deliver it again"
STALE_S = 900
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
        return "all sites"
    return next((s.name for s in page.ask.organisation.sites if s.org_id == site_id), site_id)


def code_of(found: Unmapped) -> str:
    """A state with its reason as people say it: aux "yoga"."""
    return f"{found.state} “{found.reason}”" if found.reason else found.state


def map_args(found: Unmapped) -> dict[str, str]:
    """What the form of a meaning is opened with."""
    return {"state": found.state, "code": found.reason, "since": found.first.isoformat()}


def hours(seconds: int) -> str:
    """Seconds as hours and minutes: 5400 is "1 h 30 min"."""
    h, m = divmod(round(seconds / 60), 60)
    return f"{h} h {m} min" if h else f"{m} min"


def day_name(day: date) -> str:
    """A day as people say it: 12 Oct."""
    return f"{day.day} {day:%b}"


def _gaps(page: Health) -> Sheet:
    """Every feed of every site and day, the least complete first; a day leads to its quarters."""
    columns = (
        Col("day", "Day", text=True, phone=True),
        Col("where", "Feed", text=True, phone=True),
        Col("share", "Complete", "%", phone=True),
        Col("received", "Came", meaning="quarters of contacts; people scheduled by quarter"),
        Col("expected", "Expected"),
        Col("silent", "Silent", text=True, meaning="local time in which nothing came at all"),
    )
    lines = []
    for one in sorted(page.days, key=lambda d: (d.share, -d.day.toordinal(), d.site_id, d.feed)):
        where = f"{site_name(page, one.site_id)}, {one.feed}"
        spans = [f"{_clock(a)}\u2013{_clock(b)}" for a, b in one.silent()]
        silent = ", ".join(spans[:MOST_SPANS]) + (
            f" and {len(spans) - MOST_SPANS} more" if len(spans) > MOST_SPANS else ""
        )
        status = "bad" if one.share < COMPLETE else ""
        lines.append(
            Line(
                (
                    Cell(day_name(one.day), one.day.isoformat(), href=page.ask.link(on=one.day)),
                    Cell(where, where),
                    Cell(f"{one.share:.1f}", round(one.share, 2), status, plain=True),
                    Cell(f"{one.received:,}", one.received),
                    Cell(f"{one.expected:,}", one.expected),
                    Cell(silent or DASH, ", ".join(spans), reason=", ".join(spans)),
                ),
                status=status,
            )
        )
    short = sum(line.status == "bad" for line in lines)
    note = f"{short} of {len(lines)} feeds and days below {COMPLETE:.0f} %"
    return Sheet("gaps", "Feeds by day, the least complete first", columns, tuple(lines), note,
                 "No feed was expected in this period")  # fmt: skip


def _clock(slot: int) -> str:
    return f"{slot // 4:02d}:{slot % 4 * 15:02d}"


def _feeds(page: Health) -> Sheet:
    columns = (
        Col("feed", "Feed", text=True, phone=True),
        Col("source", "Source", text=True),
        Col("last", "Latest event", text=True, phone=True),
        Col("lag", "Lag", phone=True, meaning="from the latest event to now"),
        Col("rows", "Rows"),
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
                    Cell(f"{feed.rows:,}", feed.rows),
                ),
                status="warn" if late else "",
            )
        )
    return Sheet("feeds", "Feeds and their lag", columns, tuple(lines), "all sites",
                 "No feed has arrived yet")  # fmt: skip


def _unmapped(page: Health) -> Sheet:
    columns = (
        Col("code", "State and reason", text=True, phone=True),
        Col("time", "Time", phone=True),
        Col("people", "People"),
        Col("first", "First", text=True),
        Col("last", "Last", text=True),
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
                    "", None,
                    node=opener("Map", "map", map_args(one), small=True) if page.maps else None,
                ),
            ),
            status="warn",
        )
        for one in page.unmapped
    )  # fmt: skip
    return Sheet("unmapped", "States without a meaning", columns, lines, "longest first",
                 "Every state and reason code has a meaning")  # fmt: skip


def _sums(page: Health) -> Sheet:
    columns = (
        Col("day", "Day", text=True, phone=True),
        Col("time", "From", text=True),
        Col("where", "Where", text=True, phone=True),
        Col("rule", "Must hold", text=True, phone=True),
        Col("off", "Off by"),
        Col("values", "Values", text=True, more=True),
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
                    Cell(f"{one.difference:+,}", one.difference),
                    Cell(one.values, one.values),
                ),
                status="warn",
            )
        )
    more = page.broken_n - len(page.broken)
    note = "1 cell" if page.broken_n == 1 else f"{page.broken_n:,} cells"
    note += f", {more:,} of them not shown" if more else ""
    return Sheet("sums", "Sums that do not agree", columns, tuple(lines), note,
                 "Every sum agrees in every cell")  # fmt: skip


def _restated(page: Health) -> Sheet:
    columns = (
        Col("day", "Day", text=True, phone=True),
        Col("kpi", "Figure", text=True, phone=True),
        Col("was", "Was", phone=True),
        Col("now", "Is", phone=True),
        Col("at", "Restated", text=True),
        Col("cause", "By", text=True),
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
    return Sheet("restated", "Restated figures", columns, lines, "closed days that changed",
                 "No closed day of this period changed")  # fmt: skip


def _reasons(page: Health) -> Sheet:
    columns = (
        Col("code", "Reason", text=True, phone=True),
        Col("rows", "Rows", phone=True),
        Col("act", "", text=True, phone=True),
    )
    lines = tuple(
        Line(
            (
                Cell(one.code.replace("_", " "), one.code),
                Cell(f"{one.rows:,}", one.rows),
                Cell("", None, node=opener("Load again", "replay", {"codes": one.code},
                                           small=True)),
            )
        )
        for one in page.waiting
    )  # fmt: skip
    return Sheet("reasons", "Rejected rows by reason", columns, lines, "most first",
                 "No row waits")  # fmt: skip


def _quarantine(page: Health) -> Sheet:
    columns = (
        Col("file", "File and line", text=True, phone=True),
        Col("reason", "Reason", text=True, phone=True),
        Col("raw", "As received", text=True),
        Col("act", "", text=True, phone=True),
    )
    lines = []
    for row in page.rows:
        place = f"{row.file_name}:{row.line}"
        why = f"{row.code.replace('_', ' ')}: {row.detail}"
        off = "" if row.whole and len(row.text) <= LONGEST else CUT
        repair = opener("Repair", "repair", {"row": str(row.row_id)}, small=True, off=off)
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
    return Sheet("quarantine", "Rejected rows", columns, tuple(lines), "oldest first",
                 "Nothing was rejected")  # fmt: skip


def _deliveries(page: Health) -> Sheet:
    columns = (
        Col("file", "File", text=True, phone=True),
        Col("at", "Received", text=True, phone=True),
        Col("lines", "Lines"),
        Col("loaded", "Loaded", phone=True),
        Col("twice", "Known before"),
        Col("bad", "Rejected", phone=True),
        Col("ignored", "Ignored"),
    )
    lines = tuple(
        Line(
            (
                Cell(one.file_name, one.file_name),
                Cell(_when(page, one.received_at), one.received_at),
                *(
                    Cell(f"{n:,}", n)
                    for n in (one.lines_in, one.loaded, one.duplicates)
                ),
                Cell(f"{one.quarantined:,}", one.quarantined, "warn" if one.quarantined else ""),
                Cell(f"{one.ignored:,}", one.ignored),
            )
        )
        for one in page.deliveries
    )  # fmt: skip
    return Sheet("deliveries", "Deliveries", columns, lines, "newest first",
                 "Nothing was delivered yet")  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}…"


def _when(page: Health, at: int) -> str:
    local = datetime.fromtimestamp(at, zone_of(page.ask.zone))
    return f"{local.day} {local:%b %H:%M}"
