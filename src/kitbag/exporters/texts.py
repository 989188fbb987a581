"""The words of an item as HTML that is also well-formed XML: what a trainee reads, and what comes after the answer.

An option on one line is inline; everything else is paragraphs, lists and tables.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from markupsafe import Markup, escape

from kitbag.exporters.base import Selection
from kitbag.questions.model import Cloze, Essay, Gap, Item, Picture
from kitbag.rendering.catalogue import direction
from kitbag.rendering.markdown import MarkdownRenderer, plain

_GAP: Final = re.compile(r"\[\[([A-Za-z0-9][A-Za-z0-9._-]*)\]\]")
_MARKUP: Final = re.compile(r"(<[^>]*>)")


class Texts:
    """Renders the texts of a selection for one format."""

    def __init__(self, selection: Selection, picture_href: Callable[[str], str] | None) -> None:
        """Take what a picture's address is in this format, by its name under course/media; None where it has none."""
        self._selection = selection
        self._picture_href = picture_href
        self._markdown = MarkdownRenderer(xhtml=True)
        self._rtl = direction(selection.course.info.language) == "rtl"
        self._invented = Markup("<p><em>{}</em></p>").format(selection.catalogue.text("common.invented"))

    def block(self, text: str) -> Markup:
        """Return paragraphs, lists, tables and the rest."""
        return self._markdown.block(text).rstrip("\n")

    def short(self, text: str) -> Markup:
        """Return an option's text: inline where it is one line, else blocks."""
        return self.block(text) if "\n" in text else self._markdown.inline(text)

    def prompt(self, item: Item, *, task: str | None = None) -> Markup:
        """Return all that stands above the answer: stimulus, marking as invented, stem, task, picture.

        `task` is Markdown that follows the stem, where an item is carried in parts or in words of another type.
        """
        parts: list[Markup] = []
        stimulus = self._selection.stimulus_of(item)
        if stimulus:
            if stimulus.title:
                parts.append(Markup("<p><strong>{}</strong></p>").format(stimulus.title))
            parts.append(self.block(stimulus.text))
            parts.extend(self._pictured(stimulus.picture))
        if item.scenario:
            parts.append(self._invented)
        parts.append(self.block(item.stem))
        if task:
            parts.append(self.block(task))
        if isinstance(item, Essay) and item.words:
            parts.append(Markup("<p>{}</p>").format(self.say("words", count=item.words)))
        parts.extend(self._pictured(item.picture))
        return self.directed(parts)

    def directed(self, parts: Sequence[Markup]) -> Markup:
        """Return the parts in a row, told to run from right to left where the course's language does."""
        whole = Markup("\n").join(parts)
        return Markup('<div dir="rtl">{}</div>').format(whole) if self._rtl else whole

    def cloze(self, item: Cloze, gap: Callable[[Gap], Markup | str], *, between: Callable[[str], str] = str) -> Markup:
        """Return the text of a cloze, with `gap` in place of each `[[id]]`, and `between` applied to the words."""
        gaps = {one.id: one for one in item.gaps}

        def fill(match: re.Match[str]) -> str:
            found = gaps.get(match[1])
            return match[0] if found is None else str(escape(gap(found)))

        pieces = _MARKUP.split(self.block(item.text))
        pieces[::2] = [_GAP.sub(fill, between(piece)) for piece in pieces[::2]]
        return Markup("".join(pieces))  # noqa: S704 - the renderer's own HTML

    def rubric(self, item: Essay) -> Markup:
        """Return what a marker reads: each criterion with its points, and the model answer."""
        lines = [
            Markup("<li>{} ({})</li>").format(self.short(criterion.text), self.say("points", count=criterion.points))
            for criterion in item.rubric
        ]
        parts = [Markup("<ul>{}</ul>").format(Markup("").join(lines))]
        if item.model_answer:
            parts.append(Markup("<p><strong>{}</strong></p>").format(self.say("model_answer")))
            parts.append(self.block(item.model_answer))
        return self.directed(parts)

    def listed(self, pairs: Sequence[tuple[str, str]]) -> Markup:
        """Return feedback on parts of an item, each after the words of its part, as a list."""
        lines = [Markup("<li>{}: {}</li>").format(self.short(part), self.short(told)) for part, told in pairs]
        return Markup("<ul>{}</ul>").format(Markup("").join(lines)) if lines else Markup("")

    def say(self, key: str, **values: object) -> str:
        """Return a string of the catalogue's area `exports.text`."""
        return self._selection.catalogue.text(f"exports.text.{key}", **values)

    def _pictured(self, picture: Picture | None) -> list[Markup]:
        if picture is None:
            return []
        if self._picture_href is None:
            return [Markup("<p>{}</p>").format(self.say("picture", alt=picture.alt))]
        src = self._picture_href(picture.src)
        return [Markup('<p><img src="{}" alt="{}" /></p>').format(src, picture.alt)]


def words(text: str) -> str:
    """Return Markdown as plain text on one line."""
    return plain(text).replace("\n", " ")
