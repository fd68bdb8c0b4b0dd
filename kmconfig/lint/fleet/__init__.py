"""Linting thousands of files: in chunks, in several processes, and no file twice that has not changed.

The engine holds a whole project in memory, which is simplest and fastest for the few files that most have. A fleet is
examined chunk by chunk instead, and nothing is kept of a file but what was found in it and what others are compared
with. Both ways end in the same :class:`kmconfig.lint.conclude.Conclusion`.
"""
