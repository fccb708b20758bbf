"""A delivery that another payment bills is said to be there, and is not billed twice unasked."""

from __future__ import annotations

import re

import pytest

from b24app.simulator.portal_state import sale
from tests.support.acts import (
    COURIER,
    COURIER_LINE,
    FLEET,
    FLEET_IS_IN_PAID,
    LARGE,
    PAID,
    SMALL,
    books,
    forget_listing,
    links,
    outcomes,
    payment,
    writes_asked,
)
from tests.support.odd_answers import LINKS, put
from tests.web.tab.test_previews import words

FORM = f"/payments/{SMALL}/deliveries"


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def add_free_delivery(stage):
    """A delivery that no payment bills."""
    crm = stage.portal.crm
    return sale.add_shipment(
        crm, crm.orders_of(2, 8061)[0], (229, "Courier"), crm.payments[PAID].sum
    )


def from_fields(text):
    """Where the dialog says that deliveries can be moved from."""
    return dict(re.findall(r'name="(from-\d+)" value="([\d-]+)"', text))


def offered(text):
    """What the dialog offers: document id to whether it is chosen beforehand."""
    found = re.findall(r'name="delivery_id" value="(\d+)"([^>]*)>', text)
    return {int(one): " checked" in rest for one, rest in found}


def test_the_dialog_says_where_each_delivery_is_and_chooses_none_of_those(stage):
    text = stage.tab().get(FORM).text

    assert offered(text) == {FLEET: False, COURIER: False}
    assert "In payment 3653/2, paid" in text
    assert "In payment 3653/4, unpaid" in text
    assert f'name="holders-{FLEET}" value="{PAID}"' in text


def test_a_delivery_that_is_in_no_payment_comes_first_and_is_chosen(stage):
    free = add_free_delivery(stage)

    text = stage.tab().get(FORM).text

    assert offered(text) == {free.id: True, FLEET: False, COURIER: False}
    assert next(iter(offered(text))) == free.id
    assert f"holders-{free.id}" not in text


def test_what_is_in_an_unpaid_payment_can_be_moved_from_there(stage):
    tab = stage.tab()
    text = tab.get(FORM).text
    origins = dict(re.findall(r'name="from-(\d+)" value="(\d+-\d+)"', text))
    assert list(origins) == [str(COURIER)], "what is paid stays where it is"

    answer = tab.post(FORM, {"delivery_id": COURIER, "how": "move", **from_fields(text)})

    assert answer.status_code == 200, tab.said
    assert (links(stage, LARGE), links(stage, SMALL)) == ([], [COURIER])
    # The answer takes the place of the payment whose dialog it was; the other comes beside it.
    first, second = re.findall(r'<article[^>]*id="payment-(\d+)"[^>]*>', answer.text)
    assert (int(first), int(second)) == (SMALL, LARGE)


def test_a_move_that_fails_is_answered_at_the_payment_whose_dialog_it_was(stage):
    tab = stage.tab()
    fields = from_fields(tab.get(FORM).text)
    [line] = stage.portal.crm.items_of(LARGE, "delivery")
    del stage.portal.crm.items[line.id]

    answer = tab.post(FORM, {"delivery_id": COURIER, "how": "move", **fields})

    assert answer.status_code == 404
    assert re.findall(r'<article[^>]*id="payment-(\d+)"', answer.text)[0] == str(SMALL)
    assert links(stage, SMALL) == []


def test_enter_never_bills_twice(stage):
    """The first button of the form moves; of what is in a paid payment there is nothing to move."""
    tab = stage.tab()
    fields = {"delivery_id": FLEET, "how": "move", **from_fields(tab.get(FORM).text)}

    answer = tab.post(FORM, {**fields, **FLEET_IS_IN_PAID})

    assert answer.status_code == 409
    assert links(stage, SMALL) == []


@pytest.mark.parametrize("origin", ["x", "1038", "1038-x", "-1-2"])
def test_an_origin_that_is_none_is_refused(stage, origin):
    tab = stage.tab()

    answer = tab.post(FORM, {"delivery_id": COURIER, "how": "move", f"from-{COURIER}": origin})

    assert answer.status_code == 422
    assert writes_asked(stage) == []


STALE = {
    "add": (FORM, {"delivery_id": FLEET}),
    "reassign": (COURIER_LINE, {"delivery_id": FLEET, "shown": COURIER}),
}


