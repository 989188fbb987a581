"""The pipeline on one page: a course in, everything it can become out. Nothing else writes under build/.

Each output is made in a new folder beside the one it replaces, and takes its place when it is whole. So a build that
fails or is interrupted leaves the last good one, output by output. What cannot be made — a PDF without Pango, a form
that no bank can fill — becomes a finding, and all the rest is made. An output whose inputs are as they were is left
alone (see `kitbag.ledger`); of one that is made again, files that come out the same are kept. Where a few pages are
all that changes, they alone are made, and take their places when the last of them is there.
"""

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from kitbag.files import (
    Unreadable,
    Unwritable,
    keep_same,
    locked,
    new_folder,
    read_within,
    recover,
    replace_files,
    write_atomically,
    write_tree,
)
from kitbag.findings import Finding, Place, Severity, counted, has_errors
from kitbag.inside import InCircles, LeadsOut, folder_inside, kind_inside
from kitbag.ledger import CONTENTS, OUTLINES, SKETCHES
from kitbag.parallel import share_out
from kitbag.seals import Noted, all_made_here, made_here, note_made

# What it takes to render is imported where it is needed: a build that finds nothing changed needs none of it.
if TYPE_CHECKING:
    from kitbag.course.model import Course
    from kitbag.ledger import Ledger, Lines
    from kitbag.rendering.contents import Contents
    from kitbag.rendering.faults import TemplateFault
    from kitbag.rendering.paper_certificate import Completion
    from kitbag.rendering.paper_pdf import PaperDocument
    from kitbag.results.grid import Variant

MOST_REDRAWN: Final = 100
"""How often a bank may change after its papers were printed before a seed has to be named."""
SCREENS: Final = {
    "site": "site/index.html",
    "kits": "tests/for-instructors.html",
    "coverage": "reports/coverage.html",
    "packages": "packages/index.html",
}
"""The page to open first in each output that is read on a screen."""
ALL_CERTIFICATES: Final = "all-certificates"
"""The name of the PDF that holds all certificates printed together."""
VARIANTS: Final = 2
"""Variants of each test that a build prints; `kitbag paper` draws as many as are asked for."""

_PLAIN: Final = {"templates/about.html", "templates/brand.css", "templates/certificate.html"}
"""Templates of a course that add to the theme; any other may show whatever it likes of the whole course."""

_NOTED_OF_PDFS: Final = 5
"""What is noted of a PDF (see `Work.made`); earlier editions of Kitbag noted the digests alone."""

_HALF_MADE: Final = re.compile(
    r"\.((?:site|tests|handouts|exams|exams-.+|packages|reports|certificates|index\.html|\.(?:built|outlines|sketches|made)\.json))\.(?:new-\w+|old|change|\w+\.tmp)"
)
"""What the building of an output may leave beside it when the process is killed."""


@dataclass(frozen=True)
class Settings:
    """What to build, and where."""

    into: Path
    """The folder that holds one folder an output."""
    only: tuple[str, ...] = ()
    """Outputs to build; all of them where empty."""
    templates: Path | None = None
    """The course folder whose templates/ may change the theme; `None` ignores it."""
    paper: Literal["a4", "letter"] = "a4"
    """The size of paper."""
    root: Path | None = None
    """The folder that a user named, `into` or one above it: no link below it is followed out of it. `None` is `into`.
    """

    @property
    def inside(self) -> tuple[Path, str]:
        """The folder that a user named, and the path from it to the one that holds the outputs."""
        root = self.root or self.into
        return root, self.into.relative_to(root).as_posix()


@dataclass(frozen=True)
class Work:
    """An output that is being made."""

    course: "Course"
    settings: Settings
    folder: Path
    """Where it is made: new and empty."""
    before: Path
    """Where its last state stands, if there is one: a path that holds while the output is made."""
    target: Path
    """The same place as a user knows it."""
    say: Callable[[str], None]
    """Told what is being done, in one line at a time."""
    findings: list[Finding] = field(default_factory=list)
    """What could not be made."""
    made: dict[str, Sequence[str]] = field(default_factory=dict)
    """What is to be known again of files, by name: digests of what each was made from and of its bytes, and of a PDF
    its title, its number of pages and the size of its paper, too."""

    def write(self, files: Iterable[tuple[str, bytes]]) -> int:
        """Write files of the output, and return how many; those that came out as before are kept."""
        return write_tree(self.folder, files, before=self.before)


