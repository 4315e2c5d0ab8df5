"""Figures asked before: the same question to the same facts and targets is answered from memory.

People look again at what they or others just looked at: another order, the table instead of the
chart, the same team by two leads. The key holds everything an answer depends on, its scope first.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from kpis.value import KpiValue
from wfm.domain.bounded import Bounded
from wfm.domain.language import language_code
from wfm.domain.scope import Scope
from wfm.domain.targets import TargetBook

MOST = 12_000  # values of all answers together, some 4 kB each
Values = tuple[KpiValue, ...]
_KEPT = Bounded[tuple[TargetBook, Values]](MOST)


def kept_values(
    scope: Scope, asked: Hashable, book: TargetBook, make: Callable[[], Values]
) -> Values:
    """The answer for a scope, a question that names its facts, and targets; made if unknown.

    Targets are the same only as the same object: who asks on other rights has another. It is kept
    with the answer, so that no other can take its place.
    """
    key = (scope, asked, id(book), language_code())
    return _KEPT.made(key, lambda: (book, make()), lambda made: len(made[1]) + 1)[1]
