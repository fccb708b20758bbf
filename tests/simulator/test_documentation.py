"""docs/simulator.md names everything that can be switched, and everyone who can be played."""

from __future__ import annotations

from pathlib import Path

import pytest

from b24app.simulator.control.control import ALL_ACTIONS
from b24app.simulator.control.control_actions import YES_NO_SWITCHES
from b24app.simulator.control.control_somebody import ORDER_DEEDS, PAYMENT_DEEDS
from b24app.simulator.portal_state.crm import CrmData
from b24app.simulator.portal_state.faults import KINDS
from b24app.simulator.portal_state.faults import __doc__ as faults_doc
from b24app.simulator.portal_state.people import make_users
from b24app.simulator.portal_state.records import DEAL
from b24app.simulator.portal_state.seed import fill
from b24app.simulator.portal_state.switches import GENERATIONS, SHOPS

PAGE = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    [*ALL_ACTIONS, *YES_NO_SWITCHES, *KINDS, *GENERATIONS, *SHOPS, *ORDER_DEEDS, *PAYMENT_DEEDS],
)
def test_every_control_is_documented(name):
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_is_explained_beside_the_code(kind):
    assert kind in (faults_doc or "")


@pytest.mark.parametrize("user", make_users().values(), ids=lambda user: user.name)
def test_every_user_is_documented(user):
    assert f"| {user.id} | {user.full_name} |" in PAGE


def test_every_deal_is_documented():
    crm = CrmData()
    fill(crm)

    assert all(f"deal {card.id}" in PAGE for card in crm.cards_of(DEAL))
