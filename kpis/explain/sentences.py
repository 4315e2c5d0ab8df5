"""An explanation in sentences: what moved, who accounts for it, and what it is not."""

from __future__ import annotations

from collections.abc import Sequence

from kpis.definition import Kpi
from kpis.display import MINUS, UNITS, decimals_of, format_value
from kpis.explain.levels import Bar, Level
from kpis.explain.naming import WORDS, plural
from kpis.explain.rate_mix import OTHERS
from kpis.explain.rounding import share_out
from kpis.needs import noun_of

# Conventions: together the leading parts make 60 %; a rate or a mix is told from a fifth on.
LEADING, MOST_LEADING = 0.6, 3
TOLD = 0.2
# Movements that cancel: the parts that rise are this many times what is left in sum.
CANCELS = 4.0


def change_sentence(kpi: Kpi, level: Level, where: str, since: str) -> str:
    """What changed and who accounts for it.

    "Handle time rose 66 s in Phoenix, from 354 s to 420 s: tv offer accounts for 56 s of it, 24 s
    by its own value (480 s to 600 s) and 32 s by its share of contacts (10 % to 31 %)."
    """
    if cancels(level):
        return f"{kpi.short_name}{where} did not change in sum: {cancelling(kpi, level)}."
    if opposed(level):
        return simpson_sentence(kpi, level, where)
    verb = "rose" if level.delta > 0 else "fell"
    told = f"{_size(kpi, level)}, {_from_to(kpi, level)} {since}".strip()
    lead = f"{kpi.short_name}{where} {verb} {told}"
    return f"{lead}: {accounts(kpi, level)}."


def gap_sentence(kpi: Kpi, level: Level, where: str) -> str:
    """How far from its target, and who accounts for it.

    "Contacts per hour in Team North is 9.46 /h, 0.74 /h under its target: Elio and Ina account for
    -0.81 and -0.81 /h of it, the others for +0.88 /h."
    """
    side = "over" if level.delta > 0 else "under"
    value = value_text(kpi, level.after, decimals_for(kpi, level))
    lead = f"{kpi.short_name}{where} is {value}, {_size(kpi, level)} {side} its target"
    return f"{lead}: {accounts(kpi, level)}."


def accounts(kpi: Kpi, level: Level) -> str:
    """The leading parts of a level with their sizes, and by what a single one moved."""
    chosen = leading(level)
    if not chosen:
        return "no part stands out"
    decimals = decimals_for(kpi, level)
    first, shown, last = level.printed(decimals)
    printed = dict(zip((bar.key for bar in level.bars), shown, strict=True))
    sizes = [printed[bar.key] for bar in chosen]
    signed = level.delta < 0 or len(chosen) > 1
    names = joined([bar.name for bar in chosen])
    told = joined([amount(kpi, size, decimals, signed) for size in sizes])
    verb = "account" if len(chosen) > 1 or level.dimension == "tenure" else "accounts"
    text = f"{names} {verb} for {told} of it"
    if len(chosen) == 1:
        text += _by_what(kpi, level, chosen[0], sizes[0], decimals)
    rest = level.delta - sum(bar.size for bar in chosen)
    if rest * level.delta < 0 and abs(rest) > TOLD * abs(level.delta):
        left = round(last - first - sum(sizes), decimals)
        text += f"; the others offset it with {amount(kpi, left, decimals)}"
    return text


def drill_sentence(kpi: Kpi, level: Level) -> str:
    """A level inside a segment: "Within tv offer, from 480 s to 600 s: agents in their first 90
    days account for 75 s of it, by their share of contacts (0 % to 75 %)."
    """
    if level.ends[0] == "target":
        decimals = decimals_for(kpi, level)
        side = "over" if level.delta > 0 else "under"
        told = f"{value_text(kpi, level.after, decimals)}, {_size(kpi, level)} {side} the target"
        return f"Within {level.inside}, {told}: {accounts(kpi, level)}."
    return f"Within {level.inside}, {_from_to(kpi, level)}: {accounts(kpi, level)}."


def channels_sentence(kpi: Kpi, level: Level) -> str:
    """What a figure mixes: "It mixes 3 channels: voice 412 s, chat 610 s and mail 540 s; read each
    for itself."
    """
    told = [f"{bar.name} {format_value(kpi, bar.after)}" for bar in level.bars
            if bar.after is not None]  # fmt: skip
    return f"It mixes {len(told)} channels: {joined(told)}; read each for itself."


def component_sentence(kpi: Kpi, level: Level) -> str:
    """A figure's components: "By component: talk +38 s, hold +6 s, after-contact work +18 s."."""
    word = "component" if level.dimension == "component" else "factor"
    decimals = decimals_for(kpi, level)
    shown = level.printed(decimals)[1]
    parts = [
        f"{bar.name} {amount(kpi, size, decimals)}"
        for bar, size in zip(level.bars, shown, strict=True)
        if size or len(level.bars) <= 3
    ]
    return f"By {word}: {', '.join(parts)}."


def simpson_sentence(kpi: Kpi, level: Level, where: str) -> str:
    """Every segment moved one way and the whole the other: the mix did it.

    "Every contact type moved the other way (-21 s); the mix moved handle time +117 s: look at what
    there is more of, claim, not at how it is done."
    """
    word = WORDS.get(level.dimension, level.dimension)
    most = max(level.bars, key=lambda bar: bar.mix * (1 if level.delta > 0 else -1))
    decimals = decimals_for(kpi, level)
    first, _, last = level.printed(decimals)
    rate, mix = share_out([level.rate, level.mix], decimals, last - first)
    return (
        f"{kpi.short_name}{where} went {_from_to(kpi, level)} though every {word} moved the "
        f"other way ({amount(kpi, rate, decimals)}): the mix made it {amount(kpi, mix, decimals)}. "
        f"Look at what there is more of, {most.name}, not at how it is done."
    )


