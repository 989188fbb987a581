"""Zip archives that are the same on every build, written as a stream.

The member times come from SOURCE_DATE_EPOCH, the order from the package, and nothing from the machine.
"""

import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Final

from kitbag.exporters.base import Package, PackageFile

# The first moment that the time stamps of a zip can hold (PKWARE APPNOTE 4.4.6, after MS-DOS).
_EARLIEST: Final = datetime(1980, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)
_SMALL: Final = 1 << 20
_REGULAR_FILE: Final = 0o100644 << 16
_UNIX: Final = 3


def source_date(environment: dict[str, str] | None = None) -> datetime:
    """Return the moment all members carry: SOURCE_DATE_EPOCH in UTC, within what a zip can hold; 1980 where unset."""
    text = (os.environ if environment is None else environment).get("SOURCE_DATE_EPOCH", "")
    with suppress(ValueError, OverflowError, OSError):
        return min(max(datetime.fromtimestamp(int(text), UTC), _EARLIEST), _LATEST)
    return _EARLIEST


def write_zip(files: Iterable[PackageFile], target: IO[bytes], moment: datetime) -> None:
    """Write the files in their order. `target` can seek, so no member needs a data descriptor.

    Platforms read such an archive as a stream, which a stored member with a descriptor does not allow.
    """
    with zipfile.ZipFile(target, "w", allowZip64=True) as archive:
        for file in files:
            member = zipfile.ZipInfo(file.path, moment.timetuple()[:6])
            member.create_system = _UNIX
            member.external_attr = _REGULAR_FILE
            member.compress_type = zipfile.ZIP_STORED if file.stored else zipfile.ZIP_DEFLATED
            _write_member(archive, member, iter(file.chunks()))


def _write_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, chunks: Iterator[bytes]) -> None:
    """Write one member: in one call where it is small, which costs half as much, else piece by piece."""
    start = bytearray()
    for chunk in chunks:
        start += chunk
        if len(start) > _SMALL:
            break
    else:
        archive.writestr(member, bytes(start), compresslevel=6)
        return
    with archive.open(member, "w", force_zip64=False) as stream:
        stream.write(start)
        for chunk in chunks:
            stream.write(chunk)


def write_package(package: Package, path: Path) -> None:
    """Write a package to `path` as a whole or not at all. Raises OSError: what stood there before still stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(prefix=f".{path.name[:40]}.", suffix=".tmp", dir=path.parent, delete=False) as target:
        temporary = Path(target.name)
        try:
            if package.archived:
                # The file itself: the wrapper looks each method up anew, which shows in ten thousand members.
                write_zip(package.files, target.file, source_date())
            else:
                target.writelines(package.files[0].chunks())
            target.flush()
            os.fsync(target.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
