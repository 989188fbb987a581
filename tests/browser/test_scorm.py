"""SCORM packages in a run-time of another hand (scorm-again): whole attempts, and what the platform is told of them."""

import json
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from kitbag.course.load import load_course
from kitbag.exporters.deliveries import deliver
from kitbag.exporters.learner import RenderedCourse, Units

PROJECT = Path(__file__).parent.parent / "projects" / "every-item-type"
RUNTIME = Path(__file__).parents[2] / "node_modules" / "scorm-again" / "dist"
OpenPage = Callable[..., Page]

NAMES: dict[str, dict[str, str]] = {
    "scorm12": {
        "api": "API",
        "class": "Scorm12API",
        "prefix": "LMS",
        "success": "cmi.core.lesson_status",
        "completion": "cmi.core.lesson_status",
        "raw": "cmi.core.score.raw",
        "location": "cmi.core.lesson_location",
        "mode": "cmi.core.lesson_mode",
        "response": "student_response",
    },
    "scorm2004": {
        "api": "API_1484_11",
        "class": "Scorm2004API",
        "prefix": "",
        "success": "cmi.success_status",
        "completion": "cmi.completion_status",
        "raw": "cmi.score.raw",
        "location": "cmi.location",
        "mode": "cmi.mode",
        "response": "learner_response",
    },
}

