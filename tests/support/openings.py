"""Openings of a tab that are put up again instead of being made again.

Nearly every test of a write begins with the same opening, which took longer than the write. Where a
stage that was put back is asked for one that it made before, and nothing has happened since then
that could make it another, it gets what that one left: rows, tokens, and what the portal recorded.
"""

from __future__ import annotations

import copy
import os
import pickle
import sqlite3
from dataclasses import dataclass
from typing import Any

LOOKED_AT = ("crm", "users", "switches", "faults")
"""What tests prepare at the portal: the same of it is the same opening."""

TOKENS = ("_by_access", "_by_refresh", "_codes")
NOT_COMPARED = {*LOOKED_AT, "lock", "clock", "sleep", "tokens", "recorder"}


@dataclass
class Opening:
    """What is put up again, all of it as it was right after the opening."""

    tab: Any
    database: sqlite3.Connection
    tokens: bytes
    requests: bytes
    sent: list[str]


class Openings:
    """The openings of one stage, which is put back before each test."""

    def __init__(self, stage: Any) -> None:
        self._stage = stage
        self._file = stage.config.database_url.removeprefix("sqlite:///")
        self._eye = sqlite3.connect(self._file)
        self._kept: dict[object, Opening | None] = {}
        self._start: object = None
        self.monkeypatch: Any = None

    def begin(self, monkeypatch: Any) -> None:
        """Remember how the stage is, right after it was put back, and who may patch our code.

        Where it is not known who may, each opening is made.
        """
        self.monkeypatch = monkeypatch
        self._start = self._elsewhere() if monkeypatch else None

    def open(self, how: tuple[object, ...], really: Any) -> Any:
        """Return the tab of an opening; `really` makes one.

        The first of its kind is noted, the second kept: most that are made once are never asked
        for again.
        """
        before = self._prepared() if self._is_untouched() else None
        self._start = None
        if before is None:
            return really()
        kind = (how, before, self._stage.portal_clock.now(), self._stage.ticks)
        kept = self._kept.get(kind)
        if kept is not None:
            return self._put_up(kept)
        counts = self._counts()
        tab = really()
        is_quiet = (self._prepared(), self._counts()) == (before, counts)
        is_second = kind in self._kept
        self._kept[kind] = self._taken(tab) if is_second and is_quiet else None
        return tab

    def close(self) -> None:
        for kept in filter(None, self._kept.values()):
            kept.database.close()
        self._eye.close()

    def _is_untouched(self) -> bool:
        """Whether nothing but what `_prepared` sees has happened since the stage was put back."""
        return (
            self._start is not None
            and self._start == self._elsewhere()
            and not self.monkeypatch._setattr
            and all(where is os.environ for where, *_ in self.monkeypatch._setitem)
        )

    def _elsewhere(self) -> object:
        portal, stage = self._stage.portal, self._stage
        fields = {name: one for name, one in vars(portal).items() if name not in NOT_COMPARED}
        known = pickle.dumps((fields, self._tokens()))
        version = self._eye.execute("PRAGMA data_version").fetchone()
        requests = len(portal.recorder.requests), len(stage.adapter.sent)
        return known, version, requests, self._counts(), stage.portal_clock.now()

    def _counts(self) -> object:
        stage = self._stage
        return len(stage.slept), len(stage.started), len(stage.waiting), stage.ticks

    def _prepared(self) -> bytes | None:
        """What tests prepare, for comparison; None where it holds a deed of a test's own."""
        try:
            return pickle.dumps([vars(self._stage.portal)[name] for name in LOOKED_AT])
        except (pickle.PicklingError, AttributeError, TypeError):
            return None

    def _tokens(self) -> dict[str, object]:
        return {name: vars(self._stage.portal.tokens)[name] for name in TOKENS}

    def _taken(self, tab: Any) -> Opening:
        portal = self._stage.portal
        database = sqlite3.connect(":memory:")
        self._eye.backup(database)
        return Opening(
            copy.copy(tab),
            database,
            pickle.dumps(self._tokens()),
            pickle.dumps(list(portal.recorder.requests)),
            list(self._stage.adapter.sent),
        )

    def _put_up(self, kept: Opening) -> Any:
        portal = self._stage.portal
        kept.database.backup(self._eye)
        vars(portal.tokens).update(pickle.loads(kept.tokens))  # noqa: S301 Our own.
        portal.recorder.requests.extend(pickle.loads(kept.requests))  # noqa: S301 Our own.
        self._stage.adapter.sent.extend(kept.sent)
        return copy.copy(kept.tab)
