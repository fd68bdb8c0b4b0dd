"""The mail accounts of the test servers; their passwords are the difficult part.

Control characters are absent: Dovecot refuses them in a login, as RFC 4013 asks.
"""

from __future__ import annotations

DOMAIN = "acme.test"

#: A mailbox that tests send to; its own login is ordinary.
INBOX = f"inbox@{DOMAIN}"

#: An account with an ordinary password, free to use any sender address.
SENDER = f"sender@{DOMAIN}"

#: May use no sender address but its own: other senders are answered with 553 5.7.1.
STRICT = f"strict@{DOMAIN}"

_PASSWORDS = {
    "inbox": "inbox-login",
    "sender": "correct-horse-battery",
    "strict": "only-my-own-name",
    "dollar": "pa$$word${HOME}$",
    "hash": "ab#cd #ef",
    "double-quote": 'say "hi"',
    "quoted": '"quoted"',
    "single-quote": "it's",
    "single-quoted": "'null'",
    "opening": '="',
    "backslash": "C:\\new\\table\\",
    "backslash-quote": '\\"\\\\"',
    "equals": "a=b==",
    "spaces": " two  words ",
    "leading-zeros": "000123",
    "zero": "0",
    "utf8": "пароль-Zürich-€-日本",
    "null": "null",
    "null-parentheses": "(null)",
    "true": "true",
    "false": "False",
    "empty-word": "empty",
    "empty-parentheses": "(empty)",
    "percent": "100%d%%s",
    "colons": "a:b::c",
    "shell": "`id` $(id) {{x}} <y> & | ; ! ~ * ?",
    "export": "export X=1",
    "long": "L0ng-" * 40,
}

#: Login name (the full address) to password.
ACCOUNTS = {f"{name}@{DOMAIN}": password for name, password in _PASSWORDS.items()}
