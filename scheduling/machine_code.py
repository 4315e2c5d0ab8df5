"""Compilation of loops to machine code, kept on disk so that only the first run pays for it.

It is kept beside the source, else in the user's cache folder, or where `NUMBA_CACHE_DIR` says.
Where none of them can be written, as in a read-only image without a home, each process compiles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])
HOW: dict[str, Any] = {"error_model": "numpy", "nogil": True}


def compiled(function: F) -> F:
    """The same function as machine code; it releases the interpreter lock while it runs."""
    return _kept(function)


def compiled_for(signature: str) -> Callable[[F], F]:
    """A decorator: the function compiled for one signature as soon as it is defined."""
    return lambda function: _kept(function, signature)


def inner(function: F) -> F:
    """A part of a compiled function, kept with it; cannot be called from Python."""
    made = njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
    return cast(F, made)


def _kept(function: F, *signature: str) -> F:
    try:
        return cast(F, njit(*signature, cache=True, **HOW)(function))
    except RuntimeError:
        # No folder for the cache can be written.
        return cast(F, njit(*signature, **HOW)(function))
