"""A portal with so many smart processes that one batch cannot carry what their tabs need."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24app.services.lifecycle import rebinding
from tests.support.app_page import bound_codes, open_page, save
from tests.support.stage import DEAL

PROJECTS = 1036
FIRST = 2000


@pytest.fixture
def chosen(stage):
    """The check boxes of the deals and of 205 smart processes with odd titles."""
    processes = stage.portal.crm.smart_processes
    odd = ("\u202eRTL", "x" * 255, "<script>", "", "a\nb", "\U0001f600" * 60)
    for number in range(205):
        key, title = FIRST + 2 * number, odd[number % len(odd)]
        processes[key] = replace(processes[PROJECTS], id=key, entity_type_id=key, title=title)
    return ["deals", *(str(key) for key in processes if key >= FIRST)]


def test_all_tabs_are_shown_renamed_and_hidden(stage, chosen):
    page = open_page(stage)

    save(page, card=chosen)
    assert (page.said, len(bound_codes(stage))) == ("Settings saved", 206)

    save(page, card=chosen, **{"title-en": "Money"})
    titles = {one.title_in("en") for one in stage.portal.installation.placements}
    assert (page.said, titles) == ("Settings saved", {"Money"})

    save(page)
    save(page, card=["deals"])
    assert (page.said, bound_codes(stage)) == ("Settings saved", [DEAL])


def test_an_update_binds_them_all_again(stage, chosen):
    save(open_page(stage), card=chosen)
    stage.portal.installation.placements.clear()
    stage.portal.installation.event_handlers.clear()
    with stage.database.transaction() as session:
        rebinding.rebind_soon(session, stage.deps, stage.portal.member_id)

    stage.run_housekeeping()

    assert len(bound_codes(stage)) == 206
    handled = {one.event for one in stage.portal.installation.event_handlers}
    assert handled == set(stage.deps.manifest.events)


def test_repair_binds_what_is_missing_of_them(stage, chosen):
    page = open_page(stage)
    save(page, card=chosen)
    stage.portal.installation.placements.clear()

    page.post("/settings/repair")

    assert page.said == "Tabs and events are complete"
    assert len(bound_codes(stage)) == 206
