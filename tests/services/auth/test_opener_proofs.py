"""Whom a session is believed to be: each check alone, where another one would hide its absence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import g
from sqlalchemy import update

from b24app.domain import EntityRef, PortalUser, TokenPair
from b24app.errors import SessionForgedError, UnprovenError
from b24app.services.auth import admins, grant, launches
from b24app.storage import portals
from b24app.storage.models import Portal
from b24app.web.plumbing.security import allow_framing_by
from tests.support.stage import ADMIN, DEAL, MANAGER, Tab, token_in


def ticket_of(stage, tab):
    return stage.app.extensions["b24app"].session_tokens.read(tab.token)


def test_a_launch_proven_on_one_card_opens_no_other(stage):
    ticket = ticket_of(stage, stage.tab())

    with pytest.raises(SessionForgedError):
        launches.resume(stage.deps, replace(ticket, ref=EntityRef(2, ticket.ref.entity_id + 1)))


def opened_with(stage, token):
    fields = stage.post_fields(MANAGER, DEAL, {"ID": "8061"}, token=token)
    return Tab(stage, token_in(stage.frame("/placement", fields))).show()


def test_a_token_of_another_application_with_our_code_is_refused(stage, monkeypatch):
    other = stage.portal.other_application
    monkeypatch.setattr(other, "code", stage.portal.application.code)

    assert opened_with(stage, stage.portal.issue_tokens_for(other, MANAGER)).status_code == 401


def test_a_portal_whose_code_of_the_application_is_not_known_proves_nobody(stage):
    with stage.database.transaction() as session:
        session.execute(update(Portal).values(app_code=None))

    assert opened_with(stage, stage.portal.issue_tokens(MANAGER)).status_code == 401


def test_a_session_stays_vouched_for_by_the_opening_that_it_renews(stage):
    """Its post may have come without the application_token, as from an on-premise portal."""
    ticket = replace(ticket_of(stage, stage.tab()), is_vouched=False)
    pair = stage.portal.issue_tokens(MANAGER)

    fresh = launches.renew(stage.deps, ticket, pair.access_token, pair.refresh_token, 3600)

    assert fresh.is_vouched


def test_who_acts_is_not_confirmed_by_a_token_of_somebody_else(stage):
    card = launches.resume(stage.deps, ticket_of(stage, stage.tab()))
    card.user = PortalUser(ADMIN, "Somebody else", is_admin=True)

    for check in (admins.confirm, admins.check):
        with pytest.raises(UnprovenError):
            check(card)


def test_a_pair_that_cannot_be_renewed_does_not_become_the_grant(stage):
    member_id, deps = stage.portal.member_id, stage.deps
    administrator = PortalUser(ADMIN, "Olivia", is_admin=True)
    with stage.database.transaction() as session:
        portals.drop_grant_tokens(session, member_id)
        posted = TokenPair("access", "", deps.clock())

        assert not grant.replace_lost(session, deps, member_id, administrator, posted)
        assert grant.is_lost(session, deps, member_id)


@pytest.mark.parametrize("rest", [" *", "; script-src *", "/\nhttps:", "\n"])
def test_what_is_more_than_an_origin_may_frame_nothing(stage, rest):
    with stage.app.test_request_context():
        allow_framing_by("https://portal.example" + rest)

        assert "frame_origin" not in g
