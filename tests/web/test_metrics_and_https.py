"""Figures are for this machine or the bearer of the token, whatever is known of proxies; HSTS."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24app import create_app
from b24app.web.pages import FORWARDED

TOKEN = "a-token-of-prometheus"
THERE, HERE = "203.0.113.7", "127.0.0.1"


@pytest.fixture
def client_of(stage, tmp_path):
    """A client of an application with other settings."""

    def make(**settings):
        config = replace(stage.config, rest_log_dir=str(tmp_path / "log"), **settings)
        app = create_app(config, http_adapter=stage.adapter)
        app.testing = True
        return app.test_client()

    return make


def asked(client, address=HERE, host="127.0.0.1:8000", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    environ = {"REMOTE_ADDR": address, "HTTP_HOST": host}
    return client.get("/metrics", headers=named, environ_overrides=environ).status_code


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
@pytest.mark.parametrize("address", [HERE, "::1", "127.8.9.10"])
def test_this_machine_reads_the_figures(client, address, host):
    assert asked(client, address, host) == 200


def test_the_kind_of_the_figures_names_its_charset_once(client):
    answer = client.get("/metrics", environ_overrides={"REMOTE_ADDR": HERE})

    assert answer.headers["Content-Type"].count("charset") == 1


@pytest.mark.parametrize("address", [THERE, "10.0.0.1", "", "nonsense"])
def test_nobody_else_reads_them(client, address):
    assert asked(client, address) == 403


@pytest.mark.parametrize("proxies", [0, 1, 2])
@pytest.mark.parametrize("name", FORWARDED)
def test_behind_a_proxy_nobody_is_this_machine(client_of, name, proxies):
    client = client_of(trusted_proxies=proxies)

    for value in (HERE, THERE, f"{HERE}, {HERE}", ""):
        assert asked(client, **{name: value}) == 403


def test_a_proxy_that_adds_nothing_but_the_host_is_seen_by_it(client):
    assert asked(client, host="payments.example") == 403


@pytest.mark.parametrize("proxies", [0, 1])
def test_the_token_opens_them_from_anywhere(client_of, proxies):
    client = client_of(metrics_token=TOKEN, trusted_proxies=proxies)

    for address in (HERE, THERE):
        there = {"X-Forwarded-For": THERE}
        assert asked(client, address, Authorization=f"Bearer {TOKEN}", **there) == 200
        for wrong in ("Bearer ", f"Bearer {TOKEN}x", TOKEN, f"Basic {TOKEN}", "Bearer \xe9"):
            assert asked(client, address, Authorization=wrong, **there) == 403


def test_no_token_is_no_token_that_fits(client):
    assert asked(client, THERE, Authorization="Bearer ") == 403


@pytest.mark.parametrize("path", ["/", "/healthz", "/static/app.css", "/payments", "/nonsense"])
def test_over_https_every_answer_asks_for_https(client, client_of, path):
    secure = client_of(app_url="https://payments.example")

    with secure.get(path) as answer:
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    with client.get(path) as answer:
        assert "Strict-Transport-Security" not in answer.headers
