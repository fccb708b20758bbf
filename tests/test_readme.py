"""The installation of the README can be followed from top to bottom."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from cryptography.fernet import Fernet

from tests.test_config import NEEDED

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
STEPS = README.partition("## Install on a real portal")[2].partition("\n## ")[0]
KEYS = re.compile(r"\.venv/bin/python -c '([^']+)'\s+# (\w+)")


def test_the_environment_is_made_before_it_is_used():
    assert STEPS.index("python3 -m venv .venv") < STEPS.index(".venv/bin/python -c")
    assert STEPS.index("cp .env.example .env") < STEPS.index("db upgrade")
    assert STEPS.index("db upgrade") < STEPS.index("gunicorn app:app")


def test_every_setting_that_production_needs_is_named():
    assert [name for name in NEEDED if f"`{name}`" not in STEPS] == []


def test_the_commands_that_make_keys_make_keys_that_fit():
    made = {}
    for page in (README, (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")):
        for code, name in KEYS.findall(page):
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
            made[name] = done.stdout.decode().strip()

    assert set(made) == {"SECRET_KEY", "TOKEN_KEYS"}
    assert len(made["SECRET_KEY"]) >= 32
    Fernet(made["TOKEN_KEYS"])
