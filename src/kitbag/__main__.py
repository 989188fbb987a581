"""`python -m kitbag` is the same as `kitbag`."""

from kitbag.cli import main

if __name__ == "__main__":
    main(prog_name="kitbag")
