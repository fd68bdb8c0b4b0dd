"""The rules, a module for each; the lists of them are in ``offline`` and ``online``."""
