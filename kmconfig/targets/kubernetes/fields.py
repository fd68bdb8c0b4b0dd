"""Manifests as fields under names that people know: the keys of the application, and the paths of everything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from kmconfig.errors import CouldNotCheck
from kmconfig.providers.leaks import find_leaks
from kmconfig.source.parser import parse
from kmconfig.source.reader import decode
from kmconfig.targets.candidate import SETTING_OF_KEY
from kmconfig.targets.kubernetes.place import KUSTOMIZATION
from kmconfig.targets.kubernetes.remote_refs import RemoteRef
from kmconfig.targets.kubernetes.wanted import (
    MANAGER,
    MANAGER_LABEL,
    OWNER_ANNOTATION,
    REMOTE_DEFAULTS,
    SECRET_ANNOTATION,
    SECRET_KEYS_ANNOTATION,
)
from kmconfig.targets.laravel_keys import SECRET_KEYS
from kmconfig.targets.variables.texts import NULL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kmconfig.source.parser import Document
    from kmconfig.targets.kubernetes.place import Place
    from kmconfig.targets.kubernetes.wanted import Manifest

Documents: TypeAlias = "dict[str, Manifest]"
"""The content of our files by name."""


_TOLD_AS_KEYS = frozenset((SECRET_ANNOTATION, SECRET_KEYS_ANNOTATION))


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One statement of a manifest. ``file`` holds it; ``hidden`` texts may be secrets and are never shown.

    ``own`` marks keys of the application; the rest is what Kubernetes and those who deploy read.
    """

    key: str
    text: str
    file: str
    own: bool = False
    hidden: bool = False

    @property
    def setting(self) -> str:
        """The setting that decides."""
        return SETTING_OF_KEY.get(self.key, self.key)


def documents(contents: Mapping[str, bytes | None], place: Place) -> Documents:
    """What our files hold. Raises CouldNotCheck for one that is no manifest of ours."""
    found: Documents = {}
    for name in (place.config_file, place.secret_file):
        if (content := contents.get(name)) is not None:
            found[name] = _manifest(content, place.says(name))
    return found


def fields(held: Documents, contents: Mapping[str, bytes | None], place: Place) -> dict[str, Field]:
    """Every statement by its key. A key of the application that stands in both manifests is one field."""
    found: dict[str, Field] = {}
    for name, document in held.items():
        kind = "ConfigMap" if name == place.config_file else "ExternalSecret"
        beside = _beside(contents.get(name), kind, name)
        for field in (*_own(document, name), *_rest(document, kind, name), *beside):
            found[field.key] = _both(found[field.key], field) if field.key in found else field
    if (content := contents.get(KUSTOMIZATION)) is not None:
        listed = [line.removeprefix("- ") for line in content.decode().splitlines() if line.startswith("- ")]
        found[KUSTOMIZATION] = Field(key=KUSTOMIZATION, text=f"lists {', '.join(listed)}", file=KUSTOMIZATION)
    return found


def owner_in(manifest: Manifest) -> str | None:
    """The environment whose settings a manifest holds, as far as it says so."""
    owner = _get(manifest, "metadata", "annotations", OWNER_ANNOTATION)
    return owner if isinstance(owner, str) else None


def owner_of(content: bytes | None) -> str | None:
    """The same for the content of any file; None where it is no manifest."""
    parsed = None if content is None else _parsed(content, "")
    return None if parsed is None or parsed.root is None else owner_in(parsed.root.plain())


def _manifest(content: bytes, shown: str) -> Manifest:
    parsed = _parsed(content, shown)
    document: Any = None if parsed is None or parsed.root is None else parsed.root.plain()
    if _get(document, "metadata", "labels", MANAGER_LABEL) != MANAGER:
        raise CouldNotCheck(
            f"`{shown}` is no manifest that kmconfig wrote: it has no label `{MANAGER_LABEL}: {MANAGER}`",
            help="move the file away, or choose another `name` in `target.kubernetes`",
        )
    manifest: Manifest = document
    return manifest


