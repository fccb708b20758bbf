"""A pair that is renewed stays its owner's: of anybody else nothing is kept, nothing is written."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from b24app.bitrix.methods import placements
from b24app.domain import TokenPair
from b24app.errors import UnprovenError
from b24app.services.auth import grant as portal_grant
from b24app.services.auth.grant import Purpose
from b24app.storage import portals, user_tokens
from b24app.storage.models import Portal
from tests.support.acts import ACTS, PAY, SMALL, books, outcomes, payment, writes_asked
from tests.support.app_page import open_page
from tests.support.stage import ADMIN, DEAL, MANAGER, PORTAL, READER, Tab, payments_in, token_in

FOREIGN = "d" * 32
READS = {
    "/payments": {},
    "/payments/details": {"ids": "1039"},
    "/payments/1039/link": {},
    "/payments/allocation": {},
}
"""What a tab asks for without writing."""


ONLY_AS_A_PERSON = [act for act in ACTS if act.name != "change_system"]
"""The directory of payment systems is read with the grant first, which has its own tests below."""


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def tell(stage, **fields):
    """Let the authorization server answer something else than it should; None leaves it out."""
    stage.portal.switches.token_fields |= fields


def mixed_tab(stage, refreshed_by=ADMIN):
    """A manager's tab, posted with their access token and somebody else's refresh token."""
    fields = stage.post_fields(MANAGER, DEAL, {"ID": "8061"})
    fields["REFRESH_ID"] = stage.portal.issue_tokens(refreshed_by).refresh_token
    tab = Tab(stage, token_in(stage.frame("/placement", fields)))
    assert tab.show().status_code == 200
    return tab


def let_access_expire(stage):
    stage.portal.tokens.expire_access()
    stage.forget_calls()


def pair_of(stage, user_id):
    with stage.deps.db.reading() as session:
        return user_tokens.find(session, stage.deps.cipher, stage.portal.member_id, user_id)


def executed(stage):
    """Who ran what at the portal."""
    return {
        (one.user, one.method) for one in stage.portal.recorder.commands() if one.outcome == "ok"
    }


def expect_refused(stage, tab, answer, before):
    assert answer.status_code == 401
    assert "did not confirm this session" in answer.text
    assert "Nothing was shown or changed" in answer.text
    assert writes_asked(stage) == []
    assert books(stage) == before
    assert pair_of(stage, MANAGER) is None
    assert payments_in(tab.answer.text) == {}


@pytest.mark.parametrize("refreshed_by", [ADMIN, READER])
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_no_write_runs_as_somebody_else(stage, act, refreshed_by):
    tab = mixed_tab(stage, refreshed_by)
    others, before = pair_of(stage, refreshed_by), books(stage)
    let_access_expire(stage)

    answer = act.send(tab, None)

    expect_refused(stage, tab, answer, before)
    assert executed(stage) <= {(ADMIN, "sale.paysystem.list")}
    assert pair_of(stage, refreshed_by) == others
    assert {outcome for _, outcome in outcomes(stage)} <= {"failed"}


@pytest.mark.parametrize("is_named", [True, False], ids=["named", "asked about"])
@pytest.mark.parametrize("path", READS)
def test_nothing_is_read_as_somebody_else(stage, path, is_named):
    if not is_named:
        tell(stage, user_id=None)
    tab = mixed_tab(stage)
    before = books(stage)
    let_access_expire(stage)

    answer = tab.get(path, **READS[path])

    expect_refused(stage, tab, answer, before)
    assert executed(stage) == (set() if is_named else {(ADMIN, "profile")})


@pytest.mark.parametrize("act", ONLY_AS_A_PERSON, ids=str)
def test_a_renewal_that_names_another_portal_is_kept_nowhere(stage, act):
    tab = stage.tab()
    before = books(stage)
    let_access_expire(stage)
    tell(stage, member_id=FOREIGN)

    answer = act.send(tab, None)

    expect_refused(stage, tab, answer, before)


@pytest.mark.parametrize("is_named", [True, False], ids=["named", "asked about"])
def test_ones_own_pair_is_renewed_whether_the_answer_names_its_owner_or_not(stage, is_named):
    if not is_named:
        tell(stage, user_id=None)
    tab = stage.tab()
    before = pair_of(stage, MANAGER)
    let_access_expire(stage)

    assert PAY.send(tab, None).status_code == 200

    assert pair_of(stage, MANAGER).access_token != before.access_token
    assert payment(stage, SMALL).is_paid


def test_nothing_is_written_with_a_pair_whose_owner_cannot_be_learnt(stage):
    tell(stage, user_id=None)
    tab = stage.tab()
    before = books(stage)
    let_access_expire(stage)
    stage.portal.faults.add("profile", "error_500", times=9)

    assert PAY.send(tab, None).status_code >= 500

    assert books(stage) == before
    assert writes_asked(stage) == []


def renew_session(stage, tab, access, refresh):
    fields = {"AUTH_ID": access.access_token, "REFRESH_ID": refresh.refresh_token}
    answer = stage.client.post("/session", data=fields, headers=tab.headers())
    tab.token = answer.get_json()["token"]


def test_who_was_mixed_up_goes_on_with_a_fresh_token_of_the_frame(stage):
    tab = mixed_tab(stage)
    let_access_expire(stage)
    assert PAY.send(tab, None).status_code == 401
    fresh = stage.portal.issue_tokens(MANAGER)

    renew_session(stage, tab, fresh, fresh)

    assert PAY.send(tab, None).status_code == 200
    assert payment(stage, SMALL).emp_paid_id == MANAGER


def test_a_session_that_was_renewed_with_a_mixed_pair_acts_for_nobody_else(stage):
    tab = stage.tab()
    renew_session(stage, tab, stage.portal.issue_tokens(MANAGER), stage.portal.issue_tokens(ADMIN))
    before = books(stage)
    let_access_expire(stage)

    answer = PAY.send(tab, None)

    expect_refused(stage, tab, answer, before)


def test_whose_refresh_token_was_taken_is_asked_for_a_fresh_one(stage):
    owner = stage.portal.issue_tokens(READER)
    fields = stage.post_fields(READER, DEAL, {"ID": "8061"}, token=owner)
    tab = Tab(stage, token_in(stage.frame("/placement", fields)))
    tab.show()
    taken = stage.post_fields(MANAGER, DEAL, {"ID": "8061"}) | {"REFRESH_ID": owner.refresh_token}
    thief = Tab(stage, token_in(stage.frame("/placement", taken)))
    thief.show()
    let_access_expire(stage)

    assert thief.show().status_code == 401
    assert tab.show().status_code == 401

    assert payments_in(thief.answer.text + tab.answer.text) == {}


# The portal's grant.

GRANT_USES = {
    "a call": lambda deps, member_id: portal_grant.call(
        deps, member_id, Purpose.PLACEMENTS, placements.get_placements()
    ),
    "keeping alive": portal_grant.keep_alive,
    "what the server knows": portal_grant.server_info,
}


def grant_of(stage):
    with stage.deps.db.reading() as session:
        owner = portals.grant_owner(session, stage.portal.member_id)
        return owner, portals.grant_tokens(session, stage.deps.cipher, stage.portal.member_id)


def keep_grant(stage, pair, user_id=ADMIN):
    with stage.deps.db.of(stage.portal.member_id).transaction() as session:
        portal_grant.replace(session, stage.deps, stage.portal.member_id, user_id, pair)


@pytest.fixture
def grant(stage):
    """The installation's grant, put back afterwards for the other tests of this stage."""
    yield grant_of(stage)[1]
    fresh = stage.portal.issue_tokens(ADMIN)
    keep_grant(stage, TokenPair(fresh.access_token, fresh.refresh_token, fresh.expires_at))


