"""Changes are seen whatever way they come, and each as one state at rest."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kitbag.preview.watching import Snapshot, changes, snapshot


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "course" / "media").mkdir(parents=True)
    (tmp_path / "course" / "m1.yaml").write_text("one")
    return tmp_path


def by_rename(folder: Path) -> None:
    (folder / "course" / "m1.yaml.tmp").write_text("two")
    (folder / "course" / "m1.yaml.tmp").replace(folder / "course" / "m1.yaml")


def by_folder(folder: Path) -> None:
    (folder / "templates").mkdir()
    (folder / "templates" / "about.html").write_text("new")


WAYS: list[Callable[[Path], object]] = [
    by_rename,
    by_folder,
    lambda folder: (folder / "course" / "m1.yaml").write_text("other"),
    lambda folder: (folder / "course" / "m1.yaml").unlink(),
    lambda folder: (folder / "course" / "media" / "new.svg").write_text("<svg/>"),
    lambda folder: shutil.rmtree(folder / "course"),
    lambda folder: (folder / "course" / "dangling.yaml").symlink_to("nowhere"),
]


@pytest.mark.parametrize("way", WAYS)
def test_every_change_is_seen_once(folder: Path, way: Callable[[Path], object]) -> None:
    stop = threading.Event()
    states = changes(folder, stop, pause=0.02)
    before = next(states)
    way(folder)
    after = next(states)
    assert before != after
    assert after == snapshot(folder)
    stop.set()
    assert list(states) == []


def test_files_that_are_no_course_files_are_not_looked_at(folder: Path) -> None:
    (folder / "build").mkdir()
    (folder / "build" / "index.html").write_text("built")
    (folder / "course" / ".git").mkdir()
    (folder / "course" / ".git" / "index").write_text("kept")
    assert list(snapshot(folder)) == ["course/m1.yaml"]


def test_a_link_in_a_circle_is_not_followed(folder: Path) -> None:
    (folder / "course" / "round").symlink_to(folder / "course")
    assert sorted(snapshot(folder)) == ["course/m1.yaml"]


def test_a_folder_is_seen_through_a_link_that_stays_inside_alone(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "note").touch()
    (folder / "course/media").rmdir()
    (folder / "pictures").mkdir()
    (folder / "pictures/a.png").touch()
    (folder / "course/media").symlink_to("../pictures")
    (folder / "templates").symlink_to(outside)
    assert sorted(snapshot(folder)) == ["course/m1.yaml", "course/media/a.png"]


def test_many_saves_are_one_state(folder: Path) -> None:
    stop = threading.Event()
    seen: list[Snapshot] = []

    def look() -> None:
        seen.extend(changes(folder, stop, pause=0.2))

    watcher = threading.Thread(target=look)
    watcher.start()
    for number in range(60):
        (folder / "course" / f"m{number}.yaml").write_text("new")
    last = snapshot(folder)
    while not seen or seen[-1] != last:
        stop.wait(0.05)
    stop.set()
    watcher.join()
    assert len(seen) <= 3
