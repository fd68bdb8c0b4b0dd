"""
`version` is the version of the file format, not that of your settings. This program reads version 1; what
another version means is not known, so the file is not guessed at.

Write `version: 1`, or use a release of kmconfig that reads the version of the file.

```yaml bad raw
version: 2  # KM109
email:
  sender: {name: Acme License Portal}
```

```yaml good raw
version: 1
email:
  sender: {name: Acme License Portal}
```
"""

from __future__ import annotations

from kmconfig.lint.rule import found_elsewhere

check = found_elsewhere("KM109", "unsupported-version", module=__name__)