@pytest.mark.parametrize("is_named", [True, False], ids=["named", "asked about"])
@pytest.mark.parametrize("use", GRANT_USES)
def test_the_grant_never_becomes_somebody_elses(stage, grant, use, is_named):
    if not is_named:
        tell(stage, user_id=None)
    other = stage.portal.issue_tokens(MANAGER).refresh_token
    keep_grant(stage, TokenPair(grant.access_token, other, grant.expires_at))
    let_access_expire(stage)

    with pytest.raises(UnprovenError):
        GRANT_USES[use](stage.deps, stage.portal.member_id)

    assert executed(stage) == (set() if is_named else {(MANAGER, "profile")})
    assert grant_of(stage) == (None, None)


@pytest.mark.parametrize("use", GRANT_USES)
def test_the_grant_never_becomes_another_portals(stage, grant, use):
    assert grant is not None
    let_access_expire(stage)
    tell(stage, member_id=FOREIGN)

    with pytest.raises(UnprovenError):
        GRANT_USES[use](stage.deps, stage.portal.member_id)

    assert executed(stage) == set()
    assert grant_of(stage) == (None, None)


@pytest.mark.parametrize("use", GRANT_USES)
def test_the_grant_is_renewed_as_before(stage, grant, use):
    let_access_expire(stage)

    GRANT_USES[use](stage.deps, stage.portal.member_id)

    owner, renewed = grant_of(stage)
    assert owner == ADMIN
    assert renewed.refresh_token != grant.refresh_token


