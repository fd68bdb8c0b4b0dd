"""The variables of the environment that kmconfig reads, beside those that references name."""

from __future__ import annotations

VARIABLES: dict[str, str] = {
    "KMCONFIG_CACHE_DIR": "where results of lint are kept (default `~/.cache/kmconfig`); empty for nowhere",
    "KMCONFIG_RESOLVER": "the name server to ask, as `HOST[:PORT]`, in place of the system's",
    "KMCONFIG_MAILGUN_URL": "a server on this machine that is asked in place of Mailgun, for tests",
    "XDG_CACHE_HOME": "the user's cache folder, where `KMCONFIG_CACHE_DIR` is not set",
    "NO_COLOR": "set to anything but nothing: no colours, unless `--color always` asks for them",
    "TERM": "`dumb`: no colours",
    "SOURCE_DATE_EPOCH": "the time that `kmconfig report` writes on its page",
    "SSL_CERT_FILE, SSL_CERT_DIR": "the certificate authorities to trust, in place of the system's",
    "HTTPS_PROXY, NO_PROXY": "the proxy on the way to the APIs of Mailgun, AWS and SendGrid, and to a Vault elsewhere",
    "VAULT_ADDR": "the address of Vault where `stores.vault.address` names none",
    "VAULT_TOKEN": "the login at Vault where `stores.vault.auth` names none, or `token: {}`",
    "VAULT_NAMESPACE": "the namespace, where `stores.vault.namespace` names none",
    "AWS_PROFILE, AWS_REGION, AWS_ACCESS_KEY_ID, …": "AWS credentials and region, as every AWS program reads them",
    "GITHUB_ACTIONS": "`true` in a job of GitHub Actions, in whose log secrets that were read are masked",
    "GITHUB_ACTOR, GITLAB_USER_LOGIN": "who started a run, for its receipt; otherwise the user of the machine",
    "GITHUB_RUN_ID, CI_JOB_URL": "the job of a run, for its receipt",
    "GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_SHA": "where findings in Markdown link to",
    "CI_PROJECT_URL, CI_COMMIT_SHA": "the same at GitLab",
    "GITHUB_BASE_REF, CI_MERGE_REQUEST_TARGET_BRANCH_NAME, CHANGE_TARGET": "what `kmconfig diff` compares with",
}
