"""What the tests of quizzes and of tests share: a hand on the mouse."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator


@pytest.fixture(scope="session")
def answer() -> Callable[[Locator, Any], None]:
    """Answer the question of this article with the mouse; an ordering by the place of each element."""

    def give(shown: Locator, response: Any) -> None:
        match shown.get_attribute("data-type"):
            case "single-choice" | "true-false":
                shown.locator(f'input[value="{response}"]').check()
            case "multiple-response":
                for box in shown.locator("input").all():
                    box.set_checked(box.get_attribute("value") in response)
            case "matching" | "categorise":
                for name, value in response.items():
                    shown.locator(f'.quiz-row[data-id="{name}"] select').select_option(value)
            case "ordering":
                for place, name in enumerate(response, 1):
                    shown.locator(f'.quiz-row[data-id="{name}"] select').select_option(str(place))
            case "cloze":
                for name, text in response.items():
                    shown.locator(f'input[data-id="{name}"]').fill(text)
            case _:
                shown.locator("input[type=text], textarea").fill(response)

    return give
