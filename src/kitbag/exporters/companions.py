"""What lies beside the packages of a course: the pages that tell how to use them, and the list of digests."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from kitbag.course.model import Course
from kitbag.exporters.guides import Listed, guide_pages
from kitbag.exporters.manifest import GUIDE, is_as_listed, listed_files, write_manifest
from kitbag.files import write_atomically
from kitbag.inside import kind_inside


def describe(
    folder: Path,
    course: Course,
    written: Mapping[str, str],
    templates: Path | None,
    *,
    before: Path | None = None,
    ours: Mapping[str, Sequence[str]] | None = None,
) -> Iterator[Path]:
    """Write the pages and the list of digests into a folder of packages, and give the path of each.

    Args:
        folder: where the packages are that were written now.
        course: the course they were made of.
        written: the format of each file written now, by its name; those listed earlier are kept while they are there.
        templates: the course folder whose `templates/` may change the pages, or None.
        before: where those listed earlier are, if not in the same folder.
        ours: the digests of what this user made there, as `kitbag.seals` noted them. Whatever else is listed is left
            out, and stays where it is. `None` believes the list.

    Raises:
        OSError: a file cannot be read or written.
        kitbag.rendering.faults.TemplateFault: a template of the course cannot be used.
    """
    before = before or folder
    earlier = {
        one["name"]: one
        for one in listed_files(before)
        if one["name"] not in written
        and kind_inside(before, one["name"]) == "file"
        and (ours is None or (ours.get(one["name"], ())[1:] == [one.get("sha256")] and is_as_listed(before, one)))
    }
    packages = {name: before / name for name, one in earlier.items() if one.get("format") != GUIDE}
    packages |= {name: folder / name for name in written}
    formats = {name: str(one.get("format", "")) for name, one in earlier.items()} | dict(written)
    listed = [Listed(name, formats[name], path.lstat().st_size) for name, path in sorted(packages.items())]
    pages = dict(guide_pages(course, listed, templates))
    for name, page in pages.items():
        write_atomically(folder / name, page)
        yield folder / name
    kept = [one for name, one in earlier.items() if name in packages]
    yield write_manifest(folder, course, {**written, **dict.fromkeys(pages, GUIDE)}, kept)
    # A page whose platform has lost its last package says what is no longer so.
    for name in earlier.keys() - packages.keys() - pages.keys():
        (before / name).unlink(missing_ok=True)
