"""The frame around every page: header of links, answer, tiles, panels or tables, print head."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from dash import dcc

from dashboards.explain import FORM as EXPLAIN
from dashboards.frame import Ask, View
from dashboards.insights import insights_strip
from dashboards.kept_mains import kept_part
from dashboards.localise import localised
from dashboards.parts import html
from dashboards.parts.answer import answer
from dashboards.parts.panel import panel
from dashboards.parts.states import loading_notice, notice
from dashboards.parts.status import icon
from dashboards.parts.table import sort_lines, table
from dashboards.parts.tile import tiles
from dashboards.refresh import part_props
from dashboards.view_state import period_label
from wfm.domain.grid import zone_of
from wfm.domain.language import language_code, say, to_say
from wfm.domain.roles import LABEL
from wfm.domain.scope import Scope
from wfm.queries.permissions import Reach, permission_table
from wfm.web.languages import LANGUAGES
from wfm.web.pages import home_of, pages_for

TABS = {
    "agent": to_say("My day"),
    "team": to_say("Team"),
    "manager": to_say("Centre"),
    "desk": to_say("Desk"),
    "planning": to_say("Planning"),
    "forecast": to_say("Forecast"),
    "requests": to_say("Requests"),
    "targets": to_say("Targets"),
    "data": to_say("Data"),
    "admin": to_say("Admin"),
}
FELL_BACK = {
    "week": to_say("There are no figures of this week yet; last week is shown."),
    "month": to_say("There are no figures of this month yet; last month is shown."),
}
KEYS = (
    (to_say("[ and ]"), to_say("period before and after")),
    ("v", to_say("graphic or table")),
    ("e", to_say("explain: why it is so")),
    ("i", to_say("how a figure was computed")),
    ("o", to_say("open what the answer names")),
    (to_say("Esc"), to_say("close what is open")),
    ("?", to_say("these keys")),
)


def whole_page(ask: Ask, view: View, forms: Sequence[str] = ()) -> list[Any]:
    """Everything between the edges of the window, as the page's one answer."""
    return framed(ask, main_part(ask, view, forms))


def framed(ask: Ask, main: Any) -> list[Any]:
    """The main part between header and footer, which name who reads it."""
    notices = [loading_notice(ask.loading)]
    if ask.fell_back:
        notices.append(notice(FELL_BACK[ask.spec.grain]))
    return [_header(ask), *notices, _print_head(ask), main, _footer(ask)]


def main_part(ask: Ask, view: View, forms: Sequence[str] = ()) -> Any:
    """What the page answers: the same for all of one role who look at the same."""
    tabular = ask.state.view == "table"
    inside = _tables(ask, view) if tabular else view.body
    css = "body single" if tabular else f"body {view.css}".strip()
    return html.Main(
        [
            _title(ask, view),
            answer(view.answer),
            *([kept_part(ask, "strip", lambda: insights_strip(ask, forms))]
              if EXPLAIN in forms else []),
            kept_part(ask, "tiles", lambda: tiles(view.tiles)),
            html.Div(inside, className=css),
        ],
        id=f"main-{ask.page.page_id}",
    )  # fmt: skip


def _title(ask: Ask, view: View) -> Any:
    """The title of the tab, set by the browser: the page and its answer."""
    words = say("{tabs}: {lead} · Muster", tabs=TABS[ask.page.page_id], lead=view.answer.lead)
    return html.Span(hidden=True, **{"data-title": words})


def _header(ask: Ask) -> Any:
    return html.Header(
        [
            html.A(
                [icon("mark"), html.Span("Muster", className="brand-word")],
                href=pages_for(ask.who.role)[0].path,
                className="brand",
                title=say("Muster: my page"),
            ),
            html.Nav(_tabs(ask), className="tabs", **{"aria-label": say("Pages")}),
            html.Nav(html.Ol(_crumbs(ask), className="crumbs"), **{"aria-label": say("Scope")}),
            html.Div([_stepper(ask), html.Div(_drawer(ask), className="drawer controls")],
                     className="controls"),
            html.Button(
                icon("menu"), className="round burger", title=say("Menu"),
                **{"data-act": "drawer", "aria-expanded": "false", "aria-label": say("Menu")},
            ),
        ],
        className="top",
    )  # fmt: skip


