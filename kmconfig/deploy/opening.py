"""The receipt of a run that is about to begin."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kmconfig.deploy.promotion import own_settings, settings_document, shared_settings
from kmconfig.deploy.receipt import Receipt, new_run, secret_records
from kmconfig.targets.keeping.interface import user_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from kmconfig.deploy.options import Options
    from kmconfig.deploy.work import Work

#: Who started a pipeline, and where its log is, by the variables that GitHub and GitLab set.
_ACTORS = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN")
_JOBS = ("GITHUB_RUN_ID", "CI_JOB_URL")


def receipt_of(work: Work, options: Options, *, started: datetime) -> Receipt:
    """A receipt that says all that is known before the first step."""
    plan, candidate = work.plan, work.candidate
    return Receipt(
        run=new_run(started),
        environment=plan.environment,
        tier=work.environment.tier,
        target=plan.target,
        plan_digest=plan.digest,
        commit=plan.commit,
        started=started,
        actor=actor(os.environ),
        kind="apply" if plan.back_to is None else "rollback",
        back_to=plan.back_to,
        operations=plan.operations,
        kept=plan.kept,
        settings=settings_document(candidate.environment) if candidate is not None else {},
        shared=shared_settings(work.environment) if plan.back_to is None else {},
        own=own_settings(work.environment) if plan.back_to is None else (),
        secrets=tuple(secret_records(candidate)) if candidate is not None else (),
        approvals=options.approved,
    )


def actor(environ: Mapping[str, str]) -> str:
    """Who runs this: a person or pipeline by name, with the job where there is one."""
    name = next((environ[variable] for variable in _ACTORS if environ.get(variable)), user_name())
    job = next((environ[variable] for variable in _JOBS if environ.get(variable)), None)
    return f"{name}, job {job}" if job is not None else name
