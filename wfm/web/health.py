"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

from flask import Flask, Response, current_app, jsonify

from wfm.web.guard import EXTENSION


def add_health(server: Flask) -> None:
    """The routes `/health/live` and `/health/ready` put on the server."""
    server.add_url_rule("/health/live", view_func=live)
    server.add_url_rule("/health/ready", view_func=ready)


def live() -> Response:
    """200 as long as the process answers at all."""
    return jsonify({"status": "live"})


def ready() -> tuple[Response, int]:
    """200 when the database answers and the dashboards are set up, else 503."""
    parts = current_app.extensions[EXTENSION]
    if parts.callback_map and parts.sessions.ready():
        return jsonify({"status": "ready"}), 200
    return jsonify({"status": "not ready", "database": parts.sessions.ready()}), 503
