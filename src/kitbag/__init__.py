"""Kitbag: one folder of YAML becomes lessons, scored quizzes, handouts, exam papers and packages."""

__version__ = "0.1.0"
