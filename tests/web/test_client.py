"""What pytest-flask's client stands in: the installed application, and no context of a request."""

from __future__ import annotations

import flask


def test_the_client_is_one_of_the_installed_application(stage, client):
    assert client.application is stage.app


def test_requests_of_a_test_share_nothing(client):
    assert not flask.has_app_context()

    shared = []
    client.application.before_request(lambda: shared.append(flask.g._get_current_object()))
    for _ in range(2):
        client.get("/healthz")

    assert shared[0] is not shared[1]
