"""A course: modules, lessons and blocks, the sources they rest on, and the checks over all of it."""
