"""The check of a callback's request before Dash sees it: exactly what was registered, or 400."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from wfm.domain.errors import BadInput
from wfm.domain.language import say

LARGEST_BODY = 1 << 20
DEEPEST = 32
MOST_PATTERN_IDS = 2000
KNOWN_KEYS = {"output", "outputs", "inputs", "state", "changedPropIds", "parsedChangedPropsIds"}
WILDCARDS = (["ALL"], ["MATCH"], ["ALLSMALLER"])


def checked_body(raw: bytes, callback_map: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The body of a callback request, when each id, property and count is as registered.

    Values are not judged here: the guard's parsers do that. An unknown output, a missing or extra
    input, a JSON array, NaN, depth beyond 32 or a wrong id: `BadInput`.
    """
    body = parsed_json(raw)
    if not isinstance(body, dict) or not set(body) <= KNOWN_KEYS:
        _refuse("is not a callback request")
    output = body.get("output")
    entry = callback_map.get(output) if isinstance(output, str) else None
    if entry is None or entry.get("callback") is None or entry.get("background"):
        _refuse("names an output that no callback has")
    named = _dependencies(body.get("inputs"), entry["inputs"], "inputs")
    named |= _dependencies(body.get("state", []), entry["state"], "state")
    _outputs(body.get("outputs"), entry)
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(c, str) and c in named for c in changed):
        _refuse("names a changed value that is not among its inputs")
    if not isinstance(body.get("parsedChangedPropsIds", []), list):
        _refuse("is not a callback request")
    return body


def parsed_json(raw: bytes) -> Any:
    """The value of a JSON text: no NaN, no infinity, at most 32 levels deep."""
    try:
        value = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadInput(say("The request is not JSON that can be read.")) from error
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        level = [
            child
            for item in level
            if isinstance(item, (dict, list))
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return value
    _refuse("is nested too deeply")


def self_made(body: Mapping[str, Any]) -> bool:
    """Whether a request was made by a page's own timer, not by a person."""
    changed = body.get("changedPropIds") or []
    return bool(changed) and all(str(name).endswith(".n_intervals") for name in changed)


def _dependencies(sent: Any, registered: Sequence[Mapping[str, Any]], what: str) -> set[str]:
    """The `id.property` names of what was sent, each as registered and in order."""
    if not isinstance(sent, list) or len(sent) != len(registered):
        _refuse(f"has not the {what} that are registered")
    names: set[str] = set()
    for item, expected in zip(sent, registered, strict=True):
        pattern = _pattern(expected["id"])
        many = pattern is not None and any(
            value in (["ALL"], ["ALLSMALLER"]) for value in pattern.values()
        )
        if many:
            if not isinstance(item, list) or len(item) > MOST_PATTERN_IDS:
                _refuse(f"has not the {what} that are registered")
            names |= {_one(each, expected, pattern, what) for each in item}
        else:
            names.add(_one(item, expected, pattern, what))
    return names


def _one(
    item: Any, expected: Mapping[str, Any], pattern: Mapping[str, Any] | None, what: str
) -> str:
    if not isinstance(item, dict) or not set(item) <= {"id", "property", "value"}:
        _refuse(f"has not the {what} that are registered")
    if item.get("property") != expected["property"]:
        _refuse(f"names a property that is not among its {what}")
    sent = item.get("id")
    if pattern is None:
        if sent != expected["id"] or not isinstance(sent, str):
            _refuse(f"names an id that is not among its {what}")
        return f"{sent}.{expected['property']}"
    if not isinstance(sent, dict) or set(sent) != set(pattern):
        _refuse(f"names an id that is not among its {what}")
    for key, value in pattern.items():
        wild = value in WILDCARDS
        if wild and not isinstance(sent[key], (str, int, float)):
            _refuse(f"names an id that is not among its {what}")
        if not wild and (sent[key] != value or type(sent[key]) is not type(value)):
            _refuse(f"names an id that is not among its {what}")
    text = json.dumps(sent, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"{text}.{expected['property']}"


def _outputs(sent: Any, entry: Mapping[str, Any]) -> None:
    if entry.get("no_output"):
        if sent not in (None, []):
            _refuse("has outputs where none is registered")
        return
    registered = entry["output"]
    several = isinstance(registered, (list, tuple))
    outputs = list(registered) if several else [registered]
    items = sent if several else [sent]
    if not isinstance(items, list):
        _refuse("has not the outputs that are registered")
    expected = [
        {"id": output.component_id_str(), "property": output.component_property}
        for output in outputs
    ]
    # A duplicate output carries its own mark after the property: `children@5f3a`.
    bare = [_without_mark(item) for item in items]
    _dependencies(bare, expected, "outputs")


def _without_mark(item: Any) -> Any:
    if isinstance(item, list):
        return [_without_mark(each) for each in item]
    if isinstance(item, dict) and isinstance(item.get("property"), str):
        return {**item, "property": item["property"].split("@")[0]}
    return item


def _pattern(registered_id: str) -> Mapping[str, Any] | None:
    if not registered_id.startswith("{"):
        return None
    pattern = json.loads(registered_id)
    return pattern if isinstance(pattern, dict) else None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _refuse(why: str) -> NoReturn:
    raise BadInput(say("The request {why}. Load the page again.", why=why))
