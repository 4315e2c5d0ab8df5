"""Compilation of kernels to machine code, kept on disk so that only the first run pays for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """The same function as machine code; it releases the interpreter lock while it runs."""
    return cast(F, njit(cache=True, nogil=True)(function))
