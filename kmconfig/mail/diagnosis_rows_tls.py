"""Diagnosis rows for encryption."""

from __future__ import annotations

from typing import Final

from kmconfig.mail.diagnosis_row import Row

_BY_HAND: Final = "see it by hand: `{openssl}`"
_SHOW_CERTIFICATE: Final = "show the certificate: `{openssl} -showcerts`"
_LARGE_PACKETS: Final = "try from another network; large packets may be lost on the way (MTU)"
_IMPLICIT: Final = "use port 465 with `encryption: ssl` where the provider has it"

_INSTALL_AUTHORITY: Final = (
    "install the issuer's certificate (Debian: copy it to /usr/local/share/ca-certificates, then "
    "`update-ca-certificates`), or name its file in `SSL_CERT_FILE`"
)

TLS_ROWS: Final = (
    Row(
        key="implicit-tls-to-starttls-port",
        kinds=("tls-not-spoken",),
        cause="the server does not speak TLS from the first byte on port {port}, but `encryption: ssl` does",
        remedies=(
            "keep port {port} and set `email.smtp.encryption: tls` (STARTTLS, the usual choice for 587 and 2525)",
            "or keep `encryption: ssl` and use port 465",
        ),
        temporary=False,
    ),
    Row(
        key="starttls-without-tls",
        kinds=("tls-not-spoken",),
        encryptions=("tls",),
        cause="the server agreed to STARTTLS on port {port} and then went on in clear text: it is broken, or something "
        "in between answers for it",
        remedies=(_BY_HAND, _IMPLICIT, "try from another network"),
        temporary=False,
    ),
    Row(
        key="wrong-version-words",
        kinds=("words",),
        pattern=r"WRONG_VERSION_NUMBER|wrong version number|0A00010B",
        cause="implicit TLS was spoken to a STARTTLS port; Laravel 11.35.0 does so on 587 by mistake",
        remedies=(
            "use `encryption: tls` with port 587, or `encryption: ssl` with port 465",
            "upgrade the application: `composer require laravel/framework:^11.36`",
        ),
        temporary=False,
    ),
    Row(
        key="starttls-not-offered",
        kinds=("no-starttls",),
        cause="the server does not offer STARTTLS on port {port}, or a firewall in between strips the offer (such as "
        "Cisco's SMTP inspection)",
        remedies=(
            "use port 465 with `encryption: ssl`; the login never goes in clear text instead",
            _BY_HAND,
            "on the firewall, switch SMTP inspection (`fixup protocol smtp`, `inspect esmtp`) off",
        ),
        temporary=False,
    ),
    Row(
        key="starttls-words",
        kinds=("words",),
        pattern=r"STARTTLS extension not supported|did not advertise STARTTLS",
        cause="the server does not offer STARTTLS on this port, or a firewall in between strips the offer",
        remedies=("use port 465 with `encryption: ssl`; never fall back to clear text", _BY_HAND),
        temporary=False,
    ),
    Row(
        key="scheme-words",
        kinds=("words",),
        pattern=r"scheme is not supported; supported schemes for mailer",
        cause="the application was given MAIL_SCHEME `tls` or `ssl`, or its Laravel is older than 11.36",
        remedies=(
            "let `kmconfig apply` write MAIL_SCHEME: it knows `smtp` and `smtps` only",
            "upgrade the application: `composer require laravel/framework:^11.36`",
        ),
        temporary=False,
    ),
    Row(
        key="starttls-refused",
        kinds=("reply",),
        stages=("tls",),
        cause="the server offers STARTTLS and then refuses it: certificate or key is not set up, or it is busy",
        remedies=(
            _BY_HAND,
            "on a server of your own, check certificate and key (Postfix: `postconf smtpd_tls_chain_files`)",
            _IMPLICIT,
        ),
    ),
    Row(
        key="starttls-injection",
        kinds=("early-data",),
        cause="clear text arrived where encryption should have begun: a broken server, or somebody injecting commands",
        remedies=(
            "do not send through this connection; try from another network",
            "use port 465 with `encryption: ssl`",
        ),
        temporary=False,
    ),
    Row(
        key="certificate-expired",
        kinds=("certificate-expired",),
        cause="the certificate of `{host}` has expired",
        remedies=(
            "have the server's operator renew it (`certbot renew` on a server of your own)",
            "check this machine's clock: `timedatectl`",
            _SHOW_CERTIFICATE,
        ),
        temporary=False,
    ),
    Row(
        key="certificate-not-yet-valid",
        kinds=("certificate-not-yet-valid",),
        cause="the certificate of `{host}` is not valid yet: usually this machine's clock is wrong",
        remedies=("check the clock: `timedatectl`", _SHOW_CERTIFICATE),
        temporary=False,
    ),
    Row(
        key="certificate-self-signed",
        kinds=("certificate-self-signed",),
        cause="the server shows a certificate that it has signed itself",
        remedies=(
            "give the server a certificate of a public authority",
            _INSTALL_AUTHORITY,
            "never switch verification off",
        ),
        temporary=False,
    ),
    Row(
        key="certificate-unknown-issuer",
        kinds=("certificate-unknown-issuer",),
        cause="the issuer of the certificate is not trusted here: a private authority, a missing intermediate, an "
        "old CA bundle, or an inspecting virus scanner",
        remedies=(
            _INSTALL_AUTHORITY,
            "on a server of your own, send the whole chain (`fullchain.pem`)",
            _SHOW_CERTIFICATE,
            "never switch verification off",
        ),
        temporary=False,
    ),
    Row(
        key="certificate-name",
        kinds=("certificate-name",),
        cause="the certificate is for another name than `{host}`: often `mail.yourdomain` pointing to a shared host, "
        "or `localhost`",
        remedies=(
            "set `email.smtp.host` to the name in the certificate",
            _SHOW_CERTIFICATE,
        ),
        temporary=False,
    ),
    Row(
        key="certificate-address",
        kinds=("certificate-address",),
        cause="the host is given as an IP address, and the certificate is for a name",
        remedies=("set `email.smtp.host` to the server's DNS name", _SHOW_CERTIFICATE),
        temporary=False,
    ),
    Row(
        key="certificate-other",
        kinds=("certificate",),
        cause="the server's certificate cannot be verified",
        remedies=(_SHOW_CERTIFICATE, "update this machine's CA bundle: `apt install --only-upgrade ca-certificates`"),
        temporary=False,
    ),
    Row(
        key="certificate-words",
        kinds=("words",),
        pattern=r"certificate[ _]verify[ _]failed|0A000086|did not match expected (name|CN)|certificate is not valid",
        cause="the application does not trust the server's certificate, or it is for another name",
        remedies=(
            _SHOW_CERTIFICATE,
            "install the authority's certificate where PHP looks: `php -r 'print_r(openssl_get_cert_locations());'`",
            "leave `verify_peer` on",
        ),
        temporary=False,
    ),
    Row(
        key="tls-version",
        kinds=("tls-version",),
        cause="server and client have no TLS version in common: TLS 1.2 is the least that is spoken here",
        remedies=(
            "upgrade the server to TLS 1.2 or 1.3 (Postfix: `postconf -e smtpd_tls_protocols='>=TLSv1.2'`)",
            "see what it speaks: `{openssl} -tls1_2`",
        ),
        temporary=False,
    ),
    Row(
        key="tls-cipher",
        kinds=("tls-no-common-cipher",),
        cause="server and client have no cipher in common, or the server wants something that is not offered",
        remedies=(
            "update the server's TLS library and cipher list",
            "see what it takes: `{openssl} -tls1_2`",
        ),
        temporary=False,
    ),
    Row(
        key="tls-hung",
        kinds=("tls-timeout",),
        cause="the TLS handshake got no answer: port {port} does not speak TLS at once, or a firewall swallows it",
        remedies=(
            "use port 587 with `encryption: tls`, or port 465 with `encryption: ssl`",
            _LARGE_PACKETS,
        ),
        temporary=True,
    ),
    Row(
        key="starttls-hung",
        kinds=("tls-timeout",),
        encryptions=("tls",),
        cause="the server agreed to STARTTLS on port {port}, and then the TLS handshake got no answer: the server is "
        "overloaded, or a firewall swallows it",
        remedies=(_BY_HAND, _IMPLICIT, _LARGE_PACKETS),
        temporary=True,
    ),
    Row(
        key="tls-broken",
        kinds=("tls",),
        cause="the TLS connection cannot be set up or broke",
        remedies=(
            _BY_HAND,
            "update the TLS library on both sides",
        ),
        temporary=False,
    ),
    Row(
        key="tls-hung-up",
        kinds=("closed",),
        stages=("tls",),
        cause="the server hung up during the TLS handshake: no TLS on this port, or a TLS version it does not take",
        remedies=(
            "check port and encryption: 587 with `tls`, 465 with `ssl`",
            _BY_HAND,
        ),
        temporary=False,
    ),
    Row(
        key="starttls-required",
        pattern=r"must issue a STARTTLS|STARTTLS (is )?required|(encryption|TLS) (is )?(required|needed) (for|before)",
        cause="the server takes neither login nor mail without encryption",
        remedies=("set `email.smtp.encryption: tls` (port 587)", "or `ssl` with port 465"),
        temporary=False,
    ),
    Row(
        key="encryption-required",
        codes=(538,),
        cause="the server wants encryption before this login",
        remedies=("set `email.smtp.encryption: tls` (port 587)",),
        temporary=False,
    ),
)
