"""A payment from the client's account: no Undo takes its amount a second time unasked."""

from __future__ import annotations

from decimal import Decimal

import pytest

from b24app.storage import settings
from tests.support.acts import ACCOUNT, CARD, PAY, SMALL, payment

ASKS = 'data-confirm="dlg-paid"'


@pytest.fixture
def stage(writing_stage):
    """The settings ask for no confirmation."""
    with writing_stage.database.transaction() as session:
        settings.save(
            session,
            writing_stage.portal.member_id,
            {"confirm_pay": False},
            updated_by=1,
            now=writing_stage.deps.clock(),
        )
    return writing_stage


def unmarked(stage, system, *, is_read=True):
    stage.portal.crm.payments[SMALL].pay_system_id = system
    stage.portal.crm.accounts["EUR"] = Decimal(1_000_000)
    tab = stage.tab()
    if is_read:
        tab.get("/payments/new")
    assert PAY.send(tab, None).status_code == 200
    answer = tab.post(f"/payments/{SMALL}/unpay")
    assert (answer.status_code, payment(stage, SMALL).is_paid) == (200, False), tab.said
    return answer.text


@pytest.mark.parametrize(("system", "asks"), [(ACCOUNT, True), (CARD, False)])
def test_undo_asks_where_it_takes_the_amount_again(stage, system, asks):
    text = unmarked(stage, system)

    assert f"/payments/{SMALL}/pay" in text.split('id="toast"')[-1]
    assert (ASKS in text.split('id="toast"')[-1]) is asks
    assert ('data-from-account="1"' in text) is asks


def test_what_nobody_has_read_is_not_known(stage):
    assert 'data-from-account="1"' not in unmarked(stage, ACCOUNT, is_read=False)
