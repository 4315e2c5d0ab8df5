"""A Python with the peers below the data folder: made when missing, or why there is none.

The peers never enter the product's own environment: one needs another Python, another clashes
with the solver, all would come with libraries that the product does not use.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Peers:
    """Packages with the versions compared with, the Python they need, and the folder they get."""

    versions: Mapping[str, str]
    least: tuple[int, int]
    home: str


STAFFING = Peers({"pyworkforce": "0.5.4", "simpy": "4.1.2", "ciw": "3.2.7"}, (3, 12), "peers")
FORECASTING = Peers({"prophet": "1.5.0"}, (3, 11), "forecast-peers")
NAMES = ("python3.14", "python3.13", "python3.12", "python3.11", "python3")


def make_peers(folder: Path, peers: Peers = STAFFING) -> str:
    """Nothing when all peers are there, made now if need be; else why not and how to give them."""
    missing = [name for name in peers.versions if peer_python(folder, name, peers) is None]
    if not missing:
        return ""
    wanted = " ".join(f"{name}=={version}" for name, version in peers.versions.items())
    home, program = folder / peers.home, _program(folder, peers)
    check = f"import sys; sys.exit(sys.version_info < {peers.least})"
    base = next((name for name in _candidates() if ran([name, "-c", check]) == ""), None)
    least = ".".join(map(str, peers.least))
    if base is None:
        fault = f"no Python of {least} or newer was found"
    else:
        shutil.rmtree(home, ignore_errors=True)
        fault = ran([base, "-m", "venv", str(home)]) or ran(
            [str(program), "-m", "pip", "install", "--quiet", *wanted.split()]
        )
    return fault and (
        f"peers are missing ({', '.join(missing)}): {fault}. To give them: "
        f"python{least} -m venv {home}; {program} -m pip install {wanted}"
    )


def peer_python(folder: Path, peer: str, peers: Peers = STAFFING) -> Path | None:
    """The program that has this peer in the version compared with; None when there is none."""
    check = (
        "import importlib.metadata as m, sys; "
        f"import {peer}; sys.exit(m.version({peer!r}) != {peers.versions[peer]!r})"
    )
    program = _program(folder, peers)
    return program if ran([str(program), "-c", check]) == "" else None


def _program(folder: Path, peers: Peers) -> Path:
    return folder / peers.home / "bin" / "python"


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
