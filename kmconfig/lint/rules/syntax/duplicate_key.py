"""
A key stands twice in one mapping. YAML parsers disagree about which of the two counts, and a reviewer who sees
one of them believes it. Neither is taken.

Keep one of the two.

```yaml bad
email:
  smtp:
    port: 587
    port: 465  # KM102
```

```yaml good
email:
  smtp:
    port: 587
```
"""

from __future__ import annotations

from kmconfig.lint.rule import found_elsewhere

check = found_elsewhere("KM102", "duplicate-key", module=__name__)
