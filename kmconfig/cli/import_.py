"""``kmconfig import``"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from kmconfig.cli.globals import global_options, result_options
from kmconfig.cli.loading import open_project, readable_environment
from kmconfig.cli.options import current
from kmconfig.cli.output import require_writable, write_document, write_lines, write_text
from kmconfig.errors import Refused, UsageError
from kmconfig.report.stream import say

if TYPE_CHECKING:
    from kmconfig.environment.project import Project
    from kmconfig.importing.result import Imported

_TIERS = ("development", "staging", "production")


@click.command("import")
@click.argument("file", required=False, metavar="[FILE]")
@click.option("--environment", "name", metavar="NAME", help="The new environment, such as production or acme/eu.")
@click.option(
    "--secrets",
    metavar="WHERE",
    help="Where the secrets will lie: env (the default), file:FOLDER, vault:PATH, aws_secret:NAME, ssm:/PREFIX, or"
    " dotenv for development.",
)
@click.option("--tier", type=click.Choice(_TIERS), help="The tier, where neither the name nor APP_ENV tells it.")
@click.option(
    "--laravel",
    type=click.IntRange(8, 13),
    metavar="8-13",
    help="Laravel's version, where there is no composer.lock beside FILE.",
)
@click.option("--from-target", metavar="ENV", help="Read what the target of environment ENV holds now, not a FILE.")
@click.option("--dry-run", is_flag=True, help="Print the YAML, and the account on stderr; write no environment.")
@result_options
@global_options
def command(
    *,
    file: str | None,
    name: str | None,
    secrets: str | None,
    tier: str | None,
    laravel: int | None,
    from_target: str | None,
    dry_run: bool,
    form: str,
    output: str | None,
) -> None:
    """Make an environment of the mail settings in FILE, the `.env` of a Laravel application.

    Settings go into environments/NAME.yaml, which must not exist yet. Secrets become references; the commands that
    store them are printed, the values never. Every key about mail is carried over, or named with its line and the
    reason. FILE is read as the application reads it, and is not changed.

    With --from-target ENV the settings come from where apply puts those of ENV, and references that ENV has are kept.
    Then --dry-run needs no NAME: it prints what environments/ENV.yaml would have to say.
    """
    project = open_project()
    require_writable(output)
    if from_target is not None:
        imported = _from_target(project, from_target, file=file, name=name, secrets=secrets, dry_run=dry_run)
    else:
        imported = _from_file(project, file, name=name, secrets=secrets, tier=tier, laravel=laravel, dry_run=dry_run)
    # Known by its reference, a secret need not be told of a second time by its key.
    carried = tuple(imported.values.values())
    for secret in (*carried, *(other for other in imported.sensitive if other not in carried)):
        current().masker.register(secret)
    if not dry_run:
        from kmconfig.cli.new_files import create_files  # noqa: PLC0415

        create_files(project.root, {imported.aim.path: imported.text.encode("utf-8")})
    _show(imported, written=not dry_run, form=form, output=output)


def _from_file(
    project: Project,
    file: str | None,
    *,
    name: str | None,
    secrets: str | None,
    tier: str | None,
    laravel: int | None,
    dry_run: bool,
) -> Imported:
    from kmconfig.importing.importer import Wish, import_env  # noqa: PLC0415

    if file is None:
        raise UsageError("name the `.env` to import", help="for example kmconfig import /var/www/app/.env …")
    if name is None:
        raise UsageError("--environment is missing", help="name the new environment, such as --environment production")
    _require_new(project, name, dry_run=dry_run)
    wish = Wish(
        file=current().folder / file,
        shown=file,
        environment=name,
        secrets=secrets or "env",
        tier=tier,
        laravel=laravel,
    )
    return import_env(project, wish, today=datetime.now(UTC).date())


def _from_target(
    project: Project, source: str, *, file: str | None, name: str | None, secrets: str | None, dry_run: bool
) -> Imported:
    from kmconfig.importing.live import LiveWish, import_live  # noqa: PLC0415
    from kmconfig.targets.access import Access  # noqa: PLC0415
    from kmconfig.targets.registry import reader_for  # noqa: PLC0415

    if file is not None:
        raise UsageError("--from-target takes the place of FILE", help="give one of them")
    if name is None and not dry_run:
        raise UsageError(
            f"environments/{source}.yaml exists, and is never overwritten",
            help="add --dry-run to see what it would have to say, or --environment NAME for a new environment",
        )
    wish = LiveWish(source=readable_environment(source, project), environment=name or source, secrets=secrets)
    if name is not None:
        _require_new(project, name, dry_run=dry_run)
    access = Access(
        root=project.root,
        state=project.root / project.file.state,
        stores=current().stores(project),
        allowed_hosts=project.file.allowed_hosts,
        environments=project.folder,
    )
    return import_live(project, wish, reader_for(wish.source, access), today=datetime.now(UTC).date())


def _require_new(project: Project, name: str, *, dry_run: bool) -> None:
    """Refuse a name whose file exists, with either suffix, before anything is read. Raises Refused."""
    from kmconfig.environment.layers import SUFFIXES  # noqa: PLC0415
    from kmconfig.importing.result import environment_path  # noqa: PLC0415

    path = environment_path(project, name).removesuffix(".yaml")
    for suffix in SUFFIXES:
        if not dry_run and os.path.lexists(project.root / f"{path}{suffix}"):
            raise Refused(
                f"`{path}{suffix}` exists, and is never overwritten",
                help="choose another --environment, move the file away, or look with --dry-run first",
            )


def _show(imported: Imported, *, written: bool, form: str, output: str | None) -> None:
    from kmconfig.report.imported import imported_document, imported_text, trouble_text  # noqa: PLC0415

    if form == "json":
        write_document(imported_document(imported, written=written), output)
        return
    if written and current().verbosity < 0 and output is None:
        write_lines(trouble_text(imported, style=current().style()))
        return
    if written:
        write_lines(imported_text(imported, written=True, style=current().style()), output)
        return
    write_text(imported.text, output)
    if current().verbosity >= 0:
        style = current().style(sys.stderr)
        say(sys.stderr, "".join(f"{line}\n" for line in imported_text(imported, written=False, style=style)))
