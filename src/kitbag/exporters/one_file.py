"""What the formats share whose export is one file of questions, without tests."""

from collections.abc import Callable, Iterable, Sequence

from kitbag.exporters.base import Package, PackageFile, Selection
from kitbag.exporters.fidelity import Row, Rung, loss
from kitbag.questions.model import Item


def one_file(
    selection: Selection,
    weigh: Callable[[Item, Selection], Row],
    suffix: str,
    write: Callable[[Sequence[Item]], Iterable[bytes]],
) -> Package:
    """Return a package of one file with the items that the format can carry; a test is drawn by hand.

    Args:
        selection: the items to export.
        weigh: tells how the format carries an item.
        suffix: ends the name of the file.
        write: makes the bytes of the file, piece by piece, from the items that are not refused.
    """
    rows = tuple(weigh(item, selection) for item in selection.items)
    refused = {row.subject for row in rows if row.rung is Rung.REFUSED}
    kept = [item for item in selection.items if item.id not in refused]
    tests = tuple(Row(test.id, "test", Rung.REFUSED, (loss("draw-by-hand"),)) for test in selection.tests)
    file = PackageFile(f"questions{suffix}", lambda: write(kept))
    return Package(suffix=suffix, files=(file,), rows=(*rows, *tests), archived=False)