@pytest.mark.parametrize("seen", [{}, {f"holders-{FLEET}": LARGE}, {f"holders-{FLEET}": ""}])
@pytest.mark.parametrize("name", STALE)
def test_a_form_that_does_not_know_where_it_is_bills_nothing(stage, name, seen):
    tab = stage.tab()
    before = books(stage)
    path, data = STALE[name]

    answer = tab.post(path, {**data, **seen})

    assert answer.status_code == 409
    assert "Nothing was changed: delivery 3653/2 is already in payment 3653/2" in tab.said
    assert "which is paid" in tab.said
    assert writes_asked(stage) == []
    assert books(stage) == before
    assert outcomes(stage)[-1][1] == "refused"
    assert 'id="strip"' in answer.text


@pytest.mark.parametrize("name", STALE)
def test_somebody_who_adds_it_elsewhere_meanwhile_is_noticed(stage, name):
    """The form knew of one payment; since then another took it too."""
    tab = stage.tab()
    crm = stage.portal.crm
    theirs = sale.add_payment(crm, crm.orders_of(2, 8061)[0], crm.pay_systems[6])
    sale.add_delivery(crm, theirs, crm.shipments[FLEET])
    path, data = STALE[name]

    answer = tab.post(path, {**data, **FLEET_IS_IN_PAID})

    assert answer.status_code == 409
    assert f"already in payment {theirs.account_number}, 3653/2" in tab.said
    assert writes_asked(stage) == []


@pytest.mark.parametrize("is_known", [True, False])
def test_who_was_told_may_have_it_twice_and_is_told_so_again(stage, is_known):
    tab = stage.tab()
    if not is_known:
        forget_listing(stage)

    answer = tab.post(FORM, {"delivery_id": FLEET, **FLEET_IS_IN_PAID})

    assert answer.status_code == 200, tab.said
    assert links(stage, SMALL) == [FLEET]
    assert "Delivery 3653/2 is now in payments 3653/3 and 3653/2: the client is billed" in tab.said
    assert f'class="toast toast--warn" data-of="3653/3" data-twice="{FLEET}"' in answer.text
    assert f'data-among="{SMALL} {PAID}"' in answer.text


def test_a_free_delivery_is_added_without_a_word_about_others(stage):
    free = add_free_delivery(stage)
    tab = stage.tab()

    tab.post(FORM, {"delivery_id": free.id})

    assert tab.said == "Delivery added to payment 3653/3"


def test_a_refused_reassignment_comes_with_the_place_and_may_then_be_repeated(stage):
    """After a write the page knows only one payment's lines; the refusal brings the others."""
    tab = stage.tab()
    path, data = STALE["reassign"]
    text = tab.post(path, data).text
    (held,) = re.findall(rf'name="holders-{FLEET}" value="([\d,]+)"', text)
    assert "in payment 3653/2, paid" in text

    answer = tab.post(path, {**data, f"holders-{FLEET}": held})

    assert answer.status_code == 200, tab.said
    assert links(stage, LARGE) == [FLEET]
    assert "Delivery 3653/2 is now in payments 3653/4 and 3653/2" in tab.said
    assert "toast--warn" in answer.text


def test_the_options_of_reassigning_say_where_each_delivery_is(stage):
    tab = stage.tab()
    ids = ",".join(str(one) for one in (1036, PAID, SMALL, LARGE))

    text = tab.get("/payments/details", ids=ids, rows=11).text

    option = text.split(f'<option value="{FLEET}" class="is-elsewhere">')[1].split("</option>")[0]
    assert "in payment 3653/2, paid" in words(option)


@pytest.mark.parametrize("holders", ["x", "1037,x", "1037,,1038", "-1", "1037," + "9" * 4000])
def test_holders_that_are_no_ids_are_refused(stage, holders):
    tab = stage.tab()

    answer = tab.post(FORM, {"delivery_id": FLEET, f"holders-{FLEET}": holders})

    assert answer.status_code == 422
    assert writes_asked(stage) == []


def test_sixty_payments_are_all_looked_at(stage):
    crm = stage.portal.crm
    order = crm.orders_of(2, 8061)[0]
    oldest = add_free_delivery(stage)
    sale.add_delivery(crm, crm.payments[1036], oldest)
    for _ in range(60):
        sale.add_payment(crm, order, crm.pay_systems[6])
    tab = stage.tab()

    text = tab.get(FORM).text
    stage.forget_calls()
    answer = tab.post(FORM, {"delivery_id": oldest.id})

    assert "In payment 3653/1" in text
    assert "Not all payments" not in text
    assert answer.status_code == 409
    assert "already in payment 3653/1" in tab.said
    assert writes_asked(stage) == []


