"""Who uses the portal's grant, and whose pair takes its place when it is lost."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import b24app
from b24app.bitrix.methods import portal as portal_api
from b24app.errors import (
    MethodRefusedError,
    NotSignedInError,
    RightsRefusedError,
    SessionExpiredError,
    UserBlockedError,
)
from b24app.services.auth import grant
from b24app.services.auth.grant import Purpose
from b24app.storage import portals, user_tokens
from tests.support.app_page import open_page, save
from tests.support.stage import ADMIN, MANAGER

ROOT = Path(b24app.__file__).parent

CALL_SITES = {
    ("services/auth/grant.py", "call"),
    ("services/auth/grant.py", "send"),
    ("services/auth/grant.py", "_api"),
    ("services/auth/grant.py", "server_info"),
    ("services/auth/grant.py", "keep_alive"),
    ("services/lifecycle/bindings.py", "send"),
    ("services/auth/launches.py", "_tokens_of"),
    ("services/directories/pay_systems.py", "read"),
    ("services/directories/places.py", "read"),
    ("services/lifecycle/housekeeping.py", "keep_alive"),
    ("services/lifecycle/subscriptions.py", "refresh"),
    ("services/lifecycle/liveness.py", "ask"),
    ("services/lifecycle/liveness.py", "ask_server"),
    ("services/lifecycle/liveness.py", "renew"),
}
"""Payment systems, placements, events, the uninstall probe, subscription and address, keeping it
alive; and the administrator of the wizard, whose own pair the grant is."""

BINDING_SITES = {
    ("services/lifecycle/rebinding.py", "bind_tabs"): "PLACEMENTS",
    ("services/lifecycle/rebinding.py", "bind_events"): "EVENTS",
    ("services/lifecycle/tab_bindings.py", "listed"): "PLACEMENTS",
    ("services/lifecycle/tab_bindings.py", "_run"): "PLACEMENTS",
    ("services/lifecycle/event_bindings.py", "apply"): "EVENTS",
    ("services/admin/diagnostics.py", "_repair"): "PLACEMENTS",
    ("services/admin/diagnostics.py", "_ask"): "DIAGNOSTICS",
}
"""Who reads and changes what the portal has bound for us, and under which purpose."""

USES = {"call", "send", "server_info", "keep_alive", "own_tokens", "_api", "_tokens"}


def call_sites(names, modules):
    """(file, function) of every call of `names`, alone in grant.py or as `grant.name` elsewhere."""
    found = set()
    for file in ROOT.rglob("*.py"):
        if "simulator" in file.parts:
            continue
        for function in ast.walk(ast.parse(file.read_text())):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and _is_of(node.func, names, modules, file):
                    found.add((str(file.relative_to(ROOT)), function.name))
    return found


def _is_of(called, names, modules, file):
    if isinstance(called, ast.Name):
        return file.name == "grant.py" and called.id in names
    return (
        isinstance(called, ast.Attribute)
        and called.attr in names
        and isinstance(called.value, ast.Name)
        and called.value.id in modules
    )


def test_the_grant_is_used_for_these_purposes_and_nowhere_else():
    sites = call_sites(USES, {"grant", "portal_grant"})

    assert {site for site in sites if site[1] != "keep_grants_alive"} == CALL_SITES


def test_bindings_are_read_and_changed_for_these_purposes_and_nowhere_else():
    found = {}
    for file in (ROOT / "services").rglob("*.py"):
        for function in ast.walk(ast.parse(file.read_text())):
            if not isinstance(function, ast.FunctionDef):
                continue
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "bindings.send":
                    purpose = call.args[1]
                    assert isinstance(purpose, ast.Attribute)
                    found[str(file.relative_to(ROOT)), function.name] = purpose.attr

    assert found == BINDING_SITES


def test_no_other_service_makes_a_command_that_binds_or_unbinds():
    names = {"bind_placement", "unbind_placement", "bind_event", "unbind_event"}
    users = set()
    for file in (ROOT / "services").rglob("*.py"):
        nodes = ast.walk(ast.parse(file.read_text()))
        if any(isinstance(node, ast.Attribute) and node.attr in names for node in nodes):
            users.add(file.name)

    assert users == {"rebinding.py", "tab_bindings.py", "event_bindings.py"}


def test_nobody_else_makes_a_source_of_the_grants_tokens():
    users = set()
    for file in ROOT.rglob("*.py"):
        source = file.read_text()
        if "grant_tokens_of" in source or "portals.grant_tokens(" in source:
            users.add(str(file.relative_to(ROOT)))

    assert users == {"services/auth/grant.py", "services/auth/tokens.py"}


BINDING_METHODS = ("placement.", "event.", "scope", "app.info")


@pytest.fixture
def second_admin(stage):
    """Somebody who administers the portal and did not install the app."""
    stage.portal.users[MANAGER].is_admin = True
    page = open_page(stage, MANAGER)
    page.get("/settings")
    stage.forget_calls()
    return page


def callers(stage, prefixes=BINDING_METHODS):
    commands = stage.portal.recorder.commands()
    return {one.user for one in commands if one.method.startswith(prefixes)}


def test_settings_change_tabs_with_the_grant_whoever_saves(stage, second_admin):
    save(second_admin, card=["deals", "contacts"])

    assert second_admin.said == "Settings saved"
    assert len(stage.executed("placement.bind")) == 1
    assert callers(stage) == {ADMIN}
    assert callers(stage, ("profile", "crm.")) == {MANAGER}


def test_diagnostics_and_repair_use_the_grant_whoever_presses(stage, second_admin):
    stage.portal.installation.placements.clear()
    stage.portal.installation.event_handlers.clear()

    second_admin.get("/settings/diagnostics")
    second_admin.post("/settings/repair")

    assert second_admin.said == "Tabs and events are complete"
    assert callers(stage) == {ADMIN}


@pytest.mark.parametrize("path", ["/settings", "/settings/repair"])
def test_a_grant_that_turns_out_lost_is_replaced_by_who_saves_or_repairs(stage, second_admin, path):
    stage.portal.installation.placements.clear()
    stage.portal.users[ADMIN].is_admin = False

    save(second_admin) if path == "/settings" else second_admin.post(path)

    assert second_admin.answer.status_code == 200
    assert second_admin.said in {"Settings saved", "Tabs and events are complete"}
    assert portal_of(stage).grant_user_id == MANAGER
    assert not is_lost(stage)
    granted, own = pairs(stage, MANAGER)
    assert granted is not None
    assert own is None
    assert second_admin.get("/settings").status_code == 200


@pytest.mark.parametrize("path", ["/settings", "/settings/repair"])
def test_a_grant_that_the_portal_does_not_know_is_replaced_too(stage, second_admin, path):
    """As after a portal has forgotten old tokens: NO_AUTH_FOUND, and never `expired_token`."""
    stage.portal.installation.placements.clear()
    granted, _ = pairs(stage, ADMIN)
    del stage.portal.tokens._by_access[granted.access_token]

    save(second_admin) if path == "/settings" else second_admin.post(path)

    assert second_admin.answer.status_code == 200
    assert second_admin.said in {"Settings saved", "Tabs and events are complete"}
    assert portal_of(stage).grant_user_id == MANAGER
    assert not is_lost(stage)


# Losing and replacing


def portal_of(stage):
    with stage.deps.db.reading() as session:
        return portals.find(session, stage.portal.member_id)


def pairs(stage, user_id):
    """The grant, and the user's own pair."""
    with stage.deps.db.reading() as session:
        member_id, cipher = stage.portal.member_id, stage.deps.cipher
        return (
            portals.grant_tokens(session, cipher, member_id),
            user_tokens.find(session, cipher, member_id, user_id),
        )


