"""What is kept of the theme: it changes no page, and nothing else is ever kept or believed."""

import sys
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment

from kitbag.rendering.catalogue import Catalogue, catalogue_for
from kitbag.rendering.compiled import keep, kept
from kitbag.rendering.environment import make_environment


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let compiled files go into a folder of their own, and return it."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "cache"))
    return tmp_path / "cache"


def _environment(folder: Path | None = None, language: str = "en") -> Environment:
    return make_environment(folder=folder, catalogue=catalogue_for(language), language=language)


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")


def test_what_was_kept_is_taken_while_it_is_made_of_the_same(cache: Path, tmp_path: Path) -> None:
    source = tmp_path / "page.html"
    keep(source, "en", "one", {"a": "b"})
    assert kept(source, "en", "one") == {"a": "b"}
    assert kept(source, "en", "two") is None
    assert kept(source, "fr", "one") is None
    assert len(_files(cache)) == 1


def test_a_file_that_anything_happened_to_counts_for_nothing(cache: Path, tmp_path: Path) -> None:
    source = tmp_path / "page.html"
    keep(source, "en", "one", {"a": "b"})
    [path] = (file for file in cache.rglob("*") if file.is_file())
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert kept(source, "en", "one") is None
        path.write_bytes(whole[:place])
        assert kept(source, "en", "one") is None


def test_nothing_is_kept_where_python_keeps_nothing(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    _environment().get_template("site/search.html")
    assert _files(cache) == []
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    cache.write_text("no folder")
    keep(tmp_path / "page.html", "en", "one", "text")
    assert kept(tmp_path / "page.html", "en", "one") is None


def test_the_theme_is_compiled_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _environment().get_template("site/search.html")
    assert "search.html.en." + sys.implementation.cache_tag in _files(cache)
    monkeypatch.setattr(Environment, "compile", None)
    _environment().get_template("theme/site/search.html")
    with pytest.raises(TypeError):
        _environment(language="fr").get_template("site/search.html")


def test_other_strings_make_another_template(cache: Path) -> None:
    _environment().get_template("site/search.html")
    none = make_environment(folder=None, catalogue=Catalogue("en", {}), language="en")
    with pytest.raises(KeyError):  # as it is compiled, where its strings are looked up
        none.get_template("site/search.html")
    assert _files(cache)


def test_the_strings_of_a_language_are_read_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue_for.cache_clear()
    read = catalogue_for("en").digest
    catalogue_for.cache_clear()
    monkeypatch.setattr(yaml, "load", None)
    assert catalogue_for("en").digest == read
    assert len(_files(cache)) == 1


def test_a_template_of_a_course_is_never_kept(cache: Path, tmp_path: Path) -> None:
    own = tmp_path / "course" / "templates" / "site" / "search.html"
    own.parent.mkdir(parents=True)
    own.write_text("Mine: {{ 1 + 1 }}")
    assert _environment(tmp_path / "course").get_template("site/search.html").render() == "Mine: 2"
    assert _files(cache) == []
    own.write_text("Mine: {{ 1 + 2 }}")
    assert _environment(tmp_path / "course").get_template("site/search.html").render() == "Mine: 3"
