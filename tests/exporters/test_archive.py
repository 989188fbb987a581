"""Archives: the same bytes on every build, read anywhere, never half written."""

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitbag.exporters.archive import source_date, write_package, write_zip
from kitbag.exporters.base import Package, PackageFile, file_names

MOMENT = datetime(2024, 7, 11, 8, 53, 0, tzinfo=UTC)


def pieces(*chunks: bytes) -> PackageFile:
    return PackageFile("a/b.txt", lambda: iter(chunks))


def zipped(*files: PackageFile, moment: datetime = MOMENT) -> bytes:
    target = BytesIO()
    write_zip(files, target, moment)
    return target.getvalue()


def test_members_carry_the_moment_and_nothing_of_the_machine() -> None:
    with zipfile.ZipFile(BytesIO(zipped(pieces(b"x")))) as archive:
        (member,) = archive.infolist()
    assert member.date_time == (2024, 7, 11, 8, 53, 0)
    assert (member.create_system, member.external_attr >> 16, member.extra) == (3, 0o100644, b"")
    assert member.flag_bits & 0x08 == 0  # no data descriptor


def test_a_large_member_is_streamed_into_the_same_archive() -> None:
    chunk = b"0123456789" * 30_000
    large = zipped(pieces(*[chunk] * 10))
    with zipfile.ZipFile(BytesIO(large)) as archive:
        assert archive.read("a/b.txt") == chunk * 10
        assert archive.infolist()[0].flag_bits & 0x08 == 0
    assert large == zipped(pieces(*[chunk] * 10))


def test_a_stored_member_is_not_compressed() -> None:
    with zipfile.ZipFile(BytesIO(zipped(PackageFile("p.png", lambda: [b"x" * 999], stored=True)))) as archive:
        assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED


@pytest.mark.parametrize(
    ("text", "year"),
    [("0", 1980), ("1720688000", 2024), ("99999999999", 2107), ("", 1980), ("soon", 1980), ("9" * 40, 1980)],
)
def test_the_source_date_fits_a_zip(text: str, year: int) -> None:
    assert source_date({"SOURCE_DATE_EPOCH": text}).year == year


def test_a_package_that_breaks_off_leaves_what_stood_there(tmp_path: Path) -> None:
    target = tmp_path / "out.zip"
    target.write_bytes(b"before")

    def broken() -> Iterator[bytes]:
        yield b"begun"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_package(Package(".zip", (PackageFile("a", broken),), ()), target)
    assert [path.name for path in tmp_path.iterdir()] == ["out.zip"]
    assert target.read_bytes() == b"before"


@pytest.mark.parametrize(
    "paths",
    [("../a",), ("/a",), ("a\\b",), ("a:b",), ("items/CON.xml",), ("aux",), ("a", "A"), ("x/nul.txt",)],
)
def test_a_package_refuses_paths_that_some_platform_cannot_keep(paths: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="unsafe or repeated path"):
        Package(".zip", tuple(PackageFile(path, lambda: ()) for path in paths), ())


@given(st.lists(st.text(min_size=1, max_size=20), max_size=8, unique=True))
def test_any_names_become_paths_that_a_package_takes(names: list[str]) -> None:
    paths = file_names(names)
    assert len(paths) == len(names)
    Package(".zip", tuple(PackageFile(f"media/{path}", lambda: ()) for path in paths), ())


def test_plain_names_stay_as_they_are() -> None:
    assert file_names(["pot.svg", "Pot.svg", "con.xml", "a b.png", "..", "m1.tar.gz"]) == [
        "pot.svg",
        "Pot-2.svg",
        "con-.xml",
        "a-b.png",
        "file",
        "m1.tar.gz",
    ]
