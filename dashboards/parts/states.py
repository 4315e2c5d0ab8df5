"""What stands where a figure is missing: it says why, and what to do; it is never a zero."""

from __future__ import annotations

from typing import Any

from dashboards.parts import html
from dashboards.parts.status import icon
from wfm.domain.language import say
from wfm.queries.loading import Loading


def empty(title: str, reason: str = "") -> Any:
    """A panel without rows: "No published schedule" and the step that brings one."""
    return html.Div(
        [html.B([icon("none"), title]), html.Span(reason)] if reason
        else [html.B([icon("none"), title])],
        className="state",
    )  # fmt: skip


def refused() -> Any:
    """One page for a link that is forbidden and one that is unknown; it never says which."""
    return html.Div(
        [
            html.H1(say("There is nothing here that you may see")),
            html.P(say("Check the link, or go back to your own page.")),
            html.P(html.A(say("Go to my page"), href="/", className="btn")),
        ],
        className="state page-state refusal",
    )


def banners() -> list[Any]:
    """Banners that the browser shows by itself when data or server stay away."""
    return [
        html.Div(
            say("Data are over a minute old: figures stand still, actions stay open."),
            className="banner is-stale",
            role="status",
        ),
        html.Div(
            say("Data are over five minutes old: the board is grey until new data come."),
            className="banner is-very",
            role="status",
        ),
        html.Div(
            say("The server does not answer: figures are those of the last answer. Trying again."),
            className="banner is-lost",
            role="status",
        ),
    ]


def loading_notice(loading: Loading | None) -> Any:
    """A plain line while history is loading, empty and unseen when all of it is there."""
    words = ""
    if loading is not None:
        words = say(
            "History is loading: {done} of {days} days", done=loading.done, days=loading.days
        )
        if not loading.moving:
            words = say(
                "History is not complete: {done} of {days} days are loaded",
                done=loading.done,
                days=loading.days,
            )
    return notice(words)


def notice(words: str) -> Any:
    """A plain line between header and answer, unseen without words."""
    return html.P(words, className="loading-note", hidden=not words, role="status")


def skeleton() -> Any:
    """A page of its final size before its first answer."""
    blink = html.Div(className="blink")
    return html.Div(
        [
            html.Header(
                html.Span([icon("mark"), html.Span("Muster")], className="brand"), className="top"
            ),
            html.Div(html.H1(say("Loading")), className="answer"),
            html.Div([html.Div(blink, className="tile") for _ in range(6)], className="tiles"),
        ],
        className="skeleton",
        **{"aria-busy": "true"},
    )
