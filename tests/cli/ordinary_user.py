"""Running a program as somebody with no rights of root, where the tests run as root."""

from __future__ import annotations

#: May look into folders that are closed to it, so that it finds this interpreter; nothing else of root is left.
NOBODY = (
    *("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
    *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
)