def lose_grant(stage):
    with stage.deps.db.transaction() as session:
        portals.drop_grant_tokens(session, stage.portal.member_id)


def is_lost(stage):
    with stage.deps.db.reading() as session:
        return grant.is_lost(session, stage.deps, stage.portal.member_id)


def ask(stage, purpose=Purpose.DIAGNOSTICS):
    return grant.call(stage.deps, stage.portal.member_id, purpose, portal_api.profile())


def test_the_pair_of_an_administrator_takes_the_place_of_a_lost_grant(stage):
    lose_grant(stage)
    assert is_lost(stage)

    stage.tab(ADMIN)

    granted, own = pairs(stage, ADMIN)
    assert granted is not None
    assert own is None
    assert portal_of(stage).grant_user_id == ADMIN
    assert ask(stage).id == ADMIN


def test_a_grant_that_is_too_old_to_be_renewed_is_lost_too(stage):
    stage.advance(180 * 86_400)
    with pytest.raises(SessionExpiredError):
        ask(stage)
    assert is_lost(stage)

    stage.tab(ADMIN)

    assert ask(stage).id == ADMIN
    assert not is_lost(stage)


def test_no_second_copy_of_the_grant_dies_when_it_is_renewed(stage):
    lose_grant(stage)
    tab = stage.tab(ADMIN)
    stage.portal.tokens.expire_access()

    ask(stage)

    assert tab.show().status_code == 200
    assert ask(stage).id == ADMIN


