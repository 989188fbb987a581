"""The course in a browser while it is written: a save shows at once, and so does every mistake."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from kitbag.findings import Finding
from kitbag.preview.serving import PortTaken, PreviewServer
from kitbag.preview.showing import Showing
from kitbag.preview.watching import changes

__all__ = ["PortTaken", "preview"]


def preview(
    folder: Path,
    *,
    port: int | None,
    templates: bool,
    changed: Callable[[], None],
    started: Callable[[str], None],
    refreshed: Callable[[Sequence[Finding], float], None],
) -> None:
    """Serve the course in a folder until the process is interrupted.

    Args:
        folder: the course folder; it may be broken, or go and come back.
        port: the port to serve at; the first free one from 8000 where `None`.
        templates: whether the course's own templates are used.
        changed: called when the files have changed, before anything is made of them.
        started: told the address, once the first pages can be seen.
        refreshed: told what is wrong, and how many seconds it took to find out, after each change.

    Raises:
        PortTaken: the port cannot be had.
        KeyboardInterrupt: the process was interrupted; the server has stopped.
    """
    folder = folder.absolute()  # the folder that this process stands in may go
    showing = Showing(folder, templates=templates)
    server = PreviewServer(showing, port)
    with server.running():
        for number, state in enumerate(changes(folder, server.closing)):
            begun = time.perf_counter()
            changed()
            showing.refresh(state)
            if number == 0:
                started(server.address)
            refreshed(showing.findings, time.perf_counter() - begun)
