"""Serves a preview to the browsers of this machine, and to nobody else.

Other pages that are open in the same browser are strangers: they may neither read what is shown nor listen. So the
server binds to the loopback address only, knows no name but its own (DNS rebinding), and lets no other origin in.
"""

import contextlib
import json
import sys
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import types_map
from pathlib import PurePosixPath
from socketserver import TCPServer
from threading import Event, Thread
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs, unquote, urlsplit

from kitbag.preview.showing import START, Page, Showing
from kitbag.rendering.panel import PANEL, mistakes_page, panel_data, panel_file, with_panel

LOOPBACK: Final = "127.0.0.1"
FIRST_PORT: Final = 8000
PORTS_TO_TRY: Final = 20
"""How many ports are tried, from the first one, where none was asked for."""
OWN: Final = "/-/"
"""What the preview serves besides the course: the panel and the stream of events."""
HEARTBEAT: Final = 15.0
"""Seconds after which a silent stream says that it is still there, and finds out whether anybody listens."""

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_BLANK: Final = " \t"
"""What may stand around the value of a header (RFC 9110, 5.6.3); Python counts control characters, too."""
_TEXT: Final = "text/plain; charset=utf-8"
_HTML: Final = "text/html; charset=utf-8"
# Python's own table, and not the machine's, which anybody may have changed.
_TYPES: Final[Mapping[str, str]] = {
    **types_map,
    ".html": _HTML,
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}


class PortTaken(Exception):
    """The port that was asked for belongs to another program; the message says so."""


class PreviewServer(ThreadingHTTPServer):
    """Answers browsers on this machine, a thread a connection."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, showing: Showing, port: int | None) -> None:
        """Take a port: the one asked for, or the first that is free.

        Raises:
            PortTaken: it cannot be had.
        """
        self.showing = showing
        self.closing = Event()
        ports = [port] if port is not None else [*range(FIRST_PORT, FIRST_PORT + PORTS_TO_TRY), 0]
        for one in ports:
            with contextlib.suppress(OSError):
                super().__init__((LOOPBACK, one), _Handler)
                break
        else:
            raise PortTaken(f"Port {port} cannot be used: another program has it, or it is reserved.")
        self.hosts = {f"{name}:{self.server_port}" for name in (LOOPBACK, "localhost")}

    def server_bind(self) -> None:
        """Bind, and ask no name server what this machine is called."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, self.socket.getsockname()[1]

    @property
    def address(self) -> str:
        """Where a browser finds the preview."""
        return f"http://{LOOPBACK}:{self.server_port}/"

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Answer until the block ends."""
        thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.closing.set()
            self.showing.wake()
            self.shutdown()
            self.server_close()
            thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of browsers that hang up; a mistake of ours is told as one."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Answers one browser."""

    server: PreviewServer
    protocol_version = "HTTP/1.1"
    server_version = "kitbag"
    sys_version = ""
    timeout = 60  # seconds for a request to arrive
    error_content_type = _TEXT
    error_message_format = "%(code)d %(message)s\n"
    methods: ClassVar = ("GET", "HEAD")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Keep the terminal for what the author should know."""

    def end_headers(self) -> None:
        """Send what every answer carries, besides."""
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def parse_request(self) -> bool:
        """Take a request only from this machine's own pages."""
        if not super().parse_request():
            return False
        if self.command not in self.methods:
            self.close_connection = True
            self._send(
                HTTPStatus.METHOD_NOT_ALLOWED, b"Only GET and HEAD.\n", _TEXT, {"Allow": ", ".join(self.methods)}
            )
            return False
        if why := self._refused():
            self.close_connection = True
            self._send(HTTPStatus.FORBIDDEN, f"{why}\n".encode(), _TEXT)
            return False
        return True

    def _refused(self) -> str:
        """Return why this request is none of ours; empty where it is."""
        hosts, origin = self.headers.get_all("Host") or [], self.headers.get("Origin")
        if len(hosts) != 1 or hosts[0].strip(_BLANK).lower() not in self.server.hosts:
            return "This preview answers to its own address only."
        if origin is not None and origin.removeprefix("http://") not in self.server.hosts:
            return "This preview is not for other pages."
        # Fetch Metadata: a link from elsewhere may open a page, but nothing elsewhere may use one.
        if self.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
            navigates = self.headers.get("Sec-Fetch-Mode") == "navigate"
            return "" if navigates and not self.path.startswith(OWN) else "This preview is not for other pages."
        return ""

    def do_HEAD(self) -> None:
        """Answer as to GET, without the body."""
        self.do_GET()

    def do_GET(self) -> None:
        """Answer with a page, a file of the panel or the stream of events."""
        address = urlsplit(self.path)
        path = unquote(address.path)
        if path == "/":
            self._send(HTTPStatus.FOUND, b"", _TEXT, {"Location": f"/{START}"})
        elif path == "/favicon.ico":  # browsers ask for it where a page names no icon
            self._send(HTTPStatus.NO_CONTENT, b"", _TEXT)
        elif path == f"{OWN}events":
            self._events("".join(parse_qs(address.query).get("page", [])[:1]).removeprefix("/"))
        elif path.startswith(OWN) and path.removeprefix(OWN) in PANEL:
            self._send(HTTPStatus.OK, panel_file(path.removeprefix(OWN)), _type_of(path))
        else:
            # A name is looked up among the files that a course has, and never on the disk.
            self._page(path.removeprefix("/"))

    def _page(self, path: str) -> None:
        shown = self.server.showing.page(path)
        if shown is not None and shown.data is not None and not path.endswith(".html"):
            self._send(HTTPStatus.OK, shown.data, _type_of(path))
            return
        status = HTTPStatus.OK
        data = shown.data if shown else None
        if shown is None or data is None:
            status = HTTPStatus.INTERNAL_SERVER_ERROR if shown else HTTPStatus.NOT_FOUND
            findings = shown.findings if shown else self.server.showing.findings
            data = mistakes_page(findings, language=self._language, missing="" if shown else path)
        root = f"http://{self.headers['Host'].strip(_BLANK)}{OWN}"
        body, policy = with_panel(data, root=root, mark=shown.mark if shown else "")
        self._send(status, body, _HTML, {"Content-Security-Policy": policy})

    def _send(self, status: HTTPStatus, data: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _events(self, path: str) -> None:
        """Tell a page what there is to know now, and again whenever that changes (HTML, 9.2, Server-sent events)."""
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "HEAD":
            return
        showing = self.server.showing
        version, told = -1, b"retry: 500\n\n"
        while not self.server.closing.is_set():
            now = showing.wait(version, HEARTBEAT)
            if now != version:
                version = now
                told += f"data: {json.dumps(self._news(showing.page(path)))}\n\n".encode()
            self.wfile.write(told or b": still here\n\n")
            told = b""

    def _news(self, page: Page | None) -> Mapping[str, Any]:
        findings = page.findings if page else self.server.showing.findings
        state = {"mark": page.mark if page else "", "stale": bool(page and page.stale and page.data)}
        return {**panel_data(findings, language=self._language), **state}

    @property
    def _language(self) -> str:
        course = self.server.showing.course
        return course.info.language if course else "en"


def _type_of(path: str) -> str:
    return _TYPES.get(PurePosixPath(path).suffix.lower(), "application/octet-stream")
