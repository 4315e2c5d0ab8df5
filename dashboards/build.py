"""The Dash application on the server: one layout without data, one guarded callback a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from dash import (
    ClientsideFunction,
    Dash,
    Input,
    Output,
    State,
    dcc,
    html,
    no_update,
    set_props,
)

from dashboards.forms import Sent, answer_form, asked_form, asked_place, parse_sent
from dashboards.frame import Ask, Look, PageRoom, minute_of
from dashboards.kept_mains import KeptMains
from dashboards.localise import localised
from dashboards.pages import ROOMS
from dashboards.parts.drawer import drawer
from dashboards.parts.states import banners, refused, skeleton
from dashboards.refresh import Seen, cut, mark, parse_seen, refreshed
from dashboards.shell import framed, freshness, main_part
from dashboards.sources import Sources
from dashboards.view_state import parse_view
from wfm.domain.errors import BadInput
from wfm.domain.language import language_code, say
from wfm.domain.principal import Principal
from wfm.queries.pulse import Pulse, pulse_seen
from wfm.web.guard import Address, asked_page, asked_scope, guarded, parse_href
from wfm.web.pages import page_of

CLOSED_MIN = 5  # minutes for which the page of a period that is over stands
CHARTS = "vendor/plotly-cartesian.min.js"
INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{%title%}</title>
<script src="/assets/scheme.js"></script><script src="/assets/early.js"></script>
<link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
<link rel="prefetch" href="/assets/vendor/plotly-cartesian.min.js" as="script">
{%metas%}{%css%}
</head>
<body>{%app_entry%}{%config%}{%scripts%}{%renderer%}</body>
</html>"""


class Muster(Dash):  # type: ignore[misc]  # Dash is not typed
    """The application whose empty page already names the reader's language."""

    def interpolate_index(self, **parts: Any) -> str:
        text = str(super().interpolate_index(**parts))
        return text.replace('<html lang="en">', f'<html lang="{language_code()}">', 1)


def build_dashboards(server: Any, sources: Sources) -> Dash:
    """The dashboards hung on the server; the caller audits and opens the doors afterwards."""
    app = Muster(
        "muster",
        server=server,
        assets_folder=str(Path(__file__).parent / "assets"),
        assets_ignore=r"^(scheme\.js|early\.js|plotly-cartesian\.min\.js)$",
        index_string=INDEX,
        title="Muster",
        update_title="",
        suppress_callback_exceptions=True,
        enable_mcp=False,
        add_log_handler=False,
    )
    rooms = [room for room in ROOMS if page_of(room.page_id) is not None]
    app.layout = lambda: localised(_layout(rooms))  # in the language of each request
    app.clientside_callback(
        ClientsideFunction("muster", "route"),
        *(
            output
            for room in rooms
            for output in (
                Output(f"view-{room.page_id}", "data"),
                Output(f"page-{room.page_id}", "hidden"),
            )
        ),
        Output("unknown", "hidden"),
        Input("url", "pathname"),
        Input("url", "search"),
        Input("look", "data"),
        State("order", "data"),
    )
    app.clientside_callback(
        ClientsideFunction("muster", "look"), Output("look", "data"), Input("order", "data")
    )
    for room in rooms:
        _register(app, room, sources)
        if room.forms:
            _register_forms(app, room, sources)
    return app


def _layout(rooms: list[PageRoom]) -> Any:
    """The frame before any answer: places, timers and stores, no data."""
    parts: list[Any] = [
        dcc.Location(id="url", refresh=False),
        dcc.Store(id="look"),
        dcc.Store(id="order", data=[[room.page_id, refresh_s(room)] for room in rooms]),
        html.A(say("Skip to content"), href="#content", className="skip"),
    ]
    pages = []
    for room in rooms:
        name = room.page_id
        parts += [
            dcc.Store(id=f"view-{name}"),
            dcc.Store(id=f"seen-{name}"),
            # Counted by the browser's own clock, which waits for an answer before it asks again.
            dcc.Interval(id=f"tick-{name}", disabled=True),
        ]
        waits = cut(f"wait-{name}", localised(skeleton())).to_plotly_json()
        pages.append(html.Div(waits, id=f"page-{name}", className="page", hidden=True))
        if room.forms:
            parts.append(dcc.Store(id=f"sent-{name}"))
            pages.append(html.Div(id=f"drawer-{name}", className="drawer-place"))
    parts += banners()
    parts.append(html.Div(pages, id="content"))
    parts.append(html.Div(refused(), id="unknown", hidden=True, className="unknown"))
    parts.append(refused())
    return html.Div(parts, id="app")


