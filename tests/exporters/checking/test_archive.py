"""Packages that would harm whoever unpacks or checks them, and files that are no package."""

import io
import os
import re
import stat
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from children import run

from kitbag.exporters.checking.archive import MOST_ENTRIES
from kitbag.exporters.checking.registry import check_package

Judged = Callable[..., list[str]]

PAGE = '<!doctype html><html lang="en"><title>T</title></html>'
SAFE = (
    'Names must be relative, without "..", backslashes, drive letters, device names of Windows (con, nul), '
    "a dot or space at the end, and characters that can't be seen."
)


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("index.html", PAGE)
        for name, data in entries:
            archive.writestr(name, data)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../out.html", '"../out.html"'),
        ("/etc/passwd", '"/etc/passwd"'),
        ("a\\b.html", '"a\\b.html"'),
        ("C:/a.html", '"C:/a.html"'),
        ("a/../../b", '"a/../../b"'),
        ("bell\x07.html", "'bell\\x07.html'"),
        ("NUL", '"NUL"'),
        ("media/con.txt", '"media/con.txt"'),
        ("x./page.html", '"x./page.html"'),
        ("x ", '"x "'),
        ("lpt\u00b9.html", '"lpt\u00b9.html"'),
        ("exam\u202elmth.exe", "'exam\\u202elmth.exe'"),
    ],
)
def test_a_name_that_leads_out_is_refused(name: str, shown: str, judged: Judged) -> None:
    assert judged(zipped((name, PAGE))) == [
        (
            "p.zip: Names in this package lead out of the folder it is unpacked in, or can't be written on every "
            f"system: {shown}. Do not unpack it. {SAFE}"
        )
    ]


def test_a_link_is_refused(judged: Judged) -> None:
    link = zipfile.ZipInfo("shadow")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert judged(zipped((link, "/etc/shadow"))) == [
        'p.zip: These are links, not files: "shadow". Put the files themselves into the package.'
    ]


def test_names_that_differ_in_case_only_are_refused(judged: Judged) -> None:
    assert judged(zipped(("Index.html", PAGE))) == [
        (
            'p.zip: These names stand in the package more than once, or differ only in case: "index.html". '
            "Keep one file of each name: platforms differ in which they would take."
        )
    ]


def test_a_locked_file_is_told(judged: Judged) -> None:
    data = bytearray(zipped(("secret.html", PAGE)))
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    assert judged(bytes(data)) == ['p.zip: These files are locked by a password: "secret.html". Pack them without.']


def test_an_unusual_compression_is_told(judged: Judged) -> None:
    assert judged(zipped(method=zipfile.ZIP_BZIP2)) == [
        (
            'p.zip: These files are packed in a way that most platforms cannot read: "index.html". '
            'Pack them again with the usual method, "deflate".'
        )
    ]


def test_a_bomb_is_never_unpacked(judged: Judged) -> None:
    data = zipped(("bomb.html", bytes(64 * 1024**2)))
    assert judged(data) == [
        'p.zip: These files grow to more than 250 times their size, as in a trap: "bomb.html". Do not unpack it.'
    ]


def test_a_bomb_that_claims_terabytes_is_refused(judged: Judged) -> None:
    data = bytearray(zipped())
    at = data.rindex(b"PK\x01\x02")
    struct.pack_into("<2L", data, at + 20, 0xF0000000, 0xF0000000)
    assert judged(bytes(data)) == [
        "p.zip: Unpacked, it would take 3.8 GiB; 2 GiB is the most. If that is not a trap, make the media smaller."
    ]


def test_a_bomb_within_a_zip_is_not_opened(judged: Judged) -> None:
    inner = zipped(("bomb.html", bytes(64 * 1024**2)))
    assert judged(zipped(("inner.zip", inner), method=zipfile.ZIP_STORED)) == []


def test_files_that_share_bytes_are_refused(judged: Judged) -> None:
    data = bytearray(zipped(("two.html", PAGE * 100)))
    first, second = data.index(b"PK\x01\x02"), data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    assert judged(bytes(data)) == [
        'p.zip: Files in it share the same bytes, as in a trap: "two.html". Do not unpack it.'
    ]


def test_a_hundred_thousand_files_are_refused_before_they_are_listed(judged: Judged) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(100_000):
            archive.writestr(zipfile.ZipInfo(f"{number}.txt"), b"")
    assert judged(target.getvalue()) == [
        (
            f"p.zip: It says it holds 100,000 files; {MOST_ENTRIES:,} is the most. "
            "If that is not a trap, split the package."
        )
    ]


def test_a_count_that_lies_does_not_help(judged: Judged) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(MOST_ENTRIES + 1):
            archive.writestr(zipfile.ZipInfo("n" * 900 + str(number)), b"")
    data = bytearray(target.getvalue())
    struct.pack_into("<2H", data, data.rindex(b"PK\x05\x06") + 8, 1, 1)
    [said] = judged(bytes(data))
    assert said.startswith("p.zip: It says it holds ")
    assert said.endswith(f"{MOST_ENTRIES:,} is the most. If that is not a trap, split the package.")


