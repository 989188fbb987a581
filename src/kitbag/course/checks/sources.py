"""Source documents, the glossary, and the citations that rest on them."""

from collections.abc import Iterable, Iterator

from kitbag.course.checks.common import COURSE, GLOSSARY, SOURCES, unknown
from kitbag.course.parts import Parts, Places, walk
from kitbag.fields import Cited
from kitbag.findings import Finding, Place, did_you_mean, listed
from kitbag.questions.checks import unique


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
    passages = {passage.id: passage for document in parts.sources.documents for passage in document.passages}
    facts = {f"{passage.id}.{fact.id}" for passage in passages.values() for fact in passage.facts}
    known = {*passages, *facts}
    ids = [passage.id for document in parts.sources.documents for passage in document.passages]
    numbers = [f"{passage.id}.{fact.id}" for passage in passages.values() for fact in passage.facts]
    ambiguous = len(ids) > len(passages) or len(numbers) > len(facts)

    def cited(citation: str, place: Place) -> Iterator[Finding]:
        if citation in known or ambiguous:
            return
        passage = passages.get(citation.partition(".")[0])
        hint = did_you_mean(citation, known)
        if passage and not passage.facts:
            hint = f'Cite "{passage.id}", or write down its facts in sources.yaml.'
        elif passage:
            hint = f"{passage.id} has the facts {listed([str(fact.id) for fact in passage.facts], 30)}."
        yield Finding("unknown-citation", place, f'No source has the passage "{citation}".', hint)

    for file, root in _files(parts):
        for path, value in walk(root):
            if not isinstance(value, Cited):
                continue
            for number, citation in enumerate(value.cites):
                yield from cited(citation, places.at(file, *path, "cites", number))
            if value.cites and value.uncited:
                message = "This cites passages and says why it cites none."
                yield Finding("cited-and-not", places.key_at(file, *path, "uncited"), message, "Delete one of the two.")
            if not value.cites and not value.uncited and not file.startswith("questions/"):
                hint = 'Add "cites: [P1]", or "uncited:" with the reason.'
                yield Finding("uncited", places.at(file, *path), "This does not say what it rests on.", hint)
    if parts.info:
        for number, left_out in enumerate(parts.info.left_out):
            yield from cited(left_out.fact, places.at(COURSE, "left_out", number, "fact"))
    for number, document in enumerate(parts.sources.documents):
        for position, erratum in enumerate(document.errata):
            yield from cited(erratum.passage, places.at(SOURCES, "documents", number, "errata", position, "passage"))


def _files(parts: Parts) -> Iterable[tuple[str, object]]:
    yield COURSE, parts.info
    yield GLOSSARY, parts.glossary
    for name, module in parts.modules.items():
        yield f"course/{name}.yaml", module
    for name, bank in parts.banks.items():
        yield f"questions/{name}.yaml", bank
