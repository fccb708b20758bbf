"""What `make demo` and `make test` say and do, on this machine only."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tools.demo import port
from tools.stage import DEMO_CARD, StageError, demand_free, free_ports, stage
from tools.visitor import Visitor

ROOT = Path(__file__).resolve().parent.parent


def listener() -> socket.socket:
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    return server


def prepare(folder: Path, path: str, **more: str) -> subprocess.CompletedProcess[str]:
    (folder / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "prepare.sh", folder / "tools")
    (folder / "requirements.txt").write_text("nowhere-to-be-found==1.0 --hash=sha256:" + "0" * 64)
    return subprocess.run(
        ["/bin/sh", "tools/prepare.sh", "requirements.txt"],
        cwd=folder,
        env={"PATH": path, **more},
        capture_output=True,
        text=True,
        check=False,
    )


def test_demo_installs_the_app_and_its_tab_shows_payments(tmp_path):
    app_port, portal_port = free_ports()

    with stage(tmp_path / "demo", app_port, portal_port) as demo:
        frame = Visitor(demo.portal_url).open_tab(DEMO_CARD)
        payments = frame.get("/payments?first=1")
        demo.flask("housekeeping")
    access_log = (tmp_path / "demo" / "app.log").read_text()

    assert payments.status_code == 200
    assert 'data-paid="Y"' in payments.text
    assert 'data-paid="N"' in payments.text
    assert '"POST /placement" 200' in access_log
    assert "DOMAIN=" not in access_log


def test_a_taken_port_is_named_with_what_to_do():
    with closing(listener()) as server:
        number = server.getsockname()[1]

        with pytest.raises(StageError, match=rf"^Port {number} is taken: .* APP_PORT=\d+$"):
            demand_free(number, "APP_PORT")


@pytest.mark.parametrize("text", ["http", "0", "65535", "-1"])
def test_a_port_that_is_no_port_is_refused(monkeypatch, text):
    monkeypatch.setenv("APP_PORT", text)

    with pytest.raises(StageError, match="give a port number"):
        port("APP_PORT", 8000)


def test_a_missing_python_is_said_in_one_line(tmp_path):
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "dirname").symlink_to(shutil.which("dirname") or "")

    done = prepare(tmp_path, str(tools))

    assert done.returncode != 0
    assert done.stderr.startswith("Python 3.11 or newer is needed: install it")
    assert len(done.stderr.splitlines()) == 1


def test_packages_that_cannot_be_installed_are_said_in_one_line(tmp_path):
    done = prepare(
        tmp_path, "/usr/bin:/bin", PYTHON=sys.executable, PIP_NO_INDEX="1", HOME=str(tmp_path)
    )

    assert done.returncode != 0
    assert done.stderr.startswith("pip could not install requirements.txt")
    assert len(done.stderr.splitlines()) == 1
