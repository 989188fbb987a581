"""Results as statements of the Experience API 1.0.3 (xAPI), for a learning record store.

Each attempt becomes one statement, passed, failed or completed, and one more for each answer. Ids follow from the
record, so that a store that is sent the same statements twice keeps them once (xAPI Communication 2.1.1).
"""

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Any, Final, assert_never
from urllib.parse import quote
from uuid import UUID, uuid5

from kitbag.course.model import Course
from kitbag.questions.model import (
    Categorise,
    Cloze,
    Essay,
    Item,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from kitbag.results.attempt import Attempt, ItemResult, Response
from kitbag.results.store import Store, Taken

HOME: Final = "https://kitbag.invalid/"
"""Begins every address of ours where nobody names another; no such host can exist (RFC 2606)."""

_VERBS: Final = "http://adlnet.gov/expapi/verbs/"
_ACTIVITIES: Final = "http://adlnet.gov/expapi/activities/"
_BETWEEN: Final = "[,]"
_PAIR: Final = "[.]"
_LONGEST_ANSWER: Final = 4000

Json = dict[str, Any]


def statements(course: Course, store: Store, *, home: str = HOME) -> Iterator[Json]:
    """Give the statements of every attempt that counts.

    Args:
        course: names what its tests and items are.
        store: the results.
        home: an address (IRI) that stands for the place where people's names mean something; it ends in a slash.
    """
    for taken in store.attempts():
        attempt = store.record(taken.id)
        if attempt is not None:
            yield from _Speaker(course, home, attempt).statements(taken)


class _Speaker:
    """Makes the statements of one attempt."""

    def __init__(self, course: Course, home: str, attempt: Attempt) -> None:
        self._course = course
        self._attempt = attempt
        self._course_id = f"{home}courses/{quote(attempt.course, safe='')}"
        self._test_id = f"{self._course_id}/tests/{quote(attempt.test, safe='')}"
        # Someone who wrote no name is known by the record alone.
        self._actor = {
            "objectType": "Agent",
            "account": {"homePage": home, "name": attempt.person or f"record-{attempt.id}"},
        }
        self._language = course.info.language

    def statements(self, taken: Taken) -> Iterator[Json]:
        titles = {test.id: test.title for test in self._course.info.tests}
        verb = "completed" if taken.passed is None else "passed" if taken.passed else "failed"
        spent = max(timedelta(), self._attempt.submitted - self._attempt.started)
        result: Json = {
            "completion": True,
            "duration": f"PT{int(spent.total_seconds())}S",  # ISO 8601
            "score": _score(taken.marks, taken.possible),
        }
        if taken.passed is not None:
            result["success"] = taken.passed
        yield self._statement(
            "",
            verb,
            self._activity(self._test_id, "assessment", titles.get(self._attempt.test, self._attempt.test)),
            result,
            self._activity(self._course_id, "course", self._course.info.title),
        )
        for one in self._attempt.items:
            item = self._course.items.get(one.item)
            # An item that the course no longer has was of another edition; its attempt has been told of.
            if item is not None and one.response is not None:
                yield self._answered(item, one)

    def _answered(self, item: Item, one: ItemResult) -> Json:
        name = f"{self._course_id}/items/{quote(item.id, safe='')}"
        activity = self._activity(name, "cmi.interaction", item.stem)
        activity["definition"] |= _interaction(item, self._language)
        result: Json = {"response": _response(one.response)}
        if one.marks is not None:
            marks, possible = Fraction(one.marks), Fraction(one.possible)
            result |= {"score": _score(marks, possible), "success": marks == possible}
        if one.seconds:
            result["duration"] = f"PT{one.seconds}S"
        return self._statement(item.id, "answered", activity, result, {"objectType": "Activity", "id": self._test_id})

    def _statement(self, part: str, verb: str, activity: Json, result: Json, parent: Json) -> Json:
        attempt = self._attempt
        return {
            "id": str(uuid5(UUID(attempt.id), f"{attempt.digest}/{part}")),
            "version": "1.0.3",
            "actor": self._actor,
            "verb": {"id": f"{_VERBS}{verb}", "display": {"en": verb}},
            "object": activity,
            "result": result,
            "context": {
                "registration": attempt.id,
                "platform": f"Kitbag ({attempt.channel})",
                "language": self._language,
                "revision": attempt.edition,
                "contextActivities": {"parent": [parent]},
            },
            "timestamp": attempt.submitted.isoformat(),
        }

    def _activity(self, name: str, kind: str, title: str) -> Json:
        return {
            "objectType": "Activity",
            "id": name,
            "definition": {"type": f"{_ACTIVITIES}{kind}", "name": {self._language: title}},
        }


def _score(marks: Fraction, possible: Fraction) -> Json:
    # `scaled` runs from -1 to 1 (xAPI Data 2.4.5.1); `raw` and `max` are the marks themselves.
    scaled = max(Fraction(-1), min(Fraction(1), marks / possible)) if possible else Fraction(0)
    score: Json = {"scaled": round(float(scaled), 7), "raw": round(float(marks), 7), "max": round(float(possible), 7)}
    if marks >= 0:
        score["min"] = 0
    return score


def _response(response: Response) -> str:
    """Return a response as SCORM 2004 and xAPI write it: ids with `[,]` between, pairs with `[.]` inside."""
    match response:
        case None:
            return ""
        case str():
            return response[:_LONGEST_ANSWER]
        case dict():
            return _BETWEEN.join(f"{left}{_PAIR}{right}" for left, right in response.items())
        case _:
            return _BETWEEN.join(response)


def _interaction(item: Item, language: str) -> Json:
    """Return the kind of interaction and what there was to choose from; never the key."""

    def named(choices: Any) -> list[Json]:
        return [{"id": one.id, "description": {language: one.text}} for one in choices]

    match item:
        case SingleChoice() | MultipleResponse():
            return {"interactionType": "choice", "choices": named(item.options)}
        case TrueFalse():
            return {"interactionType": "true-false"}
        case Matching():
            return {"interactionType": "matching", "source": named(item.premises), "target": named(item.responses)}
        case Categorise():
            return {"interactionType": "matching", "source": named(item.elements), "target": named(item.categories)}
        case Ordering():
            # In the order of the ids: the author's order is the key.
            return {"interactionType": "sequencing", "choices": named(sorted(item.elements, key=lambda one: one.id))}
        case Numeric():
            return {"interactionType": "numeric"}
        case ShortAnswer():
            return {"interactionType": "fill-in"}
        case Cloze():
            return {"interactionType": "other"}
        case Essay():
            return {"interactionType": "long-fill-in"}
        case _:
            assert_never(item)
