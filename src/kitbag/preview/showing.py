"""What a preview shows: pages rendered when they are looked at, from the course as it was last sound.

Paths are those under build/: `site/index.html`, `tests/final/kit-a/index.html`, `reports/coverage.html`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import Condition
from typing import Final

from kitbag.course.model import Course
from kitbag.course.reader import Reader
from kitbag.files import Unreadable
from kitbag.findings import Finding, Place, in_order
from kitbag.preview.watching import Snapshot
from kitbag.rendering.faults import TemplateFault, own_templates
from kitbag.rendering.string_checks import check_strings
from kitbag.rendering.template_checks import check_templates, unusable, without_repeats

START: Final = "site/index.html"
"""The page that a preview opens with."""


@dataclass(frozen=True)
class Page:
    """One file as it is shown."""

    data: bytes | None
    """Its bytes; `None` where it cannot be made and never could."""
    findings: Sequence[Finding]
    """What is wrong with the course, and with the making of this file."""
    mark: str
    """Differs whenever the file, or a picture or style sheet it may use, differs."""
    stale: bool
    """Whether these are the last bytes that could be made, and not what the files would give now."""


class Showing:
    """The course as it is shown. Threads may ask for pages while another one refreshes it."""

    def __init__(self, folder: Path, *, templates: bool = True) -> None:
        """Take the course folder, which may be broken, or go and come back; say whether its own templates are used."""
        self.version = 0
        """Grows with every refresh."""
        self.findings: Sequence[Finding] = ()
        """What is wrong with the files as they are."""
        self.course: Course | None = None
        """The last course that could be read."""
        self._stale = False
        self._templates = folder if templates else None
        self._reader = Reader(folder)
        self._files: _Files | None = None
        self._assets = ""
        self._last: dict[str, bytes] = {}
        self._made: dict[str, Page] = {}
        self._news = Condition()

    def refresh(self, state: Snapshot) -> None:
        """Read what has changed; where the course can no longer be read, the last pages stay, with the new findings."""
        loaded = self._reader.read()
        with self._news:
            strings = check_strings(loaded.course, loaded.places) if loaded.course else ()
            templates = check_templates(self._templates) if self._templates else ()
            self.findings = in_order([*loaded.findings, *strings, *templates])
            self._stale = loaded.course is None
            if loaded.course is not None:
                self.course = loaded.course
                self._files = _Files(self.course, self._templates)
                self._assets = repr(sorted(entry for entry in state.items() if not entry[0].endswith(".yaml")))
                self._made.clear()
            # What was shown stays as it is: templates and pictures may have gone together with the course.
            self._made = {path: replace(page, findings=self.findings, stale=True) for path, page in self._made.items()}
            self.version += 1
            self._news.notify_all()

    def wait(self, version: int, seconds: float) -> int:
        """Return the version as soon as it is another one, or after so many seconds."""
        with self._news:
            self._news.wait_for(lambda: self.version != version, seconds)
            return self.version

    def wake(self) -> None:
        """Let all who wait go on."""
        with self._news:
            self.version += 1
            self._news.notify_all()

    def page(self, path: str) -> Page | None:
        """Return a file as it is after the first refresh or the latest; `None` where the course has no such file."""
        with self._news:
            self._news.wait_for(lambda: self.version)
            if path not in self._made:
                made = self._make(path)
                if made is None:
                    return None
                self._made[path] = made
            return self._made[path]

    def _make(self, path: str) -> Page | None:
        if self._files is None:
            # Whatever page was asked for, its author wants to know why there is none.
            return Page(None, self.findings, "", stale=False) if path.endswith(".html") else None
        wrong: list[Finding] = []
        stale = self._stale
        try:
            with own_templates(self._templates):
                make = self._files.find(path, wrong)
                if make is None:
                    return None
                self._last[path] = make()
        except TemplateFault as fault:
            wrong += without_repeats([unusable(fault.place, str(fault))], self.findings)
            stale = True
        except Unreadable as error:
            wrong.append(Finding(error.code, Place(path), str(error), error.hint))
        data = self._last.get(path)
        mark = sha256((data or b"") + self._assets.encode()).hexdigest()[:16]
        return Page(data, in_order([*self.findings, *wrong]), mark, stale or bool(wrong))


class _Files:
    """Every file that one reading of a course gives, each made when it is asked for."""

    def __init__(self, course: Course, templates: Path | None) -> None:
        self._course = course
        self._templates = templates

    def find(self, path: str, wrong: list[Finding]) -> Callable[[], bytes] | None:
        """Return the function that makes a file; what cannot be made of its kind is added to `wrong`."""
        output, _, name = path.partition("/")
        match output:
            case "site":
                return self._site.get(name)
            case "tests":
                files, findings = self._tests
                wrong.extend(findings)
                return files.get(name)
            case "reports" if name == "coverage.html":
                return self._coverage
        return None

    @cached_property
    def _site(self) -> Mapping[str, Callable[[], bytes]]:
        from kitbag.rendering.pages import render_site

        # Without the digest: it would make every page a new one whenever anything changes.
        return dict(render_site(self._course, templates=self._templates))

    @cached_property
    def _tests(self) -> tuple[Mapping[str, Callable[[], bytes]], Sequence[Finding]]:
        from kitbag.rendering.kits import draw_kits, render_tests

        kits, findings = draw_kits(self._course)
        return dict(render_tests(self._course, kits, templates=self._templates)), findings

    def _coverage(self) -> bytes:
        from kitbag.course.coverage import coverage
        from kitbag.rendering.reports import coverage_page

        return coverage_page(coverage(self._course), self._course).encode()
