"""No link in a folder that a stranger filled leads out of it, whoever swaps what and when."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from kitbag import inside
from kitbag.files import Unreadable, locked, names_within, new_folder, read_within, write_within
from kitbag.inside import (
    InCircles,
    LeadsOut,
    NotAFile,
    file_inside,
    folder_inside,
    kind_inside,
    open_inside,
)


@pytest.fixture(params=["relative", "compared"])
def root(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file in it, beside one that is none of its business; on each kind of system."""
    monkeypatch.setattr(inside, "RELATIVE", request.param == "relative")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/file").write_bytes(b"secret")
    (tmp_path / "root/deep").mkdir(parents=True)
    (tmp_path / "root/deep/file").write_bytes(b"ours")
    return tmp_path / "root"


@pytest.fixture(autouse=True)
def _nothing_stays_open() -> Iterator[None]:
    before = len(list(Path("/proc/self/fd").iterdir()))
    yield
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def read(root: Path, name: str) -> bytes:
    with os.fdopen(open_inside(root, name), "rb") as file:
        return file.read()


@pytest.mark.parametrize("target", ["deep/file", "./deep/../deep/file", "deep/./file", "absolute", "through"])
def test_a_link_that_stays_inside_is_followed(target: str, root: Path) -> None:
    (root / "through").symlink_to("other")
    (root / "other").symlink_to("deep/file")
    (root / "link").symlink_to(root / "deep/file" if target == "absolute" else target)
    (root / "folder").symlink_to("deep")
    assert read(root, "link") == b"ours"
    assert read_within(root, "folder/file") == b"ours"
    assert kind_inside(root, "link") == "file"
    assert kind_inside(root, "folder") == "folder"
    write_within(root, "link", b"new")
    assert (root / "link").is_symlink()
    assert read(root, "deep/file") == b"new"


@pytest.mark.parametrize("target", ["../outside/file", "/etc/hostname", "deep/../../outside/file", "absolute", "up"])
def test_a_link_that_leads_out_is_not(target: str, root: Path) -> None:
    (root / "up").symlink_to("deep/../..")
    to = {"absolute": str(root.parent / "outside/file"), "up": "up/outside/file"}.get(target, target)
    (root / "link").symlink_to(to)
    with pytest.raises(LeadsOut):
        read(root, "link")
    with pytest.raises(LeadsOut):
        write_within(root, "link", b"bad")
    with pytest.raises(LeadsOut), folder_inside(root, "link", create=True):
        pass
    with pytest.raises(Unreadable, match=r'^"link" leads out of the course folder\.$'):
        read_within(root, "link")
    assert kind_inside(root, "link") == "link"
    assert (root.parent / "outside/file").read_bytes() == b"secret"


def test_dots_lead_no_further_than_the_folder(root: Path) -> None:
    assert read(root, "deep/../deep/file") == b"ours"
    for name in ("..", "../outside/file", "deep/../../outside/file"):
        with pytest.raises(LeadsOut):
            read(root, name)


def test_links_to_one_another_end(root: Path) -> None:
    (root / "one").symlink_to("two")
    (root / "two").symlink_to("one")
    (root / "self").symlink_to("self/deep")
    for number in range(60):
        (root / f"chain{number}").symlink_to(f"chain{number + 1}")
    (root / "chain60").symlink_to("deep/file")
    for name in ("one", "self"):
        with pytest.raises(InCircles):
            read(root, name)
        with pytest.raises(InCircles), folder_inside(root, name):
            pass
        message = f'"{name}" can\'t be read: the links on the way to it lead in a circle, or there are too many.'
        with pytest.raises(Unreadable) as raised:
            read_within(root, name)
        assert (str(raised.value), raised.value.hint) == (message, "Delete the links, and put the file itself there.")
    if inside.RELATIVE:
        with pytest.raises(InCircles):
            read(root, "chain0")
    assert kind_inside(root, "one") == "link"
    assert names_within(root, "one") == []


@pytest.mark.parametrize("kind", ["a named pipe", "a socket", "a folder"])
def test_nobody_waits_at_what_is_no_file(kind: str, root: Path) -> None:
    odd = root / "odd"
    with socket.socket(socket.AF_UNIX) as listening:
        if kind == "a named pipe":
            os.mkfifo(odd)
        elif kind == "a folder":
            odd.mkdir()
        else:
            here = Path.cwd()
            os.chdir(root)  # the name of a socket must be short
            listening.bind("odd")
            os.chdir(here)
        with pytest.raises(NotAFile, match=kind):
            read(root, "odd")
        with pytest.raises(NotAFile, match=kind):
            write_within(root, "odd", b"")
        with pytest.raises(Unreadable, match=rf'^"odd" is not a file but {kind}\.$'):
            read_within(root, "odd")


