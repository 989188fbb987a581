"""Packages judged: is this what a platform can take, and if not, what is wrong, where, and what helps.

Anything may be handed in here, so nothing is unpacked to disk, run or fetched, and memory and time have bounds.
"""
