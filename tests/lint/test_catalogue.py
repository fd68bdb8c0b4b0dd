"""Codes, names and severities are what users write in suppressions and project files, so they never change unseen."""

from __future__ import annotations

from kmconfig.lint.rule import parse_severities
from kmconfig.lint.rules.all import RULES

_CATALOGUE = """\
KM001 unused-suppression W/W/W
KM002 unknown-rule E/E/E
KM003 expired-suppression E/E/E
KM004 suppression-without-reason E/E/E
KM101 yaml-syntax E/E/E
KM102 duplicate-key E/E/E
KM103 yaml-feature E/E/E
KM104 unknown-key E/E/E
KM105 wrong-type E/E/E
KM106 missing-setting E/E/E
KM107 invalid-value E/E/E
KM108 broken-extends E/E/E
KM109 unsupported-version E/E/E
KM110 unreadable-file E/E/E
KM201 port-encryption-mismatch E/E/E
KM202 no-encryption E/E/W
KM203 port-25 E/W/n
KM204 not-recommended-port n/n/–
KM205 unusual-port W/W/n
KM206 port-not-offered E/E/E
KM207 ip-address-host E/W/n
KM208 misspelt-host E/E/E
KM209 unofficial-host W/W/n
KM210 localhost-relay W/W/–
KM211 unknown-region W/W/W
KM212 placeholder-host E/E/W
KM213 mail-catcher E/W/–
KM214 bad-fallback-port W/W/n
KM215 opportunistic-tls n/n/–
KM301 plaintext-secret E/E/E
KM302 leaked-secret E/E/E
KM303 missing-credentials E/E/E
KM304 half-a-login E/E/E
KM305 username-form E/E/E
KM306 credentials-in-clear E/E/W
KM307 dotenv-secret E/E/–
KM308 shared-secret E/W/–
KM309 foreign-secret-path W/W/n
KM310 no-rotation-limit n/n/–
KM311 long-rotation W/n/–
KM312 personal-account W/W/–
KM313 basic-auth-retiring W/W/n
KM314 free-gmail W/n/–
KM315 address-in-clear E/E/E
KM401 sender-all-caps W/W/n
KM402 generic-sender-name W/W/n
KM403 spammy-sender-name W/W/n
KM404 misleading-sender-name W/W/n
KM405 sender-name-differs n/n/–
KM406 inconsistent-sender-name n/–/–
KM407 free-mail-sender E/W/n
KM408 placeholder-sender E/E/n
KM409 noreply-sender n/n/–
KM410 sender-not-login E/E/W
KM411 sender-off-domain W/W/n
KM412 noreply-reply-to W/W/n
KM413 no-test-recipient W/W/–
KM414 one-test-provider n/–/–
KM501 sendmail-in-container E/E/W
KM502 sendmail-in-production W/–/–
KM503 mailgun-sandbox E/W/–
KM504 ses-static-keys n/n/–
KM505 foreign-driver-block n/n/n
KM506 sendmail-flags E/E/E
KM507 laravel-version E/E/E
KM508 no-reload W/W/n
KM509 secret-out-of-reach E/E/E
KM601 provider-not-allowed E/E/E
KM602 secret-source-not-allowed E/E/E
KM603 shared-target E/E/E
KM604 not-promoted W/W/W
KM605 undocumented n/–/–
KM606 weaker-production E/–/–
KM607 tier-contradicts-name E/E/E
KM608 driver-parity n/n/–
KM609 host-not-allowed E/E/E
KM610 command-not-allowed E/E/E
KM611 reserved-directory E/E/E
KM701 no-spf E/E/E
KM702 several-spf E/E/E
KM703 spf-without-provider E/E/E
KM704 spf-lookups E/E/E
KM705 spf-pass-all E/E/E
KM706 no-dkim E/E/E
KM707 weak-dkim W/W/W
KM708 no-dmarc E/E/E
KM709 dmarc-monitor-only n/n/n
KM710 no-mx W/W/W
KM711 no-such-domain E/E/E
KM712 dmarc-invalid E/E/E
KM713 blocklisted W/W/W
KM714 spf-invalid E/E/E
KM715 dmarc-alignment E/E/E
KM716 dmarc-reports W/W/W
KM717 no-mta-sts n/–/–
KM718 no-tls-rpt n/–/–
KM801 secret-missing E/E/E
KM802 secret-overdue E/W/n
KM803 secret-due-soon n/n/n
KM804 secret-age-unknown n/n/n
KM805 secret-shape E/E/E
KM806 ses-sandbox E/W/–
KM807 ses-identity-unverified E/E/E
KM808 mailgun-domain-inactive E/E/E
KM809 sending-paused E/E/E
KM810 broad-credential W/W/W
"""


def test_the_catalogue() -> None:
    expected = [tuple(line.split()) for line in _CATALOGUE.splitlines()]
    assert [(rule.code, rule.name) for rule in RULES] == [(code, name) for code, name, _ in expected]
    for rule, (_, _, severities) in zip(RULES, expected, strict=True):
        assert rule.severities == parse_severities(severities), rule.code
