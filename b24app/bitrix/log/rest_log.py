"""The REST log the marketplace asks for: requests and answers, redacted, one JSON object a line.

Market rules (market/preparing-to-publish/common-requirements): kept at least three days. One file a
day, shared by all processes of a machine: each line is written under a lock, whole or not at all.
A process that serves people writes in a thread of its own, so that nobody waits for a disk.
"""

from __future__ import annotations

import atexit
import errno
import fcntl
import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from b24app import meters
from b24app.bitrix.log.redaction import redact, redact_command, scrub
from b24app.bitrix.log.writer import Writer
from b24app.bitrix.wire.room import Held
from b24app.bitrix.wire.transport import Lost, Received

log = logging.getLogger(__name__)

MAX_LINE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One request and what came back. `answer` is the parsed JSON object, `status` 0 for none.

    `trouble` says in our words why there is no answer. `secrets` must not appear in the line,
    wherever they stand.
    """

    endpoint: str
    method: str
    params: Mapping[str, object]
    status: int
    answer: Mapping[str, object] | None
    trouble: str
    seconds: float
    secrets: tuple[str, ...] = field(default=(), repr=False)
    held: Held | None = field(default=None, repr=False, compare=False)
    """The room that `answer` takes: kept until the line is written."""

    @classmethod
    def of(
        cls,
        endpoint: str,
        method: str,
        params: Mapping[str, object],
        outcome: Received | Lost,
        answer: Mapping[str, object] | None,
        seconds: float,
        secrets: tuple[str, ...],
    ) -> Exchanged:
        """Describe an exchange and its answer, None where that was no JSON object."""
        if isinstance(outcome, Lost):
            return cls(endpoint, method, params, 0, None, outcome.value, seconds, secrets)
        trouble = "not_json" if answer is None else ""
        return cls(
            endpoint,
            method,
            params,
            outcome.status,
            answer,
            trouble,
            seconds,
            secrets,
            outcome.held,
        )


@dataclass(frozen=True, slots=True)
class _Happened:
    """An exchange, with what is only known while it is reported."""

    exchanged: Exchanged
    at: datetime
    request_id: str


class RestLog:
    """Writes into `directory` and deletes files older than `days`. `clock` answers aware UTC."""

    def __init__(
        self,
        directory: str | Path,
        days: int,
        clock: Callable[[], datetime],
        request_id: Callable[[], str] = str,
    ) -> None:
        self._directory = Path(directory)
        self._days = days
        self._clock = clock
        self._request_id = request_id
        self._writer: Writer[_Happened] | None = None

    def write(self, exchanged: Exchanged) -> None:
        """Append one line. A disk that does not take it is reported and harms no request."""
        happened = _Happened(exchanged, self._clock(), self._request_id())
        if self._writer is None:
            self._write(happened)
        else:
            self._writer.add(happened)

    def write_beside(self) -> None:
        """Write in a thread of its own from now on. For a process that will not fork any more."""
        self._writer = Writer(self._write, _lost)
        # Where nobody calls `close`, as when a server gives its workers up.
        atexit.register(self.close)

    def close(self) -> None:
        """Wait for what is not written yet; later lines are written at once."""
        if self._writer is not None:
            self._writer.close()

    def _write(self, happened: _Happened) -> None:
        try:
            self._append(self._path(happened.at.date()), _line(happened))
        except OSError as error:
            _lost(1, str(error.strerror))

    @property
    def is_there(self) -> bool:
        """Return whether the folder is: systemd makes it when a unit is started first."""
        return self._directory.exists()

    def free_bytes(self) -> int:
        """Return how much room is left where the log is written. Raise OSError if it cannot be.

        Writes and deletes a file of its own: the day's file would then belong to whoever asks.
        """
        self._directory.mkdir(mode=0o750, parents=True, exist_ok=True)
        today = self._path(self._clock().date())
        if today.exists() and not os.access(today, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        with tempfile.TemporaryFile(dir=self._directory) as probe:
            probe.write(b"\n")
        return shutil.disk_usage(self._directory).free

    def delete_old(self) -> int:
        """Delete the files of days that are over `days` ago; answer how many."""
        limit = self._path(self._clock().date() - timedelta(days=self._days)).name
        # Names hold the date, so their order is that of the days.
        old = [path for path in self._directory.glob("rest-*.jsonl") if path.name < limit]
        for path in old:
            # Another process may be cleaning as well.
            path.unlink(missing_ok=True)
        return len(old)

    def _path(self, day: date) -> Path:
        return self._directory / f"rest-{day.isoformat()}.jsonl"

    def _append(self, path: Path, line: bytes) -> None:
        try:
            opened = _open(path)
        except FileNotFoundError:
            self._directory.mkdir(mode=0o750, parents=True, exist_ok=True)
            opened = _open(path)
        try:
            # Closing it gives the lock back.
            fcntl.flock(opened, fcntl.LOCK_EX)
            _write_whole(opened, line)
        finally:
            os.close(opened)


def _lost(lines: int, why: str = "the disk takes too long") -> None:
    meters.LOST_LOG_LINES.inc(lines)
    log.warning("the REST log could not be written: %s", why)


def _line(happened: _Happened) -> bytes:
    exchanged = happened.exchanged
    entry: dict[str, object] = {
        "at": happened.at.isoformat(timespec="milliseconds"),
        "request_id": happened.request_id,
        "portal": portal_mark(exchanged.endpoint),
        "method": exchanged.method,
        "status": exchanged.status,
        "seconds": round(exchanged.seconds, 3),
        "trouble": scrub(exchanged.trouble, exchanged.secrets),
        "request": _request(exchanged),
        "answer": redact(exchanged.answer, exchanged.secrets),
    }
    line = _encoded(entry)
    if len(line) > MAX_LINE_BYTES:
        line = _encoded({**entry, "answer": f"{len(line)} bytes"})
    if len(line) > MAX_LINE_BYTES:
        line = _encoded({**entry, "answer": "long", "request": "long"})
    return line


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)


def _write_whole(opened: int, line: bytes) -> None:
    """Append a line, or nothing where the disk does not take all of it. Raises OSError then."""
    end = _end_of_lines(opened)
    try:
        rest = memoryview(line)
        while rest:
            rest = rest[os.write(opened, rest) :]
    except OSError:
        os.ftruncate(opened, end)
        raise


def _end_of_lines(opened: int) -> int:
    """Return where the last whole line ends; cut off what a process left when it died."""
    size = os.fstat(opened).st_size
    if not size or os.pread(opened, 1, size - 1) == b"\n":
        return size
    tail = os.pread(opened, MAX_LINE_BYTES, max(0, size - MAX_LINE_BYTES))
    end = size - len(tail) + tail.rfind(b"\n") + 1
    os.ftruncate(opened, end)
    return end


def portal_mark(endpoint: str) -> str:
    """Return what stands for a portal in the log: a digest of its host, since hosts hold names."""
    host = urlsplit(endpoint).netloc.lower()
    return hashlib.sha256(host.encode()).hexdigest()[:12]


def _request(exchanged: Exchanged) -> object:
    commands = exchanged.params.get("cmd")
    if not isinstance(commands, Mapping):
        return redact(exchanged.params, exchanged.secrets)
    return {
        str(key): redact_command(str(command), exchanged.secrets)
        for key, command in commands.items()
    }


def _encoded(entry: Mapping[str, object]) -> bytes:
    text = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
    # Half a character, which no file can hold, is written as JSON's own escape.
    return text.encode("utf-8", "backslashreplace") + b"\n"
