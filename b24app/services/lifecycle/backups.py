"""Back a deployment's database up, and restore it elsewhere."""

from __future__ import annotations

import errno
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from b24app.services.deps import Deps
from b24app.storage import backup, condition, portals
from b24app.storage.backup import BackupError
from b24app.storage.condition import Seals
from b24app.storage.session import UpgradeError, upgrade

__all__ = ["BackupError", "Restored", "UpgradeError", "back_up", "restore"]

PREFIX = "deal-payments-"
STAMP = "[0-9]" * 8 + "-" + "[0-9]" * 6
"""Files with another name are the operator's own."""

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
ELSEWHERE = "name one with --folder that the user of this command may write to"

DRAFTS_KEPT = timedelta(days=1)
"""Longer than a backup takes: what is older a killed one has left."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restored database holds, and which keys its secrets need."""

    portals: int
    revision: str
    seals: Seals


def back_up(deps: Deps, folder: Path, keep: int) -> Path:
    """Write a new backup into `folder` and delete all but the newest `keep`; 0 keeps all.

    Raises BackupError, and then nothing is deleted.
    """
    ending = backup.suffix(deps.db)
    target = folder / f"{PREFIX}{deps.clock():%Y%m%d-%H%M%S}{ending}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        backup.dump(deps.db, target)
    except OSError as error:
        advice = "free some room there" if error.errno in NO_ROOM else ELSEWHERE
        raise BackupError(f"{folder} cannot be written: {error.strerror} -> {advice}") from None
    files = sorted(
        folder.glob(f"{PREFIX}{STAMP}{ending}"),
        # Names hold the time, so their order is that of the backups, but for those of a clock that
        # was ahead: they go first, and the one just written never does.
        key=lambda file: (file.name <= target.name, file.name),
    )
    for old in files[:-keep] if keep else ():
        old.unlink(missing_ok=True)
    _delete_drafts(folder, deps.clock() - DRAFTS_KEPT)
    return target


def _delete_drafts(folder: Path, before: datetime) -> None:
    """Delete what killed processes left: nobody would, and erased people stand in it, too."""
    for draft in folder.glob(f".{PREFIX}{STAMP}*{backup.DRAFT}"):
        with suppress(FileNotFoundError):
            if draft.stat().st_mtime < before.timestamp():
                draft.unlink()


def restore(deps: Deps, source: Path) -> Restored:
    """Fill an empty database from a backup and bring its schema to this version.

    Raises BackupError. UpgradeError where what came back cannot be brought to it.
    """
    backup.restore(deps.db, source)
    upgrade(deps.db)
    state = condition.look(deps.db)
    with deps.db.of_all().reading() as session:
        count = portals.count(session)
    return Restored(
        count, ", ".join(sorted(state.revisions)), condition.seals(deps.db, deps.cipher)
    )
