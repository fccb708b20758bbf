"""A simulated portal with a stopped clock, and callers of its REST in process."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from b24app.simulator.oauth import create_oauth
from b24app.simulator.portal import create_portal
from b24app.simulator.portal_state.clock import Clock
from b24app.simulator.portal_state.state import PortalState

NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)


class RestCaller:
    """Calls REST as one user with JSON bodies; returns (status, body)."""

    def __init__(self, client, state, user_id=1, token=None):
        self.client = client
        self.state = state
        self.token = token or state.issue_tokens(user_id)

    def __call__(self, method, /, **params):
        answer = self.answer(method, params)
        return answer.status_code, answer.get_json()

    def answer(self, method, params):
        body = {**params, "auth": self.token.access_token}
        # Not json=: Flask's test client sorts keys, and the order of batch commands matters.
        return self.client.post(
            f"/rest/{method}", data=json.dumps(body), content_type="application/json"
        )

    def result(self, method, /, **params):
        status, body = self(method, **params)
        assert status == 200, body
        return body["result"]

    def error(self, method, /, **params):
        status, body = self(method, **params)
        return status, body.get("error"), body.get("error_description")

    def batch(self, halt=0, **cmd):
        return self.result("batch", halt=halt, cmd=cmd)


@pytest.fixture
def slept():
    """Seconds the portal would have slept."""
    return []


@pytest.fixture
def clock():
    return Clock(NOW)


@pytest.fixture
def state(clock, slept):
    portal_state = PortalState(clock=clock, sleep=slept.append)
    # A stopped clock never drains the bucket; the tests of limits switch it on again.
    portal_state.limits.is_rate_limited = False
    portal_state.install_app()
    portal_state.finish_install(1)
    return portal_state


@pytest.fixture
def portal(state):
    return create_portal(state).test_client()


@pytest.fixture
def oauth(state):
    return create_oauth(state).test_client()


@pytest.fixture
def as_user(portal, state):
    def caller(user_id, **options):
        return RestCaller(portal, state, user_id, **options)

    return caller


@pytest.fixture
def admin(as_user):
    return as_user(1)


@pytest.fixture
def manager(as_user):
    return as_user(7)


@pytest.fixture
def reader(as_user):
    return as_user(9)


@pytest.fixture
def outsider(as_user):
    return as_user(12)
