"""Every gate that a run has to pass before anything happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.deploy.guards import require_approved
from kmconfig.deploy.policy import require_policy
from kmconfig.deploy.promotion import require_promotion
from kmconfig.errors import Refused
from kmconfig.mail.transport import open_transport

if TYPE_CHECKING:
    from kmconfig.deploy.options import Options
    from kmconfig.deploy.work import Work


def require_allowed(work: Work, options: Options, *, recipients: tuple[str, ...]) -> list[str]:
    """Check them all, and return what the receipt should remark of them.

    Raises Refused for a guard that is not approved, a program or host that is not allowed, settings that the
    stage before has not proved, and where nobody would get the test message.
    """
    require_approved(work.plan.guards, options.approved)
    require_policy(work.project, work.environment)
    remarks: list[str] = []
    if work.plan.back_to is None:
        remarks += require_promotion(work, skip=options.skip_promotion)
    if work.candidate is not None:
        open_transport(work.candidate.environment, work.candidate.secrets)
        if not recipients:
            raise Refused(
                f"`{work.environment.name}` names no test recipient, so the change could not be proved",
                help="set `email.test.recipients`, or give --to ADDRESS",
            )
    return remarks
