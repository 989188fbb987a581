"""The one catalogue of interface strings, for templates, Python and JavaScript alike.

`templates/strings.en.yaml` holds the English; another language is a file of the same shape beside it, and what it
leaves out falls back to English. A string may hold `{name}` where a value goes. A string that depends on a count is a
map of the CLDR plural categories (`one`, `other`).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml

from kitbag.rendering.compiled import keep, kept

_GAP: Final = re.compile(r"\{([a-z_]+)\}")
_RIGHT_TO_LEFT: Final = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_RIGHT_TO_LEFT_SCRIPTS: Final = frozenset({"arab", "hebr", "nkoo", "syrc", "thaa"})


class Catalogue:
    """The interface strings of one language."""

    def __init__(self, language: str, strings: Mapping[str, str]) -> None:
        """Take the strings by their whole key (`quiz.submit`)."""
        self.language = language
        """The language asked for (BCP 47); strings that have no translation are English all the same."""
        self._strings = dict(strings)
        self._areas: dict[str, Mapping[str, str]] = {}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all strings, in hexadecimal."""
        return sha256(repr(self._strings).encode()).hexdigest()

    def text(self, key: str, **values: object) -> str:
        """Return a string with its values filled in; `count` also chooses the plural form.

        Raises KeyError where the key or a value is missing: both are mistakes of the program, not of an author.
        """
        string = self._strings.get(key)
        if string is None:
            string = self._strings[f"{key}.{self._plural(values['count'])}" if "count" in values else key]
        if "{" in string:
            return _GAP.sub(lambda gap: str(values[gap[1]]), string)
        return string

    def area(self, name: str) -> Mapping[str, str]:
        """Return all strings of one area by their key within it, plural forms as `key.one`, `key.other`."""
        if name not in self._areas:
            prefix = f"{name}."
            found = {key.removeprefix(prefix): text for key, text in self._strings.items() if key.startswith(prefix)}
            self._areas[name] = MappingProxyType(found)
        return self._areas[name]

    def day(self, day: date) -> str:
        """Return a day as people of this language write it: `11 July 2024`."""
        return self.text(
            "common.day", day=day.day, month=self.text(f"common.months.{day.month:02}"), year=f"{day.year:04}"
        )

    def duration(self, minutes: int) -> str:
        """Return a length of time in hours and minutes, short: `1 h 30 min`."""
        hours, rest = divmod(minutes, 60)
        kind = "both" if hours and rest else "hours" if hours else "minutes"
        return self.text(f"common.duration.{kind}", hours=hours, minutes=rest)

    def _plural(self, count: object) -> str:
        """Return the CLDR plural category, of the two that English and French need."""
        one = (0, 1) if self.language.startswith("fr") else (1,)
        return "one" if count in one else "other"


def direction(language: str) -> str:
    """Return `rtl` where the language (BCP 47) is written from right to left, else `ltr`."""
    primary, *rest = language.lower().split("-")
    if rest and len(rest[0]) == 4:  # a script subtag (RFC 5646, 2.2.3) decides, whatever the language
        return "rtl" if rest[0] in _RIGHT_TO_LEFT_SCRIPTS else "ltr"
    return "rtl" if primary in _RIGHT_TO_LEFT else "ltr"


@cache
def catalogue_for(language: str) -> Catalogue:
    """Return the catalogue of a language (BCP 47): its own strings, then those of its parent language, then English."""
    parts = language.split("-")
    names = ["-".join(parts[:end]) for end in range(len(parts), 0, -1)]
    strings: dict[str, str] = {}
    for name in (*names, "en"):
        for key, text in _strings_in(name).items():
            strings.setdefault(key, text)
    return Catalogue(language, strings)


def _strings_in(language: str) -> Mapping[str, str]:
    file = Path(str(files("kitbag"))) / "templates" / f"strings.{language}.yaml"
    if not re.fullmatch(r"[A-Za-z0-9-]+", language) or not file.is_file():
        return {}
    text = file.read_text("utf-8")
    strings: Mapping[str, str] | None = kept(file, "strings", text)
    if strings is None:
        loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every scalar stays text
        strings = dict(_flat("", yaml.load(text, Loader=loader)))  # noqa: S506 - it builds only text, lists and maps
        keep(file, "strings", text, strings)
    return strings


def _flat(prefix: str, tree: Any) -> Iterator[tuple[str, str]]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _flat(f"{prefix}.{key}" if prefix else key, value)
    else:
        yield prefix, tree
