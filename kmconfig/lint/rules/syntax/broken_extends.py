"""
A layer cannot be found, lies outside the environments folder, or layers extend each other in a circle. What it
says is missing from the environment, so nothing is concluded from settings that are absent.

Paths are relative to the file that names them.

```yaml bad raw
version: 1
extends: shared.yaml  # KM108
tier: production
```

```yaml bad raw file=base.yaml
version: 1
extends: ../../base.yaml  # KM108
```

```yaml good raw file=shared.yaml
version: 1
email:
  sender: {name: Acme License Portal}
```

```yaml good raw file=more.yaml
version: 1
extends: shared.yaml
```
"""

from __future__ import annotations

from kmconfig.lint.rule import found_elsewhere

check = found_elsewhere("KM108", "broken-extends", module=__name__)
