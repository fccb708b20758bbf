"""The page of every state: a button makes the portal anew, signs in and leads to the card."""

from __future__ import annotations

import pytest

from b24app.simulator.gallery import STATES


@pytest.mark.parametrize("name", STATES)
def test_every_button_prepares_the_portal_and_leads_to_its_page(portal, state, name):
    wanted = STATES[name]

    answer = portal.post(f"/_control/gallery/{name}")

    assert (answer.status_code, answer.location) == (303, state.origin + wanted.card)
    assert portal.get_cookie("simulator_user").value == str(wanted.user)
    assert portal.post(f"/_control/gallery/{name}/meanwhile").status_code == 303


def test_the_next_state_finds_nothing_of_the_one_before(portal, state):
    state.users[7].language = "de"
    for name in ("scope", "subscription", "settings-problems", "installing", "busy", "sixty"):
        portal.post(f"/_control/gallery/{name}")

    portal.post("/_control/gallery/several")

    assert len(state.crm.payments_of(2, 8061)) == 4
    assert state.faults.faults == []
    assert state.installation.is_finished
    assert not state.installation.is_payment_expired
    assert "salescenter" in state.installation.scope
    assert "CRM_DEAL_DETAIL_TAB" in {one.code for one in state.installation.placements}
    assert state.users[7].language == "de"


def test_without_the_application_a_button_leads_to_the_marketplace(portal, state):
    state.uninstall(clean=True)

    assert portal.post("/_control/gallery/several").location.endswith("/marketplace/")
    assert portal.post("/_control/gallery/no-such").status_code == 404