def test_a_device_is_not_opened(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "zero").symlink_to("/dev/zero")
    with pytest.raises(LeadsOut):
        read(root, "zero")
    real = os.open

    def opens(path: object, *rest: object, **more: object) -> object:
        assert not str(path).endswith("zero")
        return real(path, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", opens)
    with pytest.raises(NotAFile, match="device"):
        read(Path("/dev"), "zero")  # where it lies inside


def test_folders_are_made_inside_only(root: Path) -> None:
    (root / "out").symlink_to("../outside")
    (root / "dangling").symlink_to("../nowhere")
    (root / "new").symlink_to("made/here")
    write_within(root, "a/b/c", b"1")
    assert (root / "a/b/c").read_bytes() == b"1"
    write_within(root, "new/file", b"2")
    assert (root / "made/here/file").read_bytes() == b"2"
    for name in ("out/new/file", "dangling/file", "dangling"):
        with pytest.raises(LeadsOut):
            write_within(root, name, b"bad")
    assert sorted(path.name for path in root.parent.iterdir()) == ["outside", "root"]
    assert [path.name for path in (root.parent / "outside").iterdir()] == ["file"]


def test_a_folder_named_by_its_user_may_be_a_link(root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to("root")
    assert read(link, "deep/file") == b"ours"
    (root / "back").symlink_to(link / "deep/file")  # absolute, by another name of the folder
    assert read(link, "back") == b"ours"
    write_within(link, "deep/file", b"new")
    assert (root / "deep/file").read_bytes() == b"new"


def test_a_file_is_not_a_folder(root: Path) -> None:
    with pytest.raises(Unreadable, match="cannot be read: Not a directory"):
        read_within(root, "deep/file/more")
    assert kind_inside(root, "deep/file/more") is None
    with pytest.raises(OSError, match=r"exists|Not a directory"), folder_inside(root, "deep/file", create=True):
        pass
    with pytest.raises(Unreadable, match="can't be used"):
        read_within(root, "a\0b")


# --- Swapped between a look and a use --------------------------------------------------------------------------------


def swapped(root: Path, name: str) -> None:
    """Let a folder change places with a link that leads out."""
    (root / name).rename(root / f"{name}-aside")
    (root / name).symlink_to("../outside")


@pytest.fixture
def held(tmp_path: Path) -> Path:
    for name in ("outside/site", "root/build/site"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "index.html").write_bytes(b"before")
    return tmp_path / "root"


def test_a_held_folder_stays_the_same_when_it_is_swapped_for_a_link(held: Path) -> None:
    with folder_inside(held, "build", create=True) as build, locked(build):
        swapped(held, "build")
        with new_folder(build / "site") as fresh:
            (fresh / "index.html").write_bytes(b"new")
    assert (held / "build-aside/site/index.html").read_bytes() == b"new"
    assert (held.parent / "outside/site/index.html").read_bytes() == b"before"
    assert [path.name for path in (held.parent / "outside").iterdir()] == ["site"]


def test_a_file_is_written_where_it_was_looked_up(held: Path) -> None:
    with file_inside(held, "build/note", create=True) as file:
        swapped(held, "build")
        file.write_bytes(b"x")
    assert not (held.parent / "outside/note").exists()
    assert (held / "build-aside/note").read_bytes() == b"x"


@pytest.mark.parametrize("call", ["stat", "open", "readlink"])
def test_whatever_is_swapped_while_a_name_is_looked_up(call: str, held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link takes the place of the folder before each step of the way, one after the other."""
    real = getattr(os, call)
    (held / "way").symlink_to("build/site")
    for step in range(8):
        steps = iter(range(99))

        def swaps(path: object, *rest: object, **more: object) -> object:
            if next(steps) == step and not (held / "build-aside").exists():  # noqa: B023 - called before the next round
                swapped(held, "build")
            return real(path, *rest, **more)

        with monkeypatch.context() as patch:
            patch.setattr(os, call, swaps)
            try:
                got = read_within(held, "way/index.html")
            except Unreadable:
                got = b"refused"
        (held.parent / "outside/site/index.html").write_bytes(b"secret")
        assert got in (b"before", b"refused")
        if (held / "build-aside").exists():
            (held / "build").unlink()
            (held / "build-aside").rename(held / "build")


def test_an_output_that_is_a_link_is_refused(held: Path) -> None:
    (held / "site").symlink_to("../outside/site")
    with pytest.raises(OSError, match="it is a link"), new_folder(held / "site") as fresh:
        (fresh / "index.html").write_bytes(b"bad")
    assert (held / "site").is_symlink()
    assert sorted(path.name for path in held.iterdir()) == ["build", "site"]
    assert (held.parent / "outside/site/index.html").read_bytes() == b"before"


@pytest.mark.parametrize("target", ["../outside/made", "../outside/site/index.html", ".lock"])
def test_a_lock_that_is_a_link_is_refused(target: str, held: Path) -> None:
    (held / ".lock").symlink_to(target)
    with pytest.raises(OSError, match="it is a link"), locked(held):
        pass
    assert [path.name for path in (held.parent / "outside").iterdir()] == ["site"]
