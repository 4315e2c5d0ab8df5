"""Unsafe settings stop the start with one sentence."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from wfm.web.config import RefusedStart, checked_config

GOOD = "hN2rT8wPq5vXz1KfJ4mB7cLs9dYgA3eU6oRi0tVnWk"


def check(folder: Path, **given: Any) -> Any:
    settings: dict[str, Any] = {
        "host": "127.0.0.1", "port": 8050, "public_origin": "", "secret": "", "demo": False,
        "users": (0, 3),
    }  # fmt: skip
    return checked_config(**{**settings, **given}, data_dir=folder)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"secret": "short"}, "The secret key has 5 bytes and needs 32"),
        ({"secret": "please-change-this-secret-key-1234567890"}, "looks like a sample"),
        ({"secret": "a" * 40}, "looks like a sample"),
        ({"host": "0.0.0.0"}, "without WFM_SECRET_KEY"),
        ({"host": "0.0.0.0", "secret": GOOD}, "WFM_PUBLIC_ORIGIN is ''"),
        (
            {"host": "0.0.0.0", "secret": GOOD, "public_origin": "http://wfm.example.org"},
            "browsers off this machine need https",
        ),
        ({"public_origin": "https://wfm.example.org/path"}, "write scheme and host only"),
        ({"demo": True}, "WFM_DEMO is on and the database holds 3 real accounts"),
        ({"users": (5, 0)}, "The database holds 5 demo accounts and WFM_DEMO is off"),
        ({"users": (5, 1), "demo": True}, "1 real accounts"),
    ],
)
def test_it_refuses(tmp_path: Path, given: dict[str, Any], said: str) -> None:
    with pytest.raises(RefusedStart) as refused:
        check(tmp_path, **given)
    assert said in str(refused.value)
    assert refused.value.exit_code == 2


def test_it_starts_behind_a_proxy_with_a_secret_of_its_own(tmp_path: Path) -> None:
    config = check(tmp_path, host="0.0.0.0", secret=GOOD, public_origin="https://wfm.example.org")
    assert (config.cookie, config.origins) == ("__Host-wfm", {"https://wfm.example.org"})


def test_on_loopback_the_secret_is_made_once_and_kept_to_its_owner(tmp_path: Path) -> None:
    first, second = check(tmp_path), check(tmp_path)
    assert first.secret == second.secret
    assert len(first.secret) == 64
    mode = (tmp_path / "secret-key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]
