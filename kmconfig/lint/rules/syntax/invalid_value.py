"""
The value is of the right type and still cannot be right: not one of the words that the setting knows, out of
range, no host name, no address, or with control characters in it. Words are lower case: `TLS` is corrected to
`tls` safely.

```yaml bad
email:
  smtp:
    port: 70000  # KM107
    encryption: TLS  # KM107
  sender:
    email: licensing at acme.example  # KM107
```

```yaml good
email:
  smtp:
    port: 587
    encryption: tls
  sender:
    email: licensing@acme.example
```
"""

from __future__ import annotations

from kmconfig.lint.rule import found_elsewhere

check = found_elsewhere("KM107", "invalid-value", module=__name__)