def test_an_administrator_gives_the_next_grant(stage, grant):
    other = stage.portal.issue_tokens(MANAGER).refresh_token
    keep_grant(stage, TokenPair(grant.access_token, other, grant.expires_at))
    let_access_expire(stage)
    with pytest.raises(UnprovenError):
        portal_grant.keep_alive(stage.deps, stage.portal.member_id)

    stage.tab(ADMIN)

    owner, pair = grant_of(stage)
    assert owner == ADMIN
    assert pair is not None


def test_who_saves_settings_replaces_a_grant_that_turns_out_to_be_somebody_elses(stage, grant):
    stage.portal.users[MANAGER].is_admin = True
    page = open_page(stage, MANAGER)
    page.get("/settings")
    other = stage.portal.issue_tokens(READER).refresh_token
    keep_grant(stage, TokenPair(grant.access_token, other, grant.expires_at))
    stage.portal.tokens.by_access(grant.access_token).expires_at = stage.deps.clock()

    page.post("/settings/repair")

    assert page.said == "Tabs and events are complete"
    assert grant_of(stage)[0] == MANAGER


def meanwhile(stage, monkeypatch, path, deed):
    """Let something happen when the first request to this path is on its way."""
    send = stage.adapter.send
    waiting = [deed]

    def sent(request, *options, **more):
        if path in request.url and waiting:
            waiting.pop()()
        return send(request, *options, **more)

    monkeypatch.setattr(stage.adapter, "send", sent)


@pytest.mark.parametrize(
    ("path", "is_named"),
    [("/rest/", True), ("/rest/profile", False)],
    ids=["before it is renewed", "while its new owner is asked about"],
)
def test_whose_pair_was_the_grant_never_acts_as_who_grants_now(
    stage, grant, monkeypatch, path, is_named
):
    assert grant is not None
    with stage.deps.db.transaction() as session:
        portals.drop_grant_tokens(session, stage.portal.member_id)
    tab = stage.tab(ADMIN)
    assert pair_of(stage, ADMIN) is None
    if not is_named:
        tell(stage, user_id=None)
    let_access_expire(stage)
    others = stage.portal.issue_tokens(MANAGER)
    theirs = TokenPair(others.access_token, others.refresh_token, others.expires_at)
    meanwhile(stage, monkeypatch, path, lambda: keep_grant(stage, theirs, MANAGER))

    answer = PAY.send(tab, None)

    assert answer.status_code == 401
    assert writes_asked(stage) == []
    assert executed(stage) == (set() if is_named else {(ADMIN, "profile")})
    owner, kept = grant_of(stage)
    assert (owner, kept.access_token) == (MANAGER, theirs.access_token)
    assert stage.tab(ADMIN).answer.status_code == 200


# Pairs that were exchanged, and not only renewed.


@pytest.mark.parametrize("told", [{"user_id": READER}, {"member_id": FOREIGN}], ids=str)
def test_an_installation_with_two_owners_is_none(bare_stage, told):
    stage = bare_stage
    stage.portal.install_app()
    tell(stage, **told)

    answer = stage.frame("/install", stage.post_fields(ADMIN))

    assert answer.status_code == 403
    with stage.deps.db.reading() as session:
        assert session.scalars(select(Portal)).all() == []


@pytest.mark.parametrize("told", [{"user_id": READER}, {"member_id": FOREIGN}], ids=str)
def test_a_moved_portal_with_two_owners_shows_nothing(stage, told):
    fields = stage.post_fields(MANAGER, DEAL, {"ID": "8061"})
    tell(stage, **told)

    shell = stage.frame("/placement", fields, DOMAIN="moved.example")

    if shell.status_code == 200:
        tab = Tab(stage, token_in(shell))
        assert tab.show().status_code == 401
        assert payments_in(tab.answer.text) == {}
    else:
        assert shell.status_code == 401
    assert pair_of(stage, READER) is None


def test_an_address_that_is_told_of_another_portal_is_not_kept(stage):
    """Its people, and their tokens, would be led to whoever holds a pair of that portal."""
    fields = stage.post_fields(MANAGER, DEAL, {"ID": "8061"})
    tell(stage, member_id=FOREIGN, client_endpoint="http://other.example/rest/")

    answer = stage.frame("/placement", fields, DOMAIN="other.example")

    assert answer.status_code == 401
    with stage.deps.db.reading() as session:
        [endpoint] = session.scalars(select(Portal.client_endpoint))
    assert endpoint == f"http://{PORTAL}/rest/"
