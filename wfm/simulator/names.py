"""Invented names of people: made of parts, so that nobody real is meant."""

from __future__ import annotations

from wfm.simulator.chance import stream

_FIRST = (
    "Adria", "Alvo", "Amari", "Anouk", "Arvid", "Basia", "Benno", "Brisa", "Caius", "Cleo",
    "Corin", "Dalia", "Davin", "Dinah", "Edda", "Elio", "Emrys", "Esme", "Fabia", "Farid",
    "Fenna", "Gaspar", "Gita", "Hedda", "Hiro", "Ida", "Ilan", "Imre", "Ines", "Ivo", "Jarek",
    "Jonna", "Kaia", "Kofi", "Lale", "Leif", "Linus", "Lorea", "Maelle", "Malik", "Marit",
    "Mika", "Nadir", "Nele", "Nilo", "Noor", "Odin", "Oona", "Paola", "Petra", "Quinn", "Rafi",
    "Ravi", "Romy", "Runa", "Sami", "Selma", "Sorin", "Tamsin", "Teodor", "Tove", "Ulla",
    "Vito", "Wanda", "Xenia", "Yara", "Yusuf", "Zelda", "Zoran",
)  # fmt: skip
_HEAD = (
    "Ash", "Bel", "Cor", "Dal", "Elm", "Fen", "Gar", "Hol", "Ild", "Jor", "Kel", "Lor", "Mar",
    "Nor", "Oster", "Pel", "Quill", "Ros", "Sar", "Tam", "Ulver", "Ver", "Wend", "Yar", "Zan",
)  # fmt: skip
_TAIL = (
    "bury", "dalen", "emi", "fields", "gano", "iko", "karo", "lander", "mira", "nova", "oru",
    "quist", "rano", "sundi", "tova", "uto", "vane", "wick", "yama", "zuri",
)  # fmt: skip


def invent_names(seed: int, count: int) -> tuple[str, ...]:
    """`count` different names, the same for the same seed: "Marit Fenquist", "Kofi Lorwick"."""
    chosen: dict[str, None] = {}
    rng = stream(seed, "names")
    while len(chosen) < count:
        first = _FIRST[rng.integers(len(_FIRST))]
        last = _HEAD[rng.integers(len(_HEAD))] + _TAIL[rng.integers(len(_TAIL))]
        chosen[f"{first} {last}"] = None
    return tuple(chosen)