def cancelling(kpi: Kpi, level: Level) -> str:
    """Movements that cancel: "tv offer +18.6 s and billing -18.6 s cancel"."""
    up = max(level.bars, key=lambda bar: bar.size)
    down = min(level.bars, key=lambda bar: bar.size)
    amounts = [amount(kpi, bar.size, decimals_of(kpi)) for bar in (up, down)]
    return f"two movements cancel, {up.name} {amounts[0]} and {down.name} {amounts[1]}"


def cancels(level: Level) -> bool:
    """Whether the parts are large and nothing is left of them in sum."""
    up = sum(bar.size for bar in level.bars if bar.size > 0)
    scale = max(abs(level.before), abs(level.after))
    return up > CANCELS * abs(level.delta) and up > 0.05 * scale


def opposed(level: Level) -> bool:
    """Whether every segment moved against the whole, so that only the mix explains it."""
    rates = [bar.rate for bar in level.bars if bar.before is not None and bar.after is not None]
    return (
        len(rates) > 1
        and abs(level.delta) > 0
        and all(rate * level.delta < 0 for rate in rates)
        and level.mix * level.delta > 0
    )


def leading(level: Level) -> tuple[Bar, ...]:
    """The fewest parts that together make most of the change (60 %), three at most."""
    chosen: list[Bar] = []
    total = 0.0
    for bar in level.ranked:
        if bar.size * level.delta <= 0 or (bar.key == OTHERS and chosen):
            break
        chosen.append(bar)
        total += bar.size
        if abs(total) >= LEADING * abs(level.delta) or len(chosen) == MOST_LEADING:
            break
    return tuple(chosen)


def joined(words: Sequence[str]) -> str:
    """Words as a sentence lists them: "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def share_text(part: float, whole: float) -> str:
    """A share as whole percent: 400 of 1,300 is "31 %"."""
    return f"{100 * part / whole:.0f} %" if whole > 0 else "0 %"


def _by_what(kpi: Kpi, level: Level, bar: Bar, size: float, decimals: int) -> str:
    """By its own value, by its share, or by both, each from a fifth of the part on."""
    if kpi.kind != "ratio" or level.dimension in ("component", "factor") or not bar.mix:
        return ""
    rate, mix = share_out([bar.rate, bar.mix], decimals, size)
    own = bar.before is not None and bar.after is not None
    values = f" ({format_value(kpi, bar.before)} to {format_value(kpi, bar.after)})" if own else ""
    total0, total1 = (sum(getattr(b, name) for b in level.bars) for name in ("base0", "base1"))
    noun = noun_of(kpi.bottom.measures if kpi.bottom is not None else kpi.measures)
    shares = f"{share_text(bar.base0, total0)} to {share_text(bar.base1, total1)}"
    whose = "their" if level.dimension == "tenure" else "its"
    by_rate = f"by {whose} own value{values}"
    by_mix = f"by {whose} share of {noun} ({shares})"
    both = abs(bar.size) or 1.0
    if abs(bar.mix) < TOLD * both:
        return f", {by_rate}"
    if abs(bar.rate) < TOLD * both:
        return f", {by_mix}"
    told = [amount(kpi, part, decimals, False) for part in (rate, mix)]
    return f", {told[0]} {by_rate} and {told[1]} {by_mix}"


def decimals_for(kpi: Kpi, level: Level) -> int:
    """Decimals with which a change still has two figures: 0.74 contacts an hour, not 0.7."""
    decimals = decimals_of(kpi)
    while decimals < 3 and level.delta and abs(level.delta) * 10**decimals < 10:
        decimals += 1
    return decimals


def value_text(kpi: Kpi, value: float, decimals: int) -> str:
    """A value with its unit and so many decimals: "9.46 /h"."""
    return f"{_digits(value, decimals)}{UNITS[kpi.unit].text}"


def amount(kpi: Kpi, size: float, decimals: int, signed: bool = True) -> str:
    """A part with its unit, signed unless it may stand without: "+12.0 s", "-0.81 /h"."""
    text = _digits(size, decimals)
    plus = "+" if signed and size > 0 and text.strip("0.,") else ""
    return f"{plus}{text}{UNITS[kpi.unit].gap_text}"


def _size(kpi: Kpi, level: Level) -> str:
    decimals = decimals_for(kpi, level)
    first, _, last = level.printed(decimals)
    return amount(kpi, abs(last - first), decimals, False)


def _from_to(kpi: Kpi, level: Level) -> str:
    decimals = decimals_for(kpi, level)
    first, last = (value_text(kpi, v, decimals) for v in (level.before, level.after))
    return f"from {first} to {last}"


def _digits(value: float, decimals: int) -> str:
    text = f"{abs(value):,.{decimals}f}"
    return f"{MINUS}{text}" if value < 0 and text.strip("0.,") else text


def no_parts(kpi: Kpi, value: float | None, reason: str) -> str:
    """Why a figure has no explanation: "Longest wait is 95 s; it cannot be taken apart here: a max
    has no parts that sum."
    """
    if value is None:
        return f"{kpi.short_name} is not known: {reason}."
    told = f"{kpi.short_name} is {format_value(kpi, value)}"
    return f"{told}; it cannot be taken apart here: {reason}."


def dimension_words(names: Sequence[str]) -> str:
    """Dimensions in the plural, as a sentence lists them: "queues, teams and tenure"."""
    return joined([plural(WORDS.get(name, name)) for name in names])
