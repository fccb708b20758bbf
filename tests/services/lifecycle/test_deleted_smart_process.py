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


def test_a_usual_card_that_is_missing_is_still_an_error(bare):
    bare.portal.switches.missing_placements = [DEAL]

    with pytest.raises(PlacementMissingError):
        rebinding.bind_tabs(bare.deps, bare.portal.member_id)
