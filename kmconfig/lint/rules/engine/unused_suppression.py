"""
A suppression says that somebody looked at a finding and decided to live with it. One that hides nothing is
either left over from a fault that is gone, or stands on the wrong line and hides nothing where it should; the
next person cannot tell which. Suppressions of rules that cannot be suppressed are unused as well.

Remove it, or move it to the end of the line that the finding labels or alone on the line above.

```yaml bad
email:
  smtp:
    port: 587  # kmconfig: ignore[KM203] the old relay knew nothing else  # KM001
```

```yaml good
email:
  smtp:
    port: 25  # kmconfig: ignore[KM203] the relay in the machine room offers nothing else until=2027-03-31
```
"""

from __future__ import annotations

from kmconfig.lint.rule import found_elsewhere

check = found_elsewhere("KM001", "unused-suppression", severity="W/W/W", module=__name__)
