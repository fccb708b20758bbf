"""An installed stage for many tests: installed once a process, then put up again from a copy.

A test that is about the installation installs for itself (`bare_stage`); for all others it is
where they begin, and walking through the wizard took two thirds of the time of a short test.
"""

from __future__ import annotations

import pickle
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from cryptography.fernet import Fernet

from tests.support.databases import SQLiteDatabases
from tests.support.stage import Stage

REMEMBERED = (
    "installation",
    "events",
    "badges",
    "app_options",
    "_user_options",
    "_first_runs",
    "_install_count",
    "_binding_count",
)
"""What an installation changes of a portal, besides its tokens."""

TOKENS = ("_by_access", "_by_refresh", "_codes")


class InstalledStages:
    """Makes stages that look as if the application had just been installed."""

    def __init__(self, databases: SQLiteDatabases, folder: Path) -> None:
        self._folder = folder
        self._token_key = Fernet.generate_key().decode()
        self._database = folder / "installed.db"
        self._log = folder / "rest-log"
        stage = Stage(databases.clean(folder), self._log, self._token_key)
        stage.install()
        assert [stage.started, stage.waiting, stage.slept] == [[], [], []], "It is not copied."
        self._portal = pickle.dumps(_memory_of(stage.portal))
        with (
            closing(sqlite3.connect(folder / "app.db")) as source,
            closing(sqlite3.connect(self._database)) as copy,
        ):
            source.backup(copy)
        stage.close()

    def make(self, folder: Path) -> Stage:
        """A stage with a database and a log of its own in `folder`."""
        shutil.copyfile(self._database, folder / "app.db")
        shutil.copytree(self._log, folder / "rest-log")
        stage = Stage(f"sqlite:///{folder / 'app.db'}", folder / "rest-log", self._token_key)
        remembered, tokens = pickle.loads(self._portal)  # noqa: S301 Our own, of this process.
        vars(stage.portal).update(remembered)
        vars(stage.portal.tokens).update(tokens)
        return stage


def _memory_of(portal):
    remembered = {name: vars(portal)[name] for name in REMEMBERED}
    return remembered, {name: vars(portal.tokens)[name] for name in TOKENS}
