"""What the module of a target needs: ``open_reader``, ``open_writer``, ``open_keeper`` and ``render``.

For a file that holds all settings :class:`SettingsFileReader` and the two functions beside it do everything but the
format: they survive being killed, see changes of others, and go back. Other targets have classes of their own with the
methods of :class:`Reader`, :class:`Writer` and :class:`Keeper`.
"""

from __future__ import annotations

from kmconfig.environment.environment import Environment
from kmconfig.environment.reference import SecretRef
from kmconfig.errors import ConfigurationError, CouldNotCheck, Refused
from kmconfig.secrets.secret import Secret
from kmconfig.source.value import Value
from kmconfig.targets.access import Access
from kmconfig.targets.facts import facts_of
from kmconfig.targets.files.local import LocalFile, LocalFileWriter
from kmconfig.targets.files.writer import FileWriter
from kmconfig.targets.goal import Candidate, Earlier, Goal
from kmconfig.targets.interface import (
    Capabilities,
    Comparison,
    Kept,
    LiveState,
    MailFacts,
    Operation,
    Reader,
    State,
    WritePermit,
    Writer,
)
from kmconfig.targets.keeping.folder import FolderKeeper
from kmconfig.targets.keeping.interface import Fence, Keeper
from kmconfig.targets.package_target import secret_for
from kmconfig.targets.rendering import Rendered, told
from kmconfig.targets.secret_changes import SecretChanges, Written
from kmconfig.targets.settings_file import SettingsFileReader, SettingsForm, document_of, open_keeper, open_writer

__all__ = [
    "Access",
    "Candidate",
    "Capabilities",
    "Comparison",
    "ConfigurationError",
    "CouldNotCheck",
    "Earlier",
    "Environment",
    "Fence",
    "FileWriter",
    "FolderKeeper",
    "Goal",
    "Keeper",
    "Kept",
    "LiveState",
    "LocalFile",
    "LocalFileWriter",
    "MailFacts",
    "Operation",
    "Reader",
    "Refused",
    "Rendered",
    "Secret",
    "SecretChanges",
    "SecretRef",
    "SettingsFileReader",
    "SettingsForm",
    "State",
    "Value",
    "WritePermit",
    "Writer",
    "Written",
    "document_of",
    "facts_of",
    "open_keeper",
    "open_writer",
    "secret_for",
    "told",
]
