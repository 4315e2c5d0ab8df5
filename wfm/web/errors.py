"""What a refused or failed request answers: the same bytes for the same refusal."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from dash.exceptions import DependencyException
from flask import Flask, Response, g, jsonify, make_response, request
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from wfm.domain.errors import (
    BadInput,
    BatchConflict,
    ForbiddenDrill,
    PermissionDenied,
    ScopeDenied,
    StaleWrite,
    WfmError,
)
from wfm.domain.language import say, shown, to_say
from wfm.queries.access import NOT_FOUND
from wfm.web.guard import NotSignedIn
from wfm.web.markup import plain_page, sign_out

DATA = ("/_dash", "/api", "/export", "/health")  # answered in JSON; all else is read by people
CODES: tuple[tuple[type[Exception], int], ...] = (
    (NotSignedIn, 401),
    (ScopeDenied, 404),
    (PermissionDenied, 403),
    (StaleWrite, 409),
    (BatchConflict, 409),
    (BadInput, 400),
    (ForbiddenDrill, 400),
    (WfmError, 422),
)
TITLES = {
    400: to_say("This request cannot be read"),
    401: to_say("You are not signed in"),
    403: to_say("Not for your role"),
    404: to_say("Nothing here"),
    405: to_say("This request cannot be read"),
    409: to_say("Somebody was faster"),
    413: to_say("Too large"),
    415: to_say("This request cannot be read"),
    422: to_say("This cannot be done"),
    429: to_say("Too many tries"),
    500: to_say("Something broke"),
    503: to_say("Busy for a moment"),
}
SENTENCES = {
    400: to_say("The request is malformed. Load the page again."),
    401: to_say("Your session ended or never began. Sign in again."),
    403: to_say("Your role does not hold the permission for this."),
    404: NOT_FOUND,
    405: to_say("This address does not take that kind of request."),
    413: to_say("The request is larger than anything here reads."),
    415: to_say("The request has a content type that nothing here reads."),
    429: to_say("There were too many tries. Wait a moment, then try again."),
    500: to_say(
        "The fault is ours and was recorded under the request id in the headers. Try again."
    ),
    503: to_say("The database is busy. Try again in a few seconds."),
}
log = logging.getLogger("wfm.web")


def map_errors(server: Flask, busy: Sequence[type[Exception]]) -> None:
    """Every error of the server answered by its code; `busy` are the database's own errors."""

    @server.errorhandler(WfmError)
    def _known(error: WfmError) -> Response:
        status = next(status for kind, status in CODES if isinstance(error, kind))
        # A refusal never repeats what was asked for: unknown and foreign read the same.
        return refusal(status, NOT_FOUND if status == 404 else str(error))

    @server.errorhandler(DependencyException)
    def _no_such_file(_error: DependencyException) -> Response:
        return refusal(404)

    @server.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        if error.code is None or error.code < 400:
            return make_response(error.get_response())
        return refusal(error.code)

    for kind in busy:
        server.register_error_handler(kind, _busy)

    @server.errorhandler(Exception)
    def _fault(error: Exception) -> Response:
        log.error(
            "request %s failed: %s %s", g.get("request_id"), request.method, request.path,
            exc_info=error,
        )  # fmt: skip
        return refusal(500)


def _busy(_error: Exception) -> Response:
    return refusal(503, retry_after_s=2)


def refusal(status: int, sentence: str | None = None, *, retry_after_s: int = 0) -> Response:
    """The answer of a refused request: JSON for data, a page for people."""
    text = shown(sentence or SENTENCES.get(status, to_say("The request was refused.")))
    if request.path.startswith(DATA):
        response = jsonify({"error": status, "message": text})
    else:
        response = make_response(_page(status, text))
    response.status_code = status
    if retry_after_s:
        response.headers["Retry-After"] = str(retry_after_s)
    return response


def _page(status: int, text: str) -> str:
    title = shown(TITLES.get(status, to_say("Refused")))
    who = g.get("principal")
    way = ("/", say("Go to your page")) if who else ("/login", say("Sign in"))
    body = Markup(
        '<div class="narrow"><p class="code">{}</p><h1>{}</h1><p>{}</p>'
        '<a class="button primary" href="{}">{}</a></div>'
    ).format(status, title, text, *way)
    return plain_page(title, body, end=sign_out(who.display_name) if who else None)
