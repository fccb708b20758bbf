"""The faults, from a seed: portal, authorization server, database, workers, disk and clock."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import requests

from tools.bench.portal import Portal
from tools.fire.database import Ground
from tools.fire.ledger import PREFIX
from tools.stage import Stage

METHODS = (
    *(PREFIX + method for method in (
        "pay", "unpay", "delete", "add", "update", "list", "product.add", "product.setQuantity",
        "product.delete", "product.list", "delivery.add", "delivery.delete")),
    "crm.activity.configurable.add", "crm.timeline.logmessage.add", "crm.item.get", "batch",
    "batch", "batch", "*",
)  # fmt: skip
KINDS = (
    "busy", "busy", "error_500", "unexpected", "operation_limit", "denied",
    "close_before", "lost", "lost", "lost_html", "lost_silent", "html", "silent", "slow",
    "invalid_json", "done_false", "done_null", "false", "null", "trickle",
)  # fmt: skip
AT_THE_SERVER = ("error_500", "html", "close_before", "silent", "slow", "invalid_json", "lost")
WHAT_IS_LOST = frozenset({"lost", "lost_html", "lost_silent", "invalid_json"})
PAUSE = (0.4, 2.0)
KILL_SECONDS, CLOCK_SECONDS = 20.0, 3700


@dataclass(frozen=True)
class Place:
    """What the app stands on, and what can fail below it."""

    ground: Ground
    disk: SmallDisk


class Trouble:
    """Everything that goes wrong, one after another and at the same time, until it is over."""

    def __init__(self, running: Stage, place: Place, seed: int) -> None:
        self._running, self._portal = running, Portal(running.portal_url)
        self._ground, self._disk = place.ground, place.disk
        self._rng = Random(f"{seed} trouble")  # noqa: S311 - a repeatable choice, no secret.
        self._is_over = threading.Event()
        self._threads: list[threading.Thread] = []
        self.struck: Counter[str] = Counter()
        self.killed_at: list[float] = []

    def start(self) -> None:
        """Begin."""
        for work in (self._strike_again_and_again, self._kill_again_and_again):
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """End all faults."""
        self._is_over.set()
        for thread in self._threads:
            thread.join(60)
        self._portal.control("fault")
        self._portal.control("latency", request_ms=0, command_ms=0)

    def _strike_again_and_again(self) -> None:
        deeds: list[tuple[int, str, Callable[[], object]]] = [
            (60, "portal", self._portal_fault),
            (8, "authorization server", self._server_fault),
            (6, "access tokens expired", lambda: self._portal.control("expire")),
            (4, "database restarted", self._ground.restart),
            (4, "database connections ended", self._ground.terminate),
            (2, "database away", lambda: self._ground.away(self._rng.uniform(1, 4))),
            (3, "REST log disk full", self._fill_disk),
            (3, "portal latency", self._slow_down),
            (1, "portal clock jumped", self._jump),
        ]
        while not self._is_over.wait(self._rng.uniform(*PAUSE)):
            weights = [weight for weight, _, _ in deeds]
            _, name, deed = self._rng.choices(deeds, weights)[0]
            with suppress(requests.RequestException):
                deed()
                self.struck[name] += 1

    def _portal_fault(self) -> None:
        kind = self._rng.choice(KINDS)
        self._portal.control(
            "fault",
            method=self._rng.choice(METHODS),
            kind=kind,
            times=self._rng.randint(1, 4),
            seconds=self._rng.randint(1, 12),
            after=self._rng.randint(0, 3),
        )

    def _server_fault(self) -> None:
        kind = self._rng.choice(AT_THE_SERVER)
        times, seconds = self._rng.randint(1, 3), self._rng.randint(1, 8)
        self._portal.control("fault", method="oauth/token", kind=kind, times=times, seconds=seconds)
        # It is felt only by whoever has to renew a pair.
        self._portal.control("expire")

    def _slow_down(self) -> None:
        request_ms, command_ms = self._rng.choice(((0, 0), (150, 30), (1500, 100)))
        self._portal.control("latency", request_ms=request_ms, command_ms=command_ms)

    def _jump(self) -> None:
        self._portal.control("clock", seconds=CLOCK_SECONDS)

    def _fill_disk(self) -> None:
        with self._disk.full():
            self._is_over.wait(self._rng.uniform(1, 5))

    def _kill_again_and_again(self) -> None:
        while not self._is_over.wait(KILL_SECONDS):
            workers = children_of(self._running.app_pid)
            if workers:
                with suppress(ProcessLookupError):
                    os.kill(self._rng.choice(workers), signal.SIGKILL)
                    self.struck["workers killed"] += 1


def children_of(master: int) -> list[int]:
    """The processes of gunicorn that answer requests."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == master:
                found.append(int(folder.name))
    return sorted(found)


class SmallDisk:
    """A disk of its own for the REST log, which is soon full; where none may be mounted, none."""

    def __init__(self, folder: Path, kilobytes: int = 16_384) -> None:
        self.folder, self._size = folder, f"size={kilobytes}k"
        self.is_there = False

    @contextmanager
    def full(self) -> Iterator[None]:
        """Leave no room on it; without a disk of its own, leave no folder."""
        if self.is_there:
            filler = self.folder / "filler"
            with suppress(OSError), filler.open("wb", buffering=0) as file:
                while file.write(b"x" * 4096):
                    pass
            yield
            filler.unlink(missing_ok=True)
            return
        away = self.folder.with_suffix(".away")
        self.folder.rename(away)
        self.folder.touch()
        yield
        self.folder.unlink()
        away.rename(self.folder)

    def __enter__(self) -> SmallDisk:
        self.folder.mkdir(parents=True, exist_ok=True)
        mount = shutil.which("mount")
        if mount and os.geteuid() == 0:
            command = [mount, "-t", "tmpfs", "-o", self._size, "tmpfs", str(self.folder)]
            done = subprocess.run(command, check=False, capture_output=True)
            self.is_there = not done.returncode
        return self

    def __exit__(self, *_error: object) -> None:
        if self.is_there:
            # What happened can still be looked up there, under the request's id.
            shutil.copytree(self.folder, self.folder.with_suffix(".kept"), dirs_exist_ok=True)
            subprocess.run([str(shutil.which("umount")), str(self.folder)], check=False)
