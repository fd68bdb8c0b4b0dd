"""
Aliases, anchors, merge keys, tags and several documents in one file are YAML, but they make a file that says
something else than it seems to: a value stands far from where it counts, and a diff does not show what changes.

Repeat the value, or move what environments share to a layer and list that under `extends`.

```yaml bad
email:
  reply_to: &support support@acme.example  # KM103
  test:
    recipients: [*support]  # KM103
```

```yaml bad
email:
  smtp:
    port: !!int "587"  # KM103
```

```yaml good
email:
  reply_to: support@acme.example
  test:
    recipients: [support@acme.example, mail-test@partner.example]
```
"""

from __future__ import annotations

from kmconfig.lint.rule import found_elsewhere

check = found_elsewhere("KM103", "yaml-feature", module=__name__)
