"""One escaping function for each place that text goes to. Text from files and servers is hostile.

Each function first makes control characters visible, so that no format ever carries a raw one.
"""

from __future__ import annotations

import re

#: Compiled at once, since every report needs it; the patterns of single formats are compiled when they are used.
#: C0, C1, DEL, the Unicode line separators and the bidi controls (contract, section 5); then what nobody can see
#: (soft hyphen, zero width space, tags and the like) or no encoding can carry (surrogates, U+FFFE, U+FFFF).
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff"
    "\u00ad\u180e\u200b\u2060-\u2065\u206a-\u206f\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)


def for_terminal(text: str) -> str:
    """Text on one line of a terminal: control characters become visible escapes such as ``\\x1b``."""
    return _CONTROL.sub(_visible, text)


def for_terminal_lines(text: str) -> str:
    """The same for text of several lines: line feeds stay."""
    return "\n".join(for_terminal(line) for line in text.split("\n"))


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_COMMAND = r"^(\s*)::"
_COMMAND_ANYWHERE = r"##(?=(?:vso)?\[)"


def for_workflow_log(line: str) -> str:
    """A line of the log of GitHub Actions or Azure Pipelines that is no command to the runner.

    GitHub takes ``::name::`` behind any white space at the start of a line for a command, and the older ``##[name]``
    wherever it stands, as Azure does with ``##vso[name]``; a backslash breaks each.
    """
    return re.sub(_COMMAND_ANYWHERE, r"##\\", re.sub(_COMMAND, r"\1\\::", line))


def for_log_lines(text: str) -> str:
    """Text of several lines for a terminal that may be a job's log: line feeds stay, but no line is a command."""
    return "\n".join(for_workflow_log(for_terminal(line)) for line in text.split("\n"))


def for_annotation(text: str) -> str:
    """The message of a workflow command. Lines are separated by line feeds; other control characters are visible."""
    return for_terminal_lines(text).replace("%", "%25").replace("\n", "%0A")


def for_annotation_property(text: str) -> str:
    """A property of a workflow command, such as the file."""
    return for_terminal(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")


def for_json(document: str) -> str:
    """A serialised JSON document in pure form: what a terminal or a CI log would act on stands in JSON's own escapes.

    The texts in it stay as they are for whoever parses it.
    """
    return re.sub(_COMMAND_ANYWHERE, r"#\\u0023", _CONTROL.sub(_json_escape, document))


def _json_escape(match: re.Match[str]) -> str:
    character = match[0]
    if character == "\n":
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[index : index + 2].hex()}" for index in range(0, len(units), 2))


_BRACKET = r"[\\\[\]]"


def for_sarif(text: str) -> str:
    """A plain message of SARIF, in which ``[text](target)`` would be a link (section 3.11.6)."""
    text = for_terminal(text)
    return re.sub(_BRACKET, r"\\\g<0>", text) if "](" in text else text


def for_uri(path: str) -> str:
    """A relative path as a URI reference."""
    from urllib.parse import quote  # noqa: PLC0415 - only SARIF needs it

    return quote(path.encode("utf-8", "surrogatepass"))


_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})


def for_xml(text: str) -> str:
    """Text of an XML element or attribute, in ASCII. Line feeds stay; what XML cannot carry is visible."""
    text = for_terminal_lines(text).translate(_XML).replace("::", ":&#58;").replace("##[", "##&#91;")
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


_CODE = r"`([^`|\s](?:[^`|]*[^`|\s])?)`"
#: What GitHub and GitLab turn into mentions, references and formulas after they have resolved entities.
_REFERENCE = r"@+|\$+|#+|[!&%~](?=\d)|(?i:GH-)(?=\d)"
_MARKUP = r"[&<>\[\]*_~`|\\!:{}^()\"]|(?<=[wW])\."


def for_markdown(text: str) -> str:
    """Text in a Markdown table: pieces in backticks become code, everything else loses its meaning."""
    parts = re.split(_CODE, for_terminal(text))
    return "".join(markdown_code(part) if index % 2 else _prose(part) for index, part in enumerate(parts))


def markdown_code(text: str) -> str:
    """Text as code in a Markdown table, or as plain text where it could break out of it."""
    text = for_terminal(text)
    return f"`{text}`" if re.fullmatch(_CODE, f"`{text}`") and "##[" not in text else _prose(text)


def _prose(text: str) -> str:
    """Every character that means something is an entity, or code where entities are resolved too early."""
    result: list[str] = []
    position = 0
    for match in re.finditer(_REFERENCE, text):
        result += _entities(text[position : match.start()]), f"<code>{_entities(match[0])}</code>"
        position = match.end()
    return "".join((*result, _entities(text[position:])))


def _entities(text: str) -> str:
    return re.sub(_MARKUP, lambda match: f"&#{ord(match[0])};", text)
