"""What others on the machine see of the programs that a backup runs, and what ends with it."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from b24app.storage import backup
from b24app.storage.session import Database
from tests.test_config import NEEDED

ROOT = Path(__file__).parents[2]

LOOKING = """#!/bin/sh
# Stands for pg_dump: tells what others could see of it, and what only it can.
tr '\\0' '\\n' </proc/$$/cmdline >"$SEEN/cmdline"
tr '\\0' '\\n' </proc/$$/environ >"$SEEN/environ"
if [ -n "$PGSERVICEFILE" ]; then cp -p "$PGSERVICEFILE" "$SEEN/service"; fi
echo $$ >"$SEEN/pid.part" && mv "$SEEN/pid.part" "$SEEN/pid"
{}
echo 'pg_dump: error: away' >&2
exit 1
"""


@pytest.fixture
def looking(monkeypatch, tmp_path):
    """A `pg_dump` that tells what can be seen of it, and then goes on with a command of a shell."""
    programs, seen = tmp_path / "programs", tmp_path / "seen"
    programs.mkdir()
    seen.mkdir()
    monkeypatch.setenv("SEEN", str(seen))
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")

    def make(command="true"):
        (programs / "pg_dump").write_text(LOOKING.format(command))
        (programs / "pg_dump").chmod(0o700)
        return seen

    return make


def test_no_secret_of_the_database_is_on_a_command_line(looking, tmp_path):
    seen, folder = looking(), tmp_path / "backups"
    folder.mkdir()
    url = "postgresql://ann:hush-one@127.0.0.1:9/none?sslmode=require&sslpassword=hush%20two"

    with pytest.raises(backup.BackupError, match=r"^pg_dump: error: away$"):
        backup.dump(Database(url), folder / "a.dump")

    line = (seen / "cmdline").read_text()
    assert "sslmode=require" in line
    assert "hush" not in line
    environ = (seen / "environ").read_text().splitlines()
    assert "PGPASSWORD=hush-one" in environ
    service = seen / "service"
    assert service.read_text() == "[deal-payments-backup]\nsslpassword=hush two\n"
    assert stat.S_IMODE(service.stat().st_mode) == 0o600
    (name,) = (one.partition("=")[2] for one in environ if one.startswith("PGSERVICEFILE="))
    assert not os.path.exists(name)  # noqa: PTH110 - a name that was read from a process.
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(("said", "port"), [({}, "5432"), ({"PGPORT": "6000"}, "6000")])
def test_a_port_that_nobody_names_is_that_of_the_app_not_of_a_server_here(
    looking, tmp_path, monkeypatch, said, port
):
    monkeypatch.delenv("PGPORT", raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    seen = looking()

    with pytest.raises(backup.BackupError, match=r"^pg_dump: error: away$"):
        backup.dump(Database("postgresql://ann:hush@db1/none"), tmp_path / "a.dump")

    assert f"PGPORT={port}" in (seen / "environ").read_text().splitlines()


def test_a_database_of_several_servers_is_asked_as_the_app_asks_it(looking, tmp_path):
    """Where one fails, another takes over; PostgreSQL's programs have no such URL."""
    seen = looking()
    url = "postgresql://ann@/none?host=127.0.0.1:9&host=localhost:10&target_session_attrs=primary"

    with pytest.raises(backup.BackupError, match=r"^pg_dump: error: away$"):
        backup.dump(Database(url), tmp_path / "a.dump")

    line = (seen / "cmdline").read_text()
    assert "host=127.0.0.1,localhost" in line
    assert "port=9,10" in line
    assert "target_session_attrs=primary" in line


def test_a_secret_that_a_service_file_would_hide_is_told(looking, tmp_path):
    looking()
    url = "postgresql://ann@127.0.0.1:9/none?service=ours&sslpassword=hush"

    with pytest.raises(backup.BackupError, match="write sslpassword into the service file"):
        backup.dump(Database(url), tmp_path / "a.dump")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_backup_that_is_told_to_end_leaves_nothing_running(looking, tmp_path, number):
    seen, folder = looking("exec sleep 300"), tmp_path / "backups"
    (tmp_path / ".env").touch()
    command = [sys.executable, "-m", "flask", "--app", str(ROOT / "app"), "backup", "--folder"]
    env = {**os.environ, **NEEDED, "DATABASE_URL": "postgresql://ann@127.0.0.1:9/none"}
    env["PYTHONPATH"] = str(ROOT)

    def hear():
        # Shells have what they run in the background ignore one of them, and so would the program.
        signal.signal(number, signal.SIG_DFL)

    with subprocess.Popen(
        [*command, folder],
        cwd=tmp_path,
        env=env,
        preexec_fn=hear,  # noqa: PLW1509 It waits for nobody.
    ) as process:
        program = int(_written(seen / "pid"))
        assert list(folder.iterdir()) != []

        process.send_signal(number)

    assert process.returncode != 0
    assert not _is_running(program)
    assert list(folder.iterdir()) == []


def _is_running(number):
    """Return whether a process is there, and not just waiting for init to take note of its end."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def _written(file):
    while not file.exists():
        time.sleep(0.02)
    return file.read_text()


def test_a_pooler_that_takes_no_settings_is_told_with_what_to_do(monkeypatch, tmp_path):
    """PgBouncer, unless it is told to overlook them."""
    said = "pg_dump: error: FATAL:  unsupported startup parameter: options"
    monkeypatch.setattr(backup, "_ended", lambda _command, _environ: (1, "", said))

    with pytest.raises(backup.BackupError, match="connect to the server, not to a pooler"):
        backup.dump(Database("postgresql://ann@127.0.0.1:9/none"), tmp_path / "a.dump")
