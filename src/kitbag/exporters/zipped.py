"""The site in one zip: unpack it anywhere, open index.html, no network needed."""

from collections.abc import Sequence
from dataclasses import dataclass

from kitbag.exporters.base import Package
from kitbag.exporters.learner import Part, RenderedCourse, page_file


@dataclass(frozen=True)
class OfflineZip:
    """The offline site."""

    name: str = "zip"
    title: str = "Offline site"

    def export(self, rendered: RenderedCourse) -> Sequence[Part]:
        """Return one zip with index.html at its root, where platforms that show HTML from a zip look for it."""
        files = tuple(page_file(path, make) for path, make in sorted(rendered.pages().items()))
        return (Part(Package(".zip", files, rows=())),)
