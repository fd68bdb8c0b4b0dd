"""
The file is not YAML, so nothing in it can be read and no other rule looks at it. The place is where the parser
gave up; the cause often stands a line above: a missing colon, a bracket or a quote that is never closed, a tab.

```yaml bad raw
version: 1
tier: production
email:
  sender: {email: licensing@acme.example
target:  # KM101
  file: {path: settings.json}
```

```yaml good raw
version: 1
email:
  sender: {email: licensing@acme.example}
```
"""

from __future__ import annotations

from kmconfig.lint.rule import found_elsewhere

check = found_elsewhere("KM101", "yaml-syntax", module=__name__)
