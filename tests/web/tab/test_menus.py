"""What menus of payments offer: each its own, in a long list once for all that offer the same."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from b24app.simulator.portal_state import seed
from b24app.storage import settings as stored

MENU = re.compile(r'id="menu-(\d+)"([^>]*)>(.*?)</div>', re.DOTALL)
TEMPLATE = re.compile(r'<template id="(menu-items-\d+)">(.*?)</template>', re.DOTALL)
ODD = """5/{amount} {id} {told} "O'Brien" </div> \\ ü"""


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def opened(stage, payments):
    seed.fill(stage.portal.crm, payments)
    return stage.tab().answer.text


def test_each_menu_acts_on_its_own_payment(stage):
    menus = MENU.findall(opened(stage, 20))

    assert len(menus) == len(stage.portal.crm.payments_of(2, 8061))
    for payment_id, _, items in menus:
        assert set(re.findall(r"/payments?/(?:details/)?(\d+)", items)) <= {payment_id}
        assert f'data-opens-row="{payment_id}"' in items
        one = stage.portal.crm.payments[int(payment_id)]
        assert (f'hx-delete="/payments/{payment_id}"' in items) is not one.is_paid
        assert "{" not in items.replace('{"', "")


def test_what_a_payment_is_called_stays_as_it_is(stage):
    seed.fill(stage.portal.crm, 3)
    with stage.database.transaction() as session:
        portal, now = stage.portal.member_id, stage.portal_clock.now()
        saved = stored.load(session, portal)
        stored.save(session, portal, {**saved, "confirm_pay": False}, updated_by=1, now=now)
    unpaid = next(one for one in stage.portal.crm.payments.values() if not one.is_paid)
    unpaid.account_number = ODD

    text = stage.tab().answer.text

    [note] = re.findall(rf"id=\"pay-note-{unpaid.id}\".*?hx-vals='([^']*)'", text, re.DOTALL)
    assert json.loads(unescape(note))["number"] == ODD


def test_in_a_long_list_they_share_what_they_offer(stage):
    text = opened(stage, 60)
    menus, shared = MENU.findall(text), dict(TEMPLATE.findall(text))

    assert len(menus) == len(stage.portal.crm.payments_of(2, 8061))
    assert 2 <= len(shared) <= 4, "paid or not, expected or not, of nothing or not"
    for payment_id, attributes, items in menus:
        assert items.strip() == ""
        [its_items] = re.findall(r'data-items="([^"]+)"', attributes)
        offered = shared[its_items]
        is_paid = stage.portal.crm.payments[int(payment_id)].is_paid
        assert ('hx-delete="/payments/{id}"' in offered) is not is_paid
        assert ("data-deletes" in attributes) is not is_paid


def test_an_amount_that_cannot_be_read_is_not_taken_for_nothing(stage):
    seed.fill(stage.portal.crm, 60)
    unpaid = max(one.id for one in stage.portal.crm.payments.values() if not one.is_paid)
    stage.portal.crm.payments[unpaid].sum = "a lot"

    menus = {payment_id: items for payment_id, _, items in MENU.findall(stage.tab().answer.text)}

    assert f'hx-delete="/payments/{unpaid}"' in menus[str(unpaid)]
    assert '"shown":"0"' not in menus[str(unpaid)]


def test_what_comes_later_into_a_long_list_brings_its_own(stage):
    seed.fill(stage.portal.crm, 60)
    tab = stage.tab()
    unpaid = max(one.id for one in stage.portal.crm.payments.values() if not one.is_paid)

    answer = tab.post(f"/payments/{unpaid}/pay")

    [(payment_id, attributes, items)] = MENU.findall(answer.text)
    assert int(payment_id) == unpaid
    assert "data-items" not in attributes
    assert f'data-opens-row="{unpaid}"' in items