def _tabs(ask: Ask) -> list[Any]:
    links = []
    for page in pages_for(ask.who.role):
        here = {"aria-current": "page"} if page.page_id == ask.page.page_id else {}
        links.append(_link(TABS.get(page.page_id, page.title), page.path, here))
    return links


def _crumbs(ask: Ask) -> list[Any]:
    found = []
    scope: Scope | None = ask.scope
    while scope is not None and ask.root.holds(scope):
        found.append(scope)
        scope = scope.parent
    items = []
    for one in reversed(found):
        name = ask.organisation.name_of(one)
        if one == ask.scope:
            items.append(html.Li(html.Span(name, title=name, **{"aria-current": "true"})))
        else:
            link = ask.scope_link(one)
            if one.agent is None and ask.who.role in ask.page.drill:
                # Above the agent lies the page that the row was on.
                link = ask.state.but(scope=one).link(home_of(ask.who.role))
            items.append(html.Li(html.A(name, href=link, title=name)))
    return items


def _stepper(ask: Ask) -> Any:
    label = period_label(ask.grain, ask.period, ask.today)
    before = ask.state.stepped(ask.spec.grain, ask.today, -1).link(ask.page.path)
    later: Any = html.Span(icon("right"), className="end", **{"aria-hidden": "true"})
    if ask.period.end <= ask.today or ask.spec.ahead:
        after = ask.state.stepped(ask.spec.grain, ask.today, 1).link(ask.page.path)
        later = _link(icon("right"), after, {"title": say("Period after ]")}, key="]")
    return html.Div(
        [
            _link(icon("left"), before, {"title": say("Period before [")}, key="["),
            html.Span(label, className="what"),
            later,
        ],
        className="box stepper",
        role="group",
        **{"aria-label": say("Period: {label}", label=label)},
    )


def _drawer(ask: Ask) -> list[Any]:
    pages = html.Nav(_tabs(ask), className="tabs menu-tabs", **{"aria-label": say("All pages")})
    parts = [pages, _ranges(ask)]
    if ask.spec.comparisons:
        parts.append(_comparisons(ask))
    parts += [_views(ask), _freshness(ask), _icons(ask)]
    return parts


def _ranges(ask: Ask) -> Any:
    links = []
    for grain, label in ask.spec.grains:
        here = {"aria-current": "true"} if grain == ask.grain else {}
        day = None if grain in ("now", "today") or ask.live or ask.fell_back else ask.state.day
        target = ask.link(grain=grain, day=day, first=None, end=None)
        links.append(_link(label, target, here))
    return html.Div(links, className="box seg", role="group", **{"aria-label": say("Range")})


def _comparisons(ask: Ask) -> Any:
    shown = dict(ask.spec.comparisons).get(ask.compare, to_say("none"))
    links = []
    for name, label in ask.spec.comparisons:
        here = {"aria-current": "true"} if name == ask.compare else {}
        links.append(_link(label, ask.link(compare=name), here))
    return html.Details(
        [
            html.Summary([say("vs {shown}", shown=shown), icon("down")], className="box"),
            html.Div(links, className="sheet"),
        ],
        className="pop",
    )


def _views(ask: Ask) -> Any:
    table_now = ask.state.view == "table"
    links = []
    for name, label, mine in (
        ("", say("Graphic"), not table_now),
        ("table", say("Table"), table_now),
    ):
        here = {"aria-current": "true"} if mine else {}
        links.append(_link(label, ask.link(view=name), here, key="" if mine else "v"))
    return html.Div(links, className="box seg", role="group", **{"aria-label": say("View")})


def _freshness(ask: Ask) -> Any:
    if ask.data_at is None:
        return html.Span(say("No data yet"), className="fresh")
    at = datetime.fromtimestamp(ask.data_at, zone_of(ask.zone))
    if not ask.live and not ask.spec.ahead:
        last = ask.period.end - timedelta(days=1)
        return html.Span(
            say("{day:%a} {day.day} {day:%b} 24:00, closed", day=last), className="fresh"
        )
    age = max(0, ask.now - ask.data_at)
    day = "" if at.date() == ask.today else say("{day:%a} {day.day} {day:%b} ", day=at)
    return html.Span(
        [html.Span(say("Data to "), className="word"), f"{day}{at:%H:%M:%S}, ",
         html.Span(_age(age), className="age")],
        id=f"fresh-{ask.page.page_id}",
        className="fresh",
        **{"data-age-at": str(ask.data_at), "data-age": str(age),
           "data-live": "yes" if age < 86_400 else "no"},
    )  # fmt: skip


