"""What a package needs to bring providers, secret stores and targets of its own: see ``docs/plugins.md``.

Here is what describes them, as data; it is loaded whenever a project allows plugins, be it only to lint. The code of a
store or target stands in a module of its own, which is imported when it is used, and finds what it needs in
:mod:`kmconfig.plugins.stores` or :mod:`kmconfig.plugins.targets`. Rules have :mod:`kmconfig.rules`.
"""

from __future__ import annotations

from kmconfig.environment.words import StoreKind, TargetKind
from kmconfig.providers.record import Form, Leak, Mistake, Outline, Provider, Retirement

__all__ = ["Form", "Leak", "Mistake", "Outline", "Provider", "Retirement", "StoreKind", "TargetKind"]
