"""What is asked before a payment is marked: all that the portal may do, and no more."""

from __future__ import annotations

import re

import pytest

from tests.support.stage import MANAGER


@pytest.fixture
def dialog(stage):
    """The words of a dialog of the tab's page."""
    fields = stage.post_fields(MANAGER, "CRM_DEAL_DETAIL_TAB", {"ID": "8061"})
    page = stage.frame("/placement", fields).text

    def words(name):
        found = re.search(rf'<dialog[^>]*id="{name}".*?</dialog>', page, re.DOTALL).group(0)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found))

    return words


def test_marking_as_paid_names_all_that_it_may_start_and_what_is_not_taken_back(dialog):
    words = dialog("dlg-paid")

    for effect in (
        "start automation", "print a receipt", "message the client", "reserve stock",
        "release the delivery",
    ):  # fmt: skip
        assert effect in words
    assert "Marking as unpaid takes back only the stock and the delivery." in words


def test_marking_as_unpaid_is_no_refund_and_looks_cancelled_in_bitrix24(dialog):
    words = dialog("dlg-unpaid")

    assert "This is not a refund: no money goes back to the client." in words
    assert "Only the stock and the delivery are taken back" in words
    assert "Bitrix24’s own screens will then call the payment canceled." in words


def test_the_lock_of_a_paid_payment_names_the_way_to_its_deletion(stage):
    tab = stage.tab()

    answer = tab.delete("/payments/1037")

    assert answer.status_code == 409
    assert "Mark it as unpaid to edit or delete it." in tab.said
