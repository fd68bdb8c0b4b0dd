"""What a message that arrived, or did not, says about the settings it was sent with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.mail.confirm.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that has to be put right: what, and how, in the order to try."""

    text: str
    remedies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """``unknown`` says why authentication could not be checked; it counts only where there are no problems."""

    problems: tuple[Problem, ...]
    unknown: str | None
    notes: tuple[str, ...]


def judge(evidence: Evidence) -> Judgement:
    """Judge a message that arrived.

    The receiving server's word counts before ours, since it alone saw the sending server's address. DMARC decides
    where it was reported: it passes when SPF or DKIM passes for the domain that is shown. A DKIM signature that is
    broken is a problem even then, as forwarding leaves nothing else.
    """
    judging = _Judging(evidence)
    problems = tuple(judging.problems())
    return Judgement(problems=problems, unknown=judging.unknown(), notes=tuple(judging.notes()))


class _Judging:
    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        reported = evidence.reported
        self.domain = evidence.domain
        self.spf = reported.spf.result if reported.spf is not None else None
        self.dmarc = None
        self.elsewhere = ""
        if reported.dmarc is not None:
            judged = reported.dmarc.domain or self.domain
            same = evidence.aligned(judged, self.domain)
            self.dmarc, self.elsewhere = (reported.dmarc.result, "") if same else (None, judged)
        # A result about a signature that is not there was not made from this message.
        self.invented = bool(reported.dkim) and not evidence.signatures and self._any_dkim("pass")
        self.spf_aligned = self.spf == "pass" and evidence.aligned(evidence.envelope, self.domain)
        self.dkim_aligned = self._dkim_aligned()

    def problems(self) -> Iterator[Problem]:
        if self.evidence.spam_folder is not None:
            yield _in_spam(self.evidence.spam_folder)
        if self._unread:
            return
        if not self.domain:
            yield Problem("the message shows no sender's address", ("look at what your relay does to From",))
            return
        yield from self._broken_signature()
        if self.dmarc == "fail":
            yield Problem(f"DMARC fails for `{self.domain}`: {self._neither()}", tuple(self._alignment_remedies()))
        elif self.dmarc == "permerror":
            yield _broken_record(self.domain)
        elif self.dmarc != "pass":
            yield from self._without_dmarc()

    def _broken_signature(self) -> Iterator[Problem]:
        results = self.evidence.reported.dkim
        if results and not self.invented:
            broken = not self._any_dkim("pass") and (self._any_dkim("fail") or self._any_dkim("permerror"))
            who = "the receiving server"
        else:
            broken = bool(self.evidence.signatures) and all(s.result == "fail" for s in self.evidence.signatures)
            who = "our own check"
        if broken:
            reasons = "; ".join(s.detail for s in self.evidence.signatures if s.result == "fail")
            yield Problem(
                f"the DKIM signature does not hold, says {who}{f' ({reasons})' if reasons else ''}",
                (
                    "publish the key that the provider shows for this selector, exactly and in one record",
                    "after rotating keys, let the provider sign with the new one",
                    "take care that no relay changes the message after it was signed",
                ),
            )

    def _without_dmarc(self) -> Iterator[Problem]:
        if self.spf_aligned or self.dkim_aligned:
            return
        if self.spf in ("fail", "softfail", "permerror"):
            yield Problem(
                f"SPF says {self.spf} for `{self.evidence.envelope or self.domain}`",
                ("add your provider's include to the SPF record of the Return-Path's domain",),
            )
        elif self._any_judgement and not self._temporary and not self._unverified:
            yield Problem(
                f"nothing authenticates `{self.domain}`: {self._neither()}", tuple(self._alignment_remedies())
            )

    def unknown(self) -> str | None:
        """Why it is not known whether authentication works; None where it is known."""
        if self._unread:
            return "the header of the message is too long to be read here to its end, and From is not in what was read"
        if self.dmarc == "pass" or self.spf_aligned or self.dkim_aligned:
            return None
        if self._temporary:
            return "the receiving server could not look up the DNS records (temperror)"
        if self._unverified:
            return f"the receiving server does not report DKIM, and here it could not be verified: {self._unverified}"
        return "the receiving server reports nothing that could be relied on"

    def notes(self) -> Iterator[str]:
        reported = self.evidence.reported
        if reported.ignored:
            names = ", ".join(f"`{name}`" for name in reported.ignored[:5])
            yield f"Authentication-Results that came with the message, in the name of {names}, were not believed"
        if self.elsewhere:
            yield f"the receiving server judged DMARC for `{self.elsewhere}`, and not for the sender that is shown"
        if self.invented:
            yield "the receiving server reports DKIM as passed, but the message carries no signature"
        if self.evidence.rewritten and self.evidence.sender is not None:
            shown = self.evidence.sender.address
            yield f"the message shows `{shown}` and not `{self.evidence.configured}`: a server on the way rewrote it"
        authenticated = self.unknown() is None
        if authenticated and not self.evidence.signatures:
            yield "the message is not signed with DKIM; Gmail, Yahoo and Microsoft want it from whoever sends much"
        if authenticated and self.spf in ("fail", "softfail"):
            yield f"SPF says {self.spf}; DKIM alone carries the message"
        if authenticated and self.dmarc in (None, "none"):
            yield f"no DMARC record was found or reported for `{self.domain}`; publish one, `p=none` at least"
        if self._any_dkim("pass") and any(s.result == "fail" for s in self.evidence.signatures):
            yield "our own check does not accept the DKIM signature that the receiving server accepts"

    def _neither(self) -> str:
        if not self.evidence.signatures:
            signed = "the message is not signed"
        else:
            signed = f"it is signed for {', '.join(dict.fromkeys(s.domain for s in self.evidence.signatures))}"
        return f"{signed}, and SPF says {self.spf or 'nothing'} for `{self.evidence.envelope or 'no domain'}`"

    def _alignment_remedies(self) -> Iterator[str]:
        if not any(self.evidence.aligned(signature.domain, self.domain) for signature in self.evidence.signatures):
            yield f"let the provider sign with `{self.domain}`: authenticate it there and publish its DKIM records"
        if not self.evidence.aligned(self.evidence.envelope, self.domain):
            yield f"set a Return-Path (MAIL FROM, bounce domain) below `{self.domain}` at the provider"
        yield "send from an address whose domain is authenticated at the provider: `email.sender.email`"

    def _any_dkim(self, word: str) -> bool:
        return any(result.result == word for result in self.evidence.reported.dkim)

    def _dkim_aligned(self) -> bool:
        if self.evidence.reported.dkim and not self.invented:
            return any(
                result.result == "pass" and self.evidence.aligned(result.domain, self.domain)
                for result in self.evidence.reported.dkim
            )
        signatures = self.evidence.signatures
        return any(s.result == "pass" and self.evidence.aligned(s.domain, self.domain) for s in signatures)

    @property
    def _unread(self) -> bool:
        """Whether From may stand in the part of the header that was not read."""
        return self.evidence.sender is None and self.evidence.header_cut

    @property
    def _unverified(self) -> str | None:
        """Why a signature that nobody reports on could not be verified here."""
        if self.evidence.reported.dkim and not self.invented:
            return None
        return next((s.detail for s in self.evidence.signatures if s.result == "unverifiable"), None)

    @property
    def _any_judgement(self) -> bool:
        return bool(self.spf or self.dmarc or (self.evidence.reported.dkim and not self.invented))

    @property
    def _temporary(self) -> bool:
        return "temperror" in (self.spf, self.dmarc) or self._any_dkim("temperror")


def _broken_record(domain: str) -> Problem:
    return Problem(
        f"DMARC cannot be judged for `{domain}`: the receiving server cannot read its record (permerror)",
        (f"correct the DMARC record of `{domain}`; `kmconfig dns` says what is wrong with it",),
    )


def _in_spam(folder: str) -> Problem:
    return Problem(
        f"the message lies in the spam folder `{folder}`",
        (
            "put right what is said of SPF, DKIM and DMARC here, and see `kmconfig dns`",
            "read the filter's reasons in the message's header; ask the provider whether its address is listed",
            "mark it as not spam; a new domain earns its reputation by wanted mail",
        ),
    )


def not_arrived(folders: tuple[str, ...], seconds: float) -> Problem:
    """Judge that nothing came."""
    where = " and ".join(f"`{folder}`" for folder in folders) or "the mailbox"
    return Problem(
        f"the message has not arrived in {where} after {seconds:.0f} s",
        (
            "receiving servers may keep mail of strangers waiting (greylisting): try again with --within 15m",
            "look in the provider's log for a bounce, a block or a suppression of the recipient",
            "look whether a rule of the mailbox moves it, or a quarantine holds it",
            "look whether the recipient's mail really goes to the mailbox of `email.test.confirm`",
        ),
    )