def freshness(ask: Ask) -> tuple[str, dict[str, Any]]:
    """The id and properties of how fresh the data are, for a page that stands as it is."""
    return f"fresh-{ask.page.page_id}", part_props(localised(_freshness(ask)))


def _age(seconds: int) -> str:
    if seconds < 120:
        return say("{seconds} s", seconds=seconds)
    if seconds < 7200:
        return say("{seconds} min", seconds=seconds // 60)
    if seconds < 172_800:
        return say("{seconds} h", seconds=seconds // 3600)
    return say("{seconds} d", seconds=seconds // 86_400)


def _icons(ask: Ask) -> Any:
    keys = [html.Div([html.Dt(html.Kbd(key)), html.Dd(words)]) for key, words in KEYS]
    export = ask.state.link(f"/export/{ask.page.page_id}.xlsx")
    plain = ask.state.link(f"/export/{ask.page.page_id}.csv")
    may = permission_table().grant("export", ask.who.role).reach is not Reach.NONE
    both = ((say("Excel"), export), ("CSV", plain)) if may else ()
    exports = [html.A(words, href=href, className="btn small") for words, href in both]
    return html.Div(
        [
            html.Button(
                icon("scheme"),
                className="round",
                title=say("Light or dark"),
                **{"data-act": "scheme", "aria-label": say("Light or dark")},
            ),
            html.Details(
                [
                    html.Summary(
                        icon("help"),
                        className="round",
                        title=say("Keys, exports, sign out"),
                        **{"aria-label": say("Keys, exports, sign out")},
                    ),
                    html.Div(
                        [
                            html.Strong(ask.who.display_name),
                            html.Span(f" {LABEL[ask.who.role]}", className="third"),
                            html.Dl(keys),
                            html.Div(
                                [
                                    *exports,
                                    html.Button(
                                        say("Print"), className="btn small", **{"data-act": "print"}
                                    ),
                                    html.Form(
                                        html.Button(say("Sign out"), className="btn small"),
                                        method="post",
                                        action="/logout",
                                    ),
                                ],
                                className="acts menu-acts",
                            ),
                            _languages(ask),
                        ],
                        className="sheet keys",
                    ),
                ],
                className="pop",
                **{"data-key": "?"},
            ),
        ],
        className="icons",
    )


def _languages(ask: Ask) -> Any:
    """A button for each language, by its own name; the page comes again in the chosen one."""
    buttons = []
    for code, name in LANGUAGES.items():
        here = {"aria-current": "true"} if code == language_code() else {}
        buttons.append(
            html.Button(name, name="language", value=code, lang=code, className="tongue", **here)
        )
    back = dcc.Input(type="hidden", name="next", value=ask.link())
    return html.Form([back, *buttons], method="post", action="/language", className="tongues",
                     **{"aria-label": say("Language")})  # fmt: skip


def _tables(ask: Ask, view: View) -> list[Any]:
    return [
        panel(
            sheet.title,
            table(
                sort_lines(sheet, ask.state.sort),
                lambda key: ask.link(sort=key),
                ask.state.sort,
                everything=True,
            ),
            note=sheet.note,
        )
        for sheet in view.sheets
    ]  # fmt: skip


def _print_head(ask: Ask) -> Any:
    data = say("no data yet")
    if ask.data_at is not None:
        data = say(
            "{at:%d %b %Y %H:%M:%S}", at=datetime.fromtimestamp(ask.data_at, zone_of(ask.zone))
        )
    words = say(
        "Muster · {title} · {name} · {period_label} · data to {data} {zone} · {display}",
        title=ask.page.title,
        name=ask.organisation.name_of(ask.scope),
        period_label=period_label(ask.grain, ask.period, ask.today),
        data=data,
        zone=ask.zone,
        display=ask.who.display_name,
    )
    return html.P(words, className="print-head")


def _footer(ask: Ask) -> Any:
    return html.Footer(
        say("{question} Times in {zone}.", question=ask.page.question, zone=ask.zone),
        className="foot-note",
    )


def _link(words: Any, href: str, more: dict[str, str], key: str = "") -> Any:
    """A real link; the browser's router follows it without loading the page anew."""
    return html.A(words, href=href, **({**more, "data-key": key} if key else more))
