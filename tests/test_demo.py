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


WORKS = '#!/bin/sh\ntest "$2" = venv && echo "$0" >taken; test "$2" != venv'
CANNOT_MAKE_ONE = "#!/bin/sh\ncase $2 in *ensurepip*) exit 1 ;; esac\n"


@pytest.mark.parametrize(
    ("own", "named", "taken"),
    [
        (WORKS, {}, "bin/python3.11"),
        (CANNOT_MAKE_ONE + WORKS, {}, "pyenv/shims/python3.11"),
        (WORKS, {"PYTHON": "python3.11"}, "pyenv/shims/python3.11"),
    ],
    ids=["own", "that makes none", "named"],
)
def test_a_python_of_the_distribution_is_taken_before_one_of_pyenv(tmp_path, own, named, taken):
    for folder, text in (("pyenv/shims", WORKS), ("bin", own)):
        program = tmp_path / folder / "python3.11"
        program.parent.mkdir(parents=True)
        program.write_text(text)
        program.chmod(0o755)
    (tmp_path / "bin" / "sh").symlink_to("/bin/sh")
    for name in ("dirname", "rm"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or "")

    done = prepare(tmp_path, f"{tmp_path}/pyenv/shims:{tmp_path}/bin", **named)

    assert "cannot make a virtual environment" in done.stderr
    assert (tmp_path / "taken").read_text() == f"{tmp_path / taken}\n"


def test_packages_that_cannot_be_installed_are_said_in_one_line(tmp_path):
    done = prepare(
        tmp_path, "/usr/bin:/bin", PYTHON=sys.executable, PIP_NO_INDEX="1", HOME=str(tmp_path)
    )

    assert done.returncode != 0
    assert done.stderr.startswith("pip could not install requirements.txt")
    assert len(done.stderr.splitlines()) == 1
