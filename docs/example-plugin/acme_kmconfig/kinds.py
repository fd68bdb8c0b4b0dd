"""What there is, as data: this is read whenever kmconfig looks at a project that allows plugins."""

from __future__ import annotations

from kmconfig.plugins import Form, Provider, StoreKind, TargetKind

RELAY = Provider(
    slug="acme-relay",
    title="Acme relay",
    hosts=("relay.acme.example",),
    companies=("Acme Mail",),
    ports={587: "tls", 465: "ssl"},
    username=Form("[a-z]+-mailer", "the name of a site and `-mailer`, such as eu-mailer"),
    credential=Form("acme-[0-9a-f]{24}", "a relay key: `acme-` and 24 hexadecimal digits", secret=True),
    credentials_required=False,
    from_rule="any",
    limits="none within Acme",
    documentation="https://wiki.acme.example/mail/relay",
    source="Acme's mail team",
)

FOLDER = StoreKind(
    word="acme_folder",
    title="Acme's folder of secrets",
    description="File below the folder, and behind # the line of it that counts.",
    example="smtp/production#password",
    module="acme_kmconfig.folder_store",
    keyed=True,
    pattern="^[a-z0-9-]+(?:/[a-z0-9-]+)*#[a-z_]+$",
    expected="be file#line such as smtp/production#password",
    settings={
        "path": {
            "title": "Folder",
            "description": "The folder that the machine's configuration puts secrets into.",
            "$ref": "#/$defs/path",
            "examples": ["/etc/acme/secrets"],
        }
    },
    required=("path",),
)

TOML = TargetKind(
    word="acme_toml",
    title="Acme's settings file",
    description="All settings as TOML, values included.",
    module="acme_kmconfig.toml_file",
    settings={
        "path": {
            "title": "File",
            "description": "Path of the TOML file.",
            "$ref": "#/$defs/path",
            "type": "string",
            "examples": ["/etc/acme/mail.toml"],
        }
    },
    required=("path",),
    place=("path",),
)
