"""The authorization server and /oauth/authorize/. Source: REST contract f."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest


@pytest.fixture
def ask(oauth, state):
    def token(verb="get", **fields):
        query = {
            "client_id": state.application.client_id,
            "client_secret": state.application.client_secret,
            **fields,
        }
        query = {name: value for name, value in query.items() if value is not None}
        if verb == "post":
            answer = oauth.post("/oauth/token/", data=query)
        else:
            answer = oauth.get("/oauth/token/", query_string=query)
        return answer.status_code, answer.get_json()

    return token


@pytest.fixture
def refresh(ask):
    def answer(token, **fields):
        return ask(grant_type="refresh_token", refresh_token=token.refresh_token, **fields)

    return answer


@pytest.fixture
def code(portal, state):
    query = {"client_id": state.application.client_id, "state": "xyz"}
    answer = portal.get("/oauth/authorize/", query_string=query)
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def too_old(kind):
    """What the authorization server says of a code or refresh token that is too old."""
    text = f"The {kind} token provided has expired."
    return {"error": "expired_token", "error_description": text}


def test_the_redirect_goes_to_the_cards_address_with_the_state_unchanged(portal, state):
    query = {"client_id": state.application.client_id, "state": "a b&c", "redirect_uri": "evil"}
    portal.set_cookie("simulator_user", "7")

    answer = portal.get("/oauth/authorize/", query_string=query)

    location = urlsplit(answer.headers["Location"])
    fields = {name: values[0] for name, values in parse_qs(location.query).items()}
    assert f"{location.scheme}://{location.netloc}{location.path}" == (
        "http://127.0.0.1:8000/oauth/callback"
    )
    assert set(fields) == {"code", "state", "domain", "member_id", "scope", "server_domain"}
    assert (fields["state"], fields["domain"]) == ("a b&c", "localhost:8024")
    assert fields["server_domain"] == "localhost:8025"
    assert state.tokens.use_code(fields["code"], state.application.client_id).user_id == 7


def test_authorize_shows_failures_itself(portal, state):
    assert portal.get("/oauth/authorize/?client_id=odd").status_code == 404

    state.uninstall(clean=True)
    client_id = state.application.client_id
    answer = portal.get("/oauth/authorize/", query_string={"client_id": client_id})
    assert (answer.status_code, answer.headers.get("Location")) == (404, None)


@pytest.mark.parametrize("verb", ["get", "post"])
def test_a_code_gives_a_pair_and_names_both_servers(ask, code, state, verb):
    status, body = ask(verb, grant_type="authorization_code", code=code)

    assert status == 200
    assert body["client_endpoint"] == "http://localhost:8024/rest/"
    assert body["server_endpoint"] == "http://localhost:8025/rest/"
    assert body["domain"] == "localhost:8025"
    assert body["member_id"] == state.member_id
    assert body["expires_in"] == 3600
    assert body["user_id"] == 1
    assert body["expires"] == int(
        state.tokens.by_access(body["access_token"]).expires_at.timestamp()
    )


def test_a_codes_answer_may_be_as_short_as_documented(ask, code, state):
    state.switches.has_full_code_answer = False

    _, body = ask(grant_type="authorization_code", code=code)

    assert {"expires", "user_id"}.isdisjoint(body)


def test_a_code_is_good_once(ask, code):
    ask(grant_type="authorization_code", code=code)

    assert ask(grant_type="authorization_code", code=code) == (400, {"error": "invalid_grant"})


def test_a_code_dies_after_thirty_seconds(ask, code, state):
    state.clock.advance(30)

    assert ask(grant_type="authorization_code", code=code) == (401, too_old("authorization"))


def test_refresh_rotates_and_names_the_user(refresh, state):
    first = state.issue_tokens(7)

    status, body = refresh(first)

    assert status == 200
    assert body["user_id"] == 7
    assert body["expires"] == int((state.clock.now() + timedelta(hours=1)).timestamp())
    assert body["refresh_token"] != first.refresh_token
    assert refresh(first) == (400, {"error": "invalid_grant"})


def test_the_old_access_token_lives_on_after_a_refresh(refresh, state, portal):
    first = state.issue_tokens(7)

    refresh(first)

    assert portal.post("/rest/profile", json={"auth": first.access_token}).status_code == 200


def test_a_refresh_token_dies_after_180_days(refresh, state):
    token = state.issue_tokens(7)

    state.clock.advance(180 * 86_400)

    assert refresh(token) == (401, too_old("refresh"))


def test_a_refresh_token_is_too_old_before_its_installation_is_gone(refresh, state):
    token = state.issue_tokens(7)
    state.uninstall(clean=False)

    state.clock.advance(180 * 86_400)

    assert refresh(token) == (401, too_old("refresh"))


def test_an_access_token_dies_after_an_hour(as_user, state):
    caller = as_user(7)
    state.clock.advance(3599)
    assert caller("profile")[0] == 200

    state.clock.advance(1)
    assert caller.error("profile")[:2] == (401, "expired_token")


@pytest.mark.parametrize(
    ("fields", "status", "body"),
    [
        ({"client_id": "odd"}, 200, {"error": "wrong_client"}),
        ({"client_secret": "odd"}, 400, {"error": "invalid_client"}),
        ({"refresh_token": "odd"}, 400, {"error": "invalid_grant"}),
        (
            {"refresh_token": None},
            400,
            {
                "error": "invalid_request",
                "error_description": 'No "refresh_token" parameter found',
            },
        ),
        (
            {"scope": "crm,task"},
            403,
            {
                "error": "INVALID_SCOPE",
                "error_description": "Given scope exceeds permissions associated with given grant",
            },
        ),
    ],
)
def test_refusals_of_the_authorization_server(ask, state, fields, status, body):
    query = {
        "grant_type": "refresh_token",
        "refresh_token": state.issue_tokens(1).refresh_token,
        **fields,
    }

    assert ask(**query) == (status, body)


def test_a_removed_application_is_not_installed(refresh, state):
    token = state.issue_tokens(1)
    state.uninstall(clean=False)

    assert refresh(token) == (
        401,
        {"error": "NOT_INSTALLED", "error_description": "Application not installed"},
    )


def test_a_grant_of_an_earlier_installation_stays_dead(refresh, state):
    token = state.issue_tokens(1)
    state.uninstall(clean=False)
    state.install_app()

    assert refresh(token)[1]["error"] == "NOT_INSTALLED"


def test_an_ended_subscription_wants_payment(refresh, state):
    token = state.issue_tokens(1)
    state.set_payment_expired(True)

    assert refresh(token) == (
        401,
        {"error": "PAYMENT_REQUIRED", "error_description": "Payment required"},
    )


def test_codes_may_come_in_capitals(ask, state):
    state.switches.has_upper_oauth_codes = True

    assert ask(grant_type="refresh_token", refresh_token="odd")[1] == {"error": "INVALID_GRANT"}


def test_a_grant_of_another_application_is_not_ours(refresh, state):
    token = state.issue_tokens_for(state.other_application, 1)

    assert refresh(token) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    "ask",
    [
        lambda oauth, token: oauth.get("/rest/app.info", query_string={"auth": token}),
        lambda oauth, token: oauth.post("/rest/app.info", data={"auth": token}),
        lambda oauth, token: oauth.post("/rest/app.info.json", json={"auth": token}),
        lambda oauth, token: oauth.get(
            "/rest/app.info", headers={"Authorization": f"Bearer {token}"}
        ),
    ],
)
def test_app_info_is_the_trusted_source(oauth, state, ask):
    token = state.issue_tokens(7)

    result = ask(oauth, token.access_token).get_json()["result"]

    assert (result["client_id"], result["user_id"]) == (state.application.client_id, "7")
    assert result["install"]["member_id"] == state.member_id
    assert result["install"]["client_endpoint"] == state.client_endpoint
    assert result["install"]["installed"] is True


@pytest.mark.parametrize(
    ("damage", "status", "code"),
    [
        (lambda state: state.tokens.expire_access(), 401, "expired_token"),
        (lambda state: state.uninstall(clean=False), 400, "invalid_client"),
    ],
)
def test_app_info_refuses_dead_tokens(oauth, state, damage, status, code):
    token = state.issue_tokens(7)
    damage(state)

    answer = oauth.get("/rest/app.info", query_string={"auth": token.access_token})

    assert (answer.status_code, answer.get_json()["error"]) == (status, code)


def test_app_info_does_not_know_a_made_up_token(oauth):
    answer = oauth.get("/rest/app.info?auth=odd")

    assert (answer.status_code, answer.get_json()["error"]) == (401, "NO_AUTH_FOUND")


def test_a_moved_portal_is_named_by_the_next_token_answer(refresh, state):
    token = state.issue_tokens(1)
    state.move("127.0.0.1:8024")

    assert refresh(token)[1]["client_endpoint"] == "http://127.0.0.1:8024/rest/"
