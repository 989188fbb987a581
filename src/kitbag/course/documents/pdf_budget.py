"""How much work a PDF may make, counted before it is done.

A small file can describe any amount of drawing: one page shown a thousand times, a form drawn in every line, a font
that every page reads again. What a document costs is therefore counted in one number, bytes of drawing instructions or
as much other work, and a document that costs more than its size explains is refused with one message.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kitbag.course.documents.blocks import DocumentError

MOST_WORK: Final = 8_000_000
"""Bytes of drawing instructions in one document: some 300 closely set pages, or 1,000 of plain text."""
LEAST_WORK: Final = 500_000
"""What every document may cost, however small its file."""
WORK_PER_BYTE: Final = 10
"""What a document may cost for each byte of its file, up to `MOST_WORK`. Honest documents stay below four."""

# Measured against one byte of drawing instructions (five microseconds on a slow machine): five bytes of a font's table
# cost as much, and ten comparisons. A font costs as much as 150 bytes, and a form as 50, whatever they hold.
_TABLE_BYTES: Final = 5
_COMPARISONS: Final = 10
_FONT: Final = 150
_FORM: Final = 50
_DEEPEST: Final = 8
"""Levels of forms within forms that are looked into; the library's own limits stop what lies deeper."""


class Budget:
    """What is left of the work that reading one document may take."""

    def __init__(self, name: str, size: int) -> None:
        """Take the document's name, for the message, and the size of its file in bytes."""
        self.name = name
        self.left = min(MOST_WORK, LEAST_WORK + WORK_PER_BYTE * size)
        self._weights: dict[int, tuple[Any, int]] = {}
        """By identity, and so with the object itself, which keeps its identity while it lives."""

    def spend(self, work: int) -> None:
        """Take work from what is left. Raises DocumentError where nothing is."""
        self.left -= work
        self.check()

    def check(self) -> None:
        """Raise DocumentError where too much was spent: a library may have swallowed what `spend` raised."""
        if self.left < 0:
            raise self.exceeded()

    def exceeded(self) -> DocumentError:
        """Return the message for a document that costs too much."""
        return DocumentError(
            f"{self.name} takes too much work to read: its pages draw far more than their text needs. "
            "Print it to a new PDF, or keep the part that the course rests on in a file of its own."
        )

    def compare(self, pairs: int) -> None:
        """Spend what comparing so many pairs of lines costs."""
        self.spend(pairs // _COMPARISONS)

    def begin(self, page: Any) -> Mapping[str, int]:
        """Spend what a page itself costs, and return what each drawing of a form on it costs, by the form's name."""
        contents = page.get_contents()
        self.spend(len(contents.get_data()) if contents is not None else 0)
        resources = page.get("/Resources")
        self.spend(self._fonts(resources))
        costs: dict[str, int] = {}
        for name, form in _forms(resources):
            # Forms in several places may share a name; the costlier one is meant.
            costs[name] = max(costs.get(name, 0), self._form(form))
        return costs

    def _form(self, form: Any) -> int:
        if id(form) not in self._weights:
            self._weights[id(form)] = form, _FORM + len(form.get_data()) + self._fonts(form.get("/Resources"))
        return self._weights[id(form)][1]

    def _fonts(self, resources: Any) -> int:
        """Return what it costs to read the fonts of some resources, which the library does each time it needs them."""
        fonts = _entry(resources, "/Font")
        if not isinstance(fonts, Mapping):
            return 0
        return sum(_FONT + self._weight(font.get_object()) for font in fonts.values())

    def _weight(self, value: Any, depth: int = 0) -> int:
        """Return the cost of a font, or of a part of one: its tables are what counts."""
        if id(value) not in self._weights:
            self._weights[id(value)] = value, 0  # One that holds itself costs nothing more.
            self._weights[id(value)] = value, self._weighed(value, depth)
        return self._weights[id(value)][1]

    def _weighed(self, value: Any, depth: int) -> int:
        if depth > _DEEPEST:
            return 0
        if isinstance(value, list):
            return len(value) + sum(self._weight(entry.get_object(), depth + 1) for entry in value[:_DEEPEST])
        if not isinstance(value, Mapping):
            return 0
        tables = ("/ToUnicode", "/Encoding", "/DescendantFonts", "/W", "/Widths", "/Differences")
        inside = sum(self._weight(part, depth + 1) for part in (_entry(value, table) for table in tables))
        data = getattr(value, "get_data", None)
        return inside + (len(data()) // _TABLE_BYTES if data is not None else 0)


def _forms(resources: Any, depth: int = 0, seen: set[int] | None = None) -> Iterator[tuple[str, Any]]:
    """Give each form that the resources name, and each that those name, once."""
    seen = set() if seen is None else seen
    drawn = _entry(resources, "/XObject")
    if depth > _DEEPEST or not isinstance(drawn, Mapping):
        return
    for name, entry in drawn.items():
        form = entry.get_object()
        if isinstance(form, Mapping) and form.get("/Subtype") == "/Form":
            yield str(name), form
            if id(form) not in seen:
                seen.add(id(form))
                yield from _forms(form.get("/Resources"), depth + 1, seen)


def _entry(holder: Any, name: str) -> Any:
    holder = holder.get_object() if holder is not None else None
    value = holder.get(name) if isinstance(holder, Mapping) else None
    return value.get_object() if value is not None else None
