"""Nothing is ever half written, whoever interrupts it, and no path leaves its folder."""

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from children import started

from kitbag.files import (
    Unwritable,
    is_safe_name,
    locked,
    new_folder,
    recover,
    replace_files,
    write_atomically,
    write_tree,
)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "file.txt"
    write_atomically(file, b"one")
    write_atomically(file, b"two")
    assert tree(tmp_path) == {"deep/file.txt": b"two"}


def test_a_failed_replacement_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file.txt"
    write_atomically(file, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(file, b"new")
    assert tree(tmp_path) == {"file.txt": b"old"}


def test_a_folder_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with new_folder(tmp_path / "site") as folder:
            write_tree(folder, [(f"{name}.html", name.encode())])
    assert tree(tmp_path) == {"site/two.html": b"two"}


def test_a_folder_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    with new_folder(tmp_path / "site") as folder:
        write_tree(folder, [("index.html", b"good")])

    def broken() -> Iterator[tuple[str, bytes]]:
        yield "index.html", b"half"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), new_folder(tmp_path / "site") as folder:
        write_tree(folder, broken())
    assert tree(tmp_path) == {"site/index.html": b"good"}


def test_folders_change_places_without_the_exchange_of_linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kitbag.files._exchange", lambda *_: False)
    test_a_folder_takes_the_place_of_the_old_one(tmp_path)


