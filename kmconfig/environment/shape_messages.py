"""What is wrong with a document's shape, said to the person who wrote it.

Each function reports one fault, unless something is known to be wrong at that path already. What may be a
secret is never repeated, and its range is marked so that nobody shows the line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kmconfig.environment.shape_names import (
    example_of,
    home_of,
    meant_key,
    meant_word,
    nearest,
    schemas_at,
    sounds_secret,
    yaml_line,
)
from kmconfig.environment.shape_remedies import (
    DATA_WORDS,
    clean,
    either,
    holds_login,
    is_control,
    key_remedy,
    replaced,
    shown,
    text_remedy,
    type_remedy,
    unquoted,
    wanted_words,
    word_remedy,
)
from kmconfig.source.problem import Problem
from kmconfig.source.span import Label, Span
from kmconfig.source.value import setting_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmconfig.source.span import SourceFile
    from kmconfig.source.value import Path, Value

    Schema = dict[str, Any]

_MOST_SUGGESTIONS: Final = 100


class Run:
    """One walk over a document: where problems and refused paths gather."""

    __slots__ = ("broken", "file", "problems", "root", "schema")

    def __init__(self, root: Value[Any], schema: Schema, file: SourceFile, broken: set[Path]) -> None:
        self.root = root
        self.schema = schema
        self.file = file
        self.broken = broken
        self.problems: list[Problem] = []

    def refuse(self, problem: Problem, path: Path) -> None:
        """Report what is wrong at ``path``, unless something is known to be wrong there."""
        if path not in self.broken:
            self.broken.add(path)
            self.problems.append(problem)

    def way(self, path: Path) -> list[Value[Any]]:
        """The values on the way to ``path``, as far as the document goes."""
        nodes = [self.root]
        for part in path:
            try:
                nodes.append(nodes[-1].data[part])
            except (KeyError, IndexError, TypeError):
                break
        return nodes

    def place(self, path: Path) -> Span:
        """The nearest written key on the way to ``path``, or the start of the file."""
        keys = [node.key_span for node in self.way(path) if node.key_span is not None]
        return keys[-1] if keys else Span(self.file, 0, 0)


def wrong_type(run: Run, value: Value[Any], *, secret: bool) -> None:
    """KM105, or KM301 where a secret stands instead of its reference."""
    data = value.data
    if secret and isinstance(data, (str, int, float)):
        name = _name(value.path)
        _refuse(run, "KM301", f"{name} must be a reference, not the secret itself", value, help=_REFERENCE_HELP)
        return
    wanted = wanted_words(run.schema, value.path)
    message = f"{_name(value.path)} must be {either(wanted)}, not {DATA_WORDS[type(data)]}"
    remedy, fix = type_remedy(run.schema, value, wanted)
    _refuse(run, "KM105", message, value, help=remedy or _for_example(run, value), fix=fix)


_REFERENCE_HELP: Final = (
    "put the secret into a store and name its place, for example `{vault: path#key}` or `{env: NAME}`;"
    " a secret that was ever in a file has to be replaced"
)


def not_listed(run: Run, value: Value[Any], schema: Schema) -> None:
    """KM107 for a word or number that is not one of those allowed; KM109 for another format version."""
    if value.path == ("version",) and "const" in schema:
        message = f"format version {shown(value.data)} is not supported"
        _refuse(run, "KM109", message, value, help=f"this kmconfig reads version {schema['const']}")
        return
    allowed = [item for item in schema.get("enum", (schema.get("const"),)) if item is not None]
    numbers = {str(item) for item in allowed if isinstance(item, int)}
    if isinstance(value.data, str) and value.data in numbers:
        message = f"{_name(value.path)} must be a whole number, not text"
        _refuse(run, "KM105", message, value, help="remove the quotes", fix=unquoted(value))
        return
    listed = either([f"`{yaml_line(item)}`" for item in allowed])
    words = [item for item in allowed if isinstance(item, str)]
    word = meant_word(value.data, words) if isinstance(value.data, str) and _may_suggest(run) else None
    remedy = f"did you mean `{word}`?" if word else word_remedy(value.path)
    message = f"{_name(value.path)} must be {listed}{_not_this(run, value)}"
    _refuse(run, "KM107", message, value, help=remedy, fix=replaced(value, word) if word else None)


def bad_text(run: Run, value: Value[Any], schema: Schema) -> None:
    """KM107 for text of the wrong form."""
    message = schema["patternErrorMessage"]
    remedy = text_remedy(value.data)
    control = next((letter for letter in value.data if is_control(letter) and letter != "\n"), None)
    if control is not None:
        message, this = f"must not hold the control character U+{ord(control):04X}", ""
        remedy = "remove the character; editors show it with invisible characters switched on"
    elif not value.data.strip():
        message, this = "must not be blank", ""
        remedy = "write a value, or leave the setting out"
    else:
        this = _not_this(run, value)
    message = f"{_name(value.path)} {message}{this}"
    _refuse(run, "KM107", message, value, help=remedy or _for_example(run, value))


def bad_length(run: Run, value: Value[Any], schema: Schema) -> None:
    """KM107 for text that is too short or too long."""
    if not value.data:
        _refuse(run, "KM107", f"{_name(value.path)} must not be blank", value, help="leave the setting out")
        return
    limit = schema["maxLength"] if len(value.data) > schema.get("maxLength", 0) else schema["minLength"]
    word = "at most" if len(value.data) > limit else "at least"
    _refuse(run, "KM107", f"{_name(value.path)} must have {word} {limit} characters, not {len(value.data)}", value)


def out_of_range(run: Run, value: Value[Any], schema: Schema) -> None:
    """KM107 for a number that is too small or too large."""
    lowest, highest = schema.get("minimum"), schema.get("maximum")
    bounds = f"at least {lowest}" if highest is None else f"at most {highest}"
    if lowest is not None and highest is not None:
        bounds = f"from {lowest} to {highest}"
    _refuse(run, "KM107", f"{_name(value.path)} must be {bounds}{_not_this(run, value)}", value)


def bad_count(run: Run, value: Value[Any], schema: Schema) -> None:
    """KM107 for a list that is too short or too long."""
    fewest, most = schema.get("minItems", 0), schema.get("maxItems")
    bounds = f"have at least {fewest} entries" if len(value.data) < fewest else f"have at most {most} entries"
    if not value.data:
        bounds = "not be empty"
    _refuse(run, "KM107", f"{_name(value.path)} must {bounds}", value, help=_for_example(run, value))


def duplicates(run: Run, value: Value[Any]) -> None:
    """KM107 on each entry of a list that an earlier one repeats."""
    seen: dict[Any, Value[Any]] = {}
    for item in value.data:
        plain = item.plain()
        key = (type(plain), plain) if not isinstance(plain, (dict, list)) else repr(plain)
        first = seen.setdefault(key, item)
        if first is not item:
            related = (Label(first.span, "first here"),) if first.span else ()
            message = f"{_name(value.path)} names the same entry twice"
            _refuse(run, "KM107", message, item, help="remove one of the two", related=related)


def unknown_key(run: Run, names: Sequence[str], mapping: Value[Any], child: Value[Any]) -> None:
    """KM104 on the key. What was meant counts as refused, so that it is not missing as well."""
    key = str(child.path[-1])
    schema_secret = schemas_at(run.schema, mapping.path)[1]
    name = home = None
    if _may_suggest(run):
        name = meant_key(key, names)
        home = None if name or schema_secret else home_of(run.schema, key, mapping.path)
        name = name or (None if home else nearest(key, names))
    path = child.path
    meant = (*mapping.path, name) if name else home
    hide(run, child, wholly=schema_secret or _is_secret(run, meant))
    message = f"unknown key `{clean(key)}`" + (f" in {_name(mapping.path)}" if mapping.path else "")
    if schema_secret and not name:
        message, path = f"unknown key in the secret reference {_name(mapping.path)}", mapping.path
        if child.key_span is not None:
            child.key_span.file.sensitive.append((child.key_span.start, child.key_span.end))
    remedy, fix = key_remedy(mapping, child, meant=name, home=home, names=names)
    span = child.key_span or child.span or run.place(mapping.path)
    run.refuse(Problem("KM104", message, span, help=remedy, path=path, fix=fix), child.path)
    if meant is not None and len(run.way(meant)) <= len(meant):  # what is written stays known
        run.broken.add(meant)


def missing(run: Run, mapping: Value[Any], schema: Schema, name: str, because: Value[Any] | None = None) -> None:
    """KM106 for each setting that a missing key would have to bring."""
    below = schema.get("properties", {}).get(name, {})
    for path in _leaves((*mapping.path, name), below):
        if any(path[:length] in run.broken for length in range(len(mapping.path), len(path))):
            continue
        line = f"{path[-1]}: {yaml_line(example_of(run.schema, path))}"
        where = f"{run.file.path} under `{setting_name(path[:-1])}`" if len(path) > 1 else run.file.path
        message = f"{_name(path)} is missing"
        related: tuple[Label, ...] = ()
        if because is not None:
            message = f"{message}, which {_name(because.path)} goes with"
            related = (Label(because.key_span, "set here"),) if because.key_span else ()
        _refuse_missing(run, message, path, help=f"write in {where}: `{line}`", related=related)


def none_of(run: Run, mapping: Value[Any], names: Sequence[str]) -> None:
    """KM106 for a mapping that needs one of several keys and has none."""
    message = f"{_name(mapping.path)} needs {either([f'`{name}`' for name in names])}"
    _refuse_missing(run, message, mapping.path, help=_needed(run, mapping.path, names[0]))


def too_many(run: Run, mapping: Value[Any], present: Sequence[Value[Any]]) -> None:
    """KM107 on the second of several keys that exclude each other."""
    first, second = present[0], present[1]
    names = either([f"`{child.path[-1]}`" for child in present])
    hide(run, mapping)
    related = (Label(first.key_span, "first here"),) if first.key_span else ()
    message = f"{_name(mapping.path)} takes only one of {names}"
    span = second.key_span or second.span or run.place(mapping.path)
    problem = Problem("KM107", message, span, help="keep one", path=mapping.path, related=related)
    run.refuse(problem, mapping.path)


def hide(run: Run, value: Value[Any], *, wholly: bool = False) -> None:
    """Mark what may be a secret in a refused value, so that its text is not shown."""
    wholly = wholly or bool(value.path and sounds_secret(value.path[-1])) or _is_secret(run, value.path)
    wholly = wholly or holds_login(value.data)
    if wholly and value.span is not None:
        value.span.file.sensitive.append((value.span.start, value.span.end))
    elif isinstance(value.data, (dict, list)):
        for child in value.data.values() if isinstance(value.data, dict) else value.data:
            hide(run, child)


def _refuse(run: Run, code: str, message: str, value: Value[Any], **more: Any) -> None:
    hide(run, value)
    span = value.span or run.place(value.path)
    run.refuse(Problem(code, message, span, path=value.path, **more), value.path)


def _refuse_missing(run: Run, message: str, path: Path, **more: Any) -> None:
    run.refuse(Problem("KM106", message, run.place(path), path=path, **more), path)


def _is_secret(run: Run, path: Path | None) -> bool:
    return path is not None and schemas_at(run.schema, path)[1]


def _may_suggest(run: Run) -> bool:
    """Looking for what was meant takes time, which a file of a thousand faults does not get."""
    return len(run.problems) < _MOST_SUGGESTIONS


def _name(path: Path) -> str:
    return f"`{clean(setting_name(path))}`" if path else "the file"


def _not_this(run: Run, value: Value[Any]) -> str:
    """The refused value as the end of a message; nothing where it may be a secret."""
    secret = any(sounds_secret(part) for part in value.path) or _is_secret(run, value.path)
    if secret or holds_login(value.data):
        return ""
    return f", not `{shown(value.data)}`"


def _for_example(run: Run, value: Value[Any]) -> str:
    example = example_of(run.schema, value.path)
    return "" if example is None else f"for example `{yaml_line(example)}`"


def _needed(run: Run, path: Path, name: str) -> str:
    example = example_of(run.schema, path)
    if example is None:
        example = {name: example_of(run.schema, (*path, name))}
    return f"for example `{path[-1]}: {yaml_line(example)}`"


def _leaves(path: Path, schema: Schema) -> list[Path]:
    """The settings without which a missing mapping would still not be whole."""
    names = schema.get("required", ())
    below = schema.get("properties", {})
    return [leaf for name in names for leaf in _leaves((*path, name), below.get(name, {}))] or [path]
