"""What a request and a post bring as their proof, before anybody looks it up."""

from __future__ import annotations

import pytest

from b24app.bitrix.payloads import PlacementCall
from b24app.errors import SessionMissingError
from b24app.services.auth.shells import Knock
from b24app.web.plumbing.launch import bearer_token

LONGEST = 8192 - len("Bearer ")


def placement_post(application_token):
    fields = {
        "AUTH_ID": "a" * 32,
        "REFRESH_ID": "b" * 32,
        "member_id": "c" * 32,
        "PLACEMENT": "CRM_DEAL_DETAIL_TAB",
        "PLACEMENT_OPTIONS": '{"ID":"5"}',
        "APPLICATION_TOKEN": application_token,
    }
    return PlacementCall.from_request({"DOMAIN": "portal.example", "PROTOCOL": "1"}, fields)


def test_a_session_token_is_read_up_to_the_length_that_is_looked_at(app):
    with app.test_request_context(headers={"Authorization": "Bearer " + "x" * LONGEST}):
        assert bearer_token() == "x" * LONGEST

    with (
        app.test_request_context(headers={"Authorization": "Bearer " + "x" * (LONGEST + 1)}),
        pytest.raises(SessionMissingError),
    ):
        bearer_token()


@pytest.mark.parametrize(
    ("known", "posted", "is_vouched"),
    [
        ("t" * 32, "t" * 32, True),
        ("t" * 32, "f" * 32, False),
        ("t" * 32, "", False),
        ("", "", False),
    ],
)
def test_a_post_is_vouched_for_by_the_token_that_is_known(known, posted, is_vouched):
    assert Knock(placement_post(posted), None, known).is_vouched is is_vouched
