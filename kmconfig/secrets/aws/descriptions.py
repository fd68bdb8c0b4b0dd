"""What botocore knows of AWS's services and endpoints: megabytes of JSON, read once in a process.

Each session of botocore would read them again, which takes longer than the questions it is for.
"""

from __future__ import annotations

from functools import cache
from typing import Any


def share_descriptions(core: Any) -> None:
    """Let a session of botocore use what others have read. ``AWS_DATA_PATH`` and ``data_path`` count as always."""
    core.register_component("data_loader", _loader(core.get_config_variable("data_path")))


@cache
def _loader(search_path: str | None) -> Any:
    from botocore.loaders import create_loader  # noqa: PLC0415 - slow to load, and few need it

    return create_loader(search_path)
