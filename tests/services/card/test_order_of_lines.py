"""What is put back stands where it stood: lines come as the card has them, not as they came."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from b24app.domain import Delivery, Money, Payment, PaymentDelivery, PaymentItem, ProductRow
from b24app.services.card.payment_details import Sources, details_of

EUR = Money(Decimal(10), "EUR")
PAYMENT = Payment(1, "1/1", False, None, None, 1, "Cash", EUR)


def details(items, links, rows, deliveries):
    return details_of(PAYMENT, items, links, Sources(rows, deliveries))


def lines_of(shown):
    return (
        [line.item.row_id for line in shown.items],
        [line.item.document_id for line in shown.deliveries],
    )


@st.composite
def cards(draw):
    """Rows and deliveries of a card, and lines of a payment: of them, of others, of none."""
    ids = draw(st.lists(st.integers(1, 30), unique=True, min_size=1, max_size=8))
    sorts = draw(st.lists(st.integers(0, 3), min_size=len(ids), max_size=len(ids)))
    rows = {
        one: ProductRow(one, f"Row {one}", EUR, Decimal(9), sort=sort)
        for one, sort in zip(ids, sorts, strict=True)
    }
    deliveries = {one: Delivery(one, f"1/{one}", False, "Courier", EUR) for one in ids}
    billed = draw(st.lists(st.integers(1, 40), unique=True, min_size=1, max_size=10))
    items = [PaymentItem(100 + at, 1, Decimal(1), one) for at, one in enumerate(billed)]
    links = [PaymentDelivery(200 + at, 1, one) for at, one in enumerate(billed)]
    return rows, deliveries, items, links


@given(cards(), st.data())
def test_a_line_that_is_taken_out_and_put_back_keeps_its_place(card, data):
    rows, deliveries, items, links = card
    known = [one for one in items if one.row_id in rows]
    if not known:
        return
    taken = data.draw(st.sampled_from(known))
    at = items.index(taken)
    before = lines_of(details(items, links, rows, deliveries))

    # The portal gives it a new id, and lists by id.
    again = [*items[:at], *items[at + 1 :], replace(taken, id=999)]
    linked = [*links[:at], *links[at + 1 :], replace(links[at], id=998)]

    assert lines_of(details(again, linked, rows, deliveries)) == before


@given(cards())
def test_no_line_is_lost_and_those_of_the_card_come_first(card):
    rows, deliveries, items, links = card

    shown, linked = lines_of(details(items, links, rows, deliveries))

    assert sorted(shown) == sorted(one.row_id for one in items)
    assert sorted(linked) == sorted(one.document_id for one in links)
    known = [one in rows for one in shown]
    assert known == sorted(known, reverse=True)
    sorts = [(rows[one].sort, one) for one in shown if one in rows]
    assert sorts == sorted(sorts)