@pytest.mark.parametrize("links", [True, False])
def test_what_comes_out_the_same_is_kept(links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")  # what a stick formatted with FAT says

    if not links:
        monkeypatch.setattr(os, "link", no_links)
    site = tmp_path / "site"
    with new_folder(site) as folder:
        write_tree(folder, [("a.html", b"same"), ("b.html", b"old"), ("c.html", b"gone"), ("deep/d.html", b"same")])
    for path in site.rglob("*.html"):
        os.utime(path, (1, 1))
    with new_folder(site) as folder:
        write_tree(folder, [("a.html", b"same"), ("b.html", b"new"), ("deep/d.html", b"same")], before=site)
    assert tree(site) == {"a.html": b"same", "b.html": b"new", "deep/d.html": b"same"}
    assert {path.name: path.stat().st_mtime == 1 for path in site.rglob("*.html")} == {
        "a.html": True,
        "b.html": False,
        "d.html": True,
    }
    assert {path.stat().st_nlink for path in site.rglob("*.html")} == {1}


def test_a_link_in_the_old_folder_is_not_kept(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (tmp_path / "elsewhere").write_bytes(b"same")
    (site / "a.html").symlink_to(tmp_path / "elsewhere")
    with new_folder(site) as folder:
        write_tree(folder, [("a.html", b"same")], before=site)
    assert not (site / "a.html").is_symlink()
    assert (tmp_path / "elsewhere").stat().st_nlink == 1


def test_what_a_dead_process_left_is_put_right(tmp_path: Path) -> None:
    old = tmp_path / ".site.old"
    old.mkdir()
    (old / "index.html").write_bytes(b"good")
    (tmp_path / ".site.new-abc").mkdir()
    recover(tmp_path / "site")
    assert tree(tmp_path) == {"site/index.html": b"good"}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder that stands, with files in it and in a folder below."""
    with new_folder(tmp_path / "site") as folder:
        write_tree(folder, [("a.html", b"old a"), ("deep/b.html", b"old b"), ("deep/c.html", b"old c")])
    return tmp_path / "site"


CHANGE = [("a.html", b"new a"), ("deep/b.html", b"new b"), ("deep/c.html", b"old c")]
CHANGED = {"site/a.html": b"new a", "site/deep/b.html": b"new b", "site/deep/c.html": b"old c"}


def test_files_of_a_folder_are_replaced_and_the_others_left_alone(site: Path) -> None:
    same = (site / "deep/c.html").stat()
    assert replace_files(site, CHANGE) == ["a.html", "deep/b.html"]
    assert tree(site.parent) == CHANGED
    assert (site / "deep/c.html").stat() == same
    assert [path.name for path in site.parent.iterdir()] == ["site"]


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_a_change_that_died_is_ended_by_the_next_process(
    moved: int, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, places = Path.replace, iter(range(9))

    def dies(path: Path, target: Path) -> Path:
        if next(places) >= moved:
            os._exit(9)
        return real(path, target)

    child = os.fork()
    if child == 0:
        monkeypatch.setattr(Path, "replace", dies)
        replace_files(site, CHANGE)
        os._exit(9)
    os.waitpid(child, 0)
    recover(site)
    assert tree(site.parent) == CHANGED
    assert [path.name for path in site.parent.iterdir()] == ["site"]


def test_an_interrupted_change_comes_to_its_end(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, interrupted = Path.replace, []

    def interrupts(path: Path, target: Path) -> Path:
        if len(interrupted) == 1:
            interrupted.append(path)
            raise KeyboardInterrupt
        interrupted.append(path)
        return real(path, target)

    monkeypatch.setattr(Path, "replace", interrupts)
    with pytest.raises(KeyboardInterrupt):
        replace_files(site, CHANGE)
    assert tree(site.parent) == CHANGED


def test_a_change_that_cannot_be_written_changes_nothing(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, _data: bytes) -> int:
        raise OSError(28, "No space left on device", str(path))

    before = tree(site.parent)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(Unwritable, match="No space left"):
            replace_files(site, CHANGE)
    with pytest.raises(Unwritable, match="cannot be replaced"):
        replace_files(site, [*CHANGE, ("nowhere/d.html", b"new d")])
    assert tree(site.parent) == before


def test_no_change_that_a_stranger_left_leads_out_of_the_folder(site: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep/b.html").write_bytes(b"mine")
    (outside / "b.html").write_bytes(b"mine")
    change = tmp_path / ".site.change"

    def leave() -> None:
        (change / "deep").mkdir(parents=True)
        (change / "deep/b.html").write_bytes(b"theirs")

    leave()
    (site / "deep").rename(tmp_path / "away")
    (site / "deep").symlink_to(outside)
    recover(site)
    site.rename(tmp_path / "real")
    site.symlink_to(outside)
    leave()
    recover(site)
    site.unlink()
    leave()
    recover(site)
    assert not change.exists()
    assert tree(outside) == {"b.html": b"mine", "deep/b.html": b"mine"}
    with new_folder(site) as folder:
        write_tree(folder, [("b.html", b"old b"), ("deep/b.html", b"old b")])
    change.symlink_to(outside)
    recover(site)
    assert not change.is_symlink()
    assert tree(outside) == {"b.html": b"mine", "deep/b.html": b"mine"}


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "", "a\\b", "c:x", "a\nb", "a\0b", "what?"])
def test_no_name_leaves_the_folder(name: str, tmp_path: Path) -> None:
    assert not is_safe_name(name)
    with pytest.raises(ValueError, match="unsafe name"):
        write_tree(tmp_path, [(name, b"")])


@pytest.mark.parametrize(
    "name",
    [
        "con", "AUX", "a/nul.txt", "com1.tar.gz", "lpt\u00b9", "Prn .txt", "CONIN$", "con/index.html",
        "x.", "x ", "a./b", "a\u202etxt.exe", "a\u2066b", "a\ud800", "a\x7f", "a\x85b", "n" * 256, "\u00e9" * 128,
    ],
)  # fmt: skip
def test_no_name_is_lost_on_another_system(name: str) -> None:
    assert not is_safe_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "console",
        "a/com10",
        "auxiliary.html",
        "nul-1",
        "null",
        ".gitignore",
        "a b.png",
        "a..b",
        "n" * 255,
        "\u0645.html",
    ],
)
def test_ordinary_names_are_safe(name: str) -> None:
    assert is_safe_name(name)


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    (tmp_path / "index.html").mkdir()
    with pytest.raises(Unwritable, match="Is a directory"):
        write_tree(tmp_path, [("index.html", b"")])


def test_a_folder_has_one_writer(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(BlockingIOError), locked(tmp_path):
        pass
    with locked(tmp_path):
        pass


def test_a_killed_writer_leaves_the_last_good_folder(tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        from kitbag.files import new_folder, write_tree
        number = 0
        while True:
            number += 1
            with new_folder(Path(sys.argv[1]) / "site") as folder:
                write_tree(folder, [(f"{name}.html", str(number).encode()) for name in range(50)])
            print(number, flush=True)
    """)
    for pause in (0.00, 0.003, 0.007, 0.011, 0.013):
        with started([sys.executable, "-c", script, tmp_path], stdout=subprocess.PIPE) as writer:
            writer.stdout.readline()
            time.sleep(pause)
        recover(tmp_path / "site")
        files = tree(tmp_path)
        assert len(files) == 50
        assert len(set(files.values())) == 1, "the folder mixes two builds"
