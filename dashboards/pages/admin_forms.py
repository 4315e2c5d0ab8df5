"""Forms of administration: accounts added and changed, rights explained, the chain checked."""

from __future__ import annotations

from dashboards.forms import FieldError, FormAsk, FormRoom, scope_of
from dashboards.parts.drawer import Drawer, facts, sentences
from dashboards.parts.form import Field, Form
from wfm.actions.audit import verify_audit
from wfm.actions.users import NewUser, add_user, set_disabled, set_role
from wfm.domain.errors import BadInput, PermissionDenied, ScopeDenied
from wfm.domain.principal import Principal
from wfm.domain.roles import LABEL, Role
from wfm.domain.scope import Scope
from wfm.domain.users import User, check_standing
from wfm.queries.access import authorise, limit_of
from wfm.queries.permissions import permission_table
from wfm.queries.users import Directory, read_users

ROLES = tuple((role.value, LABEL[role]) for role in Role)
SCOPE_HINT = "site, site/team or site/team/agent; * is the enterprise"
ADD_TITLE, CHANGE_TITLE = "Add an account", "Change an account"
LEAST_PASSWORD = 10


def show_add(ask: FormAsk) -> Drawer:
    """Who signs in from now on, as what, and where they stand."""
    fields = (
        Field("login", "Login", "text", ask.value("login"), required=True),
        Field("name", "Name", "text", ask.value("name"), required=True),
        Field("role", "Role", "select", ask.value("role", Role.AGENT.value), ROLES),
        Field("scope", "Scope", "text", ask.value("scope"), required=True, hint=SCOPE_HINT),
        Field("password", "First password", "password", required=True,
              hint=f"{LEAST_PASSWORD} signs or more; hand it over in person."),
    )  # fmt: skip
    kept = {"at": ask.scope.path}
    return Drawer(
        ADD_TITLE, "Recorded in the log with your name.", (),
        Form("add_account", fields, "Add it", kept, confirm=True,
             key=ask.values.get("key", "")).told(ask.errors, ask.trouble),
    )  # fmt: skip


def send_add(ask: FormAsk) -> Drawer:
    """The account as made."""
    role, scope = _role(ask), _scope(ask)
    password = ask.values.get("password", "")
    if len(password) < LEAST_PASSWORD:
        raise FieldError({"password": f"{LEAST_PASSWORD} signs or more."})
    new = NewUser(ask.value("login"), ask.value("name"), role, scope, password=password)
    made = add_user(
        ask.sources.store, ask.sources.clock, new, actor=ask.who.user_key,
        actor_role=ask.who.role.value,
    )  # fmt: skip
    return Drawer(ADD_TITLE, done=f"{made.login} may sign in as {LABEL[made.role].lower()}.")


def show_change(ask: FormAsk) -> Drawer:
    """An account's role, scope, and whether it may sign in."""
    user = _user(ask)
    fields = (
        Field("role", "Role", "select", ask.value("role", user.role.value), ROLES),
        Field("scope", "Scope", "text", ask.value("scope", user.scope.path or "*"), required=True,
              hint=SCOPE_HINT),
        Field("shut", "May not sign in", "check",
              ask.value("shut", "yes" if user.disabled and not ask.errors else "")),
        Field("reason", "Reason", "note", ask.value("reason"), required=True),
    )  # fmt: skip
    rows = [("Login", user.login), ("Name", user.display_name)]
    kept = {"at": ask.scope.path, "login": user.login, "version": str(user.version)}
    return Drawer(
        CHANGE_TITLE, "A change ends the account's sessions; it holds from the next click on.",
        (facts(rows),),
        Form("change_account", fields, "Change it", kept, confirm=True,
             key=ask.values.get("key", "")).told(ask.errors, ask.trouble),
    )  # fmt: skip


def send_change(ask: FormAsk) -> Drawer:
    """The account as it is now; what was not changed stays untouched."""
    user, role, scope, reason = _user(ask), _role(ask), _scope(ask), ask.reason()
    shut = ask.value("shut") == "yes"
    if user.user_key == ask.who.user_key:
        raise BadInput("Nobody changes their own account; ask another administrator.")
    store, clock = ask.sources.store, ask.sources.clock
    by = {"actor": ask.who.user_key, "actor_role": ask.who.role.value, "reason": reason}
    told = []
    if (role, scope) != (user.role, user.scope):
        set_role(store, clock, user.login, role, scope, **by)
        told.append(f"{LABEL[role].lower()} of {scope.path or 'all sites'}")
    if shut != user.disabled:
        set_disabled(store, clock, user.login, shut, **by)
        told.append("disabled" if shut else "open again")
    if not told:
        raise BadInput("Nothing differs from what is in force; change something first.")
    return Drawer(CHANGE_TITLE, done=f"{user.login} is {' and '.join(told)}.")