# --- The outputs -----------------------------------------------------------------------------------------------------


def _site(work: Work) -> int:
    from kitbag.rendering.pages import render_site

    def write(files: Sequence[tuple[str, Callable[[], bytes]]]) -> int:
        return work.write((name, make()) for name, make in files)

    site = list(render_site(work.course, templates=work.settings.templates, digest=work.course.digest))
    # One page of each kind first, so that what they share is made before processes part.
    first = {name.partition("/")[0]: (name, make) for name, make in reversed(site)}
    kinds = {name for name, _ in first.values()}
    return write(list(first.values())) + share_out([one for one in site if one[0] not in kinds], write)


def _tests(work: Work) -> int:
    from kitbag.rendering.kits import draw_kits, render_tests

    kits, findings = draw_kits(work.course)
    work.findings.extend(findings)
    pages = render_tests(work.course, kits, templates=work.settings.templates, digest=work.course.digest)
    return work.write(((name, make()) for name, make in pages))


def _handouts(work: Work) -> int:
    from kitbag.rendering.paper import documents

    pages = documents(work.course, size=work.settings.paper, templates=work.settings.templates)
    return work.write(print_changed(work, pages, "handouts/"))


def _exams(work: Work) -> int:
    drawn: list[tuple[Variant, ...]] = []
    for test in work.course.info.tests:
        variants, findings = _draw(work.course, test.id, variants=VARIANTS)
        work.findings.extend(findings)
        drawn += [variants] if variants else []
    return _printed_exams(work, drawn)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _draw(
    course: "Course", test: str, *, variants: int, seed: str | None = None, attempt: int = 1
) -> "tuple[tuple[Variant, ...], list[Finding]]":
    """Draw a test's variants; what keeps them from being drawn is a finding, and there are none.

    Without a seed, the course's edition is one. A form code that has been printed always stands for the same items:
    once the bank has changed, further seeds are made of the edition, and a seed that was asked for is refused.
    """
    from kitbag.questions.assembly import NoForm
    from kitbag.questions.solver import Undecided
    from kitbag.rendering.paper_exams import draw_forms
    from kitbag.results.grid import NotAGrid, variants_of
    from kitbag.results.printed import draw_name, grid_name, has_other_items

    edition = course.info.edition
    seeds = [seed] if seed is not None else [edition, *(f"{edition} {again}" for again in range(2, MOST_REDRAWN))]
    grid = ""
    try:
        for text in seeds:
            drawn = variants_of(draw_forms(course, test, variants=variants, seed=text, attempt=attempt))
            grid = grid_name(draw_name(drawn))
            if not has_other_items(course.folder, drawn):
                return drawn, []
    except (NoForm, Undecided) as error:
        return (), [Finding("no-form", Place("course/course.yaml"), f"{test}: {error}")]
    except NotAGrid as error:
        return (), [error.finding]
    except Unreadable as error:
        return (), [Finding(error.code, Place(grid), str(error), error.hint)]
    message = f'{test}: since the papers of seed "{text}" were printed, the items of their forms have changed.'
    return (), [Finding("forms-changed", Place(grid), message, "Choose another seed with --seed.")]


