"""Which files of a folder are taken for records."""

from pathlib import Path

from kitbag.results.gather import gather


def test_what_a_killed_process_or_macos_left_is_not_read(tmp_path: Path) -> None:
    record = b'{"schema": "attempt/1"}'
    for name in (".a.json.x7k.tmp", "._a.json", "a.json", "b.txt", "c.tmp"):
        (tmp_path / name).write_bytes(record)
    assert [Path(found.name).name for found in gather([tmp_path])] == ["a.json", "b.txt", "c.tmp"]


def test_a_file_that_is_named_is_read_whatever_its_name(tmp_path: Path) -> None:
    leftover = tmp_path / ".a.json.x7k.tmp"
    leftover.write_bytes(b"{}")
    assert [found.data for found in gather([leftover])] == [b"{}"]
