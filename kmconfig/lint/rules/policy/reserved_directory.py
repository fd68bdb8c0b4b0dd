"""
The manifests would be written into a folder that has another purpose. Among the environment files they would be read
as environments, git takes nothing from a folder `.git`, and the state folder is kmconfig's own. Plans and applies
refuse it; here it shows before anything is merged.

Choose a folder of its own, such as `deploy/production`.

```yaml bad
target:
  kubernetes:
    directory: environments/production  # KM611
    namespace: keymanager
    name: keymanager-mail
```

```yaml good
target:
  kubernetes:
    directory: deploy/production
    namespace: keymanager
    name: keymanager-mail
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.environment.reserved import reserved
from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import policy_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.projectfile import ProjectFile


@policy_rule("KM611", "reserved-directory", severity="E/E/E")
def check(env: Environment, file: ProjectFile) -> Iterator[Finding]:
    """Compare the folder of the manifests with those of the project."""
    directory = env.get("target", "kubernetes", "directory")
    if directory is None or not isinstance(directory.data, str):
        return
    reason = reserved(directory.data, environments=file.environments, state=file.state)
    if reason is not None:
        yield Finding(
            f"no manifests may lie in `{directory.data}`: {reason}",
            primary=Label(directory, "set here"),
            help="choose a folder of its own, such as `deploy/production`",
        )
