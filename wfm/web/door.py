"""The door: every request passes here first, and nothing is open unless it is listed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import quote

from flask import Flask, g, redirect, request
from werkzeug.wrappers import Response

from wfm.actions.sessions import Sessions, SignedIn
from wfm.domain.language import Language, speak
from wfm.domain.principal import Principal
from wfm.domain.scope import Scope
from wfm.domain.users import User
from wfm.queries.access import KnowsScopes, default_scope
from wfm.web.config import WebConfig
from wfm.web.dash_post import LARGEST_BODY, checked_body, self_made
from wfm.web.errors import DATA, refusal
from wfm.web.guard import EXTENSION, current_principal
from wfm.web.languages import COOKIE, LANGUAGES, chosen_code, language_of
from wfm.web.pages import authorise_page, home_of, page_at, parse_scope

PUBLIC = frozenset(
    {"/login", "/login/demo", "/language", "/health/live", "/health/ready", "/_favicon.ico"}
)
PUBLIC_BELOW = ("/assets/", "/_dash-component-suites/")
CALLBACK = "/_dash-update-component"
# Routes of Dash itself that hold no data: they need a session and nothing more.
SESSION_ONLY = frozenset({"/_dash-layout", "/_dash-dependencies", "/_reload-hash", "/", "/logout"})


class WebParts(Protocol):
    """What the running server keeps for the doors; the composition root fills it."""

    config: WebConfig
    sessions: Sessions
    callback_map: Mapping[str, Mapping[str, Any]]

    @property
    def directory(self) -> KnowsScopes: ...

    def accounts_of_demo(self) -> tuple[User, ...]: ...

    def note_export(self, who: Principal, page_id: str, scope: Scope, request_id: str) -> None: ...


def hang_door(server: Flask, parts: WebParts) -> None:
    """The door put before every request of the server; hang it before Dash adds its own steps."""
    server.extensions[EXTENSION] = parts
    server.url_map.merge_slashes = False  # `//team` is no page, not another name of one
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    server.config["MAX_FORM_MEMORY_SIZE"] = 64 * 1024

    @server.teardown_request
    def _fall_silent(_error: BaseException | None) -> None:
        speak(None)

    @server.before_request
    def _door() -> Response | None:
        g.request_id = secrets.token_hex(8)
        speak(_asked_language(parts.config))
        if _holds_nul():
            return refusal(400)
        if is_public(request.path):
            return _same_origin(parts.config)
        token, found = _signed_in(parts)
        if found is None:
            return _sign_in_first(parts.config)
        g.principal = found.who
        if found.language in LANGUAGES:
            speak(language_of(found.language))
        refused = _same_origin(parts.config)
        if refused is not None:
            return refused
        if request.path != CALLBACK:
            parts.sessions.touch(token, found)
            return _check_page(parts)
        refused = _check_callback(parts)
        if refused is None and not self_made(g.callback_body):
            parts.sessions.touch(token, found)
        return refused


def _asked_language(config: WebConfig) -> Language | None:
    """The language of the reader: chosen, else the browser's, else that of the installation."""
    code = chosen_code(
        request.cookies.get(COOKIE), list(request.accept_languages.values()), config.language
    )
    return language_of(code)


def _holds_nul() -> bool:
    """Whether a text of the request has a NUL, which PostgreSQL cannot even look for."""
    if request.path == CALLBACK:
        return b"\\u0000" in request.get_data(cache=True)
    texts = [request.path, *request.args.values(), *request.form.values()]
    return any("\0" in text for text in texts)


def is_public(path: str) -> bool:
    """Whether anybody may ask for this path; tricks with dots and slashes are never public."""
    if path in PUBLIC:
        return True
    plain = "//" not in path and "\\" not in path and "/." not in path and "%" not in path
    return plain and path.startswith(PUBLIC_BELOW)


def _signed_in(parts: WebParts) -> tuple[str, SignedIn | None]:
    token = request.cookies.get(parts.config.cookie, "")
    if not 20 <= len(token) <= 100:
        return token, None
    return token, parts.sessions.find(token)


def _sign_in_first(config: WebConfig) -> Response:
    if request.method in ("GET", "HEAD") and not request.path.startswith(DATA):
        target = request.full_path.rstrip("?") if request.query_string else request.path
        suffix = "" if target == "/" else f"?next={quote(target, safe='/')}"
        answer = redirect(f"/login{suffix}", 302)
    else:
        answer = refusal(401)
    if config.cookie in request.cookies:
        answer.delete_cookie(config.cookie, path="/", secure=config.https, httponly=True)
    return answer


def _same_origin(config: WebConfig) -> Response | None:
    """None when a request may change something: it came from a page of ours (TRU-10)."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return None
    origin = request.headers.get("Origin")
    if origin is not None:
        own = origin.lower() in config.origins
    else:
        own = request.headers.get("Sec-Fetch-Site") == "same-origin"
    return None if own else refusal(403, "The request came from another site, and was not run.")


def _check_callback(parts: WebParts) -> Response | None:
    if request.method != "POST":
        return refusal(405)
    if request.mimetype != "application/json":
        return refusal(415)
    if not parts.callback_map:
        return refusal(503, retry_after_s=2)
    g.callback_body = checked_body(request.get_data(cache=True), parts.callback_map)
    return None


def _check_page(parts: WebParts) -> Response | None:
    """None for a page within one's rights and for the routes that guard themselves."""
    who = current_principal()
    if request.path == "/" and request.method in ("GET", "HEAD"):
        return redirect(home_of(who.role), 302)
    page = page_at(request.path)
    if page is not None:
        asked = parse_scope(request.args.get("scope"))
        scope = default_scope(who, page.permission) if asked is None else asked
        authorise_page(who, page, scope, parts.directory)
        return None
    rule = request.url_rule
    if rule is None or (rule.rule == "/<path:path>"):
        # Dash would answer any unknown address with its index page.
        return refusal(404)
    return None
