"""A secret value that cannot be shown by accident."""

from __future__ import annotations

from typing import NoReturn, final


@final
class Secret:
    """A secret value and the reference it came from.

    It is no ``str``: its repr, str and format name only the reference; it has no length, no truth value
    and no order, is not hashable, cannot be pickled or copied, and compares in constant time, only with
    another ``Secret``. :meth:`reveal` is the one way to the value, for the moment when bytes leave for a
    server or a file.
    """

    __slots__ = ("_value", "reference")

    reference: str

    def __init__(self, value: str, *, reference: str) -> None:
        object.__setattr__(self, "_value", value)
        object.__setattr__(self, "reference", reference)

    def reveal(self) -> str:
        """Return the value itself. Only mail transports and target writers may call this."""
        value: str = object.__getattribute__(self, "_value")
        return value

    def __repr__(self) -> str:
        return f"<secret {self.reference}>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        import hmac  # noqa: PLC0415 - brings hashlib and OpenSSL, which most commands never need

        # "surrogatepass", because an encoding error would carry the value with it.
        mine, theirs = (secret.reveal().encode("utf-8", "surrogatepass") for secret in (self, other))
        return hmac.compare_digest(mine, theirs)

    __hash__ = None  # type: ignore[assignment]

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Secret cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a Secret cannot be changed")

    def __bool__(self) -> NoReturn:
        raise TypeError("a Secret has no truth value")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied")

    def __getstate__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied")

    def __copy__(self) -> NoReturn:
        raise TypeError("a Secret cannot be copied")

    def __deepcopy__(self, memo: object) -> NoReturn:
        raise TypeError("a Secret cannot be copied")
