"""A Python with the peers below the data folder: made when missing, or why there is none.

The peers never enter the product's own environment: one needs another Python, another clashes
with the solver.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

PEERS = {"pyworkforce": "0.5.4", "simpy": "4.1.2", "ciw": "3.2.7"}
LEAST = (3, 12)
NAMES = ("python3.14", "python3.13", "python3.12", "python3")
CHECK = f"import sys; sys.exit(sys.version_info < {LEAST})"


def make_peers(folder: Path) -> str:
    """Nothing when all peers are there, made now if need be; else why not and how to give them."""
    missing = [name for name in PEERS if peer_python(folder, name) is None]
    if not missing:
        return ""
    wanted = " ".join(f"{name}=={version}" for name, version in PEERS.items())
    home = folder / "peers"
    base = next((name for name in _candidates() if ran([name, "-c", CHECK]) == ""), None)
    if base is None:
        fault = "no Python of 3.12 or newer was found"
    else:
        shutil.rmtree(home, ignore_errors=True)
        fault = ran([base, "-m", "venv", str(home)]) or ran(
            [str(_program(folder)), "-m", "pip", "install", "--quiet", *wanted.split()]
        )
    return fault and (
        f"peers are missing ({', '.join(missing)}): {fault}. To give them: "
        f"python3.12 -m venv {home}; {_program(folder)} -m pip install {wanted}"
    )


def peer_python(folder: Path, peer: str) -> Path | None:
    """The program that has this peer in the version compared with; None when there is none."""
    check = (
        "import importlib.metadata as m, sys; "
        f"import {peer}; sys.exit(m.version({peer!r}) != {PEERS[peer]!r})"
    )
    return _program(folder) if ran([str(_program(folder)), "-c", check]) == "" else None


def _program(folder: Path) -> Path:
    return folder / "peers" / "bin" / "python"


def _candidates() -> list[str]:
    known = sorted((Path.home() / ".pyenv" / "versions").glob("3.*/bin/python"), reverse=True)
    found = [shutil.which(name) for name in NAMES]
    return [sys.executable, *(name for name in found if name), *map(str, known)]


def ran(command: list[str]) -> str:
    """Nothing when the command succeeded, else the last line it said."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error) or type(error).__name__
    if done.returncode == 0:
        return ""
    said = (done.stderr or done.stdout).strip().splitlines()
    return said[-1] if said else f"exit code {done.returncode}"