# The platform: it notes every call with its answer, and refuses them all once it is told to.
PLATFORM = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Platform</title>
<link rel="icon" href="data:,">
<script src="/runtime.js"></script><script>
const names = %s, kept = %s;
const inner = new (window[names.class])({ autocommit: false, logLevel: 5 });
inner.loadFromFlattenedJSON(kept, "");
window.calls = [];
window.refuse = false;
window[names.api] = new Proxy(inner, {
  get(target, verb) {
    const found = target[verb];
    if (typeof found !== "function") return found;
    return (...given) => {
      if (window.refuse) return verb.endsWith("GetLastError") ? "101" : "false";
      const answer = found.apply(target, given);
      window.calls.push([verb, given, String(answer)]);
      return answer;
    };
  },
});
</script><iframe title="Unit" src="%s" style="width:100%%;height:700px"></iframe></html>
"""

RIGHT: dict[str, Any] = {
    "single": "a",
    "multiple": ["a", "b"],
    "truth": "false",
    "matching": {"p1": "r2", "p2": "r1"},
    "ordering": ["e1", "e2", "e3"],
    "numeric": "80",
    "short": "infusion",
    "cloze": {"minutes": "four", "water": "hot"},
    "sorting": {"leaves": "pot", "milk": "cup", "water": "pot"},
    "essay": "The water was too hot.",
}
FILL = """(responses) => {
  const quiz = JSON.parse(document.querySelector('[data-quiz=m1] [data-part=island]').textContent);
  for (const item of quiz.items) {
    if (!(item.id in responses)) continue;
    const article = document.querySelector(`[data-quiz=m1] [data-item="${item.id}"]`);
    const order = [...article.querySelectorAll("[data-part=shown] > [data-id]")].map((one) => one.dataset.id);
    KitbagControls.write(article, item, responses[item.id], order);
    if (item.type === "ordering") {
      const shown = article.querySelector("[data-part=shown]");
      shown.append(...responses[item.id].map((id) => shown.querySelector(`:scope > [data-id="${id}"]`)));
    }
    const last = "[data-part=shown] > :last-child select";
    const control = article.querySelector(item.type === "ordering" ? last : "input, select, textarea");
    if (item.type === "ordering") control.value = String(responses[item.id].length);
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
}"""


class Platform:
    """A learning platform that knows one trainee and one unit."""

    def __init__(self, version: str, folder: Path, origin: str, open_page: OpenPage) -> None:
        self.names = NAMES[version]
        self.version = version
        self.folder = folder
        self.origin = origin
        self.open_page = open_page
        self.kept: dict[str, str] = {}
        self.page: Page

    def visit(self, launch: str = "launch-unit-m1.html", **first: str) -> FrameLocator:
        """Open the unit, with what earlier visits left behind."""
        text = PLATFORM % (json.dumps(self.names), json.dumps(self.kept | first), launch)
        (self.folder / "platform.html").write_text(text, "utf-8")
        self.page = self.open_page(origins=(self.origin,), viewport={"width": 1200, "height": 800})
        self.page.goto(f"{self.origin}/platform.html")
        unit = self.page.frame_locator("iframe")
        frame = unit.frame_locator("#page")
        expect(frame.locator("main")).to_be_visible()
        return frame

    def inner(self) -> Any:
        """The frame that holds the page of the unit."""
        return next(one for one in self.page.frames if one.parent_frame and one.parent_frame.parent_frame)

    def calls(self) -> list[tuple[str, list[str], str]]:
        return [tuple(call) for call in self.page.evaluate("() => window.calls")]

    def told(self) -> dict[str, str]:
        """The last value of each element that was set in this visit."""
        return {given[0]: given[1] for verb, given, _ in self.calls() if verb.endswith("SetValue")}

    def leave(self) -> list[tuple[str, list[str], str]]:
        """Close the unit as a platform does: by taking its frame away."""
        self.page.evaluate("() => document.querySelector('iframe').remove()")
        calls = self.calls()
        told = self.told()
        for element in ("cmi.suspend_data", self.names["location"], self.names["success"], self.names["completion"]):
            if element in told:
                self.kept[element] = told[element]
        assert all(answer == "true" for verb, _, answer in calls if verb.endswith(("SetValue", "Commit", "Finish")))
        assert len(told.get("cmi.suspend_data", "")) <= 4096
        return calls

    def go(self, frame: FrameLocator, path: str) -> None:
        self.inner().evaluate("(path) => { location.href = path }", f"{self.origin}/{path}")
        expect(frame.locator("main")).to_be_visible()
        self.page.wait_for_function(
            "(path) => window.frames[0].frames[0].location.pathname === path && "
            "window.frames[0].frames[0].document.readyState === 'complete'",
            arg=f"/{path}",
        )

    def read_lessons(self, frame: FrameLocator) -> None:
        lessons = json.loads(self.page.frame_locator("iframe").locator("#unit").text_content() or "")["lessons"]
        for lesson in lessons:
            self.go(frame, f"lessons/{lesson}.html")
            frame.locator("#finished").check()

    def answer(self, frame: FrameLocator, responses: dict[str, Any]) -> None:
        if "practice/m1" not in self.inner().url:
            self.go(frame, "practice/m1.html")
        frame.locator("[data-item=short] input").click()
        self.inner().evaluate(FILL, responses)

    def hand_in(self, frame: FrameLocator) -> None:
        frame.locator("[data-part=end] .quiz-foot .quiz-main").click()
        anyway = frame.locator(".quiz-warning .quiz-buttons button").last
        if anyway.count():
            anyway.click()
        expect(frame.locator(".quiz-result")).to_be_visible()


@pytest.fixture(params=["scorm12", "scorm2004"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def unpacked(version: str, folder: Path, units: Units = "module") -> Path:
    course = load_course(PROJECT).course
    assert course is not None
    [path] = deliver(version, RenderedCourse(course, units=units), folder)
    target = folder / f"{version}-{units}"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(target)
    if not RUNTIME.exists():
        pytest.skip("npm package scorm-again is not installed: run make test")
    shutil.copy(RUNTIME / f"{version}.js", target / "runtime.js")
    return target


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def platform(version: str, tmp_path: Path, open_page: OpenPage) -> Iterator[Platform]:
    folder = unpacked(version, tmp_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Platform(version, folder, f"http://127.0.0.1:{server.server_port}", open_page)
    server.shutdown()
    server.server_close()
    thread.join()


def test_nothing_is_told_before_the_trainee_acts_and_looking_in_completes_nothing(platform: Platform) -> None:
    platform.visit()
    assert platform.told() == {}
    platform.leave()
    assert platform.kept in ({}, {"cmi.core.lesson_status": "incomplete"})
    assert not any("score" in element or "suspend" in element for element in platform.told())


def test_a_whole_attempt_passes(platform: Platform) -> None:
    frame = platform.visit()
    platform.read_lessons(frame)
    assert platform.told()[platform.names["completion"]] == "incomplete"
    platform.answer(frame, RIGHT)
    platform.hand_in(frame)
    told = platform.told()
    assert told[platform.names["success"]] == "passed"
    assert told[platform.names["raw"]] == "100"
    if platform.version == "scorm2004":
        assert told["cmi.completion_status"] == "completed"
        assert told["cmi.score.scaled"] == "1.0000"
    statuses = {
        value for element, value in told.items() if element.startswith("cmi.objectives.") and "status" in element
    }
    assert statuses == {"passed"}
    rows = {element.split(".")[2] for element in told if element.startswith("cmi.interactions.")}
    responses = {
        told[f"cmi.interactions.{n}.id"].split("_")[1]: told[f"cmi.interactions.{n}.{platform.names['response']}"]
        for n in rows
    }
    pairs = {
        "scorm12": ("a,b", "a.b,b.a", "a,b,c", "f"),
        "scorm2004": ("a[,]b", "p1[.]r2[,]p2[.]r1", "e1[,]e2[,]e3", "false"),
    }
    expected = pairs[platform.version]
    assert (responses["multiple"], responses["matching"], responses["ordering"], responses["truth"]) == expected
    results = {told[f"cmi.interactions.{n}.id"].split("_")[1]: told[f"cmi.interactions.{n}.result"] for n in rows}
    assert {result for item, result in results.items() if item != "essay"} == {"correct"}
    assert results["essay"] == "neutral"
    platform.leave()


def test_closing_in_the_middle_passes_nothing_and_the_next_visit_goes_on(platform: Platform) -> None:
    frame = platform.visit()
    platform.answer(
        frame, {name: RIGHT[name] for name in ("single", "multiple", "matching", "sorting", "short", "cloze")}
    )
    platform.leave()
    assert platform.kept[platform.names["completion"]] == "incomplete"
    assert platform.kept.get(platform.names["success"]) != "passed"
    assert platform.kept[platform.names["location"]] == "practice/m1.html"
    frame = platform.visit()
    expect(frame.locator("[data-item=single] input[value=a]")).to_be_checked()
    expect(frame.locator("[data-item=short] input")).to_have_value("infusion")
    expect(frame.locator("[data-item=multiple] input:checked")).to_have_count(2)
    selects = frame.locator("[data-item=matching] .quiz-row select")
    assert [selects.nth(n).input_value() for n in range(2)] == ["r2", "r1"]
    assert platform.told() == {}


@pytest.mark.slow
def test_failed_then_passed_and_never_back(platform: Platform) -> None:
    frame = platform.visit()
    platform.read_lessons(frame)
    platform.answer(frame, {"single": "b", "truth": "true"})
    platform.hand_in(frame)
    assert platform.told()[platform.names["success"]] == "failed"
    platform.leave()
    frame = platform.visit()
    platform.go(frame, "practice/m1.html")
    frame.locator(".quiz-result .quiz-buttons button").nth(1).click()
    platform.answer(frame, RIGHT)
    platform.hand_in(frame)
    assert platform.told()[platform.names["success"]] == "passed"
    platform.leave()
    frame = platform.visit()
    platform.go(frame, "practice/m1.html")
    frame.locator(".quiz-result .quiz-buttons button").last.scroll_into_view_if_needed()
    frame.locator(".quiz-result").get_by_role("button", name="Start", exact=False).first.click()
    platform.answer(frame, {"single": "b", "truth": "true"})
    platform.hand_in(frame)
    platform.leave()
    assert platform.kept[platform.names["success"]] == "passed"
    assert platform.told().get(platform.names["raw"], "100") == "100"


@pytest.mark.slow
def test_a_platform_that_refuses_is_told_of_and_the_quiz_goes_on(platform: Platform) -> None:
    frame = platform.visit()
    platform.go(frame, "practice/m1.html")
    platform.page.evaluate("() => { window.refuse = true }")
    platform.answer(frame, {"single": "a"})
    expect(platform.page.frame_locator("iframe").locator("#notice")).to_contain_text("does not answer")
    platform.hand_in(frame)
    expect(frame.locator("[data-item=single] [data-id=a]")).to_have_attribute("data-state", "right")
    platform.page.evaluate("() => { window.refuse = false }")


def test_without_a_platform_the_device_keeps_it(platform: Platform) -> None:
    page = platform.open_page(origins=(platform.origin,))
    page.goto(f"{platform.origin}/launch-unit-m1.html")
    expect(page.locator("#notice")).to_contain_text("No learning platform was found")
    expect(page.frame_locator("#page").locator("main")).to_be_visible()


@pytest.mark.slow
def test_a_review_visit_changes_nothing(platform: Platform) -> None:
    frame = platform.visit(**{platform.names["mode"]: "review"})
    expect(platform.page.frame_locator("iframe").locator("#notice")).to_contain_text("looking back")
    platform.answer(frame, RIGHT)
    platform.hand_in(frame)
    assert platform.told() == {}
