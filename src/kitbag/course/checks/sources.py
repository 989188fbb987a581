"""Source documents, the glossary, and the citations that rest on them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from kitbag.course.checks.common import COURSE, GLOSSARY, SOURCES, unknown
from kitbag.course.parts import Parts, Path_, Places, walk
from kitbag.course.sources import Passage
from kitbag.fields import Cited
from kitbag.findings import Finding, Place, did_you_mean, listed
from kitbag.questions.checks import unique
from kitbag.questions.model import ItemBase


def sources(parts: Parts, places: Places) -> Iterator[Finding]:
    """Check that documents, passages, facts and errata have ids of their own."""
    if not parts.sources:
        return

    def at(*path: str | int) -> Place:
        return places.at(SOURCES, *path)

    documents = parts.sources.documents
    yield from unique([document.id for document in documents], "document", at, "documents")
    first: dict[str, Place] = {}
    for number, document in enumerate(documents):
        here = ("documents", number)
        for position, passage in enumerate(document.passages):
            place = at(*here, "passages", position, "id")
            if passage.id in first:
                message = f'The passage id "{passage.id}" is taken already, in line {first[passage.id].line}.'
                yield Finding("duplicate-id", place, message, "Give each its own.")
            first.setdefault(passage.id, place)
            yield from unique([fact.id for fact in passage.facts], "fact", at, *here, "passages", position, "facts")
        yield from unique([erratum.id for erratum in document.errata], "erratum", at, *here, "errata")


def glossary(parts: Parts, places: Places) -> Iterator[Finding]:
    """Check that no two entries claim one word, and that references lead somewhere."""
    if not parts.glossary:
        return

    def at(*path: str | int) -> Place:
        return places.at(GLOSSARY, *path)

    terms = parts.glossary.terms
    ids = [term.id for term in terms]
    yield from unique(ids, "term", at, "terms")
    spelled: dict[str, int] = {}
    for number, term in enumerate(terms):
        for position, other in enumerate(term.see):
            yield from unknown(other, ids, at("terms", number, "see", position), "term", f"{term.id}: ")
        for place, word in [(at("terms", number, "term"), term.term)] + [
            (at("terms", number, "forms", position), form) for position, form in enumerate(term.forms)
        ]:
            if spelled.setdefault(word, number) != number:
                message = f'{term.id}: "{word}" is the entry "{terms[spelled[word]].id}" already.'
                yield Finding("duplicate-term", place, message, "Make one entry of the two.")


def citations(parts: Parts, places: Places) -> Iterator[Finding]:
    """Check that everything says what it rests on, and that it exists."""
    if not parts.sources:
        return
    passages = [passage for document in parts.sources.documents for passage in document.passages]
    known = Counter(passage.id for passage in passages)
    known.update(f"{passage.id}.{fact.id}" for passage in passages for fact in passage.facts)
    if any(count > 1 for count in known.values()):
        return  # Two passages or facts share an id; what a citation means is known when that is mended.
    for file, path, value in _cited(parts):
        for number, citation in enumerate(value.cites):
            if citation not in known:
                yield _no_passage(citation, passages, known, places.at(file, *path, "cites", number))
        if value.cites and value.uncited:
            message = "This cites passages and says why it cites none."
            yield Finding("cited-and-not", places.key_at(file, *path, "uncited"), message, "Delete one of the two.")
        if not value.cites and not value.uncited and not isinstance(value, ItemBase):
            hint = 'Add "cites: [P1]", or "uncited:" with the reason.'
            yield Finding("uncited", places.at(file, *path), "This does not say what it rests on.", hint)
    for file, path, citation in _mentioned(parts):
        if citation not in known:
            yield _no_passage(citation, passages, known, places.at(file, *path))


def _cited(parts: Parts) -> Iterator[tuple[str, Path_, Cited]]:
    """Give everything that cites passages, with its file and its path there."""
    roots: list[tuple[str, object]] = [(COURSE, parts.info), (GLOSSARY, parts.glossary)]
    roots += [(f"course/{name}.yaml", module) for name, module in parts.modules.items()]
    for file, root in roots:
        for path, value in walk(root):
            if isinstance(value, Cited):
                yield file, path, value
    # Nothing inside an item cites on its own, and items are many: no walk through each.
    for name, bank in parts.banks.items():
        for kind, things in (("stimuli", bank.stimuli), ("items", bank.items)) if bank else ():
            for number, thing in enumerate(things):
                yield f"questions/{name}.yaml", (kind, number), thing


def _mentioned(parts: Parts) -> Iterator[tuple[str, Path_, str]]:
    """Give citations that stand alone: facts left out, passages of errata."""
    for number, left_out in enumerate(parts.info.left_out if parts.info else ()):
        yield COURSE, ("left_out", number, "fact"), left_out.fact
    for number, document in enumerate(parts.sources.documents if parts.sources else ()):
        for position, erratum in enumerate(document.errata):
            yield SOURCES, ("documents", number, "errata", position, "passage"), erratum.passage


def _no_passage(citation: str, passages: Sequence[Passage], known: Iterable[str], place: Place) -> Finding:
    passage = next((passage for passage in passages if passage.id == citation.partition(".")[0]), None)
    hint = did_you_mean(citation, known)
    if not passages:
        hint = "Record the document it is in: kitbag sources add FILE"
    if passage and not passage.facts:
        hint = f'Cite "{passage.id}", or write down its facts in sources.yaml.'
    elif passage:
        hint = f"{passage.id} has the facts {listed([str(fact.id) for fact in passage.facts], 30)}."
    return Finding("unknown-citation", place, f'No source has the passage "{citation}".', hint)