def _printed_exams(work: Work, draws: "Sequence[tuple[Variant, ...]]") -> int:
    """Print draws, make or extend their grids, and list them as printed."""
    from kitbag.rendering.paper import SEATS
    from kitbag.rendering.paper_exams import exam
    from kitbag.results.grid import FormsChanged, NotAGrid
    from kitbag.results.printed import PRINTED, draw_name, grid_name, keep_grid, list_printed

    course, settings = work.course, work.settings
    for variants in draws:
        try:
            grid = keep_grid(course.folder, variants, seats=SEATS)
        except (Unreadable, NotAGrid, FormsChanged, OSError) as error:
            raise Unwritable(course.folder / grid_name(draw_name(variants)), OSError(_reason(error))) from error
        work.say(f"{course.folder / grid}: key the answers in here")
    exams = [
        exam(course, [one.form for one in variants], size=settings.paper, templates=settings.templates)
        for variants in draws
    ]
    documents = [document for one in exams for document in one.documents]
    count = work.write(print_changed(work, documents, "exams/"))
    for variants in draws:
        try:
            list_printed(
                course.folder,
                variants,
                edition=course.info.edition,
                digest=course.digest[:12],
                into=os.path.relpath(work.target, course.folder).replace(os.sep, "/"),
                today=datetime.now().astimezone().date(),
            )
        except (Unreadable, OSError) as error:
            raise Unwritable(course.folder / PRINTED, OSError(_reason(error))) from error
    return count


def _packages(work: Work) -> int:
    """Write the course for learners and the bank for platforms, in every format."""
    from kitbag.exporters.base import select
    from kitbag.exporters.companions import describe
    from kitbag.exporters.deliveries import LEARNER_FORMATS, deliver, lost
    from kitbag.exporters.learner import RenderedCourse, Undrawn
    from kitbag.exporters.manifest import digests_in
    from kitbag.exporters.registry import EXPORTERS, export, write_export

    templates = work.settings.templates
    selection, findings = select(work.course) if work.course.items else (None, [])
    work.findings.extend(findings)
    rendered = RenderedCourse(work.course, templates, "course")
    written: dict[str, str] = {}
    beside: list[Path] = []
    try:
        for name in LEARNER_FORMATS:
            try:
                work.findings.extend(lost(name, rendered))
                written |= {path.name: name for path in deliver(name, rendered, work.folder)}
            except Undrawn as error:
                work.findings.extend(error.findings)
        if selection:
            for name in EXPORTERS:
                made = write_export(export(name, selection, templates=templates), work.folder)
                written |= {path.name: kind for path, kind in made}
        beside = list(describe(work.folder, work.course, written, templates))
        work.made.update(digests_in(work.folder))
        keep_same(work.folder, before=work.before)
    except OSError as error:
        raise Unwritable(work.target, error) from error
    except Unreadable as error:
        work.findings.append(Finding(error.code, Place("course/media"), str(error), error.hint))
    return len(written) + len(beside)


def _reports(work: Work) -> int:
    from kitbag.course.coverage import coverage
    from kitbag.rendering.reports import coverage_page

    found = coverage(work.course)
    files = [("coverage.html", coverage_page(found, work.course).encode()), ("coverage.csv", found.as_csv().encode())]
    return work.write(files)


OUTPUTS: Final[Mapping[str, Callable[[Work], int]]] = {
    "site": _site,
    "tests": _tests,
    "handouts": _handouts,
    "exams": _exams,
    "packages": _packages,
    "reports": _reports,
}
"""Every output by the name of its folder under build/, in the order in which they are made. Each counts its files."""


# --- Making them -----------------------------------------------------------------------------------------------------


def build_course(
    course: "Course", settings: Settings, say: Callable[[str], None], *, ledger: "Ledger | None" = None
) -> list[Finding]:
    """Build the outputs the settings ask for.

    Args:
        course: the checked course.
        settings: what to build, and where.
        say: told what is being done, in one line at a time.
        ledger: what stands already, and from which inputs; looked at before the course was read. Without it everything
            is made.

    Returns:
        What could not be built, each with the reason. An output that fails keeps its last good state.
    """
    return _make(course, settings, say, {name: OUTPUTS[name] for name in _wanted(settings)}, ledger)


def unchanged(settings: Settings, ledger: "Ledger") -> tuple["Lines", list[Finding]] | None:
    """Return what reading told and what making told, where all outputs asked for stand as they would be built now.

    `None` where anything must be made. It reads no course and writes nothing.
    """
    told = ledger.told()
    said: list[Finding] = []
    for findings in map(ledger.said_of, _wanted(settings)):
        if findings is None:
            return None
        said += findings
    if told is None or _has_litter(settings) or not ledger.contents_stand(_standing(settings)):
        return None
    return told, list(dict.fromkeys(said))


