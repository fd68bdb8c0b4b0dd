"""
A suppression or a line of the project file names a rule that does not exist. What it was meant to hide or to
change stays as it is, and nobody notices.

Write the rule's code or its name as `kmconfig rules` prints them. The grammar of a suppression is
`# kmconfig: ignore[KM203, no-encryption] reason until=2027-03-31`; a comment that starts with `kmconfig:` and
does not follow it is reported here too.

```yaml bad
email:
  smtp:
    port: 587  # kmconfig: ignore[port-52] internal relay  # KM002
```

```yaml bad
email:
  smtp:
    # kmconfig: ignore KM203 internal relay  # KM002
    port: 587
```

```yaml good
email:
  smtp:
    port: 25  # kmconfig: ignore[port-25] internal relay, firewalled
```
"""

from __future__ import annotations

from kmconfig.lint.rule import found_elsewhere

check = found_elsewhere("KM002", "unknown-rule", module=__name__)
