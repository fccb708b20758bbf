"""What templates owe to odd names, empty cards and first loads that fail."""

from __future__ import annotations

from decimal import Decimal

from tests.support.stage import MANAGER

ARABIC = "\u0645\u0646\u062a\u062c (12) LED"


def test_names_that_somebody_typed_turn_nothing_around_them(stage):
    crm = stage.portal.crm
    crm.cards[2, 8061].title = ARABIC
    crm.payments[1039].pay_system_name = ARABIC
    stage.portal.users[MANAGER].last_name = ARABIC
    for row in crm.product_rows.values():
        row.product_name = ARABIC
    for shipment in crm.shipments.values():
        shipment.service_name = ARABIC

    tab = stage.tab()
    assert f'scope="row"><bdi>{ARABIC}</bdi>, delivery <bdi>3653/2</bdi></th>' in tab.answer.text
    assert f'dir="auto"><bdi>{ARABIC}</bdi></span>' in tab.answer.text
    tab.get("/payments/details", ids="1039,1038,1037,1036", rows=11)

    for cell in ("item", "delivery"):
        [first, *_] = [line for line in tab.answer.text.splitlines() if f'id="{cell}-' in line]
        assert f"<bdi>{ARABIC}</bdi>" in first
    assert "by <bdi>" in tab.answer.text


def test_nothing_due_is_no_warning(stage):
    stage.portal.crm.cards[2, 8067].opportunity = Decimal(0)

    assert 'class="is-due"' not in stage.tab(entity_id=8067).answer.text
    assert 'class="is-due"' in stage.tab().answer.text


def test_a_first_load_that_fails_says_what_could_not_be_had(stage):
    stage.portal.faults.add("*", "html", 50)

    tab = stage.open()
    tab.get("/payments", first=1)

    assert tab.answer.status_code == 502
    assert "Payments could not be loaded." in tab.answer.text


def test_failures_are_announced_outside_of_what_announces_successes(stage):
    tab = stage.tab()
    stage.portal.faults.add("*", "html", 50)
    tab.post("/payments/1038/pay")

    assert 'hx-swap-oob="beforeend:#alerts"' in tab.answer.text


def test_a_missing_shop_site_says_who_can_change_that_and_offers_no_retry(stage):
    tab = stage.tab()
    stage.portal.switches.shop = "no_site"

    tab.get("/payments/1038/link")

    assert "There is no link. This Bitrix24 has no shop site yet. An administrator" in tab.said
    assert "data-retry" not in tab.answer.text
    assert "data-press" not in tab.answer.text


def test_a_busy_portal_offers_to_try_the_same_again(stage):
    tab = stage.tab()
    stage.portal.faults.add("*", "busy", 50)

    tab.post("/payments/1038/pay")

    assert tab.answer.status_code == 503
    assert "data-retry" in tab.answer.text
