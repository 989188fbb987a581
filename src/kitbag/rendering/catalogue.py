"""The one catalogue of interface strings, for templates, Python and JavaScript alike.

`templates/strings.en.yaml` holds the English; another language is a file of the same shape beside it, and what it
leaves out falls back to English. A string may hold `{name}` where a value goes. A string that depends on a count is a
map of the CLDR plural categories that the language needs (`one`, `few`, `other`). A course may bring its own strings.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml

from kitbag.course.model import Course
from kitbag.findings import did_you_mean, listed
from kitbag.rendering.compiled import keep, kept
from kitbag.rendering.foreign import isolated, marked, marked_value

_GAP: Final = re.compile(r"\{([a-z_]+)\}")
MOST_FILLED: Final = 10
"""How often one value may stand in a string."""
_CATEGORIES: Final = frozenset({"zero", "one", "two", "few", "many", "other"})
"""The plural categories of CLDR."""
_RIGHT_TO_LEFT: Final = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_RIGHT_TO_LEFT_SCRIPTS: Final = frozenset({"arab", "hebr", "nkoo", "syrc", "thaa"})


class Catalogue:
    """The interface strings of one language."""

    def __init__(
        self,
        language: str,
        strings: Mapping[str, str],
        *,
        of_a_course: bool = False,
        foreign: frozenset[str] = frozenset(),
    ) -> None:
        """Take the strings by their whole key (`quiz.submit`), some of which may be `of_a_course`.

        The keys of those that are English in a catalogue of another language are `foreign`.
        """
        self.of_a_course = of_a_course
        self.foreign = foreign
        self.language = language
        """The language asked for (BCP 47); strings that have no translation are English all the same."""
        self._strings = dict(strings)
        self._areas: dict[str, Mapping[str, str]] = {}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all strings, in hexadecimal."""
        return sha256(repr((self._strings, sorted(self.foreign), type(self).__name__)).encode()).hexdigest()

    @cached_property
    def for_pages(self) -> "Catalogue":
        """The catalogue for templates: it marks what isn't translated, for `foreign.settled`."""
        if not self.foreign:
            return self
        return _PageCatalogue(self.language, self._strings, of_a_course=self.of_a_course, foreign=self.foreign)

    def text(self, key: str, **values: object) -> str:
        """Return a string with its values filled in; `count` also chooses the plural form.

        Raises KeyError where the key or a value is missing: both are mistakes of the program, not of an author.
        """
        return self._filled(self._key(key, values), values)

    def _key(self, key: str, values: Mapping[str, object]) -> str:
        """Return the whole key of a string, with its plural form. Raises KeyError."""
        if key in self._strings or "count" not in values:
            return key
        form = f"{key}.{plural_category(self.language, values['count'])}"
        # A string that isn't translated has only the English forms.
        return form if form in self._strings else f"{key}.other"

    def _filled(self, key: str, values: Mapping[str, object]) -> str:
        string = self._strings[key]
        return _GAP.sub(lambda gap: str(values[gap[1]]), string) if "{" in string else string

    def area(self, name: str) -> Mapping[str, str]:
        """Return all strings of one area by their key within it, plural forms as `key.one`, `key.other`."""
        if name not in self._areas:
            prefix = f"{name}."
            way = direction(self.language)
            found = {
                key.removeprefix(prefix): isolated(text, way) if key in self.foreign else text
                for key, text in self._strings.items()
                if key.startswith(prefix)
            }
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


class _PageCatalogue(Catalogue):
    """Marks English strings, and the course's own words in them."""

    def text(self, key: str, **values: object) -> str:
        """Return a string with its values filled in, and with its marks if it isn't translated."""
        whole = self._key(key, values)
        if whole not in self.foreign:
            return self._filled(whole, values)
        return marked(self._filled(whole, {name: marked_value(value) for name, value in values.items()}))


def direction(language: str) -> str:
    """Return `rtl` where the language (BCP 47) is written from right to left, else `ltr`."""
    primary, *rest = language.lower().split("-")
    if rest and len(rest[0]) == 4:  # a script subtag (RFC 5646, 2.2.3) decides, whatever the language
        return "rtl" if rest[0] in _RIGHT_TO_LEFT_SCRIPTS else "ltr"
    return "rtl" if primary in _RIGHT_TO_LEFT else "ltr"


def plural_category(language: str, count: object) -> str:
    """Return the CLDR plural category of a count in a language: `one`, `few`, `other` and so on."""
    if language == "en" or language.startswith("en-"):
        return "one" if count == 1 else "other"
    # Babel takes a while to import, and an English course doesn't need it.
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(language.partition("-")[0])
    except (UnknownLocaleError, ValueError):
        return "one" if count == 1 else "other"
    return str(locale.plural_form(Decimal(str(count))))


def catalogue_of(course: Course) -> Catalogue:
    """Return the catalogue of a course: its own strings, then Kitbag's in its language, then English."""
    return catalogue_for(course.info.language, tuple(course.strings.items()))


@cache
def catalogue_for(language: str, own: tuple[tuple[str, str], ...] = ()) -> Catalogue:
    """Return the catalogue of a language (BCP 47): its own strings, then those of its parent language, then English.

    `own` strings come before all of them, except those that ask for values Kitbag doesn't give (see `wrong_strings`).
    """
    parts = language.split("-")
    names = ["-".join(parts[:end]) for end in range(len(parts), 0, -1)]
    english = _strings_in("en")
    strings = {key: text for key, text in own if _fault(english, key, text) is None}
    for name in names:
        for key, text in _strings_in(name).items():
            strings.setdefault(key, text)
    foreign = frozenset(english.keys() - strings.keys()) if parts[0] != "en" else frozenset[str]()
    for key in english:
        strings.setdefault(key, english[key])
    return Catalogue(language, strings, of_a_course=bool(own), foreign=foreign)


def has_strings(language: str) -> bool:
    """Tell whether Kitbag has interface strings in a language, or in its parent language."""
    return bool(_strings_in(language) or _strings_in(language.partition("-")[0]))


def untranslated(own: Mapping[str, str]) -> list[str]:
    """Return the keys of the English strings that a course doesn't say in its own words; plural forms count as one."""
    return sorted({_whole(key) for key in _strings_in("en")} - {_whole(key) for key in own})


def wrong_strings(own: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Give the key of each string that can't be used, with what is wrong and what to do about it."""
    english = _strings_in("en")
    for key, text in own.items():
        if (fault := _fault(english, key, text)) is not None:
            yield key, *fault


def _fault(english: Mapping[str, str], key: str, text: str) -> tuple[str, str] | None:
    theirs = english.get(key) or (english.get(f"{_whole(key)}.other") if _whole(key) != key else None)
    if theirs is None:
        return f'Kitbag has no interface string "{key}".', did_you_mean(key, english)
    gaps, asked = set(_GAP.findall(theirs)), Counter(_GAP.findall(text))
    unknown = sorted(set(asked) - gaps)
    if unknown:
        known = f"It can hold {listed(f'{{{gap}}}' for gap in sorted(gaps))}." if gaps else "It has no values."
        return f'"{key}" asks for {{{unknown[0]}}}, which it is not given.', known
    often = sorted(gap for gap, count in asked.items() if count > MOST_FILLED)
    if often:
        return f'"{key}" has {{{often[0]}}} more than {MOST_FILLED} times.', "Say it once or twice."
    return None


def _whole(key: str) -> str:
    """Return a key without its plural category."""
    start, _, end = key.rpartition(".")
    return start if end in _CATEGORIES else key


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
