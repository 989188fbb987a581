"""The preview's server, spoken to by hand: what it gives, and to whom."""

import http.client
import json
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from children import run, started

from kitbag.preview.serving import FIRST_PORT, PortTaken, PreviewServer
from kitbag.preview.showing import Showing
from kitbag.preview.watching import snapshot
from kitbag.rendering.pages import render_site
from kitbag.rendering.panel import with_panel

KITBAG = [sys.executable, "-c", "from kitbag.cli import main; main()"]
PROJECT = Path(__file__).parent.parent / "projects" / "every-item-type"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PreviewServer]:
    folder = shutil.copytree(PROJECT, tmp_path_factory.mktemp("served") / "course")
    (folder / "secret.txt").write_text("secret")
    showing = Showing(folder)
    showing.refresh(snapshot(folder))
    server = PreviewServer(showing, None)
    with server.running():
        yield server


def ask(
    server: PreviewServer, path: str, method: str = "GET", **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, answer.headers, data


def test_it_listens_on_the_loopback_address_alone(server: PreviewServer) -> None:
    assert server.socket.getsockname()[0] == "127.0.0.1"


def test_the_root_leads_to_the_start_page(server: PreviewServer) -> None:
    status, headers, _ = ask(server, "/")
    assert (status, headers["Location"]) == (302, "/site/index.html")


def test_every_file_is_the_one_that_a_build_writes_but_for_the_panel(server: PreviewServer) -> None:
    course = server.showing.course
    assert course
    for name, make in render_site(course, templates=course.folder):
        status, headers, data = ask(server, f"/site/{name}")
        assert status == 200, name
        if name.endswith(".html"):
            mark = data.partition(b'data-mark="')[2][:16].decode()
            data_, policy = with_panel(make(), root=f"{server.address}-/", mark=mark)
            assert (data, headers["Content-Security-Policy"]) == (data_, policy), name
        else:
            assert data == make(), name


def test_nothing_may_be_kept_framed_or_guessed(server: PreviewServer) -> None:
    _, headers, _ = ask(server, "/site/index.html")
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == f"{server.address}-/events"
    assert policy["script-src"].split()[-1] == f"{server.address}-/panel.js"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert policy["frame-ancestors"] == "'none'"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:1"},
        {"Host": "localhost.evil.example:{port}"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"},
        {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "cors"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/site/index.html", "/-/events?page=/site/index.html"])
def test_strangers_are_refused(server: PreviewServer, path: str, headers: dict[str, str]) -> None:
    headers = {name: value.format(port=server.server_port) for name, value in headers.items()}
    status, _, data = ask(server, path, **headers)
    assert status == 403
    assert data in (b"This preview answers to its own address only.\n", b"This preview is not for other pages.\n")


def test_a_request_with_two_hosts_or_none_is_refused(server: PreviewServer) -> None:
    good = f"Host: 127.0.0.1:{server.server_port}\r\n"
    for hosts in ("", good + "Host: evil.example\r\n"):
        with socket.create_connection(("127.0.0.1", server.server_port), timeout=20) as connection:
            connection.sendall(f"GET /site/index.html HTTP/1.1\r\n{hosts}\r\n".encode())
            assert connection.makefile("rb").readline() == b"HTTP/1.1 403 Forbidden\r\n"


def test_a_link_from_elsewhere_opens_a_page_and_never_the_stream(server: PreviewServer) -> None:
    from_elsewhere = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
    assert ask(server, "/site/index.html", **from_elsewhere)[0] == 200
    assert ask(server, "/-/events?page=/site/index.html", **from_elsewhere)[0] == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "NONSENSE"])
def test_only_reading_is_allowed(server: PreviewServer, method: str) -> None:
    status, headers, data = ask(server, "/site/index.html", method)
    assert (status, headers["Allow"], data) == (405, "GET, HEAD", b"Only GET and HEAD.\n")


def test_head_has_no_body(server: PreviewServer) -> None:
    status, headers, data = ask(server, "/site/index.html", "HEAD")
    assert (status, data) == (200, b"")
    assert int(headers["Content-Length"]) > 1000


@pytest.mark.parametrize(
    "path",
    [
        "/secret.txt",
        "/site/../secret.txt",
        "/site/%2e%2e/secret.txt",
        "/site//secret.txt",
        "//secret.txt",
        "/site/media/..%2f..%2fsecret.txt",
        "/site/assets/..\\..\\secret.txt",
        "/-/../secret.txt",
        "/-/serving.py",
        "/site/index.html%00",
        "/%ff%fe",
        "/site",
        "/course/course.yaml",
    ],
)
def test_no_path_leaves_the_site(server: PreviewServer, path: str) -> None:
    status, _, data = ask(server, path)
    assert status == 404
    assert b"There is no such page" in data


def test_a_missing_page_is_named_and_cannot_bring_markup(server: PreviewServer) -> None:
    _, headers, data = ask(server, "/site/%3Cscript%3Ealert(1)%3C/script%3E.html")
    assert b"&lt;script&gt;alert(1)" in data
    assert b"<script>" not in data
    assert "unsafe-inline" not in headers["Content-Security-Policy"].partition("script-src")[2]


def test_tests_and_reports_are_shown_too(server: PreviewServer) -> None:
    assert ask(server, "/tests/for-instructors.html")[0] == 200
    assert ask(server, "/reports/coverage.html")[0] == 200


def test_the_stream_tells_the_page_what_is_wrong_and_when_it_changes(server: PreviewServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    connection.request("GET", "/-/events?page=/site/index.html")
    answer = connection.getresponse()
    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert answer.readline() + answer.readline() == b"retry: 500\n\n"
    first = json.loads(answer.readline().removeprefix(b"data: "))
    mark = ask(server, "/site/index.html")[2].partition(b'data-mark="')[2][:16].decode()
    assert first["mark"] == mark
    assert first["stale"] is False
    file = server.showing.course.folder / "course/glossary.yaml"  # type: ignore[union-attr]
    before = file.read_text("utf-8")
    file.write_text("schema: glossary/1\nterms: [\n", "utf-8")
    try:
        server.showing.refresh({})
        answer.readline()
        second = json.loads(answer.readline().removeprefix(b"data: "))
    finally:
        file.write_text(before, "utf-8")
        server.showing.refresh(snapshot(file.parent.parent))
    assert second["stale"] is True
    assert second["title"] == "1 mistake"
    assert second["findings"] == [
        {
            "severity": "error",
            "kind": "Mistake",
            "place": "course/glossary.yaml:3:1",
            "message": "A value is expected here.",
            "hint": "Look at the line above, too.",
        }
    ]
    connection.close()


def test_a_page_with_a_policy_of_its_own_keeps_it() -> None:
    page = b"""<head><meta http-equiv="Content-Security-Policy" content="script-src 'none'; img-src x&#39;y"></head>"""
    data, policy = with_panel(page, root="http://127.0.0.1:8000/-/", mark="m")
    assert b"Content-Security-Policy" not in data
    assert policy == (
        "script-src http://127.0.0.1:8000/-/panel.js; img-src x'y; style-src * http://127.0.0.1:8000/-/panel.css; "
        "connect-src * http://127.0.0.1:8000/-/events; frame-ancestors 'none'"
    )


def test_a_policy_cannot_bring_a_header_of_its_own() -> None:
    page = b"""<meta http-equiv="Content-Security-Policy" content="default-src 'none'&#13;&#10;X-Evil: 1">"""
    assert "\n" not in with_panel(page, root="http://127.0.0.1:8000/-/", mark="m")[1]
    page = '<meta http-equiv="Content-Security-Policy" content="default-src é">'.encode()
    assert with_panel(page, root="http://127.0.0.1:8000/-/", mark="m")[1].isascii()


# --- Ports and signals ------------------------------------------------------------------------------------------


def test_the_next_port_is_taken_where_none_was_asked_for(server: PreviewServer) -> None:
    other = PreviewServer(server.showing, None)
    other.server_close()
    assert other.server_port > FIRST_PORT
    assert other.server_port != server.server_port


def test_a_port_that_is_taken_is_told_in_one_line(server: PreviewServer) -> None:
    message = f"Port {server.server_port} cannot be used: another program has it, or it is reserved."
    with pytest.raises(PortTaken, match=message):
        PreviewServer(server.showing, server.server_port)
    command = [*KITBAG, "preview", "-C", str(PROJECT), "--port", str(server.server_port)]
    done = run(command)
    assert (done.returncode, done.stdout, done.stderr) == (3, "", message + "\n")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_it_ends_cleanly(name: str, tmp_path: Path) -> None:
    command = [*KITBAG, "preview", "-C", str(tmp_path)]
    with started(command, stderr=subprocess.PIPE) as running:
        assert running.stderr
        first = running.stderr.readline()
        assert first.startswith("Preview at http://127.0.0.1:")
        second = running.stderr.readline()
        assert second.endswith(" s. 1 error.\n")
        port = int(first.split(":")[2].partition("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:  # one that still listens
            connection.sendall(f"GET /-/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            connection.recv(100)
            running.send_signal(getattr(signal, name))
            assert running.wait(timeout=20) == 0
        assert running.stderr.read() == "Stopped.\n"
