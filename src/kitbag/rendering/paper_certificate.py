"""The certificate of completion: filled in, or with lines to write on. It certifies completion and nothing else."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Final

from kitbag.characters import DIRECTION_CONTROLS
from kitbag.course.model import Course
from kitbag.files import is_safe_name
from kitbag.questions.form_id import ALPHABET, bare
from kitbag.questions.scoring import marks_text
from kitbag.rendering.paper_pdf import PaperDocument
from kitbag.rendering.paper_press import DIGEST_SHOWN, Press, Size
from kitbag.rendering.template_data import show
from kitbag.results.attempt import Attempt

LONGEST_NAME: Final = 200
"""Characters in a name on a certificate."""
_CODE: Final = 12


@dataclass(frozen=True)
class Completion:
    """What a certificate says; what is empty becomes a line to write on."""

    name: str = ""
    day: date | None = None
    """When the course was completed."""
    score: str = ""
    """Marks earned of marks possible: `22 / 25`."""
    minutes: int | None = None
    """How long the test took."""
    attempt: int | None = None
    form: str = ""
    """The form id of the test."""
    instructor: str = ""
    """The person who signs."""

    def __post_init__(self) -> None:
        """Raise ValueError where the name is too long for any page."""
        if len(self.name) > LONGEST_NAME:
            raise ValueError(f"a name has at most {LONGEST_NAME} characters, this one has {len(self.name)}")


show(Completion, "name", "day", "score", "minutes", "attempt", "form", "instructor")


def completion_of(attempt: Attempt, *, name: str = "", instructor: str = "") -> Completion:
    """Return what the certificate of a passed attempt says. Raises ValueError where it was not passed."""
    if not attempt.passed:
        raise ValueError("this attempt was not passed")
    seconds = (attempt.submitted - attempt.started).total_seconds()
    return Completion(
        name=name or attempt.person,
        day=attempt.submitted.date(),
        score=f"{marks_text(attempt.marks)} / {marks_text(attempt.possible)}",
        minutes=round(seconds / 60) or None,
        attempt=attempt.attempt,
        form=attempt.form,
        instructor=instructor,
    )


def certificate(
    course: Course, completion: Completion | None, *, size: Size, templates: Path | None, path: str
) -> PaperDocument:
    """Return a certificate; without a completion, one to fill in by hand."""
    press = Press(course, size=size, templates=templates)
    said = completion or Completion()
    name = clean_name(said.name)
    return press.document(
        path,
        "certificate.html",
        press.catalogue.text("paper.title.certificate"),
        pages=1,
        said=said,
        name=name,
        name_direction="rtl" if _right_to_left(name) else "ltr",
        code=certificate_code(course, said) if completion else "",
    )


def together(certificates: Sequence[PaperDocument], *, path: str) -> PaperDocument:
    """Return certificates as one document, a page each, to print in one go."""

    def html() -> str:
        head, _, _ = certificates[0].html().partition("<body")
        bodies = [page.html().partition("<body")[2] for page in certificates]
        start = bodies[0].partition(">")[0]
        inside = "".join(f'<div class="one">{body.partition(">")[2].partition("</body>")[0]}</div>' for body in bodies)
        # A margin at the top of a page is kept only where the break before it is forced (CSS Fragmentation 3, 5.2).
        head = head.replace("</head>", "<style>.one + .one { break-before: page }</style>\n</head>")
        return f"{head}<body{start}>{inside}</body>\n</html>\n"

    return PaperDocument(path, certificates[0].title, html, len(certificates))


def file_names(completions: Sequence[Completion]) -> list[str]:
    """Return a name for the file of each certificate: the person and the form; numbered where two are the same.

    No system takes two of them for one, or one for a device.
    """
    names: list[str] = []
    for one in completions:
        person = re.sub(r"[^\w]+", "-", clean_name(one.name)).strip("-_")[:60].rstrip("-_") or "certificate"
        stem = f"{person}-{one.form}" if one.form else person
        stem = stem if is_safe_name(f"{stem}.pdf") else f"certificate-{stem}"
        taken = {name.casefold() for name in names}
        again = (f"{stem}-{number}" for number in count(2))
        names.append(stem if stem.casefold() not in taken else next(n for n in again if n.casefold() not in taken))
    return names


def certificate_code(course: Course, completion: Completion) -> str:
    """Return the code on a certificate, such as `7KQX-3M2R-9HFW`: it follows from all that the certificate says.

    Anyone who has the same edition of the course can make it again, and see whether a name or a score was altered.
    """
    said = [course.info.id, course.info.edition, course.digest[:DIGEST_SHOWN], clean_name(completion.name)]
    said += [str(completion.day), completion.score, str(completion.minutes), str(completion.attempt), completion.form]
    number = int.from_bytes(sha256("\n".join(said).encode("utf-8", "surrogatepass")).digest()[:8])
    letters = "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(_CODE))
    return "-".join(letters[start : start + 4] for start in range(0, _CODE, 4))


def certified(
    course: Course, passed: Iterable[Attempt], code: str, *, name: str = ""
) -> tuple[Completion, Attempt] | None:
    """Return what the certificate with a code says, and its attempt; `None` where no passed attempt has it.

    Args:
        course: the course, as it was when the certificate was printed.
        passed: attempts that were passed.
        code: the code, as somebody types it.
        name: the name on the certificate; the record's own where empty.
    """
    for attempt in passed:
        if len(name or attempt.person) > LONGEST_NAME:
            continue  # No certificate was printed for it.
        said = completion_of(attempt, name=name)
        if bare(certificate_code(course, said)) == bare(code):
            return said, attempt
    return None


def clean_name(name: str) -> str:
    """Return a name on one line, composed (NFC), without control characters and signs that turn the text round."""
    kept = "".join(char if unicodedata.category(char) != "Cc" else " " for char in unicodedata.normalize("NFC", name))
    return " ".join("".join(char for char in kept if char not in DIRECTION_CONTROLS).split())


def _right_to_left(text: str) -> bool:
    """Tell whether the first letter with a direction runs from right to left (UAX 9, P2 and P3)."""
    kinds = (unicodedata.bidirectional(char) for char in text)
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"
