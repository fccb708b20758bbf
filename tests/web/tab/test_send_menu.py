"""The ways to send a payment's link: to whom, with what, and what is told to nobody."""

from __future__ import annotations

import html
import re
from decimal import Decimal
from urllib.parse import unquote

import pytest

from b24app.simulator.portal_state.records import ClientAddress
from tests.support.acts import FOREIGN, PAID, SMALL
from tests.support.odd_answers import put
from tests.support.send_menu import body_of, choices, hrefs
from tests.support.stage import INVOICE, MANAGER

CONTACT, COMPANY = 3, 4
IDA, OTTO, NORTHWIND = (CONTACT, 301), (CONTACT, 302), (COMPANY, 401)
SEND = f"/payments/{SMALL}/send"
ADDRESS = "ida.holm@northwind.example"
HIDDEN = "does not show you this client’s contact details"
NOBODY = "names no client with contact details"


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def addresses(stage, card, *values):
    stage.portal.crm.cards[card].addresses = [
        ClientAddress(900 + number, *value) for number, value in enumerate(values)
    ]


def hide(stage, *cards, user_id=MANAGER):
    stage.portal.users[user_id].hidden_cards.update(cards)


def test_the_ways_are_there_with_number_amount_and_link(stage):
    answer = stage.tab().get(SEND)

    link = re.findall(r'value="(http[^"]+)"', answer.text)[0]
    found = hrefs(answer)
    assert list(found) == ["email", "sms", "whatsapp", "telegram"]
    for way in ("email", "sms", "whatsapp"):
        assert body_of(found[way]) == (
            f"Hello,\n\nhere is the link for payment 3653/3, €2,258.00:\n{link}"
        )
    assert body_of(found["telegram"]) == (
        "Hello,\n\nhere is the link for payment 3653/3, €2,258.00:"
    )
    assert unquote(found["telegram"]).startswith(f"https://t.me/share/url?url={link}&")
    assert "subject=Payment%203653%2F3%2C%20%E2%82%AC2%2C258.00&" in found["email"]


def test_the_card_s_own_client_is_named_and_a_fax_or_an_extension_is_not(stage):
    answer = stage.tab().get(SEND)

    assert choices(answer) == [
        "Ida Holm, ida.holm@northwind.example",
        "Ida Holm, ida@holm.example",
        "Northwind Showrooms, office@northwind.example",
        "Nobody yet",
    ]
    found = hrefs(answer)
    assert found["email"].startswith(f"mailto:{ADDRESS}?")
    assert found["sms"].startswith("sms:+491705550123?&body=")
    assert found["whatsapp"].startswith("https://wa.me/491705550123?text=")
    assert "5550 199" not in answer.text
    assert "ext. 4" not in answer.text


def test_a_mobile_comes_first_and_only_a_number_with_its_country_goes_to_whatsapp(stage):
    addresses(
        stage,
        IDA,
        ("PHONE", "WORK", "+49 30 5550 188"),
        ("PHONE", "PAGER", "+49 30 5550 200"),
        ("PHONE", "MOBILE", "0170 555 01 23"),
    )

    answer = stage.tab().get(SEND)

    assert choices(answer) == [
        "Ida Holm, 0170 555 01 23",
        "Ida Holm, +49 30 5550 188",
        "Nobody yet",
    ]
    assert hrefs(answer)["sms"].startswith("sms:01705550123?")
    assert hrefs(answer)["whatsapp"].startswith("https://wa.me/?text=")
    values = [html.unescape(one) for one in re.findall(r"<option value='([^']+)'", answer.text)]
    assert values[1] == '{"sms": "+49305550188", "whatsapp": "49305550188"}'


def test_all_contacts_of_the_card_are_a_choice_in_two_calls(stage):
    stage.portal.crm.cards[2, 8061].contact_ids = [302, 301]
    addresses(stage, OTTO, ("EMAIL", "WORK", "otto@brandt.example"))
    tab = stage.tab()
    stage.forget_calls()

    answer = tab.get(SEND)

    assert choices(answer)[:2] == [
        "Otto Brandt, otto@brandt.example",
        "Ida Holm, ida.holm@northwind.example",
    ]
    assert len(stage.http_calls) == 2


def test_an_invoice_has_its_own_client(stage):
    tab = stage.tab(entity_id=512, placement=INVOICE)
    own = next(
        one.id
        for one in stage.portal.crm.payments.values()
        if not one.is_paid and (f'data-payment-id="{one.id}"' in tab.answer.text)
    )

    assert hrefs(tab.get(f"/payments/{own}/send"))["email"].startswith(f"mailto:{ADDRESS}?")


@pytest.mark.parametrize(
    ("hidden", "left", "says"),
    [
        ((IDA,), "office@northwind.example", ""),
        ((NORTHWIND,), ADDRESS, ""),
        ((IDA, NORTHWIND), "", HIDDEN),
    ],
)
def test_whom_one_may_not_see_is_left_out_and_the_ways_are_there(stage, hidden, left, says):
    hide(stage, *hidden)

    answer = stage.tab().get(SEND)

    assert answer.status_code == 200
    assert hrefs(answer)["email"].startswith(f"mailto:{left}?")
    assert (HIDDEN in answer.text) is (says == HIDDEN)
    if IDA in hidden:
        assert "Ida" not in answer.text
        assert "0170 555" not in answer.text
        assert "01705550123" not in answer.text


