"""What lies beside the packages of a course: the pages that tell how to use them, and the list of digests."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from kitbag.course.model import Course
from kitbag.exporters.guides import Listed, guide_pages
from kitbag.exporters.manifest import GUIDE, listed_files, write_manifest
from kitbag.files import write_atomically


def describe(folder: Path, course: Course, written: Mapping[str, str], templates: Path | None) -> Iterator[Path]:
    """Write the pages and the list of digests into a folder of packages, and give the path of each.

    Args:
        folder: where the packages are.
        course: the course they were made of.
        written: the format of each file written now, by its name; those listed earlier are kept while they are there.
        templates: the course folder whose `templates/` may change the pages, or None.

    Raises:
        OSError: a file cannot be read or written.
        kitbag.rendering.faults.TemplateFault: a template of the course cannot be used.
    """
    formats = {one["name"]: str(one.get("format", "")) for one in listed_files(folder)} | dict(written)
    listed = [
        Listed(name, kind, (folder / name).stat().st_size)
        for name, kind in sorted(formats.items())
        if kind != GUIDE and (folder / name).is_file()
    ]
    pages = dict(guide_pages(course, listed, templates))
    for name, page in pages.items():
        write_atomically(folder / name, page)
        yield folder / name
    # A page whose platform has lost its last package says what is no longer so.
    for name, kind in formats.items():
        if kind == GUIDE and name not in pages:
            (folder / name).unlink(missing_ok=True)
    yield write_manifest(folder, course, {**written, **dict.fromkeys(pages, GUIDE)})
