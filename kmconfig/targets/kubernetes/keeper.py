"""Lock, journal and snapshots beside the manifests, in a folder that git does not see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.keeping.folder import FolderKeeper

if TYPE_CHECKING:
    from kmconfig.targets.kubernetes.place import Place


class ManifestKeeper(FolderKeeper):
    """``.kmconfig/`` in the folder of the manifests, which is made if need be."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.directory / ".kmconfig", place.name)
        self._place = place

    def ensure(self) -> None:
        """Create the folders if need be."""
        try:
            self._place.directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CouldNotCheck(
                f"the folder `{self._place.shown}` cannot be made: {error.strerror}",
                help="correct `target.kubernetes.directory`, or make the folder",
            ) from None
        super().ensure()
