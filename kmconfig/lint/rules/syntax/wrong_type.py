"""
The value is of another type than the setting: text where a number is due, one value where a list is due. It is
refused rather than converted, since a guess would decide what a server is told.

```yaml bad
email:
  smtp:
    port: "587"  # KM105
  test:
    recipients: mail-test@acme.example  # KM105
```

```yaml good
email:
  smtp:
    port: 587
  test:
    recipients: [mail-test@acme.example, mail-test@partner.example]
```
"""

from __future__ import annotations

from kmconfig.lint.rule import found_elsewhere

check = found_elsewhere("KM105", "wrong-type", module=__name__)
