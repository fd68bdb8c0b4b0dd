"""
A password, key or token stands in the file as text. Whoever can read the repository, now or in ten years, can
send mail in your name: history keeps it even when the line is gone. The value is never repeated in messages.

Revoke it with the provider, put the new one into a secret store, and write a reference: `env`, `file`, `vault`,
`aws_secret` or `ssm`, in development also `dotenv`.

```yaml bad
email:
  smtp:
    password: correct-horse-battery  # KM301
```

```yaml good
email:
  smtp:
    password: {vault: keymanager/production/smtp#password, max_age: 90d}
```
"""

from __future__ import annotations

from kmconfig.lint.rule import found_elsewhere

check = found_elsewhere("KM301", "plaintext-secret", module=__name__)
