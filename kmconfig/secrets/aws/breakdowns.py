"""What keeps botocore from getting any answer of AWS. Imported once something went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from botocore import exceptions as botocore

from kmconfig.secrets.aws.patience import OutOfPatienceError
from kmconfig.secrets.proxy import unusable_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kmconfig.secrets.proxy import Unusable


class Breakdown(NamedTuple):
    """What is the matter, what to do, and what else cannot be asked."""

    says: str
    help: str
    reach: Literal["service", "account"] = "account"


def _timeout(where: str, environ: Mapping[str, str]) -> Breakdown:
    return Breakdown(f"{where} did not answer in time", _way_there(environ), "service")


def _unreachable(where: str, environ: Mapping[str, str]) -> Breakdown:
    return Breakdown(f"{where} cannot be reached", _way_there(environ), "service")


def _way_there(environ: Mapping[str, str]) -> str:
    redirected = any(name.startswith("AWS_ENDPOINT_URL") for name in environ)
    return "check `AWS_ENDPOINT_URL` and the network" if redirected else "check the region, the network and any proxy"


def _tls(where: str, environ: Mapping[str, str]) -> Breakdown:
    named = next((name for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE") if environ.get(name)), None)
    remedy = f"check that `{named}` holds the authority" if named else "name the authority's file in `AWS_CA_BUNDLE`"
    return Breakdown(f"the TLS certificate of {where} could not be verified, or TLS failed", remedy, "service")


def _always(says: str, remedy: str) -> Callable[[str, Mapping[str, str]], Breakdown]:
    return lambda _where, _environ: Breakdown(says, remedy)


def proxy_at_fault(error: Exception, environ: Mapping[str, str]) -> Unusable | None:
    """The proxy that botocore could make nothing of."""
    details = getattr(error, "kwargs", None)
    unread = isinstance(details, dict) and isinstance(details.get("error"), ValueError)
    through = isinstance(error, (botocore.ProxyConnectionError, botocore.InvalidProxiesConfigError))
    return unusable_in(environ) if unread or through else None


#: The first entry that fits counts, so that what is special stands before what is general.
BREAKDOWNS: tuple[tuple[tuple[type[Exception], ...], Callable[[str, Mapping[str, str]], Breakdown]], ...] = (
    ((OutOfPatienceError, botocore.ConnectTimeoutError, botocore.ReadTimeoutError), _timeout),
    ((botocore.SSLError,), _tls),
    (
        (botocore.ProxyConnectionError, botocore.InvalidProxiesConfigError),
        _always("the proxy cannot be reached", "check `HTTPS_PROXY`"),
    ),
    (
        (botocore.NoCredentialsError,),
        _always(
            "no AWS credentials were found",
            "set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, log in, or name a `profile` under `stores.aws`",
        ),
    ),
    (
        (botocore.PartialCredentialsError,),
        _always("the AWS credentials are incomplete", "an access key needs its id and its secret"),
    ),
    (
        (botocore.ProfileNotFound,),
        _always("the AWS profile does not exist", "check `profile` under `stores.aws`, and `AWS_PROFILE`"),
    ),
    (
        (botocore.NoRegionError,),
        _always("no AWS region is set", "write `region` under `stores.aws`, or set `AWS_REGION`"),
    ),
    (
        (botocore.InvalidRegionError, botocore.UnknownRegionError),
        _always("the AWS region is not one", "check `region` under `stores.aws`, and `AWS_REGION`"),
    ),
    (
        (botocore.SSOError, botocore.TokenRetrievalError),
        _always("the single sign-on session has ended", "run `aws sso login`"),
    ),
    (
        (botocore.CredentialRetrievalError, botocore.MetadataRetrievalError, RuntimeError),
        _always("the AWS credentials could not be fetched", "see whether `aws sts get-caller-identity` works"),
    ),
    (
        (
            botocore.ConfigNotFound,
            botocore.ConfigParseError,
            botocore.InfiniteLoopConfigError,
            botocore.InvalidConfigError,
            botocore.UnknownCredentialError,
        ),
        _always("the AWS configuration files cannot be used", "check `~/.aws/config` and `~/.aws/credentials`"),
    ),
    ((botocore.ConnectionError, botocore.ConnectionClosedError, botocore.HTTPClientError), _unreachable),
    (
        (FileNotFoundError, PermissionError, IsADirectoryError),
        _always(
            "a file that the AWS settings name cannot be read",
            "check `AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_CA_BUNDLE` and `credential_process`",
        ),
    ),
    ((OSError,), _unreachable),
)
