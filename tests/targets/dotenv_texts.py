"""Made-up `.env` texts and values, from a seed: tame ones, nasty ones, and broken ones."""

from __future__ import annotations

import random
from typing import Final

NASTY_VALUES: Final = (
    "",
    "0",
    "007",
    "12.50",
    "1e3",
    "true",
    "TRUE",
    "(true)",
    "False",
    "(false)",
    "null",
    "NULL",
    "(Null)",
    "empty",
    "(empty)",
    "EMPTY",
    "'null'",
    '"null"',
    "''",
    '""',
    "'",
    '"',
    "'a'",
    '"a"',
    "\"'a'\"",
    "'a\nb'",
    '"a\nb"',
    "'a\rb'",
    "'a\"",
    "a#b",
    "a #b",
    "#",
    "#!x",
    "$",
    "$$",
    "$X",
    "${X}",
    "${APP_NAME}",
    "\\${APP_NAME}",
    "$ecret",
    "p$1w",
    "\\",
    "\\\\",
    "\\n",
    "C:\\new\\dir",
    "a\\",
    'a\\"',
    '="',
    '=""',
    'x="y',
    "=",
    "==",
    "abc==",
    " lead",
    "trail ",
    "  ",
    "two words",
    "tab\tin",
    "\t",
    "line\nbreak",
    "line\r\nbreak",
    "\r",
    "\n",
    "\n\n",
    "a\vb\fc",
    "\f",
    "bell\x07 del\x7f esc\x1b[0m",
    "nel\x85 nbsp\xa0 ls\u2028 ps\u2029",
    "rtl\u202e",
    "\ufeffbom",
    "Grüße, 世界 🎉",
    "export X=1",
    "a=b",
    "a;b&c|d`e`",
    "(x)",
    "[x]",
    "{x}",
    "!history",
    "%s%n",
    "*",
    "~",
    "x" * 999 + "\\" + "y",
    "x" * 5000,
    "é" * 1500,
    "\n" + "é" * 1500,
    "n\\" * 3000,
    '"$\\' * 3000,
)

LINES: Final = (
    "APP_NAME=KeyManager",
    "APP_ENV=production",
    'APP_KEY="base64:AAAA//+=="',
    "APP_URL=https://licenses.acme.example",
    "",
    "   ",
    "# settings of the mail server",
    "#MAIL_HOST=old.acme.example",
    "MAIL_MAILER=smtp",
    "MAIL_HOST=smtp.acme.example",
    "  MAIL_PORT = 587 # STARTTLS",
    "export MAIL_USERNAME=apikey",
    "MAIL_PASSWORD='s3cr3t #1'",
    'MAIL_PASSWORD="a\\"b\\\\c\\$d"# note',
    'MAIL_FROM_NAME="${APP_NAME}"',
    "MAIL_FROM_ADDRESS=licensing@acme.example",
    "MAIL_EHLO_DOMAIN",
    "MAIL_ENCRYPTION=null",
    "AWS_DEFAULT_REGION=us-east-1",
    "'QUOTED'=1",
    "EMPTY=",
    "NESTED=${APP_${MAIL_MAILER}}/${MAIL_HOST}/${NOWHERE}",
    'KEY="one\ntwo\nthree"',
    "LATIN=caf\udce9",
    "X.y_1=2",
)

_ALPHABET: Final = (
    *"aB1_.=\"'#$\\{}nrtv \t\n",
    "\r\n",
    "\r",
    "\f",
    "\v",
    "\0",
    "é",
    "世",
    "\udcff",
    "\udce2\udc82",
    "export ",
    "KEY=",
    'KEY="',
    "A=",
    '="',
    '"\n',
    "${A}",
    "${KEY}",
    "null",
    "(true)",
)


def seeded(seed: int) -> random.Random:
    """Return a generator that gives the same texts in each run."""
    return random.Random(seed)  # noqa: S311 - made-up texts, no secrets


def random_value(rng: random.Random) -> str:
    """Return a value that a `.env` can hold, often an awkward one."""
    if rng.random() < 0.2:
        return rng.choice(NASTY_VALUES)
    pool = rng.choice(("abcXYZ019", "\"'\\$#= {}", "ab\"'\\$#=nrt \n\t", "aé世🎉\x85\xa0\x1b", "null()true'\""))
    return "".join(rng.choice(pool) for _ in range(rng.randint(0, 24)))


def random_file(rng: random.Random) -> str:
    """Return a `.env` that phpdotenv accepts, with the newline style of one editor."""
    newline = rng.choice(("\n", "\n", "\r\n"))
    lines = rng.sample(LINES, rng.randint(0, len(LINES)))
    if rng.random() < 0.3:
        lines += rng.choices(LINES, k=4)
    text = newline.join(line.replace("\n", newline) for line in lines)
    return rng.choice(("", "", "\ufeff")) + text + rng.choice(("", newline))


def mutated_file(rng: random.Random) -> str:
    """Return a `.env` that may well be broken."""
    if rng.random() < 0.5:
        return "".join(rng.choice(_ALPHABET) for _ in range(rng.randint(0, 30)))
    text = random_file(rng)
    for _ in range(rng.randint(1, 4)):
        at = rng.randint(0, len(text))
        text = text[:at] + rng.choice(_ALPHABET) + text[at + rng.choice((0, 0, 1, 3)) :]
    return text
