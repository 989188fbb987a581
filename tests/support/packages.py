"""Packages of the small course, each made once in a process, however many tests look at it."""

import io
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from kitbag.course.load import load_course
from kitbag.course.model import Course
from kitbag.exporters.deliveries import deliver
from kitbag.exporters.learner import RenderedCourse, Units

PROJECT: Final = Path(__file__).parents[1] / "projects" / "every-item-type"


@cache
def small_course() -> Course:
    """Return the course that has every item type, a pre-test and a final test in two attempts."""
    loaded = load_course(PROJECT)
    assert loaded.course is not None, loaded.findings
    return loaded.course


@cache
def package(name: str, units: Units = "module", **info: Any) -> bytes:
    """Return the package of the small course in a format that makes one file of it.

    Args:
        name: the format.
        units: what a platform tracks as one.
        **info: what `course.yaml` says differently.
    """
    course = replace(small_course(), info=small_course().info.model_copy(update=info))
    with TemporaryDirectory() as folder:
        [path] = deliver(name, RenderedCourse(course, units=units), Path(folder))
        return path.read_bytes()


def opened(name: str, units: Units = "module", **info: Any) -> zipfile.ZipFile:
    """Return the package, open for reading."""
    return zipfile.ZipFile(io.BytesIO(package(name, units, **info)))
