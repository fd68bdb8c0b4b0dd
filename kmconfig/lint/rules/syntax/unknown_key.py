"""
No setting has this name, so the value counts for nothing. Most often it is misspelt; the message then says
which key was probably meant.

Settings that environments of another format version know are unknown here as well.

```yaml bad
email:
  smtp:
    prot: 587  # KM104
```

```yaml good
email:
  smtp:
    port: 587
```
"""

from __future__ import annotations

from kmconfig.lint.rule import found_elsewhere

check = found_elsewhere("KM104", "unknown-key", module=__name__)
