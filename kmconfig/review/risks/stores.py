"""Risks of which stores are asked for secrets, by whom, and who is believed to be a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.review.model import Risk
from kmconfig.review.quoted import quoted, quoted_names
from kmconfig.review.risks.addresses import is_newly_clear, is_other_host, is_same_but_scheme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.review.model import Change
    from kmconfig.review.sides import Sides

_OWN = frozenset(("vault", "aws", "fingerprint_key"))


def vault_moved(change: Change, sides: Sides) -> Iterator[Risk]:
    """Another server is given the login, and its answers are believed."""
    if sides.after is None or is_same_but_scheme(change.before, change.after):
        return
    if change.after is None:
        yield Risk("medium", "no address of Vault is in the files any more: secrets are read wherever VAULT_ADDR leads")
    elif sides.before is not None or change.after not in sides.known_vaults:
        if change.before is None:
            came = "a server"
        else:
            came = "another server" if is_other_host(change.before, change.after) else "another address of the server"
        where = quoted(str(change.after))
        yield Risk("high", f"the login of the secret store goes to {came}, {where}, and secrets are read from there")


def vault_in_clear(change: Change, _: Sides) -> Iterator[Risk]:
    """Vault without TLS."""
    if is_newly_clear(change.before, change.after):
        yield Risk(
            "high",
            "the login of the secret store and the secrets would cross the network in clear text; kmconfig refuses to"
            " log in there",
        )


def vault_redirects(change: Change, sides: Sides) -> Iterator[Risk]:
    """The login may follow a redirect to other hosts."""
    added = [str(host) for host in change.after or () if host not in (change.before or ())]
    if added and sides.before is not None:
        yield Risk("high", f"the token of Vault may be handed on to {quoted_names(added)}, and secrets read from there")


def vault_authority(change: Change, sides: Sides) -> Iterator[Risk]:
    """Who says which server is Vault."""
    if sides.before is None or sides.after is None:
        return
    if change.after is None:
        yield Risk("medium", "every certificate authority that this machine trusts may vouch for Vault now")
    else:
        yield Risk("medium", f"another certificate authority vouches for Vault, the one in {quoted(str(change.after))}")


def vault_client(_: Change, sides: Sides) -> Iterator[Risk]:
    """Vault sees another client."""
    if sides.before is not None and sides.after is not None:
        yield Risk("medium", "Vault is shown another client certificate, or none: it may let another identity in")


def vault_login(_: Change, sides: Sides) -> Iterator[Risk]:
    """Another identity reads the secrets."""
    if sides.before is not None and sides.after is not None:
        yield Risk("medium", "the login at Vault is another: its role has to exist, and may read other secrets")


def secrets_elsewhere(_: Change, sides: Sides) -> Iterator[Risk]:
    """References stay the same and mean other secrets."""
    if sides.before is not None and sides.after is not None:
        yield Risk("medium", "the same references now lead to other secrets")


def package_store(change: Change, sides: Sides) -> Iterator[Risk]:
    """A store that an installed package brings, of which nothing else is known."""
    store = change.setting.split(".")[1]
    if store not in _OWN and sides.before is not None and sides.after is not None:
        yield Risk(
            "medium", f"the store {quoted(store)} is set up in another way: the same references may lead elsewhere"
        )


def aws_identity(_: Change, sides: Sides) -> Iterator[Risk]:
    """Another role or profile reads the secrets."""
    if sides.before is not None and sides.after is not None:
        yield Risk("high", "secrets are read from AWS under another identity")


def fingerprints(_: Change, sides: Sides) -> Iterator[Risk]:
    """Fingerprints under another key cannot be compared."""
    if sides.before is not None and sides.after is not None:
        yield Risk("info", "with another fingerprint key all secrets without a version count as changed once")
