"""
`until=` names the last day on which a suppression holds. After it the finding is shown again, and the
suppression is an error of its own: the decision to live with the fault was made for a time, and that is over.

Correct what it hides, or decide anew and write a new date.

```yaml bad today=2027-04-01
email:
  smtp:
    port: 25  # kmconfig: ignore[KM203] internal relay until=2027-03-31  # KM003 KM203
```

```yaml good today=2027-03-31
email:
  smtp:
    port: 25  # kmconfig: ignore[KM203] internal relay until=2027-03-31
```
"""

from __future__ import annotations

from kmconfig.lint.rule import found_elsewhere

check = found_elsewhere("KM003", "expired-suppression", module=__name__)
