"""`wfm doctor`, `wfm user`, `wfm audit`: who may do what, and whether all is well."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from wfm.actions.audit import note_head, verify_audit
from wfm.actions.users import NewUser, add_user, set_disabled, set_role
from wfm.cli.context import Context, open_context
from wfm.cli.doctor import doctor
from wfm.domain.clock import SystemClock
from wfm.domain.errors import BadInput
from wfm.domain.roles import LABEL, Role
from wfm.domain.scope import Scope
from wfm.domain.users import User
from wfm.queries.users import read_users

ACTOR, ACTOR_ROLE = "command line", "operator"
Json = Annotated[bool, typer.Option("--json", help="One JSON document")]
Reason = Annotated[str | None, typer.Option(help="Why, for the audit log")]
users = typer.Typer(help="Accounts: add, list, change the role, disable.", no_args_is_help=True)
audit_log = typer.Typer(help="The audit log.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """The commands of this group put on the app."""
    app.command("doctor")(doctor)
    app.add_typer(users, name="user")
    app.add_typer(audit_log, name="audit")


@users.command("add")
def add(
    login: Annotated[str, typer.Argument(help="What the person types to sign in")],
    role: Annotated[Role, typer.Option(help="Role")],
    scope: Annotated[str, typer.Option(help="site, site/team or site/team/agent; * is all")] = "*",
    name: Annotated[str, typer.Option(help="Name as shown; default: the login")] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input")
    ] = False,
    as_json: Json = False,
) -> None:
    """Add an account; the password is asked for, and never shown or put in a command line."""
    context = open_context()
    password = (
        sys.stdin.readline().rstrip("\r\n")
        if password_stdin
        else typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    new = NewUser(
        login, name, role, Scope.parse(scope), password=password, demo=context.settings.demo
    )
    user = add_user(context.store, SystemClock(), new, actor=ACTOR, actor_role=ACTOR_ROLE)
    _tell(user, "added", as_json)


@users.command("list")
def list_users(
    scope: Annotated[str, typer.Option(help="Only accounts inside this scope")] = "*",
    as_json: Json = False,
) -> None:
    """Accounts, by login."""
    found = read_users(open_context().store, Scope.parse(scope))
    if as_json:
        typer.echo(json.dumps([_json(user) for user in found]))
        return
    table = Table("login", "name", "role", "scope", "state")
    for user in found:
        state = "disabled" if user.disabled else "demo" if user.demo else "active"
        table.add_row(
            user.login, user.display_name, LABEL[user.role], user.scope.path or "*", state
        )
    Console().print(table)


@users.command("role")
def change_role(
    login: Annotated[str, typer.Argument(help="The account")],
    role: Annotated[Role, typer.Option(help="New role")],
    scope: Annotated[str, typer.Option(help="New scope; * is all")],
    reason: Reason = None,
    as_json: Json = False,
) -> None:
    """Give an account another role and scope; its sessions end."""
    context = open_context()
    user = set_role(
        context.store, SystemClock(), login, role, Scope.parse(scope),
        actor=ACTOR, actor_role=ACTOR_ROLE, reason=reason,
    )  # fmt: skip
    _tell(user, "changed", as_json)


@users.command("disable")
def disable(
    login: Annotated[str, typer.Argument(help="The account")],
    undo: Annotated[bool, typer.Option("--undo", help="Open the account again")] = False,
    reason: Reason = None,
    as_json: Json = False,
) -> None:
    """Shut an account; whoever is signed in with it is out at the next request."""
    context = open_context()
    user = set_disabled(
        context.store, SystemClock(), login, not undo,
        actor=ACTOR, actor_role=ACTOR_ROLE, reason=reason,
    )  # fmt: skip
    _tell(user, "opened again" if undo else "disabled", as_json)


@audit_log.command("verify")
def verify(as_json: Json = False) -> None:
    """Check the chain of the audit log; 1 and the first bad line when it does not hold."""
    context: Context = open_context()
    check = verify_audit(context.store)
    if as_json:
        typer.echo(
            json.dumps({"lines": check.lines, "bad_seq": check.bad_seq, "fault": check.fault})
        )
    if check.bad_seq is not None:
        if as_json:
            raise typer.Exit(1)
        raise BadInput(
            f"The audit log does not hold from line {check.bad_seq} of {check.lines}: "
            f"{check.fault}. Keep the database as it is and compare it with a backup."
        )
    note_head(context.store, SystemClock(), every_s=0)
    if not as_json:
        typer.echo(f"The audit log holds: {check.lines} lines, each follows the one before.")


def _tell(user: User, what: str, as_json: bool) -> None:
    typer.echo(
        json.dumps(_json(user))
        if as_json
        else f"{user.login} {what}: {LABEL[user.role]}, scope {user.scope.path or '*'}."
    )


def _json(user: User) -> dict[str, object]:
    return {
        "login": user.login,
        "name": user.display_name,
        "role": user.role.value,
        "scope": user.scope.path or "*",
        "agent_id": user.agent_id,
        "disabled": user.disabled,
        "demo": user.demo,
    }
