"""Writes the pages of docs/ that can drift from the code: `python docs/build.py`.

With `--check` it writes nothing and fails where a page is not current, is missing, or is left over from a rule or
provider that does not exist any more.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))  # of a script only its own folder is known

from docs.generate import providers, rules
from docs.generate.commands import commands_page
from docs.generate.documents import documents_page
from docs.generate.lists import exit_codes_page, guards_page, variables_page
from docs.generate.settings import project_page, settings_page
from docs.generate.troubleshooting import troubleshooting_page

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).parent
#: Folders in which every page is made from the code.
_OWN_FOLDERS = (rules.FOLDER, providers.FOLDER)


def pages() -> dict[str, str]:
    """The text of every page by its path below docs/."""
    made = {
        "commands.md": commands_page(),
        "documents.md": documents_page(),
        "exit-codes.md": exit_codes_page(),
        "guards.md": guards_page(),
        "project.md": project_page(),
        "settings.md": settings_page(),
        "troubleshooting.md": troubleshooting_page(),
        "variables.md": variables_page(),
        **rules.rule_pages(),
        **providers.provider_pages(),
    }
    return {path: "\n".join(lines).rstrip() + "\n" for path, lines in made.items()}


def faults(folder: Path, made: dict[str, str]) -> dict[str, str]:
    """What is wrong with the pages of a folder, by their paths: missing, not current or left over."""
    found = {}
    for path, text in made.items():
        file = folder / path
        if not file.exists():
            found[path] = "missing"
        elif file.read_text(encoding="utf-8") != text:
            found[path] = "not current"
    files = (file for own in _OWN_FOLDERS for file in (folder / own).glob("**/*") if file.is_file())
    present = (file.relative_to(folder).as_posix() for file in files)
    return found | dict.fromkeys(sorted(set(present) - made.keys()), "left over")


def correct(folder: Path, made: dict[str, str], paths: Iterable[str]) -> None:
    """Write pages, and remove those that are left over."""
    for path in paths:
        file = folder / path
        if path in made:
            file.parent.mkdir(exist_ok=True)
            file.write_text(made[path], encoding="utf-8")
        else:
            file.unlink()


def main() -> int:
    """Write the pages, or check that they are current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a page is not current")
    check = parser.parse_args().check
    made = pages()
    found = faults(HERE, made)
    if not check:
        correct(HERE, made, found)
        return 0
    for path, fault in found.items():
        sys.stderr.write(f"docs/{path}: {fault}\n")
    if found:
        sys.stderr.write("run `python docs/build.py`\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
