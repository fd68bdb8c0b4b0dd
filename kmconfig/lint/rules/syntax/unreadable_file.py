"""
The file cannot be read at all: it is larger than 1 MiB, not UTF-8, not a regular file, or its permissions
forbid it. An environment that is built on it cannot be judged.

Save it as UTF-8 and give the user who runs kmconfig permission to read it.

```yaml bad raw encoding=latin-1
version: 1
description: Für Kunden  # KM110
```

```yaml good raw
version: 1
description: Für Kunden
```
"""

from __future__ import annotations

from kmconfig.lint.rule import found_elsewhere

check = found_elsewhere("KM110", "unreadable-file", module=__name__)
