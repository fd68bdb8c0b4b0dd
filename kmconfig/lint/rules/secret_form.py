"""Whether a secret has the form in which its provider issues it. Says what was expected, never what was found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.lint.observed import ShapeVerdict
from kmconfig.providers.mailgun import MAILGUN
from kmconfig.providers.registry import provider_of_host
from kmconfig.providers.ses import SES

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.providers.record import Form, Provider
    from kmconfig.source.value import Path

_API_OF_BLOCK = {"mailgun": MAILGUN, "ses": SES}


class Expected(NamedTuple):
    """The form of a secret, and who issues it."""

    provider: Provider
    form: Form


def expected_form(environment: Environment, path: Path) -> Expected | None:
    """The form that the secret of a setting is to have; None where its provider is unknown or issues no fixed form."""
    expected = _form_of(environment, path)
    if expected is None or (expected.form.pattern is None and not expected.form.mistakes):
        return None
    return expected


def judge_shape(text: str, expected: Expected) -> ShapeVerdict:
    """Compare a value with the form that is expected. The verdict holds no part of it."""
    provider, form = expected
    mistake = next((mistake for mistake in form.mistakes if re.fullmatch(mistake.pattern, text)), None)
    verdict = ShapeVerdict(
        fits=mistake is None and form.fits(text),
        provider=provider.title,
        expected=form.expected,
        documentation=provider.documentation,
        confirmed=form.confirmed,
    )
    if mistake is not None:
        return verdict._replace(seen=mistake.meaning, confirmed=mistake.confirmed)
    return verdict if verdict.fits else verdict._replace(seen=_dressed(text, form))


def _form_of(environment: Environment, path: Path) -> Expected | None:
    match path:
        case ("email", "smtp", "username" | "password" as half):
            smtp = environment.email.smtp
            provider = provider_of_host(smtp.host.data) if smtp is not None else None
            if provider is None or (half == "password" and smtp is not None and smtp.takes_token):
                return None
            return Expected(provider, provider.credential if half == "password" else provider.username)
        case ("email", "mailgun" | "ses" as block, str(setting)):
            form = _API_OF_BLOCK[block].api_credentials.get(setting)
            return None if form is None else Expected(_API_OF_BLOCK[block], form)
    return None


def _dressed(text: str, form: Form) -> str:
    """What stands around a value that would be right without it."""
    if form.fits(text.strip()):
        return "right but for white space around it"
    if text[:1] == text[-1:] and text[:1] in ("'", '"') and form.fits(text[1:-1]):
        return "right but for quotes around it"
    return ""
