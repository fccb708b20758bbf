"""`/.well-known/security.txt` follows RFC 9116 and names the contact of this deployment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from b24app import create_app
from b24app.config import Config, ConfigError
from tests.support.stage import APP_URL
from tests.test_config import NEEDED

PATH = "/.well-known/security.txt"
HOST = "https://payments.example"


def fields(text):
    return dict(line.split(": ", 1) for line in text.splitlines())


def test_anybody_reads_whom_to_tell(client):
    answer = client.get(PATH)

    assert answer.status_code == 200
    assert answer.content_type == "text/plain; charset=utf-8"
    assert fields(answer.text).keys() >= {"Contact", "Expires"}
    assert fields(answer.text)["Canonical"] == APP_URL + PATH


def test_it_holds_for_less_than_a_year_from_any_day_on(stage):
    for _ in range(2):
        until = datetime.fromisoformat(fields(stage.client.get(PATH).text)["Expires"])
        assert timedelta(days=170) < until - stage.portal_clock.now() < timedelta(days=365)
        stage.advance(400 * 24 * 3600)


def test_the_contact_is_the_configured_one(stage):
    config = replace(stage.config, security_contact="https://payments.example/tell")
    app = create_app(config, http_adapter=stage.adapter)

    assert fields(app.test_client().get(PATH).text)["Contact"] == "https://payments.example/tell"


def test_without_one_it_is_the_usual_mailbox_of_the_host():
    config = Config.from_env({**NEEDED, "APP_URL": HOST})

    assert config.security_contact == "mailto:security@payments.example"


@pytest.mark.parametrize(
    "value", ["ann@payments.example", "http://payments.example", "mailto:a\nX: y"]
)
def test_what_is_no_contact_is_refused_at_start(value):
    with pytest.raises(ConfigError, match="SECURITY_CONTACT"):
        Config.from_env({**NEEDED, "SECURITY_CONTACT": value})


def test_it_is_read_and_not_posted_to(client):
    assert client.post(PATH).status_code == 405
