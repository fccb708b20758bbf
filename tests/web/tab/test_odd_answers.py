"""A portal whose answers hold odd values: shown as unreadable in their own place, and no more."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from b24app.services.card.card_view import Sort
from b24app.simulator.portal_state.switches import OddValue
from tests.support.acts import (
    ACTS,
    ADD_DELIVERY,
    CREATE,
    DELETE,
    PAY,
    REASSIGN,
    REMOVE_ITEM,
    REST,
    SET_QUANTITY,
    SMALL,
    SYSTEM,
    UNCHANGED_WORDS,
    billed,
    new_payments,
    outcomes,
)
from tests.support.many import states
from tests.support.odd_answers import (
    CARD,
    DELIVERIES,
    FREE,
    ITEMS,
    LINKS,
    LIST,
    PLACES,
    ROW_PLACES,
    ROWS,
    TEXTS,
    put,
)
from tests.support.stage import INVOICE, SMART, payments_in, token_in


@pytest.fixture
def stage(writing_stage):
    writing_stage.tab()
    return writing_stage


def look_around(stage, orders=Sort):
    """Open the tab and everything that only reads; answers what was shown of the tab."""
    tab = stage.tab()
    first = tab.answer
    assert first.status_code == 200, first.text
    shown = list(payments_in(first.text))
    tab.get("/payments/details", ids=",".join(shown), rows=11)
    assert tab.answer.status_code == 200
    for path in ("/payments/new", "/payments/allocation", "/payments/export.csv"):
        assert tab.get(path).status_code == 200, path
    for page in ("items", "deliveries", "system", "history", "reminder"):
        answer = tab.get(f"/payments/{shown[-1]}/{page}")
        assert answer.status_code in {200, 409, 422}, (page, answer.text)
    for order in orders:
        assert tab.show(sort=order).status_code == 200
    return first


def amount_of(text, payment_id):
    found = re.search(rf'id="amount-{payment_id}"[^>]*><data value="([^"]*)">([^<]*)', text)
    return found.groups()


@pytest.mark.parametrize(("method", "field"), PLACES)
@pytest.mark.parametrize("text", ["1e27", "null", '"\\ud83d"', "[[1]]"])
def test_one_odd_value_takes_no_page_down(stage, method, field, text):
    put(stage, method, field, text)

    answer = stage.tab().answer

    assert answer.status_code == 200
    assert len(payments_in(answer.text)) == 4


@pytest.mark.parametrize("text", TEXTS)
def test_everything_odd_at_once_takes_no_page_down(stage, text):
    for method, field in PLACES:
        put(stage, method, field, text)

    answer = look_around(stage)

    assert len(payments_in(answer.text)) == 4
    assert "<script>alert" not in answer.text
    answer.text.encode("utf-8")


@pytest.mark.parametrize("text", ['"0001-01-01"', '"../x"', "-10.55", f'"{"x" * 2000}"'])
@pytest.mark.parametrize("field", ["currency", "accountNumber"])
def test_rows_of_odd_words_can_be_selected_and_marked_together(stage, field, text):
    put(stage, LIST, field, text)
    tab = stage.tab()
    numbers = dict(
        re.findall(r'data-payment-id="(\d+)"[^>]*?data-number="([^"]*)"', tab.answer.text)
    )
    unpaid = [one for one, state in states(tab).items() if state.startswith("N")]
    chosen = [f"{one} {states(tab)[one]} {numbers[str(one)]}" for one in unpaid]

    for path, more in (("selected", {}), ("question", {"action": "pay"})):
        query = {"chosen": chosen, **more}
        answer = stage.client.get(
            f"/payments/many/{path}", query_string=query, headers=tab.headers()
        )
        assert answer.status_code == 200, answer.text
    answer = tab.post("/payments/many/pay", {"chosen": chosen})

    assert answer.status_code == 200
    assert len(unpaid) == 2
    assert all(stage.portal.crm.payments[one].is_paid for one in unpaid)


@pytest.mark.parametrize(("method", "field"), ROW_PLACES)
@pytest.mark.parametrize("text", ["null", str(2**70)])
def test_a_row_that_is_none_is_left_out_alone(stage, method, field, text):
    put(stage, method, field, text, row=1)

    # Nothing else takes part in the order of payments.
    answer = look_around(stage, Sort if method == LIST else ())

    expected = 3 if method == LIST else 4
    assert len(payments_in(answer.text)) == expected
    assert ("could not be read. It is neither shown nor counted" in answer.text) is (method == LIST)
    assert ("Deliveries of this card could not be read" in answer.text) is (method == DELIVERIES)


ODD = st.tuples(
    st.sampled_from(PLACES + ROW_PLACES), st.sampled_from(TEXTS), st.sampled_from([None, 1, 2])
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(odd=st.lists(ODD, min_size=2, max_size=6))
def test_many_odd_values_take_no_page_down_either(module_stage, odd):
    stage = module_stage
    stage.portal.switches.odd_values = [
        OddValue(method, field, text, row) for (method, field), text, row in odd
    ]
    tab = stage.tab()
    stage.portal.switches.odd_values = []

    assert tab.answer.status_code == 200, tab.answer.text


def figure(text, name):
    return re.search(rf"<dt>{name}</dt><dd>(?:<[^>]*>)*([^<]*)", text).group(1)


@pytest.mark.parametrize("text", ["1e27", '"99999999999999999999999999999.99"', "NaN", "null"])
@pytest.mark.parametrize("is_paid", [True, False])
def test_an_unreadable_amount_says_so_and_so_does_what_is_summed_from_it(stage, text, is_paid):
    put(stage, LIST, "sum", text, row=4 if is_paid else 1)
    page = stage.tab().answer.text

    shown = {one: amount_of(page, one) for one in payments_in(page)}
    [odd] = [one for one, (value, _) in shown.items() if not value]
    assert payments_in(page)[odd] == ("Y" if is_paid else "N")
    assert [words for _, words in shown.values()].count("unreadable") == 1
    assert figure(page, "Amount") != "unreadable"
    for name in ("Paid", "Outstanding"):
        assert (figure(page, name) == "unreadable") is is_paid
    assert "100%" not in page


def test_an_unreadable_deal_amount_is_unreadable_where_the_deal_is_cited(stage):
    put(stage, CARD, "opportunity", "1e27")

    assert 'The deal says <data value="">unreadable</data>' in stage.tab().answer.text


def test_an_unreadable_price_leaves_no_figure_of_what_is_to_be_paid(stage):
    put(stage, ROWS, "price", "1e27", row=1)
    put(stage, FREE, "price", "1e27")
    page = stage.tab().answer.text

    assert [figure(page, name) == "unreadable" for name in ("Amount", "Paid", "Outstanding")] == [
        True, False, True,
    ]  # fmt: skip
    assert "Over-" not in page


@pytest.mark.parametrize(("method", "field"), [(ITEMS, "id"), (LIST, "paid")])
def test_what_is_unbilled_is_not_computed_from_lines_of_which_some_are_unread(stage, method, field):
    before = unbilled_in(stage.tab().get("/payments/allocation").text)
    put(stage, method, field, "null", row=1)

    text = stage.tab().get("/payments/allocation").text

    assert unbilled_in(text) == before
    assert "could not be read and are not shown here" in text


def unbilled_in(text):
    return re.findall(r'data-label="Not billed">([^<]*)<', text)


def test_deliveries_that_cannot_be_read_leave_no_figure_either(stage):
    put(stage, DELIVERIES, "id", "null", row=1)
    page = stage.tab().answer.text

    assert figure(page, "Amount") == "unreadable"
    assert "Deliveries that could not be read" in page


def test_numbers_with_seventeen_digits_are_shown_as_they_were_meant(stage):
    stage.portal.switches.has_17_digits = True
    row = next(one for one in stage.portal.crm.rows_of(2, 8061) if one.basket_id is None)
    row.price = Decimal("24.33")
    stage.portal.crm.payments[SMALL].sum = Decimal("2258.07")

    tab = stage.tab()

    assert amount_of(tab.answer.text, SMALL) == ("2258.07", "€2,258.07")
    assert "€24.33" in tab.get("/payments/new").text
    everything = tab.answer.text + tab.show().text + tab.get("/payments/allocation").text
    assert not re.search(r"\d\.\d{6}", everything)


def test_the_rest_of_a_fraction_is_billed_to_its_whole_part(stage):
    """Of 4.1 with 0.1 billed Bitrix24 says that 3.9999999999999996 are left."""
    crm = stage.portal.crm
    [line] = [one for one in crm.items_of(SMALL, "product") if one.id == 1200]
    row = next(one for one in crm.rows_of(2, 8061) if one.basket_id == line.entity_id)
    row.quantity = crm.baskets[row.basket_id].quantity = Decimal("4.1")
    line.quantity = Decimal("0.1")

    tab = stage.tab()
    assert "3.9999" not in tab.get("/payments/new").text
    tab.post("/payments/rest")

    [made] = new_payments(stage)
    assert billed(stage, made, row.id) == 4


@pytest.mark.parametrize("act", ACTS, ids=str)
@pytest.mark.parametrize("switch", ["has_list_holes", "has_17_digits"])
def test_every_write_works_on_a_portal_that_prints_oddly(stage, act, switch):
    setattr(stage.portal.switches, switch, True)
    tab = stage.tab()
    assert len(payments_in(tab.answer.text)) == 4

    answer = act.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert act.done(stage)


@pytest.mark.parametrize("placement", [INVOICE, SMART])
def test_lists_with_holes_on_other_cards(stage, placement):
    stage.portal.switches.has_list_holes = True
    items = [one for kind, one in stage.portal.crm.cards if kind == 1036]
    entity_id = 512 if placement == INVOICE else items[0]

    assert stage.tab(entity_id=entity_id, placement=placement).answer.status_code == 200


def test_the_settings_are_read_from_lists_with_holes(stage):
    stage.portal.switches.has_list_holes = True
    answer = stage.frame("/", stage.post_fields(1))
    headers = {"Authorization": f"Bearer {token_in(answer)}", "HX-Request": "true"}

    page = stage.client.get("/settings", headers=headers)

    assert page.status_code == 200
    assert "Bank transfer" in page.text
    assert "Installation projects" in page.text


# A write that was carried out is never hidden by what comes back.

ODD_REREADS = [
    (PAY, LIST, "sum", "1e27"),
    (PAY, LIST, "paid", '"X"'),
    (PAY, LIST, "id", str(2**70)),
    (PAY, LIST, "*", "null"),
    (PAY, LIST, "accountNumber", '"Lamp \\ud83d"'),
    (PAY, ROWS, "productName", '"Lamp \\ud83d"'),
    (PAY, LIST, "datePaid", '"0001-01-01T00:00:00+14:00"'),
    (PAY, CARD, "opportunity", "1e27"),
    (PAY, ITEMS, "quantity", "NaN"),
    (PAY, ITEMS, "id", "null"),
    (PAY, DELIVERIES, "*", "null"),
    (DELETE, LIST, "sum", "1e27"),
    (DELETE, LIST, "*", "null"),
    (SYSTEM, LIST, "paySystemId", '"x"'),
    (SYSTEM, LIST, "paid", "null"),
    (SET_QUANTITY, ITEMS, "quantity", '"99999999999999999999999999999.99"'),
    (SET_QUANTITY, ITEMS, "id", str(2**70)),
    (SET_QUANTITY, LIST, "paid", "[]"),
    (REMOVE_ITEM, ITEMS, "id", "null"),
    (REMOVE_ITEM, ITEMS, "quantity", "null"),
    (ADD_DELIVERY, LINKS, "deliveryId", '"x"'),
    (ADD_DELIVERY, LINKS, "*", "[]"),
    (REASSIGN, LINKS, "deliveryId", "null"),
    (CREATE, ITEMS, "quantity", "1e27"),
    (CREATE, LIST, "sum", "NaN"),
    (CREATE, ITEMS, "id", "0"),
    (REST, ITEMS, "quantity", "null"),
    (REST, LIST, "paid", "5"),
]


@pytest.mark.parametrize(("act", "method", "field", "text"), ODD_REREADS)
def test_an_odd_value_never_hides_that_a_write_was_carried_out(stage, act, method, field, text):
    tab = stage.tab()
    stage.portal.faults.before(act.method, lambda: put(stage, method, field, text))

    answer = act.send(tab, None)

    assert act.done(stage)
    assert not UNCHANGED_WORDS.search(tab.said), tab.said
    assert "went wrong" not in tab.said
    assert answer.status_code in {200, 502}
    [(_, outcome)] = outcomes(stage)
    assert outcome in {"done", "partial", "unknown"}, tab.said


@pytest.mark.parametrize(
    ("method", "field", "text"), [(LIST, "sum", "1e27"), (ITEMS, "quantity", "NaN")]
)
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_what_is_unreadable_from_the_start_is_no_reason_to_refuse(stage, act, method, field, text):
    """Only where the number itself is asked about is there something to say."""
    put(stage, method, field, text)
    tab = stage.tab()

    answer = act.send(tab, None)

    assert answer.status_code in {200, 409, 422, 502}
    if answer.status_code == 200:
        assert act.done(stage)
    assert "went wrong" not in tab.said


def test_a_payment_in_an_unread_row_is_not_called_deleted(stage):
    tab = stage.tab()
    put(stage, LIST, "paid", '"X"')

    answer = tab.delete(f"/payments/{SMALL}")

    assert answer.status_code == 422
    assert "cannot be read" in tab.said
    assert SMALL in stage.portal.crm.payments


def test_a_name_with_half_an_emoji_reaches_log_and_file(stage):
    user = stage.portal.users[7]
    user.name = "Marta \ud83d"
    stage.portal.crm.payments[SMALL].account_number = "3653/3\x00\udc00"
    tab = stage.tab()

    assert tab.post(f"/payments/{SMALL}/pay").status_code == 200

    settings_page = stage.frame("/", stage.post_fields(1))
    headers = {"Authorization": f"Bearer {token_in(settings_page)}", "HX-Request": "true"}
    for path in ("/settings/activity", "/settings/activity.csv"):
        answer = stage.client.get(path, headers=headers)
        assert answer.status_code == 200
        assert "Marta \N{REPLACEMENT CHARACTER}" in answer.text
        assert "3653/3\N{REPLACEMENT CHARACTER}" in answer.text


@pytest.mark.parametrize("blank", ["", "  ", "\u200b"])
def test_what_has_no_name_to_see_goes_by_its_number(stage, blank):
    crm = stage.portal.crm
    for row in crm.product_rows.values():
        row.product_name = blank
    for shipment in crm.shipments.values():
        shipment.account_number = blank
    for system in crm.pay_systems.values():
        system.name = blank
    for payment in crm.payments.values():
        payment.account_number = payment.pay_system_name = blank
    tab = stage.tab()
    shipment = crm.shipments_of(2, 8061)[0]

    assert f">{SMALL}</bdi>" in tab.answer.text
    assert "#8</bdi>" in tab.answer.text
    free = crm.rows_of(2, 8061)[-1].product_id
    assert f"<bdi>#{free}</bdi>" in tab.get("/payments/new").text
    assert ">#7</option>" in tab.get(f"/payments/{SMALL}/system").text
    assert f"Delivery {shipment.id}, shipped" in tab.get(f"/payments/{SMALL}/deliveries").text
