"""A page of one signed-in person in a real browser, with all that went wrong in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page


@dataclass
class Visit:
    """A page of one signed-in person, with everything that went wrong in it."""

    page: Page
    base: str
    faults: list[str] = field(default_factory=list)

    def open(self, path: str, *, wait: str = ".page:not([hidden]) main .tile .value") -> Page:
        """The page at a path, once its figures are there."""
        self.page.goto(self.base + path)
        self.page.wait_for_selector(wait, timeout=30_000)
        return self.page

    def shown(self, selector: str) -> str:
        """The text of the first match in the page that is shown."""
        return self.page.locator(f".page:not([hidden]) {selector}").first.inner_text()


Signed = Callable[..., Visit]


def note_console(visit: Visit, kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        visit.faults.append(f"{kind} {text}")


def note_host(visit: Visit, url: str) -> None:
    if not url.startswith((visit.base, "data:", "blob:")):
        visit.faults.append(f"foreign host {url}")
