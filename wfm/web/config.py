"""How the web server is set up, and when it refuses to start."""

from __future__ import annotations

import ipaddress
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from wfm.domain.errors import WfmError
from wfm.web.languages import ENGLISH, LANGUAGES

SHORTEST_SECRET = 32
SECRET_FILE = "secret-key"
SAMPLES = ("change", "secret", "example", "sample", "default", "password", "insecure")


class RefusedStart(WfmError):
    """The server does not start: what is set, why that is unsafe, and what to set instead."""

    exit_code = 2


class UnguardedEntry(RefusedStart):
    """The server does not start: a callback or route has no guard in front of it."""

    exit_code = 1


@dataclass(frozen=True)
class WebConfig:
    """The settings that the doors need, checked."""

    host: str
    port: int
    public_origin: str
    secret: str
    demo: bool
    language: str = "en"

    @property
    def https(self) -> bool:
        """Whether browsers come over TLS (which ends at a proxy)."""
        return self.public_origin.startswith("https://")

    @property
    def cookie(self) -> str:
        """Name of the session cookie; the prefix makes browsers insist on Secure and Path=/."""
        return "__Host-wfm" if self.https else "wfm"

    @property
    def origins(self) -> frozenset[str]:
        """Origins from which a form or callback may be sent."""
        found = {self.public_origin} if self.public_origin else set()
        if is_loopback(self.host):
            found |= {f"http://{h}:{self.port}" for h in ("localhost", "127.0.0.1", "[::1]")}
        return frozenset(found)


def checked_config(
    *, host: str, port: int, public_origin: str, secret: str, demo: bool, data_dir: Path,
    users: tuple[int, int], language: str = "",
) -> WebConfig:  # fmt: skip
    """The configuration in force, or `RefusedStart` in one sentence (TRU-11).

    `users` is how many demo and how many real accounts the database holds.
    """
    origin = _checked_origin(public_origin)
    if not is_loopback(host):
        if not secret:
            raise RefusedStart(
                f"The server would listen on {host} without WFM_SECRET_KEY; set one of "
                f"{SHORTEST_SECRET} characters or more, or listen on 127.0.0.1."
            )
        if not origin.startswith("https://"):
            raise RefusedStart(
                f"The server would listen on {host} and WFM_PUBLIC_ORIGIN is {origin!r}; set the "
                "https:// origin that browsers use, or listen on 127.0.0.1."
            )
    if secret:
        _check_secret(secret)
    demo_users, real_users = users
    if demo and real_users:
        raise RefusedStart(
            f"WFM_DEMO is on and the database holds {real_users} real accounts; turn it off, or "
            "give the demo a data folder of its own."
        )
    if demo_users and not demo:
        raise RefusedStart(
            f"The database holds {demo_users} demo accounts and WFM_DEMO is off; use another data "
            "folder for real data, or set WFM_DEMO=true."
        )
    code = language or ENGLISH
    if code not in LANGUAGES:
        raise RefusedStart(f"WFM_LANGUAGE is {code!r}; choose one of {', '.join(LANGUAGES)}.")
    return WebConfig(host, port, origin, secret or kept_secret(data_dir), demo, code)


def kept_secret(data_dir: Path) -> str:
    """The secret of a data folder, made at first use and readable by its owner only."""
    path = data_dir / SECRET_FILE
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        draft = data_dir / f".{SECRET_FILE}-{secrets.token_hex(8)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(48))
        try:
            # A link, not a rename: of two first starts, one wins and both read the same secret.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    secret = path.read_text().strip()
    _check_secret(secret)
    return secret


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine only: 127.0.0.1, ::1, localhost."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _check_secret(secret: str) -> None:
    if len(secret.encode()) < SHORTEST_SECRET:
        raise RefusedStart(
            f"The secret key has {len(secret.encode())} bytes and needs {SHORTEST_SECRET}; make "
            "one with: openssl rand -base64 48"
        )
    low = secret.lower()
    if len(set(secret)) < 10 or any(word in low for word in SAMPLES):
        raise RefusedStart(
            "The secret key looks like a sample; make one with: openssl rand -base64 48"
        )


def _checked_origin(origin: str) -> str:
    if not origin:
        return ""
    parts = urlsplit(origin)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/"):
        raise RefusedStart(
            f"WFM_PUBLIC_ORIGIN is {origin!r}; write scheme and host only, like "
            "https://wfm.example.com."
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise RefusedStart(
            f"WFM_PUBLIC_ORIGIN is {origin!r}; browsers off this machine need https://."
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"
