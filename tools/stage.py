"""The app and a simulated portal as programs of their own on this machine, the app installed."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import requests
from cryptography.fernet import Fernet

from tools.visitor import VisitError, Visitor

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
DEMO_CARD = "/crm/deal/details/8061/"
START_SECONDS = 60
NOTHING: Mapping[str, str] = {}


class StageError(Exception):
    """Something did not start. The text says in one line what to do."""


@dataclass(frozen=True)
class Stage:
    """Both programs while they run. `app_pid` is gunicorn's master.

    `environment` is the portal's, `app_environment` the app's, which may have more.
    """

    folder: Path
    app_url: str
    portal_url: str
    environment: Mapping[str, str]
    app_environment: Mapping[str, str]
    app_pid: int

    def flask(self, *arguments: str) -> None:
        """Run one of the app's own commands to its end. Raises StageError."""
        _once(["flask", "--app", "app", *arguments], self.app_environment, self.folder)


@contextmanager
def stage(
    folder: Path,
    app_port: int,
    portal_port: int,
    for_app: Mapping[str, str] = NOTHING,
    listen_port: int = 0,
    portal: Sequence[str] = (),
    code: Path = ROOT,
) -> Iterator[Stage]:
    """Start both in an emptied folder and install the app; end both with the block.

    The portal's authorization server takes the port after the portal's. `for_app` is what the app's
    environment has beside the portal's, `listen_port` where it listens behind a proxy at
    `app_port`, `portal` another command that runs a portal, `code` the folder of another version
    of the app; the portal is always of this one. Raises StageError.
    """
    listen_port = listen_port or app_port
    demand_free(listen_port, "APP_PORT")
    demand_free(portal_port, "PORTAL_PORT")
    demand_free(portal_port + 1, "PORTAL_PORT")
    environment = settings(folder, app_port, portal_port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    app_url, portal_url = environment["APP_URL"], f"http://localhost:{portal_port}"
    portal = list(portal) or simulator_at(portal_port)
    app = [str(BIN / "gunicorn"), "--bind", f"127.0.0.1:{listen_port}", "app:app"]
    for_app = environment | dict(for_app)
    upgrade_database(for_app, folder, code)
    with ExitStack() as stack:
        stack.enter_context(program(portal, environment, folder / "portal.log", portal_url))
        ready = f"http://127.0.0.1:{listen_port}/readyz"
        process = stack.enter_context(program(app, for_app, folder / "app.log", ready, code))
        install(Visitor(portal_url), folder)
        yield Stage(folder, app_url, portal_url, environment, for_app, process.pid)


def upgrade_database(environment: Mapping[str, str], folder: Path, code: Path = ROOT) -> None:
    """Bring the app's database to the schema of this code. Raises StageError."""
    _once(["flask", "--app", "app", "db", "upgrade"], environment, folder, code)


def install(visitor: Visitor, folder: Path) -> None:
    """Install the app from the portal's marketplace. Raises StageError."""
    try:
        visitor.install_app()
    except (VisitError, requests.RequestException) as error:
        raise StageError(f"The app was not installed: {error}. See {folder}/*.log.") from error


def simulator_at(port: int) -> list[str]:
    """Return the command that runs a simulated portal at this port."""
    return [sys.executable, "-m", "b24app.simulator", "--port", str(port)]


def demand_free(number: int, name: str) -> None:
    """Raise StageError when something listens on a port; `name` is the setting that moves it."""
    if not _is_free(number):
        raise StageError(
            f"Port {number} is taken: stop what listens there or choose another, "
            f"for example: {name}={number + 1000}"
        )


def free_ports() -> tuple[int, int]:
    """Return a port for the app and one for a portal whose next port is free as well."""
    # Spread by process, so that two stages set at the same moment do not choose alike.
    start = 20_000 + os.getpid() * 3 % 10_000
    for first in range(start, start + 10_000, 3):
        if all(_is_free(number) for number in (first, first + 1, first + 2)):
            return first, first + 1
    raise StageError("No three free ports in a row were found.")


def _is_free(number: int) -> bool:
    with socket.socket() as probe:
        # As servers do it: connections of an earlier stage that still fade away do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
    return True


def settings(folder: Path, app_port: int, portal_port: int) -> dict[str, str]:
    """Return both programs' environment: this machine only, fresh secrets, nothing inherited."""
    passed_on = ("PATH", "HOME", "LANG", "WEB_CONCURRENCY", "GUNICORN_CMD_ARGS")
    inherited = {name: os.environ[name] for name in passed_on if name in os.environ}
    return {
        **inherited,
        "APP_ENV": "development",
        "APP_URL": f"http://127.0.0.1:{app_port}",
        "B24_CLIENT_ID": "app.demo.00000001",
        "B24_CLIENT_SECRET": secrets.token_urlsafe(24),
        "B24_OAUTH_URL": f"http://localhost:{portal_port + 1}",
        "B24_OAUTH_HOSTS": f"localhost:{portal_port + 1}",
        "B24_TRUST_LOCAL_PORTALS": "1",
        "DATABASE_URL": f"sqlite:///{folder / 'app.db'}",
        "SECRET_KEY": secrets.token_urlsafe(32),
        "TOKEN_KEYS": Fernet.generate_key().decode(),
        "REST_LOG_DIR": str(folder / "rest-log"),
        # A .env file of this folder must not change any of the rest.
        "REST_LOG_DAYS": "7",
        "TRUSTED_PROXIES": "0",
        "METRICS_TOKEN": "",
        "LOG_LEVEL": "INFO",
    }


def _once(
    command: list[str], environment: Mapping[str, str], folder: Path, code: Path = ROOT
) -> None:
    log = folder / f"{command[-1]}.log"
    with log.open("a") as output:
        done = subprocess.run(
            [str(BIN / command[0]), *command[1:]],
            cwd=code,
            env=environment,
            stdout=output,
            stderr=output,
            check=False,
        )
    if done.returncode:
        raise StageError(f"{' '.join(command)} failed: see {log}.")


@contextmanager
def program(
    command: list[str], environment: Mapping[str, str], log: Path, url: str, code: Path = ROOT
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program until the end of the block, from when `url` answers.

    Raises StageError, also at the end where the program had ended by itself before.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=code,
            env=environment,
            stdout=output,
            stderr=output,
            # Ctrl+C reaches the program that set the stage only, which ends the others in order.
            start_new_session=True,
        )
    try:
        _wait_until_answering(url, process, log)
        yield process
        if process.poll() is not None:
            raise StageError(f"A program ended before its time: see {log}.")
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
        process.kill()
        process.wait()


def _wait_until_answering(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    with requests.Session() as session:
        session.trust_env = False
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if process.poll() is not None:
                raise StageError(f"A program ended at once: see {log}.")
            with suppress(requests.RequestException):
                if session.get(url, timeout=5).status_code < 500:
                    return
            time.sleep(0.1)
    raise StageError(f"{url} does not answer: see {log}.")