def refresh_site(
    folder: Path,
    settings: Settings,
    say: Callable[[str], None],
    ledger: "Ledger",
    *,
    tell: "Callable[[Lines, list[Finding]], Lines]",
) -> list[Finding] | None:
    """Build the site from the few files that changed and what is known of the others, where that is all to be built.

    Args:
        folder: the course folder.
        settings: what to build, and where.
        say: told what is being done, in one line at a time.
        ledger: what stands already, and from which inputs.
        tell: told what reading the course would tell, before the site is built: the lines of files that are as they
            were, and what is found in the others. It returns all lines.

    Returns:
        What could not be built; `None` where the whole course has to be read, and nothing was done.
    """
    if _wanted(settings) != ["site"] or not _plain_templates(settings, ledger):
        return None
    kept = ledger.detail_of("site", OUTLINES)
    told = ledger.told_of(kept["inputs"]) if kept else None
    if told is None:
        return None
    from kitbag.course.partly import Outlines, read_changed
    from kitbag.rendering.faults import TemplateFault, own_templates
    from kitbag.rendering.pages import render_site

    outlines = Outlines(kept["modules"], lambda: ledger.detail_of("site", SKETCHES))
    changed = read_changed(folder, kept["inputs"], ledger.inputs, outlines)
    if changed is None:
        return None
    try:
        with own_templates(settings.templates):
            site = render_site(changed.course, templates=settings.templates, digest=changed.course.digest)
            pages = {name: make() for name, make in site if name in changed.pages}
    except (TemplateFault, Unreadable):
        return None  # What an author has to mend is told by building from the whole course.

    others = {name: lines for name, lines in told.items() if name not in changed.files}
    found = [finding for finding in changed.findings if finding.severity is not Severity.NOTE]
    with ExitStack() as held:
        try:
            into = _alone(settings, held)
        except _Refused as refused:
            return [refused.finding]
        if not ledger.is_current():
            return None  # Another build came between.
        told = tell(others, found)
        try:
            new = replace_files(into / "site", pages.items())
        except Unwritable as error:
            return [_unwritable(settings.into / "site", str(error))]
        say(f"{settings.into / 'site'}: {counted(len(new), 'new file')}")
        ledger.read(told)
        ledger.keep({OUTLINES: {"inputs": ledger.inputs, "modules": changed.outlines}, SKETCHES: changed.sketches})
        ledger.made("site", [], new)
        findings = _write_contents(changed.course, settings, into, {}, ledger)
        ledger.save()
    return findings


def keep_details(course: "Course", sketches: Mapping[str, Any], ledger: "Ledger") -> None:
    """Keep what the next build wants to know of a course.

    Args:
        course: the whole course.
        sketches: what lint reads of each bank, by its module.
        ledger: where to keep it.
    """
    from kitbag.course.outline import outlines_of

    ledger.keep({OUTLINES: {"inputs": ledger.inputs, "modules": outlines_of(course)}, SKETCHES: sketches})


def _plain_templates(settings: Settings, ledger: "Ledger") -> bool:
    """Tell whether the course's own templates, where they are used, show no more of a course than the theme does."""
    own = {name for name in ledger.inputs if name.startswith("templates/")} if settings.templates else set()
    if "templates/about.html" in own and settings.templates:
        try:
            if b"practice" in read_within(settings.templates, "templates/about.html"):
                return False
        except Unreadable:
            return False
    return own <= _PLAIN


def _wanted(settings: Settings) -> list[str]:
    return [name for name in OUTPUTS if not settings.only or name in settings.only]


