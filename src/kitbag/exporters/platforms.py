"""What learning platforms take and do differently: facts, not branches. The words are in the catalogue."""

from typing import Final, NamedTuple


class Platform(NamedTuple):
    """A learning platform as an importer of our packages meets it."""

    id: str
    """Names its page and its strings under `exports.platforms`."""
    title: str
    """What people call it."""
    course: tuple[str, ...]
    """Formats it takes for the course as a whole, the best first."""
    items: tuple[str, ...]
    """Formats it takes for the item bank, the best first."""
    facts: tuple[str, ...]
    """What it does differently, by the strings' keys under `exports.platforms.facts`."""


PLATFORMS: Final = (
    Platform(
        "moodle",
        "Moodle",
        course=("scorm12", "cc"),
        items=("moodle", "gift"),
        facts=("exact", "scorm_12_only", "cmi5_plugin", "cc_restore", "attempts_setting", "whole_in_new_window"),
    ),
    Platform(
        "ilias",
        "ILIAS",
        course=("scorm2004", "scorm12", "cmi5"),
        items=(),
        facts=("qti_1_2", "one_cmi5_unit", "progress_setting", "whole_in_new_window"),
    ),
    Platform(
        "canvas",
        "Canvas",
        course=("scorm12", "scorm2004", "cc"),
        items=("qti21", "cc"),
        facts=("no_feedback", "scorm_tool", "few_types", "new_quizzes", "cc_exact"),
    ),
    Platform(
        "blackboard",
        "Blackboard",
        course=("scorm2004", "scorm12", "cc"),
        items=("qti21", "cc"),
        facts=("own_pools", "few_types", "cc_to_1_2", "attempts_setting"),
    ),
    Platform(
        "openedx",
        "Open edX",
        course=("scorm12", "scorm2004", "cc"),
        items=("cc",),
        facts=("scorm_block", "one_block_a_module", "cc2olx", "cc2olx_pictures", "cc_exact"),
    ),
)
"""Every platform there is a page for, in the order of the index."""
