"""Configuration: what production refuses, and what it does with what is left out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from b24app import create_app
from b24app.config import Config, ConfigError

ROOT = Path(__file__).parent.parent
NEEDED = {
    "B24_CLIENT_ID": "local.deal.payments",
    "B24_CLIENT_SECRET": "a-secret-of-the-card",
    "SECRET_KEY": "a key that signs sessions",
    "TOKEN_KEYS": Fernet.generate_key().decode(),
}


class TestProduction:
    def test_starts_with_nothing_but_what_has_no_default(self):
        assert Config.from_env(NEEDED).app_url == "http://127.0.0.1:8000"

    @pytest.mark.parametrize("name", sorted(NEEDED))
    def test_names_the_variable_that_is_missing(self, name):
        env = {key: value for key, value in NEEDED.items() if key != name}

        with pytest.raises(ConfigError, match=name):
            Config.from_env(env)

    def test_refuses_an_address_over_http_that_somebody_wrote_down(self):
        with pytest.raises(ConfigError, match="APP_URL"):
            Config.from_env({**NEEDED, "APP_URL": "http://payments.example"})

    def test_takes_an_address_over_http_where_local_portals_are_trusted(self):
        env = {**NEEDED, "APP_URL": "http://127.0.0.1:9000", "B24_TRUST_LOCAL_PORTALS": "1"}

        assert Config.from_env(env).app_url == "http://127.0.0.1:9000"

    @pytest.mark.parametrize("name", ["APP_URL", "B24_OAUTH_URL"])
    @pytest.mark.parametrize(
        "host",
        ["[bad", "[::1", "host:port", "host:99999", ":443", "ann:word@host", "host#x", "a host"],
    )
    def test_names_an_address_that_is_none(self, name, host):
        with pytest.raises(ConfigError, match=name):
            Config.from_env({**NEEDED, name: f"https://{host}"})

    def test_takes_a_scheme_in_any_case(self):
        assert Config.from_env({**NEEDED, "APP_URL": "HTTPS://h.example"}).app_url.startswith(
            "https:"
        )
        with pytest.raises(ConfigError, match="APP_URL"):
            Config.from_env({**NEEDED, "APP_URL": "HTTP://h.example"})

    @pytest.mark.parametrize("name", ["TRUSTED_PROXIES", "REST_LOG_DAYS"])
    @pytest.mark.parametrize("number", ["-1", "1.5", "x", "1000000", "9" * 5000, "²"])
    def test_names_a_number_that_is_none_or_means_nothing(self, name, number):
        with pytest.raises(ConfigError, match=name):
            Config.from_env({**NEEDED, name: number})

    def test_refuses_an_address_with_a_path_since_pages_would_not_be_found_there(self):
        with pytest.raises(ConfigError, match="without a path"):
            Config.from_env({**NEEDED, "APP_URL": "https://payments.example/app/"})

    @pytest.mark.parametrize(
        ("changes", "is_warned"),
        [
            ({}, True),
            ({"APP_URL": "https://payments.example"}, False),
            ({"APP_ENV": "development"}, False),
        ],
    )
    def test_warns_where_no_portal_could_open_the_address(
        self, caplog, tmp_path, changes, is_warned
    ):
        env = {**NEEDED, "DATABASE_URL": f"sqlite:///{tmp_path}/app.db", **changes}

        create_app(Config.from_env(env))

        assert ("APP_URL is http://127.0.0.1:8000" in caplog.text) is is_warned

    @pytest.mark.parametrize(
        "url",
        [
            "nonsense",
            "mysql://u:word@host/db",
            "sqlite://",
            "sqlite:////proc/none/app.db",
            "postgresql://u:word@host:port/db",
        ],
    )  # fmt: skip
    def test_names_a_database_url_that_does_not_fit_and_no_password(self, url):
        with pytest.raises(ConfigError, match="DATABASE_URL") as caught:
            create_app(Config.from_env({**NEEDED, "DATABASE_URL": url}))

        assert "word" not in str(caught.value)

    @pytest.mark.parametrize(
        ("more", "reason"),
        [
            ("?bogus=1", 'invalid connection option "bogus"'),
            ("?row_factory=dict_row", 'invalid connection option "row_factory"'),
            ("?connect_timeout=soon", "bad value for connect_timeout"),
            ("?sslmode=prefer&sslmode=disable", "sslmode is given twice"),
            ("?sslmode=word", "invalid sslmode value"),
            ("?port=70000", "invalid port number"),
            ("?host=a:1&host=b:word", "hosts and ports: write"),
            ("?host=a,b,c&port=1,2", "hosts and ports: write"),
            ("?target_session_attrs=word", "invalid target_session_attrs value"),
            ("?ssl_min_protocol_version=word", "invalid ssl_min_protocol_version value"),
            ("?keepalives_idle=word", "invalid keepalives_idle value"),
            ("?tcp_user_timeout=5s", "invalid tcp_user_timeout value"),
        ],
    )
    def test_names_what_postgresql_would_refuse_at_each_connection(self, more, reason):
        """Each request ended with 500 else, while `/readyz` said 503."""
        url = f"postgresql://u:word@host/db{more}"

        with pytest.raises(ConfigError, match=f"DATABASE_URL does not fit: {reason}") as caught:
            create_app(Config.from_env({**NEEDED, "DATABASE_URL": url}))

        assert "word" not in str(caught.value)

    @pytest.mark.parametrize("driver", ["postgresql+asyncpg", "sqlite+aiosqlite"])
    def test_names_a_driver_that_is_not_ours(self, driver):
        with pytest.raises(ConfigError, match=r"does not fit: .* is not supported: write"):
            create_app(Config.from_env({**NEEDED, "DATABASE_URL": f"{driver}:///some.db"}))

    @pytest.mark.parametrize(
        "url",
        [
            "postgresql://u:word@/db?host=one:5432&host=other:5433&target_session_attrs=any",
            "postgres://u@host/db?sslmode=verify-full&sslrootcert=/etc/ca.pem",
        ],
    )
    def test_takes_what_postgresql_knows(self, url):
        create_app(Config.from_env({**NEEDED, "DATABASE_URL": url}))

    def test_takes_the_long_name_of_the_driver_of_sqlite(self, tmp_path):
        """It is the same driver, and SQLAlchemy's documentation writes it so."""
        url = f"sqlite+pysqlite:///{tmp_path / 'some.db'}"

        create_app(Config.from_env({**NEEDED, "DATABASE_URL": url}))


