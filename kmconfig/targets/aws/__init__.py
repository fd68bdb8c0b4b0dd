"""Parameters of AWS Systems Manager, a secret of AWS Secrets Manager, or both, as a target.

The settings stand there as texts under the names of environment variables that Laravel reads: as parameters below a
prefix, as fields of a secret's JSON, or, where both are given, secrets in the secret and the rest as parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from kmconfig.environment.stores import stores_of
from kmconfig.errors import ConfigurationError
from kmconfig.secrets.stores import Place
from kmconfig.targets.aws.line import Line
from kmconfig.targets.aws.owner import write_owner
from kmconfig.targets.aws.reader import AwsReader
from kmconfig.targets.aws.records import AwsRecords
from kmconfig.targets.aws.shelves import Shelves
from kmconfig.targets.aws.writer import AwsWriter
from kmconfig.targets.keeping.leased import LeasedKeeper
from kmconfig.targets.laravel_version import NEWEST_LARAVEL

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.source.value import Value
    from kmconfig.targets.access import Access
    from kmconfig.targets.goal import Goal
    from kmconfig.targets.interface import Reader, WritePermit
    from kmconfig.targets.keeping.interface import Keeper

__all__ = ["AwsReader", "open_keeper", "open_reader", "open_writer"]


def open_reader(environment: Environment, block: Value[Any], access: Access) -> AwsReader:
    """The reader. Raises ConfigurationError where the environment does not declare AWS, CouldNotCheck without login."""
    session = access.stores.aws(Place(environment.tier, stores_of(environment)))
    if session is None:
        raise ConfigurationError(
            "`target.aws` needs `stores.aws`, which says as whom and where AWS is asked",
            help="write `stores: {aws: {region: eu-west-1}}` in the environment or in a layer of it",
        )
    prefix, secret, laravel = (block.data.get(name) for name in ("ssm_prefix", "secret_id", "laravel"))
    shelves = Shelves(
        prefix=prefix.data.rstrip("/") if prefix is not None else None,
        secret=secret.data if secret is not None else None,
    )
    return AwsReader(Line(session), shelves, laravel=laravel.data if laravel is not None else NEWEST_LARAVEL)


def open_writer(reader: Reader, permit: WritePermit, goal: Goal, *, formerly_ours: frozenset[str]) -> AwsWriter:
    """The writer."""
    return AwsWriter(cast("AwsReader", reader), permit, goal, formerly_ours=formerly_ours)


def open_keeper(reader: Reader) -> Keeper:
    """Lease, journal and snapshots in parameters beside the target."""
    aws = cast("AwsReader", reader)
    return LeasedKeeper(
        AwsRecords(aws.line, aws.shelves.beside), note=lambda environment: write_owner(aws, environment)
    )