def refresh_s(room: PageRoom) -> int:
    """After how many seconds an answer of the page is asked for anew, 0 for never."""
    page = page_of(room.page_id)
    return page.refresh_s if page is not None else 0


def _register(app: Dash, room: PageRoom, sources: Sources) -> None:
    name, forms = room.page_id, [form.name for form in room.forms]
    mains = KeptMains()

    @app.callback(  # type: ignore[untyped-decorator]
        Output(f"page-{name}", "children"),
        Output(f"seen-{name}", "data"),
        Input(f"view-{name}", "data"),
        Input(f"tick-{name}", "n_intervals"),
        State("look", "data"),
        State(f"seen-{name}", "data"),
        prevent_initial_call=True,
    )
    @guarded(
        asked_page("view"),
        scope=asked_scope("view"),
        parse={
            "view": parse_page(name),
            "ticks": parse_ticks,
            "look": Look.parse,
            "seen": parse_seen,
        },
    )
    def answer(
        who: Principal, view: Address, ticks: int | None, look: Look, seen: Seen | None
    ) -> tuple[Any, Any]:
        ask = ask_of(who, room, view, look, sources, pulse_seen(sources.store))
        shown = mark([dict(view.query), look.scheme, look.narrow, language_code()])
        sign = mark([signature(ask, room), room.sign(ask) if room.sign else None])
        # A tick without news needs no answer: the same data would give the same page.
        if seen is not None and (seen.view, seen.sign) == (shown, sign):
            if room.events is not None and ask.live and ask.data_at is not None:
                set_props(*freshness(ask))
            return no_update, no_update
        main, sign = mains.shown(
            ask, shown, sign, lambda: main_part(ask, room.view(ask), forms),
            shared=room.shared, waits=room.events is not None,
        )  # fmt: skip
        return refreshed(name, localised(framed(ask, main)), sign, shown, seen)


def _register_forms(app: Dash, room: PageRoom, sources: Sources) -> None:
    """The page's drawer: one callback for all its forms, each behind its own permission."""
    name, forms = room.page_id, room.forms

    @app.callback(  # type: ignore[untyped-decorator]
        Output(f"drawer-{name}", "children"),
        Input(f"sent-{name}", "data"),
        State(f"view-{name}", "data"),
        prevent_initial_call=True,
    )
    @guarded(
        asked_form(forms),
        scope=asked_place(forms),
        parse={"sent": parse_sent(forms), "view": parse_page(name)},
    )
    def answer(who: Principal, sent: Sent | None, view: Address) -> Any:
        if sent is None:
            return no_update
        return localised(drawer(answer_form(who, view, sent, forms, sources)))


def ask_of(
    who: Principal, room: PageRoom, view: Address, look: Look, sources: Sources,
    pulse: Pulse | None = None,
) -> Ask:  # fmt: skip
    """The question of one address, with its state parsed and its scope as authorised.

    Where no period is named and the running one has no figure yet, it is the one before.
    `pulse` is the store's as the request has read it already.
    """
    state = parse_view(view.query)
    waits = room.events is not None
    ask = Ask(who, view.page, room.spec, state, view.scope_for(who), sources, look, pulse, waits)
    return ask.of_figures()


def signature(ask: Ask, room: PageRoom) -> str:
    """A mark of what an answer depends on beside its view: rights, data, and the minute.

    A page that names its events waits with everything else for the next minute; with a period that
    is over, for the next five.
    """
    who, minute = ask.who.version, ask.now // 60
    if room.events is not None:
        minute, events = minute_of(ask.now, ask.scope), room.events(ask) if ask.live else None
        return mark([who, minute if ask.live else minute // CLOSED_MIN, events])
    newest = [[f.table, f.source_id, f.last_at, f.rows] for f in ask.pulse.feeds()]
    return mark([who, ask.pulse.marks.generation, newest, minute if ask.live else 0])


def parse_page(page_id: str) -> Callable[[object], Address]:
    """A parser of addresses that takes those of one page only."""

    def parse(value: object) -> Address:
        address = parse_href(value)
        if address.page.page_id != page_id:
            raise BadInput(say("The address belongs to another page; open the page again."))
        parse_view(address.query)
        return address

    return parse


def parse_ticks(value: object) -> int | None:
    """The count of a timer, None before its first tick."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    raise BadInput(say("The timer's count is no count; load the page again."))


def room_of(page_id: str) -> PageRoom | None:
    """The page of an id, None when it is not one of the dashboards."""
    return next((room for room in ROOMS if room.page_id == page_id), None)