def show_access(ask: FormAsk) -> Drawer:
    """Whether somebody may do something somewhere, and by which line of the table."""
    users = read_users(ask.sources.store, ask.scope)
    names = tuple((u.login, f"{u.login}, {LABEL[u.role].lower()}") for u in users)
    known = tuple((name, name) for name in permission_table().names())
    fields = (
        Field("login", "Account", "select", ask.value("login", names[0][0] if names else ""),
              names),
        Field("permission", "May they", "select", ask.value("permission", "team.read"), known),
        Field("scope", "There", "text", ask.value("scope", "*"), required=True, hint=SCOPE_HINT),
    )  # fmt: skip
    return Drawer(
        "Why may somebody?", "Nothing is changed.", (),
        Form("explain_access", fields, "Explain", {"at": ask.scope.path},
             key=ask.values.get("key", "")).told(ask.errors, ask.trouble),
    )  # fmt: skip


def send_access(ask: FormAsk) -> Drawer:
    """The answer of the guard itself, with the line of the table it rests on."""
    user, scope, permission = _user(ask), _scope(ask), ask.value("permission")
    if permission not in permission_table().rows:
        raise FieldError({"permission": "Choose one."})
    who = Principal(
        user.user_key, user.login, user.display_name, user.role, user.scope, user.agent_id,
        user.version,
    )  # fmt: skip
    grant = permission_table().grant(permission, user.role)
    limit = limit_of(who, grant.reach)
    try:
        authorise(who, permission, scope, Directory(ask.sources.store))
        verdict = ("good", f"Yes: {user.login} may, there.")
    except PermissionDenied:
        verdict = ("bad", f"No: the role {LABEL[user.role].lower()} does not hold it.")
    except ScopeDenied:
        verdict = ("bad", f"No: {scope.path or '*'} lies outside, or does not exist.")
    if user.disabled:
        verdict = ("bad", f"No: {user.login} is disabled and cannot sign in.")
    rows = [
        ("Permission", permission), ("The table says", grant.text),
        ("Their scope", user.scope.path or "*"),
        ("So it reaches", "nothing" if limit is None else limit.path or "*"),
    ]  # fmt: skip
    again = show_access(ask)
    return Drawer(again.title, again.note, (sentences([verdict]), facts(rows)), again.form)


def show_chain(ask: FormAsk) -> Drawer:
    """The log's chain, checked now: each line's hash, its order, and the heads noted outside."""
    found = verify_audit(ask.sources.store)
    if found.bad_seq is None:
        told = ("good", f"All {found.lines:,} lines hold: none was changed, added or removed.")
    else:
        told = ("bad", f"Line {found.bad_seq} does not hold: {found.fault}.")
    return Drawer(
        "The log's chain", "Each line carries the hash of the one before it.", (sentences([told]),)
    )


def _user(ask: FormAsk) -> User:
    users = read_users(ask.sources.store, ask.scope)
    user = next((u for u in users if u.login == ask.value("login")), None)
    if user is None:
        raise BadInput("No such account stands here; load the page again.")
    return user


def _role(ask: FormAsk) -> Role:
    try:
        return Role(ask.value("role"))
    except ValueError:
        raise FieldError({"role": "Choose one."}) from None


def _scope(ask: FormAsk) -> Scope:
    """The scope that was typed, inside that of the one who asks, where the role may stand."""
    text = ask.value("scope")
    try:
        scope = Scope() if text == "*" else Scope.parse(text)
        if not text:
            raise BadInput("Write * for the enterprise.")
        if "role" in ask.values:
            check_standing(_role(ask), scope)
    except BadInput as error:
        raise FieldError({"scope": str(error)}) from None
    if not ask.scope.holds(scope):
        raise FieldError({"scope": "That lies outside what you administer."})
    return scope


PERMISSION = "user.admin"
ADD = FormRoom("add_account", PERMISSION, scope_of("at"), show_add, send_add)
ACCOUNT = FormRoom("change_account", PERMISSION, scope_of("at"), show_change, send_change)
EXPLAIN_ACCESS = FormRoom("explain_access", PERMISSION, scope_of("at"), show_access, send_access)
CHAIN = FormRoom("check_chain", "audit.read", scope_of("at"), show_chain, show_chain)
