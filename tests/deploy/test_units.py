"""The systemd units: systemd takes them, they may do little, they agree with the settings."""

from __future__ import annotations

import configparser
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "systemd"
SERVICES = sorted(FOLDER.glob("*.service"))
TIMERS = sorted(FOLDER.glob("*.timer"))
MOST_EXPOSED = 1.5
"""Of 10, by `systemd-analyze security`; what is left is that the app speaks to the network."""


def unit(path):
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # Its documented use.
    parser.read_string(path.read_text())
    return parser


def needs_systemd():
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    return program


def test_systemd_takes_every_unit(tmp_path):
    program = needs_systemd()
    for path in (*SERVICES, *TIMERS):
        # The programs they start are those of this folder here.
        text = path.read_text().replace("/srv/deal-payments", str(ROOT))
        (tmp_path / path.name).write_text(text)

    done = subprocess.run(
        [program, "verify", "--man=no", *sorted(tmp_path.iterdir())],
        capture_output=True,
        text=True,
        check=False,
    )

    ours = [line for line in done.stderr.splitlines() if "deal-payments" in line]
    assert (done.returncode, ours) == (0, [])


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_a_service_may_do_little(path):
    done = subprocess.run(
        [needs_systemd(), "security", "--offline=true", "--no-pager", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )

    (level,) = re.findall(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert float(level) <= MOST_EXPOSED


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_a_service_is_shut_in_like_the_others(path):
    def walls(one):
        return [line for line in one.read_text().split("StateDirectory=")[1].splitlines() if line]

    end = walls(SERVICES[0]).index("SystemCallErrorNumber=EPERM")
    assert walls(path)[:end] == walls(SERVICES[0])[:end]
    assert unit(path)["Service"]["User"] != "root"


@pytest.mark.parametrize("path", TIMERS, ids=lambda path: path.stem)
def test_a_timer_starts_a_service_that_is_there_and_makes_up_for_missed_times(path):
    assert path.with_suffix(".service") in SERVICES
    assert unit(path)["Timer"]["Persistent"] == "true"


def test_the_web_service_agrees_with_the_settings_of_gunicorn():
    settings = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    service = unit(FOLDER / "deal-payments.service")["Service"]

    # A stop in the middle of a reload waits for both.
    longest = 2 * settings["graceful_timeout"]
    assert int(service["TimeoutStopSec"]) > longest
    assert int(service["LimitNOFILE"]) >= settings["FILES"]
    (cannot_boot,) = re.findall(
        r"^CANNOT_BOOT = (\d+)", (ROOT / "app.py").read_text(), re.MULTILINE
    )
    assert service["RestartPreventExitStatus"] == cannot_boot
    assert service["ExecStart"].endswith("gunicorn app:app")


@pytest.mark.parametrize(("level", "status"), [("INFO", 0), ("LOUD", 3)])
def test_a_reload_looks_at_the_settings_before_a_worker_ends(tmp_path, level, status):
    text = (FOLDER / "deal-payments.service").read_text()
    look, replace = re.findall(r"^ExecReload=(.+)$", text, re.MULTILINE)
    program, script = look.split(" ")
    assert (program, replace) == ("/srv/deal-payments/.venv/bin/python", "/bin/kill -HUP $MAINPID")

    done = subprocess.run(
        [sys.executable, ROOT / script],
        cwd=tmp_path,
        env={"APP_ENV": "development", "LOG_LEVEL": level, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == status
    assert ("LOG_LEVEL is 'LOUD'" in done.stderr) == bool(status)


def test_every_unit_is_named_where_it_is_explained():
    page = (ROOT / "docs" / "operations.md").read_text()

    assert [path.name for path in (*SERVICES, *TIMERS) if path.name not in page] == []