def test_one_contact_of_several_may_be_hidden(stage):
    stage.portal.crm.cards[2, 8061].contact_ids = [302, 301]
    addresses(stage, OTTO, ("EMAIL", "WORK", "otto@brandt.example"))
    hide(stage, IDA)

    answer = stage.tab().get(SEND)

    assert "otto@brandt.example" in answer.text
    assert "Ida" not in answer.text


def test_a_refused_contact_refuses_nothing_else(stage):
    hide(stage, IDA, NORTHWIND)
    tab = stage.tab()
    tab.get(SEND)

    assert 'id="pay-1038"' in tab.show().text


@pytest.mark.parametrize("bound", [([], None), ([302], None), ([302], 402)])
def test_a_card_without_addresses_offers_the_ways_to_nobody(stage, bound):
    deal = stage.portal.crm.cards[2, 8061]
    deal.contact_ids, deal.company_id = bound

    answer = stage.tab().get(SEND)

    assert answer.status_code == 200
    assert NOBODY in answer.text
    assert "@" not in hrefs(answer)["email"].split("?")[0]
    assert hrefs(answer)["sms"].startswith("sms:?&body=")
    assert ADDRESS not in answer.text


@pytest.mark.parametrize("habit", ["refuses_batch", "ignores_references"])
def test_on_an_older_portal_the_addresses_are_those_of_the_card_too(stage, habit):
    if habit == "refuses_batch":
        stage.portal.switches.batch_refused = ["crm.", "salescenter."]
    else:
        stage.portal.switches.resolves_references = False

    answer = stage.tab().get(SEND)

    assert answer.status_code == 200
    assert ADDRESS in answer.text
    assert "office@northwind.example" in answer.text


def test_addresses_that_cannot_be_read_now_are_said_to_be(stage):
    tab = stage.tab()
    stage.fail("crm.item.get", "error_500", times=3)

    answer = tab.get(SEND)

    assert answer.status_code == 200
    assert "did not give the client’s contact details just now" in answer.text
    assert len(hrefs(answer)) == 4


@pytest.mark.parametrize("shop", ["no_site", "phone_not_confirmed", "unavailable"])
def test_without_a_link_there_is_no_menu_and_the_reason_is_told(stage, shop):
    stage.portal.switches.shop = shop

    answer = stage.tab().get(SEND)

    assert answer.status_code == 422
    assert "administrator" in answer.text
    assert ADDRESS not in answer.text
    assert "data-takes" not in answer.text


def test_a_payment_that_was_paid_meanwhile_is_sent_to_nobody(stage):
    answer = stage.tab().get(f"/payments/{PAID}/send")

    assert "is paid by now: there is nothing to send" in answer.text
    assert hrefs(answer) == {}
    assert ADDRESS not in answer.text
    assert "QR code" in answer.text


def test_the_buttons_belong_to_unpaid_payments(stage):
    page = stage.tab().answer.text

    assert f'popovertarget="send-{SMALL}"' in page
    assert f'popovertarget="send-{PAID}"' not in page
    assert f'popovertarget="link-{PAID}"' in page


def test_an_amount_of_zero_is_said(stage):
    for item in stage.portal.crm.items_of(SMALL, "P"):
        del stage.portal.crm.payment_items[item.id]
    stage.portal.crm.payments[SMALL].sum = Decimal(0)

    answer = stage.tab().get(SEND)

    assert "Its amount is zero" in answer.text
    assert "€0.00" in body_of(hrefs(answer)["email"])


def test_names_with_odd_signs_are_text(stage):
    ida = stage.portal.crm.cards[IDA]
    ida.name, ida.last_name = "<b>&\"'{link}", "\u202e\U0001f600"
    addresses(stage, IDA, ("EMAIL", "WORK", "a'b&c@holm.example"), ("EMAIL", "HOME", "x@y.example"))

    answer = stage.tab().get(SEND)

    assert "<b>" not in answer.text
    assert "a&#39;b&amp;c@holm.example" in answer.text
    assert hrefs(answer)["email"].startswith("mailto:a%27b%26c@holm.example?subject=")


def test_whom_the_card_does_not_name_is_dropped_whatever_the_portal_answers(stage):
    """As where a filter is ignored: the list has somebody else in it."""
    stage.portal.crm.cards[2, 8061].contact_ids = [302, 301]
    addresses(stage, OTTO, ("EMAIL", "WORK", "otto@brandt.example"))
    tab = stage.tab()
    put(stage, "crm.item.list", "id", "999")

    answer = tab.get(SEND)

    assert "otto@brandt.example" in answer.text
    assert "Ida" not in answer.text


def test_a_contact_in_another_s_place_is_not_taken_for_it(stage):
    tab = stage.tab()
    put(stage, "crm.item.get", "id", "999")
    put(stage, "crm.item.list", "id", "998")

    answer = tab.get(SEND)

    assert answer.status_code == 200
    assert "Ida" not in answer.text
    assert HIDDEN in answer.text


def test_nobody_else_s_client_is_ever_read(stage):
    addresses(stage, OTTO, ("EMAIL", "WORK", "otto@brandt.example"))
    tab = stage.tab()

    assert tab.get(f"/payments/{FOREIGN}/send").status_code == 404
    assert "otto" not in tab.answer.text
    assert stage.asked("salescenter.payment.getPublicUrl") == []

    tab.get(SEND)
    read = [
        one.params["id"]
        for one in stage.executed("crm.item.get")
        if one.params["entityTypeId"] in {"3", "4", 3, 4}
    ]
    assert {str(one) for one in read} == {"301", "401"}
