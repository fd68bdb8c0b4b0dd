"""
The project file lists the only programs that reload and verify commands and the sendmail driver may start, and these
settings name another one. Tests and applies refuse it; here it shows before anything is merged. Who may change
an environment file could otherwise run any program where settings are applied.

Use one of the allowed programs, or have `policy.commands` changed. The list holds the first word of each command,
written as it stands there: `php` and `/usr/bin/php` are two programs.

```yaml bad
target:
  laravel_env:
    path: /var/www/keymanager/.env
    reload: [[php, artisan, "config:cache"], [systemctl, restart, keymanager-queue]]  # KM610
```

```yaml bad raw file=kmconfig.yaml
version: 1
policy: {commands: [php]}
```

```yaml good
target:
  laravel_env:
    path: /var/www/keymanager/.env
    reload: [[php, artisan, "config:cache"], [php, artisan, "queue:restart"]]
```

```yaml good raw file=kmconfig.yaml
version: 1
policy: {commands: [php]}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import policy_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.projectfile import ProjectFile
    from kmconfig.source.value import Value


@policy_rule("KM610", "command-not-allowed", severity="E/E/E")
def check(env: Environment, file: ProjectFile) -> Iterator[Finding]:
    """Compare the programs that would be started with the list of the project file."""
    policy = file.get("policy", "commands")
    if policy is None or file.allowed_commands is None:
        return
    for program in _programs(env):
        if program.data not in file.allowed_commands:
            yield Finding(
                f"`policy.commands` does not allow `{program.data}`",
                primary=Label(program, "this program"),
                related=(Label(policy, "what is allowed"),),
                help=f"correct `{program.setting}`, or have the program added to `policy.commands`",
            )


def _programs(env: Environment) -> Iterator[Value[Any]]:
    for name in ("reload", "verify"):
        commands = env.get("target", "laravel_env", name)
        for command in commands.data if commands is not None and isinstance(commands.data, list) else ():
            yield from command.data[:1]
    if env.email.sendmail is not None:
        yield env.email.sendmail.path
