"""
A setting without a default is not written: the format version of a file, or what the merged environment needs
to send mail, such as `email.sender.email` and the block of the chosen driver. Layers may leave such settings to
the environments that are built on them; an environment may not.

The finding stands on the nearest key that is written, or on the first line.

```yaml bad raw first_line=KM106
email:
  sender: {name: Acme License Portal}
```

```yaml bad
email:
  sender:  # KM106
    email: null
```

```yaml good raw
version: 1
email:
  sender:
    name: Acme License Portal
```
"""

from __future__ import annotations

from kmconfig.lint.rule import found_elsewhere

check = found_elsewhere("KM106", "missing-setting", module=__name__)
