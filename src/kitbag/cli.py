"""The command line: arguments in, messages and exit codes out. Each group of commands has a file in commands/.

Exit codes: 0 all is well; 1 the course has mistakes, and nothing was written; 2 the command was called wrongly;
3 part of the work could not be done (a full disk, a missing library), and the messages say which part; 130 interrupted.
"""

import os
from typing import Final

import click

from kitbag import __version__
from kitbag.commands.editors import completion, schema
from kitbag.commands.exporting import export
from kitbag.commands.lessons import build, check, coverage, init
from kitbag.commands.results import results
from kitbag.commands.sources import sources
from kitbag.commands.testing import certificate, mark, paper, quiz

COMMANDS: Final = (
    init,
    check,
    build,
    coverage,
    sources,
    paper,
    mark,
    quiz,
    results,
    certificate,
    export,
    schema,
    completion,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="kitbag")
def main() -> None:
    """Turn one folder of YAML into lessons, scored quizzes, handouts, exam papers and course packages.

    Start with "kitbag init my-course", then "kitbag build" inside the new folder.
    """
    if os.environ.get("NO_COLOR"):
        click.get_current_context().color = False


for command in COMMANDS:
    main.add_command(command)
