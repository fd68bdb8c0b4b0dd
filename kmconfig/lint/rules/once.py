"""What several rules ask of an environment is worked out once."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.environment.environment import Environment

_Answer = TypeVar("_Answer")


def once(ask: Callable[[Environment], _Answer]) -> Callable[[Environment], _Answer]:
    """Let an environment answer a question once, and remember the answer for as long as the environment lives."""

    @wraps(ask)
    def answer(env: Environment) -> _Answer:
        known = env.derived
        if ask not in known:
            known[ask] = ask(env)
        found: _Answer = known[ask]
        return found

    return answer
