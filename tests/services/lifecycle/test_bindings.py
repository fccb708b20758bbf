"""A portal that refuses placement.* or event.* inside `batch` is served one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24app.bitrix.methods import events
from b24app.bitrix.wire.portal_api import Batch
from b24app.domain import PortalUser
from b24app.services.auth.grant import Purpose
from b24app.services.lifecycle import bindings, event_bindings, rebinding, tab_bindings
from b24app.storage import portals
from tests.support.app_page import bound_codes, open_page, save
from tests.support.events import jobs_of
from tests.support.stage import DEAL, INVOICE, MANAGER

CONTACT = "CRM_CONTACT_DETAIL_TAB"
EVENTS = ["ONAPPINSTALL", "ONAPPPAYMENT", "ONAPPUNINSTALL", "ONAPPUPDATE"]
REFUSED = (["placement.bind", "event.bind"], ["placement.unbind", "event.unbind"],
           ["placement.get", "event.get"], ["placement.", "event."])  # fmt: skip


def event_names(stage):
    return sorted(one.event for one in stage.portal.installation.event_handlers)


def dying_grant(stage):
    """A grant whose access token works, and which cannot be renewed."""
    deps, member_id = stage.deps, stage.portal.member_id
    with deps.db.of_all().transaction() as session:
        pair = portals.grant_tokens(session, deps.cipher, member_id)
        assert pair is not None
        dying = replace(pair, refresh_token="0" * 32)
        portals.save_grant_tokens(
            session, deps.cipher, member_id, dying, user_id=None, now=deps.clock()
        )


def batches_with(stage, prefix):
    return [
        call
        for call in stage.http_calls
        if len(call.commands) > 1
        and any(command.method.startswith(prefix) for command in call.commands)
    ]


@pytest.mark.parametrize("refused", REFUSED)
def test_it_is_installed(bare_stage, refused):
    bare_stage.portal.switches.batch_refused = refused

    bare_stage.install()

    assert bound_codes(bare_stage) == [DEAL, INVOICE]
    assert event_names(bare_stage) == EVENTS


@pytest.mark.parametrize("refused", REFUSED)
def test_saving_shows_hides_and_renames(stage, refused):
    page = open_page(stage)
    stage.portal.switches.batch_refused = refused

    save(page, card=["deals", "contacts"], **{"title-en": "Money"})

    assert page.said == "Settings saved"
    assert bound_codes(stage) == [CONTACT, DEAL]
    assert {one.title_in("en") for one in stage.portal.installation.placements} == {"Money"}


@pytest.mark.parametrize("refused", REFUSED)
def test_repair_mends_tabs_and_events(stage, refused):
    page = open_page(stage)
    stage.portal.switches.batch_refused = refused
    del stage.portal.installation.placements[0]
    stage.portal.installation.event_handlers[0].handler = "http://127.0.0.9:8000/events"

    page.post("/settings/repair")

    assert page.said == "Tabs and events are complete"
    assert bound_codes(stage) == [DEAL, INVOICE]
    assert event_names(stage) == EVENTS


@pytest.mark.parametrize("mend", ["repair", "reinstall", "save"])
def test_a_tab_that_is_bound_twice_is_mended(stage, mend):
    bound = stage.portal.installation.placements
    bound.append(replace(bound[0], id=bound[0].id + 1000))
    page = open_page(stage)

    if mend == "repair":
        page.post("/settings/repair")
        assert page.said == "Tabs and events are complete"
    elif mend == "save":
        save(page, card=["deals", "invoices"])
    else:
        stage.install()

    assert bound_codes(stage) == [DEAL, INVOICE]


def test_an_update_binds_anew(stage):
    stage.portal.switches.batch_refused = ["placement.", "event."]
    stage.portal.update_app()
    assert event_names(stage) == []

    stage.deliver()
    stage.work_off()

    assert bound_codes(stage) == [DEAL, INVOICE]
    assert event_names(stage) == EVENTS


def test_a_portal_that_serves_no_batch_is_installed_and_set_up_one_by_one(bare_stage):
    bare_stage.portal.install_app()
    bare_stage.portal.faults.add("batch", "batch_not_allowed", times=99)

    bare_stage.install()
    assert bound_codes(bare_stage) == [DEAL, INVOICE]

    save(open_page(bare_stage), card=["deals"])
    assert bound_codes(bare_stage) == [DEAL]


def test_it_is_remembered_for_a_day_and_apart_from_payments(stage):
    member_id = stage.portal.member_id
    stage.portal.switches.batch_refused = ["placement."]
    save(open_page(stage), card=["deals"])
    stage.forget_calls()

    save(open_page(stage), card=["deals", "contacts"])

    assert batches_with(stage, "placement.") == []
    with stage.database.reading() as session:
        assert portals.find(session, member_id).batch_refused_until is None
    stage.forget_calls()
    stage.tab(MANAGER)
    assert len(stage.http_calls) == 1
    stage.portal.switches.batch_refused = []
    stage.advance(24 * 3600 + 1)
    stage.forget_calls()
    save(open_page(stage), card=["deals"])
    assert len(batches_with(stage, "placement.")) == 1


def test_a_title_no_batch_can_carry_survives_a_reinstallation(stage):
    save(open_page(stage), **{"title-en": "Pay $result[bound]"})
    stage.portal.installation.placements.clear()

    stage.install()

    titles = {one.title_in("en") for one in stage.portal.installation.placements}
    assert titles == {"Pay $result[bound]"}


def test_a_reinstallation_brings_old_titles_and_old_addresses_up_to_date(stage):
    installation = stage.portal.installation
    installation.placements[0].title = "An old title"
    installation.placements[1].handler = "http://127.0.0.9:8000/placement"
    installation.event_handlers[0].handler = "http://127.0.0.9:8000/events"

    stage.install()

    assert bound_codes(stage) == [DEAL, INVOICE]
    assert {one.title_in("en") for one in installation.placements} == {"Payments"}
    assert {one.handler for one in installation.placements} == {tab_bindings.handler_of(stage.deps)}
    assert event_names(stage) == EVENTS
    handlers = {one.handler for one in installation.event_handlers}
    assert handlers == {event_bindings.handler_of(stage.deps)}


def test_a_grant_that_dies_between_single_calls_is_replaced_and_nothing_stays_half_done(stage):
    member_id, deps = stage.portal.member_id, stage.deps
    stage.portal.users[MANAGER].is_admin = True
    stage.portal.switches.batch_refused = ["placement."]
    page = open_page(stage, MANAGER)
    save(page, card=["deals"])
    dying_grant(stage)
    # The tab is unbound by then, so binding it must not be left to another day.
    stage.portal.faults.add("placement.bind", "expired_token")

    save(page, card=["deals"], **{"title-en": "Money"})

    assert page.said == "Settings saved"
    assert [one.title_in("en") for one in stage.portal.installation.placements] == ["Money"]
    with deps.db.of_all().reading() as session:
        assert portals.grant_owner(session, member_id) == MANAGER


@pytest.mark.parametrize("kind", ["busy", "error_500", "html"])
@pytest.mark.parametrize("method", ["placement.get", "event.get"])
def test_what_is_bound_already_does_not_hide_that_the_portal_did_not_tell_what_is_bound(
    stage, method, kind
):
    stage.portal.switches.batch_refused = ["placement.", "event."]
    with stage.database.transaction() as session:
        rebinding.rebind_soon(session, stage.deps, stage.portal.member_id)
    stage.fail(method, kind, times=9)

    stage.run_housekeeping()

    # It is put off, not given up: an old address may still be bound.
    assert (rebinding.REBIND, False) in jobs_of(stage)


def test_a_grant_that_dies_after_single_calls_found_all_bound_is_replaced(stage):
    stage.portal.users[MANAGER].is_admin = True
    open_page(stage, MANAGER).get("/settings")
    stage.portal.switches.batch_refused = ["event."]
    admin = PortalUser(MANAGER, "Somebody", is_admin=True)
    portal = bindings.BoundPortal(stage.deps, stage.portal.member_id, admin)
    batch = Batch()
    for event in stage.deps.manifest.events:
        batch.add(events.bind_event(event, event_bindings.handler_of(stage.deps)))
    listing = batch.add(event_bindings.BOUND)
    bindings.send(portal, Purpose.EVENTS, batch)
    dying_grant(stage)
    stage.fail("event.get", "expired_token")

    result = bindings.send(portal, Purpose.EVENTS, batch)

    assert event_bindings.missing(stage.deps, result[listing]) == ()
    with stage.database.reading() as session:
        assert portals.grant_owner(session, stage.portal.member_id) == MANAGER