def _parsed(content: bytes, shown: str) -> Document | None:
    file, problem = decode(content, shown)
    return parse(file) if problem is None else None


def _beside(content: bytes | None, kind: str, name: str) -> Iterator[Field]:
    """What a file holds beside its manifest, or in a way that others read differently: a second document, a key twice.

    Nobody knows what it is, so it is never shown.
    """
    parsed = None if content is None else _parsed(content, name)
    for problem in parsed.problems if parsed is not None else ():
        yield Field(key=f"{kind}: {problem.message}", text=problem.message, file=name, hidden=True)


def _own(document: Manifest, file: str) -> Iterator[Field]:
    data = document.get("data")
    for key, value in data.items() if isinstance(data, dict) else ():
        text = _shown(value)
        hidden = text != NULL and (key not in SETTING_OF_KEY or key in SECRET_KEYS or bool(find_leaks(text)))
        yield Field(key=key, text=text, file=file, own=True, hidden=hidden)
    for key, secret in _named(document):
        yield Field(key=key, text=secret, file=file, own=True)
    for key, ref in remote_refs(document).items():
        text = str(ref)
        yield Field(key=key, text=text, file=file, own=True, hidden=bool(find_leaks(text)))


def _named(document: Manifest) -> Iterator[tuple[str, str]]:
    """The keys that a Secret which exists has to hold."""
    annotations = _get(document, "metadata", "annotations")
    keys = _get(annotations, SECRET_KEYS_ANNOTATION)
    if isinstance(keys, str):
        for key in filter(None, keys.split(",")):
            yield key, f"the Secret {_shown(_get(annotations, SECRET_ANNOTATION))}"


def remote_refs(document: Manifest) -> dict[str, RemoteRef]:
    """What an ExternalSecret fetches, by the key of the Secret."""
    data = _get(document, "spec", "data")
    found = {}
    for item in data if isinstance(data, list) else ():
        key, remote = _get(item, "secretKey"), _get(item, "remoteRef")
        if isinstance(key, str) and isinstance(remote, dict):
            named = {name: _shown(remote[name]) for name in RemoteRef._fields if remote.get(name) is not None}
            found[key] = RemoteRef(**({"key": ""} | named))
    return found


def _rest(document: Manifest, kind: str, file: str) -> Iterator[Field]:
    """Everything but what :func:`_own` tells."""
    rest = {key: value for key, value in document.items() if key != "data"}
    if isinstance(metadata := document.get("metadata"), dict) and isinstance(metadata.get("annotations"), dict):
        annotations = {key: value for key, value in metadata["annotations"].items() if key not in _TOLD_AS_KEYS}
        rest["metadata"] = {**metadata, "annotations": annotations}
    if isinstance(spec := document.get("spec"), dict):
        rest["spec"] = {**spec, "data": _other_words(spec.get("data"))}
    for path, text in _leaves(rest, kind):
        yield Field(key=path, text=text, file=file, hidden=bool(find_leaks(text)))


def _other_words(items: Any) -> dict[str, Any]:
    """What an ExternalSecret says of its keys beside where they are fetched from."""
    found = {}
    for item in items if isinstance(items, list) else ():
        remote = _get(item, "remoteRef")
        if isinstance(remote, dict):
            found[_shown(item.get("secretKey"))] = {
                **{name: value for name, value in item.items() if name not in ("secretKey", "remoteRef")},
                **{name: value for name, value in remote.items() if _says_more(name, value)},
            }
    return found


def _says_more(name: str, value: Any) -> bool:
    return name not in RemoteRef._fields and REMOTE_DEFAULTS.get(name) != value


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _leaves(child, f"{path}.{key}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _leaves(child, f"{path}[{index}]")
    else:
        yield path, _shown(value)


def _both(one: Field, other: Field) -> Field:
    text = f"{one.text}, and {other.text}"
    return Field(key=one.key, text=text, file=other.file, own=True, hidden=one.hidden or other.hidden)


def _shown(value: Any) -> str:
    """A value as text; what is no text in YAML says so, for it is not what we write."""
    return value if isinstance(value, str) else f"{value} (not a text)"


def _get(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
