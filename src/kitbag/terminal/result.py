"""What the terminal tells of an attempt that is over."""

from collections.abc import Callable
from fractions import Fraction

from kitbag.course.model import Course
from kitbag.questions.scoring import marks_text
from kitbag.rendering.catalogue import catalogue_of
from kitbag.rendering.results_report import percent
from kitbag.results.attempt import Attempt
from kitbag.results.session import Quiz
from kitbag.results.visible import visible


def show_result(quiz: Quiz, attempt: Attempt, say: Callable[[str], None]) -> None:
    """Tell what an attempt earned: in all, by objective, and what to read again."""
    t = catalogue_of(quiz.course).text
    marks, possible = Fraction(attempt.marks), Fraction(attempt.possible)
    share = marks / possible if possible else Fraction(0)
    say(t("terminal.result", marks=marks_text(marks), possible=marks_text(possible), percent=percent(share)))
    waiting = [Fraction(one.possible) for one in attempt.items if one.marks is None]
    if waiting:
        say(t("terminal.pending", count=len(waiting), marks=marks_text(sum(waiting, Fraction(0)))))
    if attempt.passed is not None:
        say(t("terminal.passed" if attempt.passed else "terminal.failed", cut=attempt.cut_score))
    say("")
    say(t("terminal.by_objective"))
    totals: dict[str, list[Fraction]] = {}
    for one in attempt.items:
        total = totals.setdefault(quiz.course.items[one.item].objective, [Fraction(0), Fraction(0)])
        if one.marks is not None:
            total[0] += Fraction(one.marks)
            total[1] += Fraction(one.possible)
    for objective, (earned, most) in totals.items():
        say(visible(f"  {marks_text(earned)} / {marks_text(most)}  {quiz.course.objectives[objective].text}"))
        if earned < most:
            lessons = _lessons(quiz.course, objective)
            say(visible("      " + t("terminal.read_again", lessons="; ".join(lessons))) if lessons else "")
    say("")
    if attempt.passed is False and quiz.test and quiz.attempt < quiz.test.attempts:
        say(t("terminal.attempts_left", count=quiz.test.attempts - quiz.attempt))


def _lessons(course: Course, objective: str) -> list[str]:
    return [lesson.title for module in course.modules for lesson in module.lessons if objective in lesson.objectives]