def test_the_same_pair_posted_again_stays_in_one_place(stage):
    lose_grant(stage)
    token = stage.portal.issue_tokens(ADMIN)
    for _ in range(2):
        _open_with(stage, token)

    granted, own = pairs(stage, ADMIN)
    assert granted.refresh_token == token.refresh_token
    assert own is None


def _open_with(stage, token):
    from tests.support.stage import DEAL, Tab, token_in

    fields = stage.post_fields(ADMIN, DEAL, {"ID": "8061"}, token)
    tab = Tab(stage, token_in(stage.frame("/placement", fields)))
    assert tab.show().status_code == 200


def test_a_later_pair_of_the_same_administrator_is_their_own(stage):
    lose_grant(stage)
    stage.tab(ADMIN)
    first, _ = pairs(stage, ADMIN)

    stage.tab(ADMIN)

    granted, own = pairs(stage, ADMIN)
    assert granted == first
    assert own is not None
    assert own.refresh_token != granted.refresh_token


def test_an_older_pair_of_the_administrator_goes_when_the_new_one_becomes_the_grant(stage):
    stage.tab(ADMIN)
    lose_grant(stage)

    stage.tab(ADMIN)

    granted, own = pairs(stage, ADMIN)
    assert granted is not None
    assert own is None


def test_somebody_without_administration_does_not_become_the_grant(stage):
    lose_grant(stage)

    stage.tab(MANAGER)

    granted, own = pairs(stage, MANAGER)
    assert granted is None
    assert own is not None


def test_a_living_grant_stays_whoever_opens(stage):
    before, _ = pairs(stage, ADMIN)

    stage.tab(ADMIN)

    assert pairs(stage, ADMIN)[0] == before


def test_a_grant_whose_owner_was_dismissed_is_replaced_by_the_next_administrator(stage):
    stage.portal.users[ADMIN].is_active = False
    with pytest.raises(UserBlockedError):
        ask(stage)
    assert is_lost(stage)
    stage.portal.users[MANAGER].is_admin = True

    stage.tab(MANAGER)

    assert portal_of(stage).grant_user_id == MANAGER
    assert not is_lost(stage)
    assert ask(stage).id == MANAGER


def test_a_grant_whose_owner_administers_no_more_is_noticed_where_it_is_refused(stage):
    stage.portal.users[ADMIN].is_admin = False
    command = portal_api.pay_systems()

    with pytest.raises(RightsRefusedError):
        grant.call(stage.deps, stage.portal.member_id, Purpose.PAY_SYSTEMS, command)

    assert is_lost(stage)


@pytest.mark.parametrize(
    ("kind", "is_lost"),
    [
        (RightsRefusedError, True),
        (UserBlockedError, True),
        (NotSignedInError, True),
        (MethodRefusedError, False),
    ],
)
def test_only_what_another_administrator_could_cure_asks_for_one(stage, kind, is_lost):
    member_id = stage.portal.member_id

    grant._note_refused(stage.deps, member_id, Purpose.PLACEMENTS, kind("refused"))

    with stage.deps.db.reading() as session:
        assert grant.is_lost(session, stage.deps, member_id) is is_lost