@pytest.mark.parametrize("cut", [4, 30, 60, 150])
def test_a_package_that_is_cut_short_is_one_error(cut: int, judged: Judged) -> None:
    assert judged(zipped()[:-cut]) == [
        "p.zip: This is a zip that is cut short or damaged. Fetch or make the package again."
    ]


def test_a_site_in_a_folder_of_its_zip_is_warned_about(judged: Judged) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("site/index.html", PAGE)
    assert judged(target.getvalue()) == [
        (
            'p.zip: warning: "site/index.html" isn\'t at the root of the zip, where learning platforms look for it. '
            "Zip the content of the folder, not the folder."
        )
    ]


def test_bytes_that_changed_are_told(judged: Judged) -> None:
    data = bytearray(zipped(("two.html", PAGE), method=zipfile.ZIP_STORED))
    data[data.index(b"doctype") + 2] ^= 1
    assert judged(bytes(data)) == [
        "p.zip/index.html: This file is damaged: its bytes are not those packed. Fetch or make the package again.",
    ]


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "p.zip", "The file is empty. Fetch or make the package again."),
        (b"Hello", "p.zip", "This is no zip, though it is named as one. Fetch or make the package again."),
        (zipped()[-22:], "p.zip", "This is a zip that is cut short or damaged. Fetch or make the package again."),
        (
            b"\x00\x01\x02",
            "p.bin",
            (
                "This is no package that is known. Known are: SCORM, cmi5, EPUB, QTI, Common Cartridge, Moodle XML, "
                "GIFT, Kitbag's CSV, a zip of pages, an HTML file."
            ),
        ),
    ],
)
def test_what_is_no_package_is_one_error(data: bytes, name: str, said: str, judged: Judged) -> None:
    assert judged(data, name) == [f"{name}: {said}"]


def test_a_manifest_in_a_folder_is_explained(judged: Judged) -> None:
    assert judged(zipped(("course/imsmanifest.xml", "<manifest/>"))) == [
        (
            'p.zip/course/imsmanifest.xml: The manifest lies in the folder "course", and platforms look for it at '
            "the top. Pack what is in the folder, not the folder."
        )
    ]
    assert judged(zipped(("IMSManifest.xml", "<manifest/>"))) == [
        'p.zip/IMSManifest.xml: The manifest is called "IMSManifest.xml". Its name must be "imsmanifest.xml".'
    ]


def test_a_pipe_a_folder_and_nothing_are_one_error_each(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    said = [[str(one) for one in check_package(path).findings] for path in (pipe, tmp_path / "gone.zip")]
    assert said == [
        ["pipe: This is not a file. Name a package."],
        ["gone.zip: This cannot be read: No such file or directory. Check the name and rights."],
    ]


ENTITIES = (
    '<!DOCTYPE quiz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><quiz>&b;</quiz>',
    '<!DOCTYPE quiz [<!ENTITY a SYSTEM "file:///etc/passwd">]><quiz>&a;</quiz>',
    '<!DOCTYPE quiz [<!ENTITY % a SYSTEM "http://127.0.0.1:1/x">%a;]><quiz/>',
)


@pytest.mark.parametrize("text", ENTITIES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_every_document(text: str, encoding: str, judged: Judged) -> None:
    said = "This document declares entities of its own, which platforms refuse. Take the DOCTYPE out."
    assert judged(text.encode(encoding), "q.xml") == [f"q.xml: {said}"]
    packed = zipped(("imsmanifest.xml", text.encode(encoding)))
    assert judged(packed) == [f"p.zip/imsmanifest.xml: {said}"]


def test_depth_has_a_bound(judged: Judged) -> None:
    [said] = judged(zipped(("cmi5.xml", "<a>" * 100_000)))
    assert said.startswith("p.zip/cmi5.xml:1: This is not well-formed XML: Excessive depth in document")


def test_thousands_of_faults_are_counted_not_printed(judged: Judged) -> None:
    links = "".join(f'<a href="{number}.html">x</a>' for number in range(1000))
    said = judged(zipped(("two.html", links)))
    assert len(said) == 41
    assert (
        said[-1] == "p.zip: There are 960 more findings like the last ones of the kind missing-target. "
        "Mend those shown first."
    )


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from Linux's /proc")
def test_memory_stays_flat_whatever_comes(tmp_path: Path) -> None:
    path = tmp_path / "p.zip"
    path.write_bytes(zipped(*((f"{number}.html", PAGE + "x" * 200_000 + str(number)) for number in range(300))))
    program = (
        "import sys; from pathlib import Path; from kitbag.exporters.checking.registry import check_package\n"
        "check_package(Path(sys.argv[1])); print(Path('/proc/self/status').read_text())"
    )
    done = run([sys.executable, "-c", program, path], check=True)
    [peak] = re.findall(r"VmHWM:\s+(\d+) kB", done.stdout)
    assert int(peak) < 128 * 1024