def print_exam(
    course: "Course",
    settings: Settings,
    say: Callable[[str], None],
    *,
    test: str,
    variants: int,
    seed: str | None = None,
    attempt: int = 1,
) -> list[Finding]:
    """Print the papers, answer sheets and keys of a test into a folder named after the draw, under exams-TEST-DRAW/.

    A draw that was printed before keeps all its variants, and the grid keeps all that was keyed into it.

    Returns:
        What could not be made, each with the reason.
    """
    from kitbag.results.printed import draw_name, printed_variants

    drawn, findings = _draw(course, test, variants=variants, seed=seed, attempt=attempt)
    if not findings and (before := printed_variants(course.folder, draw_name(drawn))) > variants:
        drawn, findings = _draw(course, test, variants=before, seed=seed, attempt=attempt)
    if findings:
        return findings
    return _make(course, settings, say, {f"exams-{draw_name(drawn)}": lambda work: _printed_exams(work, [drawn])})


def print_certificates(
    course: "Course",
    settings: Settings,
    say: Callable[[str], None],
    completions: Sequence[tuple[str, "Completion"]],
) -> list[Finding]:
    """Print a certificate for each completion, given with the name of its file; without any, one to fill in by hand.

    Where there are several, one more PDF holds them all. Certificates that were printed before stay.

    Returns:
        What could not be made, each with the reason.
    """
    from kitbag.rendering.paper_certificate import certificate, together

    wanted: Sequence[tuple[str, Completion | None]] = completions or [("certificate", None)]

    def make(work: Work) -> int:
        pages = [
            certificate(course, said, size=settings.paper, templates=settings.templates, path=f"{name}.pdf")
            for name, said in wanted
        ]
        pages += [together(tuple(pages), path=f"{ALL_CERTIFICATES}.pdf")] if len(pages) > 1 else []
        written = {page.path for page in pages}
        return work.write([*print_changed(work, pages, ""), *_printed_before(work, without=written)])

    return _make(course, settings, say, {"certificates": make})


def _make(
    course: "Course",
    settings: Settings,
    say: Callable[[str], None],
    outputs: Mapping[str, Callable[[Work], int]],
    ledger: "Ledger | None" = None,
) -> list[Finding]:
    with ExitStack() as held:
        try:
            into = _alone(settings, held)
        except _Refused as refused:
            return [refused.finding]
        findings: list[Finding] = []
        noted: dict[str, Noted] = {}
        for name, make in outputs.items():
            said = ledger.said_of(name) if ledger else None
            if said is None:
                said, made = _make_one(course, settings, say, into / name, make)
                noted |= {name: made} if made else {}
                # What could not be made is tried again by the next build.
                if ledger and not has_errors(said):
                    ledger.made(name, [one for one in said if one.code != "old-font-subsetting"])
                    ledger.save()
            else:
                say(f"{settings.into / name}: nothing has changed")
            findings += said
        findings += _write_contents(course, settings, into, noted, ledger)
        if ledger:
            ledger.save()
    return list(dict.fromkeys(findings))


