"""Does a document have the shape that a published schema asks for, and if not, where and why not.

A schema is compiled once into one function for each node and type of data; a sound file then costs little
more than looking its keys up. JSON Schema draft 2020-12, but only the keywords that ``schema/`` uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kmconfig.environment import shape_checks as checks
from kmconfig.environment.shape_checks import Node, walk
from kmconfig.environment.shape_messages import Run
from kmconfig.environment.shape_names import REFERENCE_TITLE, resolve

if TYPE_CHECKING:
    from kmconfig.environment.shape_checks import Check, Schema
    from kmconfig.source.problem import Problem
    from kmconfig.source.span import SourceFile
    from kmconfig.source.value import Path, Value

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "object": (dict,),
    "array": (list,),
}
_ANNOTATIONS: Final = frozenset(
    ("$ref", "title", "description", "default", "examples", "patternErrorMessage", "errorMessage")
)
_compiled: dict[tuple[int, str | None], tuple[Schema, Node]] = {}


def check_shape(
    root: Value[Any],
    schema: Schema,
    *,
    broken: set[Path],
    file: SourceFile | None = None,
    definition: str | None = None,
) -> list[Problem]:
    """Hold a document against a schema, or against one of its ``$defs``, named by ``definition``.

    Nothing is reported at a path in ``broken``, and the paths of all that is refused or missing are added to
    it. ``file`` is where missing settings are reported if no key above them is written; by default the file
    of the root. One problem a fault: what is inside a refused value is not looked at.
    """
    source = file or (root.span.file if root.span else None)
    if source is None:
        raise ValueError("a document that nobody wrote needs the argument `file`")
    key = (id(schema), definition)
    if key not in _compiled:
        compiler = _Compiler(schema)
        node = compiler.reference(f"#/$defs/{definition}") if definition else compiler.node(schema)
        _compiled[key] = (schema, node)  # holding the schema keeps its id from being used again
    run = Run(root, schema, source, broken)
    walk(_compiled[key][1], root, run)
    return run.problems


class _Compiler:
    def __init__(self, root: Schema) -> None:
        self.root = root
        self.references: dict[str, Node] = {}

    def reference(self, name: str) -> Node:
        """The compiled definition behind a ``$ref``; each is compiled once."""
        if name not in self.references:
            self.references[name] = self._compile({"$ref": name})
        return self.references[name]

    def node(self, schema: Schema) -> Node:
        """Compile one schema. A reference with nothing but words beside it shares the definition's checks."""
        if "$ref" not in schema or schema.keys() - _ANNOTATIONS:
            return self._compile(schema)
        known = self.reference(schema["$ref"])
        node = Node({**known.schema, **schema}, secret=known.secret)
        node.checks = known.checks
        return node

    def _compile(self, schema: Schema) -> Node:
        secret = "$ref" in schema and resolve(self.root, {"$ref": schema["$ref"]}).get("title") == REFERENCE_TITLE
        merged = resolve(self.root, schema)
        node = Node(merged, secret=secret)
        branches = [self.node(branch) for branch in _alternatives(merged)]
        if branches:
            _join(node, branches)
            return node
        also = self._also(merged)
        for kind in _kinds(merged):
            check = self._check(kind, node, merged)
            node.checks[kind] = checks.sequence(check, also) if also else check
        return node

    def _check(self, kind: type, node: Node, schema: Schema) -> Check:
        if kind is dict:
            return self._mapping(node, schema)
        if kind is list:
            return checks.list_check(node, schema, self.node(schema["items"]) if "items" in schema else None)
        if "enum" in schema or "const" in schema:
            return checks.listed_check(node, kind, schema.get("enum", (schema.get("const"),)))
        if kind is str and schema.keys() & {"pattern", "minLength", "maxLength"}:
            return checks.text_check(node, schema)
        if kind in (int, float) and schema.keys() & {"minimum", "maximum"}:
            return checks.number_check(node, schema)
        return checks.accept

    def _mapping(self, node: Node, schema: Schema) -> Check:
        properties = {name: self.node(child) for name, child in schema.get("properties", {}).items()}
        extra = schema.get("additionalProperties", True)
        rest = self.node(extra) if isinstance(extra, dict) else None
        return checks.mapping_check(node, properties, rest, closed=extra is False)

    def _also(self, schema: Schema) -> list[Check]:
        """What ``allOf`` and ``if`` add, for data of any type."""
        also = [checks.every(self.node(part)) for part in schema.get("allOf", ())]
        if "if" in schema:
            also.append(checks.conditional(schema["if"], self.node(schema["then"])))
        return also


def _alternatives(schema: Schema) -> list[Schema]:
    """The branches of ``anyOf`` and ``oneOf`` that differ in type; not those that only name keys."""
    branches: list[Schema] = schema.get("anyOf") or schema.get("oneOf") or []
    return [] if all(branch.keys() == {"required"} for branch in branches) else branches


def _join(node: Node, branches: list[Node]) -> None:
    for branch in branches:
        if node.checks.keys() & branch.checks.keys():
            raise ValueError("the branches of anyOf and oneOf must differ in type")
        node.checks.update(branch.checks)
    node.secret = any(branch.secret for branch in branches) and str not in node.checks


def _kinds(schema: Schema) -> set[type]:
    names = schema.get("type", list(_TYPES))
    kinds = {kind for name in ([names] if isinstance(names, str) else names) for kind in _TYPES[name]}
    if "const" in schema:
        return kinds & {type(schema["const"])}
    return kinds & {type(item) for item in schema["enum"]} if "enum" in schema else kinds
