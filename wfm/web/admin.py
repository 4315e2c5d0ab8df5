"""The administration page: accounts, and what the audit log recorded. Plain, without scripts."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask, current_app
from markupsafe import Markup

from wfm.domain.principal import Principal
from wfm.domain.roles import LABEL
from wfm.web.guard import EXTENSION, guarded_route
from wfm.web.markup import plain_page, sign_out, table

LINES = 50


def add_admin(server: Flask) -> None:
    """The route `/admin` put on the server."""
    server.add_url_rule("/admin", "admin", view_func=show)


@guarded_route("user.admin")
def show(who: Principal) -> str:
    """Accounts by login, and the newest lines of the audit log."""
    parts = current_app.extensions[EXTENSION]
    users = parts.accounts(who.scope)
    lines = parts.audit_lines(who.scope, LINES)
    name_of = {user.user_key: user.login for user in users}
    accounts = table(
        ("Login", "Name", "Role", "Scope", "State"),
        [
            (
                user.login, user.display_name, LABEL[user.role], user.scope.path or "All sites",
                "disabled" if user.disabled else "active",
            )
            for user in users
        ],
    )  # fmt: skip
    log = table(
        ("No.", "Time (UTC)", "Who", "Action", "Object", "Scope", "Before", "After", "Reason"),
        [
            (
                line.seq,
                datetime.fromtimestamp(line.at, UTC).strftime("%Y-%m-%d %H:%M:%S"),
                name_of.get(line.actor, line.actor), line.action, line.object,
                line.scope_path or "All sites", line.old, line.new, line.reason,
            )
            for line in lines
        ],
    )  # fmt: skip
    body = Markup(
        '<div class="wide"><h1>Who may do what, and what happened?</h1><p>{} accounts. Accounts '
        "are added, changed and disabled with <code>wfm user</code>; <code>wfm audit verify</code> "
        "checks the log.</p><h2>Accounts</h2>{}<h2>Audit log, newest first</h2>{}</div>"
    ).format(len(users), accounts, log)
    return plain_page("Administration", body, end=sign_out(who.display_name))