class _Refused(Exception):
    """The folder of the outputs can't be used."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def _alone(settings: Settings, held: ExitStack) -> Path:
    """Lock the outputs for this build, tidy up what one that died left, and return a path to their folder that holds.

    Raises:
        _Refused: the folder can't be used, with the reason.
    """
    place = Place(str(settings.into))
    try:
        into = held.enter_context(folder_inside(*settings.inside, create=True))
        held.enter_context(locked(into))
        for target in _litter(into):
            recover(target)
    except BlockingIOError:
        message = "Another build is writing here."
        raise _Refused(Finding("locked", place, message, "Wait until it has finished.")) from None
    except (LeadsOut, InCircles) as error:
        way = "out of the course folder" if isinstance(error, LeadsOut) else "in a circle"
        message = f"This is a link, or has one above it, that leads {way}. Nothing was written."
        hint = 'Delete the link, or name a folder elsewhere with "--into".'
        raise _Refused(Finding("outside-folder", place, message, hint)) from None
    except OSError as error:
        raise _Refused(_unwritable(settings.into, error.strerror or str(error))) from None
    return into


def _make_one(
    course: "Course", settings: Settings, say: Callable[[str], None], before: Path, make: Callable[[Work], int]
) -> tuple[list[Finding], Noted]:
    """Make one output and let it take the place of its last state.

    Returns:
        What could not be made, and what is to be known again of the files that were.
    """
    from kitbag.rendering.faults import NoPdf, TemplateFault, own_templates

    target = settings.into / before.name
    try:
        with own_templates(settings.templates), new_folder(before) as folder:
            work = Work(course, settings, folder, before, target, say)
            count = make(work)
            if has_errors(work.findings) and _holds_files(before):
                raise _Incomplete
    except _Incomplete:
        say(f"{target}: left as it was, because not all of it can be made")
        return work.findings, {}
    except Unwritable as error:
        return [_unwritable(target, str(error))], {}
    except TemplateFault as fault:
        return [_template_finding(fault)], {}
    except NoPdf as error:
        hint = "Everything else was built." if not settings.only and target.name in OUTPUTS else ""
        return [Finding("no-pdf", Place(str(settings.into)), str(error), hint)], {}
    except OSError as error:
        return [_unwritable(target, error.strerror or str(error))], {}
    if work.made:
        note_made(*settings.inside, before.name, work.made)
    say(f"{target}: {counted(count, 'file')}")
    return work.findings, work.made


def _template_finding(fault: "TemplateFault") -> Finding:
    from kitbag.rendering.template_checks import unusable

    return unusable(fault.place, str(fault))


class _Incomplete(Exception):
    """Part of an output can't be made, and its last state is worth more than the rest."""


def _holds_files(folder: Path) -> bool:
    return folder.is_dir() and not folder.is_symlink() and any(folder.iterdir())


def print_changed(work: Work, documents: "Iterable[PaperDocument]", prefix: str) -> Iterable[tuple[str, bytes]]:
    """Give the PDF of each document, taken from the last state of the output where nothing in it has changed.

    Raises:
        NoPdf: something has changed, and PDFs cannot be made on this machine.
    """
    from kitbag.rendering.paper_pdf import document_digest, print_documents

    earlier = made_here(*work.settings.inside, work.before.name)
    changed: list[tuple[PaperDocument, str]] = []
    digests: dict[str, str] = {}
    for document in documents:
        name = document.path.removeprefix(prefix)
        try:
            html = document.html()
        except Unreadable as error:
            work.findings.append(Finding(error.code, Place(document.path), f"It could not be printed: {error}"))
            continue
        digests[name] = document_digest(html)
        noted = earlier.get(name, ())
        kept = _kept_pdf(work.before, name, noted, digests[name]) if len(noted) == _NOTED_OF_PDFS else None
        if kept is None:
            changed.append((document, html))
        else:
            work.made[name] = noted
            yield name, kept
    titles = {document.path: document.title for document, _ in changed}
    for number, printed in enumerate(print_documents(changed) if changed else (), start=1):
        work.findings.extend(printed.findings)
        name = printed.path.removeprefix(prefix)
        if printed.pdf is None:
            continue
        about = titles[printed.path], str(printed.pages), work.settings.paper
        work.made[name] = (digests[name], sha256(printed.pdf).hexdigest(), *about)
        work.say(f"{work.target / name} ({number} of {len(changed)}, {counted(printed.pages, 'page')})")
        yield name, printed.pdf


def _printed_before(work: Work, *, without: Collection[str]) -> Iterable[tuple[str, bytes]]:
    """Give the other PDFs that this user's Kitbag printed into this output before, byte for byte."""
    for name, earlier in sorted(made_here(*work.settings.inside, work.before.name).items()):
        kept = None if name in without else _kept_pdf(work.before, name, earlier, earlier[0])
        if kept is not None:
            work.made[name] = earlier
            yield name, kept


def _kept_pdf(folder: Path, name: str, earlier: Sequence[str] | None, html: str) -> bytes | None:
    """Return a PDF that this user's Kitbag printed from this HTML, byte for byte as it was printed."""
    if not earlier or earlier[0] != html:
        return None
    try:
        data = read_within(folder, name)
    except Unreadable:
        return None
    return data if sha256(data).hexdigest() == earlier[1] else None


