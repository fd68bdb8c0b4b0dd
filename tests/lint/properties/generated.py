"""Projects with several faults, as somebody may have written them: in blocks or braces, with remarks in odd places."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

from kmconfig.environment.project import PROJECT_FILE
from tests.lint.clean import clean

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

#: What may stand at a setting: faults with a safe fix, with one that somebody must ask for, without one, and none.
CHOICES: dict[str, tuple[str, ...]] = {
    "email.driver": ("smtp", "SMTP", "stmp", "'Smtp'"),
    "email.smtp.host": ("smtp.sendgrid.net", "smtp.sengrid.net", "smtp.mailgun.org", "'smtp.sendgrid.net.'", "relay"),
    "email.smtp.port": ("587", "'587'", "465", "25", "2525", '"465"', "0587"),
    "email.smtp.encryption": ("tls", "TLS", "ssl", "'Ssl'", "none", "tsl", "starttls"),
    "email.smtp.username": ("apikey", "apikay", "ApiKey", "'mailer'"),
    "email.smtp.timeout": ("20s", "'20s'", "5m", "20"),
    "email.smtp.tiemout": ("20s",),
    "email.smtp.prot": ("587", "465"),
    "email.sender.email": ("licensing@acme.example", "noreply@acme.example", "licensing@gmail.com", "licensing"),
    "email.sender.nmae": ("Acme",),
    "email.reply_to": ("support@acme.example", "noreply@acme.example", "'no-reply@acme.example'"),
    "email.test.recipients": ("[mail-test@acme.example]", "[a@b, mail-test@acme.example]", "mail-test@acme.example"),
    "application.runtime": ("host", "HOST", "docker", "'Host'", "hots"),
    "application.url": ("https://licenses.acme.example", "http://licenses.acme.example", "https://other.example"),
    "application.name": ("Acme", "'Acme'", "7"),
    "owner": ("team", "Team", "7"),
    "onwer": ("team",),
}

_REMARKS = ("# why", "#", '# see #12: it\'s "so"', "# {tls, [25]}", "# port: 25", "#  ends with blanks  ")
_SUPPRESSIONS = (
    *(
        "# kmconfig: ignore[KM203] relay",
        "# kmconfig: ignore[KM203, KM201, KM412] relay",
        "# kmconfig: ignore[prt-25] x",
    ),
    *("# kmconfig: ignore[no-encryption , KM203]", "# kmconfig: ignore[KM205] old until=2026-01-01", "# kmconfig: off"),
)


class Style(NamedTuple):
    """How one project is written."""

    remarks: tuple[str, ...]
    suppressions: bool
    folded: bool = False
    ends: str = "\n"
    mark: bytes = b""


def nested(flat: dict[str, str]) -> dict[str, object]:
    """Settings by their path as a tree."""
    tree: dict[str, object] = {}
    for setting, value in flat.items():
        *parents, name = setting.split(".")
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})  # type: ignore[assignment]
        node[name] = value
    return tree


class _Writer:
    """Writes a tree of settings as YAML, drawing how."""

    def __init__(self, draw: DrawFn, style: Style) -> None:
        self.draw = draw
        self.style = style

    def remark(self) -> str | None:
        """A comment, or none."""
        pieces = (*self.style.remarks, *(_SUPPRESSIONS if self.style.suppressions else ()))
        return self.draw(st.sampled_from((*(None,) * 12, *pieces))) if pieces else None

    def tail(self) -> str:
        """What stands behind a value."""
        remark = self.remark()
        blanks = self.draw(st.sampled_from((" ", "  ", "\t"))) if remark else ""
        return f"{blanks}{remark or ''}{self.draw(st.sampled_from(('', '', '  ')))}\n"

    def folded(self, value: str, depth: int) -> str:
        """A word, perhaps below an indicator that a remark stands behind."""
        if not self.style.folded or not value.isalpha() or self.draw(st.booleans()):
            return value
        remark = self.draw(st.sampled_from(self.style.remarks)) if self.style.remarks else ""
        return f">- {remark}\n{'  ' * depth}    {value}\n#"

    def lines(self, tree: dict[str, object], depth: int) -> list[str]:
        """A mapping in a block."""
        found: list[str] = []
        for name, value in tree.items():
            before = self.remark()
            if before:
                found.append(" " * self.draw(st.integers(0, 6)) + before + "\n")
            if not isinstance(value, dict):
                found.append(f"{'  ' * depth}{name}: {self.folded(str(value), depth)}{self.tail()}")
            elif self.draw(st.integers(0, 3)):
                found += [f"{'  ' * depth}{name}:{self.tail()}", *self.lines(value, depth + 1)]
            else:
                found.append(f"{'  ' * depth}{name}: {self.braces(value, depth)}{self.tail()}")
        return found

    def braces(self, tree: dict[str, object], depth: int) -> str:
        """A mapping in braces, on one line or several."""
        entries = [
            f"{name}: {self.braces(value, depth + 1) if isinstance(value, dict) else value}"
            for name, value in tree.items()
        ]
        if self.draw(st.booleans()):
            return "{" + ", ".join(entries) + "}"
        indent = "  " * (depth + 1)
        return "{" + "".join(f"{self.tail()}{indent}{entry}," for entry in entries) + f"{self.tail()}{indent}}}"


def _settings(draw: DrawFn, most: int) -> dict[str, object]:
    names = draw(st.lists(st.sampled_from(sorted(CHOICES)), unique=True, min_size=2, max_size=most))
    return nested({name: draw(st.sampled_from(CHOICES[name])) for name in names})


@st.composite
def styles(draw: DrawFn, *, suppressions: bool, folded: bool) -> Style:
    """How a project is written: remarks or not, line ends, and a byte order mark or none."""
    return Style(
        remarks=draw(st.sampled_from(((), _REMARKS))),
        suppressions=suppressions and draw(st.booleans()),
        folded=folded and draw(st.booleans()),
        ends=draw(st.sampled_from(("\n", "\n", "\r\n"))),
        mark=draw(st.sampled_from((b"", b"", b"\xef\xbb\xbf"))),
    )


@st.composite
def projects(draw: DrawFn, *, suppressions: bool = True, folded: bool = False) -> dict[str, bytes]:
    """A sound project with faults laid over it, some in a layer that several environments share.

    Without ``folded`` every value stands on one line.
    """
    style = draw(styles(suppressions=suppressions, folded=folded))
    writer = _Writer(draw, style)
    tiers = draw(
        st.sampled_from((("production",), ("production", "staging"), ("production", "staging", "development")))
    )
    shared = draw(st.sampled_from(((), ("shared",), ("shared", "more"))))
    texts = {f"environments/clean-{tier}.yaml": clean(tier) for tier in tiers}
    for name in shared:
        texts[f"environments/{name}.yaml"] = "".join(["version: 1\n", *writer.lines(_settings(draw, 5), 0)])
    for tier in tiers:
        layers = ", ".join(f"{name}.yaml" for name in (f"clean-{tier}", *shared))
        head = f"version: 1\nextends: [{layers}]\ntier: {tier}\n"
        texts[f"environments/{tier}.yaml"] = "".join([head, *writer.lines(_settings(draw, 6), 0)])
    rules = draw(st.sampled_from(("", "", "{prt-25: warning}", "{KM203: note, noreply-sendr: error}")))
    if rules:
        texts[PROJECT_FILE] = f"version: 1\nlint:\n  rules: {rules}{writer.tail()}"
    return {path: style.mark + text.replace("\n", style.ends).encode() for path, text in texts.items()}
