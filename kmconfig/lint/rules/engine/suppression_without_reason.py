"""
A suppression is a decision, and whoever reads the file later has to know why it was made. Without a reason it
cannot be told from a fault that somebody silenced to get a build through.

Write the reason behind the bracket.

```yaml bad
email:
  smtp:
    port: 25  # kmconfig: ignore[KM203] until=2027-03-31  # KM004
```

```yaml good
email:
  smtp:
    port: 25  # kmconfig: ignore[KM203] internal relay, firewalled until=2027-03-31
```
"""

from __future__ import annotations

from kmconfig.lint.rule import found_elsewhere

check = found_elsewhere("KM004", "suppression-without-reason", module=__name__)
