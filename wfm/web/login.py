"""Signing in and out: plain pages that need no script."""

from __future__ import annotations

from flask import Flask, current_app, g, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from wfm.actions.sessions import SignIn
from wfm.domain.language import language_code, say, shown, to_say
from wfm.domain.roles import LABEL
from wfm.domain.users import User
from wfm.web.door import WebParts
from wfm.web.errors import refusal
from wfm.web.guard import EXTENSION
from wfm.web.languages import COOKIE, LANGUAGES
from wfm.web.markup import plain_page
from wfm.web.pages import pages_for

KEEP_LANGUAGE_S = 365 * 86_400
WRONG = to_say("Login or password is not right. Check both; the password minds capitals.")


def add_login(server: Flask) -> None:
    """The routes `/login`, `/login/demo`, `/language` and `/logout` put on the server."""
    server.add_url_rule("/login", view_func=show_login, methods=["GET"])
    server.add_url_rule("/login", "sign_in", view_func=sign_in, methods=["POST"])
    server.add_url_rule("/login/demo", view_func=sign_in_demo, methods=["POST"])
    server.add_url_rule("/language", view_func=choose_language, methods=["POST"])
    server.add_url_rule("/logout", view_func=sign_out, methods=["POST"])


def show_login() -> str | Response:
    """The sign-in page; who is signed in already goes on."""
    parts = _parts()
    if parts.sessions.find(request.cookies.get(parts.config.cookie, "")) is not None:
        return redirect(safe_next(request.args.get("next")), 302)
    return _login_page()


def sign_in() -> str | Response | tuple[str, int]:
    """A session for the right password, else the page again, saying what to check."""
    answer = _parts().sessions.sign_in(
        request.form.get("login", ""),
        request.form.get("password", ""),
        request.remote_addr or "",
        g.request_id,
    )
    if answer.wait_s:
        return refusal(
            429,
            say(
                "There were too many tries for this account. Wait {wait_s} s, then try again.",
                wait_s=answer.wait_s,
            ),
            retry_after_s=answer.wait_s,
        )
    if answer.token is None:
        return _login_page(WRONG), 401
    return _begin(answer)


def sign_in_demo() -> Response:
    """A session of a demo account, in a demo only."""
    parts = _parts()
    if not parts.config.demo:
        return refusal(404)
    answer = parts.sessions.sign_in_demo(request.form.get("login", ""), g.request_id)
    return refusal(403) if answer.token is None else _begin(answer)


def sign_out() -> Response:
    """The session ended in the database, the cookie taken back."""
    parts = _parts()
    parts.sessions.sign_out(request.cookies.get(parts.config.cookie, ""))
    response = redirect("/login", 302)
    response.delete_cookie(
        parts.config.cookie, path="/", secure=parts.config.https, httponly=True, samesite="Lax"
    )
    return response


def choose_language() -> Response:
    """The reader's language kept, and the page that was open again.

    Who is signed in has it with the account, in every browser; a cookie has it for a year.
    """
    response = redirect(safe_next(request.form.get("next")), 302)
    code = request.form.get("language", "")
    if code not in LANGUAGES:
        return refusal(400)
    parts = _parts()
    parts.sessions.choose_language(request.cookies.get(parts.config.cookie, ""), code)
    response.set_cookie(
        COOKIE, code, path="/", secure=_parts().config.https, httponly=True, samesite="Lax",
        max_age=KEEP_LANGUAGE_S,
    )  # fmt: skip
    return response


def tongues(target: str) -> Markup:
    """A button for each language, by its own name; it needs no script."""
    buttons = Markup("").join(
        Markup('<button name="language" value="{}" lang="{}"{}>{}</button>').format(
            code, code, Markup(' aria-current="true"') if code == language_code() else "", name
        )
        for code, name in LANGUAGES.items()
    )
    return Markup(
        '<form class="tongues" method="post" action="/language" aria-label="{}">'
        '<input type="hidden" name="next" value="{}">{}</form>'
    ).format(say("Language"), target if target != "/" else "/login", buttons)


def safe_next(target: str | None) -> str:
    """Where to go after signing in: a path of ours, else `/`.

    `/team?scope=dublin/t-07` stays; `https://x`, `//x`, `/\\\\x` and anything with control
    characters become `/`.
    """
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    if len(target) > 2000 or any(ord(sign) < 33 or sign == "\\" for sign in target):
        return "/"
    return target


def _begin(answer: SignIn) -> Response:
    config = _parts().config
    response = redirect(safe_next(request.form.get("next")), 302)
    response.set_cookie(
        config.cookie, answer.token or "", path="/", secure=config.https, httponly=True,
        samesite="Lax",
    )  # fmt: skip
    return response


def _login_page(notice: str = "") -> str:
    parts = _parts()
    target = safe_next(request.values.get("next"))
    demo = parts.accounts_of_demo() if parts.config.demo else ()
    form = _form(target, request.form.get("login", "")[:200])
    if demo:
        form = _demo_buttons(demo, target) + Markup(
            "<details{}><summary>{}</summary>{}</details>"
        ).format(Markup(" open") if notice else "", say("Sign in with an account"), form)
    body = Markup('<div class="narrow"><h1>{}</h1>{}{}</div>').format(
        say("Open the demo centre as") if demo else say("Sign in to Muster"),
        Markup('<p class="notice" role="alert">{}</p>').format(shown(notice)) if notice else "",
        form + tongues(target),
    )
    return plain_page(say("Sign in"), body)


def _form(target: str, login: str) -> Markup:
    return Markup(
        '<form method="post" action="/login"><input type="hidden" name="next" value="{}">'
        '<label for="login">{}</label><input type="text" id="login" name="login" value="{}" '
        'maxlength="200" autocomplete="username" autocapitalize="none" spellcheck="false" required>'
        '<label for="password">{}</label><input type="password" id="password" '
        'name="password" maxlength="1024" autocomplete="current-password" required>'
        '<button class="primary">{}</button></form>'
    ).format(target, say("Login"), login, say("Password"), say("Sign in"))


def _demo_buttons(users: tuple[User, ...], target: str) -> Markup:
    items = Markup("").join(
        Markup(
            '<li><form method="post" action="/login/demo"><input type="hidden" name="login" '
            'value="{}"><input type="hidden" name="next" value="{}"><button><span '
            'style="all:unset"><b>{}</b><span>{}</span></span><span aria-hidden="true">→</span>'
            "</button></form></li>"
        ).format(
            user.login, target, shown(LABEL[user.role]), shown(pages_for(user.role)[0].question)
        )
        for user in users
    )
    return Markup('<p>{}</p><ul class="roles">{}</ul>').format(
        say("Simulated people and contacts, one click, no password."), items
    )


def _parts() -> WebParts:
    parts: WebParts = current_app.extensions[EXTENSION]
    return parts
