"""Randomness by name: every day, group and week draws from a stream of its own."""

from __future__ import annotations

from zlib import crc32

import numpy as np


def stream(seed: int, *key: str | int) -> np.random.Generator:
    """The random numbers of a purpose, the same whenever it is asked for.

    `stream(7, "day", "dublin-service", 739000)` needs no other day to have been drawn before:
    so any span of time can be simulated alone, and again, with the same result.
    """
    parts = [crc32(part.encode()) if isinstance(part, str) else part for part in key]
    return np.random.default_rng([seed, *parts])
