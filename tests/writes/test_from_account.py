"""A payment from the client's account: no Undo takes its amount a second time unasked."""

from __future__ import annotations

from decimal import Decimal

import pytest

from b24app.errors import AccountTooLowError
from b24app.storage import settings
from b24app.web.words.error_words import of_write
from tests.support import odd_cards
from tests.support.acts import ACCOUNT, CARD, PAY, SMALL, payment
from tests.web.tab.test_filling import part_of

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


CHOSEN = "Bitrix24 chose the client’s account in its shop for it: Mark as paid takes the amount"


@pytest.mark.parametrize("systems", [(ACCOUNT,), (ACCOUNT, CARD)], ids=["account", "card, too"])
@pytest.mark.parametrize("way", ["/payments/rest", "/payments"])
def test_a_payment_for_which_bitrix24_chose_the_account_says_so(stage, systems, way):
    """Where there is no cash system it takes the first that fits (quirk 32)."""
    crm = stage.portal.crm
    known = {one: crm.pay_systems[one] for one in systems}
    crm.pay_systems.clear()
    crm.pay_systems.update(known)
    tab = stage.tab()
    row = next(iter(tab.get("/payments/new").text.split('name="row" value="')[1:])).split('"')[0]
    fields = {} if way == "/payments/rest" else {"row": row, f"quantity-{row}": 1}

    answer = tab.post(way, {**fields, "pay_system_id": ""})

    made = max(crm.payments)
    assert (answer.status_code, crm.payments[made].pay_system_id) == (200, systems[0]), tab.said
    assert CHOSEN in tab.said
    assert 'class="toast toast--warn"' in answer.text


def test_so_does_one_that_was_filled_in_parts(stage):
    crm = stage.portal.crm
    odd_cards.add_deal(crm, odd_cards.MANY, 60)
    account = crm.pay_systems[ACCOUNT]
    crm.pay_systems.clear()
    crm.pay_systems[ACCOUNT] = account
    tab = stage.tab(entity_id=odd_cards.MANY)
    tab.get("/payments/rest")
    tab.post("/payments/rest")

    tab.post_all(part_of(tab))

    assert CHOSEN in tab.said


def test_where_it_chose_another_one_nothing_is_said(stage):
    tab = stage.tab()
    tab.get("/payments/rest")

    answer = tab.post("/payments/rest", {"pay_system_id": ""})

    assert answer.status_code == 200, tab.said
    assert "account" not in tab.said


def test_what_bitrix24_says_of_the_account_is_told_as_its_words_with_a_way_on():
    said = of_write(AccountTooLowError)

    assert "Nothing was changed: Bitrix24 says that" in said
    assert "or is locked" in said
    assert "Ask an administrator" in said
