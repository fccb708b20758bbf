"""The app and a simulated portal that speaks TLS, on this machine, the app installed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.bench.certificate import ADDRESS, make_certificate
from tools.bench.portal import Measured, Portal
from tools.bench.relay import Wire
from tools.stage import BIN, free_ports, install, program, settings, upgrade_database
from tools.visitor import Visitor


@dataclass(frozen=True)
class SecureStage:
    """Both programs while they run; `portal` is controlled without TLS, so none of it counts."""

    certificate: Path
    host: str
    app_url: str
    database_url: str
    portal: Portal

    def visitor(self) -> Visitor:
        """Return somebody who verifies the portal's certificate."""
        visitor = Visitor(f"https://{self.host}")
        visitor.session.verify = str(self.certificate)
        return visitor

    def measure(self, work: Any) -> tuple[Measured, Wire]:
        """Run something and count what it asked of the portal, and what went over the wire."""
        before = self._wire()
        measured = self.portal.measure(work)
        after = self._wire()
        return measured, Wire(
            after.connections - before.connections,
            after.sent - before.sent,
            after.received - before.received,
        )

    def _wire(self) -> Wire:
        answer = self.portal.session.get(f"{self.portal.url}/_wire", timeout=60)
        answer.raise_for_status()
        return Wire(**answer.json())


@contextmanager
def secure_stage(folder: Path) -> Iterator[SecureStage]:
    """Start both in an emptied folder, one process of the app; end both with the block.

    Raises StageError.
    """
    app_port, portal_port = free_ports()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    certificate, key = make_certificate(folder)
    # More processes would each have connections of their own to warm up.
    own = {"BENCH_CERTIFICATE": str(certificate), "WEB_CONCURRENCY": "1"}
    environment = settings(folder, app_port, portal_port) | own
    with ExitStack() as stack:
        control = f"http://localhost:{portal_port + 1}"
        command = [str(BIN / "python"), "-m", "tools.bench.secure_portal"]
        command += [str(portal_port), str(certificate), str(key)]
        log = folder / "portal.log"
        stack.enter_context(program(command, environment, log, f"{control}/_control/state"))
        upgrade_database(environment, folder)
        app_url = environment["APP_URL"]
        command = [str(BIN / "gunicorn"), "--bind", f"127.0.0.1:{app_port}"]
        command.append("tools.bench.trusting:app")
        log = folder / "app.log"
        stack.enter_context(program(command, environment, log, f"{app_url}/readyz"))
        host = f"{ADDRESS}:{portal_port}"
        running = SecureStage(
            certificate, host, app_url, environment["DATABASE_URL"], Portal(control)
        )
        install(running.visitor(), folder)
        yield running
