"""The command lines that are run with a canary: some for every command."""

from __future__ import annotations

from kmconfig.cli.app import COMMANDS

#: Command lines of every command; a new command needs its own here.
LINES: dict[str, tuple[tuple[str, ...], ...]] = {
    "init": (("init", "--provider", "sendgrid", "--sender", "licensing@acme.test", "--yes"),),
    "import": (
        (
            "import",
            "application/.env",
            "--environment",
            "imported",
            "--tier",
            "staging",
            "--laravel",
            "12",
            "--dry-run",
        ),
        ("import", "--from-target", "development", "--dry-run"),
    ),
    "lint": (("lint",), ("lint", "environments/development.yaml", "--no-suppressions")),
    "rules": (("rules",),),
    "explain": (("explain", "plaintext-secret"),),
    "show": (("show", "development"), ("show", "development", "--origins")),
    "schema": (("schema",), ("schema", "receipt")),
    "diff": (("diff", "--environments", "development", "development"),),
    "secrets": (("secrets", "development"), ("secrets", "development", "--values", "--strict")),
    "dns": (("dns", "development"), ("dns", "--all", "--blocklists")),
    "test": (("test", "development"), ("test", "development", "--no-send")),
    "render": (("render", "development"), ("render", "development", "--target", "vault")),
    "plan": (
        ("plan", "development"),
        ("plan", "development", "--detailed-exitcode"),
        ("plan", "development", "--save", "{root}/plan.json"),
    ),
    "apply": (("apply", "development", "--yes"),),
    "drift": (("drift", "development"), ("drift", "--all")),
    "rollback": (("rollback", "development", "--yes"),),
    "history": (("history", "development"), ("history", "development", "--verify")),
    "report": (("report", "--output", "site"),),
    "completion": (("completion", "bash"),),
    "demo": (("demo",),),
}
#: What runs before the commands that look at earlier runs.
BEFORE: dict[str, tuple[str, ...]] = {
    "rollback": ("apply", "development", "--yes"),
    "history": ("apply", "development", "--yes"),
    "drift": ("apply", "development", "--yes"),
}
#: Commands that print the same whatever the secrets are.
WITHOUT_SECRETS = frozenset(("rules", "explain", "schema", "completion", "demo"))
#: Commands with one format only, and without a result.
WITHOUT_FORMAT = frozenset(("schema", "report", "completion", "demo"))
WITHOUT_OUTPUT = frozenset(("report", "demo"))

FORMS = ("text", "json")
SPEAKING = tuple(name for name in COMMANDS if name not in WITHOUT_SECRETS)
READING = ("secrets", "test", "plan", "apply", "drift")
"""Commands that ask the stores."""
INDIFFERENT = ("init", "import", "history")
"""Commands that have something to do whatever stands in the environment's file."""

LOUD = ("-v", "-v", "-v")
