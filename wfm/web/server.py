"""The Flask server with its doors: made first, opened once the dashboards are in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from wfm.web.audit_start import refuse_unguarded
from wfm.web.door import WebParts, hang_door
from wfm.web.errors import map_errors
from wfm.web.exports import BuildTable, add_exports
from wfm.web.guard import EXTENSION
from wfm.web.headers import allow_inline_scripts, put_headers
from wfm.web.health import add_health
from wfm.web.login import add_login


def make_server(parts: WebParts, build: BuildTable, busy: Sequence[type[Exception]]) -> Flask:
    """A server on which every request meets the door; it has no dashboards yet."""
    server = Flask("muster", static_folder=None)
    server.secret_key = parts.config.secret
    server.config["COMPRESS_MIN_SIZE"] = 500
    Compress(server)
    put_headers(server, https=parts.config.https)
    hang_door(server, parts)
    map_errors(server, busy)
    add_login(server)
    add_health(server)
    add_exports(server, build)
    if parts.config.https:
        # TLS ends at a proxy, so the address that counts is the one the proxy adds.
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=1)  # type: ignore[method-assign]
    return server


def open_doors(server: Flask, app: Any) -> None:
    """The dashboards let in, after the audit found a guard before each callback and route.

    `app` is the Dash application built on the server.
    """
    with server.test_request_context("/"):
        app._setup_server()
    refuse_unguarded(app.callback_map, server)
    allow_inline_scripts(server, app.csp_hashes())
    server.extensions[EXTENSION].callback_map = app.callback_map