# --- The page of contents --------------------------------------------------------------------------------------------


def write_contents(course: "Course", settings: Settings, into: Path) -> list[Finding]:
    """Bring the page of contents up to date after something else was put among the outputs.

    Args:
        course: the course.
        settings: where the outputs are, and whether the course's own templates are used.
        into: a path to their folder that holds, locked.

    Returns:
        Why the page can't be written.
    """
    return _write_contents(course, settings, into, {}, None)


def _write_contents(
    course: "Course", settings: Settings, into: Path, noted: Mapping[str, Noted], ledger: "Ledger | None"
) -> list[Finding]:
    """Write the page that says what is among the outputs; one that somebody else put there stays."""
    from kitbag.rendering.contents import MARK, contents_page
    from kitbag.rendering.faults import TemplateFault, own_templates

    target = settings.into / CONTENTS
    found = _standing(settings, noted)
    if not found[0] and not found[1]:
        if ledger:
            ledger.contents_made(found)
        return []
    try:
        before = read_within(into, CONTENTS)
    except Unreadable as error:
        if error.code != "missing-file":
            return [_unwritable(target, str(error).rstrip("."))]
        before = None
    if before is not None and not before.endswith(MARK):
        message = "This page isn't Kitbag's, so it was left alone."
        hint = "Move it away, and the next build writes a page there that lists what was built."
        return [Finding("not-ours", Place(str(target)), message, hint, Severity.WARNING)]
    try:
        with own_templates(settings.templates):
            page = contents_page(course, _contents(found), templates=settings.templates)
        if page != before:
            write_atomically(into / CONTENTS, page)
    except TemplateFault as fault:
        return [_template_finding(fault)]
    except Unreadable as error:
        return [Finding(error.code, Place("course/media"), str(error), error.hint)]
    except OSError as error:
        return [_unwritable(target, error.strerror or str(error))]
    if ledger:
        ledger.contents_made(found)
    return []


Found = tuple[dict[str, str], dict[str, list[str]], list[str]]
"""Of the outputs: the pages that are there by name, what is noted of each PDF by its path, and what is missing."""


def _standing(settings: Settings, noted: Mapping[str, Noted] | None = None) -> Found:
    """Return what the page of contents lists; it imports nothing that renders, for every build asks.

    PDFs are listed that this user's Kitbag printed: `noted` now, or earlier.
    """
    root, name = settings.inside
    screens = {kind: path for kind, path in SCREENS.items() if kind_inside(root, f"{name}/{path}") == "file"}
    known = {**all_made_here(root, name), **(noted or {})}
    printouts = {
        f"{output}/{file}": list(about[2:])
        for output, made in known.items()
        for file, about in made.items()
        if len(about) == _NOTED_OF_PDFS and kind_inside(root, f"{name}/{output}/{file}") == "file"
    }
    missing = [output for output in OUTPUTS if kind_inside(root, f"{name}/{output}") != "folder"]
    return screens, dict(sorted(printouts.items())), missing


def _contents(found: Found) -> "Contents":
    from kitbag.rendering.contents import Contents, Printout

    screens, printouts, missing = found
    prints = (Printout(path, title, int(pages), paper) for path, (title, pages, paper) in printouts.items())
    return Contents(screens, tuple(prints), tuple(missing))


def _litter(into: Path) -> set[Path]:
    """Return the outputs, the ledger among them, of which a build that died left something half made."""
    found = (_HALF_MADE.fullmatch(name) for name in (os.listdir(into) if into.is_dir() else ()))  # noqa: PTH208 - names alone are wanted
    return {into / half[1] for half in found if half}


def _has_litter(settings: Settings) -> bool:
    try:
        with folder_inside(*settings.inside) as into:
            return bool(_litter(into))
    except OSError:
        return True


def _unwritable(path: Path, reason: str) -> Finding:
    message = f"This cannot be written: {reason}."
    return Finding("unwritable", Place(str(path)), message, "What was there before is still there.")