class TestTheLogs:
    @pytest.mark.parametrize(("asked", "kept"), [("1", 3), ("3", 3), ("30", 30)])
    def test_the_rest_log_is_never_kept_for_fewer_than_three_days(self, asked, kept):
        assert Config.from_env({**NEEDED, "REST_LOG_DAYS": asked}).rest_log_days == kept

    def test_the_level_may_be_written_in_lower_case(self):
        assert Config.from_env({**NEEDED, "LOG_LEVEL": "warning"}).log_level == "WARNING"


class TestACommand:
    """What somebody sees who starts a command with a setting that is missing or odd."""

    def run(self, folder, command, **env):
        (folder / ".env").touch()
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", str(ROOT / "app"), *command.split()],
            cwd=folder, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **env},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("command", "name"),
        [("db upgrade", "SECRET_KEY"), ("housekeeping", "TOKEN_KEYS"), ("routes", "B24_CLIENT_ID")],
    )
    def test_ends_with_one_sentence_that_names_what_is_missing(self, tmp_path, command, name):
        done = self.run(tmp_path, command, **{**NEEDED, name: ""})

        assert done.returncode == 3
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1
        assert done.stderr.startswith(f"Deal Payments cannot start: {name} is not set")

    def test_ends_with_one_sentence_where_the_database_does_not_fit(self, tmp_path):
        url = "mysql://u:word@host/db"
        address = "https://payments.example"

        done = self.run(tmp_path, "db upgrade", **NEEDED, DATABASE_URL=url, APP_URL=address)

        assert done.returncode == 3
        assert done.stderr.count("\n") == 1
        assert done.stderr.startswith("Deal Payments cannot start: DATABASE_URL does not fit: ")

    def test_doctor_names_a_parameter_that_postgresql_refuses(self, tmp_path):
        url = "postgresql://u:word@127.0.0.1:1/none?bogus=1"

        done = self.run(tmp_path, "doctor", **NEEDED, DATABASE_URL=url)

        said = "fail  configuration: DATABASE_URL does not fit: invalid connection option"
        assert (done.returncode, done.stderr) == (1, "")
        assert done.stdout.startswith(said)

    @pytest.mark.parametrize("command", ["db upgrade", "housekeeping"])
    def test_says_that_the_database_cannot_be_used(self, tmp_path, command):
        away = "postgresql://nobody:word@127.0.0.1:1/none"

        done = self.run(tmp_path, command, **NEEDED, DATABASE_URL=away)

        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "Error: the database cannot be used: nothing listens where its server" in done.stderr
        assert "correct host and port in DATABASE_URL" in done.stderr
        assert "word" not in done.stderr

    def test_says_that_the_schema_is_not_there_yet(self, tmp_path):
        done = self.run(tmp_path, "housekeeping", **NEEDED)

        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "`flask --app app db upgrade`" in done.stderr

    def test_a_server_stops_with_the_sentence_instead_of_starting_workers_for_ever(self, tmp_path):
        done = subprocess.run(
            [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0", "--workers", "1",
             "--pythonpath", str(ROOT), "app:app"],
            cwd=tmp_path, env={"PATH": os.environ["PATH"], **NEEDED, "SECRET_KEY": ""},
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

        assert done.returncode == 3
        assert "Deal Payments cannot start: SECRET_KEY is not set" in done.stderr
        assert "Traceback" not in done.stderr
