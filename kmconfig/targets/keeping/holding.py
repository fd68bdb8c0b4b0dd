"""Holding a lease: renewed from time to time, and looked at before each write."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.keeping.interface import LeaseLost
from kmconfig.targets.keeping.lease import NAME, Lease
from kmconfig.targets.keeping.records import Conflict

if TYPE_CHECKING:
    from kmconfig.targets.keeping.lease import Timing
    from kmconfig.targets.keeping.records import Records


class LeaseFence:
    """A lease that was taken at ``since``, by the clock of ``timing``, and then had the token ``token``."""

    def __init__(self, records: Records, lease: Lease, *, token: str, since: float, timing: Timing) -> None:
        self._records = records
        self._lease = lease
        self._token = token
        self._proved = since
        self._timing = timing
        self._lost: str | None = None
        self._lock = threading.Lock()

    @property
    def number(self) -> int:
        """Grows with each holder."""
        return self._lease.number

    @property
    def took_over(self) -> str | None:
        """Who let this lease run out, None where it was free."""
        before = self._lease.took_over
        return None if before is None else str(before)

    def check(self) -> None:
        """Make sure that the lease is still ours. Raises LeaseLost.

        Where its last renewal is older than a heartbeat it is renewed first.
        """
        with self._lock:
            if self._lost is None and self._age() >= self._timing.heartbeat:
                self._renew()
            self._require()

    def beat(self) -> bool:
        """Renew; False when there is nothing to renew any more."""
        with self._lock:
            if self._lost is None:
                self._renew()
            return self._lost is None

    def release(self) -> None:
        """Let go. That it could not be let go of is logged as a warning: it ends by itself."""
        with self._lock:
            if self._lost is not None:
                return
            free = Lease(number=self._lease.number, mark=self._lease.mark, renewed=self._timing.now())
            self._lost = "it was released"
            try:
                self._records.put(NAME, free.text(), expected=self._token)
            except Conflict:
                reason = "it was taken over"
            except CouldNotCheck as error:
                reason = error.message
            else:
                return
            logging.getLogger(__name__).warning("the lease of %s was not released: %s", self._records.where, reason)

    def _age(self) -> float:
        return self._timing.uptime() - self._proved

    def _renew(self) -> None:
        asked = self._timing.uptime()
        renewed = replace(self._lease, renewed=self._timing.now())
        try:
            self._token = self._records.put(NAME, renewed.text(), expected=self._token)
        except Conflict:
            self._look()
        except CouldNotCheck as error:
            self._give_up_in_time(error.message)
        else:
            self._proved = asked

    def _look(self) -> None:
        """See who has written: an earlier renewal of ours may have arrived after all."""
        asked = self._timing.uptime()
        try:
            record = self._records.get(NAME)
            found = Lease.read(record.text) if record is not None else None
        except CouldNotCheck as error:
            self._give_up_in_time(error.message)
            return
        if record is not None and found is not None and found.holder is not None and found.mark == self._lease.mark:
            self._token, self._proved = record.token, asked
        else:
            by = f" by {found.holder}" if found is not None and found.holder is not None else ""
            self._lost = f"it was taken over{by}"

    def _give_up_in_time(self, reason: str) -> None:
        """Stop while nobody else may have started."""
        if self._age() >= self._timing.ttl - self._timing.heartbeat:
            self._lost = f"it could not be renewed for {self._age():.0f} seconds: {reason}"

    def _require(self) -> None:
        if self._lost is not None:
            raise LeaseLost(
                f"the lease of this target is lost: {self._lost}",
                help="nothing more is written by this run; `kmconfig apply --resume` goes on from where it is",
            )


class Heartbeat:
    """Renews a lease in a thread of its own."""

    def __init__(self, fence: LeaseFence, seconds: float) -> None:
        self._fence = fence
        self._seconds = seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kmconfig-lease", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after a renewal that is under way."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._seconds) and self._fence.beat():
            continue
