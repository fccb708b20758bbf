"""`make demo`: the app and a simulated portal on this machine, with the app installed.

Everything lives in instance/demo and is made anew at every start; Ctrl+C ends it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType

import requests
from cryptography.fernet import Fernet

from tools.visitor import VisitError, Visitor

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "instance" / "demo"
BIN = Path(sys.executable).parent
DEMO_CARD = "/crm/deal/details/8061/"
START_SECONDS = 60
HOUR_SECONDS = 3600


class DemoError(Exception):
    """The demo cannot run. The text says in one line what to do."""


def main() -> int:
    """Run until Ctrl+C. Returns the exit status."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        app_port = port("APP_PORT", 8000)
        portal_port = port("PORTAL_PORT", 8024)
        for number, name in ((app_port, "APP_PORT"), (portal_port, "PORTAL_PORT")):
            demand_free(number, name)
        demand_free(portal_port + 1, "PORTAL_PORT")
        with ExitStack() as stack:
            run(stack, app_port, portal_port)
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def run(stack: ExitStack, app_port: int, portal_port: int) -> None:
    """Start both, install the app, print the link and keep house until interrupted."""
    environment = settings(app_port, portal_port)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    app_url, portal_url = environment["APP_URL"], f"http://localhost:{portal_port}"
    upgrade = [str(BIN / "flask"), "--app", "app", "db", "upgrade"]
    housekeeping = [str(BIN / "flask"), "--app", "app", "housekeeping"]
    portal = [sys.executable, "-m", "b24app.simulator", "--port", str(portal_port)]
    app = [str(BIN / "gunicorn"), "--bind", f"127.0.0.1:{app_port}", "app:app"]

    print("Starting the app and a portal for it…", flush=True)
    once(upgrade, environment, "upgrade.log")
    for command, log, url in (
        (portal, "portal.log", f"{portal_url}/"),
        (app, "app.log", f"{app_url}/readyz"),
    ):
        process = stack.enter_context(running(command, environment, log))
        wait_until_answering(url, process, log)
    try:
        Visitor(portal_url).install_app()
    except (VisitError, requests.RequestException) as error:
        raise DemoError(
            f"The app was not installed: {error}. See {_shown(FOLDER)}/*.log."
        ) from error
    print(
        f"\n    {portal_url}{DEMO_CARD}\n\nOpen it in a browser. Ctrl+C ends the demo.", flush=True
    )
    while True:
        once(housekeeping, environment, "housekeeping.log")
        time.sleep(HOUR_SECONDS)


def port(name: str, default: int) -> int:
    """A port number from the environment. Raises DemoError."""
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65535:
        raise DemoError(f"{name} is {text!r}: give a port number, for example {name}={default}.")
    return int(text)


def demand_free(number: int, name: str) -> None:
    """Raise DemoError when something listens on a port the demo needs."""
    with socket.socket() as probe:
        # As servers do it: connections of an earlier demo that still fade away do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            raise DemoError(
                f"Port {number} is taken: stop what listens there or choose another, "
                f"for example: make demo {name}={number + 1000}"
            ) from None


def settings(app_port: int, portal_port: int) -> dict[str, str]:
    """The environment of both programs: this machine only, fresh secrets, nothing inherited."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **inherited,
        "APP_ENV": "development",
        "APP_URL": f"http://127.0.0.1:{app_port}",
        "B24_CLIENT_ID": "app.demo.00000001",
        "B24_CLIENT_SECRET": secrets.token_urlsafe(24),
        "B24_OAUTH_URL": f"http://localhost:{portal_port + 1}",
        "B24_OAUTH_HOSTS": f"localhost:{portal_port + 1}",
        "B24_TRUST_LOCAL_PORTALS": "1",
        "DATABASE_URL": f"sqlite:///{FOLDER / 'app.db'}",
        "SECRET_KEY": secrets.token_urlsafe(32),
        "TOKEN_KEYS": Fernet.generate_key().decode(),
        "REST_LOG_DIR": str(FOLDER / "rest-log"),
        "REST_LOG_DAYS": "3",
        "TRUSTED_PROXIES": "0",
        "METRICS_TOKEN": "",
        "LOG_LEVEL": "INFO",
    }


def once(command: list[str], environment: Mapping[str, str], log: str) -> None:
    """Run a command to its end. Raises DemoError."""
    with (FOLDER / log).open("a") as output:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, check=False
        )
    if done.returncode:
        raise DemoError(f"{' '.join(command[1:])} failed: see {_shown(FOLDER / log)}.")


@contextmanager
def running(
    command: list[str], environment: Mapping[str, str], log: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that runs as long as the block does."""
    with (FOLDER / log).open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            # Ctrl+C reaches this program only, which then ends the others in order.
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
        process.kill()
        process.wait()


def wait_until_answering(url: str, process: subprocess.Popen[bytes], log: str) -> None:
    """Return once the address answers below 500. Raises DemoError."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise DemoError(f"A program ended at once: see {_shown(FOLDER / log)}.")
        with suppress(requests.RequestException):
            session = requests.Session()
            session.trust_env = False
            if session.get(url, timeout=5).status_code < 500:
                return
        time.sleep(0.2)
    raise DemoError(f"{url} does not answer: see {_shown(FOLDER / log)}.")


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
