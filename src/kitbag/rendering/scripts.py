"""Scripts as they are shipped: without the comments and the indentation that only their readers need.

No compiler and no bundler: a script keeps its lines and its names, so that an error on a trainee's screen still tells
where it is.
"""

import re
from typing import Final

# Whole lines only, so that no string, template or regular expression can be taken for a comment.
_COMMENT: Final = re.compile(r"^[ \t]*(?://[^\n]*|/\*\*?(?:[^*]|\*(?!/))*\*/[ \t]*)\n", re.MULTILINE)
_MARGIN: Final = re.compile(r"^[ \t]+|\n(?=\n)", re.MULTILINE)


def lean(script: str) -> str:
    """Return one of Kitbag's own scripts without comments that fill whole lines, margins and empty lines.

    It must hold no template literal or string that runs over several lines.
    """
    return _MARGIN.sub("", _COMMENT.sub("", script)).lstrip("\n")