def test_lines_that_cannot_be_read_are_called_unknown_and_choose_nothing(stage):
    free = add_free_delivery(stage)
    tab = stage.tab()
    stage.portal.faults.add("crm.item.payment.delivery.list", "operation_limit", times=1)

    text = tab.get(FORM).text

    assert "Not all payments of this card could be read" in text
    assert offered(text)[free.id] is False


def test_a_portal_without_batch_is_asked_all_the_same(stage):
    stage.portal.switches.batch_refused = ["crm."]
    tab = stage.tab()

    assert "In payment 3653/2, paid" in tab.get(FORM).text
    assert tab.post(FORM, {"delivery_id": FLEET}).status_code == 409
    assert links(stage, SMALL) == []


def test_choosing_no_delivery_is_said_so(stage):
    tab = stage.tab()

    answer = tab.post(FORM)

    assert answer.status_code == 422
    assert "Choose a delivery." in words(answer.text)


@pytest.fixture
def elsewhere(stage):
    """A payment that a colleague moves the courier to just before our move is run."""
    crm = stage.portal.crm
    theirs = sale.add_payment(crm, crm.orders_of(2, 8061)[0], crm.pay_systems[6])

    def move():
        sale.add_delivery(crm, theirs, crm.shipments[COURIER])
        [line] = crm.items_of(LARGE, "delivery")
        sale.delete_item(crm, line)

    stage.portal.faults.before("crm.item.payment.delivery.add", move)
    return theirs


def test_two_who_move_one_delivery_apart_are_told_that_it_is_billed_twice(stage, elsewhere):
    tab = stage.tab()

    answer = tab.post(f"{COURIER_LINE}/move", {"to": SMALL})

    assert (links(stage, SMALL), links(stage, elsewhere.id)) == ([COURIER], [COURIER])
    said = f"Delivery 3653/3 is now in payments 3653/3 and {elsewhere.account_number}: the client"
    assert said in tab.said
    assert f'data-twice="{COURIER}" data-among="{SMALL} {elsewhere.id}"' in answer.text


def test_a_move_that_took_nothing_out_puts_nothing_back(stage, elsewhere):
    """The colleague has moved it, and ours was refused: the old payment gets no line again."""
    tab = stage.tab()
    payment_of_it = payment(stage, SMALL)
    stage.portal.faults.before(
        "crm.item.payment.delivery.add", lambda: setattr(payment_of_it, "is_paid", True)
    )
    answer = tab.post(f"{COURIER_LINE}/move", {"to": SMALL})

    assert answer.status_code == 409
    assert "locked" in tab.said
    assert (links(stage, LARGE), links(stage, elsewhere.id)) == ([], [COURIER])


def test_a_line_that_is_of_another_delivery_now_is_neither_moved_nor_removed(stage):
    tab = stage.tab()
    text = tab.get("/payments/details", ids=str(LARGE), rows=11).text
    assert f'hx-delete="{COURIER_LINE}" hx-vals=\'{{"shown": {COURIER}}}\'' in text
    assert f'name="shown" value="{COURIER}"' in tab.get(f"{COURIER_LINE}/move").text
    fields = from_fields(tab.get(FORM).text)
    [line] = stage.portal.crm.items_of(LARGE, "delivery")
    line.entity_id = FLEET

    answers = [
        tab.post(FORM, {"delivery_id": COURIER, "how": "move", **fields}),
        tab.post(f"{COURIER_LINE}/move", {"to": SMALL, "shown": COURIER}),
        tab.delete(COURIER_LINE, shown=COURIER),
    ]

    assert [one.status_code for one in answers] == [409, 409, 409]
    assert "Not saved: it was changed in Bitrix24 by someone else" in tab.said
    assert writes_asked(stage) == []


def test_a_line_that_cannot_be_read_leaves_no_delivery_called_free(stage):
    free = add_free_delivery(stage)
    tab = stage.tab()
    put(stage, LINKS, "deliveryId", "{}", row=1)

    text = tab.get(FORM).text

    assert "Not all payments of this card could be read" in text
    assert not any(offered(text).values()), free.id
