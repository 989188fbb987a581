"""A platform with its record store, which checks every rule of cmi5, and a unit of the small course on it."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID, uuid4

import pytest
from lxml import etree
from packages import opened
from playwright.sync_api import Frame, Page, expect

ROOT = Path(__file__).parents[3]
VERBS: Final = "http://adlnet.gov/expapi/verbs/"
CMI5: Final = "https://w3id.org/xapi/cmi5/context/categories/cmi5"
MOVEON: Final = "https://w3id.org/xapi/cmi5/context/categories/moveon"
SESSION: Final = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
MASTERY: Final = "https://w3id.org/xapi/cmi5/context/extensions/masteryscore"
SPACE: Final = "{https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd}"
Json = dict[str, Any]
OpenPage = Callable[..., Page]
PATIENCE: Final = 60
"""Seconds after which what was to come counts as lost, on a machine that is busy with other tests."""

# A page that goes away does not wait until what it sent has arrived; the list of it outlives the page in its tab.
NOTE_WHAT_IS_SENT: Final = """(() => {
  const real = window.fetch;
  window.fetch = (url, how) => {
    const sent = how && how.body ? [JSON.parse(how.body)].flat().filter(({ verb }) => verb) : [];
    if (sent.length) sessionStorage.sent = [sessionStorage.sent || [], ...sent.map(({ id }) => id)].flat().join(" ");
    return real(url, how);
  };
})()"""


class Lms:
    """A platform with its record store: one trainee, one registration, any number of sessions."""

    def __init__(self, publisher: str, mastery: float | None) -> None:
        self.publisher = publisher
        self.activity = f"https://lms.example/activities/{uuid4()}"
        self.registration = str(uuid4())
        self.actor = {"objectType": "Agent", "account": {"homePage": "https://lms.example", "name": "jo"}}
        self.mastery = mastery
        self.mode = "Normal"
        self.back = ""
        self.state: dict[str, bytes] = {}
        self.sessions: list[list[Json]] = []
        self.names: list[str] = []
        self.modes: list[str] = []
        self.faults: list[str] = []
        self.sick = 0
        """The status it answers every request with; 0 where it is well."""
        self.no_token = False
        self.forgets = False
        """True where it takes a state and keeps none."""
        self._token = ""
        self._lock = threading.Lock()

    def launch(self, origin: str) -> str:
        """Begin a session and return the query that opens a unit (cmi5 8.1)."""
        self.sessions.append([])
        self.modes.append(self.mode)
        self.names.append(str(uuid4()))
        self._token = str(uuid4())
        data: Json = {
            "contextTemplate": {
                "contextActivities": {"grouping": [{"objectType": "Activity", "id": self.publisher}]},
                "extensions": {SESSION: self.names[-1], "https://lms.example/own": 1},
            },
            "launchMode": self.mode,
            "launchMethod": "AnyWindow",
            "moveOn": "CompletedAndPassed",
        }
        data |= {} if self.mastery is None else {"masteryScore": self.mastery}
        data |= {"returnURL": self.back} if self.back else {}
        self.state["LMS.LaunchData"] = json.dumps(data).encode()
        return urlencode(
            {
                "endpoint": f"{origin}/lrs/",
                "fetch": f"{origin}/fetch?k=1",
                "actor": json.dumps(self.actor),
                "registration": self.registration,
                "activityId": self.activity,
            }
        )

    def verbs(self, session: int = -1) -> list[str]:
        """Return the verbs of a session that cmi5 defines, in the order of their time."""
        told = sorted(self.sessions[session], key=lambda one: one["timestamp"])
        return [verb_of(one) for one in told if is_defined(one)]

    def told(self, verb: str) -> list[Json]:
        """Return every statement with this verb."""
        return [one for one in self.statements() if verb_of(one) == verb]

    def shapes(self) -> dict[str, Any]:
        """Return what each statement that cmi5 defines is made of, by its verb."""
        return {
            verb_of(one): (
                sorted(one.get("result", {})),
                sorted(each["id"] for each in one["context"]["contextActivities"]["category"]),
                sorted(one["context"]["extensions"]),
                one["object"]["id"] == self.activity,
            )
            for one in self.statements()
            if is_defined(one)
        }

    def statements(self) -> list[Json]:
        """Return every statement, in the order in which they came."""
        return [one for session in self.sessions for one in session]

    # --- Requests ------------------------------------------------------------------------------------------------

    def answer(self, method: str, target: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        """Answer a request."""
        with self._lock:
            url = urlsplit(target)
            if self.sick:
                return self.sick, b""
            if url.path == "/fetch":
                return self._grant(method)
            if headers.get("Authorization") != f"Basic {self._token}":
                return 401, b""
            if headers.get("X-Experience-API-Version") != "1.0.3":
                self.faults.append(f"{method} {url.path} names no version")
            if body and headers.get("Content-Type") != "application/json":
                self.faults.append(f"{method} {url.path} is {headers.get('Content-Type')}")
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            match method, url.path:
                case "POST", "/lrs/statements":
                    return self._take(json.loads(body))
                case (("GET" | "PUT"), "/lrs/activities/state"):
                    return self._state(method, query, body)
                case "GET", "/lrs/agents/profile":
                    if query.get("profileId") != "cmi5LearnerPreferences" or json.loads(query["agent"]) != self.actor:
                        self.faults.append(f"asks for the profile {query}")
                    return 404, b""
                case _:
                    self.faults.append(f"{method} {target}")
                    return 404, b""

    def _grant(self, method: str) -> tuple[int, bytes]:
        if method != "POST":
            self.faults.append("asks for its token by GET")
        if self.no_token:
            return 200, json.dumps({"error-code": "1", "error-text": "used"}).encode()
        self.no_token = True  # once a session
        return 200, json.dumps({"auth-token": self._token}).encode()

    def _state(self, method: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        known = (query.get("activityId"), json.loads(query.get("agent", "{}")), query.get("registration"))
        if known != (self.activity, self.actor, self.registration):
            self.faults.append(f"asks for the state of {query}")
        name = query.get("stateId", "")
        if method == "GET":
            return (200, self.state[name]) if name in self.state else (404, b"")
        if name == "LMS.LaunchData":
            self.faults.append("changes the launch data")
        if not self.forgets:
            self.state[name] = body
        return 204, b""

    def _take(self, sent: Json | list[Json]) -> tuple[int, bytes]:
        """Take statements, all of them or none (xAPI Communication 2.1.1)."""
        known = {one["id"]: one for one in self.statements()}
        given = sent if isinstance(sent, list) else [sent]
        if any(one["id"] in known and known[one["id"]] != one for one in given):
            return 409, b""
        self.sessions[-1].extend(one for one in given if one["id"] not in known)
        return 200, json.dumps([one["id"] for one in given]).encode()

    # --- Rules ---------------------------------------------------------------------------------------------------

    def judged(self) -> list[str]:
        """Return every breach of a rule, of requests and of statements."""
        faults = list(self.faults)
        passed, completed = 0, 0
        for session, name, mode in zip(self.sessions, self.names, self.modes, strict=True):
            told = sorted(session, key=lambda one: str(one["timestamp"]))
            faults += [fault for one in told for fault in self._faults_of(one, name)]
            verbs = [verb_of(one) for one in told if is_defined(one)]
            if len(verbs) != len(set(verbs)):
                faults.append(f"9.3: a verb twice in a session: {verbs}")
            if {"passed", "failed"} <= set(verbs) or ("failed" in verbs and passed):
                faults.append(f"9.3: failed beside or after passed: {verbs}")
            if told and (verb_of(told[0]), verb_of(told[-1])) != ("initialized", "terminated"):
                faults.append(f"9.3: a session from {verb_of(told[0])} to {verb_of(told[-1])}")
            if mode != "Normal" and [verb_of(one) for one in told] != ["initialized", "terminated"]:
                faults.append(f"10.2.2: {verbs} in {mode}")
            passed += verbs.count("passed")
            completed += verbs.count("completed")
        if passed > 1 or completed > 1:
            faults.append("9.3: passed or completed twice in a registration")
        return faults

    def _faults_of(self, one: Json, session: str) -> Iterator[str]:
        verb, result, context = verb_of(one), one.get("result", {}), one.get("context", {})
        activities = context.get("contextActivities", {})
        categories = {each["id"] for each in activities.get("category", [])}
        if UUID(one["id"]).version not in (4, 5):
            yield f"9.1: the id {one['id']}"
        if one["actor"] != self.actor:
            yield "9.2: another actor"
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", one["timestamp"]):
            yield f"9.7: the time {one['timestamp']}"
        if context.get("registration") != self.registration:
            yield "9.6.1: another registration"
        extensions = context.get("extensions", {})
        if extensions.get(SESSION) != session or extensions.get("https://lms.example/own") != 1:
            yield "9.6.3: not what the template says"
        if self.publisher not in {each["id"] for each in activities.get("grouping", [])}:
            yield "9.6.2.3: without the publisher's id"
        if not is_defined(one):
            if MOVEON in categories:
                yield f"9.6.2.2: {verb} is allowed and counts"
            return
        if one["object"]["id"] != self.activity:
            yield f"9.4: {verb} of another activity"
        if (MOVEON in categories) != bool({"success", "completion"} & set(result)):
            yield f"9.6.2.2: {verb} with {sorted(categories)}"
        wanted = {"passed": ("success", True), "failed": ("success", False), "completed": ("completion", True)}
        for name in ("success", "completion"):
            right = wanted.get(verb, ("", None))
            if result.get(name) != (right[1] if right[0] == name else None):
                yield f"9.5: {verb} with {result}"
        if verb != "initialized" and not re.fullmatch(r"PT\d+(\.\d+)?S", result.get("duration", "")):
            yield f"9.5.4: {verb} lasts {result.get('duration')}"
        if "score" in result:
            yield from self._score_faults(verb, result["score"], extensions)

    def _score_faults(self, verb: str, score: Json, extensions: Json) -> Iterator[str]:
        if verb not in ("passed", "failed"):
            yield f"9.5.1: {verb} with a score"
        if not 0 <= score["scaled"] <= 1 or not isinstance(score["raw"], int) or not 0 <= score["raw"] <= score["max"]:
            yield f"9.5.1: {score}"
        if self.mastery is not None:
            if (score["scaled"] >= self.mastery) != (verb == "passed"):
                yield f"9.3: {verb} with {score['scaled']} against {self.mastery}"
            if extensions.get(MASTERY) != self.mastery:
                yield f"9.6.3.2: {verb} without the mastery score"


def verb_of(statement: Json) -> str:
    return str(statement["verb"]["id"]).removeprefix(VERBS)


def is_defined(statement: Json) -> bool:
    """Tell whether cmi5 defines the statement, and does not only allow it (7.1.3)."""
    activities = statement.get("context", {}).get("contextActivities", {})
    return CMI5 in {each["id"] for each in activities.get("category", [])}


@pytest.fixture
def serve_lms() -> Iterator[Callable[[Lms], str]]:
    """Let a platform answer at an origin of its own, as platforms do: the browser asks for its leave first."""
    running = []

    def start(lms: Lms) -> str:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _reply(self, status: int, body: bytes = b"") -> None:
                self.send_response(status)
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Access-Control-Allow-Methods", "GET, PUT, POST, OPTIONS")
                allowed = "Authorization, Content-Type, X-Experience-API-Version"
                self.send_header("Access-Control-Allow-Headers", allowed)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self._reply(*lms.answer(self.command, self.path, self.headers, body))

            def do_OPTIONS(self) -> None:
                self._reply(204)

            do_GET = do_PUT = do_POST = _serve  # noqa: N815 - the names that the server looks for

            def log_message(self, *_: Any) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        server.server_close()
        thread.join()


class Classroom:
    """A platform, a package on it, and a trainee."""

    def __init__(self, lms: Lms, origins: tuple[str, str], launch: str, open_page: OpenPage) -> None:
        self.lms = lms
        self.content, self.platform = origins
        self.launch = launch
        self._open_page = open_page
        self.page: Page

    def open(self, **options: Any) -> Page:
        """Open an empty page that may talk to the platform."""
        errors = ("Failed to load resource", "net::ERR")
        self.page = self._open_page(origins=(self.content, self.platform), expected_errors=errors, **options)
        self.page.add_init_script(NOTE_WHAT_IS_SENT)
        return self.page

    def visit(self, *, no_token: bool = False) -> Page:
        """Launch the unit in a new session."""
        self.open()
        self.lms.no_token = no_token
        self.page.goto(f"{self.content}/{self.launch}?{self.lms.launch(self.platform)}")
        expect(self.page.frame_locator("#page").locator("main")).to_be_visible()
        return self.page

    @property
    def inner(self) -> Frame:
        """The frame that holds the page of the unit."""
        return self.page.frames[1]

    def go(self, path: str) -> None:
        self.inner.goto(f"{self.content}/{path}")

    def leave(self) -> list[str]:
        """Close the unit, wait until all that it said has arrived, and return what cmi5 defines of the session."""
        self.page.goto(f"{self.content}/about.html")
        sent = set(str(self.page.evaluate("() => sessionStorage.sent || ''")).split())
        self._until(lambda: sent <= {one["id"] for one in self.lms.statements()})
        return self.lms.verbs()

    def wait(self, verb: str, times: int = 1) -> None:
        """Wait until the platform was told."""
        self._until(lambda: sum(verb_of(one) == verb for one in self.lms.statements()) >= times)

    def _until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > end:
                pytest.fail(f"The platform heard no more than {self.lms.verbs()}.")
            self.page.wait_for_timeout(20)

    def read_lessons(self) -> None:
        lessons = json.loads(self.page.locator("#unit").text_content() or "")["lessons"]
        for lesson in lessons:
            self.go(f"lessons/{lesson}.html")
            self.inner.locator("#finished").check()


@pytest.fixture
def classroom(tmp_path: Path, open_page: OpenPage, serve: Any, serve_lms: Any) -> Callable[..., Classroom]:
    """Put a unit of the small course onto a platform."""

    def make(unit: str = "test-final", *, mastery: float | None = -1, units: Any = "module", **info: Any) -> Classroom:
        folder = tmp_path / "package"
        with opened("cmi5", units, **info) as archive:
            archive.extractall(folder)
        structure = etree.parse(folder / "cmi5.xml")
        [au] = [one for one in structure.iter(f"{SPACE}au") if str(one.get("id")).endswith(f"/{unit}")]
        given = au.get("masteryScore")
        if mastery == -1:
            mastery = None if given is None else float(given)
        lms = Lms(str(au.get("id")), mastery)
        launch = str(au.findtext(f"{SPACE}url"))
        return Classroom(lms, (serve(folder), serve_lms(lms)), launch, open_page)

    return make


@pytest.fixture
def judge(node: Callable[..., str], npm: Callable[..., Path]) -> Callable[[Lms], list[str]]:
    """Judge what a platform was told: by the rules of cmi5, and by an xAPI library."""
    modules = npm("@learninglocker", "xapi-validation").parents[1]

    def faults(lms: Lms) -> list[str]:
        script = ROOT / "tests" / "results" / "statements.js"
        return [*lms.judged(), *node(script, str(modules), stdin=json.dumps(lms.statements())).splitlines()]

    return faults
