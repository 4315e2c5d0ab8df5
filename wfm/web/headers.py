"""The headers of every answer: what a browser may load, keep and show of it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, Response, g, request

# Served unchanged to everybody, so browsers may keep them; all else holds data.
STATIC = ("/assets/", "/_dash-component-suites/", "/_favicon.ico")


def content_policy(script_hashes: Sequence[str] = ()) -> str:
    """The content security policy; inline scripts run only if their hash is listed."""
    scripts = " ".join(("'self'", *script_hashes))
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def put_headers(server: Flask, *, https: bool) -> None:
    """Headers put on every answer of the server."""
    server.config["WFM_CONTENT_POLICY"] = content_policy()

    @server.after_request
    def _headers(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = server.config["WFM_CONTENT_POLICY"]
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["X-Request-ID"] = g.get("request_id", "")
        if https:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if not (request.path.startswith(STATIC) and response.status_code in (200, 304)):
            headers["Cache-Control"] = "no-store"
            response.vary.add("Cookie")
        return response


def allow_inline_scripts(server: Flask, script_hashes: Sequence[str]) -> None:
    """The policy renewed with the hashes of the dashboards' own inline scripts."""
    server.config["WFM_CONTENT_POLICY"] = content_policy(script_hashes)
