"""What a target of any kind would hold, from the files alone. No store is asked: secrets stand as references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kmconfig.errors import ConfigurationError, UsageError
from kmconfig.secrets.secret import Secret
from kmconfig.targets.candidate import mail_keys_input
from kmconfig.targets.laravel_keys import mail_keys
from kmconfig.targets.laravel_version import NEWEST_LARAVEL, detect_laravel_version
from kmconfig.targets.unresolved import unresolved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from kmconfig.environment.environment import Environment
    from kmconfig.source.value import Value


class Rendered(NamedTuple):
    """``text`` as the target would hold it, ``documents`` the same as data, in which secrets are `{reference: …}`.

    Without ``text`` the only document is what the target holds, as JSON.
    """

    kind: str
    documents: tuple[Mapping[str, Any], ...]
    text: str | None = None


class _Asked(NamedTuple):
    """``block`` is what the environment says of this kind of target, None where it has another."""

    environment: Environment
    block: Value[Any] | None
    root: Path

    @property
    def laravel(self) -> int:
        """The version of Laravel that the environment names, else the newest."""
        version = self.block.data.get("laravel") if self.block is not None else None
        return version.data if version is not None and isinstance(version.data, int) else NEWEST_LARAVEL


def render(environment: Environment, kind: str | None, *, root: Path) -> Rendered:
    """What the target of an environment would hold, or one of another ``kind``.

    Raises UsageError where there is no such kind, and ConfigurationError where the environment is not complete, or
    names no target and ``kind`` is None.
    """
    chosen = kind or _kind_of(environment)
    asked = _Asked(environment, environment.get("target", chosen), root)
    if chosen in _RENDERERS:
        return _RENDERERS[chosen](asked)
    return _of_package(chosen, asked)


def _kind_of(environment: Environment) -> str:
    target = environment.get("target")
    if target is None or not target.data:
        raise ConfigurationError(
            f"environment `{environment.name}` has no `target`",
            help=f"name one with --target {'|'.join(KINDS)}, or write `target` in {environment.file.path}",
        )
    kind: str = next(iter(target.data))
    return kind


def _of_package(kind: str, asked: _Asked) -> Rendered:
    if kind not in asked.environment.layers[-1].words.targets:
        raise UsageError(f"there is no kind of target `{kind}`", help=f"use one of {', '.join(KINDS)}")
    from kmconfig.targets.package_target import module_of, unusable  # noqa: PLC0415 - few targets come from packages

    rendered = module_of(kind).render(unresolved(asked.environment), asked.block)
    if not isinstance(rendered, Rendered) or rendered.kind != kind or not rendered.documents:
        raise unusable(kind, "what `render` gives cannot be shown", help=f"give a Rendered of the kind `{kind}`")
    return rendered


def _kubernetes(asked: _Asked) -> Rendered:
    from kmconfig.targets.kubernetes.manifest_text import manifest_text  # noqa: PLC0415 - brings an emitter of YAML
    from kmconfig.targets.kubernetes.place import place_of, unplaced  # noqa: PLC0415
    from kmconfig.targets.kubernetes.wanted import wanted  # noqa: PLC0415

    place = place_of(asked.block, asked.root) if asked.block is not None else unplaced()
    found = wanted(asked.environment, place)
    manifests = tuple(one for one in (found.config_map, found.external_secret) if one is not None)
    return Rendered("kubernetes", manifests, "---\n".join(map(manifest_text, manifests)))


def _laravel_env(asked: _Asked) -> Rendered:
    """The lines of our keys. A secret stands in angle brackets, which no mail server takes for its password."""
    from kmconfig.targets.dotenv import edit  # noqa: PLC0415
    from kmconfig.targets.dotenv.conversion import LaravelNull  # noqa: PLC0415

    laravel = _locked_version(asked) or asked.laravel
    values = {pair.key: pair.value for pair in mail_keys(mail_keys_input(unresolved(asked.environment)), laravel)}
    lines = [f"# for Laravel {laravel}\n"]
    for key, value in values.items():
        if value is None:
            lines.append(f"# {key} goes, where it stands\n")
        else:
            lines.append(edit("", {key: f"<{value.reference}>" if isinstance(value, Secret) else value}))
    document = {key: value.value if isinstance(value, LaravelNull) else told(value) for key, value in values.items()}
    return Rendered("laravel_env", (document,), "".join(lines))


def _locked_version(asked: _Asked) -> int | None:
    """The version of the application beside which the `.env` lies, if it lies on this machine and `laravel` is auto."""
    block = asked.block.data if asked.block is not None else {}
    laravel = block.get("laravel")
    if "path" not in block or "ssh" in block or (laravel is not None and laravel.data != "auto"):
        return None
    try:
        return detect_laravel_version((asked.root / block["path"].data).with_name("composer.lock").read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def _file(asked: _Asked) -> Rendered:
    from kmconfig.targets.settings_file import document_of  # noqa: PLC0415

    return Rendered("file", (document_of(unresolved(asked.environment), told=told),))


def _variables(kind: str) -> Callable[[_Asked], Rendered]:
    """Stores that keep text under the names of variables."""

    def rendered(asked: _Asked) -> Rendered:
        from kmconfig.targets.variables.texts import variable  # noqa: PLC0415

        pairs = mail_keys(mail_keys_input(unresolved(asked.environment)), asked.laravel)
        return _document(kind, ((pair.key, variable(pair.value)) for pair in pairs if pair.value is not None))

    return rendered


def _settings_api(asked: _Asked) -> Rendered:
    from kmconfig.targets.settings_api.fields import sent, wanted_fields  # noqa: PLC0415

    fields = wanted_fields(unresolved(asked.environment))
    return _document("settings_api", ((field, sent(field, value)) for field, value in fields.items()))


def _document(kind: str, pairs: Iterable[tuple[str, Any]]) -> Rendered:
    return Rendered(kind, ({name: told(value) for name, value in pairs},))


def told(value: Any) -> Any:
    """What stands for a secret in a document."""
    return {"reference": value.reference} if isinstance(value, Secret) else value


_RENDERERS: Mapping[str, Callable[[_Asked], Rendered]] = {
    "laravel_env": _laravel_env,
    "settings_api": _settings_api,
    "kubernetes": _kubernetes,
    "aws": _variables("aws"),
    "vault": _variables("vault"),
    "file": _file,
}

KINDS = tuple(_RENDERERS)
"""Our kinds of targets."""
