"""Configuration: what production refuses, and what it does with what is left out."""

import pytest
from cryptography.fernet import Fernet

from b24app import create_app
from b24app.config import Config, ConfigError

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


class TestTheLogs:
    @pytest.mark.parametrize(("asked", "kept"), [("1", 3), ("3", 3), ("30", 30)])
    def test_the_rest_log_is_never_kept_for_fewer_than_three_days(self, asked, kept):
        assert Config.from_env({**NEEDED, "REST_LOG_DAYS": asked}).rest_log_days == kept

    def test_the_level_may_be_written_in_lower_case(self):
        assert Config.from_env({**NEEDED, "LOG_LEVEL": "warning"}).log_level == "WARNING"
