"""Small drawings as images: one SVG a scheme, the style sheet shows the right one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from dashboards.parts import html
from dashboards.theme import PALETTES, Palette


def drawn(
    draw: Callable[[Palette], str],
    *,
    width: float,
    height: float,
    alt: str,
    css: str = "",
    title: str = "",
    stretch: bool = False,
) -> list[Any]:
    """Two images of the same drawing, light and dark; `draw` returns what is inside the svg.

    `alt` is a sentence that says what the drawing shows, `title` what the pointer shows over it;
    `stretch` lets the width follow its box.
    """
    images = []
    for scheme, palette in PALETTES.items():
        ratio = ' preserveAspectRatio="none"' if stretch else ""
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
            f' width="{width:g}" height="{height:g}"{ratio}>{draw(palette)}</svg>'
        )
        images.append(
            html.Img(
                src="data:image/svg+xml," + quote(svg, safe=" ='/:,()"),
                alt=alt,
                title=title or None,
                className=f"{css} only-{scheme}".strip(),
                width=None if stretch else f"{width:g}",
                height=f"{height:g}",
            )
        )
    return images
