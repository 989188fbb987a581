"""Glossary terms that link themselves where a lesson uses them first."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from markupsafe import Markup, escape

from kitbag.course.model import Glossary, Term
from kitbag.rendering.markdown import plain
from kitbag.rendering.prose import as_html

_WORD: Final = re.compile(r"\w+")


def in_order(glossary: Glossary) -> list[Term]:
    """Return the terms as a reader looks them up."""
    return sorted(glossary.terms, key=lambda term: (folded(term.term), term.id))


def folded(text: str) -> str:
    """Return a text as it is sorted: without accents, in lower case."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).casefold()


class _Form(NamedTuple):
    """One spelling of a term."""

    pattern: re.Pattern[str]
    term: str
    """The id of the term."""


class _Forms(NamedTuple):
    """All spellings that begin with one word."""

    first: re.Pattern[str]
    """Finds that word."""
    forms: list[_Form]
    """The longest first."""

    def at(self, text: str, start: int) -> tuple[re.Match[str] | None, str]:
        """Return the longest spelling that stands here, and the id of its term."""
        for pattern, term in self.forms:
            hit = pattern.match(text, start)
            if hit:
                return hit, term
        return None, ""


class TermIndex:
    """All spellings of all terms, found by their first word."""

    def __init__(self, glossary: Glossary, href: Callable[[str], str]) -> None:
        """Take the glossary, and the way from a term's id to its entry."""
        self._forms: dict[str, _Forms] = {}
        spellings = [(form, term) for term in glossary.terms for form in (term.term, *term.forms)]
        for form, term in sorted(spellings, key=lambda pair: (-len(pair[0]), pair[0], pair[1].id)):
            first = _WORD.search(form)
            if first is None or first.start() != 0:
                continue
            words = r"\s+".join(map(re.escape, form.split()))
            if form[0].islower():  # so that it is found at the start of a sentence too; acronyms stay as they are
                words = f"(?:{words}|{words[0].upper()}{words[1:]})"
            start = first[0].lower()
            if start not in self._forms:
                self._forms[start] = _Forms(re.compile(rf"(?<!\w){start}(?!\w)", re.IGNORECASE), [])
            self._forms[start].forms.append(_Form(re.compile(rf"{words}(?![\w-])"), term.id))
        self._links = {
            term.id: f'<a class="term" href="{as_html(href(term.id))}" aria-describedby="def-{term.id}">'
            for term in glossary.terms
        }
        opens = '<div class="definition" role="tooltip" id="def-{}" hidden>{}</div>'
        self._definitions = {term.id: Markup(opens).format(term.id, _definition(term)) for term in glossary.terms}

    def page(self) -> "PageTerms":
        """Return a linker for one page, which links each term once."""
        return PageTerms(self._forms, self._links, self._definitions)


class PageTerms:
    """Links terms in plain text, each at its first use on the page."""

    def __init__(self, forms: dict[str, _Forms], links: Mapping[str, str], definitions: Mapping[str, Markup]) -> None:
        """Share the index; begin with no term seen."""
        self._forms = forms.copy()
        self._links = links
        self._definitions = definitions
        self._used: dict[str, None] = {}

    @property
    def definitions(self) -> Markup:
        """What opens over the terms linked so far, in the order of the page."""
        return Markup("\n".join(self._definitions[term] for term in self._used))

    def __call__(self, text: str) -> str:
        """Return the text as HTML."""
        words = _WORD.findall(text.lower()) if self._forms else ()
        if self._forms.keys().isdisjoint(words):
            return as_html(text)
        parts: list[str] = []
        done = here = 0
        for word in words:
            candidates = self._forms.get(word)
            at = candidates.first.search(text, here) if candidates else None
            if candidates is None or at is None:
                continue
            start, here = at.span()
            if start < done or (start and text[start - 1] == "-"):
                continue
            hit, term = candidates.at(text, start)
            if hit is None or term in self._used:
                continue
            self._used[term] = None
            if not [form for form in candidates.forms if form.term not in self._used]:
                del self._forms[word]
            parts += (as_html(text[done:start]), self._links[term], as_html(hit[0]), "</a>")
            done = hit.end()
        return "".join((*parts, as_html(text[done:]))) if parts else as_html(text)


def _definition(term: Term) -> Markup:
    words = " ".join(plain(term.definition).split())
    return Markup("<strong>{}.</strong> {}").format(term.expansion, words) if term.expansion else escape(words)
