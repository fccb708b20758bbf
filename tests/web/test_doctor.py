"""`flask --app app doctor`: each trouble is a line that says what to do, and no secret is said."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import ssl
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
import requests
from cryptography.fernet import Fernet
from sqlalchemy import text
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NewConnectionError, SSLError
from werkzeug.test import Client
from werkzeug.wrappers import Response

from b24app import create_app
from b24app.bitrix.log.rest_log import RestLog
from b24app.cipher import Cipher
from b24app.services.lifecycle import self_check
from b24app.storage import condition, jobs
from b24app.storage.session import can_serve
from tests.support.stage import APP_URL, OAUTH

ROOT = Path(__file__).resolve().parents[2]
OURS = APP_URL.removeprefix("http://")
ELSEWHERE = "https://oauth.elsewhere.example"


class Doctor:
    """Run the command on a stage; `findings` are its lines by what they are about."""

    def __init__(self, stage):
        self.stage = stage
        self.apps = []
        stage.adapter.clients[OURS] = Client(stage.app)

    def ask(self, app=None):
        done = (app or self.stage.app).test_cli_runner().invoke(args=["doctor"])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        self.output, self.status = done.output, done.exit_code
        lines = [line[6:].partition(": ") for line in done.output.splitlines()]
        levels = [line[:5].strip() for line in done.output.splitlines()]
        return {about: (level, said) for level, (about, _, said) in zip(levels, lines, strict=True)}

    def app(self, **settings):
        """An application with other settings."""
        clock = settings.pop("clock", self.stage.portal_clock.now)
        config = replace(self.stage.config, **settings)
        self.apps.append(create_app(config, http_adapter=self.stage.adapter, clock=clock))
        return self.apps[-1]

    def close(self):
        for app in self.apps:
            app.extensions["b24app"].deps.db.close()


@pytest.fixture
def doctor(stage):
    doctor = Doctor(stage)
    yield doctor
    doctor.close()


@pytest.fixture
def other_dates(doctor):
    """Let the authorization server answer with a clock that differs by so many seconds."""

    def set_to(seconds):
        at = doctor.stage.portal_clock.now() + timedelta(seconds=seconds)

        def answer(environ, start_response):
            answered = Response("", 200)
            answered.date = at
            return answered(environ, start_response)

        doctor.stage.adapter.clients[OAUTH] = Client(answer)

    return set_to


def test_a_deployment_that_is_well_has_no_failure(stage_on_each_database):
    stage = stage_on_each_database
    doctor = Doctor(stage)
    # With the machine's clock: that of a PostgreSQL server is not the stage's.
    found = doctor.ask(doctor.app(clock=lambda: datetime.now(UTC)))
    doctor.close()

    assert doctor.status == 0
    assert {level for level, _ in found.values()} <= {"ok", "warn"}
    is_server = stage.config.database_url.startswith("postgresql")
    assert list(found) == [
        "configuration", "database", "schema", *["isolation"][:is_server], "keys",
        "background work", "clock", f"outbound {OAUTH}", "public address", "REST log",
    ]  # fmt: skip
    assert found.get("isolation", ["ok"])[0] == "ok"
    assert found["clock"][0] == ("ok" if is_server else "warn")


def test_nothing_secret_is_said_and_nothing_is_changed(doctor):
    stage = doctor.stage
    before = sorted(stage.rest_log_dir.iterdir())

    doctor.ask()

    with stage.database.reading() as session:
        rows = session.execute(text("SELECT * FROM portals")).one()
    secrets = [stage.config.secret_key, stage.config.client_secret, *stage.config.token_keys]
    sealed = [value for value in rows if isinstance(value, str) and len(value) > 40]
    assert len(sealed) >= 2
    assert not [one for one in (*secrets, *sealed) if one in doctor.output]
    assert sorted(stage.rest_log_dir.iterdir()) == before


def test_a_superuser_of_the_database_is_warned_of(doctor, postgres_databases):
    url = postgres_databases.superuser_url(postgres_databases.clean())

    found = doctor.ask(doctor.app(database_url=url))

    level, said = found["isolation"]
    assert level == "warn"
    assert "BYPASSRLS" in said


def test_a_database_that_takes_no_writes_is_a_failure(doctor, postgres_databases, monkeypatch):
    url = postgres_databases.clean()
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")

    found = doctor.ask(doctor.app(database_url=url))

    level, said = found["database"]
    assert level == "fail"
    assert "default_transaction_read_only is on, so it takes no writes" in said
    assert "standby" not in said
    assert doctor.status == 1


def test_a_standby_is_called_one(doctor, postgres_databases, monkeypatch):
    monkeypatch.setattr(condition, "takes_no_writes", lambda _connection: True)
    monkeypatch.setattr(condition, "is_standby", lambda _connection: True)

    level, said = doctor.ask(doctor.app(database_url=postgres_databases.clean()))["database"]

    assert (level, "a standby, takes no writes" in said) == ("fail", True)


def test_a_file_that_may_not_be_written_is_a_failure_and_serves_nobody(doctor, monkeypatch):
    database = doctor.stage.database
    assert can_serve(database)
    monkeypatch.setattr(os, "access", lambda _path, mode: mode != os.W_OK)

    level, said = doctor.ask()["database"]

    assert (level, "may not be written" in said) == ("fail", True)
    assert not can_serve(database)


def test_a_disk_without_room_for_the_file_is_a_failure(doctor, monkeypatch):
    """SQLite answers every question on a full disk, and takes no write."""
    usage = shutil.disk_usage("/")._replace(free=3_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)

    level, said = doctor.ask()["database"]

    assert (level, "3 MB free for its file" in said) == ("fail", True)
    assert "free some room" in said


def test_a_database_that_lacks_letters_is_a_failure(doctor, monkeypatch):
    monkeypatch.setattr(condition, "lacking", lambda _connection: "LATIN1")

    assert doctor.ask()["database"][0] == "fail"
    assert "keeps texts in LATIN1" in doctor.output


def test_a_database_that_is_away_ends_with_a_failure_and_the_rest_is_looked_at(doctor):
    app = doctor.app(database_url="postgresql://nobody:hush@127.0.0.1:9/none")

    found = doctor.ask(app)

    assert found["database"][0] == "fail"
    assert "DATABASE_URL" in found["database"][1]
    assert found["public address"][0] == "ok"
    assert doctor.status == 1
    assert "hush" not in doctor.output


def at_revision(doctor, revision):
    with doctor.stage.database.transaction() as session:
        session.execute(text("DELETE FROM alembic_version"))
        if revision:
            session.execute(text("INSERT INTO alembic_version VALUES (:r)"), {"r": revision})
    return doctor.ask()


@pytest.mark.parametrize("revision", ["0001", None])
def test_a_schema_of_an_earlier_version_is_a_failure(doctor, revision):
    found = at_revision(doctor, revision)

    assert found["schema"][0] == found["keys"][0] == "fail"
    assert "db upgrade" in found["schema"][1]
    assert doctor.status == 1


def test_a_schema_of_a_later_version_is_served_on_and_told_with_what_to_do(doctor):
    found = at_revision(doctor, "9999")

    assert found["schema"][0] == found["keys"][0] == "warn"
    assert "goes on serving -> install that version here" in found["schema"][1]
    assert doctor.status == 0


def test_before_the_first_portal_nothing_is_sealed(bare_stage):
    doctor = Doctor(bare_stage)

    assert doctor.ask()["keys"] == ("ok", "nothing is sealed yet")


def test_secrets_of_a_key_that_is_gone_are_a_failure(doctor):
    found = doctor.ask(doctor.app(token_keys=(Fernet.generate_key().decode(),)))

    assert found["keys"][0] == "fail"
    assert doctor.status == 1


def test_a_rotation_is_followed_to_its_end(doctor):
    keys = (Fernet.generate_key().decode(), *doctor.stage.config.token_keys)
    app = doctor.app(token_keys=keys)

    level, said = doctor.ask(app)["keys"]
    assert (level, "secrets sealed anew: 0" in said) == ("warn", True)

    app.test_cli_runner().invoke(args=["housekeeping"])

    level, said = doctor.ask(app)["keys"]
    assert (level, "remove the older keys" in said) == ("ok", True)
    assert doctor.ask(doctor.app(token_keys=keys[:1]))["keys"][0] == "ok"


@pytest.mark.parametrize("said", ["", "soon", "Fri, 31 Dec 9999 23:59:59 -2359"])
def test_a_date_that_is_none_says_nothing_of_the_clock(doctor, said):
    def answer(environ, start_response):
        return Response("", 200, {"Date": said})(environ, start_response)

    doctor.stage.adapter.clients[OAUTH] = Client(answer)

    assert doctor.ask()["clock"][0] == "warn"


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, "ok"), (2, "ok"), (-5, "warn"), (8, "warn"), (11, "fail")]
)
def test_a_clock_that_runs_apart_is_told(doctor, other_dates, seconds, level):
    other_dates(seconds)

    assert doctor.ask()["clock"][0] == level
    assert doctor.status == (level == "fail")


def test_every_authorization_server_is_tried(doctor):
    hosts = doctor.stage.config.oauth_hosts | {ELSEWHERE.removeprefix("https://")}

    found = doctor.ask(doctor.app(oauth_hosts=hosts))

    assert found[f"outbound {OAUTH}"][0] == "ok"
    assert found["outbound oauth.elsewhere.example"][0] == "fail"
    assert doctor.status == 1


@pytest.mark.parametrize(
    ("error", "said", "advice"),
    [
        (socket.gaierror(-2, "unknown"), "name is not found", "DNS"),
        (ssl.SSLCertVerificationError("expired"), "certificate is not trusted", "renew"),
        (ssl.SSLError("internal error"), "no secure connection", "no certificate for this name"),
        (ConnectionRefusedError(111, "refused"), "refuses the connection", "port 443"),
        (TimeoutError("timed out"), "does not answer in time", "proxy"),
        (OSError("odd"), "the connection failed", "proxy"),
    ],
)
def test_why_the_public_address_is_not_reached_is_told_apart(
    doctor, monkeypatch, error, said, advice
):
    send = doctor.stage.adapter.send

    def refuse(request, **options):
        if OURS not in request.url:
            return send(request, **options)
        wrapped = NewConnectionError(HTTPConnection(OURS), "")
        wrapped.__cause__ = error
        reason = SSLError(error) if isinstance(error, ssl.SSLError) else wrapped
        raise requests.ConnectionError(MaxRetryError(HTTPConnectionPool(OURS), "/", reason))

    monkeypatch.setattr(doctor.stage.adapter, "send", refuse)

    level, line = doctor.ask()["public address"]

    assert level == "fail"
    assert said in line
    assert advice in line


@pytest.mark.parametrize(("status", "words"), [(502, "answers 502"), (200, "something else")])
def test_a_public_address_that_leads_elsewhere_is_a_failure(doctor, status, words):
    doctor.stage.adapter.clients[OURS] = Client(Response("", status))

    level, line = doctor.ask()["public address"]

    assert (level, words in line) == ("fail", True)


def test_an_address_no_portal_can_open_is_a_failure_in_production(doctor):
    found = doctor.ask(doctor.app(app_env="production", trust_local_portals=False))

    assert found["public address"] == ("fail", f"{APP_URL} is for this machine only -> set APP_URL")
    assert found["configuration"][0] == "warn"


def test_a_log_nobody_can_write_is_a_failure(doctor, tmp_path):
    (tmp_path / "a-file").touch()

    found = doctor.ask(doctor.app(rest_log_dir=str(tmp_path / "a-file" / "log")))

    assert found["REST log"][0] == "fail"
    assert doctor.status == 1


@pytest.mark.parametrize(("is_there", "level"), [(False, "warn"), (True, "fail")])
def test_a_folder_that_systemd_will_make_is_no_failure(
    doctor, tmp_path, monkeypatch, is_there, level
):
    """On a machine that does the hourly work alone nothing was logged before its first run."""
    closed, folder = tmp_path / "lib", tmp_path / "lib" / "log"
    closed.mkdir()
    if is_there:
        folder.mkdir()
    denied = PermissionError(errno.EACCES, "Permission denied")
    # Modes do not bind root, who runs these tests in containers.
    app = doctor.app(rest_log_dir=str(folder))
    monkeypatch.setattr(Path, "mkdir", Mock(side_effect=denied))

    found = doctor.ask(app)

    assert found["REST log"][0] == level
    assert doctor.status == (0 if level == "warn" else 1)


def test_a_full_disk_is_told_from_one_nobody_may_write(doctor, monkeypatch):
    full = OSError(errno.ENOSPC, "No space left")
    monkeypatch.setattr(RestLog, "free_bytes", Mock(side_effect=full))

    advice = "free some room, or lower REST_LOG_DAYS"
    assert doctor.ask()["REST log"] == ("fail", f"No space left -> {advice}")


def test_little_room_for_the_log_is_told(doctor, monkeypatch):
    monkeypatch.setattr(self_check, "LEAST_ROOM", 2**62)

    assert doctor.ask()["REST log"][0] == "warn"


def test_work_that_nobody_does_is_told(doctor):
    stage = doctor.stage
    now = stage.portal_clock.now()
    cipher = Cipher(stage.config.token_keys)
    with stage.database.transaction() as session:
        jobs.put(session, cipher, kind="probe", member_id="m", payload={}, run_at=now, now=now)

    assert doctor.ask()["background work"][0] == "ok"
    stage.portal_clock.advance(3700)
    assert doctor.ask()["background work"][0] == "warn"


def test_a_configuration_that_does_not_fit_is_a_line_and_status_1(tmp_path):
    done = subprocess.run(
        [Path(sys.executable).parent / "flask", "--app", ROOT / "app", "doctor"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.startswith("fail  configuration: B24_CLIENT_ID is not set")
    assert done.returncode == 1
