"""The application_token of a post, sealed for the administrator who proves it later."""

from __future__ import annotations

import json

import pytest

from b24app.errors import UnprovenError
from b24app.storage import portals
from b24app.storage.models import Portal
from tests.support.stage import ADMIN, DEAL, token_in

LOGIN = json.dumps(["login", "a-state", "other.example", 4_000_000_000], separators=(",", ":"))


@pytest.fixture
def open_told(stage):
    """Open a card of a portal whose application_token is unknown, with one of the poster's choice;
    return the session token."""
    with stage.database.transaction() as session:
        session.get(Portal, stage.portal.member_id).application_token_sealed = None

    def open_told(text):
        fields = stage.post_fields(ADMIN, DEAL, {"ID": "8061"})
        return token_in(stage.frame("/placement", {**fields, "APPLICATION_TOKEN": text}))

    return open_told


def test_a_token_of_anybodys_choice_is_sealed_as_no_login(stage, open_told):
    """Else anybody could have a login sealed that was never started."""
    app = stage.app.extensions["b24app"]
    sealed = app.session_tokens.read(open_told(LOGIN)).told
    assert sealed

    with pytest.raises(UnprovenError):
        app.login_states.open(sealed)


def test_it_is_learned_from_an_administrator_as_it_was_posted(stage, open_told):
    headers = {"Authorization": f"Bearer {open_told('a' * 32)}", "HX-Request": "true"}

    assert stage.client.get("/payments?first=1", headers=headers).status_code == 200

    with stage.database.reading() as session:
        kept = portals.application_token(session, stage.deps.cipher, stage.portal.member_id)
    assert kept == "a" * 32
