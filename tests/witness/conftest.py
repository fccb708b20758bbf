"""A simulated portal, installed, with REST called in process."""

from __future__ import annotations

import json

import pytest

from b24app.simulator.oauth import create_oauth
from b24app.simulator.portal import create_portal
from b24app.simulator.portal_state.state import PortalState


class Witness:
    """One portal and its authorization server, called with the documented requests."""

    def __init__(self) -> None:
        self.state = PortalState()
        self.state.limits.is_rate_limited = False
        self.state.install_app()
        self.state.finish_install(1)
        # Every scope of the examples; single tests take them away again.
        self.state.grant_scope(("crm", "placement", "salescenter", "pay_system", "user",
                                "department", "sale"))  # fmt: skip
        self.portal = create_portal(self.state).test_client()
        self.oauth = create_oauth(self.state).test_client()

    def call(self, method, params, user_id=1, token=None):
        """Return (status, body, headers) of one REST call with a JSON body."""
        token = token if token is not None else self.state.issue_tokens(user_id).access_token
        answer = self.portal.post(
            f"/rest/{method}",
            data=json.dumps({**params, "auth": token}),
            content_type="application/json",
            headers={"Host": "localhost:8024"},
        )
        return answer.status_code, answer.get_json(silent=True), answer.headers

    def webhook(self):
        """Return a token without an application."""
        return self.state.tokens.issue(1, None, self.state.application.scopes, 0).access_token


@pytest.fixture
def witness():
    return Witness()
