"""Numbers in frame posts that no portal sends: refused with words, never a crash."""

import pytest

from tests.support.stage import DEAL, MANAGER, Tab, token_in

ENDLESS = "9" * 5000


@pytest.fixture
def installed(stage):
    stage.install()
    return stage


@pytest.mark.parametrize("seconds", ["9" * 18, ENDLESS, "²", "-1"])
def test_a_lifetime_that_cannot_be_one_counts_as_absent(installed, seconds):
    fields = installed.post_fields(MANAGER, DEAL, {"ID": "8061"}) | {"AUTH_EXPIRES": seconds}
    answer = installed.frame("/placement", fields)
    assert answer.status_code == 200

    tab = Tab(installed, token_in(answer))

    assert tab.show().status_code == 200


@pytest.mark.parametrize("seconds", ["9" * 18, ENDLESS, "²", "-1", ""])
def test_a_session_is_renewed_whatever_lifetime_the_frame_names(installed, seconds):
    tab = installed.tab(MANAGER)
    fresh = installed.portal.issue_tokens(MANAGER)
    fields = {"AUTH_ID": fresh.access_token, "AUTH_EXPIRES": seconds}

    answer = installed.client.post("/session", data=fields, headers=tab.headers())

    assert answer.status_code == 200


@pytest.mark.parametrize("body", ["[1]", '"AUTH_ID"', "5", "null", "{", '{"AUTH_ID": ["a"]}'])
def test_a_renewal_in_json_that_names_no_fields_is_refused(installed, body):
    headers = installed.tab(MANAGER).headers()

    answer = installed.client.post(
        "/session", data=body, headers=headers, content_type="application/json"
    )

    assert answer.status_code == 400


@pytest.mark.parametrize("entity_id", [ENDLESS, "9" * 17, "-1", "8061.5", "²"])
def test_an_id_that_cannot_be_one_is_refused(installed, entity_id):
    fields = installed.post_fields(MANAGER, DEAL, {"ID": entity_id})

    assert installed.frame("/placement", fields).status_code == 400
