"""What a demo remembers of itself in its data folder, so that it goes on where it stopped."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from wfm.domain.errors import BadInput

FILE = "demo.json"
# Raised whenever the same seed gives another centre: an older one cannot be gone on with.
WORLD = 5


@dataclass(frozen=True)
class Memory:
    """Which centre it is, and up to which instant (UTC seconds) its events were delivered."""

    seed: int
    size: str
    base_at: int  # the first start: history ends here, life begins
    shown_clock: bool  # the centre has a time of its own, which stands still between starts
    delivered_until: int
    world: int = WORLD  # which simulator drew it

    def delivered(self, until: int) -> Memory:
        return replace(self, delivered_until=until)


def read_memory(folder: Path) -> Memory | None:
    """The memory of the demo in a folder, None in a new one."""
    path = folder / FILE
    if not path.exists():
        return None
    try:
        memory = Memory(**json.loads(path.read_text()))
    except (ValueError, TypeError) as error:
        raise BadInput(
            f"{path} cannot be read ({error}). Delete the folder to begin a new demo, or name "
            "another one with --data-dir."
        ) from error
    if memory.world != WORLD:
        raise BadInput(
            f"{path} is of a demo that an earlier version began, and its centre cannot be gone on "
            "with. Delete the folder to begin a new demo, or name another one with --data-dir."
        )
    return memory


def write_memory(folder: Path, memory: Memory) -> None:
    """The memory put in place whole: a crash leaves the old one."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{FILE}.new"
    fresh.write_text(json.dumps(asdict(memory), indent=1) + "\n")
    fresh.replace(folder / FILE)
