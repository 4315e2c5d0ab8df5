"""Elements of HTML for pages, by tag: `html.Div([...], className="row")`.

They are Dash's own, without what Dash does for each of them: a page has a thousand, and reading
their arguments and checking them cost more than all the rest of its drawing.
"""

from __future__ import annotations

import inspect
from typing import Any

from dash import html as dash_html
from dash.development.base_component import Component

_OWN = ("self", "kwargs")


class _Element(Component):  # type: ignore[misc]  # Dash is not typed
    """One element: its properties are its attributes, and nothing else is."""

    # Dash registers the components of a library by their module; these stand for its own.
    __module__ = "builtins"
    _namespace = "dash_html_components"
    _valid_wildcard_attributes = ("data-", "aria-")

    def __init__(self, children: Any = None, **props: Any) -> None:
        """The element with what was given, None too; a property it cannot have is an error."""
        names = tuple(props)
        if names not in self._checked:
            for name in props.keys() - self._known:
                if not name.startswith(self._valid_wildcard_attributes):
                    raise TypeError(f"{self._type} has no property {name!r}.")
            self._checked.add(names)
        own = self.__dict__
        if children is not None:
            own["children"] = children
        own.update(props)

    def to_plotly_json(self) -> dict[str, Any]:
        """Type and properties, as the browser takes them."""
        return {"props": {**self.__dict__}, "type": self._type, "namespace": self._namespace}


def __getattr__(tag: str) -> Any:
    """The class of a tag, made at its first use."""
    theirs = getattr(dash_html, tag, None)
    if not inspect.isclass(theirs):
        raise AttributeError(f"There is no element {tag!r}.")
    names = [name for name in inspect.signature(theirs.__init__).parameters if name not in _OWN]
    own = {
        "__module__": "builtins", "_type": tag, "_known": frozenset(names), "_prop_names": names,
        "_checked": set(),  # properties that were given together and are its own
    }  # fmt: skip
    meta: Any = type(_Element)
    made = globals()[tag] = meta(tag, (_Element,), own)
    return made
