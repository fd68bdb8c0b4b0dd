"""
Two environments write their settings to the same place. Whichever is applied last wins, and each sees the other's
work as drift.

Give each environment a target of its own. Where the same path stands on two machines, name them with `ssh`, or say in a
suppression which environment is applied on which.

```yaml bad name=production
target:
  laravel_env:
    path: /var/www/keymanager/.env
    reload: [[php, artisan, "queue:restart"]]
```

```yaml bad name=staging tier=staging
target:
  laravel_env:
    path: /var/www/keymanager/.env  # KM603
    reload: [[php, artisan, "queue:restart"]]
```

```yaml good name=production
target:
  laravel_env:
    path: /var/www/keymanager/.env
    reload: [[php, artisan, "queue:restart"]]
```

```yaml good name=staging tier=staging
target:
  laravel_env:
    path: /var/www/keymanager-staging/.env
    reload: [[php, artisan, "queue:restart"]]
```

```yaml good name=development tier=development
target:
  laravel_env:
    path: /var/www/keymanager/.env
    ssh: deploy@development.acme.example
    reload: [[php, artisan, "queue:restart"]]
```
"""

from __future__ import annotations

from posixpath import normpath
from typing import TYPE_CHECKING

from kmconfig.environment.words import known
from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import project_rule
from kmconfig.lint.surroundings import mark_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.lint.surroundings import Mark, Sketch, Surroundings


_TIERS = ("production", "staging", "development")

#: What of each kind of target says where it writes.
_PLACES: dict[str, tuple[tuple[str, ...], ...]] = {
    "laravel_env": (("path", "ssh"),),
    "file": (("path",),),
    "settings_api": (("url", "path"),),
    "kubernetes": (("directory", "namespace", "name"),),
    "aws": (("ssm_prefix",), ("secret_id",)),
    "vault": (("path",),),
}
_STORES = {
    "aws": (("aws", "region"), ("aws", "role_arn")),
    "vault": (("vault", "address"), ("vault", "mount"), ("vault", "namespace")),
}
_FILES = frozenset(("laravel_env", "file"))


def writes_to(env: Environment) -> tuple[tuple[str, Mark], ...]:
    """Every place that an environment writes to, with the setting that decides it."""
    return tuple(_written(env))


@project_rule("KM603", "shared-target", severity="E/E/E", facts=(writes_to,))
def check(env: Sketch, surroundings: Surroundings) -> Iterator[Finding]:
    """Look for environments that write the same place; the finding stands on the one that matters less."""
    for place, decides in env[writes_to]:
        first = min(surroundings.shared(_places).get(place, (env,)), key=_rank)
        if first is env:
            continue
        theirs = next(mark for known, mark in first[writes_to] if known == place)
        yield Finding(
            f"`{first.name}` writes to the same place",
            primary=Label(decides, "set here"),
            related=(Label(theirs, f"in {first.name}"),),
            help="give each environment a target of its own",
            concerns=(first.name,),
        )


def _places(env: Sketch) -> Iterator[str]:
    for place, _ in env[writes_to]:
        yield place


def _rank(env: Sketch) -> tuple[int, str]:
    return _TIERS.index(env.tier), env.name


def _written(env: Environment) -> Iterator[tuple[str, Mark]]:
    target = env.get("target")
    for kind in target.data if target is not None else ():
        store = [env.get("stores", *path) for path in _STORES.get(kind, ())]
        where = [str(value.data) if value is not None else "" for value in store]
        for keys in _places_of(kind):
            values = [value for key in keys if (value := env.get("target", kind, key)) is not None]
            if values:
                texts = [_normal(kind, str(value.plain()), key=value.path[-1]) for value in values]
                what = ["file"] if kind in _FILES else [kind, *keys]
                yield "\0".join((*what, *where, *texts)), mark_of(env, values[0])


def _places_of(kind: str) -> tuple[tuple[str, ...], ...]:
    of_package = known().targets.get(kind)
    return _PLACES.get(kind, ()) if of_package is None else (of_package.place,)


def _normal(kind: str, text: str, *, key: object) -> str:
    if key == "ssh":  # whoever logs in, the machine is the same
        return text.rpartition("@")[2].lower()
    if kind in _FILES:
        return normpath(text)
    return text.rstrip("/")
