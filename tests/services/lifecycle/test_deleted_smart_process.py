"""A smart process that was deleted in the portal while the settings still show the tab there."""

from __future__ import annotations

import pytest

from b24app.errors import PlacementMissingError
from b24app.services.lifecycle import rebinding
from tests.support.app_page import bound_codes, open_page, save
from tests.support.stage import DEAL, INVOICE

PROJECTS = 1036


@pytest.fixture
def bare(stage):
    """The portal after an update: its process is deleted, and nothing is bound."""
    save(open_page(stage), card=["deals", "invoices", str(PROJECTS)])
    del stage.portal.crm.smart_processes[PROJECTS]
    stage.portal.installation.placements.clear()
    stage.portal.installation.event_handlers.clear()
    return stage


def test_an_update_binds_all_other_tabs_and_the_events(bare):
    with bare.database.transaction() as session:
        rebinding.rebind_soon(session, bare.deps, bare.portal.member_id)

    bare.run_housekeeping()

    assert bound_codes(bare) == [DEAL, INVOICE]
    handled = {one.event for one in bare.portal.installation.event_handlers}
    assert handled == set(bare.deps.manifest.events)


def test_a_usual_card_that_is_missing_is_passed_over(bare):
    bare.portal.switches.missing_placements = {INVOICE}

    rebinding.bind_tabs(bare.deps, bare.portal.member_id)

    assert bound_codes(bare) == [DEAL]


def test_a_portal_that_has_no_card_of_all_is_an_error(bare):
    bare.portal.switches.missing_placements = {DEAL, INVOICE}

    with pytest.raises(PlacementMissingError):
        rebinding.bind_tabs(bare.deps, bare.portal.member_id)


@pytest.fixture
def deleted(stage):
    """The settings page after the process is deleted: the portal has taken its tab along."""
    page = open_page(stage)
    save(page, card=["deals", "invoices", str(PROJECTS)])
    del stage.portal.crm.smart_processes[PROJECTS]
    placements = stage.portal.installation.placements
    placements[:] = [one for one in placements if "DYNAMIC" not in one.code]
    return page


def test_diagnostics_do_not_ask_for_its_tab(deleted):
    deleted.get("/settings/diagnostics")

    assert "Missing or leading elsewhere" not in deleted.answer.text


def test_a_repair_of_all_the_rest_is_whole(deleted, stage):
    stage.portal.installation.placements.clear()

    deleted.post("/settings/repair")

    assert "Not everything could be repaired" not in deleted.answer.text
    assert bound_codes(stage) == [DEAL, INVOICE]


def test_a_portal_that_does_not_say_which_processes_it_has_is_asked_for_all_tabs(deleted, stage):
    stage.portal.faults.add("crm.enum.ownertype", "denied")

    deleted.get("/settings/diagnostics")

    assert "Missing or leading elsewhere" in deleted.answer.text
